//! A lenient reader of HTML and XML: tags, attributes and text, never an error, never an entity expansion, no recursion.

use std::borrow::Cow;

/// A piece of markup.
pub(crate) enum Token<'a> {
    /// Text, entities decoded.
    Text(Cow<'a, str>),
    /// A start tag; `empty` when it closes itself.
    Open { name: &'a str, attributes: &'a str, empty: bool },
    /// An end tag.
    Close(&'a str),
}

/// Reads markup from left to right.
pub(crate) struct Markup<'a> {
    rest: &'a str,
    html: bool,
    raw: Option<&'static str>,
}

impl<'a> Markup<'a> {
    /// XML: names keep their case; only their local part is given.
    pub fn xml(text: &'a str) -> Markup<'a> {
        Markup { rest: text, html: false, raw: None }
    }
    /// HTML: `script` and `style` hold no markup and are left out.
    pub fn html(text: &'a str) -> Markup<'a> {
        Markup { rest: text, html: true, raw: None }
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if let Some(name) = self.raw.take() {
                self.rest = end_of_raw(self.rest, name);
            }
            if self.rest.is_empty() {
                return None;
            }
            let Some(tag) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Text(unescape(text)));
            };
            if let Some(comment) = tag.strip_prefix("!--") {
                self.rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
            } else if let Some(data) = tag.strip_prefix("![CDATA[") {
                let end = data.find("]]>").unwrap_or(data.len());
                self.rest = data.get(end + 3..).unwrap_or_default();
                return Some(Token::Text(Cow::Borrowed(data.get(..end).unwrap_or_default())));
            } else if tag.starts_with(['!', '?']) {
                self.rest = after_declaration(tag);
            } else if tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/') {
                let end = end_of_tag(tag);
                let inside = tag.get(..end).unwrap_or_default();
                self.rest = tag.get(end + 1..).unwrap_or_default();
                if let Some(name) = inside.strip_prefix('/') {
                    return Some(Token::Close(local(name.trim(), self.html)));
                }
                let empty = inside.ends_with('/');
                let inside = inside.trim_end_matches('/');
                let cut = inside.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inside.len());
                let (name, attributes) = inside.split_at(cut);
                let name = local(name, self.html);
                if self.html && !empty {
                    self.raw = ["script", "style"].into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
                }
                return Some(Token::Open { name, attributes, empty });
            } else {
                // A stray `<` is text.
                self.rest = tag;
                return Some(Token::Text(Cow::Borrowed("<")));
            }
        }
    }
}

fn local(name: &str, html: bool) -> &str {
    if html { name } else { name.rsplit(':').next().unwrap_or(name) }
}

/// Where a tag ends: at the first `>` outside quotes, or, when a quote is never closed, at the first `>` of all.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, b) in tag.bytes().enumerate().take(1 << 20) {
        match (quote, b) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(open), b) if open == b => quote = None,
            _ => {}
        }
    }
    tag.find('>').unwrap_or(tag.len())
}

/// After `<!DOCTYPE …>` (with its internal subset) or `<?…?>`.
fn after_declaration(tag: &str) -> &str {
    let mut depth = 0_i32;
    for (at, b) in tag.bytes().enumerate() {
        match b {
            b'[' => depth += 1,
            b']' => depth -= 1,
            b'>' if depth <= 0 => return tag.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

fn end_of_raw<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + at;
        if text.get(start + 2..start + 2 + name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)) {
            return text.get(start..).unwrap_or_default();
        }
        from = start + 2;
    }
    ""
}

/// The value of attribute `name` (its local part in XML), entities decoded.
pub(crate) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let cut = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(cut);
        if key.is_empty() && after.is_empty() {
            return None;
        }
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            rest = after;
            if key.is_empty() {
                return None;
            }
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inside = value.get(1..).unwrap_or_default();
                inside.split_once(quote).unwrap_or((inside, ""))
            }
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if key.eq_ignore_ascii_case(name) || key.rsplit(':').next().is_some_and(|local| local == name) {
            return Some(unescape(value));
        }
        rest = after;
    }
}

/// Decodes character references; unknown ones stay as written.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let end = after.char_indices().take(12).find(|(i, c)| *i > 0 && !c.is_ascii_alphanumeric() && *c != '#').map_or(after.len().min(12), |(i, _)| i);
        let name = after.get(1..end).unwrap_or_default();
        match reference(name) {
            Some(c) => {
                out.push(c);
                rest = after.get(end..).unwrap_or_default();
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
            None => {
                out.push('&');
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        // HTML written for Windows uses the code page's numbers.
        if let (0x80..=0x9f, Ok(byte)) = (code, u8::try_from(code)) {
            return encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
        }
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    if let Some(at) = LATIN1.iter().position(|latin| *latin == name) {
        return char::from_u32(0xa0 + at as u32);
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

/// Names of U+00A0 to U+00FF, in order.
const LATIN1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2",
    "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve",
    "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc",
    "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve",
    "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bull", '•'),
    ("hellip", '…'),
    ("trade", '™'),
    ("euro", '€'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("le", '≤'),
    ("ge", '≥'),
    ("rarr", '→'),
    ("larr", '←'),
    ("check", '✓'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &str) {
        let mut out = String::new();
        for token in Markup::html(html) {
            match token {
                Token::Text(text) => out.push_str(&text),
                Token::Open { name, empty, .. } => out.push_str(&format!("[{name}{}]", if empty { "/" } else { "" })),
                Token::Close(name) => out.push_str(&format!("[/{name}]")),
            }
        }
        assert_eq!(out, expect);
    }

    #[test]
    fn tokens() {
        check("<p class='a>b'>x &amp; y</p>", "[p]x & y[/p]");
        check("<!DOCTYPE x [<!ENTITY a \"b\">]><br/>&a;&#39;&eacute;&#x41", "[br/]&a;'\u{e9}A");
        check("<script>if (a < b) '</p>'</script>t", "[script][/script]t");
        check("a < b <!-- <p> --> c<", "a < b  c<");
        check("<![CDATA[<raw>]]>", "<raw>");
        check("<p title=\"unclosed>text", "[p]text");
        check("<script>never closed", "[script]");
    }

    #[test]
    fn attributes() {
        let of = |text, name| attribute(text, name).map(Cow::into_owned);
        assert_eq!(of(" r:id=\"rId1\" name='A &amp; B' x=1 disabled", "id").as_deref(), Some("rId1"));
        assert_eq!(of(" r:id=\"rId1\" name='A &amp; B' x=1 disabled", "name").as_deref(), Some("A & B"));
        assert_eq!(of(" r:id=\"rId1\" name='A &amp; B' x=1 disabled", "x").as_deref(), Some("1"));
        assert_eq!(of(" disabled", "y"), None);
    }
}
