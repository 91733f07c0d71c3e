//! Rows of tables of VPNs, firewalls and web servers: what their columns are called, and the events they give.

use crate::columns::{Layout, Role, failed, plain};
use crate::out::Out;
use crate::text::{Detail, account, address, present};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::{SignedDuration, Timestamp};

/// What a column of a VPN's or a firewall's table holds, by its name.
pub(crate) fn role(name: &str) -> Role {
    let plain = plain(name);
    let has = |words: &[&str]| words.iter().any(|w| plain.contains(w));
    match plain.as_str() {
        "user" | "username" | "login" | "account" | "userid" | "srcuser" | "sourceuser" | "subject" => Role::User,
        "date" => Role::Date,
        "proto" | "protocol" | "ipprotocol" | "service" | "app" | "application" | "servicename" => Role::Protocol,
        "src" | "saddr" | "source" | "client" | "clientip" | "outerip" => Role::Address,
        "dst" | "daddr" | "dest" | "destination" => Role::Destination,
        "dport" | "dstport" | "destport" => Role::Port,
        "in" | "rx" | "received" | "download" | "downloaded" => Role::BytesIn,
        "out" | "tx" | "sent" | "upload" | "uploaded" => Role::BytesOut,
        _ if plain.starts_with("nat")
            || has(&[
                "zone",
                "country",
                "region",
                "interface",
                "intf",
                "translated",
                "macaddr",
                "vlan",
                "rule",
                "policy",
                "reason",
                "packet",
                "pkt",
                "risk",
                "group",
            ]) =>
        {
            Role::Other
        }
        _ if has(&["assigned", "tunnelip", "privateip", "virtualip", "internalip", "innerip", "vpnip", "poolip", "framedip", "leasedip", "clientvpn"]) => {
            Role::Inner
        }
        _ if has(&["duration", "elapsed", "connecttime", "sessiontime"]) => Role::Duration,
        _ if has(&["logout", "logoff", "endtime", "disconnect", "sessionend", "stoptime"]) => Role::End,
        _ if has(&["port"]) && has(&["dst", "dest"]) => Role::Port,
        _ if has(&["port"]) => Role::Other,
        _ if has(&["bytessent", "sentbyte", "bytesout", "outbytes", "txbytes", "bytestx", "uploadbytes", "bytestoserver"]) => Role::BytesOut,
        _ if has(&["bytesreceived", "bytesrecv", "receivedbyte", "rcvdbyte", "recvbyte", "bytesin", "inbytes", "rxbytes", "bytesrx", "bytestoclient"]) => {
            Role::BytesIn
        }
        _ if has(&["srcip", "sourceip", "srcaddr", "sourceaddr", "remoteip", "publicip", "clientip", "clientaddr", "peerip", "outerip", "endpointip"]) => {
            Role::Address
        }
        _ if has(&["dstip", "destip", "dstaddr", "destaddr", "destinationip", "destinationaddr"]) => Role::Destination,
        _ if has(&["time", "start", "login", "logon"]) && !has(&["user", "name"]) => Role::Time,
        _ if has(&["username", "useraccount", "loginname"]) => Role::User,
        _ if has(&["machine", "hostname", "device", "computer", "useragent", "clientversion"]) => Role::Station,
        _ if has(&["action", "event", "activity", "stage", "message", "verdict"]) => Role::Action,
        _ if has(&["status", "result", "outcome"]) => Role::Outcome,
        _ => Role::Other,
    }
}

