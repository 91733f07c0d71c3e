//! A JSON record as the flat `detail` of an event: nested names joined with dots, as rules write them.

use crate::text::{Detail, clip};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Names kept of one record; real ones have far fewer.
const MAX_NAMES: usize = 500;
/// Longest name, bytes.
const MAX_NAME: usize = 200;
/// Values kept of one list.
const MAX_VALUES: usize = 100;

/// Whether a field of this name holds something that opens something.
pub(crate) fn secret(name: &str) -> bool {
    // Asked for every field of every record: no searcher is set up, no copy made.
    let name = name.as_bytes();
    let begins = |at: usize, word: &str| name.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    let any = |at: usize, words: &[&str]| words.iter().any(|word| begins(at, word));
    let last = name.iter().rposition(|b| *b == b'.').map_or(0, |dot| dot + 1);
    (last..name.len()).any(|at| match name[at] | 0x20 {
        b'p' => any(at, &["password", "passwd", "private_key"]),
        b's' => begins(at, "secret"),
        b'c' => any(at, &["cookie", "credential"]),
        b'a' => any(at, &["authorization", "api_key", "apikey"]),
        b't' => begins(at, "token") && at + 5 == name.len(),
        _ => false,
    })
}

/// Adds every scalar below `map`; what `skip` names (by its full name) and secrets are left out. The values of a list, and of a
/// field in a list of objects, become a list.
pub(crate) fn flatten(map: &Map<String, Value>, detail: Detail, skip: &dyn Fn(&str) -> bool) -> Detail {
    let mut flat = Flat::default();
    flat.object("", map, None);
    flat.names.iter().zip(&flat.values).fold(detail, |detail, (name, values)| match values.as_slice() {
        _ if secret(name) || skip(name) => detail,
        [one] => detail.value(name, one),
        many => {
            let texts: Vec<_> = many.iter().filter_map(|value| crate::json::scalar(value)).collect();
            detail.list(name, texts.iter().map(|t| &**t))
        }
    })
}

#[derive(Default)]
struct Flat<'a> {
    names: Vec<Cow<'a, str>>,
    values: Vec<Vec<&'a Value>>,
}

impl<'a> Flat<'a> {
    /// `list` is how many names there were before the list began that this is a part of: only there does a name occur again.
    fn object(&mut self, prefix: &str, map: &'a Map<String, Value>, list: Option<usize>) {
        for (key, value) in map {
            if self.names.len() >= MAX_NAMES {
                return;
            }
            let name = match prefix {
                "" => Cow::Borrowed(clip(key, MAX_NAME)),
                _ => Cow::Owned(clip(&format!("{prefix}.{}", clip(key, MAX_NAME)), MAX_NAME).to_string()),
            };
            self.add(name, value, list);
        }
    }
    fn add(&mut self, name: Cow<'a, str>, value: &'a Value, list: Option<usize>) {
        match value {
            Value::Null => {}
            Value::Object(map) => self.object(&name, map, list),
            Value::Array(values) => {
                let list = list.or(Some(self.names.len()));
                values.iter().take(MAX_VALUES).for_each(|value| self.add(name.clone(), value, list));
            }
            _ => match list.and_then(|from| Some(from + self.names[from..].iter().position(|n| *n == name)?)) {
                Some(at) if self.values[at].len() < MAX_VALUES => self.values[at].push(value),
                Some(_) => {}
                None => {
                    self.names.push(name);
                    self.values.push(vec![value]);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let map = serde_json::json!({"a": {"b": 1, "c": {"d": true}}, "id.orig_h": "x", "l": ["1", 2], "o": [{"k": "v"}, {"k": "w", "password": "p"}], "n": null, "x-token": "t", "Set-Cookie": "c", "tokens": 3});
        let got: Value = serde_json::from_str(&flatten(map.as_object().unwrap(), Detail::default(), &|name| name == "a.b").finish()).unwrap();
        assert_eq!(got, serde_json::json!({"a.c.d": true, "id.orig_h": "x", "l": ["1", "2"], "o.k": ["v", "w"], "tokens": 3}));
    }
}
