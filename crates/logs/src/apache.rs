//! Apache's access logs. Lines of the usual formats are read as nginx's are ([`crate::nginx`]); here is what tells the two servers
//! apart, and a reader of other orders of fields (`LogFormat`), which goes by the shape of the fields.

use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, present};
use crate::{Sample, nginx, web};
use dosimeter_case::Result;

/// Lines of the combined format that only Apache writes: `-` for no bytes, a quote as `\"`, its own connection to itself.
pub(crate) fn sniff(sample: &Sample) -> u32 {
    let apache = |line: &&str| line.contains("\\\"") || line.contains("(internal dummy connection)") || nginx::without_bytes(line);
    if sample.lines.iter().any(apache) { nginx::sniff(sample) } else { 0 }
}

pub(crate) fn sniff_custom(sample: &Sample) -> u32 {
    let clock = sample.clock();
    // Whatever has a reader of its own goes there.
    sample.share(|line| Parts::find(line).is_some_and(|parts| clock.clf(parts.time).is_some() && parts.status().is_some())) * 3 / 5
}

pub(crate) fn parse_custom(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, record)
}

const METHODS: &[&str] = &[
    "GET ",
    "POST ",
    "HEAD ",
    "PUT ",
    "DELETE ",
    "OPTIONS ",
    "PATCH ",
    "PROPFIND ",
    "PROPPATCH ",
    "MKCOL ",
    "MOVE ",
    "COPY ",
    "LOCK ",
    "UNLOCK ",
    "CONNECT ",
    "TRACE ",
];

struct Parts<'a> {
    time: &'a str,
    request: &'a str,
    /// The line before the request, without the time.
    before: [&'a str; 2],
    after: &'a str,
}

impl<'a> Parts<'a> {
    fn find(line: &'a str) -> Option<Parts<'a>> {
        // `[18/Sep/2023:`
        let clf = |i: &usize| line.as_bytes().get(i + 3) == Some(&b'/') && line.as_bytes().get(i + 7) == Some(&b'/');
        let open = line.match_indices('[').map(|(i, _)| i).find(clf)?;
        let (time, _) = line.get(open + 1..)?.split_once(']')?;
        let end = open + time.len() + 2;
        // The request: a method at the beginning of a field, and the protocol some way behind it.
        let starts = METHODS
            .iter()
            .filter_map(|method| line.match_indices(method).map(|(i, _)| i).find(|&i| i == 0 || matches!(line.as_bytes()[i - 1], b' ' | b'"' | b'\t')));
        let start = starts.filter(|i| *i < open || *i >= end).min()?;
        let from = line.get(start..)?;
        let protocol = from.find(" HTTP/")?;
        let stop = from.get(protocol + 6..)?.find([' ', '"', '\t']).map_or(from.len(), |i| protocol + 6 + i);
        let (before, rest) = (line.get(..start)?, from.get(stop..)?);
        let (before, after) = if start > open {
            ([line.get(..open)?, line.get(end..start)?], rest)
        } else {
            // The time follows the request.
            ([before, ""], rest)
        };
        Some(Parts { time, request: from.get(..stop)?, before, after })
    }

    /// Status, bytes and what follows: behind the request, or as HAProxy has it behind the timers (`0/0/1/2/3 200 5000`).
    fn status(&self) -> Option<(i64, Option<i64>, Vec<&'a str>)> {
        let behind =
            if self.balancer() { self.before[1].split_whitespace().skip_while(|field| !timers(field)).skip(1).collect::<Vec<_>>() } else { words(self.after) };
        let code = |field: &str| field.parse::<i64>().ok().filter(|status| field.len() == 3 && (100..600).contains(status));
        let (at, status) = behind.iter().enumerate().find_map(|(i, field)| Some((i, code(field)?)))?;
        let bytes = behind.get(at + 1).and_then(|bytes| bytes.trim_start_matches('+').parse().ok());
        Some((status, bytes, behind.get(at + 2..).unwrap_or(&[]).iter().copied().take(20).collect()))
    }

    /// Whether it is a line of HAProxy.
    fn balancer(&self) -> bool {
        self.before[1].split_whitespace().any(timers)
    }
}

fn timers(field: &str) -> bool {
    field.matches('/').count() == 4 && field.split('/').all(|n| n.trim_start_matches(['+', '-']).parse::<u32>().is_ok())
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || c == '"').filter(|field| !field.is_empty()).take(40).collect()
}