/// `1:02:03`, `1d 02:03:04`, `1h 2m 3s`, `0h:12m:30s`, seconds.
fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim().to_ascii_lowercase();
    let mut seconds: i64 = 0;
    let mut clock: Vec<i64> = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = rest.get(at..)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest.get(..end)?.parse().ok().filter(|n| *n < 1_000_000_000)?;
        rest = rest.get(end..)?;
        // A fraction of a second counts for nothing.
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        match rest.trim_start().as_bytes().first() {
            Some(b'd') => seconds += number * 86_400,
            Some(b'h') => seconds += number * 3600,
            Some(b'm') if !rest.trim_start().starts_with("ms") => seconds += number * 60,
            Some(b's') => seconds += number,
            _ => clock.push(number),
        }
    }
    seconds += match clock.as_slice() {
        [] => 0,
        &[s] => s,
        &[h, m] => h * 3600 + m * 60,
        &[h, m, s] => h * 3600 + m * 60 + s,
        &[d, h, m, s] => d * 86_400 + h * 3600 + m * 60 + s,
        _ => return None,
    };
    Some(SignedDuration::from_secs(seconds))
}

/// A VPN session or a step of one: its beginning (with the inner address) and, when the row tells it, its end.
pub(crate) fn vpn(out: &mut Out, layout: &Layout, row: &[String], time: Timestamp, raw: &str) -> Result<()> {
    let value = |role: Role| layout.value(row, role);
    let (action, result) = (value(Role::Action).unwrap_or(""), value(Role::Outcome));
    let word = action.to_lowercase();
    let ends =
        ["logout", "logoff", "disconnect", "terminat", "tunnel-down", "tunnel down", "session end", "stop", "closed", "close"].iter().any(|w| word.contains(w));
    let inner = value(Role::Inner).and_then(address);
    let mut event = out.event(time, raw, "vpn");
    event.actor = value(Role::User).and_then(|user| account(user, true));
    event.src_addr = value(Role::Address).and_then(address);
    event.device = value(Role::Station).map(str::to_string);
    event.session_key = inner.as_ref().map(|inner| format!("{}/{inner}", event.actor.as_deref().unwrap_or("")));
    event.object_kind = if inner.is_some() { ObjectKind::Host } else { ObjectKind::None };
    event.object = inner.clone();
    event.outcome = if failed(action) || result.is_some_and(failed) { Outcome::Failure } else { Outcome::Success };
    let (sent, received) = (layout.number(row, Role::BytesOut), layout.number(row, Role::BytesIn));
    let lasted = value(Role::Duration).and_then(duration);
    let end = value(Role::End).and_then(|text| out.clock.any(text, layout.day_first)).filter(|end| *end >= time);
    let detail = Detail::default()
        .maybe("inner", inner.as_deref())
        .maybe("action", present(action))
        .maybe("result", result)
        .maybe("duration", value(Role::Duration))
        .maybe_number("bytes_out", sent)
        .maybe_number("bytes_in", received)
        .maybe("destination", value(Role::Destination));
    event.detail = layout.others(row, detail).finish();
    event.operation = action.to_string();
    let begin = |event: &mut Event| {
        (event.class_uid, event.activity_id) = (3002, 1);
        if event.operation.is_empty() {
            event.operation = "session".to_string();
        }
    };
    let close = |event: &mut Event| {
        (event.class_uid, event.activity_id, event.bytes) = (4001, 2, sent);
    };
    if event.outcome == Outcome::Failure {
        begin(&mut event);
        return out.emit(event);
    }
    // The other side of the session, which the row tells by its duration or its end.
    let other = match (ends, end, lasted) {
        (false, Some(end), _) => Some(end),
        // Rows at the beginning of a session say that it has lasted no time yet.
        (false, None, Some(lasted)) if !lasted.is_zero() => time.checked_add(lasted).ok(),
        // The row was written at the end: it began as much earlier. Without an inner address the beginning tells nothing new.
        (true, _, Some(lasted)) if inner.is_some() && !lasted.is_zero() => time.checked_sub(lasted).ok(),
        _ => None,
    };
    let mut second = event.clone();
    if ends {
        close(&mut event);
    } else {
        begin(&mut event);
    }
    if let Some(other) = other {
        second.event_id = out.another_id();
        second.time = other;
        second.operation = if ends { "session".to_string() } else { "session end".to_string() };
        if ends {
            begin(&mut second);
            out.emit(second)?;
            return out.emit(event);
        }
        close(&mut second);
        out.emit(event)?;
        return out.emit(second);
    }
    out.emit(event)
}

