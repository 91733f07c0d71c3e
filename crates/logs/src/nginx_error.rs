//! nginx error log: `2023/09/18 19:53:45 [error] 132#132: *6475 message, client: 10.0.0.1, server: ...`.
//!
//! A failed password is an authentication event; the request itself stands in the access log as a 401 (said in the detail, so that
//! it is not counted twice). Other messages are known noise.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::text::{Detail, account, address, between};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};

fn is_record(line: &str) -> bool {
    let b = line.as_bytes();
    b.len() > 22
        && b[4] == b'/'
        && b[7] == b'/'
        && b[10] == b' '
        && b[19] == b' '
        && b[20] == b'['
        && between(line, "[", "]").is_some_and(|level| level.len() <= 6)
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    sample.share(is_record)
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    each_line(lines, out, record)
}

fn record(out: &mut Out, line: &str) -> Parsed {
    if !is_record(line) {
        return Err("not an nginx error log line");
    }
    let (time, used) = out.clock.iso(line).ok_or("an error log line without a readable time")?;
    out_of_access(out, line, time, line.get(..used).unwrap_or(""))
}

fn out_of_access(out: &mut Out, line: &str, time: jiff::Timestamp, time_raw: &str) -> Parsed {
    let reason = if line.contains(": password mismatch, ") {
        "password mismatch"
    } else if line.contains("\" was not found in \"") {
        "user not found"
    } else {
        out.seen(time);
        return Ok(None);
    };
    let user = line
        .split_once(" user \"")
        .and_then(|(_, rest)| rest.split_once("\": password mismatch").or_else(|| rest.split_once("\" was not found in ")))
        .map(|(user, _)| user);
    let mut event = out.event(time, time_raw, "nginx");
    event.class_uid = 3002;
    event.activity_id = 1;
    event.outcome = Outcome::Failure;
    event.operation = reason.to_string();
    event.actor = user.and_then(|user| account(user, false));
    event.session_key = line.split_once(": *").and_then(|(_, rest)| rest.split_once(' ')).map(|(connection, _)| connection.to_string());
    let mut detail =
        Detail::default().text("reason", reason).text("also_in", "the access log, as status 401").maybe("server", between(line, ", server: ", ","));
    let client = between(&format!("{line},"), ", client: ", ",").and_then(address);
    // The forwarded client is logged only if the server was told to; without it a proxy's address is all there is.
    match between(line, "forwarded_for: \"", "\"").or_else(|| between(line, "x-forwarded-for: \"", "\"")) {
        Some(list) => detail = web::client(&mut event, &client.unwrap_or_default(), Some(list), detail),
        None => event.src_addr = client,
    }
    if let Some((method, target)) = between(line, "request: \"", "\"").and_then(web::request) {
        detail = detail.text("method", method);
        let path = target.split('?').next().unwrap_or(target);
        event.object_kind = ObjectKind::Url;
        event.object = Some(crate::text::percent(path).into_owned());
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(line: &str, expect: &str) {
        let input = format!("2023/09/18 19:53:45 [notice] 132#132: signal process started\n{line}\n");
        assert_eq!(events(&source(), input.as_bytes()), expect, "{line}");
    }

    #[test]
    fn failed_passwords() {
        let tail = "client: 10.20.0.10, server: portal.example, request: \"GET /portal/index.html?a=b HTTP/1.1\", host: \"portal.example\"";
        check(
            &format!("2023/09/18 19:53:45 [error] 132#132: *6475 user \"1088376\": password mismatch, {tail}"),
            "nginx password mismatch 3002/1 failure 1088376 10.20.0.10 - url /portal/index.html\n",
        );
        check(
            &format!("2023/08/30 18:36:20 [error] 132#132: *3067 user \"admin\" was not found in \"/etc/nginx/htpasswd\", {tail}"),
            "nginx user not found 3002/1 failure admin 10.20.0.10 - url /portal/index.html\n",
        );
        check("2023/08/30 18:36:20 [warn] 1#1: *3 an upstream response is buffered, client: 1.2.3.4", "");
        check("half a line", "reject 2@61: not an nginx error log line\n");
    }
}
