//! MAPI: what Outlook's items are made of, whichever file keeps them (MSG, PST, TNEF). Properties with a number or a name
//! become the passages of a message, an appointment, a contact, a task.

use super::body;
use super::mapi_names::{FIELDS, NAMED, PUBLIC};
use super::mapi_rtf;
use crate::Task;
use crate::text;
use bytes::Bytes;
use dosimeter_case::tables::{DocumentStatus, Layout};
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// A GUID as it is stored.
pub(super) type Guid = [u8; 16];

/// Which property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// One with a number of its own.
    Tag(u16),
    /// A named property whose name is a number within a set.
    Number(Guid, u32),
    /// A named property whose name is a word within a set.
    Name(Guid, String),
}

/// A property's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Integer(i64),
    Real(f64),
    Bool(bool),
    /// 100 nanoseconds since 1601.
    Time(i64),
    Text(String),
    /// Text in the item's code page.
    Narrow(Bytes),
    Binary(Bytes),
    Many(Vec<Value>),
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.get(..N)?.try_into().ok()
}

impl Value {
    /// A value of fixed size. `None` for types that are not, or hold nothing.
    pub fn fixed(kind: u16, bytes: &[u8]) -> Option<Value> {
        Some(match kind {
            0x02 => Value::Integer(i16::from_le_bytes(array(bytes)?).into()),
            0x03 => Value::Integer(i32::from_le_bytes(array(bytes)?).into()),
            0x04 => Value::Real(f32::from_le_bytes(array(bytes)?).into()),
            0x05 => Value::Real(f64::from_le_bytes(array(bytes)?)),
            0x06 => Value::Real(i64::from_le_bytes(array(bytes)?) as f64 / 10_000.0),
            // Days since 30 December 1899.
            0x07 => Value::Time(((f64::from_le_bytes(array(bytes)?) + 109_205.0) * 864e9) as i64),
            0x0b => Value::Bool(*bytes.first()? != 0),
            0x14 => Value::Integer(i64::from_le_bytes(array(bytes)?)),
            0x40 => Value::Time(i64::from_le_bytes(array(bytes)?)),
            _ => return None,
        })
    }
    /// Bytes of a value of fixed size, 0 for the others.
    pub fn size(kind: u16) -> usize {
        match kind {
            0x02 | 0x0b => 2,
            0x03 | 0x04 | 0x0a => 4,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
            0x48 => 16,
            _ => 0,
        }
    }
    /// A value of variable size.
    pub fn variable(kind: u16, bytes: Bytes) -> Option<Value> {
        Some(match kind {
            0x1e => Value::Narrow(bytes),
            0x1f => Value::Text(wide(&bytes)),
            0x0d | 0x48 | 0xfb | 0x102 => Value::Binary(bytes),
            _ => return None,
        })
    }
}

/// UTF-16LE up to its closing zero, if it has one.
pub(super) fn wide(bytes: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes.get(..bytes.len() & !1).unwrap_or_default()).0;
    text.trim_end_matches('\0').trim_start_matches('\u{feff}').to_string()
}

/// Windows' number of a code page.
pub(super) fn codepage(number: i64) -> Option<&'static Encoding> {
    match number {
        1200 => Some(encoding_rs::UTF_16LE),
        1201 => Some(encoding_rs::UTF_16BE),
        number => super::codepage::codepage(number),
    }
}

/// Bytes in a code page that may be unknown, or stated wrongly.
fn narrow(bytes: &[u8], encoding: Option<&'static Encoding>) -> String {
    let bytes = bytes.get(..bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1)).unwrap_or_default();
    // Whatever the code page: what is UTF-8 by its form is UTF-8.
    match (std::str::from_utf8(bytes), encoding) {
        (Ok(_), Some(encoding)) if !encoding.is_ascii_compatible() => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        (Ok(text), _) => text.to_string(),
        (Err(_), Some(encoding)) if encoding != encoding_rs::UTF_8 => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        (Err(_), _) => text::eight_bit(bytes),
    }
}

/// The properties of an item, a recipient or an attachment.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties {
    map: BTreeMap<Key, Value>,
    /// The code page of the item around it.
    pub outer: Option<&'static Encoding>,
}

