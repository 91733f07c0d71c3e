//! Syslog lines: RFC 3164 (`Sep 18 07:48:15 host tag[pid]: text`), the same with an ISO time, and RFC 5424, each with or without `<PRI>`.
//!
//! One syslog file often carries several programs: every line goes to the reader of its program, others are known noise.

use crate::input::Lines;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::time::Clock;
use crate::{Sample, auditd, linux, mysql, openvpn, postgres, proftpd, pureftpd, samba, sshd, vsftpd};
use dosimeter_case::Result;
use jiff::Timestamp;

/// One syslog line, taken apart.
pub(crate) struct Header<'a> {
    pub time: Timestamp,
    pub time_raw: &'a str,
    pub program: &'a str,
    pub pid: Option<&'a str>,
    pub message: &'a str,
}

/// Takes a line apart; `None` when it is not syslog.
pub(crate) fn header<'a>(clock: &mut Clock, line: &'a str) -> Option<Header<'a>> {
    let line = match line.strip_prefix('<').and_then(|l| l.split_once('>')) {
        Some((priority, rest)) if !priority.is_empty() && priority.len() <= 3 && priority.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    };
    if let Some(rest) = line.strip_prefix("1 ") {
        return rfc5424(clock, rest);
    }
    let (time, used) = if line.as_bytes().first()?.is_ascii_digit() { clock.iso(line)? } else { clock.rfc3164(line)? };
    let time_raw = line.get(..used)?;
    let rest = line.get(used..)?.strip_prefix(' ')?;
    // A host and a tag; a relay may have left the host out.
    let (first, after) = rest.split_once(' ')?;
    let (tag, message) = if let Some(tag) = first.strip_suffix(':') {
        (tag, after)
    } else {
        match after.split_once(": ").or_else(|| after.strip_suffix(':').map(|tag| (tag, ""))) {
            Some((tag, message)) if !tag.contains(' ') => (tag, message),
            // `name[pid] text`: some programs' own logs.
            _ => match after.split_once(' ') {
                Some((tag, message)) if tag.ends_with(']') && tag.contains('[') && !tag.starts_with('[') => (tag, message),
                _ => ("", after),
            },
        }
    };
    let (program, pid) = match tag.split_once('[') {
        Some((program, pid)) => (program, pid.strip_suffix(']')),
        None => (tag, None),
    };
    Some(Header { time, time_raw, program, pid, message: message.trim_start() })
}

fn rfc5424<'a>(clock: &Clock, rest: &'a str) -> Option<Header<'a>> {
    let mut parts = rest.splitn(6, ' ');
    let time_raw = parts.next()?;
    let (time, _) = clock.iso(time_raw)?;
    let (_host, program, pid, _id, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let message = match rest.strip_prefix("- ") {
        Some(message) => message,
        None => after_structured_data(rest),
    };
    Some(Header { time, time_raw, program, pid: (pid != "-").then_some(pid), message: message.trim_start_matches('\u{feff}') })
}

fn after_structured_data(text: &str) -> &str {
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => open = true,
            ']' if !quoted => open = false,
            ' ' if !quoted && !open => return text.get(i + 1..).unwrap_or(""),
            _ => {}
        }
    }
    ""
}

/// Which reader a program belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Program {
    Samba,
    Ssh,
    Sftp,
    OpenVpn,
    Vsftpd,
    ProFtpd,
    PureFtpd,
    Audit,
    Postgres,
    MariaDb,
}

pub(crate) fn program(name: &str) -> Option<Program> {
    match name {
        "smbd_audit" | "samba_audit" => Some(Program::Samba),
        "smbd" => Some(Program::Samba),
        "sshd" | "sshd-session" | "sshd-auth" => Some(Program::Ssh),
        "internal-sftp" | "sftp-server" => Some(Program::Sftp),
        "vsftpd" => Some(Program::Vsftpd),
        "proftpd" => Some(Program::ProFtpd),
        "audispd" | "audisp-syslog" => Some(Program::Audit),
        "mysql-server_auditing" => Some(Program::MariaDb),
        "postgres" => Some(Program::Postgres),
        "pure-ftpd" => Some(Program::PureFtpd),
        _ if name.starts_with("openvpn") || name.starts_with("ovpn") => Some(Program::OpenVpn),
        _ => None,
    }
}

