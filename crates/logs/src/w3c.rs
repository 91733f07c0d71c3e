//! W3C extended logs as IIS writes them: web sites and its FTP service. `#Fields:` tells the columns and may change within a file.
//! Times are UTC, as the specification says.
//!
//! `detail` has every field under its W3C name; `cs(User-Agent)` and its like as `cs-user-agent`, which is how rules call them.

use crate::Sample;
use crate::flat::secret;
use crate::input::Lines;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::text::{Detail, account, address, percent, present};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// The columns, lower case, and a date for records that have only the time of day.
#[derive(Default)]
struct Header {
    fields: Vec<String>,
    date: String,
}

impl Header {
    fn take(&mut self, line: &str) {
        if let Some(fields) = line.strip_prefix("#Fields:") {
            self.fields = fields.split_whitespace().map(name).collect();
        } else if let Some(date) = line.strip_prefix("#Date:") {
            self.date = date.split_whitespace().next().unwrap_or("").to_string();
        }
    }
}

/// `cs(User-Agent)` as `cs-user-agent`.
fn name(field: &str) -> String {
    match field.split_once('(').and_then(|(side, rest)| Some((side, rest.strip_suffix(')')?))) {
        Some((side, header)) => format!("{side}-{}", header.to_ascii_lowercase()),
        None => field.to_ascii_lowercase(),
    }
}

struct Record<'a> {
    header: &'a Header,
    values: Vec<&'a str>,
}
impl<'a> Record<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let at = self.header.fields.iter().position(|f| f == name)?;
        self.values.get(at).copied().and_then(present)
    }
    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
}

/// IIS's fields; other programs use the same form for something else.
fn ours(fields: &[String]) -> bool {
    let has = |name: &str| fields.iter().any(|f| f == name);
    has("time") && has("cs-method") && (has("cs-uri-stem") || has("cs-uri")) && (has("c-ip") || has("sc-status"))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    if !sample.text.starts_with('#') {
        return 0;
    }
    let mut header = Header::default();
    let mut found = false;
    for line in sample.lines.iter().filter(|line| line.starts_with('#')) {
        header.take(line);
        found |= ours(&header.fields);
    }
    if found { 100 } else { 0 }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut header = Header::default();
    while let Some(line) = lines.next()? {
        if line.text.starts_with('#') {
            header.take(&line.text);
            continue;
        }
        out.record(line.offset);
        let separator = if line.text.contains('\t') { '\t' } else { ' ' };
        let values: Vec<&str> = line.text.trim_end_matches(' ').split(separator).collect();
        let parsed = match () {
            _ if line.too_long => Err(TOO_LONG),
            _ if !ours(&header.fields) => Err("a W3C record before the names of its fields, or with names that are not understood"),
            _ if values.len() != header.fields.len() => Err("a W3C record with another number of fields"),
            _ => record(out, &Record { header: &header, values }),
        };
        out.take(parsed)?;
    }
    Ok(())
}

fn record(out: &mut Out, record: &Record) -> Parsed {
    let clock = record.get("time").ok_or("a W3C record without a time")?;
    let date = record.get("date").unwrap_or(&record.header.date);
    let raw = format!("{date} {clock}");
    let time = out.clock.any(&format!("{date}T{clock}Z"), false).ok_or("a W3C record without a readable time")?;
    let mut event = out.event(time, &raw, "iis");
    event.actor = record.get("cs-username").and_then(|user| account(user, false));
    event.session_key = record.get("x-session").map(str::to_string);
    let status = record.number("sc-status");
    event.outcome = web::outcome(status.unwrap_or(0));
    let mut detail = Detail::default();
    for (name, value) in record.header.fields.iter().zip(&record.values) {
        let Some(value) = present(value) else { continue };
        detail = match name.as_str() {
            "date" | "time" | "cs-uri-query" => detail,
            _ if secret(name) => detail,
            "cs-referer" => detail.text(name, value.split('?').next().unwrap_or(value)),
            // Blanks within headers are written as `+`.
            "cs-user-agent" => detail.text(name, &value.replace('+', " ")),
            "sc-status" | "sc-substatus" | "sc-win32-status" | "sc-bytes" | "cs-bytes" | "time-taken" | "s-port" | "c-port" => detail.numeral(name, value),
            _ => detail.text(name, value),
        };
    }
    let method = record.get("cs-method").unwrap_or("");
    if FTP.contains(&method.to_ascii_uppercase().as_str()) {
        return ftp(out, event, record, method, detail);
    }
    event.device = record.get("cs-user-agent").map(|agent| agent.replace('+', " "));
    event.bytes = record.number("sc-bytes");
    detail = web::client(&mut event, record.get("c-ip").unwrap_or(""), record.get("x-forwarded-for").or_else(|| record.get("cs-x-forwarded-for")), detail);
    // A blank in a name is a `+` here, and a name with a true `+` is rare.
    let stem = record.get("cs-uri-stem").or_else(|| record.get("cs-uri")).unwrap_or("").replace('+', " ");
    let target = match record.get("cs-uri-query") {
        Some(query) => format!("{stem}?{query}"),
        None => stem,
    };
    let sent = web::redacted(&target);
    if let Some((_, query)) = sent.split_once('?') {
        detail = detail.text("cs-uri-query", query);
    }
    event.detail = web::fill(&mut event, method, &target, detail).finish();
    Ok(Some(event))
}

