//! Web access logs in the combined format of nginx and Apache (also without referrer and agent, and with a virtual host in front).
//!
//! Quoted or bare fields after the agent that are addresses are the forwarded client (`X-Forwarded-For`).

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, present};
use crate::web;
use dosimeter_case::Result;

/// Further fields that are kept.
const MAX_EXTRA: usize = 20;

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let clock = sample.clock();
    // The request stands in quotes (whose last one may be missing), a status behind it.
    let usual = |rest: &str| rest.starts_with(" \"") && field(rest).is_none_or(|(_, rest)| field(rest).is_none_or(|(status, _)| status.parse::<u16>().is_ok()));
    sample.share(|line| split(line).is_some_and(|l| usual(l.rest) && clock.clf(l.time).is_some()))
}

/// Whether a line has `-` for the number of bytes, as Apache writes it for none and nginx never does.
pub(crate) fn without_bytes(line: &str) -> bool {
    let status = split(line).and_then(|l| field(l.rest)).and_then(|(_, rest)| field(rest));
    status.is_some_and(|(_, rest)| rest == " -" || rest.starts_with(" - "))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, record)
}

struct Parts<'a> {
    remote: &'a str,
    user: &'a str,
    time: &'a str,
    rest: &'a str,
}

/// `[host] remote ident user [time] rest`
fn split(line: &str) -> Option<Parts<'_>> {
    // Some collections wrap every line in quotes.
    let line = line.strip_prefix('"').unwrap_or(line);
    let (mut from, mut found) = (0, None);
    while let Some(i) = line.get(from..).and_then(|l| l.find(" [")) {
        let at = from + i;
        let after = line.get(at + 2..)?;
        if after.as_bytes().get(2) == Some(&b'/')
            && let Some((time, rest)) = after.split_once(']')
            && time.len() >= 20
        {
            found = Some((line.get(..at)?, time, rest));
            break;
        }
        from = at + 2;
    }
    let (front, time, rest) = found?;
    // The line may have come through syslog: its head ends with a tag.
    let front = match front.rsplit_once(": ") {
        Some((_, after)) if after.split(' ').next().is_some_and(|first| address(first).is_some()) => after,
        _ => front,
    };
    let (mut remote, mut front) = front.split_once(' ')?;
    if address(remote).is_none()
        && let Some((second, after)) = front.split_once(' ')
        && address(second).is_some()
    {
        (remote, front) = (second, after);
    }
    let (_ident, user) = front.split_once(' ')?;
    Some(Parts { remote, user, time, rest })
}

/// A quoted (with `\` before a quote inside) or bare field, and what follows.
pub(crate) fn field(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let Some(inside) = text.strip_prefix('"') else {
        return match text.split_once(' ') {
            Some((field, rest)) => Some((field, rest)),
            None => (!text.is_empty()).then_some((text, "")),
        };
    };
    let bytes = inside.as_bytes();
    let mut from = 0;
    while let Some(i) = memchr::memchr2(b'"', b'\\', bytes.get(from..)?) {
        let at = from + i;
        if bytes[at] == b'"' {
            return Some((inside.get(..at)?, inside.get(at + 1..)?));
        }
        from = at + 2;
    }
    None
}

