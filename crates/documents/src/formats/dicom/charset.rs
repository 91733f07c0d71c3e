//! Specific character sets (0008,0005): single ones, and several with ISO 2022 escape sequences.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_15, SHIFT_JIS,
    UTF_8, WINDOWS_874, WINDOWS_1252, WINDOWS_1254,
};

/// How the text of a data set is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charset {
    first: Option<&'static Encoding>,
}

impl Charset {
    /// None declared: ASCII, in practice anything.
    pub const DEFAULT: Charset = Charset { first: None };

    /// Of a value of (0008,0005).
    pub fn of(value: &str) -> Charset {
        let first = value.split('\\').next().unwrap_or_default();
        let plain: String = first.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let number = plain.trim_start_matches("ISO").trim_start_matches("2022").trim_start_matches("IR");
        let first = match number {
            "100" | "88591" => Some(WINDOWS_1252),
            "101" | "88592" => Some(ISO_8859_2),
            "109" | "88593" => Some(ISO_8859_3),
            "110" | "88594" => Some(ISO_8859_4),
            "144" | "88595" => Some(ISO_8859_5),
            "127" | "88596" => Some(ISO_8859_6),
            "126" | "88597" => Some(ISO_8859_7),
            "138" | "88598" => Some(ISO_8859_8),
            "148" | "88599" => Some(WINDOWS_1254),
            "203" | "885915" => Some(ISO_8859_15),
            "166" => Some(WINDOWS_874),
            "13" => Some(SHIFT_JIS),
            "149" => Some(EUC_KR),
            "58" | "GBK" | "GB2312" => Some(GBK),
            "GB18030" => Some(GB18030),
            "BIG5" => Some(BIG5),
            "192" | "UTF8" => Some(UTF_8),
            _ => None,
        };
        Charset { first }
    }

    /// Text as characters.
    pub fn decode(self, bytes: &[u8]) -> String {
        if !bytes.contains(&0x1b) {
            return self.plain(bytes);
        }
        let (mut out, mut set) = (String::new(), Designated::First);
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some((designated, length)) = escape(rest) {
                set = designated;
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            // To the next escape, or to a delimiter, after which the first set holds again. Two-byte characters below 0x80 may
            // look like delimiters.
            let delimiter = |&b: &u8| matches!(b, b'\\' | b'^' | b'=' | b'\n' | b'\r' | b'\t' | 0x0c);
            let wide = matches!(set, Designated::Japanese | Designated::Supplement);
            let end = rest.iter().skip(1).position(|b| *b == 0x1b || !wide && delimiter(b)).map_or(rest.len(), |at| at + 1);
            let (part, after) = rest.split_at(end);
            if !wide && part.first().is_some_and(delimiter) {
                set = Designated::First;
            }
            match set {
                Designated::First => out.push_str(&self.plain(part)),
                Designated::Encoding(encoding) => out.push_str(&encoding.decode_without_bom_handling(part).0),
                Designated::Japanese => out.push_str(&EUC_JP.decode_without_bom_handling(&high(part, &[])).0),
                Designated::Supplement => out.push_str(&EUC_JP.decode_without_bom_handling(&high(part, &[0x8f])).0),
            }
            rest = after;
        }
        out
    }

    fn plain(self, bytes: &[u8]) -> String {
        // Programs write UTF-8 whatever they declare, and hardly anything else is valid UTF-8.
        if let Ok(text) = std::str::from_utf8(bytes) {
            let single = self.first.is_none_or(Encoding::is_single_byte) || self.first == Some(UTF_8);
            if bytes.is_ascii() || single {
                return text.to_string();
            }
        }
        let encoding = self.first.filter(|encoding| *encoding != UTF_8).unwrap_or(WINDOWS_1252);
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// The set that an escape sequence has designated.
#[derive(Clone, Copy)]
enum Designated {
    First,
    Encoding(&'static Encoding),
    /// JIS X 0208, two bytes below 0x80.
    Japanese,
    /// JIS X 0212, likewise.
    Supplement,
}

/// An escape sequence and its length. An unknown one is passed over.
fn escape(bytes: &[u8]) -> Option<(Designated, usize)> {
    let rest = bytes.strip_prefix(b"\x1b")?;
    Some(match rest {
        [b'$', b'B' | b'@', ..] => (Designated::Japanese, 3),
        [b'$', b'(', b'D', ..] => (Designated::Supplement, 4),
        [b'$', b')', b'C', ..] => (Designated::Encoding(EUC_KR), 4),
        [b'$', b')', b'A', ..] => (Designated::Encoding(GBK), 4),
        [b')', b'I', ..] | [b'(', b'J', ..] => (Designated::Encoding(SHIFT_JIS), 3),
        [b'-', set, ..] => {
            let encoding = match set {
                b'B' => ISO_8859_2,
                b'C' => ISO_8859_3,
                b'D' => ISO_8859_4,
                b'L' => ISO_8859_5,
                b'G' => ISO_8859_6,
                b'F' => ISO_8859_7,
                b'H' => ISO_8859_8,
                b'M' => WINDOWS_1254,
                b'T' => WINDOWS_874,
                b'b' => ISO_8859_15,
                _ => WINDOWS_1252,
            };
            (Designated::Encoding(encoding), 3)
        }
        [b'(', _, ..] => (Designated::First, 3),
        _ => (Designated::First, 1),
    })
}

/// Two-byte characters in the upper half, each after `lead`.
fn high(bytes: &[u8], lead: &[u8]) -> Vec<u8> {
    bytes.chunks(2).flat_map(|pair| lead.iter().copied().chain(pair.iter().map(|b| b | 0x80))).collect()
}

#[cfg(test)]
mod tests {
    use super::Charset;

    fn check(charset: &str, bytes: &[u8], expect: &str) {
        assert_eq!(Charset::of(charset).decode(bytes), expect);
    }

    #[test]
    fn sets() {
        check("", b"Lee^Ann", "Lee^Ann");
        check("ISO_IR 100", b"M\xfcller", "M\u{fc}ller");
        check("", b"M\xfcller", "M\u{fc}ller");
        check("ISO_IR 192", "M\u{fc}ller".as_bytes(), "M\u{fc}ller");
        check("ISO_IR 144", b"\xbb\xee\xda", "\u{41b}\u{44e}\u{43a}");
        check("GB18030", b"\xcd\xf5^\xd0\xa1", "\u{738b}^\u{5c0f}");
        // The examples of PS3.5, annexes H and I.
        check(
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada^Tarou=\u{5c71}\u{7530}^\u{592a}\u{90ce}=\u{3084}\u{307e}\u{3060}^\u{305f}\u{308d}\u{3046}",
        );
        check(
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J",
            "\u{ff94}\u{ff8f}\u{ff80}\u{ff9e}^\u{ff80}\u{ff9b}\u{ff73}=\u{5c71}\u{7530}",
        );
        check("\\ISO 2022 IR 149", b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "Hong^Gildong=\u{6d2a}^\u{5409}\u{6d1e}");
        check("ISO 2022 IR 100\\ISO 2022 IR 144", b"Lu\xe7^\x1b-L\xbb\xee\xda^\xe7", "Lu\u{e7}^\u{41b}\u{44e}\u{43a}^\u{e7}");
        check("", b"\x1b", "");
    }
}
