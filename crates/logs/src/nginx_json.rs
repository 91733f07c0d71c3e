//! Web access logs as JSON lines. The names of the keys are the administrator's: each value is looked for under its usual names.

use crate::Sample;
use crate::input::Lines;
use crate::json::{self, number, text};
use crate::out::{Out, Parsed};
use crate::text::{Detail, account, present};
use crate::web;
use dosimeter_case::Result;
use serde_json::{Map, Value};

const TIME: &[&str] = &["time", "time_iso8601", "@timestamp", "timestamp", "time_local", "datetime", "date", "msec", "ts", "start_time"];
const REMOTE: &[&str] = &[
    "remote_addr",
    "remote_address",
    "client_ip",
    "clientip",
    "remote_ip",
    "remote",
    "client",
    "client_addr",
    "src_ip",
    "ip",
    "realip_remote_addr",
    "remoteip",
    "remote_host",
    "remotehost",
];
const FORWARDED: &[&str] = &[
    "http_x_forwarded_for",
    "x_forwarded_for",
    "x-forwarded-for",
    "xff",
    "forwarded_for",
    "proxy_add_x_forwarded_for",
    "http_x_real_ip",
    "x_real_ip",
    "forwarded",
];
const USER: &[&str] = &["remote_user", "user", "username", "auth_user", "userid", "account"];
const METHOD: &[&str] = &["request_method", "method", "http_method", "verb"];
const TARGET: &[&str] = &["request_uri", "uri", "request", "url", "path", "uri_path", "document_uri"];
const ARGS: &[&str] = &["args", "query_string", "query"];
const STATUS: &[&str] = &["status", "status_code", "response_status", "response", "code", "http_status", "final_status", "statuscode", "original_status"];
const BYTES: &[&str] =
    &["body_bytes_sent", "bytes_sent", "bytes", "body_bytes", "size", "response_size", "response_bytes", "bytes_out", "length", "bytessent", "responsebytes"];
const AGENT: &[&str] = &["http_user_agent", "user_agent", "agent", "useragent", "ua", "user-agent"];
const REFERRER: &[&str] = &["http_referer", "http_referrer", "referer", "referrer"];
const SERVER: &[&str] = &["server_name", "http_host", "host", "vhost"];

fn is_record(map: &Map<String, Value>) -> bool {
    text(map, STATUS).is_some() && text(map, TARGET).is_some() && text(map, TIME).is_some() && (text(map, REMOTE).is_some() || text(map, FORWARDED).is_some())
}

/// Names that are usual where Apache writes JSON and nginx does not.
pub(crate) fn sniff_apache(sample: &Sample) -> u32 {
    const APACHES: &[&str] = &["remoteIP", "remote_host", "remoteHost", "remotehost", "final_status", "original_status", "remote_logname"];
    json::share(sample, |map| is_record(map) && APACHES.iter().any(|name| map.contains_key(*name)))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    json::share(sample, is_record)
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    json::each_object(lines, out, record)
}

fn record(out: &mut Out, map: &Map<String, Value>) -> Parsed {
    let time_raw = text(map, TIME).ok_or("a JSON access record without a time")?;
    let time = out.clock.any(&time_raw, false).ok_or("a JSON access record without a readable time")?;
    let target = text(map, TARGET).ok_or("a JSON access record without a request")?;
    let mut event = out.event(time, &time_raw, out.app());
    let status = number(map, STATUS);
    event.outcome = web::outcome(status.unwrap_or(0));
    event.actor = text(map, USER).and_then(|user| account(&user, false));
    event.device = text(map, AGENT).as_deref().and_then(present).map(str::to_string);
    event.bytes = number(map, BYTES);
    let forwarded = text(map, FORWARDED);
    let mut detail = Detail::default().maybe_number("status", status);
    detail = web::client(&mut event, &text(map, REMOTE).unwrap_or_default(), forwarded.as_deref(), detail);
    let referrer = text(map, REFERRER);
    detail = detail.maybe("referrer", referrer.as_deref().and_then(present).and_then(|r| r.split('?').next())).maybe("server", text(map, SERVER).as_deref());
    if present(&target).is_none() {
        // A client that spoke something else than HTTP.
        (event.class_uid, event.activity_id, event.operation) = (4002, 99, "malformed".to_string());
        event.detail = detail.finish();
        return Ok(Some(event));
    }
    let (method, mut target) = match web::request(&target) {
        Some((method, target)) if !target.is_empty() => (method.to_string(), target.to_string()),
        _ => (text(map, METHOD).unwrap_or_default(), target.clone()),
    };
    if !target.contains('?')
        && let Some(args) = text(map, ARGS).as_deref().and_then(present)
    {
        target = format!("{target}?{}", args.trim_start_matches('?'));
    }
    event.detail = web::fill(&mut event, &method, &target, detail).finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(line: &str, expect: &str) {
        assert_eq!(events(&source(), format!("{line}\n").as_bytes()), expect, "{line}");
    }

    #[test]
    fn names_of_keys() {
        check(
            r#"{"time":"2023-09-18T02:05:05-04:00","remote_addr":"10.20.9.37","user":"mbailey","method":"GET","uri":"/studies/d7/archive","status":200,"bytes":43719,"agent":"curl/8.1.2"}"#,
            "nginx GET 4002/3 success mbailey 10.20.9.37 curl/8.1.2 url /studies/d7/archive 43719B\n",
        );
        check(
            r#"{"time_local":"18/Sep/2023:02:05:05 -0400","remote_addr":"10.0.0.9","http_x_forwarded_for":"198.51.100.7","remote_user":"","request":"GET /a?b=c HTTP/1.1","status":"404","body_bytes_sent":"12","http_user_agent":""}"#,
            "nginx GET 4002/3 failure - 198.51.100.7 - url /a 12B\n",
        );
        check(
            r#"{"@timestamp":"2023-09-18T06:05:05Z","client_ip":"10.0.0.9","request_method":"PUT","path":"/dicom-web/studies/1.2.3.4.5/x","query":"q=1","status_code":201}"#,
            "nginx PUT 4002/7 success - 10.0.0.9 - url /dicom-web/studies/1.2.3.4.5/x study=1.2.3.4.5\n",
        );
    }
}
