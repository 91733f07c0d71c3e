//! SQL as written in dumps: names, lists, literals.

use super::cells;
use std::borrow::Cow;

/// Whether `\` in a string is an escape: in MySQL it is, in PostgreSQL and MSSQL it is a character.
pub(super) fn backslash(sample: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| sample.contains(word));
    if says(&["MySQL dump", "MariaDB dump", "phpMyAdmin", "ENGINE=", "`"]) {
        return true;
    }
    if says(&["PostgreSQL database dump", "SET standard_conforming_strings = on", "[dbo]", "\nGO\n", "\nGO\r\n", "SET IDENTITY_INSERT"]) {
        return false;
    }
    // `\'` within a word is no end of a string.
    sample.match_indices("\\'").any(|(at, _)| sample.get(at + 2..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric))
}

/// Goes on through a list whose opening parenthesis has been taken, over any number of pieces.
#[derive(Default)]
pub(super) struct ListScan {
    at: usize,
    depth: u32,
    quote: Option<u8>,
    /// Whether `\` is an escape in this string.
    slash: bool,
    escaped: bool,
}

/// PostgreSQL's `E'…'` has escapes whatever the setting; `at` is its quote.
fn slash(bytes: &[u8], at: usize, backslash: bool) -> bool {
    let before = |n: usize| at.checked_sub(n).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    backslash || before(1).eq_ignore_ascii_case(&b'e') && !before(2).is_ascii_alphanumeric()
}

impl ListScan {
    /// The length of the list up to its closing parenthesis, if the text has it.
    pub fn end(&mut self, text: &str, backslash: bool, limit: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let bytes = bytes.get(..limit).unwrap_or(bytes);
        while let Some(&b) = bytes.get(self.at) {
            self.at += 1;
            match (self.quote, b) {
                _ if self.escaped => self.escaped = false,
                (Some(b'\''), b'\\') if self.slash => self.escaped = true,
                (Some(open), b) if b == open => self.quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"' | b'`') => {
                    self.quote = Some(b);
                    self.slash = slash(bytes, self.at - 1, backslash);
                }
                (None, b'(') => self.depth += 1,
                (None, b')') if self.depth == 0 => return Some(self.at - 1),
                (None, b')') => self.depth -= 1,
                _ => {}
            }
        }
        None
    }
    /// How far it went.
    pub fn seen(&self) -> usize {
        self.at
    }
}

