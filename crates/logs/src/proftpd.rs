//! ProFTPD's own log and syslog messages, and its `ExtendedLog`, whose default form is that of web logs with FTP commands:
//! `192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:22 +0000] "RETR a b.csv" 226 5000`. (Its `TransferLog` is an [`crate::xferlog`].)
//!
//! Paths in an `ExtendedLog` are as the client sent them, often relative.

use crate::Sample;
use crate::input::Lines;
use crate::nginx::field;
use crate::out::{Out, Parsed, each_line};
use crate::syslog::{self, Header, Program};
use crate::text::{Detail, account, address, between, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};
use std::collections::BTreeMap;

/// Commands of RFC 959 and its successors that only FTP has.
const COMMANDS: &[&str] = &[
    "USER", "PASS", "ACCT", "QUIT", "RETR", "STOR", "STOU", "APPE", "DELE", "RNFR", "RNTO", "MKD", "XMKD", "RMD", "XRMD", "CWD", "XCWD", "CDUP", "PWD", "XPWD",
    "LIST", "NLST", "MLSD", "MLST", "PASV", "EPSV", "PORT", "EPRT", "TYPE", "MODE", "STRU", "REST", "ABOR", "SITE", "SYST", "STAT", "HELP", "NOOP", "SIZE",
    "MDTM", "MFMT", "FEAT", "OPTS", "AUTH", "PBSZ", "PROT", "CCC", "CLNT", "HOST", "ALLO",
];
/// Clients whose last account is remembered.
const MAX_CLIENTS: usize = 65_536;

struct Command<'a> {
    client: &'a str,
    user: Option<&'a str>,
    pid: Option<&'a str>,
    time: &'a str,
    command: &'a str,
    argument: &'a str,
    code: i64,
    bytes: Option<i64>,
}

