//! OpenSSH in syslog: logons of `sshd`, and what `internal-sftp` (or `sftp-server`) did.
//!
//! An SFTP record names no user: the line `session opened for local user U from [A]` ties the process id to user and address.
//! `close "path" bytes read N written M` is the record of access; `open` alone moved nothing.

use crate::out::{Out, Parsed};
use crate::syslog::{self, Header, Program};
use crate::text::{Detail, account, address, between, unvis};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use std::collections::BTreeMap;

/// Processes followed at once; more than a server has.
const MAX_PROCESSES: usize = 65_536;

/// Parts of messages of [`State::sshd`] that are odd without being called errors.
const ODD: &[&str] = &["Corrupted MAC", "attack", "incorrect signature", "bad client public", "unexpected ", "unknown or unsupported", "invalid "];

/// What is known of one process.
#[derive(Default)]
struct Process {
    user: Option<String>,
    address: Option<String>,
    /// An action whose result is not known yet: it stands in the next record, if the server is told to log it.
    open: Option<Event>,
    /// A failure has been reported for this connection.
    failed: bool,
}

/// The processes of one source.
#[derive(Default)]
pub(crate) struct State {
    processes: BTreeMap<String, Process>,
    ready: Vec<Event>,
}

pub(crate) fn sniff(sample: &crate::Sample) -> u32 {
    syslog::sniff(sample, &[Program::Ssh, Program::Sftp])
}

