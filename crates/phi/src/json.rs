//! JSON with positions: strings and numbers stay slices of the text, so that a mention knows its place.

use std::borrow::Cow;

const DEPTH: usize = 100;

/// A JSON value; strings as written between the quotes.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Object(Vec<(&'a str, Json<'a>)>),
    Array(Vec<Json<'a>>),
    Text(&'a str),
    Number(&'a str),
    Other,
}

impl<'a> Json<'a> {
    /// The member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members.iter().find(|(k, _)| *k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    /// The text of member `key`, as written.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key) {
            Some(Json::Text(t) | Json::Number(t)) => Some(t),
            _ => None,
        }
    }
    /// Items of the array `key`; a single value counts as an array of one.
    pub fn items(&self, key: &str) -> &[Json<'a>] {
        match self.get(key) {
            Some(Json::Array(items)) => items,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        }
    }
}

/// A string's value: escapes resolved.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    serde_json::from_str::<String>(&format!("\"{raw}\"")).map_or(Cow::Borrowed(raw), Cow::Owned)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }
    fn eat(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }
    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return self.text.get(start..self.at - 1);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }
    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        if depth > DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            b'{' => {
                self.at += 1;
                let mut members = Vec::new();
                if self.eat(b'}').is_some() {
                    return Some(Json::Object(members));
                }
                loop {
                    let key = self.string()?;
                    self.eat(b':')?;
                    members.push((key, self.value(depth + 1)?));
                    if self.eat(b',').is_none() {
                        self.eat(b'}')?;
                        return Some(Json::Object(members));
                    }
                }
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                if self.eat(b']').is_some() {
                    return Some(Json::Array(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.eat(b',').is_none() {
                        self.eat(b']')?;
                        return Some(Json::Array(items));
                    }
                }
            }
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                while self.peek().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E')) {
                    self.at += 1;
                }
                self.text.get(start..self.at).map(Json::Number)
            }
            b'a'..=b'z' => {
                while self.peek().is_some_and(|b| b.is_ascii_lowercase()) {
                    self.at += 1;
                }
                Some(Json::Other)
            }
            _ => None,
        }
    }
}

/// Every JSON value of a text, one after the other (one document, or JSON lines). Stops at the first that is broken.
pub(crate) fn parse_all(text: &str) -> Vec<Json<'_>> {
    let mut parser = Parser { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let mut values = Vec::new();
    while let Some(value) = parser.value(0) {
        values.push(value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: usize) {
        assert_eq!(parse_all(text).len(), expect, "{text}");
    }

    #[test]
    fn values() {
        check(r#"{"a": [1, "x\"y", null, {}]}"#, 1);
        check("{\"a\":1}\n{\"a\":2}\n", 2);
        check(r#"{"a": "#, 0);
        check(&"[".repeat(10_000), 0);
        check(r#""\"#, 0);
        assert_eq!(unescape(r"Jos\u00e9"), "José");
        assert_eq!(parse_all(r#"{"name":"é"}"#)[0].text("name"), Some("é"));
    }
}
