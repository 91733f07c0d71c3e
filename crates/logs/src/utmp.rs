//! `wtmp` and `btmp` of Linux: records of 384 bytes (glibc's `struct utmp` on most machines, little-endian).
//!
//! A record with a user opens a session on a terminal, one without closes it. `btmp` has refused logons: a record of a process that
//! asks for a logon (type 6) which names a user.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, present};
use crate::time::Clock;
use dosimeter_case::Result;
use dosimeter_case::tables::Outcome;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SIZE: usize = 384;
/// Terminals whose user is remembered.
const MAX_LINES: usize = 65_536;

/// `ut_type`. FTP servers leave it 0.
const EMPTY: i16 = 0;
const RUN_LEVEL: i16 = 1;
const BOOT: i16 = 2;
const LOGIN: i16 = 6;
const USER: i16 = 7;
const DEAD: i16 = 8;

struct Record<'a> {
    kind: i16,
    pid: i32,
    line: &'a str,
    user: &'a str,
    host: &'a str,
    session: i32,
    seconds: u32,
    micros: u32,
    address: Option<String>,
}

impl<'a> Record<'a> {
    /// `None` where the bytes can be no such record.
    fn find(bytes: &'a [u8]) -> Option<Record<'a>> {
        let four = |at: usize| bytes.get(at..at + 4)?.try_into().ok();
        let kind = i16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
        let record = Record {
            kind,
            pid: i32::from_le_bytes(four(4)?),
            line: text(bytes.get(8..40)?)?,
            user: text(bytes.get(44..76)?)?,
            host: text(bytes.get(76..332)?)?,
            session: i32::from_le_bytes(four(336)?),
            seconds: u32::from_le_bytes(four(340)?),
            micros: u32::from_le_bytes(four(344)?),
            address: ip(bytes.get(348..364)?),
        };
        ((0..=9).contains(&kind) && bytes.len() == SIZE && record.micros < 1_000_000).then_some(record)
    }
}

/// `[7] [00812] [ts/0] [elewis  ] [pts/0       ] [ws-01     ] [192.0.2.7      ] [2023-09-18T01:31:22,879000+00:00]`: as `utmpdump`
/// shows a record.
fn shown<'a>(clock: &Clock, line: &'a str) -> Option<(Record<'a>, Timestamp, &'a str)> {
    let mut fields = line.trim().strip_prefix('[')?.strip_suffix(']')?.split("] [").map(str::trim);
    let mut next = || fields.next();
    let (kind, pid, _id, user, line, host, ip, raw) = (next()?, next()?, next()?, next()?, next()?, next()?, next()?, next()?);
    let (time, _) = clock.iso(raw)?;
    let address = address(ip).filter(|a| a != "0.0.0.0");
    let record = Record { kind: kind.parse().ok()?, pid: pid.parse().ok()?, line, user, host, session: 0, seconds: 0, micros: 0, address };
    Some((record, time, raw))
}

pub(crate) fn sniff_dump(sample: &Sample) -> u32 {
    let clock = sample.clock();
    sample.share(|line| shown(&clock, line).is_some())
}

pub(crate) fn parse_dump(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut users = BTreeMap::new();
    each_line(lines, out, |out, line| {
        let (record, time, raw) = shown(&out.clock, line).ok_or("not a logon record")?;
        one(out, time, raw, &record, &mut users)
    })
}

/// Text up to the first NUL; `None` if it has control characters.
fn text(bytes: &[u8]) -> Option<&str> {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..end]).ok().filter(|t| !t.chars().any(char::is_control))
}

fn ip(bytes: &[u8]) -> Option<String> {
    let all: [u8; 16] = bytes.try_into().ok()?;
    let address =
        if all[4..].iter().all(|b| *b == 0) { IpAddr::from(Ipv4Addr::from([all[0], all[1], all[2], all[3]])) } else { IpAddr::from(Ipv6Addr::from(all)) };
    (!address.is_unspecified()).then(|| address.to_canonical().to_string())
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    // 1990 to the end of the 32-bit clock read without a sign.
    let plausible = |r: &Record| r.seconds > 631_152_000 && (r.kind != EMPTY || !r.line.is_empty());
    let mut records = sample.bytes.chunks_exact(SIZE).take(20).peekable();
    if records.peek().is_some() && records.all(|bytes| Record::find(bytes).is_some_and(|r| plausible(&r))) { 100 } else { 0 }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut users = BTreeMap::new();
    let mut bytes = [0; SIZE];
    loop {
        let offset = lines.offset();
        let n = lines.fill(&mut bytes)?;
        if n == 0 {
            return Ok(());
        }
        out.record(offset);
        let parsed = match Record::find(&bytes).filter(|_| n == SIZE) {
            Some(record) => match Timestamp::new(record.seconds.into(), record.micros as i32 * 1000) {
                Ok(time) => one(out, time, &format!("{}.{:06}", record.seconds, record.micros), &record, &mut users),
                Err(_) => Err("a logon record without a readable time"),
            },
            None if n < SIZE => Err("a logon record that is cut off"),
            None => Err("not a logon record"),
        };
        out.take(parsed)?;
    }
}

/// User and address by terminal.
type Users = BTreeMap<String, (Option<String>, Option<String>)>;

