//! One record of the Linux audit system, taken apart: `type=PATH msg=audit(1795656999.068:8): item=0 name=6120622E747874 ...`.
//!
//! Values that hold blanks or quotes are written in hexadecimal; after the byte 0x1d an enriched log has names for the numbers.

use crate::time::Clock;
use jiff::Timestamp;
use std::borrow::Cow;

/// The records of one event have the same key: the node, the time and the serial number.
pub(crate) struct Record<'a> {
    pub kind: &'a str,
    pub time: Timestamp,
    pub time_raw: &'a str,
    pub key: String,
    pub fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Written by a program, not by the kernel: it stands alone.
    pub from_program: bool,
}

/// Fields kept of one record.
const MAX_FIELDS: usize = 400;

/// Whether a line is a record at all.
pub(crate) fn is_record(line: &str) -> bool {
    line.find(" msg=audit(").is_some_and(|at| line.get(..at).is_some_and(|front| front.starts_with("type=") || front.contains(" type=")))
}

impl<'a> Record<'a> {
    /// Takes a line apart; the error is the reason.
    pub fn find(clock: &Clock, line: &'a str) -> Result<Record<'a>, &'static str> {
        let (front, rest) = line.split_once(" msg=audit(").ok_or("not an audit record")?;
        let (node, kind) = front.rsplit_once("type=").ok_or("an audit record without its type")?;
        let (stamp, text) = rest.split_once(')').ok_or("an audit record without a time")?;
        let (time_raw, _) = stamp.rsplit_once(':').ok_or("an audit record without its serial number")?;
        let time = clock.any(time_raw, false).ok_or("an audit record without a readable time")?;
        let text = text.trim_start_matches([' ', ':']);
        let mut fields = Vec::new();
        let (raw, enriched) = text.split_once('\u{1d}').unwrap_or((text, ""));
        let from_program = raw.contains("msg='") || kind.starts_with("DAEMON_");
        read_fields(raw, &mut fields, true);
        read_fields(enriched, &mut fields, false);
        for (name, value) in &mut fields {
            if encoded(name, kind)
                && let Some(text) = unhex(value)
            {
                *value = Cow::Owned(text);
            }
            if let Cow::Borrowed(text) = value {
                *value = Cow::Borrowed(unquote(text));
            }
        }
        fields.retain(|(_, value)| !matches!(&**value, "" | "(null)" | "?" | "(none)"));
        Ok(Record { kind, time, time_raw, key: format!("{}{stamp}", node.trim()), fields, from_program })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| &**value)
    }
}

/// `name=value` pairs. A word without `=` belongs to the value before it (`op=adding user`); `msg='...'` holds pairs of its own.
fn read_fields<'a>(text: &'a str, fields: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>, nested: bool) {
    let mut rest = text.trim_start();
    while !rest.is_empty() && fields.len() < MAX_FIELDS {
        let word_end = rest.find(' ').unwrap_or(rest.len());
        let Some(equals) = rest[..word_end].find('=').filter(|&at| at > 0) else {
            let word = &rest[..word_end];
            if let Some((_, value)) = fields.last_mut()
                && word != "}"
            {
                let value = value.to_mut();
                value.push(' ');
                value.push_str(word);
            }
            rest = rest[word_end..].trim_start();
            continue;
        };
        let (name, value) = (&rest[..equals], &rest[equals + 1..]);
        if name == "msg"
            && nested
            && let Some(inner) = value.strip_prefix('\'')
        {
            let end = inner.rfind('\'').unwrap_or(inner.len());
            read_fields(&inner[..end], fields, false);
            rest = inner[end..].trim_start_matches('\'').trim_start();
            continue;
        }
        if let Some(inner) = value.strip_prefix('{') {
            // `SADDR={ saddr_fam=inet laddr=192.0.2.1 lport=9 }`
            rest = inner.trim_start();
            continue;
        }
        let end = match value.strip_prefix('"') {
            Some(inner) => inner.find('"').map_or(value.len(), |at| at + 2),
            None => value.find(' ').unwrap_or(value.len()),
        };
        fields.push((Cow::Borrowed(name), Cow::Borrowed(&value[..end])));
        rest = value[end..].trim_start();
    }
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// Fields that the kernel and the programs encode when their text needs it.
fn encoded(name: &str, kind: &str) -> bool {
    matches!(name, "name" | "cwd" | "comm" | "exe" | "proctitle" | "acct" | "key" | "cmd" | "path" | "unit" | "dir" | "watch" | "grp")
        || (kind == "EXECVE" && name.starts_with('a') && name.as_bytes().get(1).is_some_and(u8::is_ascii_digit))
}

/// Hexadecimal text; `None` if the value is none. A NUL is a blank (between arguments), 0x01 stands between keys.
fn unhex(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    if bytes.len() < 2 || !bytes.len().is_multiple_of(2) || !bytes.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b)) {
        return None;
    }
    let digit = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'A' + 10 };
    let mut out: Vec<u8> = bytes.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    out.iter_mut().filter(|b| **b <= 1).for_each(|b| *b = b' ');
    Some(String::from_utf8_lossy(&out).trim_end().to_string())
}

