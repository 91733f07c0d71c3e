//! Calendars (iCalendar) and address cards (vCard): one form per event or card.

use super::body::Names;
use super::mime;
use crate::{Head, Task, text};
use dosimeter_case::tables::Layout;
use std::borrow::Cow;

pub(super) fn recognise_calendar(head: &Head<'_>) -> bool {
    begins(head, "BEGIN:VCALENDAR")
}

pub(super) fn recognise_card(head: &Head<'_>) -> bool {
    begins(head, "BEGIN:VCARD")
}

fn begins(head: &Head<'_>, mark: &str) -> bool {
    head.text_start().and_then(|start| start.get(..mark.len())).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// The lines of a text of any length, each decoded by itself where the whole is too long.
pub(super) fn lines<'a>(head: &'a Head<'_>) -> Box<dyn Iterator<Item = Cow<'a, str>> + 'a> {
    match head.text() {
        Some(text) => Box::new(text.split('\n').map(|line| Cow::Borrowed(line.trim_end_matches('\r')))),
        None => Box::new(head.content.split(|b| *b == b'\n').map(|line| match std::str::from_utf8(line) {
            Ok(line) => Cow::Borrowed(line.trim_end_matches('\r')),
            Err(_) => Cow::Owned(text::eight_bit(line).trim_end_matches('\r').to_string()),
        })),
    }
}

/// A content line: `NAME;PARAMETER=VALUE:value`.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn of(line: &str) -> Option<Line> {
        // Colons and semicolons in quotes do not count.
        let (mut quoted, mut cuts, mut colon) = (false, Vec::new(), None);
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => cuts.push(at),
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let colon = colon.or_else(|| line.find(':'))?;
        cuts.retain(|cut| *cut < colon);
        cuts.push(colon);
        let mut from = 0;
        let mut parts = cuts.into_iter().filter_map(|cut| {
            let part = line.get(from..cut);
            from = cut + 1;
            part
        });
        let name = parts.next()?;
        // A group stands before the name: `item1.TEL`.
        let name = name.rsplit('.').next().unwrap_or(name).trim().to_ascii_uppercase();
        let parameter = |part: &str| match part.split_once('=') {
            Some((key, value)) => (key.to_ascii_uppercase(), value.trim_matches('"').to_string()),
            // In version 2.1 the type stands alone.
            None => ("TYPE".into(), part.to_string()),
        };
        let parameters: Vec<(String, String)> = parts.map(parameter).collect();
        Some(Line { name, parameters, value: line.get(colon + 1..)?.to_string() })
    }
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    fn encoded(&self, encoding: &str) -> bool {
        self.parameters.iter().any(|(key, value)| (key == "ENCODING" || key == "TYPE") && value.eq_ignore_ascii_case(encoding))
    }
    /// `home`, `work`, `mobile`… of a telephone number or an address.
    fn types(&self) -> String {
        let types = self.parameters.iter().filter(|(key, _)| key == "TYPE").flat_map(|(_, value)| value.split(','));
        let known = types.filter_map(|kind| match kind.to_ascii_lowercase().as_str() {
            "home" => Some("Home"),
            "work" => Some("Business"),
            "cell" | "mobile" => Some("Mobile"),
            "fax" => Some("fax"),
            "pager" => Some("Pager"),
            _ => None,
        });
        let mut known: Vec<&str> = known.collect();
        known.dedup();
        known.join(" ")
    }
    fn decode(&mut self) {
        if self.encoded("QUOTED-PRINTABLE") {
            self.value = mime::decode(&mime::quoted(self.value.as_bytes()), self.parameter("CHARSET"));
        }
    }
    fn file(&self) -> Option<Vec<u8>> {
        if let Some((_, data)) = self.value.split_once(";base64,").filter(|(head, _)| head.starts_with("data:")) {
            return Some(mime::base64(data.as_bytes()));
        }
        (self.encoded("B") || self.encoded("BASE64")).then(|| mime::base64(self.value.as_bytes()))
    }
}

/// `\n`, `\,`, `\;` and `\\` as they are meant.
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c) => out.push(c),
                None => {}
            },
            (c, _) => out.push(c),
        }
    }
    out
}

