//! The general query log of MySQL and MariaDB: connections and statements; who a connection belongs to is told once.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::mysql::{Record, take};
use crate::out::{Out, TOO_LONG};
use crate::text::{Detail, between};
use crate::time::Clock;
use dosimeter_case::Result;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A line of the general log: its time if it has one, connection, command, argument.
type General<'a> = (Option<(Timestamp, &'a str)>, &'a str, &'a str, &'a str);

fn general<'a>(clock: &Clock, line: &'a str) -> Option<General<'a>> {
    let start = line.find('\t')?;
    let (stamp, rest) = (line.get(..start)?.trim_end(), line.get(start..)?.trim_start());
    let (connection, rest) = rest.split_once(' ')?;
    if connection.is_empty() || connection.len() > 10 || !connection.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (command, argument) = rest.split_once('\t').unwrap_or((rest, ""));
    const COMMANDS: &[&str] = &[
        "Query",
        "Connect",
        "Quit",
        "Init DB",
        "Execute",
        "Prepare",
        "Close stmt",
        "Change user",
        "Field List",
        "Statistics",
        "Ping",
        "Shutdown",
        "Refresh",
        "Reset stmt",
        "Binlog Dump",
        "Fetch",
        "Set option",
        "Create DB",
        "Drop DB",
        "Processlist",
        "Kill",
        "Sleep",
        "Daemon",
        "Error",
        "Reset Connection",
    ];
    if !COMMANDS.contains(&command.trim()) {
        return None;
    }
    let time = match stamp {
        "" => None,
        _ => {
            // `230918  2:05:05` or an ISO time.
            let short = || {
                let (date, time) = stamp.split_once(' ')?;
                let date = date.as_bytes().is_ascii().then_some(date).filter(|d| d.len() == 6)?;
                clock.iso(&format!("20{}-{}-{} {:0>8}", &date[..2], &date[2..4], &date[4..], time.trim())).map(|(t, _)| t)
            };
            Some((clock.iso(stamp).map(|(t, _)| t).or_else(short)?, stamp))
        }
    };
    Some((time, connection, command.trim(), argument))
}
pub(crate) fn sniff(sample: &Sample) -> u32 {
    let clock = sample.clock();
    let timed = sample.lines.iter().any(|line| general(&clock, line).is_some_and(|g| g.0.is_some()));
    if timed { sample.share(|line| general(&clock, line).is_some()).max(30) } else { 0 }
}
pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    const MAX_CONNECTIONS: usize = 65_536;
    let mut connections: BTreeMap<String, (String, String, String)> = BTreeMap::new();
    let mut now: Option<(Timestamp, String)> = None;
    let mut open: Option<Record> = None;
    let mut finish = |out: &mut Out, open: Option<Record>| -> Result<()> {
        let Some(mut record) = open else { return Ok(()) };
        if connections.len() > MAX_CONNECTIONS {
            connections.clear();
        }
        if record.name == "Connect" {
            // `anna@10.0.0.7 on clinic using TCP/IP`; a refusal: `Access denied for user 'anna'@'10.0.0.7' (using password: YES)`.
            let said = std::mem::take(&mut record.statement);
            let refused = between(&said, "for user '", "'").map(|user| (user.to_string(), between(&said, "'@'", "'").unwrap_or("").to_string()));
            let (who, rest) = said.split_once(" on ").unwrap_or((&said, ""));
            let (user, host) = who.split_once('@').unwrap_or((who, ""));
            let database = rest.split(" using ").next().unwrap_or("").trim();
            (record.user, record.host) = refused.clone().unwrap_or((user.to_string(), host.to_string()));
            record.database = database.to_string();
            record.status = if refused.is_some() { "denied".to_string() } else { String::new() };
            connections.insert(record.connection.clone(), (record.user.clone(), record.host.clone(), record.database.clone()));
        } else if let Some((user, host, database)) = connections.get_mut(&record.connection) {
            if record.name == "Init DB" {
                *database = std::mem::take(&mut record.statement);
            }
            (record.user, record.host, record.database) = (user.clone(), host.clone(), database.clone());
        }
        let parsed = take(out, Ok(record), Detail::default());
        out.take(parsed)
    };
    while let Some(line) = lines.next()? {
        if line.too_long {
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        if let Some((time, connection, command, argument)) = general(&out.clock, &line.text) {
            finish(out, open.take())?;
            out.record(line.offset);
            if let Some((time, raw)) = time {
                now = Some((time, raw.to_string()));
            }
            let Some((time, time_raw)) = now.clone() else {
                out.reject("a line of the general log before any time")?;
                continue;
            };
            let own = |text: &str| text.to_string();
            open = Some(Record { time, time_raw, name: own(command), connection: own(connection), statement: own(argument), ..Record::default() });
        } else if let Some(open) = &mut open {
            if open.statement.len() + line.text.len() < MAX_LINE {
                open.statement.push('\n');
                open.statement.push_str(&line.text);
            }
        } else if !["Version: ", "Tcp port: ", "Time "].iter().any(|head| line.text.contains(head)) && !line.text.starts_with("Time\t") {
            out.record(line.offset);
            out.reject("not a line of the general log")?;
        }
    }
    finish(out, open)
}
