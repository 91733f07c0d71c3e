//! Apache's error log: `[Thu Nov 26 01:24:54.090509 2026] [auth_basic:error] [pid 7016:tid 7063] [client 192.0.2.7:55074] AH01617: ...`,
//! and that of version 2.2 (`[date] [error] [client 192.0.2.7] ...`).
//!
//! A failed password is an authentication event (the request stands in the access log as a 401). Everything that is more than
//! information is an event of the server, so that rules can look into its message.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, between};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;

struct Record<'a> {
    time: &'a str,
    module: &'a str,
    level: &'a str,
    pid: Option<&'a str>,
    client: Option<&'a str>,
    message: &'a str,
}

const LEVELS: &[&str] = &["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

impl<'a> Record<'a> {
    fn find(line: &'a str) -> Option<Record<'a>> {
        let (time, mut rest) = line.strip_prefix('[')?.split_once("] ")?;
        let mut record = Record { time, module: "", level: "", pid: None, client: None, message: "" };
        while let Some((part, after)) = rest.strip_prefix('[').and_then(|r| r.split_once("] ")) {
            let (key, value) = part.split_once(' ').unwrap_or((part, ""));
            match key {
                "pid" => record.pid = Some(value.split(':').next().unwrap_or(value)),
                "client" | "remote" => record.client = Some(value),
                _ if record.level.is_empty() => (record.module, record.level) = part.split_once(':').unwrap_or(("", part)),
                _ => {}
            }
            rest = after;
        }
        record.message = rest;
        let known = LEVELS.contains(&record.level) || record.level.starts_with("trace");
        (known && time.len() >= 24).then_some(record)
    }
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let clock = sample.clock();
    sample.share(|line| Record::find(line).is_some_and(|r| clock.any(r.time, false).is_some()))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, |out, line| {
        let Some(record) = Record::find(line) else {
            // What a module or a program wrote to its standard error goes into the same file.
            return if line.starts_with('[') { Err("not an Apache error log line") } else { Ok(None) };
        };
        let time = out.clock.any(record.time, false).ok_or("an error log line without a readable time")?;
        one(out, time, &record)
    })
}

fn one(out: &mut Out, time: Timestamp, record: &Record) -> Parsed {
    if matches!(record.level, "info" | "debug") || record.level.starts_with("trace") {
        out.seen(time);
        return Ok(None);
    }
    let mut event = out.event(time, record.time, "apache");
    event.src_addr = record.client.and_then(address);
    event.session_key = record.pid.map(str::to_string);
    let (message, referrer) = record.message.rsplit_once(", referer: ").unwrap_or((record.message, ""));
    let (code, text) = message.split_once(": ").filter(|(code, _)| code.starts_with("AH") && code.len() == 7).unwrap_or(("", message));
    event.operation = if code.is_empty() { record.level } else { code }.to_string();
    let detail = Detail::default()
        .text("message", message)
        .text("level", record.level)
        .text("module", record.module)
        .text("referrer", referrer.split('?').next().unwrap_or(""));
    event.detail = match failed_logon(text) {
        Some((user, path)) => {
            (event.class_uid, event.activity_id, event.outcome) = (3002, 1, Outcome::Failure);
            event.actor = account(&web::unescape(user, false), false);
            named(&mut event, ObjectKind::Url, path);
            detail.text("also_in", "the access log, as status 401").finish()
        }
        None => {
            (event.class_uid, event.activity_id) = (6003, 99);
            if let Some(path) = text.strip_prefix("client denied by server configuration: ") {
                event.outcome = Outcome::Failure;
                named(&mut event, ObjectKind::File, path);
            }
            detail.finish()
        }
    };
    Ok(Some(event))
}

fn named(event: &mut Event, kind: ObjectKind, path: &str) {
    if !path.is_empty() {
        (event.object_kind, event.object) = (kind, Some(path.split('?').next().unwrap_or(path).to_string()));
    }
}

/// Account and path of a refused password.
fn failed_logon(text: &str) -> Option<(&str, &str)> {
    if let Some((user, rest)) = text.strip_prefix("user ").and_then(|t| t.split_once(": authentication failure for \"")) {
        return Some((user, rest.split_once("\":").map_or("", |(path, _)| path)));
    }
    if let Some((user, path)) = text.strip_prefix("user ").and_then(|t| t.split_once(" not found: ")) {
        return Some((user, path));
    }
    // mod_authnz_ldap: the reason and the address stand around the account.
    let user = between(text, "user ", " authentication failed; URI ")?;
    Some((user, text.split_once("; URI ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    /// The first five lines are as Apache 2.4 (Debian) wrote them on loopback, with other addresses.
    #[test]
    fn lines() {
        let input = r#"[Thu Nov 26 01:24:53.038932 2026] [mpm_event:notice] [pid 7012:tid 7012] AH00489: Apache/2.4.71 (Debian) configured -- resuming normal operations
[Thu Nov 26 01:24:54.090509 2026] [auth_basic:error] [pid 7016:tid 7063] [client 192.0.2.7:55074] AH01617: user jdoe: authentication failure for "/priv/i.html": Password Mismatch
[Thu Nov 26 01:24:54.099902 2026] [auth_basic:error] [pid 7015:tid 7035] [client 192.0.2.7:55084] AH01618: user nobody not found: /priv/i.html
[Thu Nov 26 01:24:54.108527 2026] [authz_core:error] [pid 7016:tid 7076] [client 192.0.2.7:55100] AH01630: client denied by server configuration: /srv/www/den/i.html
[Thu Nov 26 01:24:54.118253 2026] [core:info] [pid 7016:tid 7078] [client 192.0.2.7:55108] AH00128: File does not exist: /srv/www/no.html
[Fri Sep 01 10:00:00 2023] [error] [client 192.0.2.7] user ann: authentication failure for "/x": Password Mismatch, referer: http://x/?a=b
[Fri Sep 01 10:00:00 2023] [notice] child pid 17 exit signal Segmentation fault (11)
sh: 1: curl: not found
[Fri Sep 01 broken
"#;
        let expect = "apache AH00489 6003/99 unknown - - - none -\n\
            apache AH01617 3002/1 failure jdoe 192.0.2.7 - url /priv/i.html\n\
            apache AH01618 3002/1 failure nobody 192.0.2.7 - url /priv/i.html\n\
            apache AH01630 6003/99 failure - 192.0.2.7 - file /srv/www/den/i.html\n\
            apache error 3002/1 failure ann 192.0.2.7 - url /x\n\
            apache notice 6003/99 unknown - - - none -\n\
            reject 9@1019: not an Apache error log line\n";
        assert_eq!(events(&source(), input.as_bytes()), expect);
    }
}
