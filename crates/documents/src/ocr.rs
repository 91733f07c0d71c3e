//! Tesseract as a separate program, when it is installed: pictures go in by standard input, nothing is written to disk.

use crate::Task;
use image::GrayImage;
use image::codecs::pnm::{PnmSubtype, SampleEncoding};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The text of one page of a picture.
pub(crate) struct Page {
    /// Lines as found.
    pub text: String,
    /// Sum of the words' confidences, 0 to 1 each.
    sum: f64,
    words: u32,
}

/// Whether the program is on the search path.
pub(crate) fn available() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join("tesseract").is_file())
    })
}

/// Why a picture was not read.
pub(crate) fn missing() -> &'static str {
    if available() { "OCR could not read this picture" } else { "a picture: OCR (the program tesseract) is not installed" }
}

/// Mean confidence of all words; `None` without words.
pub(crate) fn mean(pages: &[Page]) -> Option<f64> {
    let words: u32 = pages.iter().map(|page| page.words).sum();
    (words > 0).then(|| pages.iter().map(|page| page.sum).sum::<f64>() / f64::from(words))
}

/// A picture for Tesseract: grey levels, and how it is to be looked at.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Sheet {
    /// PGM (binary): the simplest picture there is, so that Tesseract never parses what an intruder may have written.
    pub picture: Vec<u8>,
    /// Page segmentation mode: 3 for a page, 11 for sparse text.
    pub segmentation: u8,
    /// Dots per inch.
    pub dpi: u32,
}

/// Reads a picture of a page. `None` when Tesseract is not installed, fails, or takes too long.
pub(crate) fn read(task: &mut Task<'_, '_>, picture: &GrayImage) -> Option<Page> {
    if !available() {
        return None;
    }
    let mut pgm = Vec::new();
    image::codecs::pnm::PnmEncoder::new(&mut pgm).with_subtype(PnmSubtype::Graymap(SampleEncoding::Binary)).encode(
        picture.as_raw().as_slice(), picture.width(), picture.height(), image::ExtendedColorType::L8).ok()?;
    let sheet = Sheet { picture: pgm, segmentation: 3, dpi: 300 };
    (task.walk.tesseract)(&sheet).and_then(|tsv| parse(&tsv).into_iter().next())
}

/// Runs the program on one picture; its output as TSV. `None` when it is missing, fails, or takes more than half of `seconds`.
pub(crate) fn tesseract(sheet: &Sheet, seconds: u64) -> Option<String> {
    let mut child = Command::new("tesseract")
        .args(["stdin", "stdout", "--psm", &sheet.segmentation.to_string(), "--dpi", &sheet.dpi.to_string(), "tsv"])
        // One thread: the same result everywhere, and the workers already use every core.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let mut output = child.stdout.take()?;
    let deadline = Instant::now() + Duration::from_secs((seconds / 2).max(5));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops reading is noticed by its exit.
            let _ = input.write_all(&sheet.picture);
        });
        let reader = scope.spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).ok().map(|_| text)
        });
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status.success(),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break false;
                }
            }
        };
        let text = reader.join().ok()??;
        status.then_some(text)
    })
}

/// Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn parse(tsv: &str) -> Vec<Page> {
    let mut pages: BTreeMap<u32, Page> = BTreeMap::new();
    let mut last = None;
    for row in tsv.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let number = |at: usize| cells.get(at).and_then(|cell| cell.parse::<u32>().ok());
        let (Some(level), Some(page)) = (number(0), number(1)) else { continue };
        let entry = pages.entry(page).or_insert_with(|| Page { text: String::new(), sum: 0.0, words: 0 });
        let word = cells.get(11).map_or("", |word| word.trim());
        if level != 5 || word.is_empty() {
            continue;
        }
        let line = (page, number(2), number(3), number(4));
        if !entry.text.is_empty() {
            entry.text.push(if last == Some(line) { ' ' } else { '\n' });
        }
        last = Some(line);
        entry.text.push_str(word);
        entry.sum += cells.get(10).and_then(|cell| cell.parse::<f64>().ok()).unwrap_or(0.0).clamp(0.0, 100.0) / 100.0;
        entry.words += 1;
    }
    pages.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tsv() {
        let pages = parse(
            "level\tpage_num\n1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\tAnn\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t70\tLee\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t80\tDOB\n1\t2\t0\n",
        );
        let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(texts, ["Ann Lee\nDOB", ""]);
        assert!(mean(&pages).is_some_and(|mean| (mean - 0.8).abs() < 1e-9));
        assert!(parse("garbage").is_empty());
    }
}