/// A flow: the originator is the source, the object the responder with its port.
pub(crate) fn firewall(out: &mut Out, layout: &Layout, row: &[String], time: Timestamp, raw: &str) -> Event {
    let value = |role: Role| layout.value(row, role);
    let action = value(Role::Action).unwrap_or("");
    let word = action.to_lowercase();
    let blocked = ["den", "drop", "block", "reject", "reset", "discard"].iter().any(|w| word.contains(w));
    let (sent, received) = (layout.number(row, Role::BytesOut), layout.number(row, Role::BytesIn));
    let mut event = out.event(time, raw, "firewall");
    (event.class_uid, event.activity_id) = (4001, if blocked { 5 } else { 6 });
    event.outcome = if blocked { Outcome::Failure } else { Outcome::Success };
    event.operation = if action.is_empty() { "flow".to_string() } else { action.to_string() };
    event.actor = value(Role::User).and_then(|user| account(user, true));
    event.src_addr = value(Role::Address).and_then(address);
    event.device = value(Role::Station).map(str::to_string);
    let to = value(Role::Destination).map(|d| address(d).unwrap_or_else(|| d.to_string()));
    let port = value(Role::Port);
    event.object = to.as_ref().map(|to| match port {
        Some(port) => format!("{to}:{port}"),
        None => to.clone(),
    });
    event.object_kind = if event.object.is_some() { ObjectKind::Host } else { ObjectKind::None };
    event.bytes = received;
    let detail = Detail::default()
        .maybe("src_ip", event.src_addr.as_deref())
        .maybe("dst_addr", to.as_deref())
        .maybe("dst_ip", to.as_deref())
        .maybe("dst_port", port)
        .maybe("proto", value(Role::Protocol))
        .maybe_number("orig_bytes", sent)
        .maybe_number("resp_bytes", received)
        .maybe("action", present(action))
        .text(
            "blocked",
            if action.is_empty() {
                ""
            } else if blocked {
                "true"
            } else {
                "false"
            },
        )
        .maybe("duration", value(Role::Duration))
        .maybe("result", value(Role::Outcome));
    event.detail = layout.others(row, detail).finish();
    event
}

/// A web request.
pub(crate) fn web_request(out: &mut Out, layout: &Layout, row: &[String], time: Timestamp, raw: &str) -> Event {
    let value = |role: Role| layout.value(row, role);
    let mut event = out.event(time, raw, "http");
    let status = value(Role::Outcome).and_then(|s| s.parse::<i64>().ok());
    event.outcome = web::outcome(status.unwrap_or(0));
    event.actor = value(Role::User).and_then(|user| account(user, false));
    event.device = value(Role::Station).map(str::to_string);
    event.bytes = layout.number(row, Role::BytesOut);
    event.patient_id = value(Role::Patient).map(str::to_string);
    let detail = layout.others(row, Detail::default().maybe_number("status", status).maybe("destination", value(Role::Destination)));
    let detail = web::client(&mut event, value(Role::Address).unwrap_or(""), None, detail);
    // The request may stand in one column: `GET /x HTTP/1.1`.
    let target = value(Role::Module).unwrap_or("");
    let (method, target) = web::request(target).filter(|(method, _)| web::activity(method) != 99).unwrap_or((value(Role::Action).unwrap_or("GET"), target));
    event.detail = web::fill(&mut event, &method.to_ascii_uppercase(), target, detail).finish();
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expect) in
            [("1:02:03", 3723), ("0h:12m:30s", 750), ("1d 02:03:04", 93_784), ("1h 2m", 3720), ("90", 90), ("12.5", 12), ("2 days 1:00:00", 176_400), ("x", 0)]
        {
            assert_eq!(duration(text).map(|d| d.as_secs()), Some(expect), "{text}");
        }
        assert_eq!(duration("1:2:3:4:5"), None);
    }
}
