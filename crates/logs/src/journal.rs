//! The systemd journal as `journalctl -o export` (fields in lines, or with their length where they are binary) and `-o json` write it.
//! Messages go to the readers of syslog programs.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::json;
use crate::out::{Out, Parsed};
use crate::syslog::{Header, Readers};
use dosimeter_case::Result;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The fields that are used, of one entry.
#[derive(Default)]
struct Entry {
    time: String,
    program: String,
    pid: String,
    message: String,
    audit_type: String,
    audit_id: String,
    /// Something of an entry was there.
    begun: bool,
}

impl Entry {
    fn set(&mut self, name: &str, value: Cow<str>) {
        self.begun = true;
        let field = match name {
            "__REALTIME_TIMESTAMP" => &mut self.time,
            "SYSLOG_IDENTIFIER" => &mut self.program,
            // A program that says nothing of itself is known by its name.
            "_COMM" if self.program.is_empty() => &mut self.program,
            "SYSLOG_PID" => &mut self.pid,
            "_PID" if self.pid.is_empty() => &mut self.pid,
            "MESSAGE" => &mut self.message,
            "_AUDIT_TYPE_NAME" => &mut self.audit_type,
            "_AUDIT_ID" => &mut self.audit_id,
            _ => return,
        };
        *field = value.into_owned();
    }

    fn of(map: &Map<String, Value>) -> Entry {
        let mut entry = Entry::default();
        for (name, value) in map {
            // Of a field that occurs several times the last counts; bytes that are no text come as a list of numbers.
            let text = match value {
                Value::Array(list) if list.iter().all(Value::is_number) => {
                    Some(String::from_utf8_lossy(&list.iter().map(|b| b.as_u64().unwrap_or(0) as u8).collect::<Vec<u8>>()).into_owned().into())
                }
                Value::Array(list) => list.last().and_then(json::scalar),
                other => json::scalar(other),
            };
            if let Some(text) = text {
                entry.set(name, text);
            }
        }
        entry
    }

    fn time(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.time.parse().ok()?).ok()
    }
}

fn is_json(map: &Map<String, Value>) -> bool {
    map.contains_key("__REALTIME_TIMESTAMP") && (map.contains_key("MESSAGE") || map.contains_key("_BOOT_ID"))
}

pub(crate) fn sniff_json(sample: &Sample) -> u32 {
    json::share(sample, is_json)
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    if sample.text.starts_with("__CURSOR=") && sample.text.contains("\n__REALTIME_TIMESTAMP=") { 100 } else { 0 }
}

pub(crate) fn parse_json(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let head = sample.lines.iter().filter_map(|line| json::object(line)).map(|map| Entry::of(&map));
    let mut readers = readers(sample, head);
    let mut failed = Ok(());
    json::each_object(lines, out, |out, map| {
        let parsed = one(out, &mut readers, &Entry::of(map));
        if failed.is_ok() {
            failed = readers.emit_ready(out);
        }
        parsed
    })?;
    failed?;
    readers.finish(out)
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let mut head = Vec::new();
    let mut entry = Entry::default();
    for line in sample.text.lines() {
        match line.split_once('=') {
            Some((name, value)) => entry.set(name, value.into()),
            None if line.is_empty() => head.push(std::mem::take(&mut entry)),
            None => {}
        }
    }
    let mut readers = readers(sample, head.into_iter());
    let mut bytes = Bytes::new(lines);
    let mut entry = Entry::default();
    let mut refused = None;
    let mut start = 0;
    loop {
        let line = bytes.line()?;
        let end = line.is_none();
        let line = line.unwrap_or_default();
        if line.is_empty() {
            if entry.begun || refused.is_some() {
                out.record(start);
                let parsed = match refused.take() {
                    Some(reason) => Err(reason),
                    None => one(out, &mut readers, &entry),
                };
                readers.emit_ready(out)?;
                out.take(parsed)?;
            }
            if end {
                break;
            }
            entry = Entry::default();
            start = bytes.offset();
        } else if let Some(at) = memchr::memchr(b'=', &line) {
            entry.set(&String::from_utf8_lossy(&line[..at]), String::from_utf8_lossy(&line[at + 1..]));
        } else {
            let name = String::from_utf8_lossy(&line).into_owned();
            match bytes.binary()? {
                Some(value) => entry.set(&name, String::from_utf8_lossy(&value)),
                None => refused = Some("a journal entry with a field that is cut off or too long"),
            }
        }
    }
    readers.finish(out)
}

/// The readers learn from the head as they would from a syslog file.
fn readers(sample: &Sample, head: impl Iterator<Item = Entry>) -> Readers {
    let lines: Vec<String> = head.filter_map(|e| Some(format!("{} host {}: {}", e.time()?, e.program, e.message))).collect();
    Readers::new(&Sample { source: sample.source, bytes: sample.bytes, text: sample.text, lines: lines.iter().map(String::as_str).collect() })
}

fn one(out: &mut Out, readers: &mut Readers, entry: &Entry) -> Parsed {
    let time = entry.time().ok_or("a journal entry without a readable time")?;
    let audit;
    let (program, message) = if !entry.audit_type.is_empty() && !entry.audit_id.is_empty() {
        // The audit's record without its head: `USER_LOGIN pid=1 uid=0 ...`.
        let text = entry.message.strip_prefix(&entry.audit_type).unwrap_or(&entry.message);
        audit = format!("type={} msg=audit({}.{:03}:{}):{text}", entry.audit_type, time.as_second(), time.subsec_millisecond(), entry.audit_id);
        ("audispd", audit.as_str())
    } else {
        (entry.program.as_str(), entry.message.trim_end())
    };
    let pid = (!entry.pid.is_empty()).then_some(entry.pid.as_str());
    readers.message(out, &Header { time, time_raw: &entry.time, program, pid, message })
}