fn one(out: &mut Out, time: Timestamp, raw: &str, record: &Record, users: &mut Users) -> Parsed {
    let mut event = out.event(time, raw, "utmp");
    event.actor = account(record.user, true);
    event.src_addr = record.address.clone().or_else(|| address(record.host)).or_else(|| present(record.host).map(str::to_string));
    event.session_key = Some(if record.pid > 0 { record.pid.to_string() } else { record.line.to_string() }).filter(|key| !key.is_empty());
    event.outcome = Outcome::Success;
    (event.class_uid, event.activity_id, event.operation) = match record.kind {
        USER | EMPTY if !record.user.is_empty() => {
            if users.len() > MAX_LINES {
                users.clear();
            }
            users.insert(record.line.to_string(), (event.actor.clone(), event.src_addr.clone()));
            (3002, 1, "USER_PROCESS".to_string())
        }
        LOGIN if !matches!(record.user, "" | "LOGIN") => {
            event.outcome = Outcome::Failure;
            (3002, 1, "LOGIN_PROCESS".to_string())
        }
        DEAD | EMPTY => match users.remove(record.line) {
            Some((user, from)) => {
                (event.actor, event.src_addr) = (user, from);
                (3002, 2, "DEAD_PROCESS".to_string())
            }
            // The end of a process that nobody had logged on to.
            None => {
                out.seen(time);
                return Ok(None);
            }
        },
        BOOT | RUN_LEVEL => {
            // `~` on the line `~`: the system came up, or (user `shutdown`) went down; sessions end with it.
            users.clear();
            (event.actor, event.src_addr, event.session_key) = (None, None, None);
            (6003, 99, if record.kind == BOOT { "BOOT_TIME" } else { "RUN_LVL" }.to_string())
        }
        _ => {
            out.seen(time);
            return Ok(None);
        }
    };
    event.detail = Detail::default()
        .number("type", record.kind.into())
        .text("line", record.line)
        .text("user", record.user)
        .text("host", record.host)
        .number("pid", record.pid.into())
        .number("session", record.session.into())
        .finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    /// As utmpdump (util-linux 2.38) showed them, with other names.
    #[test]
    fn utmpdump() {
        let input = "Utmp dump of /var/log/wtmp\n\
            [0] [00000] [    ] [svc     ] [ftpd12047   ] [localhost           ] [0.0.0.0        ] [2026-11-26T01:31:22,000000+00:00]\n\
            [0] [00000] [    ] [        ] [ftpd12047   ] [localhost           ] [0.0.0.0        ] [2026-11-26T01:31:23,000000+00:00]\n\
            [7] [00812] [ts/0] [elewis  ] [pts/0       ] [203.0.113.140       ] [203.0.113.140  ] [2026-11-26T01:31:24,500000+00:00]\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "reject 1@0: not a logon record\n\
             utmp USER_PROCESS 3002/1 success svc localhost - none -\n\
             utmp DEAD_PROCESS 3002/2 success svc localhost - none -\n\
             utmp USER_PROCESS 3002/1 success elewis 203.0.113.140 - none -\n"
        );
    }

    fn record(kind: u8, pid: u16, line: &str, user: &str, host: &str, seconds: u32, ip: [u8; 4]) -> Vec<u8> {
        let mut bytes = vec![0; 384];
        let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
        put(0, &[kind]);
        put(4, &pid.to_le_bytes());
        put(8, line.as_bytes());
        put(44, user.as_bytes());
        put(76, host.as_bytes());
        put(340, &seconds.to_le_bytes());
        put(348, &ip);
        bytes
    }

    /// To utmp(5), and for type 0 as ProFTPD 1.3.8 wrote it on loopback.
    #[test]
    fn records() {
        let mut input = record(2, 0, "~", "reboot", "6.1.0", 1_695_000_000, [0; 4]);
        input.extend(record(7, 812, "pts/0", "elewis", "203.0.113.140", 1_695_000_100, [203, 0, 113, 140]));
        input.extend(record(6, 900, "ssh:notty", "root", "192.0.2.1", 1_695_000_150, [192, 0, 2, 1]));
        input.extend(record(6, 901, "tty1", "LOGIN", "", 1_695_000_160, [0; 4]));
        input.extend(record(8, 812, "pts/0", "", "", 1_695_000_200, [0; 4]));
        input.extend(record(0, 0, "ftpd12047", "svc", "ws-01", 1_695_000_300, [0; 4]));
        input.extend(record(0, 0, "ftpd12047", "", "ws-01", 1_695_000_301, [0; 4]));
        input.extend(&[7; 200]);
        assert_eq!(
            events(&source(), &input),
            "utmp BOOT_TIME 6003/99 success - - - none -\n\
             utmp USER_PROCESS 3002/1 success elewis 203.0.113.140 - none -\n\
             utmp LOGIN_PROCESS 3002/1 failure root 192.0.2.1 - none -\n\
             utmp DEAD_PROCESS 3002/2 success elewis 203.0.113.140 - none -\n\
             utmp USER_PROCESS 3002/1 success svc ws-01 - none -\n\
             utmp DEAD_PROCESS 3002/2 success svc ws-01 - none -\n\
             reject 8@2688: a logon record that is cut off\n"
        );
    }
}
