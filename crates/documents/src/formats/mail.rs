//! EML, EMLX, web archives (MHT) and MBOX: the headers that name people, every body, and the attachments as members.

use super::body::{self, Names};
use super::mime::{self, Part};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use mail_parser::{Address, HeaderValue, Message};
use std::ops::Range;

/// Header names that a message has; two of them at the start make a message.
const HEADERS: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "content-type",
    "delivered-to",
    "reply-to",
    "x-mailer",
    "sender",
    "dkim-signature",
    "x-originating-ip",
    "thread-topic",
    "content-transfer-encoding",
    "x-priority",
    "in-reply-to",
    "references",
    "user-agent",
    "x-sender",
    "importance",
    "content-disposition",
    "snapshot-content-location",
];
/// Headers beside the usual ones that may name people.
const MORE: &[&str] = &[
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
    "Delivered-To",
    "X-Original-To",
    "Apparently-To",
    "Disposition-Notification-To",
    "Organization",
    "Comments",
    "Keywords",
    "X-Originating-IP",
    "Snapshot-Content-Location",
];

pub(super) fn recognise_mbox(head: &Head<'_>) -> bool {
    head.starts(b"From ") && begins(head.content, 0)
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    // A message that was saved as UTF-16 text.
    let wide = wide(head).and_then(|head| head.sample()).unwrap_or_default().as_bytes();
    let content = if wide.is_empty() { head.content } else { wide };
    let content = content.get(message(content)).unwrap_or_default();
    let content = content.get(..16_384).unwrap_or(content);
    let mut known = 0;
    for (at, line) in content.split(|b| *b == b'\n').enumerate().take(60) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() && at > 0 {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") || at == 0 && (line.is_empty() || line.starts_with(b"\xef\xbb\xbf")) {
            continue;
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else { return false };
        let name = line.get(..colon).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_graphic()) {
            return false;
        }
        known += usize::from(HEADERS.contains(&String::from_utf8_lossy(name).to_ascii_lowercase().as_str()));
    }
    known >= 3 || known >= 1 && matches!(head.extension(), "eml" | "emlx" | "mht" | "mhtml" | "nws")
}

/// Where the message itself lies: behind the `From ` line that it may have been cut out with, or, in an EMLX, between the
/// length before it and the properties after it.
fn message(content: &[u8]) -> Range<usize> {
    let line = content.get(..content.len().min(200)).and_then(|start| start.split(|b| *b == b'\n').next()).unwrap_or_default();
    let behind = (line.len() + 1).min(content.len());
    if line.starts_with(b"From ") || line.starts_with(b">From ") {
        let end = content.iter().position(|b| *b == b'\n').map_or(content.len(), |end| end + 1);
        return end..content.len();
    }
    let number = std::str::from_utf8(line.trim_ascii()).ok().filter(|line| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()));
    match number.and_then(|number| number.parse::<usize>().ok()).and_then(|length| behind.checked_add(length)) {
        Some(end) if end <= content.len() => behind..end,
        Some(_) => behind..content.len(),
        None => 0..content.len(),
    }
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    task.document.pages = 1;
    let content = match wide(task.head).and_then(|head| head.text()) {
        Some(text) => Bytes::copy_from_slice(text.as_bytes()),
        None => task.head.bytes.clone(),
    };
    if matches!(task.head.extension(), "mht" | "mhtml") {
        task.document.media_type = "multipart/related".into();
    }
    let range = message(&content);
    one(task, &content.slice(range), "", "message");
}

/// The same where the content is UTF-16.
fn wide<'a, 'b>(head: &'a Head<'b>) -> Option<&'a Head<'b>> {
    let zero = |at: usize| head.content.get(at) == Some(&0);
    (zero(0) != zero(1) && zero(2) != zero(3) || head.starts(b"\xff\xfe") || head.starts(b"\xfe\xff")).then_some(head)
}

/// Whether a message of an MBOX begins at `at`: `From `, after a blank line or with a date in it, then a header.
fn begins(content: &[u8], at: usize) -> bool {
    let Some(rest) = content.get(at..).filter(|rest| rest.starts_with(b"From ")) else { return false };
    let Some(end) = rest.iter().take(1000).position(|b| *b == b'\n') else { return false };
    let (line, next) = rest.split_at(end + 1);
    let name = next.iter().take(80).take_while(|b| b.is_ascii_graphic() && **b != b':').count();
    let header = name > 1 && next.get(name) == Some(&b':') || next.starts_with(b">From ");
    let before = content.get(..at).unwrap_or_default();
    let blank = before.is_empty() || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
    header && (blank || dated(line))
}

