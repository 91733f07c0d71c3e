//! dBase and FoxPro tables (DBF). The rows that are marked as deleted are in the file all the same: they are given as a table
//! of their own. Texts of memo fields are in another file, which is read as itself.

use super::cells;
use crate::table::Builder;
use crate::text;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::Encoding;

/// First bytes of the kinds of file there are.
const VERSIONS: &[u8] = &[0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7b, 0x83, 0x8b, 0x8c, 0x8e, 0xcb, 0xe5, 0xf5, 0xfb];
/// Most fields there can be (FoxPro 255, dBase 7 1,024).
const FIELDS: usize = 1024;

#[derive(Debug)]
struct Field {
    name: String,
    kind: u8,
    from: usize,
    length: usize,
    decimals: u8,
}

/// What the header says.
#[derive(Debug)]
struct Header {
    fields: Vec<Field>,
    /// Where the rows begin, how long one is, how many there are said to be.
    start: usize,
    length: usize,
    rows: usize,
    fox: bool,
    code_page: u8,
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    header(head.content).is_some()
}

fn header(content: &[u8]) -> Option<Header> {
    let short = |at: usize| content.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    let version = *content.first()?;
    let (month, day) = (*content.get(2)?, *content.get(3)?);
    if !VERSIONS.contains(&version) || month > 12 || day > 31 {
        return None;
    }
    let rows = u32::from_le_bytes(*content.get(4..)?.first_chunk::<4>()?) as usize;
    let (start, length) = (short(8)?, short(10)?);
    let fox = matches!(version, 0x30..=0x32 | 0xf5 | 0xfb);
    // dBase 7 has longer names.
    let seven = matches!(version, 0x04 | 0x8c);
    let (first, size, name_length, kind_at) = if seven { (68, 48, 32, 32) } else { (32, 32, 11, 11) };
    let mut fields = Vec::new();
    let mut from = 1;
    for at in (first..content.len()).step_by(size) {
        if matches!(content.get(at), Some(0x0d | 0x00)) || fields.len() >= FIELDS || at + size > start.max(first + size) {
            break;
        }
        let entry = content.get(at..at + size)?;
        let name = entry.get(..name_length)?;
        let name = name.split(|b| *b == 0).next()?;
        let kind = entry.get(kind_at)?.to_ascii_uppercase();
        let (mut length, decimals) = (usize::from(*entry.get(kind_at + if seven { 1 } else { 5 })?), *entry.get(kind_at + if seven { 2 } else { 6 })?);
        // A text longer than 255 has its length's high byte in the decimals.
        if kind == b'C' && decimals > 0 && !seven {
            length += usize::from(decimals) << 8;
        }
        if name.is_empty() || name.iter().any(|b| *b < b' ') || !b"CNFDLMGPIBYT@+OVQWX0".contains(&kind) || length == 0 {
            return None;
        }
        fields.push(Field { name: WESTERN.decode_without_bom_handling(name).0.trim().to_string(), kind, from, length, decimals });
        from += length;
    }
    // Garbage has no fields that make up a row.
    let fits = !fields.is_empty() && length >= from.min(2) && start >= first && start <= content.len().saturating_add(1) && from <= length + 8;
    let code_page = *content.get(29)?;
    fits.then_some(Header { fields, start, length, rows, fox, code_page })
}

const WESTERN: &Encoding = encoding_rs::WINDOWS_1252;

/// The language driver's encoding; `None`: the code pages of DOS, or it is not said.
fn encoding(code_page: u8) -> Option<&'static Encoding> {
    Some(match code_page {
        0x03 | 0x57 | 0x58 | 0x59 => WESTERN,
        0x13 | 0x7b => encoding_rs::SHIFT_JIS,
        0x4d | 0x7a => encoding_rs::GBK,
        0x4e | 0x79 => encoding_rs::EUC_KR,
        0x4f | 0x78 => encoding_rs::BIG5,
        0x50 | 0x7c => encoding_rs::WINDOWS_874,
        0x26 | 0x65 => encoding_rs::IBM866,
        0x7d => encoding_rs::WINDOWS_1255,
        0x7e => encoding_rs::WINDOWS_1256,
        0xc8 => encoding_rs::WINDOWS_1250,
        0xc9 => encoding_rs::WINDOWS_1251,
        0xca => encoding_rs::WINDOWS_1254,
        0xcb => encoding_rs::WINDOWS_1253,
        0xcc => encoding_rs::WINDOWS_1257,
        _ => return None,
    })
}

