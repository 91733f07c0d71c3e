//! Samba `full_audit` records: `prefix|operation|result|arguments`.
//!
//! The prefix is what the administrator wrote (`%u|%I|%m|%S` in any order and number): which field is what is learnt from the
//! first lines. Operation names differ between versions (`open`, `openat`, `pread`, `pread_recv`), so an operation is
//! recognised by the result after it.

use crate::Sample;
use crate::out::{Out, Parsed};
use crate::syslog::{self, Header, Program};
use crate::text::{Detail, account, address, present};
use dosimeter_case::tables::{ObjectKind, Outcome};
use std::collections::BTreeSet;

/// What each field of the prefix holds.
#[derive(Default, Debug, PartialEq)]
pub(crate) struct Prefix {
    fields: usize,
    account: Option<usize>,
    address: Option<usize>,
    machine: Option<usize>,
    share: Option<usize>,
}

/// Operations whose position is beyond doubt even if a field of the prefix looks like one.
fn known(operation: &str) -> bool {
    matches!(
        operation,
        "connect"
            | "disconnect"
            | "opendir"
            | "fdopendir"
            | "mkdir"
            | "mkdirat"
            | "rmdir"
            | "open"
            | "openat"
            | "create_file"
            | "close"
            | "read"
            | "pread"
            | "write"
            | "pwrite"
            | "sendfile"
            | "recvfile"
            | "rename"
            | "renameat"
            | "unlink"
            | "unlinkat"
            | "stat"
            | "lstat"
            | "fstat"
            | "closedir"
    ) || operation.ends_with("_send")
        || operation.ends_with("_recv")
}
fn result(field: &str) -> bool {
    field == "ok" || field == "fail" || field.starts_with("fail (")
}
fn word(field: &str) -> bool {
    !field.is_empty() && field.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The fields of a record and the index of its operation.
fn split(message: &str) -> Option<([&str; 16], usize, &str)> {
    let mut fields = [""; 16];
    let mut rest = message;
    let mut n = 0;
    let mut fallback = None;
    while let Some((field, after)) = rest.split_once('|') {
        if n == fields.len() {
            break;
        }
        fields[n] = field;
        rest = after;
        n += 1;
        if n >= 2 && result(field) && word(fields[n - 2]) {
            if known(fields[n - 2]) {
                return Some((fields, n - 2, rest));
            }
            fallback.get_or_insert((n - 2, rest));
        }
    }
    if n >= 1 && n < fields.len() && result(rest) && word(fields[n - 1]) {
        fallback.get_or_insert((n - 1, ""));
    }
    fallback.map(|(at, rest)| (fields, at, rest))
}

/// How much a field looks like a work station's name rather than an account: work stations are named by a scheme.
fn machine_like(values: &BTreeSet<String>) -> usize {
    let schemed = |v: &str| {
        let digits = v.bytes().rev().take_while(u8::is_ascii_digit).count();
        let prefix = ["ws", "pc", "desktop", "laptop", "nb", "win", "mac", "srv", "host", "client", "vm", "term"].iter().any(|p| v.starts_with(p));
        // Accounts of machines are named by a scheme too, one of their own.
        if ["svc", "srv-", "service", "adm"].iter().any(|p| v.starts_with(p)) {
            return 0;
        }
        usize::from(v.contains('-'))
            + usize::from(digits >= 2)
            + 2 * usize::from(prefix && (v.contains('-') || digits > 0))
            + 2 * usize::from(address(v).is_some())
    };
    values.iter().map(|v| schemed(v)).sum::<usize>() * 100 / values.len().max(1)
}

impl Prefix {
    /// Learns the prefix from a sample.
    pub fn learn(sample: &Sample) -> Prefix {
        let mut clock = sample.clock();
        let messages = sample.lines.iter().filter_map(|line| syslog::header(&mut clock, line)).filter(|h| syslog::program(h.program) == Some(Program::Samba));
        Prefix::of(messages.map(|h| h.message), &sample.source.accounts)
    }

    fn of<'a>(messages: impl Iterator<Item = &'a str>, accounts: &BTreeSet<String>) -> Prefix {
        let records: Vec<_> = messages.filter_map(split).collect();
        // The usual number of fields; a stray record must not decide it.
        let Some(fields) = (1..16).max_by_key(|n| (records.iter().filter(|r| r.1 == *n).count(), 16 - n)).filter(|n| records.iter().any(|r| r.1 == *n)) else {
            return Prefix::default();
        };
        let records: Vec<_> = records.into_iter().filter(|r| r.1 == fields).collect();
        let values = |i: usize| records.iter().filter_map(|r| present(r.0[i])).map(str::to_lowercase).collect::<BTreeSet<_>>();
        let columns: Vec<BTreeSet<String>> = (0..fields).map(values).collect();
        let mut free: Vec<usize> = (0..fields).filter(|&i| !columns[i].is_empty()).collect();
        // Of two addresses (%I and %i) the client's is the one that varies.
        let addresses = free.iter().copied().filter(|&i| columns[i].iter().filter(|v| address(v).is_some()).count() * 2 > columns[i].len());
        let address = addresses.max_by_key(|&i| (columns[i].len(), fields - i));
        free.retain(|&i| Some(i) != address && !columns[i].iter().all(|v| crate::text::address(v).is_some()));
        // `connect` names the service; otherwise the share is what the paths contain.
        let connects: Vec<_> = records.iter().filter(|r| r.0[r.1] == "connect").collect();
        let named = free.iter().copied().find(|&i| !connects.is_empty() && connects.iter().all(|r| r.0[i].eq_ignore_ascii_case(r.2)));
        let in_paths = |i: usize| {
            let paths = records.iter().filter(|r| r.2.contains('/')).filter(|r| r.2.to_lowercase().split('/').any(|part| part == r.0[i].to_lowercase()));
            paths.count() * 2 > records.len()
        };
        let share = named.or_else(|| free.iter().copied().filter(|&i| free.len() > 1 && in_paths(i)).min_by_key(|&i| columns[i].len()));
        let share = share.or_else(|| if free.len() > 2 { free.iter().copied().min_by_key(|&i| (columns[i].len(), fields - i)) } else { None });
        free.retain(|&i| Some(i) != share);
        // Known accounts settle it; else what looks least like a work station, and in doubt the first field, as in the manual's example.
        let known = |i: usize| columns[i].iter().filter(|v| accounts.contains(*v)).count();
        let first = free.first().copied();
        let account = free.iter().copied().min_by_key(|&i| (std::cmp::Reverse(known(i)), machine_like(&columns[i]) + if Some(i) == first { 0 } else { 60 }, i));
        free.retain(|&i| Some(i) != account);
        let machine = free.iter().copied().max_by_key(|&i| (machine_like(&columns[i]), fields - i));
        Prefix { fields, account, address, machine, share }
    }

    /// Reads one record.
    pub fn message(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let Some((fields, at, arguments)) = split(header.message) else {
            // smbd writes other messages to syslog too; only a record of the audit module must be readable.
            return if header.program == "smbd" { Ok(None) } else { Err("a Samba audit record without operation and result") };
        };
        if self.fields == 0 {
            *self = Prefix::of(std::iter::once(header.message), &BTreeSet::new());
        }
        let operation = fields[at];
        let Some(kind) = kind(operation) else { return Ok(None) };
        let failure = if at + 1 < fields.len() { fields[at + 1].strip_prefix("fail") } else { None };
        let field = |i: Option<usize>| i.filter(|&i| at == self.fields && i < at).map(|i| fields[i]);
        let mut event = out.event(header.time, header.time_raw, "samba");
        event.operation = operation.to_string();
        event.outcome = if failure.is_some() { Outcome::Failure } else { Outcome::Success };
        event.actor = field(self.account).and_then(|a| account(a, true));
        // A record with another number of fields (a `|` in a name) still shows its address.
        event.src_addr = field(self.address).map_or_else(|| fields[..at].iter().find_map(|f| address(f)), address);
        event.device = field(self.machine).and_then(present).map(str::to_string);
        event.session_key = header.pid.map(str::to_string);
        let mut detail = Detail::default().maybe("share", field(self.share));
        let mut path = arguments;
        event.class_uid = 6006;
        event.object_kind = ObjectKind::File;
        match kind {
            Kind::Connect | Kind::Disconnect => {
                event.class_uid = 4006;
                event.activity_id = 99;
                event.object_kind = ObjectKind::Folder;
            }
            Kind::Open => {
                event.activity_id = 14;
                if let Some((mode @ ("r" | "w" | "rw"), rest)) = arguments.split_once('|') {
                    detail = detail.text("mode", mode);
                    path = rest;
                }
            }
            Kind::Create => {
                // create_file|ok|access mask|file or dir|disposition|path
                event.activity_id = 14;
                let mut parts = arguments.splitn(4, '|');
                if let (Some(mask), Some(what), Some(disposition), Some(rest)) = (parts.next(), parts.next(), parts.next(), parts.next()) {
                    detail = detail.text("mask", mask).text("disposition", disposition);
                    path = rest;
                    if what == "dir" {
                        event.object_kind = ObjectKind::Folder;
                    }
                }
            }
            Kind::Folder => {
                event.activity_id = 14;
                event.object_kind = ObjectKind::Folder;
            }
            Kind::Read => event.activity_id = 2,
            Kind::Write => event.activity_id = 3,
            Kind::Make => {
                event.activity_id = 1;
                event.object_kind = ObjectKind::Folder;
            }
            Kind::Delete => event.activity_id = 4,
            Kind::Rename => {
                event.activity_id = 5;
                if let Some((from, to)) = arguments.split_once('|') {
                    path = from;
                    detail = detail.text("to", to);
                }
            }
        }
        if operation == "rmdir" || path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..") {
            event.object_kind = ObjectKind::Folder;
        }
        event.object = present(path).map(str::to_string);
        event.detail = detail.maybe("reason", failure.map(|f| f.trim().trim_start_matches('(').trim_end_matches(')'))).finish();
        Ok(Some(event))
    }
}