/// The parts of a value between semicolons.
fn structured(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        if c == ';' && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts.iter().map(|part| unescaped(part).replace('\n', " ").trim().to_string()).collect()
}

/// The form of the component being read.
#[derive(Default)]
pub(super) struct Form {
    pub text: String,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Form {
    pub fn line(&mut self, name: &str, value: &str) {
        // Further lines stand by themselves: notes often are forms of their own.
        let value = text::lines(value);
        if !value.trim().is_empty() {
            self.text.push_str(&format!("{name}: {}\n", value.trim()));
        }
    }
}

/// Where forms go: numbered, files as members.
pub(super) struct Out {
    number: usize,
    word: &'static str,
    names: Names,
}

impl Out {
    pub fn new(word: &'static str) -> Out {
        Out { number: 0, word, names: Names::default() }
    }
    pub fn give(&mut self, task: &mut Task<'_, '_>, form: Form) {
        self.number += 1;
        task.document.pages += 1;
        let place = format!("{} {}", self.word, self.number);
        if !form.text.is_empty() {
            task.passage(place.clone(), Layout::Form, Vec::new(), self.number as i64, form.text.trim_end().to_string());
        }
        for (name, content) in form.files {
            let name = self.names.unique(&format!("{place} {name}"));
            if content.len() as u64 > task.room() || !task.may_add() {
                task.lost_member(&name, content.len() as u64, dosimeter_case::tables::DocumentStatus::OverBudget, "unpacks to more than the budget");
            } else {
                task.member(&name, content);
            }
        }
    }
}

/// Folded lines put together; quoted-printable values go on behind a `=` at the end.
pub(super) fn unfolded<'a>(lines: impl Iterator<Item = Cow<'a, str>>) -> impl Iterator<Item = String> {
    let mut lines = lines.peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.into_owned();
        let quoted = line.split(':').next().is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"));
        loop {
            if quoted && line.ends_with('=') {
                line.pop();
                match lines.next() {
                    Some(next) => line.push_str(&next),
                    None => break,
                }
                continue;
            }
            match lines.next_if(|next| next.starts_with([' ', '\t'])) {
                Some(next) => line.push_str(next.get(1..).unwrap_or_default()),
                None => break,
            }
        }
        Some(line)
    })
}

pub(super) fn read_calendar(task: &mut Task<'_, '_>) {
    let head = task.head;
    let mut out = Out::new("entry");
    let mut open: Vec<String> = Vec::new();
    let (mut form, mut calendar) = (Form::default(), Form::default());
    for line in unfolded(lines(head)) {
        let Some(mut line) = Line::of(&line) else { continue };
        line.decode();
        match line.name.as_str() {
            "BEGIN" => {
                if open.len() < 64 {
                    open.push(line.value.trim().to_ascii_uppercase());
                }
                continue;
            }
            "END" => {
                let end = line.value.trim().to_ascii_uppercase();
                if let Some(at) = open.iter().rposition(|name| *name == end) {
                    open.truncate(at);
                }
                if open.len() == 1 && !(form.text.is_empty() && form.files.is_empty()) {
                    out.give(task, std::mem::take(&mut form));
                }
                continue;
            }
            _ => {}
        }
        match open.get(1).map(String::as_str) {
            // A definition of a time zone says nothing.
            Some("VTIMEZONE") => {}
            Some(_) => event(&line, &mut form, open.len() > 2),
            None => match line.name.as_str() {
                "X-WR-CALNAME" | "NAME" => calendar.line("Calendar", &unescaped(&line.value)),
                "X-WR-CALDESC" | "DESCRIPTION" => calendar.line("Description", &unescaped(&line.value)),
                "X-OWNER" | "X-WR-RELCALID" | "OWNER" => calendar.line("Owner", &unescaped(&line.value)),
                _ => {}
            },
        }
    }
    // Cut off before its end.
    if !form.text.is_empty() {
        out.give(task, form);
    }
    if !calendar.text.is_empty() {
        task.passage("calendar", Layout::Form, Vec::new(), 1, calendar.text.trim_end().to_string());
    }
}