impl State {
    /// Events of earlier records that are now complete.
    pub fn ready(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.ready)
    }
    /// Events that were still waiting when the source ended.
    pub fn finish(mut self) -> Vec<Event> {
        self.processes.values_mut().filter_map(|p| p.open.take()).collect()
    }

    /// Reads one line of sshd or of the SFTP server.
    pub fn message(&mut self, out: &mut Out, header: &Header) -> Parsed {
        if let Some((times, inner)) = header.message.strip_prefix("message repeated ").and_then(|m| m.split_once(" times: [")) {
            let inner = Header { message: inner.trim().trim_end_matches(']').trim_start(), ..*header };
            let Some(mut event) = self.one(out, &inner)? else { return Ok(None) };
            if let (Some(detail), Ok(times)) = (event.detail.strip_suffix('}'), times.parse::<u32>()) {
                event.detail = format!("{detail}{}\"repeated\":{times}}}", if detail.len() > 1 { "," } else { "" });
            }
            return Ok(Some(event));
        }
        self.one(out, header)
    }

    fn one(&mut self, out: &mut Out, header: &Header) -> Parsed {
        if self.processes.len() > MAX_PROCESSES {
            self.ready.extend(std::mem::take(&mut self.processes).into_values().filter_map(|p| p.open));
        }
        match syslog::program(header.program) {
            Some(Program::Sftp) => self.sftp(out, header),
            // Since OpenSSH 9.8 the in-process SFTP server may log under sshd's own name.
            _ if header.message.starts_with("session opened for local user ") || is_transfer(header.message) => self.sftp(out, header),
            _ => self.sshd(out, header),
        }
    }

    fn process(&mut self, pid: Option<&str>) -> &mut Process {
        self.processes.entry(pid.unwrap_or("").to_string()).or_default()
    }

    fn sshd(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let message = header.message.strip_prefix("error: ").unwrap_or(header.message);
        let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
        let peer = peer(message);
        let mut logon = |outcome: Outcome, activity: i64, user: &str, method: &str| {
            let mut event = out.event(header.time, header.time_raw, "sshd");
            event.class_uid = 3002;
            event.activity_id = activity;
            event.outcome = outcome;
            event.operation = if activity == 1 { word.to_string() } else { "Disconnected".to_string() };
            event.actor = account(user, true);
            event.src_addr = peer.map(|(a, _)| a).and_then(address);
            event.session_key = header.pid.map(str::to_string);
            let key = message.split_once(" ssh2: ").map(|(_, key)| key);
            event.detail = Detail::default().text("method", method).maybe("port", peer.and_then(|(_, p)| p)).maybe("key", key).finish();
            event
        };
        match word {
            "Accepted" | "Failed" => {
                let Some((method, who)) = rest.split_once(" for ") else { return Ok(None) };
                // "Accepted key ... found at ..." is a step on the way, not a logon.
                let Some((user, _)) = who.rsplit_once(" from ") else { return Ok(None) };
                let invalid = user.strip_prefix("invalid user ");
                let success = word == "Accepted";
                if !success {
                    self.process(header.pid).failed = true;
                }
                let mut event = logon(if success { Outcome::Success } else { Outcome::Failure }, 1, invalid.unwrap_or(user), method);
                if invalid.is_some() {
                    event.detail = event.detail.replacen('{', "{\"unknown_account\":true,", 1);
                }
                Ok(Some(event))
            }
            "Disconnected" if rest.starts_with("from user ") => {
                let user = rest.trim_start_matches("from user ").split(' ').next().unwrap_or("");
                Ok(Some(logon(Outcome::Success, 2, user, "")))
            }
            // The end of a connection that never logged on; a failure unless one was already told.
            "Connection" | "Disconnected" if rest.contains(" user ") && rest.ends_with("[preauth]") => {
                let user = between(rest, " user ", " ").unwrap_or("");
                let told = std::mem::take(&mut self.process(header.pid).failed);
                Ok((!told).then(|| logon(Outcome::Failure, 1, user, "none")))
            }
            "Starting" if rest.starts_with("session: ") && !rest.contains("sftp") => {
                // A shell or a command (scp among them) may copy anything and is not recorded further.
                let user = between(rest, " for ", " from ").unwrap_or("");
                let mut event = logon(Outcome::Success, 1, user, "");
                event.activity_id = 99;
                event.operation = "session".to_string();
                event.detail = Detail::default().text("session", rest.trim_start_matches("session: ").split(" for ").next().unwrap_or("")).finish();
                Ok(Some(event))
            }
            // What rules look for in the messages of the server: errors that an attack may cause.
            _ if header.message.starts_with("error: ") || header.message.starts_with("fatal: ") || ODD.iter().any(|odd| message.contains(odd)) => {
                let mut event = out.event(header.time, header.time_raw, "sshd");
                (event.class_uid, event.activity_id, event.operation) = (6003, 99, "error".to_string());
                event.src_addr = peer.map(|(a, _)| a).and_then(address);
                event.session_key = header.pid.map(str::to_string);
                event.detail = Detail::default().text("message", header.message).finish();
                Ok(Some(event))
            }
            _ => Ok(None),
        }
    }

    fn sftp(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let message = header.message;
        let process = self.processes.entry(header.pid.unwrap_or("").to_string()).or_default();
        if let Some(mut event) = process.open.take() {
            let status = message.strip_prefix("sent status ");
            if let Some(status) = status.filter(|s| !matches!(*s, "Success" | "End of file")) {
                event.outcome = Outcome::Failure;
                event.detail = Detail::from(&event.detail).text("status", status).finish();
            }
            self.ready.push(event);
        }
        if let Some(who) = message.strip_prefix("session opened for local user ") {
            let (user, from) = who.rsplit_once(" from ").unwrap_or((who, ""));
            *process = Process { user: account(user, true), address: address(from), ..Process::default() };
            return Ok(None);
        }
        if message.starts_with("session closed for local user ") {
            self.processes.remove(header.pid.unwrap_or(""));
            return Ok(None);
        }
        let message = message.strip_prefix("forced ").unwrap_or(message);
        let (operation, rest) = message.split_once(' ').unwrap_or((message, ""));
        let mut event = {
            let mut event = out.event(header.time, header.time_raw, "sftp");
            event.class_uid = 6006;
            event.outcome = Outcome::Success;
            event.operation = operation.to_string();
            event.object_kind = ObjectKind::File;
            event.actor = process.user.clone();
            event.src_addr = process.address.clone();
            event.session_key = header.pid.map(str::to_string);
            event
        };
        match operation {
            "open" => {
                let Some((path, flags)) = named(rest, " flags ") else { return Err("an SFTP open without a path") };
                event.activity_id = 14;
                event.object = Some(path);
                event.detail = Detail::default().text("flags", flags.split(" mode").next().unwrap_or("")).finish();
            }
            "close" => {
                let Some((path, counts)) = named(rest, " bytes read ") else { return Err("an SFTP close without its counts") };
                let mut counts = counts.split(" written ").map(|n| n.trim().parse::<i64>().ok());
                let (Some(Some(read)), Some(Some(written))) = (counts.next(), counts.next()) else { return Err("an SFTP close without its counts") };
                event.activity_id = if written > 0 && read == 0 { 1 } else { 2 };
                event.bytes = Some(if event.activity_id == 1 { written } else { read });
                event.object = Some(path);
                event.detail = Detail::default().number("read", read).number("written", written).finish();
                return Ok(Some(event));
            }
            // A new size: what lay behind it is gone.
            "set" if rest.contains("\" size ") => {
                let Some((path, size)) = named(rest, " size ") else { return Err("an SFTP record without a path") };
                event.activity_id = 3;
                event.object = Some(path);
                event.detail = Detail::default().text("size", size).finish();
            }
            "opendir" | "mkdir" | "rmdir" | "remove" => {
                let Some((path, _)) = named(rest.strip_prefix("name ").unwrap_or(rest), " mode ") else { return Err("an SFTP record without a path") };
                event.object = Some(path);
                if operation != "remove" {
                    event.object_kind = ObjectKind::Folder;
                }
                event.activity_id = match operation {
                    "opendir" => 14,
                    "mkdir" => 1,
                    _ => 4,
                };
            }
            "rename" | "posix-rename" | "hardlink" | "symlink" => {
                let Some((from, to)) = rest.strip_prefix("old ").and_then(|r| r.split_once(" new ")) else { return Err("an SFTP record without its paths") };
                event.activity_id = if operation.ends_with("rename") { 5 } else { 6 };
                event.object = Some(unvis(from.trim_matches('"')).into_owned());
                event.detail = Detail::default().text("to", &unvis(to.trim_matches('"'))).finish();
            }
            // lstat, stat, realpath, closedir, setstat, sent status, version, limits, ...
            _ => return Ok(None),
        }
        process.open = Some(event);
        Ok(None)
    }
}