/// The items of a list, as written, without its parentheses.
pub(super) fn items(list: &str, backslash: bool) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut quote, mut slashes, mut escaped, mut from) = (0_u32, None, false, false, 0);
    for (at, b) in list.bytes().enumerate() {
        match (quote, b) {
            _ if escaped => escaped = false,
            (Some(b'\''), b'\\') if slashes => escaped = true,
            (Some(open), b) if b == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => {
                quote = Some(b);
                slashes = slash(list.as_bytes(), at, backslash);
            }
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => {
                out.push(list.get(from..at).unwrap_or_default().trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(list.get(from..).unwrap_or_default().trim());
    out
}

/// A table's name at the start of `text`, without quotes and schema, and what follows.
pub(super) fn name(text: &str) -> Option<(String, &str)> {
    let mut rest = text.trim_start();
    let mut name = String::new();
    for _ in 0..4 {
        let close = match rest.chars().next()? {
            quote @ ('`' | '"') => Some(quote),
            '[' => Some(']'),
            _ => None,
        };
        if let Some(close) = close {
            let inner = rest.get(1..)?;
            let end = inner.find(close).filter(|end| *end <= 300)?;
            name = inner.get(..end)?.to_string();
            rest = inner.get(end + close.len_utf8()..)?;
        } else {
            let end =
                rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | '.' | ',' | ';' | ')')).unwrap_or(rest.len()).min(rest.floor_char_boundary(300));
            name = rest.get(..end)?.to_string();
            rest = rest.get(end..)?;
        }
        match rest.trim_start().strip_prefix('.') {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    (!name.is_empty()).then_some((name, rest))
}

/// A column's name without its quotes.
pub(super) fn bare(written: &str) -> String {
    name(written).map_or_else(|| written.trim().to_string(), |(name, _)| name)
}

/// What a literal is.
#[derive(Debug, PartialEq)]
pub(super) enum Literal<'t> {
    Text(Cow<'t, str>),
    Bytes(Vec<u8>),
}

/// A literal's value: quotes and escapes go, NULL is empty, a conversion gives what it converts.
pub(super) fn literal(item: &str, backslash: bool) -> Literal<'_> {
    let text = |text: &'static str| Literal::Text(Cow::Borrowed(text));
    let first = item.as_bytes().first().copied().unwrap_or(b' ');
    if first.is_ascii_digit() && !item.starts_with("0x") && !item.starts_with("0X") || first == b'-' {
        return Literal::Text(Cow::Borrowed(item));
    }
    if item.eq_ignore_ascii_case("null") || item.eq_ignore_ascii_case("default") {
        return text("");
    }
    if let Some(bytes) = number_bytes(item) {
        return Literal::Bytes(bytes);
    }
    let Some((before, quoted)) = item.split_once('\'') else { return converted(item) };
    let prefix = before.trim().to_ascii_lowercase();
    if !prefix.contains('(') && prefix.len() > 24 {
        return Literal::Text(Cow::Borrowed(item));
    }
    let escapes = backslash || prefix.ends_with('e') && prefix.len() <= 1 || prefix.ends_with("(e");
    let (value, rest) = unquote(quoted, escapes);
    match prefix.as_str() {
        "x" => return cells::unhex(&value).map_or(Literal::Text(value.clone()), Literal::Bytes),
        "b" => return Literal::Text(value),
        // `bytea` of PostgreSQL.
        "" | "e" if value.starts_with("\\x") && value.len() > 2 => {
            if let Some(bytes) = value.get(2..).and_then(cells::unhex) {
                return Literal::Bytes(bytes);
            }
        }
        _ => {}
    }
    // Strings joined: `'a' || 'b'`, `N'a' + CHAR(13) + N'b'`.
    let joined = rest.trim_start();
    if joined.starts_with("||") || joined.starts_with('+') {
        let mut all = value.into_owned();
        let mut rest = rest;
        while let Some((_, next)) = rest.split_once('\'') {
            let (value, after) = unquote(next, escapes);
            all.push_str(&value);
            rest = after;
        }
        return Literal::Text(Cow::Owned(all));
    }
    Literal::Text(value)
}

/// What stands between quotes, and what follows the closing one.
fn unquote(quoted: &str, backslash: bool) -> (Cow<'_, str>, &str) {
    // Mostly there is nothing to undo.
    let special = |b: u8| b == b'\'' || backslash && b == b'\\';
    let Some(end) = quoted.bytes().position(special) else { return (Cow::Borrowed(quoted), "") };
    let after = quoted.get(end + 1..).unwrap_or_default();
    if quoted.as_bytes().get(end) == Some(&b'\'') && !after.starts_with('\'') {
        return (Cow::Borrowed(quoted.get(..end).unwrap_or_default()), after);
    }
    let mut out = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' if chars.as_str().starts_with('\'') => {
                chars.next();
                out.push('\'');
            }
            '\'' => return (Cow::Owned(out), chars.as_str()),
            '\\' if backslash => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('Z') => out.push('\u{1a}'),
                Some('0') => out.push('\0'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    (Cow::Owned(out), "")
}

/// `0x4C65` → its bytes.
fn number_bytes(item: &str) -> Option<Vec<u8>> {
    let digits = item.strip_prefix("0x").or_else(|| item.strip_prefix("0X"))?;
    cells::unhex(digits)
}

/// `CAST(0x… AS DateTime)`, `CAST(12.50 AS Decimal(9, 2))`, `CONVERT(bit, 1)`; anything else as written.
fn converted(item: &str) -> Literal<'_> {
    let written = || Literal::Text(Cow::Borrowed(item));
    let word = item.split('(').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(inner) = item.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map(|(inner, _)| inner) else { return written() };
    let (value, kind) = match word.as_str() {
        "cast" | "try_cast" => {
            let Some(at) = inner.to_ascii_lowercase().rfind(" as ") else { return written() };
            (inner.get(..at).unwrap_or_default().trim(), inner.get(at + 4..).unwrap_or_default().trim())
        }
        "convert" => match inner.split_once(',') {
            Some((kind, value)) => (value.trim(), kind.trim()),
            None => return written(),
        },
        _ => return written(),
    };
    let Some(bytes) = number_bytes(value) else { return Literal::Text(Cow::Borrowed(value)) };
    match moment(&bytes, &kind.to_ascii_lowercase()) {
        Some(date) => Literal::Text(Cow::Owned(date)),
        None => Literal::Bytes(bytes),
    }
}

/// Dates as SQL Server's scripts write them: the bytes of its own storage.
fn moment(bytes: &[u8], kind: &str) -> Option<String> {
    // Days from 0001-01-01 and from 1900-01-01 to 1970-01-01.
    const FIRST: i64 = 719_162;
    const CENTURY: i64 = 25_567;
    let big = |from: usize, to: usize| bytes.get(from..to).map(|part| part.iter().fold(0_i64, |n, b| n << 8 | i64::from(*b)));
    let little = |from: usize, to: usize| bytes.get(from..to).map(|part| part.iter().rev().fold(0_i64, |n, b| n << 8 | i64::from(*b)));
    let kind = kind.trim_matches(['[', ']']).split(['(', ']']).next().unwrap_or_default();
    match kind {
        "datetime" if bytes.len() == 8 => Some(cells::moment(i64::from(i32::try_from(big(0, 4)? << 32 >> 32).ok()?) - CENTURY, big(4, 8)? / 300)),
        "smalldatetime" if bytes.len() == 4 => Some(cells::moment(big(0, 2)? - CENTURY, big(2, 4)? * 60)),
        "date" if matches!(bytes.len(), 3 | 4) => Some(cells::day(little(0, 3)? - FIRST)),
        "datetime2" if bytes.len() >= 7 => {
            let scale = u32::from(*bytes.first()?);
            let end = bytes.len() - 3;
            (scale <= 7).then_some(())?;
            Some(cells::moment(little(end, end + 3)? - FIRST, little(1, end)? / 10_i64.pow(scale)))
        }
        _ => None,
    }
}

/// Whether `text` begins with `words`, in capitals or not.
pub(super) fn begins(text: &str, words: &str) -> bool {
    text.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words))
}

