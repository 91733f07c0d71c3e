//! Golden checks shared by the formats' tests.

use crate::{Budget, Extracted, extract};
use image::GrayImage;

/// Extracts and prints everything: one line per document (member, status, media type, method, reason), one per passage.
pub(crate) fn show(name: &str, content: &[u8]) -> String {
    print(&extract(name, content, &Budget::default(), &[]))
}

pub(crate) fn print(objects: &[Extracted]) -> String {
    let mut lines = Vec::new();
    for object in objects {
        let document = &object.document;
        let mut line = document.member.iter().map(|member| format!("{member}: ")).collect::<String>();
        line.push_str(&format!("{} {} {}", document.status, document.media_type, document.method));
        line.extend(document.reason.iter().map(|reason| format!(" ({reason})")));
        lines.push(line);
        for passage in &object.passages {
            let columns = if passage.columns.is_empty() { String::new() } else { format!(" {}", passage.columns.join("|")) };
            let text = passage.text.replace('\n', "\\n").replace('\t', "\\t");
            lines.push(format!("[{} {}{columns}] {text}", passage.locator, passage.layout));
        }
    }
    lines.join("\n")
}

/// Fails unless `content` extracts to `expect`.
#[track_caller]
pub(crate) fn check(name: &str, content: &[u8], expect: &str) {
    assert_eq!(show(name, content), expect);
}

/// Runs a test several times, with streamed text falling into pieces of different sizes.
#[track_caller]
pub(crate) fn in_pieces(test: impl Fn()) {
    for size in [1, 2, 3, 5, 7, 64, 1 << 18] {
        crate::text::TEST_PIECE.store(size, std::sync::atomic::Ordering::Relaxed);
        test();
    }
}

/// Letters of five by seven, those that the tests need.
const FONT: &[(char, [&str; 7])] = &[
    ('A', ["01110", "10001", "10001", "11111", "10001", "10001", "10001"]),
    ('D', ["11110", "10001", "10001", "10001", "10001", "10001", "11110"]),
    ('E', ["11111", "10000", "10000", "11110", "10000", "10000", "11111"]),
    ('I', ["11111", "00100", "00100", "00100", "00100", "00100", "11111"]),
    ('L', ["10000", "10000", "10000", "10000", "10000", "10000", "11111"]),
    ('T', ["11111", "00100", "00100", "00100", "00100", "00100", "00100"]),
];

/// Words drawn in these letters, black on white, each pixel of a letter `scale` wide and high, with a margin around them.
pub(crate) fn drawn(words: &[&str], scale: u32) -> GrayImage {
    let wide = words.iter().map(|line| line.len() as u32).max().unwrap_or(0);
    let margin = 12 * scale;
    let ink = |x: u32, y: u32| {
        let (x, y) = (x.checked_sub(margin)? / scale, y.checked_sub(margin)? / scale);
        let letter = words.get((y / 12) as usize)?.chars().nth((x / 6) as usize)?;
        let (_, rows) = FONT.iter().find(|(c, _)| *c == letter)?;
        let row = rows.get((y % 12) as usize)?;
        row.as_bytes().get((x % 6) as usize).filter(|bit| **bit == b'1')
    };
    GrayImage::from_fn(wide * 6 * scale + 2 * margin, words.len() as u32 * 12 * scale + 2 * margin, |x, y| {
        image::Luma([if ink(x, y).is_some() { 0 } else { 255 }])
    })
}
