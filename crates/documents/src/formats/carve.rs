//! Carving: runs of printable characters in content that no reader understands (a database of unknown kind, a damaged file).
//!
//! Runs are taken in ASCII, Latin-1, UTF-8 and UTF-16 of either byte order. Binary data have runs by chance: a run counts when
//! it looks like words and numbers, and where the bytes are as even as in packed or encrypted data it must be long as well.
//! Runs a few bytes apart, as the fields of one record are, stand on one line.

use crate::Task;
use dosimeter_case::tables::{DocumentStatus, Layout};

/// Passages end when they have this much text, or cover this much content.
const TEXT: usize = 1 << 20;
const SPAN: usize = 16 << 20;
/// The evenness of bytes is looked at in blocks of this size.
const BLOCK: usize = 4096;
/// Runs with no more than this between them belong together.
const NEAR: usize = 16;
/// A run is cut here.
const RUN: usize = 64 << 10;

/// Carves the content: `false` when it has no text. The status becomes `partly`, and a reason that was there before stays.
/// For readers that found nothing in a file of their kind, as their last step.
pub(crate) fn carve(task: &mut Task<'_, '_>) -> bool {
    let bytes = task.head.bytes.clone();
    let mut carver = Carver { content: &bytes, task, text: String::new(), from: 0, to: 0, short: None, found: false };
    carver.all();
    let found = carver.found;
    if found {
        task.document.method = "strings".into();
        let over = task.document.status == DocumentStatus::OverBudget;
        task.problem(if over { DocumentStatus::OverBudget } else { DocumentStatus::Partly }, "carved for strings: tables and layout are lost");
    }
    found
}

/// Whether all of the content is as even as packed or encrypted data are.
pub(super) fn even(content: &[u8]) -> bool {
    let sample = content.len() / BLOCK / 64 + 1;
    content.len() >= BLOCK && content.chunks_exact(BLOCK).step_by(sample).all(dense)
}

struct Carver<'c, 's, 'a, 'w> {
    content: &'c [u8],
    task: &'s mut Task<'a, 'w>,
    /// The passage being filled, and the stretch of content that it comes from.
    text: String,
    from: usize,
    to: usize,
    /// A run too short to stand alone: it counts if another is near.
    short: Option<(usize, usize, String)>,
    found: bool,
}

impl Carver<'_, '_, '_, '_> {
    fn all(&mut self) {
        let content = self.content;
        let mut at = 0;
        let mut block = (usize::MAX, false);
        while at < content.len() {
            if block.0 != at / BLOCK {
                // The last block is a whole one, too: too few bytes are never even.
                let from = (at / BLOCK * BLOCK).min(content.len().saturating_sub(BLOCK));
                let bytes = content.get(from..content.len().min(from + BLOCK)).unwrap_or_default();
                // Nothing is in the zeros of a sparse file.
                if !bytes.is_empty() && bytes.iter().all(|&byte| byte == 0) {
                    at = (at / BLOCK + 1) * BLOCK;
                    continue;
                }
                block = (at / BLOCK, dense(bytes));
            }
            let (end, run) = run(content, at, block.1);
            if let Some(run) = run {
                self.add(at, end, run, block.1);
                if self.task.document.status == DocumentStatus::OverBudget {
                    return;
                }
            }
            at = end.max(at + 1);
        }
        self.flush();
    }
    fn add(&mut self, from: usize, to: usize, run: String, dense: bool) {
        let near = |end: usize| !dense && from.saturating_sub(end) <= NEAR;
        match weigh(&run, dense) {
            Weight::Text => {
                if let Some((from, to, short)) = self.short.take().filter(|short| near(short.1)) {
                    self.push(from, to, &short);
                }
                self.push(from, to, &run);
            }
            Weight::Short if !self.text.is_empty() && near(self.to) => self.push(from, to, &run),
            Weight::Short if !dense => self.short = Some((from, to, run)),
            _ => {}
        }
    }
    fn push(&mut self, from: usize, to: usize, run: &str) {
        if self.text.len() + run.len() > TEXT || (!self.text.is_empty() && to - self.from > SPAN) {
            self.flush();
        }
        if self.text.is_empty() {
            self.from = from;
        } else {
            self.text.push(if from.saturating_sub(self.to) <= NEAR { '\t' } else { '\n' });
        }
        self.text.push_str(run.trim_matches(['\n', '\r', ' ', '\t']));
        self.to = to;
    }
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.found = true;
            self.task.passage(format!("bytes {}-{}", self.from, self.to), Layout::Text, Vec::new(), 1, text.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }
}