fn record(out: &mut Out, line: &str) -> Parsed {
    let parts = Parts::find(line).ok_or("not an access log line")?;
    let time = out.clock.clf(parts.time).ok_or("an access log line without a readable time")?;
    let mut event = out.event(time, parts.time, "apache");
    let (status, bytes, after) = parts.status().ok_or("an access log line without a readable status")?;
    event.outcome = web::outcome(status);
    event.bytes = bytes;
    let mut remote = None;
    let mut user = None;
    for field in parts.before.iter().flat_map(|part| part.split([' ', '\t', '"'])).filter_map(present) {
        if address(field).is_some() {
            remote = remote.or(Some(field));
        } else if !field.contains(['.', ':', '/', '[', ']']) && field.len() < 24 && !field.bytes().all(|b| b.is_ascii_digit()) {
            // Not a host, a port or a request id.
            user = Some(field);
        }
    }
    event.actor = user.and_then(|user| account(&web::unescape(user, false), false));
    if parts.balancer() {
        event.app = "http".to_string();
        event.actor = None;
    }
    let detail = Detail::default().number("status", status).list("extra", after);
    let detail = web::client(&mut event, remote.unwrap_or(""), None, detail);
    let request = web::unescape(parts.request, false);
    let (method, target) = web::request(&request).ok_or("an access log line without a request")?;
    event.detail = web::fill(&mut event, method, target, detail).finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    fn check(lines: &[&str], expect: &str) {
        assert_eq!(events(&source(), lines.join("\n").as_bytes()), expect, "{lines:?}");
    }

    /// The lines are as Apache 2.4 (Debian) wrote them on loopback, with other addresses.
    #[test]
    fn orders_of_fields() {
        // %t %{UNIQUE_ID}e %a:%{remote}p %A %u %m %U%q %H %>s %B %D
        check(
            &[
                "[26/Nov/2026:01:24:54 +0000] - 192.0.2.7:55054 192.0.2.1 - GET /b c.txt?x=%2e%2e HTTP/1.1 200 3 242",
                "[26/Nov/2026:01:24:54 +0000] - 192.0.2.7:55070 192.0.2.1 jdoe GET /priv/i.html HTTP/1.1 401 421 1273",
                "[26/Nov/2026:01:24:54 +0000] - 192.0.2.7:55114 192.0.2.1 - - - HTTP/1.0 400 266 1573",
            ],
            "apache GET 4002/3 success - 192.0.2.7 - url /b c.txt 3B\napache GET 4002/3 failure jdoe 192.0.2.7 - url /priv/i.html 421B\nreject 3@201: not an access log line\n",
        );
        check(&["\"GET /a.pdf HTTP/1.1\" [26/Nov/2026:01:24:54 +0000] 200 5"], "apache GET 4002/3 success - - - url /a.pdf 5B\n");
    }

    /// To HAProxy's manual ("HTTP log format").
    #[test]
    fn haproxy() {
        check(
            &[
                "Sep 18 07:52:20 lb01 haproxy[14389]: 192.0.2.7:33317 [18/Sep/2023:07:52:20.655] http-in portal/web1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {portal} \"GET /a.pdf HTTP/1.1\"",
            ],
            "http GET 4002/3 success - 192.0.2.7 - url /a.pdf 2750B\n",
        );
    }

    #[test]
    fn lines_sent_through_syslog() {
        check(
            &["Sep 18 07:52:20 web01 nginx: 192.0.2.7 - ann [18/Sep/2023:07:52:20 -0400] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\""],
            "nginx GET 4002/3 success ann 192.0.2.7 - url /a 5B\n",
        );
    }

    #[test]
    fn apache_is_told_from_nginx() {
        let time = "[26/Nov/2026:01:24:54 +0000]";
        check(
            &[
                &format!("web01:443 192.0.2.7 - jdoe {time} \"GET /a.pdf HTTP/1.1\" 200 20238 \"-\" \"a \\\"q\\\" b\""),
                &format!("web01:443 192.0.2.7 - - {time} \"GET /a.pdf HTTP/1.1\" 304 - \"-\" \"-\""),
            ],
            "apache GET 4002/3 success jdoe 192.0.2.7 a \"q\" b url /a.pdf 20238B\napache GET 4002/3 success - 192.0.2.7 - url /a.pdf\n",
        );
        check(&[&format!("192.0.2.7 - - {time} \"GET /a HTTP/1.1\" 304 0 \"-\" \"-\"")], "nginx GET 4002/3 success - 192.0.2.7 - url /a 0B\n");
    }

    #[test]
    fn numbers_after_the_agent() {
        let line = "192.0.2.7 - - [26/Nov/2026:01:24:54 +0000] \"GET /a.pdf HTTP/1.1\" 206 100 \"-\" \"curl/7.88.1\" 102 382\n";
        assert_eq!(details(&source(), line.as_bytes()), [serde_json::json!({"status": 206, "bytes_in": 102, "bytes_out": 382})]);
        let line = "192.0.2.7 - - [26/Nov/2026:01:24:54 +0000] \"GET /a.pdf HTTP/1.1\" 206 100 \"-\" \"curl/7.88.1\" 1456 \"-\" web:8181\n";
        assert_eq!(details(&source(), line.as_bytes()), [serde_json::json!({"status": 206, "extra": ["1456", "web:8181"]})]);
    }

    #[test]
    fn json() {
        let lines = [
            r#"{ "time":"[26/Nov/2026:01:24:54 +0000]", "remoteIP":"192.0.2.7", "host":"web01", "request":"/b c.txt", "query":"?x=1", "method":"GET", "status":"200", "userAgent":"curl", "referer":"-", "bytes":"229", "user":"jdoe" }"#,
            r#"{ "time":"[26/Nov/2026:01:24:54 +0000]", "remoteIP":"192.0.2.7", "host":"web01", "request":"-", "query":"", "method":"-", "status":"400", "userAgent":"\x16\x03", "referer":"-", "bytes":"448", "user":"-" }"#,
        ];
        check(&lines, "apache GET 4002/3 success jdoe 192.0.2.7 curl url /b c.txt 229B\napache malformed 4002/99 failure - 192.0.2.7 \\x16\\x03 none - 448B\n");
        let line = r#"{"timestamp":"2026-11-26T01:24:54+0000","remote_host":"192.0.2.7","remote_user":"jdoe","request":"GET /a.pdf HTTP/1.1","final_status":200,"bytes_sent":20238,"bytes_received":83,"duration_us":312,"User-Agent":"curl"}"#;
        check(&[line], "apache GET 4002/3 success jdoe 192.0.2.7 curl url /a.pdf 20238B\n");
    }
}
