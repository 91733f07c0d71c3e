//! [`Head`]: what a recogniser sees of an object.

use crate::text;
use bytes::Bytes;
use std::cell::OnceCell;

/// An object's content, its name, and its text if it is one.
pub struct Head<'a> {
    /// The whole content. Of a large file it is a view of the file, not a copy: reading all of it into memory is for small ones.
    pub content: &'a [u8],
    /// The same as a handle that can be kept, cloned and sliced without copying.
    pub bytes: &'a Bytes,
    /// The file name without folders, lower case.
    pub name: String,
    text: OnceCell<Option<String>>,
    sample: OnceCell<Option<String>>,
}

/// Text longer than this (in bytes of content) is never decoded as a whole: its readers go through it piece by piece.
pub const WHOLE_TEXT: usize = 64 << 20;
/// What a recogniser sees of it.
const SAMPLE: usize = 1 << 20;

impl<'a> Head<'a> {
    /// Of an object named `name` (with or without folders).
    pub fn new(bytes: &'a Bytes, name: &str) -> Head<'a> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        Head { content: bytes, bytes, name, text: OnceCell::new(), sample: OnceCell::new() }
    }
    /// The content as text, whatever its encoding; `None` when it is binary or longer than 64 MiB. Decoded once, when first asked for.
    pub fn text(&self) -> Option<&str> {
        if self.large() {
            return None;
        }
        self.text.get_or_init(|| text::decode(self.content)).as_deref()
    }
    /// Whether the content is too long to be decoded as a whole.
    pub fn large(&self) -> bool {
        self.content.len() > WHOLE_TEXT
    }
    /// The text, or the beginning of it where it is too long to be had as a whole; what recognisers look at.
    pub fn sample(&self) -> Option<&str> {
        if !self.large() {
            return self.text();
        }
        self.sample.get_or_init(|| text::decode(self.content.get(..SAMPLE)?)).as_deref()
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
        let text = self.sample()?.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{b}');
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
