//! A JSON record as the flat `detail` of an event: nested names joined with dots, as rules write them.

use crate::text::{Detail, clip};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Names kept of one record; real ones have far fewer.
const MAX_NAMES: usize = 500;
/// Longest name, bytes.
const MAX_NAME: usize = 200;
/// Values kept of one list.
const MAX_VALUES: usize = 100;

/// Whether a field of this name holds something that opens something.
pub(crate) fn secret(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    ["password", "passwd", "secret", "cookie", "authorization", "credential", "private_key", "api_key", "apikey"].iter().any(|word| last.contains(word))
        || last.ends_with("token")
}

/// Adds every scalar below `map`; what `skip` names (by its full name) and secrets are left out. The values of a list, and of a
/// field in a list of objects, become a list.
pub(crate) fn flatten(map: &Map<String, Value>, detail: Detail, skip: &dyn Fn(&str) -> bool) -> Detail {
    let mut flat = Flat::default();
    flat.object("", map);
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
    names: Vec<String>,
    values: Vec<Vec<&'a Value>>,
    /// Where a name stands.
    at: HashMap<String, usize>,
}

impl<'a> Flat<'a> {
    fn object(&mut self, prefix: &str, map: &'a Map<String, Value>) {
        for (key, value) in map {
            if self.names.len() >= MAX_NAMES {
                return;
            }
            if prefix.is_empty() {
                self.add(clip(key, MAX_NAME), value);
            } else {
                self.add(clip(&format!("{prefix}.{}", clip(key, MAX_NAME)), MAX_NAME), value);
            }
        }
    }
    fn add(&mut self, name: &str, value: &'a Value) {
        match value {
            Value::Null => {}
            Value::Object(map) => self.object(name, map),
            Value::Array(values) => values.iter().take(MAX_VALUES).for_each(|value| self.add(name, value)),
            _ => match self.at.get(name) {
                Some(&at) if self.values[at].len() < MAX_VALUES => self.values[at].push(value),
                Some(_) => {}
                None => {
                    self.at.insert(name.to_string(), self.names.len());
                    self.names.push(name.to_string());
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
        let map = serde_json::json!({"a": {"b": 1, "c": {"d": true}}, "id.orig_h": "x", "l": ["1", 2], "o": [{"k": "v"}, {"k": "w", "password": "p"}], "n": null, "x-token": "t"});
        let got: Value = serde_json::from_str(&flatten(map.as_object().unwrap(), Detail::default(), &|name| name == "a.b").finish()).unwrap();
        assert_eq!(got, serde_json::json!({"a.c.d": true, "id.orig_h": "x", "l": ["1", "2"], "o.k": ["v", "w"]}));
    }
}
