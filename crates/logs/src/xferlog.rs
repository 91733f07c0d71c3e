//! Transfer logs in wu-ftpd's form (`xferlog`), as vsftpd and ProFTPD write them:
//! `Thu Nov 26 01:31:22 2026 0 192.0.2.7 5000 /srv/a_b.csv b _ o r svc ftp 0 * c`.
//!
//! Both servers write `_` for a blank in the name, which cannot be told from a true one. `c` at the end is a complete transfer.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};

/// Length of `Thu Nov 26 01:31:22 2026`.
const STAMP: usize = 24;

struct Record<'a> {
    time: &'a str,
    seconds: &'a str,
    host: &'a str,
    bytes: i64,
    name: &'a str,
    /// Type, action, direction, mode, user, service, method, id, completion.
    tail: [&'a str; 9],
}

impl<'a> Record<'a> {
    fn find(line: &'a str) -> Option<Record<'a>> {
        let time = line.get(..STAMP)?;
        let rest = line.get(STAMP..)?.strip_prefix(' ')?;
        let mut front = rest.splitn(4, ' ');
        let (seconds, host, bytes, mut name) = (front.next()?, front.next()?, front.next()?, front.next()?.trim_end());
        let mut tail = [""; 9];
        for field in tail.iter_mut().rev() {
            let (before, last) = name.rsplit_once(' ')?;
            (name, *field) = (before, last);
        }
        // A log without the completion has one field less.
        let known = matches!(tail[0], "a" | "b") && matches!(tail[2], "i" | "o" | "d") && matches!(tail[8], "c" | "i");
        let numbers = seconds.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        (known && numbers).then_some(Record { time, seconds, host, bytes: bytes.parse().ok()?, name, tail })
    }
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    sample.share(|line| Record::find(line).is_some())
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, record)
}

fn record(out: &mut Out, line: &str) -> Parsed {
    let record = Record::find(line).ok_or("not a transfer log line")?;
    let time = out.clock.any(record.time, false).ok_or("a transfer log line without a readable time")?;
    let [kind, flag, direction, mode, user, service, _, id, completion] = record.tail;
    let mut event = out.event(time, record.time, "ftp");
    event.class_uid = 6006;
    event.activity_id = match direction {
        "o" => 2,
        "i" => 1,
        _ => 4,
    };
    event.operation = direction.to_string();
    // An incomplete transfer moved what it says.
    event.outcome = if completion == "c" || record.bytes > 0 { Outcome::Success } else { Outcome::Failure };
    // For a guest or a real account it is the account; an anonymous visitor gave an e-mail address of his choice.
    event.actor = if mode == "a" { Some("anonymous".to_string()) } else { account(user, false) };
    event.src_addr = address(record.host).or_else(|| present(record.host).map(str::to_string));
    event.bytes = Some(record.bytes);
    (event.object_kind, event.object) = (ObjectKind::File, Some(record.name.to_string()));
    event.detail = Detail::default()
        .text("direction", direction)
        .text("completion", completion)
        .text("service", service)
        .text("access_mode", mode)
        .text("transfer_type", kind)
        .text("special_action", flag.trim_matches('_'))
        .maybe("authenticated_id", present(id).filter(|id| *id != "*"))
        .numeral("transfer_time", record.seconds)
        .finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    /// As vsftpd 3.0.3 and ProFTPD 1.3.8 wrote them on loopback, with other addresses and names.
    #[test]
    fn lines() {
        let input = "Thu Nov 26 01:30:56 2026 1 192.0.2.7 5000 /srv/exchange/a_b.csv b _ o r svc-payer ftp 0 * c\n\
            Thu Nov 26 01:31:23 2026 0 ws-01 3 /srv/up_file.txt b _ i r svc ftp 0 * c\n\
            Thu Nov 26 01:31:24 2026 0 ::ffff:192.0.2.7 3 /srv/u2.txt a _ d r svc ftp 0 * c\n\
            Thu Nov 26 01:31:24 2026 0 192.0.2.7 0 /pub/x y.txt b _ o a me@example ftp 0 * i\n\
            Thu Nov 26 01:31:24 2026 0 192.0.2.7\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "ftp o 6006/2 success svc-payer 192.0.2.7 - file /srv/exchange/a_b.csv 5000B\n\
             ftp i 6006/1 success svc ws-01 - file /srv/up_file.txt 3B\n\
             ftp d 6006/4 success svc 192.0.2.7 - file /srv/u2.txt 3B\n\
             ftp o 6006/2 failure anonymous 192.0.2.7 - file /pub/x y.txt 0B\n\
             reject 5@327: not a transfer log line\n"
        );
    }
}