fn is_transfer(message: &str) -> bool {
    let message = message.strip_prefix("forced ").unwrap_or(message);
    (message.starts_with("close \"") && message.contains("\" bytes read "))
        || (message.starts_with("open \"") && message.contains("\" flags "))
        || ["opendir \"", "remove name \"", "mkdir name \"", "rmdir name \"", "rename old \"", "posix-rename old \"", "sent status "]
            .iter()
            .any(|start| message.starts_with(start))
}

/// `"path" after...`: the path may itself hold quotes, so the end is looked for from the right.
fn named<'a>(text: &'a str, after: &str) -> Option<(String, &'a str)> {
    let inside = text.strip_prefix('"')?;
    let (path, rest) = match inside.rsplit_once(&format!("\"{after}")) {
        Some(found) => found,
        None => (inside.strip_suffix('"')?, ""),
    };
    Some((unvis(path).into_owned(), rest))
}

/// Address and port of the other side in a message of sshd.
fn peer(message: &str) -> Option<(&str, Option<&str>)> {
    if let Some((_, rest)) = message.rsplit_once(" from ")
        && let Some(first) = rest.split(' ').next()
        && address(first).is_some()
    {
        return Some((first, between(rest, "port ", " ").or_else(|| rest.rsplit_once("port ").map(|(_, p)| p.trim())).map(|p| p.trim_end_matches(':'))));
    }
    // "Disconnected from user U A port P", "Connection closed by invalid user U A port P [preauth]"
    let (front, after) = message.split_once(" port ")?;
    Some((front.rsplit(' ').next()?, after.split([' ', ':']).next()))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(lines: &[&str], expect: &str) {
        let input: String = lines.iter().map(|l| format!("Sep 18 02:13:00 sftp01 {l}\n")).collect();
        assert_eq!(events(&source(), input.as_bytes()), expect, "{lines:?}");
    }

    #[test]
    fn logons() {
        check(
            &["sshd[1]: Accepted password for elewis from 203.0.113.140 port 40907 ssh2", "sshd[1]: Disconnected from user elewis 203.0.113.140 port 40907"],
            "sshd Accepted 3002/1 success elewis 203.0.113.140 - none -\nsshd Disconnected 3002/2 success elewis 203.0.113.140 - none -\n",
        );
        check(
            &[
                "sshd[2]: Invalid user test from 192.0.2.1 port 5",
                "sshd[2]: Failed password for invalid user test from 192.0.2.1 port 5 ssh2",
                "sshd[2]: Connection closed by invalid user test 192.0.2.1 port 5 [preauth]",
                "sshd[3]: Connection closed by authenticating user root 192.0.2.2 port 6 [preauth]",
                "CRON[9]: pam_unix(cron:session): session opened",
            ],
            "sshd Failed 3002/1 failure test 192.0.2.1 - none -\nsshd Connection 3002/1 failure root 192.0.2.2 - none -\n",
        );
        check(
            &["sshd[4]: message repeated 3 times: [ Failed password for root from 192.0.2.1 port 5 ssh2]"],
            "sshd Failed 3002/1 failure root 192.0.2.1 - none -\n",
        );
        check(
            &["sshd[5]: Starting session: command for elewis from 192.0.2.1 port 5 id 0", "sshd[5]: Accepted key ED25519 SHA256:x found at /home/x:1"],
            "sshd session 3002/99 success elewis 192.0.2.1 - none -\n",
        );
    }

    #[test]
    fn transfers() {
        check(
            &[
                "internal-sftp[630]: session opened for local user svc-payer from [192.0.2.14]",
                "internal-sftp[630]: opendir \"/srv/exchange/\"",
                "internal-sftp[630]: lstat name \"/srv/exchange/x\"",
                "internal-sftp[630]: open \"/srv/a \"q\" caf\\303\\251.txt\" flags READ mode 0666",
                "internal-sftp[630]: close \"/srv/a \"q\" caf\\303\\251.txt\" bytes read 16764 written 0",
                "internal-sftp[630]: open \"/srv/no\" flags READ mode 0666",
                "internal-sftp[630]: sent status Permission denied",
                "internal-sftp[630]: forced close \"/srv/up\" bytes read 0 written 7",
                "internal-sftp[630]: remove name \"/srv/kept\"",
                "internal-sftp[630]: sent status Permission denied",
                "internal-sftp[630]: set \"/srv/up\" size 0",
                "internal-sftp[630]: rename old \"/a\" new \"/b\"",
            ],
            "sftp opendir 6006/14 success svc-payer 192.0.2.14 - folder /srv/exchange/\n\
             sftp open 6006/14 success svc-payer 192.0.2.14 - file /srv/a \"q\" café.txt\n\
             sftp close 6006/2 success svc-payer 192.0.2.14 - file /srv/a \"q\" café.txt 16764B\n\
             sftp open 6006/14 failure svc-payer 192.0.2.14 - file /srv/no\n\
             sftp close 6006/1 success svc-payer 192.0.2.14 - file /srv/up 7B\n\
             sftp remove 6006/4 failure svc-payer 192.0.2.14 - file /srv/kept\n\
             sftp set 6006/3 success svc-payer 192.0.2.14 - file /srv/up\n\
             sftp rename 6006/5 success svc-payer 192.0.2.14 - file /a\n",
        );
        check(&["internal-sftp[7]: close \"/x\" bytes"], "reject 1@0: an SFTP close without its counts\n");
    }
}
