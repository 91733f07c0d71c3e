//! Strings of XLS: with one or two bytes per character, formatting runs behind them, and cut into records at any place.

use super::ole::{u16_at, u32_at, utf16};
use encoding_rs::Encoding;

/// A Unicode string whose length takes `width` bytes, and how many bytes it takes.
pub(super) fn unicode(data: &[u8], width: usize) -> (String, usize) {
    let chars = if width == 1 { data.first().map_or(0, |n| usize::from(*n)) } else { usize::from(u16_at(data, 0).unwrap_or(0)) };
    let Some(flags) = data.get(width) else { return (String::new(), data.len()) };
    let mut from = width + 1;
    if flags & 8 != 0 {
        from += 2;
    }
    if flags & 4 != 0 {
        from += 4;
    }
    let bytes = if flags & 1 != 0 { 2 * chars } else { chars };
    let rest = data.get(from..).unwrap_or_default();
    (text(rest.get(..bytes).unwrap_or(rest), flags & 1 != 0), from + bytes)
}

fn text(raw: &[u8], wide: bool) -> String {
    if wide { utf16(raw) } else { raw.iter().map(|byte| char::from(*byte)).collect() }
}

/// A string of the code page whose length takes `width` bytes.
pub(super) fn byte_string(data: &[u8], width: usize, encoding: &'static Encoding) -> String {
    let length = if width == 1 { data.first().map_or(0, |n| usize::from(*n)) } else { usize::from(u16_at(data, 0).unwrap_or(0)) };
    let rest = data.get(width..).unwrap_or_default();
    encoding.decode_without_bom_handling(rest.get(..length).unwrap_or(rest)).0.into_owned()
}

/// The table of shared strings, as its records come.
#[derive(Default)]
pub(super) struct Strings {
    open: bool,
    done: Vec<String>,
    /// Of the string being read.
    state: State,
    /// Bytes of a head that the record before had only a part of.
    head: Vec<u8>,
}

#[derive(Default, Clone)]
enum State {
    #[default]
    Head,
    /// Characters left, two bytes each or one, bytes of formatting behind; what was read.
    Chars(usize, bool, usize, String),
    /// Bytes of formatting left.
    Skip(usize),
}

impl Strings {
    pub fn open(&self) -> bool {
        self.open
    }
    pub fn begin(&mut self, data: &[u8]) {
        *self = Strings { open: true, ..Strings::default() };
        self.take(data.get(8..).unwrap_or_default());
    }
    /// A record that continues the table.
    pub fn more(&mut self, data: &[u8]) {
        // Characters that go on begin with a new word on their width.
        if let State::Chars(left, wide, _, _) = &mut self.state {
            let Some((flags, rest)) = data.split_first() else { return };
            if *left > 0 {
                *wide = flags & 1 != 0;
                return self.take(rest);
            }
        }
        self.take(data);
    }
    fn take(&mut self, mut data: &[u8]) {
        loop {
            match std::mem::take(&mut self.state) {
                State::Head => {
                    let before = self.head.len();
                    self.head.extend(data.iter().take(9_usize.saturating_sub(before)));
                    let Some(flags) = self.head.get(2).copied() else { return };
                    let (rich, phonetic) = (flags & 8 != 0, flags & 4 != 0);
                    let size = 3 + if rich { 2 } else { 0 } + if phonetic { 4 } else { 0 };
                    if self.head.len() < size {
                        return;
                    }
                    let runs = if rich { usize::from(u16_at(&self.head, 3).unwrap_or(0)) * 4 } else { 0 };
                    let sounds = if phonetic { u32_at(&self.head, size - 4).unwrap_or(0) as usize } else { 0 };
                    let chars = usize::from(u16_at(&self.head, 0).unwrap_or(0));
                    self.head.clear();
                    data = data.get(size.saturating_sub(before)..).unwrap_or_default();
                    self.state = State::Chars(chars, flags & 1 != 0, runs.saturating_add(sounds), String::new());
                }
                State::Chars(left, wide, behind, mut read) => {
                    let width = if wide { 2 } else { 1 };
                    let here = left.min(data.len() / width);
                    read.push_str(&text(data.get(..here * width).unwrap_or_default(), wide));
                    data = data.get(here * width..).unwrap_or_default();
                    if here < left {
                        self.state = State::Chars(left - here, wide, behind, read);
                        return;
                    }
                    self.done.push(read);
                    self.state = State::Skip(behind);
                }
                State::Skip(left) => {
                    let here = left.min(data.len());
                    data = data.get(here..).unwrap_or_default();
                    if here < left {
                        self.state = State::Skip(left - here);
                        return;
                    }
                    if data.is_empty() {
                        return;
                    }
                }
            }
        }
    }
    /// The table, when another record comes.
    pub fn end(&mut self) -> Option<Vec<String>> {
        if !std::mem::take(&mut self.open) {
            return None;
        }
        if let State::Chars(_, _, _, read) = std::mem::take(&mut self.state) {
            self.done.push(read);
        }
        Some(std::mem::take(&mut self.done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_anywhere() {
        let mut table = vec![0; 8];
        table.extend(b"\x03\0\0Ann");
        table.extend(b"\x02\0\x09\x01\0L\0e\0abcd");
        table.extend(b"\x05\0\x04\x02\0\0\0Smithxx");
        let expect = ["Ann", "Le", "Smith"];
        let mut strings = Strings::default();
        strings.begin(&table);
        assert_eq!(strings.end().expect("open"), expect);
        // Between strings and within their heads and formatting.
        for cut in [14, 15, 16, 23, 24, 25, 26, 33] {
            let mut strings = Strings::default();
            strings.begin(&table[..cut]);
            strings.more(&table[cut..]);
            assert_eq!(strings.end().expect("open"), expect, "{cut}");
        }
        // Within characters: the width is said again.
        let mut strings = Strings::default();
        strings.begin(&table[..12]);
        let mut rest = vec![1];
        rest.extend(b"n\0n\0");
        rest.extend(&table[14..]);
        strings.more(&rest);
        assert_eq!(strings.end().expect("open"), expect);
    }
}
