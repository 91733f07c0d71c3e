//! [`Head`]: what a recogniser sees of an object.

use crate::text;
use std::cell::OnceCell;

/// An object's content, its name, and its text if it is one.
pub struct Head<'a> {
    /// The whole content.
    pub content: &'a [u8],
    /// The file name without folders, lower case.
    pub name: String,
    text: OnceCell<Option<String>>,
}

impl<'a> Head<'a> {
    /// Of an object named `name` (with or without folders).
    pub fn new(content: &'a [u8], name: &str) -> Head<'a> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        Head { content, name, text: OnceCell::new() }
    }
    /// The content as text, whatever its encoding; `None` when it is binary. Decoded once, when first asked for.
    pub fn text(&self) -> Option<&str> {
        self.text.get_or_init(|| text::decode(self.content)).as_deref()
    }
    /// Whether the content begins with `magic`.
    pub fn starts(&self, magic: &[u8]) -> bool {
        self.content.starts_with(magic)
    }
    /// Whether the bytes `at` an offset are `magic`.
    pub fn at(&self, offset: usize, magic: &[u8]) -> bool {
        self.content.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }
    /// The text after leading white space, at most its first 4,096 bytes.
    pub fn text_start(&self) -> Option<&str> {
        let text = self.text()?.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{b}');
        let mut end = text.len().min(4096);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(..end)
    }
    /// The extension, without its dot.
    pub fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}
