//! OpenVPN, in syslog or in its own log file: who connected from which outer address, and which inner address was given.
//!
//! Events of one tunnel share the session key `user/address:port`: the logon (outer address), the start of the tunnel
//! (object: the inner address), and its end.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed, each_line};
use crate::syslog::{self, Header, Program};
use crate::text::{Detail, account, address, between};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use std::collections::BTreeMap;

const MAX_TUNNELS: usize = 65_536;

/// Inner addresses of the open tunnels.
#[derive(Default)]
pub(crate) struct State {
    inner: BTreeMap<String, String>,
}

pub(crate) fn sniff_syslog(sample: &Sample) -> u32 {
    syslog::sniff(sample, &[Program::OpenVpn])
}

/// The program's own log file: `2023-09-12 01:08:54 text` or `Tue Sep 12 01:08:54 2023 text`, perhaps with `us=...`.
pub(crate) fn sniff(sample: &Sample) -> u32 {
    let mut clock = sample.clock();
    let stamped = sample.share(|line| own(&mut clock, line).is_some());
    let typical =
        ["Peer Connection Initiated", "MULTI: Learn: ", "client-instance", "Initialization Sequence Completed", "OpenVPN 2.", "TLS: Initial packet from"];
    if stamped >= 50 && sample.lines.iter().any(|line| typical.iter().any(|t| line.contains(t))) { stamped } else { 0 }
}

fn own<'a>(clock: &mut crate::time::Clock, line: &'a str) -> Option<(jiff::Timestamp, &'a str, &'a str)> {
    if line.as_bytes().first()?.is_ascii_digit() {
        let (time, used) = clock.iso(line)?;
        return Some((time, line.get(..used)?, line.get(used..)?.trim_start()));
    }
    // asctime: the year stands last
    let stamp = line.get(..24)?;
    let mut parts = stamp.split_ascii_whitespace();
    let (_, month, day, hms, year) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (time, _) = clock.rfc3164(&format!("{month} {day:>2} {year} {hms}"))?;
    Some((time, stamp, line.get(24..)?.trim_start()))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    each_line(lines, out, |out, line| {
        let (time, time_raw, mut message) = own(&mut out.clock, line).ok_or("not an OpenVPN log line")?;
        if message.starts_with("us=") {
            message = message.split_once(' ').map_or("", |(_, rest)| rest);
        }
        let parsed = state.message(out, &Header { time, time_raw, program: "openvpn", pid: None, message });
        if !matches!(parsed, Ok(Some(_))) {
            out.seen(time);
        }
        parsed
    })
}