fn record(out: &mut Out, line: &str) -> Parsed {
    let parts = split(line).ok_or("not an access log line")?;
    let time = out.clock.clf(parts.time).ok_or("an access log line without a readable time")?;
    let (request, rest) = field(parts.rest).ok_or("an access log line without a request")?;
    let (status, rest) = field(rest).ok_or("an access log line without a status")?;
    let status: i64 = status.parse().ok().filter(|s| (0..1000).contains(s)).ok_or("an access log line without a readable status")?;
    let (bytes, mut rest) = field(rest).unwrap_or(("-", ""));
    let mut event = out.event(time, parts.time, out.app());
    event.bytes = bytes.parse().ok();
    event.outcome = web::outcome(status);
    event.actor = account(&web::unescape(parts.user, false), false);
    let mut detail = Detail::default().number("status", status);
    if let Some((referrer, after)) = field(rest) {
        detail = detail.text("referrer", present(referrer).map_or("", |r| r.split('?').next().unwrap_or(r)));
        rest = after;
        if let Some((agent, after)) = field(rest) {
            event.device = present(agent).map(|a| web::unescape(a, false).into_owned());
            rest = after;
        }
    }
    let mut forwarded = None;
    let mut extra = Vec::new();
    while let Some((more, after)) = field(rest) {
        rest = after;
        if forwarded.is_none() && more.split(',').all(|a| address(a).is_some()) {
            forwarded = Some(more);
        } else if present(more).is_some() && extra.len() < MAX_EXTRA {
            extra.push(more);
        }
    }
    // Two numbers of which the second is the answer with its headers: mod_logio's `%I %O`.
    let io = match extra.as_slice() {
        [read, sent] => read.parse::<i64>().ok().zip(sent.parse::<i64>().ok()).filter(|(_, sent)| *sent >= event.bytes.unwrap_or(0)),
        _ => None,
    };
    detail = match io {
        Some((read, sent)) => detail.number("bytes_in", read).number("bytes_out", sent),
        None => detail.list("extra", extra),
    };
    detail = web::client(&mut event, parts.remote, forwarded, detail);
    event.detail = match web::request(&web::unescape(request, false)) {
        Some((method, target)) => web::fill(&mut event, method, target, detail).finish(),
        None => {
            // A client that spoke something else than HTTP (a scanner, TLS on the plain port): served nothing.
            event.class_uid = 4002;
            event.activity_id = 99;
            event.operation = "malformed".to_string();
            detail.finish()
        }
    };
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(line: &str, expect: &str) {
        // A line of the plain kind first, so that a single odd line does not decide what the file is.
        let input = format!("192.0.2.1 - - [18/Sep/2023:07:52:20 -0400] \"GET /x HTTP/1.1\" 200 1 \"-\" \"-\"\n{line}\n");
        let got = events(&source(), input.as_bytes());
        assert_eq!(got.split_once('\n').map_or("", |(_, rest)| rest), expect, "{line}");
    }

    #[test]
    fn lines() {
        let time = "[18/Sep/2023:07:52:20 -0400]";
        check(
            &format!("10.20.0.10 - 1065089 {time} \"GET /a%20b/c.pdf?x=1 HTTP/1.1\" 200 2117 \"-\" \"Mozilla/5.0\" \"198.51.100.150, 10.0.0.3\""),
            "nginx GET 4002/3 success 1065089 198.51.100.150 Mozilla/5.0 url /a b/c.pdf 2117B\n",
        );
        check(&format!("10.0.0.1 - - {time} \"GET /a HTTP/1.1\" 401 179"), "nginx GET 4002/3 failure - 10.0.0.1 - url /a 179B\n");
        check(
            &format!("web:443 2001:db8::1 - Ann Lee {time} \"POST /a HTTP/2.0\" 204 - \"-\" \"x \\\"y\\\"\""),
            "apache POST 4002/6 success ann lee 2001:db8::1 x \"y\" url /a\n",
        );
        check(&format!("10.0.0.1 - - {time} \"\\x16\\x03\" 400 0 \"-\" \"-\""), "nginx malformed 4002/99 failure - 10.0.0.1 - none - 0B\n");
        check(&format!("\"192.168.4.25 - - {time} \"GET / HTTP/1.1\" 303 382 \"http://x\" \"M\"\""), "nginx GET 4002/3 success - 192.168.4.25 M url / 382B\n");
        check("gibberish", "reject 2@75: not an access log line\n");
        check(&format!("10.0.0.1 - - {time} \"GET /"), "reject 2@75: an access log line without a request\n");
    }
}
