//! JSON records: looking up values whose names differ between exporters.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::out::{Out, Parsed, TOO_LONG};
use crate::text::{Detail, MAX_VALUE, clip};
use dosimeter_case::Result;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A line as a JSON object. A line of a pretty array (`[{...},`) is one too. `None` if it is not; nesting is limited by the library (128).
pub(crate) fn object(line: &str) -> Option<Map<String, Value>> {
    let line = line.trim();
    let line = line.strip_prefix('[').unwrap_or(line).trim_start();
    let parsed = serde_json::from_str(line).ok().or_else(|| {
        let line = line.strip_suffix(']').unwrap_or(line).trim_end();
        serde_json::from_str(line.strip_suffix(',').unwrap_or(line)).ok()
    });
    // Web servers write control characters as `\x16`, which JSON does not know: it stays as text.
    let parsed = parsed.or_else(|| if line.contains("\\x") { serde_json::from_str(&line.replace("\\x", "\\\\x")).ok() } else { None });
    match parsed? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
/// Puts objects together that are written over several lines, as some exporters do.
#[derive(Default)]
pub(crate) struct Assembler {
    open: String,
    depth: i64,
}
/// What a line did.
pub(crate) enum Step<'a> {
    /// Punctuation, or a part of an object that goes on.
    More,
    /// A whole record (or something that is none).
    Whole(Cow<'a, str>),
    /// The object begun earlier never ended; this line is a record of its own.
    CutOff(&'a str),
    /// The object is longer than any record.
    TooLong,
}

impl Assembler {
    /// Whether the next line begins a record.
    pub fn at_start(&self) -> bool {
        self.open.is_empty()
    }
    /// Takes a line.
    pub fn take<'a>(&mut self, line: &'a str) -> Step<'a> {
        let change = balance(line);
        if self.open.is_empty() {
            if punctuation(line) {
                return Step::More;
            }
            if change <= 0 || !line.trim_start().starts_with(['{', '[']) {
                return Step::Whole(Cow::Borrowed(line));
            }
        } else if line.starts_with('{') && change == 0 {
            (self.open, self.depth) = (String::new(), 0);
            return Step::CutOff(line);
        }
        self.open.push_str(line);
        self.open.push('\n');
        self.depth += change;
        if self.open.len() > MAX_LINE {
            (self.open, self.depth) = (String::new(), 0);
            return Step::TooLong;
        }
        if self.depth > 0 {
            return Step::More;
        }
        self.depth = 0;
        Step::Whole(Cow::Owned(std::mem::take(&mut self.open)))
    }
}

/// Braces opened less braces closed, outside strings.
fn balance(line: &str) -> i64 {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for byte in line.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth
}

/// Percent of the sample's objects that are `good`.
pub(crate) fn share(sample: &Sample, good: impl Fn(&Map<String, Value>) -> bool) -> u32 {
    if !sample.text.trim_start().starts_with(['{', '[']) {
        return 0;
    }
    let mut assembler = Assembler::default();
    let (mut objects, mut hits) = (0, 0);
    for line in &sample.lines {
        if let Step::Whole(text) = assembler.take(line) {
            objects += 1;
            hits += u32::from(object(&text).is_some_and(|map| good(&map)));
        }
    }
    if hits == 0 { 0 } else { (100 * hits / objects).max(1) }
}

/// One record per object.
pub(crate) fn each_object(lines: &mut Lines, out: &mut Out, mut parse: impl FnMut(&mut Out, &Map<String, Value>) -> Parsed) -> Result<()> {
    const CUT_OFF: &str = "a JSON object without its end";
    let mut assembler = Assembler::default();
    while let Some(line) = lines.next()? {
        if assembler.at_start() && !punctuation(&line.text) || line.too_long {
            out.record(line.offset);
        }
        if line.too_long {
            assembler = Assembler::default();
            out.reject(TOO_LONG)?;
            continue;
        }
        let whole = match assembler.take(&line.text) {
            Step::More => continue,
            Step::TooLong => {
                out.reject(TOO_LONG)?;
                continue;
            }
            Step::CutOff(record) => {
                out.reject(CUT_OFF)?;
                out.record(line.offset);
                Cow::Borrowed(record)
            }
            Step::Whole(record) => record,
        };
        let parsed = match object(&whole) {
            Some(map) => parse(out, &map),
            None => Err("not a JSON object"),
        };
        out.take(parsed)?;
    }
    if assembler.at_start() { Ok(()) } else { out.reject(CUT_OFF) }
}

/// Punctuation of an array around its objects: no record.
fn punctuation(line: &str) -> bool {
    line.bytes().all(|b| matches!(b, b'[' | b']' | b',') || b.is_ascii_whitespace())
}