impl State {
    /// Reads one message.
    pub fn message(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let message = header.message;
        if self.inner.len() > MAX_TUNNELS {
            self.inner.clear();
        }
        let mut event = |operation: &str, class: i64, activity: i64, tunnel: &str, outcome: Outcome| -> Event {
            let (user, outer) = tunnel.split_once('/').unwrap_or(("", tunnel));
            let mut event = out.event(header.time, header.time_raw, "openvpn");
            event.class_uid = class;
            event.activity_id = activity;
            event.outcome = outcome;
            event.operation = operation.to_string();
            event.actor = account(user, true);
            event.src_addr = address(outer);
            event.session_key = Some(tunnel.to_string());
            event
        };
        if let Some((front, rest)) = message.split_once(" Peer Connection Initiated with ") {
            // "203.0.113.140:49852 [elewis]": certificate name or, with passwords, the user.
            let (before, user) =
                front.rsplit_once('[').map(|(before, user)| (before.trim(), user.trim_end_matches(']'))).ok_or("a VPN connection without a name")?;
            let outer = rest.split(' ').next().unwrap_or("").rsplit(']').next().unwrap_or("");
            let outer = if address(outer).is_some() { outer } else { before };
            return Ok(Some(event("Peer Connection Initiated", 3002, 1, &format!("{user}/{outer}"), Outcome::Success)));
        }
        if let Some((_, learnt)) = message.split_once("MULTI: Learn: ") {
            let (inner, tunnel) = learnt.split_once(" -> ").ok_or("a learnt VPN address without its tunnel")?;
            return Ok(self.open(event("Learn", 4001, 1, tunnel.trim(), Outcome::Success), inner, tunnel.trim()));
        }
        if let Some((_, given)) = message.split_once("MULTI: primary virtual IP for ") {
            let (tunnel, inner) = given.split_once(": ").ok_or("a VPN address without its tunnel")?;
            // Usually told by "Learn" as well: one event.
            if self.inner.get(tunnel).map(String::as_str) == address(inner).as_deref() {
                return Ok(None);
            }
            return Ok(self.open(event("primary virtual IP", 4001, 1, tunnel, Outcome::Success), inner, tunnel));
        }
        if message.contains("client-instance exiting") || message.contains("client-instance restarting") {
            let (tunnel, reason) = message.split_once(' ').unwrap_or((message, ""));
            let inner = self.inner.remove(tunnel);
            let mut event = event("exit", 4001, 2, tunnel, Outcome::Success);
            event.object_kind = if inner.is_some() { ObjectKind::Host } else { ObjectKind::None };
            event.detail = Detail::default().text("reason", reason.split(" received").next().unwrap_or(reason)).maybe("inner", inner.as_deref()).finish();
            event.object = inner;
            return Ok(Some(event));
        }
        if message.contains("authentication failed")
            || message.contains("verification failed for peer")
            || message.contains("auth-user-pass-verify") && message.contains("fail")
        {
            let tunnel = message.split_once(' ').map_or(message, |(tunnel, _)| tunnel);
            let user = between(message, "username '", "'").map(|user| account(user, true));
            let mut event = event("authentication failed", 3002, 1, tunnel, Outcome::Failure);
            event.actor = user.unwrap_or(event.actor);
            return Ok(Some(event));
        }
        Ok(None)
    }

    fn open(&mut self, mut event: Event, inner: &str, tunnel: &str) -> Option<Event> {
        // Networks behind a client ("10.1.0.0/24") are no address of the client.
        let inner = address(inner.trim())?;
        self.inner.insert(tunnel.to_string(), inner.clone());
        event.object_kind = ObjectKind::Host;
        event.detail = Detail::default().text("inner", &inner).finish();
        event.object = Some(inner);
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    const SESSION: &[&str] = &[
        "203.0.113.140:49852 TLS: Initial packet from [AF_INET]203.0.113.140:49852",
        "203.0.113.140:49852 [elewis] Peer Connection Initiated with [AF_INET]203.0.113.140:49852",
        "elewis/203.0.113.140:49852 MULTI: Learn: 10.20.9.37 -> elewis/203.0.113.140:49852",
        "elewis/203.0.113.140:49852 MULTI: primary virtual IP for elewis/203.0.113.140:49852: 10.20.9.37",
        "elewis/203.0.113.140:49852 SIGTERM[soft,remote-exit] received, client-instance exiting",
    ];

    fn check(stamp: &str) {
        let input: String = SESSION.iter().map(|l| format!("{stamp}{l}\n")).collect();
        let expect = "openvpn Peer Connection Initiated 3002/1 success elewis 203.0.113.140 - none -\n\
                      openvpn Learn 4001/1 success elewis 203.0.113.140 - host 10.20.9.37\n\
                      openvpn exit 4001/2 success elewis 203.0.113.140 - host 10.20.9.37\n";
        assert_eq!(events(&source(), input.as_bytes()), expect, "{stamp}");
    }

    #[test]
    fn the_same_session_in_every_kind_of_file() {
        check("Sep 11 01:24:12 vpn01 openvpn[811]: ");
        check("Sep 11 01:24:12 vpn01 ovpn-server[811]: ");
        check("2023-09-11 01:24:12 ");
        check("Mon Sep 11 01:24:12 2023 us=12345 ");
    }
}