impl Properties {
    /// None yet; `outer` is the code page of the item around them.
    pub fn new(outer: Option<&'static Encoding>) -> Properties {
        Properties { outer, ..Properties::default() }
    }
    pub fn insert(&mut self, key: Key, value: Value) {
        self.map.insert(key, value);
    }
    pub fn tag(&mut self, tag: u16, value: Value) {
        self.map.insert(Key::Tag(tag), value);
    }
    pub fn get(&self, tag: u16) -> Option<&Value> {
        self.map.get(&Key::Tag(tag))
    }
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }
    /// A number.
    pub fn integer(&self, tag: u16) -> Option<i64> {
        match self.get(tag)? {
            Value::Integer(n) => Some(*n),
            Value::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }
    /// A text that is not blank.
    pub fn text(&self, tag: u16) -> Option<String> {
        self.shown(self.get(tag)?).filter(|text| !text.trim().is_empty())
    }
    /// Bytes.
    pub fn binary(&self, tag: u16) -> Option<&Bytes> {
        match self.get(tag)? {
            Value::Binary(bytes) | Value::Narrow(bytes) => Some(bytes),
            _ => None,
        }
    }
    /// The code page of its texts.
    pub fn encoding(&self) -> Option<&'static Encoding> {
        [0x3ffd, 0x3fde, 0x66c3].into_iter().find_map(|tag| codepage(self.integer(tag)?)).or(self.outer)
    }
    /// A value in words; `None` for what has none.
    fn shown(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Integer(n) => n.to_string(),
            Value::Real(n) => n.to_string(),
            Value::Bool(b) => if *b { "yes" } else { "no" }.into(),
            Value::Time(time) => date(*time)?,
            Value::Text(text) => text.clone(),
            Value::Narrow(bytes) => narrow(bytes, self.encoding()),
            Value::Binary(_) => return None,
            Value::Many(values) => values.iter().filter_map(|value| self.shown(value)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        })
    }
    /// The HTML body.
    fn html(&self) -> Option<String> {
        let internet = self.integer(0x3fde).and_then(codepage);
        match self.get(0x1013)? {
            Value::Binary(bytes) | Value::Narrow(bytes) => {
                let stateful = internet.is_some_and(|encoding| !encoding.is_ascii_compatible());
                match std::str::from_utf8(bytes) {
                    Ok(text) if !stateful && !text.contains('\0') => Some(text.to_string()),
                    Ok(_) if !stateful => text::decode(bytes),
                    _ => match internet.filter(|encoding| *encoding != encoding_rs::UTF_8) {
                        Some(encoding) => Some(encoding.decode(bytes).0.into_owned()),
                        None => Some(text::decode(bytes).unwrap_or_else(|| text::eight_bit(bytes))),
                    },
                }
            }
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
    /// `name <address>` of a recipient row.
    fn person(&self) -> String {
        let name = self.text(0x3001).or_else(|| self.text(0x5ff6)).or_else(|| self.text(0x3a20));
        // An Exchange address (`/o=…`) names nobody outside.
        let address = [0x39fe, 0x3003].into_iter().filter_map(|tag| self.text(tag)).find(|address| !address.starts_with('/'));
        person(name, address.or_else(|| self.text(0x403e).filter(|address| address.contains('@'))))
    }
}

fn person(name: Option<String>, address: Option<String>) -> String {
    match (name, address) {
        (Some(name), Some(address)) if name.trim_matches('\'') != address => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default(),
    }
}

/// A point in time as text, in UTC. The far future that stands for "none" gives nothing.
pub(super) fn date(filetime: i64) -> Option<String> {
    let seconds = filetime.div_euclid(10_000_000) - 11_644_473_600;
    let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    if !(1602..4500).contains(&year) {
        return None;
    }
    Some(match time {
        0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"),
    })
}

/// Gives an item's passages: what its headers say and its bodies at `locator`, its other fields at `locator fields`.
pub(super) fn item(task: &mut Task<'_, '_>, item: &Properties, recipients: &[Properties], locator: &str, prefix: &str) {
    let header = header(item, recipients);
    let (mut plain, mut html) = (Vec::new(), Vec::new());
    plain.extend(item.text(0x1000));
    html.extend(item.html());
    if let Some(packed) = item.binary(0x1009) {
        match mapi_rtf::decompress(packed, task.budget().text_chars as usize) {
            Some(rtf) => match mapi_rtf::html(&rtf) {
                Some(mapi_rtf::Inside::Html(text)) => html.push(text),
                Some(mapi_rtf::Inside::Text(text)) => plain_unless_same(&mut plain, text),
                None => plain_unless_same(&mut plain, super::rtf::text(&rtf)),
            },
            None if plain.is_empty() && html.is_empty() => task.problem(DocumentStatus::Partly, "a message body is damaged"),
            None => {}
        }
    }
    body::give(task, locator, prefix, &header, plain, html);
    let fields = fields(item);
    if !fields.is_empty() {
        let locator = if locator == "message" { "fields".to_string() } else { format!("{locator} fields") };
        task.passage(locator, Layout::Form, Vec::new(), 1, fields);
    }
}

/// An RTF body counts when it says something that the plain one does not.
fn plain_unless_same(plain: &mut Vec<String>, text: String) {
    let before = body::Words::of(plain.iter().map(String::as_str));
    if !before.contain(&text) {
        plain.push(text);
    }
}

fn header(item: &Properties, recipients: &[Properties]) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let value = value.replace(['\r', '\n', '\t'], " ");
        if !value.trim().is_empty() {
            out.push_str(&format!("{name}: {}\n", value.trim()));
        }
    };
    let smtp = |tags: [u16; 2]| tags.into_iter().filter_map(|tag| item.text(tag)).find(|address| !address.starts_with('/'));
    let from = person(item.text(0x42), smtp([0x5d02, 0x65]));
    let sender = person(item.text(0xc1a), smtp([0x5d01, 0xc1f]));
    let from = if from.is_empty() { sender.clone() } else { from };
    // What Outlook writes where there is no sender, as of a contact.
    line("From", if from == "Unknown" { String::new() } else { from.clone() });
    if !from.is_empty() && sender != from {
        line("Sender", sender);
    }
    for (name, kind, display) in [("To", 1, 0xe04), ("Cc", 2, 0xe03), ("Bcc", 3, 0xe02)] {
        let people: Vec<String> =
            recipients.iter().filter(|row| row.integer(0xc15).unwrap_or(1) & 0xf == kind).map(Properties::person).filter(|p| !p.is_empty()).collect();
        line(name, if people.is_empty() { item.text(display).unwrap_or_default() } else { people.join(", ") });
    }
    line("Reply-To", item.text(0x50).unwrap_or_default());
    line("Received by", person(item.text(0x40), [0x5d07, 0x76].into_iter().filter_map(|tag| item.text(tag)).find(|address| !address.starts_with('/'))));
    // A PST says how long the prefix (`RE: `) is, before the subject itself.
    let subject = item.text(0x37).or_else(|| item.text(0x0e1d)).or_else(|| item.text(0x70)).unwrap_or_default();
    let mut rest = subject.chars();
    line("Subject", if rest.next() == Some('\u{1}') { rest.skip(1).collect() } else { subject });
    line("Date", [0x39, 0x0e06, 0x3007].into_iter().find_map(|tag| item.text(tag)).unwrap_or_default());
    // What only the Internet header says.
    if let Some(raw) = item.text(0x7d) {
        super::mail::more_headers(raw.as_bytes(), &mut line);
    }
    out
}

