//! EML and MBOX: the headers that name people, the body, and the attachments as members.

use super::html;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

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
];

pub(super) fn recognise_mbox(head: &Head<'_>) -> bool {
    head.starts(b"From ") && starts(head.content).next().is_some()
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let content = head.content.get(..16_384).unwrap_or(head.content);
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
    known >= 3 || known == 2 && matches!(head.extension(), "eml" | "mht" | "mhtml")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    match MessageParser::default().parse(content) {
        Some(message) => {
            task.document.pages = 1;
            one(task, &message, "", "message");
        }
        None => task.problem(DocumentStatus::Corrupt, "the message cannot be read"),
    }
}

/// Offsets at which messages begin: `From ` after a blank line (or at the start), followed by a header line.
fn starts(content: &[u8]) -> impl Iterator<Item = usize> {
    let header = |at: usize| {
        let next = content.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n').map(|end| at + end + 1));
        let line = next.and_then(|next| content.get(next..)).unwrap_or_default();
        let name = line.iter().take(80).take_while(|b| b.is_ascii_graphic() && **b != b':').count();
        name > 1 && line.get(name) == Some(&b':') || line.starts_with(b">From ")
    };
    let ends = content.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
    let blank = |at: usize| at == 0 || content.get(..at).is_some_and(|before| before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n"));
    std::iter::once(0).chain(ends).filter(move |&at| content.get(at..).is_some_and(|rest| rest.starts_with(b"From ")) && blank(at) && header(at))
}

pub(super) fn read_mbox(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let mut bounds: Vec<usize> = starts(content).collect();
    bounds.push(content.len());
    let mut unread = 0;
    for (at, pair) in bounds.windows(2).enumerate() {
        let (from, to) = match pair {
            [from, to] => (*from, *to),
            _ => continue,
        };
        let message = content.get(from..to).unwrap_or_default();
        let body = message.iter().position(|b| *b == b'\n').and_then(|end| message.get(end + 1..)).unwrap_or_default();
        match MessageParser::default().parse(body) {
            Some(message) => {
                task.document.pages += 1;
                one(task, &message, &format!("message {}/", at + 1), &format!("message {}", at + 1));
            }
            None => unread += 1,
        }
    }
    if unread > 0 {
        task.problem(DocumentStatus::Partly, &format!("{unread} messages cannot be read"));
    }
}

/// A message's passage, then its attachments as members named `prefix` + file name.
fn one(task: &mut Task<'_, '_>, message: &Message<'_>, prefix: &str, locator: &str) {
    let mut text = String::new();
    let mut header = |name: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("{name}: {value}\n"));
        }
    };
    header("From", people(message.from()));
    header("Sender", people(message.sender()));
    header("To", people(message.to()));
    header("Cc", people(message.cc()));
    header("Bcc", people(message.bcc()));
    header("Reply-To", people(message.reply_to()));
    header("Subject", message.subject().unwrap_or_default().to_string());
    header("Date", message.header_raw("Date").unwrap_or_default().trim().to_string());
    // A body that is only HTML is given as its text.
    let mut tables = Vec::new();
    let plain: Vec<_> = message.text_body.iter().filter_map(|id| message.part(*id)).collect();
    for part in plain {
        text.push('\n');
        match &part.body {
            PartType::Text(body) => text.push_str(&crate::text::lines(body)),
            PartType::Html(body) => tables.push(html::blocks(body)),
            _ => {}
        }
    }
    task.running_text(locator, &text);
    for blocks in tables {
        blocks.give(task, &format!("{locator} body"));
    }
    for (at, part) in message.attachments().enumerate() {
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
        }
        let extension = match part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default())) {
            Some(("text", "html")) => ".html",
            Some(("text", _)) => ".txt",
            _ => "",
        };
        let name = part.attachment_name().map_or_else(|| format!("attachment {}{extension}", at + 1), String::from);
        let name = format!("{prefix}{name}");
        let content: &[u8] = match &part.body {
            PartType::Message(inner) => &inner.raw_message,
            _ => part.contents(),
        };
        // A forwarded message shares its raw bytes with the message around it: only its own part is the member.
        let content = match &part.body {
            PartType::Message(_) => message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or(content),
            _ => content,
        };
        if content.len() as u64 > task.room() {
            task.lost_member(&name, content.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget");
        } else {
            task.member(&name, content.to_vec());
        }
    }
}

fn people(address: Option<&Address<'_>>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_string(),
    };
    address.map_or_else(String::new, |address| address.iter().map(one).collect::<Vec<_>>().join(", "))
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
}