/// Commands of the FTP service.
const FTP: &[&str] = &[
    "USER",
    "PASS",
    "RETR",
    "STOR",
    "STOU",
    "APPE",
    "DELE",
    "RNFR",
    "RNTO",
    "MKD",
    "RMD",
    "CWD",
    "LIST",
    "NLST",
    "MLSD",
    "PASV",
    "EPSV",
    "PORT",
    "EPRT",
    "TYPE",
    "QUIT",
    "SIZE",
    "MDTM",
    "OPTS",
    "SYST",
    "FEAT",
    "AUTH",
    "PBSZ",
    "PROT",
    "CONTROLCHANNELOPENED",
    "CONTROLCHANNELCLOSED",
    "DATACHANNELOPENED",
    "DATACHANNELCLOSED",
];

fn ftp(out: &mut Out, mut event: Event, record: &Record, method: &str, detail: Detail) -> Parsed {
    event.src_addr = record.get("c-ip").and_then(address);
    event.operation = method.to_string();
    let command = method.to_ascii_uppercase();
    (event.class_uid, event.activity_id) = match command.as_str() {
        "PASS" => (3002, 1),
        "RETR" => (6006, 2),
        "STOR" | "STOU" | "APPE" | "MKD" => (6006, 1),
        "DELE" | "RMD" => (6006, 4),
        "RNFR" | "RNTO" => (6006, 5),
        "LIST" | "NLST" | "MLSD" => (6006, 14),
        _ => {
            out.seen(event.time);
            return Ok(None);
        }
    };
    if event.class_uid == 6006 {
        // 125 and 150 open the channel; the bytes tell how much went through it.
        event.bytes = if event.activity_id == 1 { record.number("cs-bytes") } else { record.number("sc-bytes") };
        let path = record.get("x-fullpath").or_else(|| record.get("cs-uri-stem")).filter(|path| *path != "+");
        let folder = matches!(command.as_str(), "LIST" | "NLST" | "MLSD" | "MKD" | "RMD");
        event.object = path.map(|path| percent(&path.replace('+', " ")).into_owned());
        event.object_kind = if event.object.is_none() {
            ObjectKind::None
        } else if folder {
            ObjectKind::Folder
        } else {
            ObjectKind::File
        };
    } else if event.outcome == Outcome::Unknown {
        event.outcome = if record.number("sc-status") == Some(230) { Outcome::Success } else { Outcome::Failure };
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    /// Microsoft's example of a header ("IIS log file formats"), with records to it.
    const HEAD: &str = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2023-09-18 00:00:03\n";

    #[test]
    fn sites() {
        let input = format!(
            "{HEAD}#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs(Cookie) sc-status sc-substatus sc-win32-status sc-bytes time-taken\n\
             2023-09-18 07:52:20 10.20.0.8 GET /a+b/c.pdf x=%2e&token=1 443 CLINIC\\ELewis 192.0.2.7 Mozilla/5.0+(Windows+NT+10.0) https://x/?y=1 s=1 200 0 0 2117 15\n\
             2023-09-18 07:52:21 10.20.0.8 POST /login - 443 - 192.0.2.7 - - - 401 1 1326 - 15\n\
             short line\n\
             #Fields: time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For\n\
             08:00:00 10.20.0.1 GET /x 404 198.51.100.7\n\
             99:00:00 10.20.0.1 GET /x 404 -\n"
        );
        assert_eq!(
            events(&source(), input.as_bytes()),
            "iis GET 4002/3 success elewis 192.0.2.7 Mozilla/5.0 (Windows NT 10.0) url /a b/c.pdf 2117B\n\
             iis POST 4002/6 failure - 192.0.2.7 - url /login\n\
             reject 3@511: a W3C record with another number of fields\n\
             iis GET 4002/3 failure - 198.51.100.7 - url /x\n\
             reject 5@632: a W3C record without a readable time\n"
        );
        let expect = serde_json::json!({
            "s-ip": "10.20.0.8", "cs-method": "GET", "cs-uri-stem": "/a+b/c.pdf", "s-port": 443, "cs-username": "CLINIC\\ELewis", "c-ip": "192.0.2.7",
            "cs-user-agent": "Mozilla/5.0 (Windows NT 10.0)", "cs-referer": "https://x/", "sc-status": 200, "sc-substatus": 0, "sc-win32-status": 0, "sc-bytes": 2117,
            "time-taken": 15, "cs-uri-query": "x=%2e&token=[removed]", "target": "/a b/c.pdf?x=%2e&token=[removed]", "query": "x=.&token=[removed]"
        });
        assert_eq!(details(&source(), input.as_bytes())[0], expect);
    }

    #[test]
    fn ftp_service() {
        let input = format!(
            "{HEAD}#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus sc-bytes cs-bytes x-session x-fullpath\n\
             2023-09-18 07:52:20 192.0.2.7 - 10.20.0.8 21 ControlChannelOpened - - 0 0 0 0 s1 -\n\
             2023-09-18 07:52:20 192.0.2.7 svc 10.20.0.8 21 PASS *** 230 0 0 21 12 s1 /\n\
             2023-09-18 07:52:20 192.0.2.7 - 10.20.0.8 21 PASS *** 530 1326 41 21 12 s2 -\n\
             2023-09-18 07:52:21 192.0.2.7 svc 10.20.0.8 21 RETR a+b.csv 226 0 0 5000 15 s1 /x/a+b.csv\n"
        );
        assert_eq!(
            events(&source(), input.as_bytes()),
            "iis PASS 3002/1 success svc 192.0.2.7 - none -\n\
             iis PASS 3002/1 failure - 192.0.2.7 - none -\n\
             iis RETR 6006/2 success svc 192.0.2.7 - file /x/a b.csv 5000B\n"
        );
    }
}