/// Whether a `From ` line ends as `Mon May  1 10:00:00 2023` does.
fn dated(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let time = words.iter().any(|word| matches!(word, [a, b, b':', c, d, ..] if [a, b, c, d].into_iter().all(u8::is_ascii_digit)));
    let day = words.iter().any(|word| [&b"Mon"[..], b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].iter().any(|day| word.starts_with(day) && word.len() <= 4));
    time && day
}

/// The messages of an MBOX, from the beginning to the end, each byte looked at once.
struct Mbox<'a> {
    content: &'a [u8],
    at: usize,
}

impl Iterator for Mbox<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let from = self.at;
        if from >= self.content.len() {
            return None;
        }
        let mut at = self.stated(from).unwrap_or(from);
        // From line end to line end.
        while let Some(end) = self.content.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')) {
            at += end + 1;
            if begins(self.content, at) {
                self.at = at;
                return Some(from..at);
            }
        }
        self.at = self.content.len();
        Some(from..self.content.len())
    }
}

impl Mbox<'_> {
    /// Where the message ends by its own word (`Content-Length`), if another begins there; just before that.
    fn stated(&self, from: usize) -> Option<usize> {
        let head = self.content.get(from..)?;
        let head = head.get(..head.len().min(64 << 10))?;
        let (mut length, mut body) = (None, None);
        let mut at = 0;
        for line in head.split_inclusive(|b| *b == b'\n') {
            let first = at == 0;
            at += line.len();
            let line = line.trim_ascii_end();
            if line.is_empty() {
                body = Some(from + at);
                break;
            }
            if !first && line.starts_with(b"From ") {
                return None;
            }
            if line.get(..15).is_some_and(|name| name.eq_ignore_ascii_case(b"content-length:")) {
                length = line.get(15..).and_then(|value| std::str::from_utf8(value).ok()).and_then(|value| value.trim().parse::<usize>().ok());
            }
        }
        let end = body?.checked_add(length?)?;
        let rest = self.content.get(end..)?;
        let blank = rest.iter().take(4).take_while(|b| matches!(b, b'\n' | b'\r')).count();
        let next = end + blank;
        if next == self.content.len() {
            return Some(next);
        }
        // The scan goes on with the line end before the next message.
        (rest.get(blank..)?.starts_with(b"From ") && self.content.get(next.checked_sub(1)?) == Some(&b'\n')).then(|| next - 1)
    }
}

pub(super) fn read_mbox(task: &mut Task<'_, '_>) {
    let content = task.head.bytes.clone();
    for (at, range) in (Mbox { content: &content, at: 0 }).enumerate() {
        task.document.pages += 1;
        let behind = message(content.get(range.clone()).unwrap_or_default());
        one(task, &content.slice(range.start + behind.start..range.end), &format!("message {}/", at + 1), &format!("message {}", at + 1));
    }
}

/// A message's passages, then its attachments as members named `prefix` + file name.
fn one(task: &mut Task<'_, '_>, content: &Bytes, prefix: &str, locator: &str) {
    let (head, parts) = mime::parts(content);
    let header = mime::header(content.get(..head).unwrap_or_default()).map(|message| header(&message)).unwrap_or_default();
    let (mut plain, mut html, mut members) = (Vec::new(), Vec::new(), Vec::new());
    let mut locked = false;
    let mut first = true;
    let archive = parts.len() > 1 && parts.iter().any(|part| part.entity.location.is_some());
    for part in &parts {
        let raw = content.get(part.body.clone()).unwrap_or_default();
        let entity = &part.entity;
        if part.loose {
            let text = mime::decode(raw, None);
            // Every mail program writes a sentence of this kind before the parts.
            let lower = text.to_ascii_lowercase();
            let usual = text.len() < 500 && lower.contains("mime") && (lower.contains("format") || lower.contains("message"));
            plain.extend((!usual).then_some(text));
            continue;
        }
        locked |= part.encrypted || entity.kind.ends_with("pkcs7-mime") && enveloped(&mime::transfer(raw, &entity.encoding));
        if entity.elsewhere {
            task.problem(DocumentStatus::Partly, "an attachment is kept outside the message");
        }
        let own_name = entity.name.is_some() && !first;
        let text = !entity.attachment && !own_name;
        match entity.kind.as_str() {
            "text/plain" | "text" | "text/" if text => plain.push(decoded(raw, part)),
            "text/html" | "text/enriched" | "text/richtext" | "text/x-html" if text => html.push(decoded(raw, part)),
            "message/delivery-status" | "message/disposition-notification" | "message/feedback-report" | "text/rfc822-headers" if text => {
                plain.push(decoded(raw, part));
            }
            // The version number of an encrypted message.
            "application/pgp-encrypted" => {}
            _ => members.push(part),
        }
        first = false;
    }
    if locked {
        task.problem(DocumentStatus::Partly, "the body is encrypted");
    } else if plain.iter().any(|body| body.contains("-----BEGIN PGP MESSAGE-----")) {
        task.problem(DocumentStatus::Partly, "a part of the text is encrypted");
    }
    body::give(task, locator, prefix, &header, plain, html);
    let mut names = Names::default();
    for (at, part) in members.into_iter().enumerate() {
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
        }
        if let Some(piece) = &part.entity.piece {
            task.problem(DocumentStatus::Partly, &format!("piece {piece} of a message that was sent in pieces"));
        }
        let name = format!("{prefix}{}", names.unique(&member_name(part, at + 1, archive)));
        let raw = content.get(part.body.clone()).unwrap_or_default();
        let length = raw.len() as u64;
        if length > task.room() {
            task.lost_member(&name, length, DocumentStatus::OverBudget, "unpacks to more than the budget");
            continue;
        }
        match mime::transfer(raw, &part.entity.encoding) {
            std::borrow::Cow::Borrowed(_) => task.member(&name, content.slice(part.body.clone())),
            std::borrow::Cow::Owned(decoded) => task.member(&name, decoded),
        }
    }
}

