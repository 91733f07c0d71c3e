//! Samba's own log (`log.smbd`) with authentication audit: a header line `[time, level] file:line(function)`, then indented text.
//! Each authentication is written for people and as JSON: one event, from the JSON where there is one.

use crate::Sample;
use crate::input::Lines;
use crate::json::{self, get, text};
use crate::out::{Out, Parsed, TOO_LONG};
use crate::text::{Detail, account, address, between, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, Outcome};

/// The line for people and the JSON of one authentication are at most this many records apart.
const MAX_APART: usize = 16;

fn is_header(line: &str) -> bool {
    line.starts_with('[') && line.get(1..5).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit())) && line.as_bytes().get(5) == Some(&b'/')
}
fn is_json(line: &str) -> bool {
    line.starts_with('{') && line.contains("\"type\"")
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let headers = sample.share(is_header);
    let json = sample.share(|l| is_json(l.trim_start()) && (l.contains("\"Authentication\"") || l.contains("\"Authorization\"")));
    if headers + json == 0 { 0 } else { (headers + json).max(60) }
}

/// The record being read.
#[derive(Default)]
struct Record {
    header: String,
    human: String,
    json: Option<Event>,
    json_read: bool,
    reason: Option<&'static str>,
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut open: Option<Record> = None;
    // Events of lines for people, until it is clear that no JSON follows in a record of its own.
    let mut waiting: Vec<Event> = Vec::new();
    while let Some(line) = lines.next()? {
        let trimmed = line.text.trim_start();
        if is_header(&line.text) || line.too_long || is_json(trimmed) && open.as_ref().is_none_or(|r| r.json_read) {
            close(out, open.take(), &mut waiting)?;
            out.record(line.offset);
            if line.too_long {
                out.reject(TOO_LONG)?;
                continue;
            }
            open = Some(Record { header: if is_header(&line.text) { line.text.clone().into_owned() } else { String::new() }, ..Record::default() });
        }
        let Some(record) = &mut open else {
            out.record(line.offset);
            out.reject("text before the first record header")?;
            continue;
        };
        if is_json(trimmed) {
            record.json_read = true;
            match authentication(out, trimmed) {
                Ok(event) => record.json = event,
                Err(reason) => record.reason = Some(reason),
            }
        } else if trimmed.starts_with("Auth:") && record.human.is_empty() {
            record.human = trimmed.to_string();
        }
    }
    close(out, open, &mut waiting)?;
    waiting.into_iter().try_for_each(|event| out.emit(event))
}