/// Lines and counted bytes of a source that has both.
struct Bytes<'l, 'i> {
    lines: &'l mut Lines<'i>,
    buffer: Vec<u8>,
    at: usize,
    taken: i64,
}

impl<'l, 'i> Bytes<'l, 'i> {
    fn new(lines: &'l mut Lines<'i>) -> Bytes<'l, 'i> {
        Bytes { lines, buffer: Vec::new(), at: 0, taken: 0 }
    }
    fn offset(&self) -> i64 {
        self.taken
    }
    /// Reads more; whether there was more.
    fn more(&mut self) -> Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let mut chunk = vec![0; 64 * 1024];
        let n = self.lines.fill(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..n]);
        Ok(n > 0)
    }
    fn take(&mut self, n: usize) -> Vec<u8> {
        let taken = self.buffer[self.at..self.at + n].to_vec();
        self.at += n;
        self.taken += n as i64;
        taken
    }
    /// The next line without its end; `None` at the end of the source. A line over the limit comes in pieces.
    fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut scanned = 0;
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(n) = memchr::memchr(b'\n', &rest[scanned..]) {
                let mut line = self.take(scanned + n + 1);
                line.pop();
                return Ok(Some(line));
            }
            scanned = rest.len();
            if scanned >= MAX_LINE || !self.more()? {
                return Ok((scanned > 0).then(|| self.take(scanned)));
            }
        }
    }
    /// A field's length (64 bits, little-endian), that many bytes and a line end; `None` when it is cut off or over the limit.
    fn binary(&mut self) -> Result<Option<Vec<u8>>> {
        while self.buffer.len() - self.at < 8 {
            if !self.more()? {
                let rest = self.buffer.len() - self.at;
                self.take(rest);
                return Ok(None);
            }
        }
        let length = self.take(8).iter().rev().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        let keep = length <= MAX_LINE as u64;
        let (mut value, mut left) = (Vec::new(), length.saturating_add(1));
        while left > 0 {
            let here = ((self.buffer.len() - self.at) as u64).min(left);
            let part = self.take(here as usize);
            if keep {
                value.extend(part);
            }
            left -= here;
            if left > 0 && !self.more()? {
                return Ok(None);
            }
        }
        value.pop();
        Ok(keep.then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    /// To systemd's description of the export format; what journalctl 252 wrote of the same entries was read alike.
    fn export(fields: &[(&str, &str)]) -> Vec<u8> {
        let mut out = b"__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1695003180000000\n__MONOTONIC_TIMESTAMP=7\n_BOOT_ID=aa\n".to_vec();
        for (name, value) in fields {
            if value.contains('\n') {
                out.extend(format!("{name}\n").bytes());
                out.extend((value.len() as u64).to_le_bytes());
                out.extend(value.bytes());
            } else {
                out.extend(format!("{name}={value}").bytes());
            }
            out.push(b'\n');
        }
        out.push(b'\n');
        out
    }

    #[test]
    fn export_format() {
        let mut input = export(&[("SYSLOG_IDENTIFIER", "sshd"), ("_PID", "7"), ("MESSAGE", "Accepted password for elewis from 203.0.113.140 port 40907 ssh2")]);
        input.extend(export(&[("MESSAGE", "two\nlines"), ("_COMM", "app")]));
        input.extend(export(&[
            ("_TRANSPORT", "audit"),
            ("_AUDIT_TYPE_NAME", "SERVICE_STOP"),
            ("_AUDIT_ID", "30"),
            ("MESSAGE", "SERVICE_STOP pid=1 uid=0 msg='unit=ufw res=success'"),
        ]));
        input.extend(b"__CURSOR=x\nMESSAGE\n\x09\0\0\0\0\0\0\0abc");
        assert_eq!(
            events(&source(), &input),
            "sshd Accepted 3002/1 success elewis 203.0.113.140 - none -\n\
             linux app 6003/99 unknown - - - none -\n\
             auditd SERVICE_STOP 6003/99 success 0 - - other ufw\n\
             reject 4@534: a journal entry with a field that is cut off or too long\n"
        );
    }

    #[test]
    fn json_format() {
        let input = r#"{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1695003180000000","SYSLOG_IDENTIFIER":"smbd_audit","MESSAGE":"elewis|10.20.9.37|ws-01|clinic|pread_recv|ok|/srv/clinic/a.csv"}
{"__REALTIME_TIMESTAMP":"1695003180000001","_COMM":"su","MESSAGE":[40,116,111,32,114,111,111,116,41,32,97,110,110,32,111,110,32,112,116,115]}
{"__REALTIME_TIMESTAMP":"x","MESSAGE":"y"}
"#;
        assert_eq!(
            events(&source(), input.as_bytes()),
            "samba pread_recv 6006/2 success elewis 10.20.9.37 ws-01 file /srv/clinic/a.csv\n\
             linux su 3002/7 success ann - - other root\n\
             reject 3@311: a journal entry without a readable time\n"
        );
    }
}