/// The upper halves of the code pages 437 (United States) and 850 (Western Europe).
const DOS_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const DOS_850: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// Text in the code page that a header names; 0: it is guessed.
pub(super) fn decode(bytes: &[u8], code_page: u8) -> String {
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    match (encoding(code_page), code_page) {
        (Some(encoding), _) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        (None, 0x01 | 0x02 | 0x09..=0x12 | 0x14..=0x1d | 0x37) => {
            let table: Vec<char> =
                if matches!(code_page, 0x01 | 0x09 | 0x0b | 0x0d | 0x0f | 0x11 | 0x15 | 0x18 | 0x19 | 0x1b) { DOS_437 } else { DOS_850 }.chars().collect();
            bytes.iter().map(|&b| if b < 0x80 { char::from(b) } else { table.get(usize::from(b) - 0x80).copied().unwrap_or('\u{fffd}') }).collect()
        }
        (None, _) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_string(),
            Err(_) => text::eight_bit(bytes),
        },
    }
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let Some(header) = header(content) else { return };
    task.document.pages = 1;
    let name = task.head.name.rsplit_once('.').map_or(task.head.name.as_str(), |(stem, _)| stem).to_string();
    // FoxPro keeps which values are null in a field of its own.
    let shown: Vec<&Field> = header.fields.iter().filter(|field| field.kind != b'0').collect();
    let names: Vec<String> = shown.iter().map(|field| field.name.clone()).collect();
    let (mut live, mut deleted) = (Builder::named(&name, names.clone()), Builder::named(&format!("{name} (deleted rows)"), names));
    let (mut found, mut marked, mut memos) = (0, 0, false);
    let rows = content.get(header.start..).unwrap_or_default();
    let mut cell = String::new();
    for row in rows.chunks(header.length) {
        // The end mark may stand where a row would. Rows beyond the declared number count too if they look like rows.
        let Some(mark @ (b' ' | b'*')) = row.first() else { break };
        if row.len() < header.length && found >= header.rows {
            break;
        }
        found += 1;
        if row.len() < header.length {
            task.problem(DocumentStatus::Partly, "the last row is cut off");
        }
        let builder = if *mark == b'*' { &mut deleted } else { &mut live };
        for field in &shown {
            cell.clear();
            memos |= value(row.get(field.from..(field.from + field.length).min(row.len())).unwrap_or_default(), field, &header, &mut cell);
            builder.cell(&cell);
        }
        builder.row(found as i64);
        marked += usize::from(*mark == b'*');
        if found % 1000 == 0 {
            live.give(task);
            deleted.give(task);
            if task.document.status == DocumentStatus::OverBudget {
                return;
            }
        }
    }
    live.end(task);
    deleted.end(task);
    if found < header.rows {
        let status = if found == 0 { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, &format!("{} of {} rows are missing", header.rows - found, header.rows));
    }
    if memos {
        task.problem(DocumentStatus::Partly, "the texts of memo fields are in another file");
    }
    if marked > 0 && task.document.reason.is_none() {
        task.document.reason = Some(format!("{marked} rows are marked as deleted"));
    }
}

/// Writes a field's value; true when it only points to a memo file.
fn value(bytes: &[u8], field: &Field, header: &Header, out: &mut String) -> bool {
    let plain = || String::from_utf8_lossy(bytes).trim_matches([' ', '\0']).to_string();
    let four = || bytes.first_chunk::<4>().copied();
    let eight = || bytes.first_chunk::<8>().copied();
    let text = match field.kind {
        b'C' | b'V' => decode(bytes, header.code_page).trim_end_matches([' ', '\0']).to_string(),
        b'D' => match plain() {
            date if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{}-{}-{}", date.get(..4).unwrap_or_default(), date.get(4..6).unwrap_or_default(), date.get(6..).unwrap_or_default())
            }
            date => date,
        },
        b'L' => match bytes.first() {
            Some(b'T' | b't' | b'Y' | b'y') => "TRUE".into(),
            Some(b'F' | b'f' | b'N' | b'n') => "FALSE".into(),
            _ => String::new(),
        },
        b'I' if bytes.len() == 4 && header.fox => four().map(i32::from_le_bytes).map(|n| n.to_string()).unwrap_or_default(),
        // dBase 7: sign bit turned round, big-endian.
        b'I' | b'+' => four().map(|b| (u32::from_be_bytes(b) ^ 0x8000_0000) as i32).map(|n| n.to_string()).unwrap_or_default(),
        b'Y' => eight().map(i64::from_le_bytes).map(currency).unwrap_or_default(),
        b'B' if header.fox && bytes.len() == 8 => {
            eight().map(f64::from_le_bytes).map(|n| format!("{n:.*}", usize::from(field.decimals.min(17)))).unwrap_or_default()
        }
        b'T' | b'@' if bytes.len() == 8 => {
            // The Julian day and milliseconds.
            let (day, rest) = bytes.split_at(4);
            let number = |bytes: &[u8]| bytes.first_chunk::<4>().map_or(0, |b| i64::from(u32::from_le_bytes(*b)));
            if number(day) == 0 { String::new() } else { cells::moment(number(day).min(10_000_000) - 2_440_588, number(rest).min(86_399_999) / 1000) }
        }
        b'M' | b'G' | b'P' | b'B' | b'W' | b'X' => {
            let block = if bytes.len() == 4 { four().map_or(0, u32::from_le_bytes).to_string() } else { plain() };
            if block.trim_matches(['0', ' ']).is_empty() {
                return false;
            }
            out.push_str("memo ");
            out.push_str(block.trim());
            return true;
        }
        b'Q' => String::new(),
        _ => plain(),
    };
    out.push_str(&text);
    false
}