fn close(out: &mut Out, record: Option<Record>, waiting: &mut Vec<Event>) -> Result<()> {
    let Some(record) = record else { return Ok(()) };
    if let Some(event) = record.json {
        if let Some(i) = waiting.iter().position(|earlier| same(earlier, &event)) {
            waiting.remove(i);
        }
        return out.emit(event);
    }
    // Several processes write one log: the pair may be a few records apart.
    if waiting.len() >= MAX_APART {
        out.emit(waiting.remove(0))?;
    }
    let stamp = record.header.strip_prefix('[').and_then(|h| h.split_once(',').or_else(|| h.split_once(']'))).map_or("", |(stamp, _)| stamp);
    let time = out.clock.iso(stamp).map(|(time, _)| time);
    if let Some(time) = time {
        out.seen(time);
    }
    match (record.reason, time) {
        (Some(reason), _) => out.reject(reason),
        (None, None) if !record.header.is_empty() => out.reject("a record header without a readable time"),
        (None, Some(time)) if !record.human.is_empty() => {
            waiting.extend(human(out, time, stamp, &record.human));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn same(a: &Event, b: &Event) -> bool {
    a.outcome == b.outcome && a.actor == b.actor && a.src_addr == b.src_addr && (a.time.as_microsecond() - b.time.as_microsecond()).abs() < 1_000_000
}

/// `Auth: [SMB2,(null)] user [DOM]\[name] at [...] with [NTLMv2] status [NT_STATUS_OK] workstation [WS] remote host [ipv4:a:p] ...`
fn human(out: &mut Out, time: jiff::Timestamp, stamp: &str, line: &str) -> Option<Event> {
    let user = line.split_once(" user [")?.1.split_once("]\\[")?.1.split_once(']')?.0;
    let status = between(line, "status [", "]")?;
    let remote = between(line, "remote host [", "]").unwrap_or("");
    let mut event = base(out, time, stamp, status);
    event.actor = account(user, true);
    event.src_addr = address(remote);
    event.device = between(line, "workstation [", "]").and_then(present).map(str::to_lowercase);
    event.session_key = present(remote).map(str::to_string);
    event.detail =
        Detail::default().text("status", status).maybe("method", between(line, "with [", "]")).maybe("service", between(line, "Auth: [", ",")).finish();
    Some(event)
}

fn base(out: &mut Out, time: jiff::Timestamp, stamp: &str, status: &str) -> Event {
    let mut event = out.event(time, stamp, "samba");
    event.class_uid = 3002;
    event.activity_id = 1;
    event.operation = "Authentication".to_string();
    event.outcome = if status == "NT_STATUS_OK" { Outcome::Success } else { Outcome::Failure };
    event
}

fn authentication(out: &mut Out, line: &str) -> Parsed {
    let value = json::object(line).ok_or("a Samba JSON record that is not JSON")?;
    let stamp = text(&value, &["timestamp"]).ok_or("a Samba JSON record without a time")?;
    let time = out.clock.any(&stamp, false).ok_or("a Samba JSON record without a readable time")?;
    // Authorisation and the directory's own audit records repeat or do not concern access.
    let Some(record) = get(&value, "Authentication") else {
        out.seen(time);
        return Ok(None);
    };
    let Some(record) = record.as_object() else { return Err("a Samba JSON record of an unknown shape") };
    let status = text(record, &["status"]).unwrap_or_default();
    let mut event = base(out, time, &stamp, &status);
    event.actor = ["becameAccount", "mappedAccount", "clientAccount"].iter().find_map(|key| account(&text(record, &[key])?, true));
    let remote = text(record, &["remoteAddress"]).unwrap_or_default();
    event.src_addr = address(&remote);
    event.device = text(record, &["workstation"]).as_deref().and_then(present).map(|w| w.trim_start_matches('\\').to_lowercase());
    event.session_key = text(record, &["logonId"]).filter(|id| id != "0").or_else(|| present(&remote).map(str::to_string));
    event.detail = Detail::default()
        .text("status", &status)
        .maybe("method", text(record, &["passwordType"]).as_deref())
        .maybe("service", text(record, &["serviceDescription"]).as_deref())
        .maybe("logon_type", text(record, &["logonType"]).as_deref())
        .finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    const HEAD: &str = "[2023/09/11 01:24:52.591415,  3] ../../auth/auth_log.c:647(log_authentication_event_human_readable)\n";
    const HUMAN: &str = "  Auth: [SMB2,(null)] user [CLINIC]\\[elewis] at [Mon, 11 Sep 2023 01:24:52.591415 EDT] with [NTLMv2] status [NT_STATUS_OK] workstation [DESKTOP-7F3K2Q] remote host [ipv4:10.20.9.37:34791] became [FS01]\\[elewis]. local host [ipv4:10.20.1.5:445] \n";
    const JSON: &str = "  {\"timestamp\": \"2023-09-11T01:24:52.591415-0400\", \"type\": \"Authentication\", \"Authentication\": {\"status\": \"NT_STATUS_OK\", \"remoteAddress\": \"ipv4:10.20.9.37:34791\", \"clientAccount\": \"ELewis\", \"workstation\": \"DESKTOP-7F3K2Q\", \"becameAccount\": null}}\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn one_event_for_one_logon() {
        let one = "samba Authentication 3002/1 success elewis 10.20.9.37 desktop-7f3k2q none -\n";
        let anna = one.replace("elewis", "anna");
        check(&[HEAD, HUMAN, JSON].concat(), one);
        check(&[HEAD, HUMAN, HEAD, JSON].concat(), one);
        check(&[HEAD, HUMAN].concat(), one);
        check(&[HEAD, HUMAN, HEAD, "  something else\n"].concat(), one);
        check(&[HEAD, HUMAN, HEAD, &HUMAN.replace("elewis", "anna"), HEAD, JSON, HEAD, &JSON.replace("ELewis", "Anna")].concat(), &(one.to_string() + &anna));
        check(&[HEAD, HUMAN, HEAD, &JSON.replace("_OK", "_WRONG_PASSWORD")].concat(), &(one.replace("success", "failure") + one));
        check(&[JSON, JSON].concat(), &[one, one].concat());
        check(&[HEAD, "  {\"type\": \"Authentication\", broken\n"].concat(), "reject 1@0: a Samba JSON record that is not JSON\n");
    }
}
