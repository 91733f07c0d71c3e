//! GZIP: one member, under the name stored in it or after the file; several streams in a row are one.

use super::unpack::{DEFLATE, End, gather, safe_name, stem, stream};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::io::Read;

const MAGIC: &[u8] = b"\x1f\x8b\x08";

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(MAGIC)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let mut streams = Streams { rest: content, inner: flate2::bufread::GzDecoder::new(content) };
    let name = streams.inner.header().and_then(|header| safe_name(header.filename()?));
    let name = name.unwrap_or_else(|| stem(task, &[(".tgz", ".tar"), (".gz", ""), (".gzip", "")]));
    let (unpacked, end) = gather(&mut streams, content.len() as u64, DEFLATE, task.room());
    // Archives on tape are padded with zeros; anything else behind the last stream is said.
    if end == End::Whole && streams.rest.iter().any(|&byte| byte != 0) {
        task.problem(DocumentStatus::Partly, &format!("{} bytes after the compressed data were not read", streams.rest.len()));
    }
    stream(task, &name, unpacked, end);
}

/// All streams of a file, one after another.
struct Streams<'a> {
    /// What follows the stream being read, once it has ended.
    rest: &'a [u8],
    inner: flate2::bufread::GzDecoder<&'a [u8]>,
}

impl Read for Streams<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.inner.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            self.rest = self.inner.get_ref();
            if !self.rest.starts_with(MAGIC) {
                return Ok(0);
            }
            self.inner.reset(self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    fn pack(name: Option<&str>, content: &[u8]) -> Vec<u8> {
        let builder = name.iter().fold(GzBuilder::new(), |builder, name| builder.filename(*name));
        let mut writer = builder.write(Vec::new(), Compression::default());
        writer.write_all(content).expect("in memory");
        writer.finish().expect("in memory")
    }

    #[test]
    fn names_and_streams() {
        let expect = "read application/gzip none\nreport.txt: read text/plain text\n[part 1 text] hello there";
        check("Report.txt.gz", &pack(Some("../x/report.txt"), b"hello there"), expect);
        check("dir/report.txt.GZ", &pack(None, b"hello there"), expect);
        check("report.txt.gz", &pack(Some("a\nb"), b"hello there"), expect);
        let two = [pack(None, b"hello "), pack(None, b"there"), vec![0; 512]].concat();
        check("report.txt.gz", &two, expect);
    }

    #[test]
    fn damage() {
        let mut file = pack(None, b"hello there, all of you, hello again");
        check(
            "a.txt.gz",
            &[&file[..], b"junk"].concat(),
            "\
partly application/gzip none (4 bytes after the compressed data were not read)
a.txt: read text/plain text
[part 1 text] hello there, all of you, hello again",
        );
        file.truncate(file.len() - 6);
        check(
            "a.txt.gz",
            &file,
            "\
partly application/gzip none (the compressed data is damaged at its end)
a.txt: partly application/octet-stream none (only its beginning could be unpacked)
a.txt (beginning): read text/plain text
[part 1 text] hello there, all of you, hello again",
        );
        check("a.txt.gz", &file[..10], "corrupt application/gzip none (the compressed data is damaged)");
    }

    #[test]
    fn bombs_stop() {
        check(
            "a.gz",
            &pack(None, &vec![0; 100 << 20]),
            "\
over_budget application/gzip none (unpacks to more than the budget)
a: over_budget application/octet-stream none (unpacks to more than the budget)",
        );
    }
}