fn currency(value: i64) -> String {
    let (whole, part) = ((value / 10_000).abs(), (value % 10_000).abs());
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{whole}.{part:04}").trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, show};

    fn table(version: u8, code_page: u8, fields: &[(&str, u8, u8, u8)], rows: &[&[u8]]) -> Vec<u8> {
        let length = 1 + fields.iter().map(|(_, _, length, _)| u16::from(*length)).sum::<u16>();
        let start = u16::try_from(32 + 32 * fields.len() + 1).expect("few fields");
        let mut out = vec![version, 120, 1, 2];
        out.extend(u32::try_from(rows.len()).expect("few rows").to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.resize(29, 0);
        out.extend([code_page, 0, 0]);
        for (name, kind, length, decimals) in fields {
            let mut entry = [0_u8; 32];
            entry[..name.len()].copy_from_slice(name.as_bytes());
            (entry[11], entry[16], entry[17]) = (*kind, *length, *decimals);
            out.extend(entry);
        }
        out.push(0x0d);
        out.extend(rows.concat());
        out.push(0x1a);
        out
    }

    #[test]
    fn dbase() {
        let fields = [("NAME", b'C', 6, 0), ("BORN", b'D', 8, 0), ("PAID", b'N', 6, 2), ("OK", b'L', 1, 0), ("NOTE", b'M', 10, 0)];
        let file = table(0x83, 0x02, &fields, &[b" N\xa3\xa4ez 19800102  1.50T         7", b"*Lee   19900102      F          "]);
        check(
            "pat.dbf",
            &file,
            "\
partly application/x-dbf table (the texts of memo fields are in another file)
[pat!rows 1-1 table NAME|BORN|PAID|OK|NOTE] N\u{fa}\u{f1}ez\\t1980-01-02\\t1.50\\tTRUE\\tmemo 7
[pat (deleted rows)!rows 2-2 table NAME|BORN|PAID|OK|NOTE] Lee\\t1990-01-02\\t\\tFALSE\\t",
        );
        assert!(show("pat.dbf", file.get(..230).unwrap_or_default()).starts_with("partly application/x-dbf table (the last row is cut off; the texts"));
        assert!(show("pat.dbf", file.get(..193).unwrap_or_default()).starts_with("corrupt application/x-dbf table (2 of 2 rows are missing"));
    }

    #[test]
    fn foxpro() {
        let fields = [("ID", b'I', 4, 0), ("FEE", b'Y', 8, 0), ("AT", b'T', 8, 0), ("X", b'B', 8, 1), ("_NullFlags", b'0', 1, 0)];
        let row = [
            &b" "[..],
            &7_i32.to_le_bytes(),
            &(-15_000_i64).to_le_bytes(),
            &2_444_241_u32.to_le_bytes(),
            &43_200_000_u32.to_le_bytes(),
            &2.5_f64.to_le_bytes(),
            b"\0",
        ]
        .concat();
        check(
            "v.dbf",
            &table(0x30, 0x03, &fields, &[&row]),
            "read application/x-dbf table\n[v!rows 1-1 table ID|FEE|AT|X] 7\\t-1.5\\t1980-01-02 12:00:00\\t2.5",
        );
    }
}