/// Whether the bytes are as even as in packed or encrypted data: the chance that two of them agree is hardly above 1 in 256.
fn dense(block: &[u8]) -> bool {
    let mut counts = [0_u32; 256];
    for &byte in block {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let pairs: u64 = counts.iter().map(|&count| u64::from(count) * u64::from(count.saturating_sub(1))).sum();
    let all = block.len() as u64 * (block.len() as u64).saturating_sub(1);
    block.len() >= BLOCK / 4 && pairs * 200 < all
}

fn printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Where the run at an offset ends (or what has no text ends), and its text.
fn run(content: &[u8], at: usize, dense: bool) -> (usize, Option<String>) {
    let byte = |at: usize| content.get(at).copied();
    let Some(first) = byte(at) else { return (at, None) };
    let wide = |from: usize, zero: usize| {
        byte(from).is_some_and(printable) && byte(from + 2).is_some_and(printable) && byte(from + zero) == Some(0) && byte(from + zero + 2) == Some(0)
    };
    if printable(first) && byte(at + 1) == Some(0) && wide(at, 1) {
        return units(content, at, u16::from_le_bytes);
    }
    if first == 0 && byte(at + 1).is_some_and(printable) && byte(at + 2) == Some(0) && byte(at + 3).is_some_and(printable) {
        return units(content, at, u16::from_be_bytes);
    }
    if !printable(first) && (first < 0x80 || dense) {
        return (at + 1, None);
    }
    // Most runs are of chance and short: those are passed over before anything is copied.
    let plain = content.get(at..).unwrap_or_default().iter().take(RUN).take_while(|&&byte| printable(byte)).count();
    let after = byte(at + plain).unwrap_or(0);
    if plain < if dense { 12 } else { 2 } && (dense || after < 0x80) {
        return (at + plain.max(1), None);
    }
    let mut text = String::new();
    let mut to = at;
    while let Some(first) = byte(to).filter(|_| text.len() < RUN) {
        if printable(first) {
            // A UTF-16 run begins inside what would be the end of this one.
            if byte(to + 1) == Some(0) && wide(to, 1) {
                break;
            }
            text.push(char::from(first));
            to += 1;
        } else if let Some((c, len)) = utf8(content, to).filter(|_| !dense) {
            text.push(c);
            to += len;
        } else if let Some(c) = latin(first).filter(|_| !dense) {
            // A single high byte counts within a word or at its end, or before its small letters.
            let small = |at: usize| byte(at).is_some_and(|byte| byte.is_ascii_lowercase());
            if !(text.ends_with(char::is_alphabetic) && byte(to + 1).is_none_or(|next| next < 0x80) || small(to + 1) && small(to + 2)) {
                break;
            }
            text.push(c);
            to += 1;
        } else {
            break;
        }
    }
    (to, Some(text).filter(|text| !text.is_empty()))
}

fn units(content: &[u8], at: usize, unit: fn([u8; 2]) -> u16) -> (usize, Option<String>) {
    let mut text = String::new();
    let mut to = at;
    while let Some(&[a, b]) = content.get(to..to + 2).filter(|_| text.len() < RUN) {
        // Western, Greek and Cyrillic letters, and the marks of typeset text.
        let c = char::from_u32(u32::from(unit([a, b])));
        let Some(c) = c.filter(|&c| {
            u8::try_from(c).is_ok_and(printable) || matches!(c, '\u{a0}'..='\u{2af}' | '\u{370}'..='\u{52f}' | '\u{2010}'..='\u{203a}' | '\u{20ac}')
        }) else {
            break;
        };
        text.push(c);
        to += 2;
    }
    (to, Some(text))
}

/// A letter or mark of several bytes.
fn utf8(content: &[u8], at: usize) -> Option<(char, usize)> {
    let len = match content.get(at)? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(content.get(at..at + len)?).ok()?.chars().next()?;
    (c.is_alphanumeric() || matches!(c, '\u{a0}'..='\u{bf}' | '\u{2010}'..='\u{203a}' | '\u{20ac}' | '\u{300}'..='\u{36f}')).then_some((c, len))
}

/// A letter of Latin-1 or of the Windows code page.
fn latin(byte: u8) -> Option<char> {
    match byte {
        0xc0..=0xff if byte != 0xd7 && byte != 0xf7 => Some(char::from(byte)),
        0x8a => Some('\u{160}'),
        0x9a => Some('\u{161}'),
        0x8e => Some('\u{17d}'),
        0x9e => Some('\u{17e}'),
        0x92 => Some('\u{2019}'),
        _ => None,
    }
}

#[derive(PartialEq)]
enum Weight {
    Text,
    Short,
    Noise,
}

/// Whether a run looks like words and numbers.
fn weigh(run: &str, dense: bool) -> Weight {
    let (mut solid, mut good, mut counted, mut longest) = (0_usize, 0, 0, 0);
    let mut token: Vec<char> = Vec::new();
    let mut end = |token: &mut Vec<char>| {
        let len = token.len();
        if len > 0 && plausible(token) {
            // A single letter says nothing either way.
            good += if len > 1 { len } else { 0 };
            longest = longest.max(len);
        }
        counted += if len > 1 { len } else { 0 };
        token.clear();
    };
    let mut marks = 0;
    for c in run.chars() {
        let kind = |c: char| (c.is_alphabetic(), c.is_numeric());
        if token.last().is_some_and(|&last| kind(last) != kind(c)) {
            end(&mut token);
        }
        if c.is_alphanumeric() {
            token.push(c);
        } else if !c.is_whitespace() && !" .,:;-/'()@_#&+=\"".contains(c) {
            marks += 1;
        }
        solid += usize::from(!c.is_whitespace());
    }
    end(&mut token);
    counted += marks;
    let share = |tenths: usize| good * 10 >= counted * tenths && counted > 0;
    match () {
        () if dense => {
            if solid >= 12 && longest >= 5 && good * 10 >= solid * 8 {
                Weight::Text
            } else {
                Weight::Noise
            }
        }
        () if solid >= 20 && good * 10 >= solid * 5 => Weight::Text,
        () if solid >= 24 && marks * 5 <= solid => Weight::Text,
        () if solid >= 4 && longest >= 3 && share(7) => Weight::Text,
        () if solid >= 2 && marks == 0 && share(10) => Weight::Short,
        () => Weight::Noise,
    }
}

/// Whether letters are a word by their case and vowels; digits always are a number.
fn plausible(token: &[char]) -> bool {
    let Some((first, rest)) = token.split_first() else { return false };
    if first.is_numeric() {
        return true;
    }
    let small = rest.iter().filter(|c| c.is_lowercase()).count();
    let shape = small == rest.len() || (small == 0 && first.is_uppercase()) || (first.is_uppercase() && token.len() > 4 && rest.len() - small <= 1);
    let vowel = |c: &char| "aeiouyAEIOUY".contains(*c) || !c.is_ascii();
    shape && (token.len() < 4 || token.iter().any(vowel))
}