fn decoded(raw: &[u8], part: &Part) -> String {
    let bytes = mime::transfer(raw, &part.entity.encoding);
    let named = part.entity.charset.clone().or_else(|| (part.entity.kind != "text/plain").then(|| mime::page_charset(&bytes)).flatten());
    mime::decode(&bytes, named.as_deref())
}

/// Whether S/MIME content is encrypted rather than signed.
fn enveloped(content: &[u8]) -> bool {
    super::cms::kind(content).is_some_and(super::cms::Kind::locked)
}

fn member_name(part: &Part, number: usize, archive: bool) -> String {
    let entity = &part.entity;
    let message = matches!(entity.kind.as_str(), "message/rfc822" | "message/global");
    let place = || entity.location.as_deref().filter(|_| archive).map(|place| place.split(['?', '#']).next().unwrap_or(place));
    let last = || place().and_then(|place| place.trim_end_matches('/').rsplit('/').next()).filter(|name| !name.is_empty() && name.len() < 100);
    match (&entity.name, last()) {
        (Some(name), _) if message && !name.to_ascii_lowercase().ends_with(".eml") => format!("{name}.eml"),
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_string(),
        (None, None) => {
            let extension = match entity.kind.as_str() {
                _ if message => ".eml",
                "text/html" => ".html",
                "text/calendar" => ".ics",
                "text/vcard" | "text/x-vcard" | "text/directory" => ".vcf",
                "text/csv" | "text/comma-separated-values" => ".csv",
                "text/rtf" | "application/rtf" => ".rtf",
                "text/xml" | "application/xml" => ".xml",
                "application/pdf" => ".pdf",
                "image/jpeg" => ".jpg",
                "image/png" => ".png",
                "image/gif" => ".gif",
                "image/tiff" => ".tif",
                kind if kind.starts_with("text/") => ".txt",
                _ => "",
            };
            format!("attachment {number}{extension}")
        }
    }
}

/// `Name: value` lines of the headers that name people or were written by them.
fn header(message: &Message<'_>) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let value = value.replace(['\r', '\n'], " ");
        if !value.trim().is_empty() {
            text.push_str(&format!("{name}: {}\n", value.trim()));
        }
    };
    line("From", people(message.from()));
    line("Sender", people(message.sender()));
    line("To", every(message, "To"));
    line("Cc", every(message, "Cc"));
    line("Bcc", every(message, "Bcc"));
    line("Reply-To", people(message.reply_to()));
    line("Subject", message.subject().unwrap_or_default().to_string());
    line("Date", message.header_raw("Date").unwrap_or_default().to_string());
    more(message, &mut line);
    text
}

/// The headers beside the usual ones, of a message's Internet header as Outlook keeps it.
pub(super) fn more_headers(raw: &[u8], line: &mut impl FnMut(&str, String)) {
    if let Some(message) = mime::header(raw) {
        more(&message, line);
    }
}

fn more(message: &Message<'_>, line: &mut impl FnMut(&str, String)) {
    for name in MORE {
        line(name, every(message, name));
    }
}