/// Share of the sample's lines that are syslog lines of one of `programs`, weighted so that a file with any of them outranks plain syslog.
pub(crate) fn sniff(sample: &Sample, programs: &[Program]) -> u32 {
    let mut clock = sample.clock();
    let (mut syslog, mut ours) = (0, 0);
    for line in &sample.lines {
        if let Some(header) = header(&mut clock, line) {
            syslog += 1;
            ours += u32::from(program(header.program).is_some_and(|p| programs.contains(&p)));
        }
    }
    let lines = sample.lines.len().max(1) as u32;
    if syslog * 2 < lines || ours == 0 { 0 } else { 30 + 70 * ours / lines }
}
/// Any syslog at all: its known programs may come later in the file.
pub(crate) fn sniff_any(sample: &Sample) -> u32 {
    let mut clock = sample.clock();
    let share = sample.share(|line| header(&mut clock, line).is_some_and(|h| !h.program.is_empty()));
    if share >= 80 { 15 } else { 0 }
}

/// Reads a syslog file of any mixture of programs.
pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let mut readers = Readers::new(sample);
    while let Some(line) = lines.next()? {
        out.record(line.offset);
        let parsed = if line.too_long { Err(TOO_LONG) } else { one(out, &line.text, &mut readers) };
        readers.emit_ready(out)?;
        out.take(parsed)?;
    }
    readers.finish(out)
}

fn one(out: &mut Out, line: &str, readers: &mut Readers) -> Parsed {
    match header(&mut out.clock, line) {
        Some(header) => readers.message(out, &header),
        None => Err("not a syslog line"),
    }
}

/// The readers of programs, with what they remember. Messages may come from syslog or from the journal.
pub(crate) struct Readers {
    samba: samba::Prefix,
    ssh: sshd::State,
    vpn: openvpn::State,
    audit: auditd::State,
    sql: postgres::State,
}

impl Readers {
    pub fn new(sample: &Sample) -> Readers {
        Readers {
            samba: samba::Prefix::learn(sample),
            ssh: sshd::State::default(),
            vpn: openvpn::State::default(),
            audit: auditd::State::default(),
            sql: postgres::State::default(),
        }
    }
    /// Hands on what became complete with the last message, before that message's own event.
    pub fn emit_ready(&mut self, out: &mut Out) -> Result<()> {
        for event in self.ssh.ready().into_iter().chain(self.audit.ready()) {
            out.emit(event)?;
        }
        Ok(())
    }
    /// Reads one message; its time counts for the coverage in any case.
    pub fn message(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let parsed = match program(header.program) {
            Some(Program::Samba) => self.samba.message(out, header),
            Some(Program::Ssh | Program::Sftp) => self.ssh.message(out, header),
            Some(Program::OpenVpn) => self.vpn.message(out, header),
            Some(Program::Vsftpd) => vsftpd::message(out, header),
            Some(Program::ProFtpd) => proftpd::message(out, header),
            Some(Program::PureFtpd) => pureftpd::message(out, header),
            Some(Program::Audit) => self.audit.line(out, header.message),
            Some(Program::MariaDb) => mysql::syslog(out, header),
            Some(Program::Postgres) => self.sql.syslog(out, header),
            None => linux::message(out, header),
        };
        if !matches!(parsed, Ok(Some(_))) {
            out.seen(header.time);
        }
        parsed
    }
    /// Hands on what was still waiting.
    pub fn finish(self, out: &mut Out) -> Result<()> {
        for event in self.ssh.finish().into_iter().chain(self.audit.finish()) {
            out.emit(event)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: Option<(&str, Option<&str>, &str)>) {
        let mut clock = Clock::new(jiff::tz::TimeZone::UTC, jiff::civil::date(2023, 9, 21));
        let got = header(&mut clock, line);
        assert_eq!(got.as_ref().map(|h| (h.program, h.pid, h.message)), expect, "{line}");
    }

    #[test]
    fn headers() {
        check("Sep  8 01:02:03 fs01 smbd_audit: a|b", Some(("smbd_audit", None, "a|b")));
        check("<13>Sep 18 01:02:03 fs01 smbd_audit[12]: a|b: c", Some(("smbd_audit", Some("12"), "a|b: c")));
        check("2023-09-18T01:02:03.5+02:00 sftp01 sshd[9]: Accepted", Some(("sshd", Some("9"), "Accepted")));
        check("<86>1 2023-09-18T01:02:03Z h sshd 7 - [x y=\"] z\"] Accepted", Some(("sshd", Some("7"), "Accepted")));
        check("<86>1 2023-09-18T01:02:03Z h app - - - \u{feff}text", Some(("app", None, "text")));
        check("Sep 18 01:02:03 h last message repeated 2 times", Some(("", None, "last message repeated 2 times")));
        check("nothing of the kind", None);
        check("", None);
    }
}
