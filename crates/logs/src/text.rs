//! Small readers and writers of text that several formats share.

use std::borrow::Cow;
use std::net::IpAddr;

/// The account in lower case without its domain; `None` for `-`, empty and `(null)`. With `upn`, what follows an `@` is a domain too
/// (not so for web portals, whose accounts may be whole e-mail addresses).
pub(crate) fn account(text: &str, upn: bool) -> Option<String> {
    let text = text.trim();
    let text = text.rsplit_once('\\').map_or(text, |(_, account)| account);
    let text = match text.split_once('@') {
        Some((account, _)) if upn && !account.is_empty() => account,
        _ => text,
    };
    present(text).map(str::to_lowercase)
}

/// The text, unless it stands for "nothing".
pub(crate) fn present(text: &str) -> Option<&str> {
    let text = text.trim();
    (!matches!(text, "" | "-" | "(null)" | "null" | "NULL" | "<none>" | "N/A" | "n/a" | "None" | "none")).then_some(text)
}

/// An IP address from the forms logs use: bare, `[addr]`, `addr:port`, `[addr]:port`, `ipv4:addr:port`, `::ffff:addr`, `addr%zone`.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(IpAddr::V4(_)) = text.parse() {
        return Some(text.to_string());
    }
    let text = text.strip_prefix("ipv4:").or_else(|| text.strip_prefix("ipv6:")).unwrap_or(text);
    let text = match text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        Some((inside, _)) => inside,
        None => text,
    };
    let text = text.split('%').next().unwrap_or(text);
    let parsed =
        text.parse::<IpAddr>().ok().or_else(|| text.rsplit_once(':').and_then(|(address, port)| port.parse::<u16>().ok().and(address.parse().ok())))?;
    Some(parsed.to_canonical().to_string())
}

/// `address:port`, IPv6 in brackets.
pub(crate) fn endpoint(address: Option<&str>, port: Option<&str>) -> Option<String> {
    let address = address.and_then(present)?;
    Some(match port.and_then(present) {
        Some(port) if address.contains(':') => format!("[{address}]:{port}"),
        Some(port) => format!("{address}:{port}"),
        None => address.to_string(),
    })
}

/// Percent-decoded text.
pub(crate) fn percent(text: &str) -> Cow<'_, str> {
    if text.contains('%') { Cow::Owned(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()) } else { Cow::Borrowed(text) }
}

