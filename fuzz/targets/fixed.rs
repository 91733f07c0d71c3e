//! The bytes are fixed-width records without line feeds: the first byte is their width, or the lines are as they come.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let Some(first) = text.chars().next() else { return };
    if first.is_ascii_digit() {
        return dosimeter_fuzz::one(Layout::Text, bytes);
    }
    let width = 8 + first as usize % 64;
    let chars: Vec<char> = text.chars().skip(1).filter(|c| *c != '\n').collect();
    let lines: Vec<String> = chars.chunks(width).map(|line| line.iter().collect()).collect();
    dosimeter_fuzz::one(Layout::Text, lines.join("\n").as_bytes());
});