impl<'a> Command<'a> {
    fn find(line: &'a str) -> Option<Command<'a>> {
        let at = line.match_indices(" [").map(|(i, _)| i).find(|i| line.as_bytes().get(i + 4) == Some(&b'/'))?;
        let (time, rest) = line.get(at + 2..)?.split_once("] ")?;
        let (request, rest) = field(rest)?;
        let (command, argument) = request.split_once(' ').unwrap_or((request, ""));
        let mut rest = rest.split_whitespace();
        let code = rest.next()?.parse().ok().filter(|code| (100..600).contains(code))?;
        COMMANDS.contains(&command).then_some(())?;
        let front: Vec<&str> = line.get(..at)?.split_whitespace().take(8).collect();
        let pid = front.iter().find_map(|f| f.strip_prefix('[')?.strip_suffix(']'));
        // `%h %l %u`, or the server, the process and the client (the default of its AUTH log).
        let (client, user) = match front.as_slice() {
            [.., client] if pid.is_some() => (*client, None),
            [client, _, user] => (*client, present(user)),
            [client, ..] => (*client, None),
            [] => return None,
        };
        Some(Command { client, user, pid, time, command, argument, code, bytes: rest.next().and_then(|n| n.parse().ok()) })
    }
}

pub(crate) fn sniff_extended(sample: &Sample) -> u32 {
    sample.share(|line| Command::find(line).is_some())
}

pub(crate) fn parse_extended(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    // Before a logon has succeeded the record does not name the account: the last USER of the same process or client does.
    let mut offered: BTreeMap<String, String> = BTreeMap::new();
    each_line(lines, out, |out, line| {
        let command = Command::find(line).ok_or("not an ExtendedLog line")?;
        let time = out.clock.clf(command.time).ok_or("an ExtendedLog line without a readable time")?;
        let key = command.pid.unwrap_or(command.client);
        if command.command == "USER" {
            if offered.len() > MAX_CLIENTS {
                offered.clear();
            }
            offered.insert(key.to_string(), command.argument.to_string());
        }
        let (class, activity) = match command.command {
            "PASS" => (3002, 1),
            "RETR" => (6006, 2),
            "STOR" | "STOU" | "APPE" | "MKD" | "XMKD" => (6006, 1),
            "DELE" | "RMD" | "XRMD" => (6006, 4),
            "RNFR" | "RNTO" => (6006, 5),
            "LIST" | "NLST" | "MLSD" => (6006, 14),
            _ => {
                out.seen(time);
                return Ok(None);
            }
        };
        let mut event = out.event(time, command.time, "proftpd");
        (event.class_uid, event.activity_id, event.operation) = (class, activity, command.command.to_string());
        event.outcome = if command.code < 400 { Outcome::Success } else { Outcome::Failure };
        event.actor = command.user.or_else(|| offered.get(key).map(String::as_str)).and_then(|user| account(user, false));
        event.src_addr = address(command.client).or_else(|| present(command.client).map(str::to_string));
        event.session_key = command.pid.map(str::to_string);
        if class == 6006 {
            event.bytes = command.bytes;
            let folder = matches!(command.command, "LIST" | "NLST" | "MLSD" | "MKD" | "XMKD" | "RMD" | "XRMD");
            event.object = present(command.argument).map(str::to_string);
            event.object_kind = if event.object.is_none() {
                ObjectKind::None
            } else if folder {
                ObjectKind::Folder
            } else {
                ObjectKind::File
            };
        }
        // 226 and 250 end a whole transfer.
        let complete = command.command == "RETR" && matches!(command.code, 226 | 250);
        event.detail = Detail::default().number("code", command.code).maybe("completion", complete.then_some("c")).finish();
        Ok(Some(event))
    })
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    syslog::sniff(sample, &[Program::ProFtpd])
}

/// A message in the server's own log or in syslog: `host (client[192.0.2.7]): USER svc: Login successful.`
pub(crate) fn message(out: &mut Out, header: &Header) -> Parsed {
    let Some((front, message)) = header.message.split_once("): ").or_else(|| header.message.split_once(") - ")) else { return Ok(None) };
    let client = front.rsplit_once('[').map_or("", |(_, a)| a.trim_end_matches(']'));
    let mut event = out.event(header.time, header.time_raw, "proftpd");
    event.src_addr = address(client);
    event.session_key = header.pid.map(str::to_string);
    event.outcome = Outcome::Success;
    if message.contains(" session opened") || message.contains(" session closed") {
        (event.class_uid, event.activity_id) = (4001, if message.contains("opened") { 1 } else { 2 });
        event.operation = message.trim_end_matches('.').to_string();
        return Ok(Some(event));
    }
    let user = between(message, "USER ", ": ").or_else(|| between(message, "ANONYMOUS ", ": "));
    let (user, reason) = match user {
        Some(user) if message.contains("(Login failed)") => (user.trim_end_matches(" (Login failed)"), message.split_once(": ").map(|(_, r)| r)),
        Some(user) if message.contains(": no such user") => (user, Some("no such user")),
        Some(user) if message.contains(": Login successful") => (user, None),
        None if message.contains("Root login attempted") => ("root", Some("root login attempted")),
        _ => return Ok(None),
    };
    (event.class_uid, event.activity_id, event.operation) = (3002, 1, "USER".to_string());
    if reason.is_some() {
        event.outcome = Outcome::Failure;
    }
    event.actor = account(user, false);
    event.detail = Detail::default().maybe("reason", reason).finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    // The lines are as ProFTPD 1.3.8 wrote them on loopback, with other addresses and names.

    #[test]
    fn own_log_and_syslog() {
        check(
            "2026-11-26 01:31:20,873 vm proftpd[12034] 192.0.2.1: ProFTPD 1.3.8 (stable) (built Fri May 1 2026 20:02:15 UTC) standalone mode STARTUP\n\
             2026-11-26 01:31:22,879 vm proftpd[12047] 192.0.2.1 (ws[192.0.2.7]): FTP session opened.\n\
             2026-11-26 01:31:22,918 vm proftpd[12047] 192.0.2.1 (ws[192.0.2.7]): USER svc: Login successful.\n\
             2026-11-26 01:31:23,792 vm proftpd[12051] 192.0.2.1 (ws[192.0.2.7]): USER svc (Login failed): Incorrect password\n\
             2026-11-26 01:31:24,200 vm proftpd[12053] 192.0.2.1 (ws[192.0.2.7]): USER nouser: no such user found from ws [192.0.2.7] to 192.0.2.1:21\n",
            "proftpd FTP session opened 4001/1 success - 192.0.2.7 - none -\n\
             proftpd USER 3002/1 success svc 192.0.2.7 - none -\n\
             proftpd USER 3002/1 failure svc 192.0.2.7 - none -\n\
             proftpd USER 3002/1 failure nouser 192.0.2.7 - none -\n",
        );
        check(
            "Sep 18 02:13:00 ftp01 proftpd[7]: ftp01 (192.0.2.7[192.0.2.7]) - USER svc: Login successful.\n",
            "proftpd USER 3002/1 success svc 192.0.2.7 - none -\n",
        );
    }

    #[test]
    fn extended_log() {
        check(
            "192.0.2.7 UNKNOWN - [26/Nov/2026:01:31:22 +0000] \"USER svc\" 331 -\n\
             192.0.2.7 UNKNOWN - [26/Nov/2026:01:31:22 +0000] \"PASS (hidden)\" 530 -\n\
             192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:22 +0000] \"PASS (hidden)\" 230 -\n\
             192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:22 +0000] \"RETR a b.csv\" 226 5000\n\
             192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:24 +0000] \"DELE u2.txt\" 250 3\n\
             192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:24 +0000] \"LIST\" 226 64\n",
            "proftpd PASS 3002/1 failure svc 192.0.2.7 - none -\n\
             proftpd PASS 3002/1 success svc 192.0.2.7 - none -\n\
             proftpd RETR 6006/2 success svc 192.0.2.7 - file a b.csv 5000B\n\
             proftpd DELE 6006/4 success svc 192.0.2.7 - file u2.txt 3B\n\
             proftpd LIST 6006/14 success svc 192.0.2.7 - none - 64B\n",
        );
        check(
            "pf [12051] 192.0.2.7 [26/Nov/2026:01:31:23 +0000] \"USER svc\" 331\npf [12051] 192.0.2.7 [26/Nov/2026:01:31:23 +0000] \"PASS (hidden)\" 530\n",
            "proftpd PASS 3002/1 failure svc 192.0.2.7 - none -\n",
        );
    }
}
