//! Golden checks shared by the formats' tests.

use crate::{Budget, Extracted, extract};

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