/// All headers of a name: people, or text.
fn every(message: &Message<'_>, name: &str) -> String {
    let shown = |value: &HeaderValue<'_>| match value {
        HeaderValue::Address(address) => people(Some(address)),
        HeaderValue::Text(text) => text.to_string(),
        HeaderValue::TextList(texts) => texts.join(", "),
        _ => String::new(),
    };
    let values = message.headers().iter().filter(|header| header.name.as_str().eq_ignore_ascii_case(name)).map(|header| shown(&header.value));
    values.filter(|value| !value.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

fn people(address: Option<&Address<'_>>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_string(),
    };
    let group = |group: &mail_parser::Group<'_>| {
        let people = group.addresses.iter().map(one).collect::<Vec<_>>().join(", ");
        group.name.as_ref().map_or(people.clone(), |name| format!("{name}: {people}").trim_end_matches([' ', ':']).to_string())
    };
    match address {
        Some(Address::List(list)) => list.iter().map(one).collect::<Vec<_>>().join(", "),
        Some(Address::Group(groups)) => groups.iter().map(group).collect::<Vec<_>>().join("; "),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn mail() {
        let message = "From: Ann Lee <ann@example.org>\r\nTo: desk@example.org\r\nSubject: =?utf-8?q?N=C3=BA=C3=B1ez?=\r\nDate: Mon, 1 May 2023 10:00:00 -0400\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>DOB&nbsp;01/02/1980</p>\r\n--b\r\nContent-Type: text/csv; name=\"list.csv\"\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nTmFtZSxET0IKTGVlLDE5ODAtMDEtMDIK\r\n--b--\r\n";
        let header = "From: Ann Lee <ann@example.org>\\nTo: desk@example.org\\nSubject: N\u{fa}\u{f1}ez\\nDate: Mon, 1 May 2023 10:00:00 -0400";
        check(
            "a.txt",
            message.as_bytes(),
            &format!(
                "\
read message/rfc822 text
[message text] {header}
[message body text] DOB\u{a0}01/02/1980
list.csv: read text/csv table
[rows 2-2 table Name|DOB] Lee\\t1980-01-02"
            )
            .replace('\u{a0}', " "),
        );
        let mbox = format!("From ann Mon May  1\n{message}\nFrom bob Tue May  2\nFrom: bob@example.org\nSubject: two\n\n>From here\nFrom there\n");
        check(
            "inbox",
            mbox.as_bytes(),
            &format!(
                "\
read application/mbox text
[message 1 text] {header}
[message 1 body text] DOB 01/02/1980
[message 2 text] From: bob@example.org\\nSubject: two\\n\\n>From here\\nFrom there
message 1/list.csv: read text/csv table
[rows 2-2 table Name|DOB] Lee\\t1980-01-02"
            ),
        );
    }

    #[test]
    fn bodies_that_differ_and_encrypted_ones() {
        let head = "From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n";
        let two = |plain: &str, html: &str| {
            format!("{head}Content-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n")
        };
        let shown = "[message text] From: a@example.org\\nTo: b@example.org\\nSubject: x";
        check("a.eml", two("one two", "<p>one <b>two</b>").as_bytes(), &format!("read message/rfc822 text\n{shown}\\n\\none two"));
        check("a.eml", two("see below", "<p>MRN 77").as_bytes(), &format!("read message/rfc822 text\n{shown}\\n\\nsee below\n[message body text] MRN 77"));
        let locked = format!(
            "{head}Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n--b--\n"
        );
        let read = crate::formats::testing::show("a.eml", locked.as_bytes());
        assert!(read.starts_with("partly message/rfc822 text (the body is encrypted)"), "{read}");
    }

    #[test]
    fn other_shapes_of_mail() {
        let message = "From: a@example.org\nTo: b@example.org\nSubject: x\n\nbody\n";
        let shown = "read message/rfc822 text\n[message text] From: a@example.org\\nTo: b@example.org\\nSubject: x\\n\\nbody";
        check("1.emlx", format!("{}\n{message}<?xml version=\"1.0\"?><plist/>", message.len()).as_bytes(), shown);
        let wide: Vec<u8> = format!("\u{feff}{message}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        check("a.eml", &wide, shown);
        check("a", format!(">From x\n{message}").as_bytes(), shown);
        // The length of the first message reaches over what looks like the beginning of another.
        let inner = "one\n\nFrom here\nDate: x\n\nend\n";
        let mbox = format!("From a\nFrom: a@example.org\nContent-Length: {}\n\n{inner}\nFrom b Mon May  1 10:00:00 2023\nSubject: two\n\nb\n", inner.len());
        check(
            "inbox",
            mbox.as_bytes(),
            "read application/mbox text\n[message 1 text] From: a@example.org\\n\\none\\n\\nFrom here\\nDate: x\\n\\nend\n[message 2 text] Subject: two\\n\\nb",
        );
    }
}