/// The value of a key, whatever its case.
pub(crate) fn get<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key).or_else(|| map.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v))
}
/// The value below a path of keys; a dotted key in one object counts as a path too.
pub(crate) fn path<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    if let Some(value) = (keys.len() > 1).then(|| get(map, &keys.join("."))).flatten() {
        return Some(value);
    }
    let (first, rest) = keys.split_first()?;
    let value = get(map, first)?;
    if rest.is_empty() { Some(value) } else { path(value.as_object()?, rest) }
}
/// A string, number or truth value as text; `None` for null and for structures.
pub(crate) fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Owned(truth.to_string())),
        _ => None,
    }
}
/// The first of several names that has a scalar value.
pub(crate) fn text(map: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| get(map, key).and_then(scalar)).map(Cow::into_owned)
}
/// The first of several names that has a whole number (also as text).
pub(crate) fn number(map: &Map<String, Value>, keys: &[&str]) -> Option<i64> {
    keys.iter().find_map(|key| scalar(get(map, key)?)?.trim().parse().ok())
}

/// Names whose values may open something: they are not kept.
fn secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or(&name);
    let hidden =
        ["password", "passwd", "secretaccesskey", "sessiontoken", "secretstring", "secretbinary", "authorization", "cookie", "clientsecret", "signature"];
    hidden.iter().any(|word| last.contains(word))
        || matches!(last, "secret" | "token" | "accesstoken" | "refreshtoken" | "nexttoken" | "credentials" | "keymaterial")
}

/// Most names kept of one record, most values of one name, most bytes of all: a record may give thousands of events with the same detail.
const MAX_NAMES: usize = 400;
const MAX_VALUES: usize = 200;
const MAX_BYTES: usize = 64 * 1024;

/// The scalars below an object under dotted names (`userIdentity.type`). What stands in arrays is a list under the array's name;
/// pairs of `Name` and `Value` in an array are names of their own.
#[derive(Default)]
pub(crate) struct Flat {
    values: BTreeMap<String, Vec<Value>>,
    /// Names that stand for lists, also of one value.
    lists: BTreeSet<String>,
    bytes: usize,
}

impl Flat {
    /// Takes in all values of an object but those named.
    pub fn of(map: &Map<String, Value>, without: &[&str]) -> Flat {
        let mut flat = Flat::default();
        for (key, value) in map.iter().filter(|(key, _)| !without.contains(&key.as_str())) {
            flat.add(key, value, false, 0);
        }
        flat
    }

    /// Takes in a value under a name.
    pub fn add(&mut self, name: &str, value: &Value, listed: bool, depth: usize) {
        if depth > 12 || name.len() > 300 {
            return;
        }
        match value {
            Value::Null => {}
            Value::Object(map) => match (listed, map.get("Name")) {
                (true, Some(Value::String(own))) if !own.is_empty() && map.len() > 1 => {
                    for (key, value) in map.iter().filter(|(key, _)| *key != "Name") {
                        let name = if key == "Value" { format!("{name}.{own}") } else { format!("{name}.{own}.{key}") };
                        self.add(&name, value, false, depth + 1);
                    }
                }
                _ => map.iter().for_each(|(key, value)| self.add(&format!("{name}.{key}"), value, listed, depth + 1)),
            },
            Value::Array(items) => items.iter().for_each(|item| self.add(name, item, true, depth + 1)),
            scalar => {
                if self.bytes > MAX_BYTES || !self.values.contains_key(name) && self.values.len() >= MAX_NAMES {
                    return;
                }
                let values = self.values.entry(name.to_string()).or_default();
                if values.len() < MAX_VALUES {
                    let value = match scalar {
                        _ if secret(name) => Value::String("[removed]".to_string()),
                        Value::String(text) => Value::String(clip(text, MAX_VALUE).to_string()),
                        other => other.clone(),
                    };
                    self.bytes += name.len() + value.as_str().map_or(8, str::len);
                    values.push(value);
                }
                if listed {
                    self.lists.insert(name.to_string());
                }
            }
        }
    }

    /// The first value of a name, as text.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.values.get(name).and_then(|values| scalar(values.first()?))
    }

    /// Writes everything to the detail.
    pub fn write(&self, mut detail: Detail) -> Detail {
        for (name, values) in &self.values {
            detail = match values.as_slice() {
                [Value::Number(number)] if !self.lists.contains(name) && number.is_i64() => detail.maybe_number(name, number.as_i64()),
                [value] if !self.lists.contains(name) => detail.maybe(name, scalar(value).as_deref()),
                values => {
                    let texts: Vec<_> = values.iter().filter_map(scalar).collect();
                    detail.list(name, texts.iter().map(|text| text.as_ref()))
                }
            };
        }
        detail
    }
}

/// A value as JSON text without the values of names that may open something.
pub(crate) fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), if secret(k) { Value::String("[removed]".to_string()) } else { without_secrets(v) })).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_secrets).collect()),
        other => other.clone(),
    }
}
