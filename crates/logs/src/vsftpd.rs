//! vsftpd's own log (`Thu Nov 26 01:30:56 2026 [pid 2] [svc] OK DOWNLOAD: Client "192.0.2.7", "/srv/a b.csv", 5000 bytes, 21.4Kbyte/sec`),
//! and the same messages in syslog.
//!
//! With `log_ftp_protocol` the dialogue is there too: answers are kept for rules that look for the server's errors, commands are not.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::syslog::Header;
use crate::text::{Detail, account, address, between};
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};
use jiff::Timestamp;

/// Length of `Thu Nov 26 01:31:22 2026`.
const STAMP: usize = 24;

fn split(line: &str) -> Option<(&str, &str, &str)> {
    let (time, rest) = (line.get(..STAMP)?, line.get(STAMP..)?.strip_prefix(" [pid ")?);
    let (pid, message) = rest.split_once("] ")?;
    Some((time, pid, message))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    sample.share(|line| split(line).is_some_and(|(_, _, message)| message.contains(": Client \"") || message.starts_with("[") || message.starts_with("DEBUG")))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, |out, line| {
        let (raw, pid, rest) = split(line).ok_or("not a vsftpd log line")?;
        let time = out.clock.any(raw, false).ok_or("a vsftpd log line without a readable time")?;
        let parsed = one(out, time, raw, Some(pid), rest)?;
        if parsed.is_none() {
            out.seen(time);
        }
        Ok(parsed)
    })
}

/// A line in syslog.
pub(crate) fn message(out: &mut Out, header: &Header) -> Parsed {
    one(out, header.time, header.time_raw, header.pid, header.message)
}

fn one(out: &mut Out, time: Timestamp, raw: &str, pid: Option<&str>, rest: &str) -> Parsed {
    let (user, rest) = match rest.strip_prefix('[').and_then(|r| r.split_once("] ")) {
        Some((user, rest)) => (Some(user), rest),
        None => (None, rest),
    };
    let (what, after) = rest.split_once(": ").unwrap_or((rest, ""));
    if what == "FTP command" {
        return Ok(None);
    }
    let mut event = out.event(time, raw, "vsftpd");
    event.actor = user.and_then(|user| account(user, false));
    event.src_addr = between(after, "Client \"", "\"").and_then(address);
    event.session_key = pid.map(str::to_string);
    let (success, word) = match what.split_once(' ') {
        Some(("OK", word)) => (Outcome::Success, word),
        Some(("FAIL", word)) => (Outcome::Failure, word),
        _ => (Outcome::Unknown, what),
    };
    event.outcome = success;
    event.operation = word.to_string();
    let mut detail = Detail::default();
    match word {
        "LOGIN" => (event.class_uid, event.activity_id) = (3002, 1),
        "CONNECT" => (event.class_uid, event.activity_id, event.outcome) = (4001, 1, Outcome::Success),
        "DOWNLOAD" | "UPLOAD" | "DELETE" | "RENAME" | "MKDIR" | "RMDIR" | "CHMOD" if success != Outcome::Unknown => {
            event.class_uid = 6006;
            event.activity_id = match word {
                "DOWNLOAD" => 2,
                "UPLOAD" | "MKDIR" => 1,
                "DELETE" | "RMDIR" => 4,
                "RENAME" => 5,
                _ => 99,
            };
            event.object_kind = if word.ends_with("DIR") { ObjectKind::Folder } else { ObjectKind::File };
            let (name, tail) = after.split_once("\", \"").and_then(|(_, r)| r.rsplit_once('"')).ok_or("a vsftpd transfer without a name")?;
            event.bytes = between(tail, ", ", " bytes").and_then(|n| n.parse().ok());
            // The second name begins where the next absolute path does.
            let (name, to) = match name.split_once(" /") {
                Some((from, to)) if word == "RENAME" => (from, format!("/{to}")),
                _ => (name, String::new()),
            };
            detail = detail.text("to", &to);
            event.object = Some(name.to_string());
        }
        _ => {
            (event.class_uid, event.activity_id) = (6003, 99);
            let message = after.split_once("\", \"").map_or(after, |(_, m)| m.trim_end_matches('"'));
            detail = detail.text("message", if message.is_empty() { rest } else { message });
        }
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    /// As vsftpd 3.0.3 wrote them on loopback, with other addresses and names.
    const LINES: &str = r#"Thu Nov 26 01:30:56 2026 [pid 11575] CONNECT: Client "192.0.2.7"
Thu Nov 26 01:30:56 2026 [pid 11575] [svc] FTP command: Client "192.0.2.7", "PASS <password>"
Thu Nov 26 01:30:56 2026 [pid 11574] [svc] OK LOGIN: Client "192.0.2.7"
Thu Nov 26 01:30:56 2026 [pid 11576] [svc] FTP response: Client "192.0.2.7", "257 "/srv" is the current directory"
Thu Nov 26 01:30:56 2026 [pid 11576] [svc] OK DOWNLOAD: Client "192.0.2.7", "/srv/a b.csv", 5000 bytes, 21415.84Kbyte/sec
Thu Nov 26 01:30:58 2026 [pid 11580] [svc] FAIL LOGIN: Client "192.0.2.7"
Thu Nov 26 01:30:59 2026 [pid 11626] [svc] FAIL RENAME: Client "192.0.2.7", "/srv/up file.txt"
"#;

    #[test]
    fn lines() {
        let expect = "vsftpd CONNECT 4001/1 success - 192.0.2.7 - none -\n\
            vsftpd LOGIN 3002/1 success svc 192.0.2.7 - none -\n\
            vsftpd FTP response 6003/99 unknown svc 192.0.2.7 - none -\n\
            vsftpd DOWNLOAD 6006/2 success svc 192.0.2.7 - file /srv/a b.csv 5000B\n\
            vsftpd LOGIN 3002/1 failure svc 192.0.2.7 - none -\n\
            vsftpd RENAME 6006/5 failure svc 192.0.2.7 - file /srv/up file.txt\n";
        assert_eq!(events(&source(), LINES.as_bytes()), expect);
        assert_eq!(details(&source(), LINES.as_bytes())[2], serde_json::json!({"message": "257 \"/srv\" is the current directory"}));
    }

    #[test]
    fn in_syslog() {
        let input = "Sep 18 02:13:00 ftp01 vsftpd[7]: [svc] OK RENAME: Client \"192.0.2.7\", \"/srv/a b.csv /srv/c.csv\"\n";
        assert_eq!(events(&source(), input.as_bytes()), "vsftpd RENAME 6006/5 success svc 192.0.2.7 - file /srv/a b.csv\n");
        assert_eq!(details(&source(), input.as_bytes()), [serde_json::json!({"to": "/srv/c.csv"})]);
    }
}
