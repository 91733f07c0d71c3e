//! Windows event log files (EVTX), chunk by chunk: memory is bounded by one chunk of 64 KiB, whatever the size of the file.
//!
//! A damaged chunk or record is a reject; what follows is read. Chunks are looked for at their places in the file, not counted by
//! the header, so that a log that was copied while Windows wrote it gives all it has.

use super::{State, event, xml};
use crate::Sample;
use crate::input::Lines;
use crate::out::Out;
use dosimeter_case::Result;
use evtx::{EvtxChunkData, ParserSettings};
use std::sync::Arc;

const FILE_HEADER: usize = 4096;
const CHUNK: usize = 64 * 1024;

pub(crate) fn sniff(sample: &Sample) -> u32 {
    // A chunk may stand alone: carved out of a disk, or the rest of a file.
    if sample.bytes.starts_with(b"ElfFile\0") || sample.bytes.starts_with(b"ElfChnk\0") { 100 } else { 0 }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let settings = Arc::new(ParserSettings::new().num_threads(1).indent(false));
    let mut state = State::default();
    if sample.bytes.starts_with(b"ElfFile\0") {
        lines.fill(&mut [0; FILE_HEADER])?;
    }
    loop {
        let offset = lines.offset();
        let mut bytes = vec![0; CHUNK];
        let n = lines.fill(&mut bytes)?;
        if n == 0 {
            return Ok(());
        }
        // Space that Windows has set aside but not used yet.
        if bytes.iter().all(|b| *b == 0) {
            continue;
        }
        if n < CHUNK {
            out.record(offset);
            out.reject("the last chunk of the event log is cut off: its records after the cut are missing")?;
        }
        chunk(bytes, offset, &settings, out, &mut state)?;
    }
}

fn chunk(bytes: Vec<u8>, offset: i64, settings: &Arc<ParserSettings>, out: &mut Out, state: &mut State) -> Result<()> {
    let Ok(mut data) = EvtxChunkData::new(bytes, false) else { return bad_chunk(out, offset) };
    let Ok(mut chunk) = data.parse(settings.clone()) else { return bad_chunk(out, offset) };
    for record in chunk.iter() {
        // The position in the chunk is known for whole records only.
        let Ok(record) = record else {
            out.record(offset);
            out.reject("a damaged record of an event log")?;
            continue;
        };
        out.record(offset + record.binxml_offset as i64);
        let rendered = record.into_xml_bytes().ok();
        let text = rendered.as_ref().and_then(|r| std::str::from_utf8(&r.data).ok());
        let parsed = match text.and_then(xml::record) {
            Some(record) => event(out, state, &record),
            None => Err("a damaged record of an event log"),
        };
        out.take(parsed)?;
    }
    Ok(())
}

fn bad_chunk(out: &mut Out, offset: i64) -> Result<()> {
    out.record(offset);
    out.reject("a damaged chunk of an event log: its records (up to 64 KiB) are not read")
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    #[test]
    fn damage_is_refused() {
        let mut file = vec![0; super::FILE_HEADER + super::CHUNK];
        file[..8].copy_from_slice(b"ElfFile\0");
        assert_eq!(events(&source(), &file), "");
        file[super::FILE_HEADER + 700] = 7;
        assert_eq!(events(&source(), &file), "reject 1@4096: a damaged chunk of an event log: its records (up to 64 KiB) are not read\n");
    }
}
