//! Windows code pages and RTF character sets as encodings.

use encoding_rs::Encoding;

/// The encoding of a code page with one byte or several a character; `None` for one that is not known (or is UTF-16).
pub(super) fn codepage(number: i64) -> Option<&'static Encoding> {
    let label = match number {
        932 | 943 => "shift_jis".into(),
        936 | 20936 => "gbk".into(),
        949 | 1361 | 51949 => "euc-kr".into(),
        950 => "big5".into(),
        51936 | 52936 | 54936 => "gb18030".into(),
        51932 => "euc-jp".into(),
        50220..=50222 => "iso-2022-jp".into(),
        65001 => "utf-8".into(),
        10000 | 32768 => "macintosh".into(),
        10007 => "x-mac-cyrillic".into(),
        866 => "ibm866".into(),
        20866 => "koi8-r".into(),
        21866 => "koi8-u".into(),
        // Of these pages only the letters of ASCII agree.
        437 | 850 | 20127 | 32769 => "windows-1252".into(),
        28591..=28606 => format!("iso-8859-{}", number - 28590),
        38598 => "iso-8859-8-i".into(),
        n => format!("windows-{n}"),
    };
    Encoding::for_label(label.as_bytes())
}

/// The encoding of a font's character set in RTF; `None` where the document's own holds.
pub(super) fn charset(number: i64) -> Option<&'static Encoding> {
    codepage(match number {
        77 => 10000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