enum Kind {
    Connect,
    Disconnect,
    Open,
    Create,
    Folder,
    Read,
    Write,
    Make,
    Delete,
    Rename,
}

/// What an operation does; `None` for those that neither move nor change content (stat, lock, readdir, getting attributes ...).
fn kind(operation: &str) -> Option<Kind> {
    Some(match operation {
        "connect" => Kind::Connect,
        "disconnect" => Kind::Disconnect,
        "open" | "openat" => Kind::Open,
        "create_file" => Kind::Create,
        "opendir" | "fdopendir" => Kind::Folder,
        "read" | "pread" | "pread_send" | "pread_recv" | "sendfile" | "read_send" | "read_recv" | "offload_read_recv" => Kind::Read,
        "write" | "pwrite" | "pwrite_send" | "pwrite_recv" | "recvfile" | "write_send" | "write_recv" | "ftruncate" | "offload_write_recv" => Kind::Write,
        "mkdir" | "mkdirat" => Kind::Make,
        "unlink" | "unlinkat" | "rmdir" => Kind::Delete,
        "rename" | "renameat" => Kind::Rename,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{events, source};

    fn learn(lines: &[&str]) -> [Option<usize>; 4] {
        let p = Prefix::of(lines.iter().copied(), &BTreeSet::new());
        [p.account, p.address, p.machine, p.share]
    }

    #[test]
    fn known_accounts_settle_the_order() {
        let lines = ["kali|10.0.0.1|svc-sync|data|openat|ok|r|/srv/data/a", "vault01|10.0.0.2|backup|data|openat|ok|r|/srv/data/a"];
        let known = ["svc-sync", "backup"].map(str::to_string).into();
        assert_eq!(Prefix::of(lines.into_iter(), &known).account, Some(2));
        // Nothing but a backup and one more service account in the sample: the usual order.
        let lines = ["svc-vault|10.0.0.1|vault01|data|openat|ok|r|/srv/data/a", "svc-pacslink|10.0.0.2|kali|data|openat|ok|r|/srv/data/a"];
        assert_eq!(learn(&lines), [Some(0), Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn prefixes_in_any_order() {
        assert_eq!(
            learn(&["elewis|10.0.0.1|ws-front-01|clinic|connect|ok|clinic", "mbailey|10.0.0.2|ws-clini-02|clinic|openat|ok|r|/srv/clinic/a"]),
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert_eq!(learn(&["10.0.0.1|DOM\\anna|open|ok|r|x", "10.0.0.2|DOM\\ben|open|ok|r|y"]), [Some(1), Some(0), None, None]);
        assert_eq!(
            learn(&["clinic|desktop-7f3k2q|10.0.0.1|anna|10.0.0.9|connect|ok|clinic", "clinic|ws-2|10.0.0.2|ben|10.0.0.9|pread|ok|/srv/clinic/b"]),
            [Some(3), Some(2), Some(1), Some(0)]
        );
        assert_eq!(learn(&["anna|10.0.0.1|pread_recv|ok|/srv/x"]), [Some(0), Some(1), None, None]);
    }

    fn check(line: &str, expect: &str) {
        let line = format!("Sep 11 01:24:52 fs01 smbd_audit: {line}\n");
        assert_eq!(events(&source(), line.as_bytes()), expect, "{line}");
    }

    #[test]
    fn records() {
        check(
            "elewis|10.20.9.37|desktop-7f3k2q|clinic|pread_recv|ok|/srv/clinic/a b.sql",
            "samba pread_recv 6006/2 success elewis 10.20.9.37 desktop-7f3k2q file /srv/clinic/a b.sql\n",
        );
        check(
            "CLINIC\\ELewis|10.20.9.37|openat|fail (No such file or directory)|r|/srv/x|y",
            "samba openat 6006/14 failure elewis 10.20.9.37 - file /srv/x|y\n",
        );
        check("elewis|10.0.0.1|renameat|ok|/srv/a|/srv/b", "samba renameat 6006/5 success elewis 10.0.0.1 - file /srv/a\n");
        check("elewis|10.0.0.1|create_file|ok|0x100081|dir|open|/srv/a", "samba create_file 6006/14 success elewis 10.0.0.1 - folder /srv/a\n");
        check("elewis|10.0.0.1|openat|ok|r|/srv/clinic/", "samba openat 6006/14 success elewis 10.0.0.1 - folder /srv/clinic/\n");
        check("elewis|10.0.0.1|fstat|ok|/srv/clinic/x", "");
        check("elewis|10.0.0.1", "reject 1@0: a Samba audit record without operation and result\n");
    }
}