fn event(line: &Line, form: &mut Form, alarm: bool) {
    let person = || {
        let address = line.value.trim();
        let address = address.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")).map_or(address, |_| address.get(7..).unwrap_or_default());
        let address = line.parameter("EMAIL").filter(|_| !address.contains('@')).unwrap_or(address);
        match line.parameter("CN") {
            Some(name) if name != address => format!("{name} <{address}>"),
            _ => address.to_string(),
        }
    };
    let name = match line.name.as_str() {
        "SUMMARY" => "Subject",
        "DESCRIPTION" | "X-ALT-DESC" => "Description",
        "LOCATION" => "Location",
        "COMMENT" => "Comment",
        "CONTACT" => "Contact",
        "CATEGORIES" => "Categories",
        "RESOURCES" => "Resources",
        "URL" => "Web page",
        "STATUS" => "Status",
        "ATTENDEE" => return form.line("Attendee", &person()),
        "ORGANIZER" => return form.line("Organizer", &person()),
        "DTSTART" => return form.line("Start", &date(&line.value)),
        "DTEND" => return form.line("End", &date(&line.value)),
        "DUE" => return form.line("Due", &date(&line.value)),
        "COMPLETED" => return form.line("Completed", &date(&line.value)),
        "RECURRENCE-ID" => return form.line("Instance", &date(&line.value)),
        "ATTACH" => {
            return match line.file() {
                Some(content) => {
                    let name = ["FILENAME", "X-FILENAME", "X-APPLE-FILENAME"].into_iter().find_map(|name| line.parameter(name)).unwrap_or("attachment");
                    form.files.push((name.to_string(), content));
                }
                None => form.line("Attachment", &line.value),
            };
        }
        "UID" | "DTSTAMP" | "SEQUENCE" | "CREATED" | "LAST-MODIFIED" | "TRANSP" | "CLASS" | "PRIORITY" | "RRULE" | "RDATE" | "EXDATE" | "TRIGGER"
        | "ACTION" | "REPEAT" | "DURATION" | "GEO" | "PERCENT-COMPLETE" | "FREEBUSY" | "REQUEST-STATUS" | "RELATED-TO" => return,
        // Vendors' switches; what people wrote into fields of their own has blanks, digits or marks in it.
        other if other.starts_with("X-MICROSOFT-") || other.starts_with("X-MOZ-") || other.starts_with("X-LIC-") || other.starts_with("X-APPLE-") => return,
        other => return form.line(&words(other), &unescaped(&line.value)),
    };
    let value = unescaped(&line.value);
    // An alarm repeats what its event says.
    if alarm && form.text.len() < 1 << 16 && form.text.contains(value.trim()) {
        return;
    }
    if line.name == "X-ALT-DESC" {
        let plain: Vec<String> = super::html::blocks(&value).texts().map(String::from).collect();
        return form.line(name, &plain.join("\n"));
    }
    form.line(name, &value);
}

/// `20230501T100000Z` as it is usually written.
fn date(value: &str) -> String {
    let value = value.trim();
    let digits = |from: usize, to: usize| value.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let (Some(year), Some(month), Some(day)) = (digits(0, 4), digits(4, 6), digits(6, 8)) else { return value.to_string() };
    match (value.get(8..9), digits(9, 11), digits(11, 13)) {
        (Some("T"), Some(hour), Some(minute)) => format!("{year}-{month}-{day} {hour}:{minute}{}", if value.ends_with('Z') { " UTC" } else { "" }),
        (None, ..) => format!("{year}-{month}-{day}"),
        _ => value.to_string(),
    }
}