/// One line per field that is no header: `name: value`.
fn fields(item: &Properties) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let value = super::blocks::squeeze(&value);
        if !value.is_empty() && !name.is_empty() {
            out.push_str(&format!("{name}: {value}\n"));
        }
    };
    let class = item.text(0x1a).unwrap_or_default().to_uppercase();
    // A message's own flags and times say nothing about people.
    let message = class.starts_with("IPM.NOTE") || class.is_empty();
    let contact = class.starts_with("IPM.CONTACT") || class.starts_with("IPM.DISTLIST") || item.get(0x3a06).is_some() || item.get(0x3a11).is_some();
    for (tag, name, always) in FIELDS {
        if (*always || contact)
            && let Some(value) = item.text(*tag)
        {
            line(name, value);
        }
    }
    for (key, value) in &item.map {
        let shown = item.shown(value).filter(|text| !text.is_empty());
        match (key, shown) {
            (Key::Number(set, number), Some(text)) => {
                if let Some((_, _, name)) = NAMED.iter().find(|(group, known, _)| group == set && known == number)
                    && !(message && matches!(value, Value::Bool(_) | Value::Integer(_)))
                    && text != "no"
                    && text != "0"
                {
                    line(name, text);
                }
            }
            // Members of a distribution list.
            (Key::Number(_, 0x8054), None) => {
                if let Value::Many(members) = value {
                    members.iter().filter_map(member).for_each(|person| line("Member", person));
                }
            }
            // Fields that the users or their programs made up.
            (Key::Name(set, name), Some(text)) if *set == PUBLIC && !(name.contains('/') || name.starts_with("urn:") || name.starts_with("x-ms")) => {
                line(name, text);
            }
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A member of a distribution list, kept as a "one-off" entry: flags, provider, version, then name, address type, address.
fn member(entry: &Value) -> Option<String> {
    let Value::Binary(bytes) = entry else { return None };
    let unicode = bytes.get(23)? & 0x80 != 0;
    let rest = bytes.get(24..)?;
    let texts: Vec<String> = match unicode {
        true => wide(rest).split('\0').map(String::from).collect(),
        false => rest.split(|b| *b == 0).map(|text| narrow(text, None)).collect(),
    };
    let [name, _, address, ..] = texts.as_slice() else { return None };
    Some(person(Some(name.clone()).filter(|name| !name.is_empty()), Some(address.clone()).filter(|address| address.contains('@'))))
}

/// An attachment's file name, or none.
pub(super) fn attachment_name(attachment: &Properties) -> Option<String> {
    [0x3707, 0x3704, 0x3001].into_iter().find_map(|tag| attachment.text(tag)).map(|name| name.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let check = |filetime, expect: Option<&str>| assert_eq!(date(filetime).as_deref(), expect);
        check(116_444_736_000_000_000, Some("1970-01-01"));
        check(133_274_232_000_000_000, Some("2023-05-01 14:00:00 UTC"));
        check(0, None);
        check(0x0cb3_4557_a3dd_4000, None);
        check(i64::MAX, None);
        check(i64::MIN, None);
    }

    #[test]
    fn code_pages() {
        assert_eq!(narrow(b"N\xfa\xf1ez\0", codepage(1252)), "N\u{fa}\u{f1}ez");
        assert_eq!(narrow("N\u{fa}\u{f1}ez".as_bytes(), codepage(1252)), "N\u{fa}\u{f1}ez");
        assert_eq!(narrow(b"\xcf\xf0", codepage(1251)), "\u{41f}\u{440}");
        assert_eq!(codepage(123), None);
    }
}