/// Address and port of a `saddr`, for IPv4 and IPv6.
pub(crate) fn socket(saddr: &str) -> Option<(String, u16)> {
    let bytes: Vec<u8> = (0..saddr.len() / 2).map_while(|i| u8::from_str_radix(saddr.get(2 * i..2 * i + 2)?, 16).ok()).collect();
    let port = u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]);
    let address = match bytes.get(..2)? {
        [2, 0] => std::net::IpAddr::from(<[u8; 4]>::try_from(bytes.get(4..8)?).ok()?),
        [10, 0] => std::net::IpAddr::from(<[u8; 16]>::try_from(bytes.get(8..24)?).ok()?),
        _ => return None,
    };
    Some((address.to_canonical().to_string(), port))
}

/// The name of a system call, where the log has only its number: those that change or read files, run programs or connect.
pub(crate) fn syscall(arch: &str, number: &str) -> Option<&'static str> {
    const X86_64: &[(&str, &str)] = &[
        ("2", "open"),
        ("42", "connect"),
        ("43", "accept"),
        ("49", "bind"),
        ("59", "execve"),
        ("76", "truncate"),
        ("82", "rename"),
        ("83", "mkdir"),
        ("84", "rmdir"),
        ("85", "creat"),
        ("86", "link"),
        ("87", "unlink"),
        ("88", "symlink"),
        ("90", "chmod"),
        ("91", "fchmod"),
        ("92", "chown"),
        ("93", "fchown"),
        ("94", "lchown"),
        ("99", "sysinfo"),
        ("101", "ptrace"),
        ("103", "syslog"),
        ("133", "mknod"),
        ("135", "personality"),
        ("165", "mount"),
        ("175", "init_module"),
        ("188", "setxattr"),
        ("257", "openat"),
        ("258", "mkdirat"),
        ("259", "mknodat"),
        ("260", "fchownat"),
        ("263", "unlinkat"),
        ("264", "renameat"),
        ("265", "linkat"),
        ("266", "symlinkat"),
        ("268", "fchmodat"),
        ("288", "accept4"),
        ("304", "open_by_handle_at"),
        ("313", "finit_module"),
        ("316", "renameat2"),
        ("319", "memfd_create"),
        ("322", "execveat"),
        ("437", "openat2"),
    ];
    const AARCH64: &[(&str, &str)] = &[
        ("33", "mknodat"),
        ("34", "mkdirat"),
        ("35", "unlinkat"),
        ("36", "symlinkat"),
        ("37", "linkat"),
        ("38", "renameat"),
        ("45", "truncate"),
        ("53", "fchmodat"),
        ("54", "fchownat"),
        ("56", "openat"),
        ("92", "personality"),
        ("116", "syslog"),
        ("117", "ptrace"),
        ("179", "sysinfo"),
        ("200", "bind"),
        ("203", "connect"),
        ("221", "execve"),
        ("276", "renameat2"),
        ("279", "memfd_create"),
        ("281", "execveat"),
        ("437", "openat2"),
    ];
    let table = match arch {
        "c000003e" => X86_64,
        "c00000b7" => AARCH64,
        _ => return None,
    };
    table.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &[(&str, &str)]) {
        let clock = Clock::new(jiff::tz::TimeZone::UTC, jiff::civil::date(2026, 9, 21));
        let record = Record::find(&clock, line).unwrap();
        assert_eq!(record.fields.iter().map(|(n, v)| (&**n, &**v)).collect::<Vec<_>>(), expect, "{line}");
    }

    #[test]
    fn fields() {
        check(
            "type=PATH msg=audit(1795656999.068:8): item=0 name=6120622E747874 nametype=NORMAL",
            &[("item", "0"), ("name", "a b.txt"), ("nametype", "NORMAL")],
        );
        check(
            "type=EXECVE msg=audit(1795656999.0:17): argc=3 a0=\"/bin/echo\" a1=782079 a2=\"z\"",
            &[("argc", "3"), ("a0", "/bin/echo"), ("a1", "x y"), ("a2", "z")],
        );
        check(
            "type=ADD_USER msg=audit(1795656999.156:26): pid=1 msg='op=adding user id=1002 exe=\"/usr/sbin/useradd\" addr=? res=success'\u{1d}UID=\"root\" ID=\"unknown(1002)\"",
            &[("pid", "1"), ("op", "adding user"), ("id", "1002"), ("exe", "/usr/sbin/useradd"), ("res", "success"), ("UID", "root"), ("ID", "unknown(1002)")],
        );
        check(
            "type=SOCKADDR msg=audit(1795656999.120:21): saddr=020000097F0000010000000000000000\u{1d}SADDR={ saddr_fam=inet laddr=127.0.0.1 lport=9 }",
            &[("saddr", "020000097F0000010000000000000000"), ("saddr_fam", "inet"), ("laddr", "127.0.0.1"), ("lport", "9")],
        );
        // As `ausearch -i` shows it.
        check(
            "type=PATH msg=audit(09/18/2023 07:52:20.123:48) : item=0 name=a b.txt nametype=NORMAL",
            &[("item", "0"), ("name", "a b.txt"), ("nametype", "NORMAL")],
        );
    }

    #[test]
    fn sockets() {
        assert_eq!(socket("020000097F0000010000000000000000"), Some(("127.0.0.1".into(), 9)));
        assert_eq!(socket("0A0001BB0000000020010DB800000000000000000000000100000000"), Some(("2001:db8::1".into(), 443)));
        assert_eq!(socket("01002F7661722F"), None);
        assert_eq!(socket("02"), None);
    }
}