/// Undoes `vis(3)` as OpenSSH and others write it: `\303\251` and `\\`.
pub(crate) fn unvis(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        match (byte, bytes.get(i + 1)) {
            (b'\\', Some(b'\\')) => {
                out.push(b'\\');
                i += 2;
            }
            (b'\\', Some(b'0'..=b'3')) => match bytes.get(i + 1..i + 4) {
                Some(octal) if octal.iter().all(|d| (b'0'..=b'7').contains(d)) => {
                    out.push((octal[0] - b'0') << 6 | (octal[1] - b'0') << 3 | (octal[2] - b'0'));
                    i += 4;
                }
                _ => {
                    out.push(byte);
                    i += 1;
                }
            },
            _ => {
                out.push(byte);
                i += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// The part of `text` between the first `open` and the next `close`.
pub(crate) fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(inside, _)| inside)
}

/// At most `n` bytes of a text, cut at a character.
pub(crate) fn clip(text: &str, n: usize) -> &str {
    if text.len() <= n {
        return text;
    }
    let end = (0..=n).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// The longest value kept in `detail`, bytes.
pub(crate) const MAX_VALUE: usize = 4096;

/// Writes the JSON object of an event's `detail`. Empty values are left out.
#[derive(Default)]
pub(crate) struct Detail(String);

impl Detail {
    /// Goes on from a finished object.
    pub fn from(finished: &str) -> Detail {
        let open = finished.strip_suffix('}').unwrap_or("");
        Detail(if open.len() > 1 { open.to_string() } else { String::new() })
    }
    fn key(&mut self, key: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        quote(key, &mut self.0);
        self.0.push(':');
    }
    pub fn text(mut self, key: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.key(key);
            quote(clip(value, MAX_VALUE), &mut self.0);
        }
        self
    }
    /// A value that is kept even when it is empty, up to `most` bytes.
    pub fn exact(mut self, key: &str, value: &str, most: usize) -> Self {
        self.key(key);
        quote(clip(value, most), &mut self.0);
        self
    }
    pub fn maybe(self, key: &str, value: Option<&str>) -> Self {
        self.text(key, value.unwrap_or(""))
    }
    pub fn number(mut self, key: &str, value: i64) -> Self {
        self.key(key);
        let mut digits = [0; 20];
        let mut n = value.unsigned_abs();
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 || at == 0 {
                break;
            }
        }
        if value < 0 {
            self.0.push('-');
        }
        self.0.extend(digits[at..].iter().map(|&d| d as char));
        self
    }
    pub fn truth(mut self, key: &str, value: bool) -> Self {
        self.key(key);
        self.0.push_str(if value { "true" } else { "false" });
        self
    }
    /// A number as the log wrote it, where JSON can have it so; otherwise the text.
    pub fn numeral(mut self, key: &str, value: &str) -> Self {
        let digits = value.strip_prefix('-').unwrap_or(value);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |t: &str| !t.is_empty() && t.len() <= 18 && t.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(part) || (whole.len() > 1 && whole.starts_with('0')) {
            return self.text(key, value);
        }
        self.key(key);
        self.0.push_str(value);
        self
    }
    /// A scalar of a JSON record as it is.
    pub fn value(self, key: &str, value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => self.text(key, text),
            serde_json::Value::Bool(truth) => self.truth(key, *truth),
            serde_json::Value::Number(number) => self.numeral(key, &number.to_string()),
            _ => self,
        }
    }
    pub fn maybe_number(self, key: &str, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.number(key, value),
            None => self,
        }
    }
    pub fn list<'t>(mut self, key: &str, values: impl IntoIterator<Item = &'t str>) -> Self {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.key(key);
            self.0.push('[');
            for (i, value) in values.enumerate() {
                if i > 0 {
                    self.0.push(',');
                }
                quote(clip(value, MAX_VALUE), &mut self.0);
            }
            self.0.push(']');
        }
        self
    }
    pub fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push_str(text);
    } else {
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if (c as u32) < 0x20 => {
                    out.push_str("\\u00");
                    out.push(char::from_digit(c as u32 >> 4, 16).unwrap_or('0'));
                    out.push(char::from_digit(c as u32 & 15, 16).unwrap_or('0'));
                }
                c => out.push(c),
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        for (text, upn, expect) in
            [("CLINIC\\JDoe", true, Some("jdoe")), ("jdoe@clinic.example", true, Some("jdoe")), ("a@b.example", false, Some("a@b.example")), ("-", true, None)]
        {
            assert_eq!(account(text, upn).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn addresses() {
        for (text, expect) in [
            ("10.0.0.1", "10.0.0.1"),
            ("ipv4:10.0.0.1:445", "10.0.0.1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("10.0.0.1:51515", "10.0.0.1"),
            ("ipv6:2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(address(text).as_deref(), Some(expect), "{text}");
        }
        assert_eq!(address("ws-01"), None);
    }

    #[test]
    fn details_are_json() {
        let text = Detail::default().text("a", "x\"\\\u{1}\n").number("n", -12).number("z", 0).list("l", ["é", "b"]).text("empty", "").finish();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, serde_json::json!({"a": "x\"\\\u{1}\n", "n": -12, "z": 0, "l": ["é", "b"]}));
        assert_eq!(Detail::default().finish(), "{}");
        assert_eq!(Detail::default().number("n", i64::MIN).finish(), format!("{{\"n\":{}}}", i64::MIN));
    }

    #[test]
    fn octal_escapes() {
        assert_eq!(unvis("caf\\303\\251 \\\\x \\9"), "café \\x \\9");
    }
}
