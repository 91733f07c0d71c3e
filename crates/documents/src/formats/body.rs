//! The bodies of a message. They are alternatives of one another as a rule: what says nothing new is not given twice.

use super::html;
use crate::Task;
use crate::text;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The words of texts, for asking whether another text says anything else.
#[derive(Default)]
pub(super) struct Words(HashSet<u64>);

impl Words {
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Words {
        Words(texts.into_iter().flat_map(words).collect())
    }
    /// Whether every word of `text` is among them.
    pub fn contain(&self, text: &str) -> bool {
        words(text).all(|word| self.0.contains(&word))
    }
    /// Whether every word of `other` is among them.
    fn contain_all(&self, other: &Words) -> bool {
        other.0.is_subset(&self.0)
    }
    fn add(&mut self, other: Words) {
        self.0.extend(other.0);
    }
}

fn words(text: &str) -> impl Iterator<Item = u64> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        hasher.finish()
    })
}

/// Gives a message's headers and plain bodies as one passage at `locator`, HTML bodies that say more at `locator body`.
/// Files that were written into the text (uuencode) become members named `prefix` + name.
pub(super) fn give(task: &mut Task<'_, '_>, locator: &str, prefix: &str, header: &str, plain: Vec<String>, html: Vec<String>) {
    let mut files = Vec::new();
    let mut plain: Vec<String> = plain.into_iter().map(|body| uuencoded(text::lines(&body), &mut files)).collect();
    let mut said = Words::of(plain.iter().map(String::as_str));
    let mut pages = Vec::new();
    for page in html {
        let blocks = html::blocks(&page);
        let words = Words::of(blocks.texts());
        // A table keeps its columns in HTML only.
        let better = blocks.has_table() && words.contain_all(&said);
        if said.contain_all(&words) && !better {
            continue;
        }
        if better {
            plain.clear();
        }
        said.add(words);
        pages.push(blocks);
    }
    let mut all = String::from(header);
    for body in plain {
        all.push('\n');
        all.push_str(&body);
    }
    task.running_text(locator, &all);
    let several = pages.len() > 1;
    for (at, blocks) in pages.into_iter().enumerate() {
        let number = if several { format!(" {}", at + 1) } else { String::new() };
        blocks.give(task, &format!("{locator} body{number}"));
    }
    let mut names = Names::default();
    for (name, content) in files {
        task.member(&format!("{prefix}{}", names.unique(&name)), content);
    }
}

/// Cuts files out of a text that were written into it by `uuencode`.
fn uuencoded(text: String, files: &mut Vec<(String, Vec<u8>)>) -> String {
    if !text.starts_with("begin ") && !text.contains("\nbegin ") {
        return text;
    }
    let line_at = |at: usize| text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let line = line_at(at);
        let mut end = at + line.len();
        if let Some(name) = uu_name(line) {
            let mut content = Vec::new();
            let mut whole = false;
            while end < text.len() && !whole {
                let line = line_at(end);
                let inside = line.trim_end_matches(['\n', '\r']);
                whole = inside.trim_end() == "end";
                if !whole && !uu_line(inside.as_bytes(), &mut content) {
                    break;
                }
                end += line.len();
            }
            if whole && !content.is_empty() {
                files.push((name, content));
                at = end;
                continue;
            }
        }
        // Lines that were such a file's after all are text, and are not looked at once more.
        out.push_str(text.get(at..end).unwrap_or_default());
        at = end;
    }
    out
}

/// The file name of a line `begin 644 name`.
fn uu_name(line: &str) -> Option<String> {
    let (mode, name) = line.strip_prefix("begin ")?.trim_end().split_once(' ')?;
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    (octal && !name.trim().is_empty()).then(|| name.trim().to_string())
}

/// Decodes a line; `false` when it is none.
pub(super) fn uu_line(line: &[u8], out: &mut Vec<u8>) -> bool {
    let value = |b: u8| b.wrapping_sub(32) & 63;
    let Some((&first, rest)) = line.split_first() else { return true };
    if !(32..=96).contains(&first) {
        return false;
    }
    let length = usize::from(value(first));
    // Trailing blanks may have been cut off; a little more than needed is tolerated.
    if rest.len() > length.div_ceil(3) * 4 + 4 {
        return false;
    }
    let from = out.len();
    for four in rest.chunks(4) {
        let mut group = [32_u8; 4];
        group.iter_mut().zip(four).for_each(|(to, b)| *to = *b);
        let [a, b, c, d] = group.map(value);
        out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    out.resize(from + length, 0);
    true
}

/// Members of one message that are named alike get a number.
#[derive(Default)]
pub(super) struct Names(std::collections::HashMap<String, usize>);

impl Names {
    /// `name` on one line and without control characters; numbered when it was given before.
    pub fn unique(&mut self, name: &str) -> String {
        let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let seen = self.0.entry(name.clone()).or_default();
        *seen += 1;
        match (*seen, name.rsplit_once('.')) {
            (1, _) => name,
            (n, Some((stem, extension))) if !stem.is_empty() => format!("{stem} ({n}).{extension}"),
            (n, _) => format!("{name} ({n})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuencode() {
        let check = |text: &str, expect: &str, expected: &[(&str, &[u8])]| {
            let mut files = Vec::new();
            assert_eq!(uuencoded(text.into(), &mut files), expect);
            let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
            assert_eq!(files, expected);
        };
        check("a\nbegin 644 x y.txt\n#0V%T\n`\nend\nb", "a\nb", &[("x y.txt", b"Cat")]);
        check("begin 644 x\nno such file\nend\n", "begin 644 x\nno such file\nend\n", &[]);
        check("begin 644 x\n#0V%T\n", "begin 644 x\n#0V%T\n", &[]);
        check("to begin with\nbegin now\n", "to begin with\nbegin now\n", &[]);
    }

    #[test]
    fn names() {
        let mut names = Names::default();
        let given: Vec<String> = ["a.pdf", "b", "a.pdf", "b", "c\nd"].into_iter().map(|name| names.unique(name)).collect();
        assert_eq!(given, ["a.pdf", "b", "a (2).pdf", "b (2)", "c d"]);
    }
}