/// `X-EMERGENCY-CONTACT` in words.
fn words(name: &str) -> String {
    let name = name.strip_prefix("X-").unwrap_or(name).replace(['-', '_'], " ").to_lowercase();
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

pub(super) fn read_cards(task: &mut Task<'_, '_>) {
    let head = task.head;
    let mut out = Out::new("card");
    let mut form = Form::default();
    for line in unfolded(lines(head)) {
        let Some(mut line) = Line::of(&line) else { continue };
        line.decode();
        if line.name == "BEGIN" {
            continue;
        }
        if line.name == "END" {
            out.give(task, std::mem::take(&mut form));
            continue;
        }
        card(&line, &mut form);
    }
    if !form.text.is_empty() {
        out.give(task, form);
    }
}

fn card(line: &Line, form: &mut Form) {
    let kind = line.types();
    let typed = |name: &str| match (kind.is_empty(), name) {
        (true, _) => name.to_string(),
        (false, "Phone") if kind.ends_with("fax") || kind == "Pager" => kind.clone(),
        (false, name) => format!("{kind} {}", name.to_lowercase()),
    };
    let value = unescaped(&line.value);
    match line.name.as_str() {
        "FN" => form.line("Name", &value),
        "N" => {
            let parts = structured(&line.value);
            for (part, name) in parts.iter().zip(["Last name", "First name", "Middle name", "Prefix", "Suffix"]) {
                form.line(name, part);
            }
        }
        "ADR" => {
            let parts = structured(&line.value);
            // Box, extension, street, city, state, zip, country.
            let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
            let street: Vec<&str> = [part(2), part(1), part(0)].into_iter().filter(|part| !part.is_empty()).collect();
            let state = format!("{} {}", part(4), part(5));
            let all = [street.join(" "), part(3).to_string(), state.trim().to_string(), part(6).to_string()];
            form.line(&typed("Address"), &all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "));
        }
        "LABEL" => form.line(&typed("Address label"), &value.replace('\n', ", ")),
        "TEL" => form.line(&typed("Phone"), value.strip_prefix("tel:").unwrap_or(&value)),
        "EMAIL" => form.line(&typed("E-mail"), value.strip_prefix("mailto:").unwrap_or(&value)),
        "BDAY" => form.line("Date of birth", &date(&value)),
        "DEATHDATE" => form.line("Date of death", &date(&value)),
        "ANNIVERSARY" => form.line("Anniversary", &date(&value)),
        "ORG" => form.line("Company", &structured(&line.value).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")),
        "TITLE" => form.line("Job title", &value),
        "ROLE" => form.line("Role", &value),
        "NOTE" => form.line("Note", &value),
        "NICKNAME" => form.line("Nickname", &value),
        "GENDER" => form.line("Gender", structured(&line.value).join(" ").trim()),
        "PHOTO" | "LOGO" | "SOUND" | "KEY" => match line.file() {
            Some(content) => form.files.push((line.name.to_lowercase(), content)),
            None => form.line(&words(&line.name), &value),
        },
        "VERSION" | "PRODID" | "REV" | "UID" | "CLASS" | "MAILER" | "TZ" | "GEO" | "SORT-STRING" | "PROFILE" | "KIND" | "X-ABSHOWAS" | "X-ABLABEL" => {}
        "AGENT" if value.trim().is_empty() => {}
        other => form.line(&words(other), &value),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn calendar() {
        check(
            "a.ics",
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Room 2\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=America/New_York:20230501T100000\r\nSUMMARY:MRI knee\\, Ann\r\n  Lee\r\nDESCRIPTION:DOB: 01/02/1980\\nMRN: 1016860\r\nATTENDEE;CN=\"Lee, Ann\":mailto:ann@example.org\r\nBEGIN:VALARM\r\nDESCRIPTION:MRI knee\\, Ann Lee\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.txt:RE9CIDE5ODA=\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            "\
read text/calendar tags
[entry 1 form] Start: 2023-05-01 10:00\\nSubject: MRI knee, Ann Lee\\nDescription: DOB: 01/02/1980\\nMRN: 1016860\\nAttendee: Lee, Ann <ann@example.org>
[calendar form] Calendar: Room 2
entry 1 a.txt: read text/plain text
[part 1 text] DOB 1980",
        );
    }

    #[test]
    fn cards() {
        check(
            "a.vcf",
            b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:N=C3=BA=C3=B1ez;Ana;;;\nFN:Ana\nTEL;CELL:614 555 0100\nitem1.ADR;TYPE=home:;;12 Oak St;Dayton;OH;45402;USA\nBDAY:19800102\nNOTE;ENCODING=QUOTED-PRINTABLE:line=\n two\nX-SSN:123-45-6789\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\n",
            "\
read text/vcard tags
[card 1 form] Last name: N\u{fa}\u{f1}ez\\nFirst name: Ana\\nName: Ana\\nMobile phone: 614 555 0100\\nHome address: 12 Oak St, Dayton, OH 45402, USA\\nDate of birth: 1980-01-02\\nNote: line two\\nSsn: 123-45-6789
[card 2 form] Name: Bob",
        );
    }
}