/// Where a statement ends: at a `;` outside quotes, before a line that is GO, or before a line that begins an INSERT. `None`
/// when more text may tell.
pub(super) fn statement_end(text: &str, backslash: bool, ended: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut quote, mut escaped, mut comment, mut dollars) = (None, false, false, true);
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match (quote, b) {
            (_, b'\n') if comment => comment = false,
            _ if comment => {}
            _ if escaped => escaped = false,
            (Some(b'\''), b'\\') if backslash => escaped = true,
            (Some(open), b) if b == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(b),
            (None, b'-') if bytes.get(at + 1) == Some(&b'-') => comment = true,
            (None, b';') => return Some(at),
            (None, b'$') if dollars => {
                // A function's body: `$$ … $$`, `$tag$ … $tag$`.
                let rest = text.get(at..).unwrap_or_default();
                let word = rest.bytes().skip(1).take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                if let Some(tag) = rest.get(..word + 2).filter(|tag| tag.ends_with('$')) {
                    if let Some(end) = rest.get(tag.len()..).and_then(|rest| rest.find(tag)) {
                        at += end + 2 * tag.len();
                        continue;
                    }
                    dollars = false;
                }
            }
            (None, b'\n') => {
                let line = text.get(at + 1..).unwrap_or_default().trim_start_matches([' ', '\t']);
                if !ended && line.len() < 16 {
                    return None;
                }
                let go = begins(line, "go") && line.get(2..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\r', '\n', ' ']));
                if go || begins(line, "insert ") || begins(line, "copy ") {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    if !ended {
        return None;
    }
    // A quote that is never closed must not swallow rows.
    Some(if quote.is_some() { cut(text) } else { text.len() })
}

/// Where a statement without an end is cut: before a line that begins rows, or at the last line.
pub(super) fn cut(text: &str) -> usize {
    let rows = ["\nINSERT ", "\ninsert ", "\nCOPY "].iter().filter_map(|words| text.find(words)).min();
    rows.or_else(|| text.rfind('\n')).filter(|at| *at > 0).map_or(text.len(), |at| at + 1)
}

/// A cell of COPY's text format.
pub(super) fn copied_cell(cell: &str, out: &mut String) {
    out.clear();
    if cell == "\\N" {
        return;
    }
    let mut rest = cell;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let mut chars = rest.get(at + 1..).unwrap_or_default().chars();
        match chars.next() {
            Some('n' | 'r' | 't' | 'v' | 'f' | 'b') => out.push(' '),
            Some(c) => out.push(c),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(item: &str, slash: bool, expect: &str) {
        let found = match literal(item, slash) {
            Literal::Text(text) => text.into_owned(),
            Literal::Bytes(bytes) => cells::hex(&bytes),
        };
        assert_eq!(found, expect, "{item}");
    }

    #[test]
    fn literals() {
        check("NULL", false, "");
        check("-12.5", false, "-12.5");
        check("'O''Neil'", false, "O'Neil");
        check("'C:\\'", false, "C:\\");
        check("'B\\'c\\n'", true, "B'c\n");
        check("N'Ram\u{ed}rez'", false, "Ram\u{ed}rez");
        check("E'a\\tb'", false, "a\tb");
        check("_binary 'ab\\0'", true, "ab\0");
        check("'x'::text", false, "x");
        check("'a' || 'b'", false, "ab");
        check("N'a' + CHAR(13) + N'b'", false, "ab");
        check("TO_DATE('1980-01-02', 'YYYY-MM-DD')", false, "1980-01-02");
        check("CAST(N'1980-01-02' AS Date)", false, "1980-01-02");
        check("CAST(0x0000724200000000 AS DateTime)", false, "1980-02-01");
        check("CAST(0x0000724200C5C100 AS DateTime)", false, "1980-02-01 12:00:00");
        check("CAST(0x724202D0 AS SmallDateTime)", false, "1980-02-01 12:00:00");
        check("CAST(0x9D070B00 AS Date)", false, "1980-02-01");
        check("CAST(0x0700000000009D070B AS DateTime2)", false, "1980-02-01");
        check("CAST(12.5000 AS Decimal(10, 4))", false, "12.5000");
        check("CONVERT(bit, 1)", false, "1");
        check("0x4C65", false, "0x4C65");
        check("X'4c65'", false, "0x4C65");
        check("'\\x4c65'", false, "0x4C65");
        check("now()", false, "now()");
        assert_eq!(items("1, 'a,\\'', (2,3)", true), ["1", "'a,\\''", "(2,3)"]);
        assert_eq!(name("`db`.`t 1` (a)"), Some(("t 1".into(), " (a)")));
        assert_eq!(name("[dbo].[Pat]([Id])"), Some(("Pat".into(), "([Id])")));
        assert_eq!(name("public.pt VALUES"), Some(("pt".into(), " VALUES")));
    }
}
