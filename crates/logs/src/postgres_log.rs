//! PostgreSQL's log files: the text log with any usual `log_line_prefix`, csvlog and jsonlog. What the messages mean tells `postgres.rs`.
//!
//! The text log's prefix is the administrator's: what it says of account, database and address is told by its form.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::json::{number, text};
use crate::json_records;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::postgres::{Record, State};
use crate::table::{cells, each_row};
use crate::text::{Detail, address, present};
use crate::time::Clock;
use dosimeter_case::Result;
use jiff::Timestamp;

/// Lines of one statement in the csvlog.
const MOST_LINES: usize = 5_000;
const SEVERITIES: &[&str] = &["LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5"];
/// These go on with the message before.
pub(crate) const PARTS: &[&str] = &["DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION", "BACKTRACE"];
/// Columns of the csvlog, in their order.
const COLUMNS: &[&str] = &[
    "log_time",
    "user_name",
    "database_name",
    "process_id",
    "connection_from",
    "session_id",
    "session_line_num",
    "command_tag",
    "session_start_time",
    "virtual_transaction_id",
    "transaction_id",
    "error_severity",
    "sql_state_code",
    "message",
    "detail",
    "hint",
    "internal_query",
    "internal_query_pos",
    "context",
    "query",
    "query_pos",
    "location",
    "application_name",
    "backend_type",
    "leader_pid",
    "query_id",
];

/// Zone names that servers write behind the time, as hours from UTC. (A time's own zone counts more than the source's.)
fn zoned(clock: &Clock, text: &str) -> Option<(Timestamp, usize)> {
    let (time, used) = clock.iso(text)?;
    let Some(rest) = text.get(used..).and_then(|r| r.strip_prefix(' ')) else { return Some((time, used)) };
    let name = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let offset = match name {
        "UTC" | "GMT" => "Z",
        "EST" | "CDT" => "-05:00",
        "EDT" => "-04:00",
        "CST" | "MDT" => "-06:00",
        "MST" | "PDT" => "-07:00",
        "PST" | "AKDT" => "-08:00",
        "AKST" => "-09:00",
        "HST" => "-10:00",
        _ if name.len() >= 3 && name.len() <= 5 && name.bytes().all(|b| b.is_ascii_uppercase()) && !SEVERITIES.contains(&name) => {
            return Some((time, used + 1 + name.len()));
        }
        _ => return Some((time, used)),
    };
    let (time, _) = clock.iso(&format!("{}{offset}", text.get(..used)?))?;
    Some((time, used + 1 + name.len()))
}

// ---- The text log ----

/// A line of the text log, taken apart: prefix, severity, message.
pub(crate) fn split(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find(":  ").map(|i| from + i) {
        let word = line.get(..at)?.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
        if SEVERITIES.contains(&word) || PARTS.contains(&word) {
            return Some((line.get(..at - word.len())?, word, line.get(at + 3..)?));
        }
        from = at + 3;
    }
    None
}
/// Takes the prefix apart by the form of its parts.
fn prefix(clock: &Clock, line: &str) -> Option<(Record, usize)> {
    let (front, severity, message) = split(line)?;
    let mut record = Record { severity: severity.to_string(), message: message.to_string(), ..Record::default() };
    // The time stands first, or after a bracket or a name.
    let (start, (time, used)) = front.char_indices().filter(|(_, c)| c.is_ascii_digit()).take(40).find_map(|(i, _)| {
        let rest = front.get(i..)?;
        zoned(clock, rest)
            .or_else(|| {
                // `%n`: seconds since 1970 with milliseconds.
                let n = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next().filter(|n| n.len() == 14 && n.as_bytes()[10] == b'.')?;
                Some((clock.any(n, false)?, n.len()))
            })
            .map(|found| (i, found))
    })?;
    (record.time, record.time_raw) = (time, front.get(start..start + used)?.to_string());
    let rest = front.get(start + used..)?;
    for part in rest.split([' ', ',', ';', '|']) {
        // `%t:%r:%u@%d:[%p]:`, as hosted servers have it.
        let parts: Vec<&str> = if part.contains("):") || part.starts_with(':') { part.split(':').collect() } else { vec![part.trim_end_matches(':')] };
        for part in parts {
            one(&mut record, part);
        }
    }
    Some((record, start))
}
pub(crate) fn one(record: &mut Record, part: &str) {
    let known = |text: &str| present(text).filter(|t| *t != "[unknown]").map(str::to_string);
    if let Some((key, value)) = part.split_once('=') {
        match key.trim_start_matches('[') {
            "user" | "u" => record.user = known(value),
            "db" | "database" | "d" => record.database = known(value),
            "app" | "application" | "application_name" => record.program = known(value),
            "client" | "host" | "remote" | "h" | "r" => record.from = known(value),
            "pid" | "p" => record.session = value.to_string(),
            _ => {}
        }
        return;
    }
    let inner = part.strip_prefix('[').and_then(|p| p.split(']').next());
    if let Some(pid) = inner.map(|p| p.split('-').next().unwrap_or(p)).filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) {
        if record.session.is_empty() {
            record.session = pid.to_string();
        }
    } else if let Some((user, database)) = part.split_once('@').filter(|(user, _)| !user.is_empty()) {
        (record.user, record.database) = (known(user), known(database));
    } else if record.from.is_none() && address(part.split('(').next().unwrap_or(part)).is_some() {
        record.from = Some(part.to_string());
    } else if record.program.is_none() && record.user.is_some() && part != "[local]" {
        record.program = known(part);
    }
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let clock = sample.clock();
    if sample.lines.first().is_some_and(|line| is_csv(line)) {
        return 90;
    }
    // Continued lines are indented.
    let whole: Vec<_> = sample.lines.iter().filter(|line| !line.starts_with(['\t', ' '])).collect();
    let good = whole.iter().filter(|line| prefix(&clock, line).is_some()).count();
    let typical = ["LOG:  ", "FATAL:  ", "ERROR:  "].iter().any(|t| whole.iter().any(|line| line.contains(t)));
    if typical && good * 2 > whole.len() { (85 * good / whole.len().max(1)) as u32 } else { 0 }
}
fn is_csv(line: &str) -> bool {
    let row = cells(line, b',');
    // The first row may go on over the line's end in its message.
    row.len() >= 14 && row.get(11).is_some_and(|s| SEVERITIES.contains(&s.as_str())) && row[0].as_bytes().first().is_some_and(u8::is_ascii_digit)
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let mut state = State::default();
    if sample.lines.first().is_some_and(|line| is_csv(line)) {
        return each_row(lines, out, 0, MOST_LINES, |out, row| {
            let parsed = csv_row(out, &mut state, row);
            out.take(parsed)
        });
    }
    // A message is whole when the next one begins.
    let mut open: Option<Record> = None;
    while let Some(line) = lines.next()? {
        if line.too_long {
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        match prefix(&out.clock, &line.text) {
            Some((part, _)) if PARTS.contains(&part.severity.as_str()) && open.is_some() => {
                if part.severity == "STATEMENT"
                    && let Some(open) = &mut open
                {
                    open.query = Some(part.message);
                }
            }
            Some((record, _)) => {
                finish(out, &mut state, open.take())?;
                out.record(line.offset);
                open = Some(record);
            }
            None => match &mut open {
                Some(open) => {
                    let text = line.text.strip_prefix('\t').unwrap_or(&line.text);
                    let into = open.query.as_mut().unwrap_or(&mut open.message);
                    if into.len() + text.len() < MAX_LINE {
                        into.push('\n');
                        into.push_str(text);
                    }
                }
                None => {
                    out.record(line.offset);
                    out.reject("not a PostgreSQL log line")?;
                }
            },
        }
    }
    finish(out, &mut state, open)
}
fn finish(out: &mut Out, state: &mut State, record: Option<Record>) -> Result<()> {
    let Some(record) = record else { return Ok(()) };
    let parsed = state.message(out, record, Detail::default());
    out.take(parsed)
}

// ---- csvlog, jsonlog ----

fn csv_row(out: &mut Out, state: &mut State, row: &str) -> Parsed {
    let row = cells(row, b',');
    if row.len() < 22 {
        return Err("a row with too few columns");
    }
    let cell = |name: &str| COLUMNS.iter().position(|c| *c == name).and_then(|i| row.get(i)).and_then(|c| present(c));
    let owned = |name: &str| cell(name).map(str::to_string);
    let raw = cell("log_time").unwrap_or("");
    let (time, _) = zoned(&out.clock, raw).ok_or("a row without a readable time")?;
    let record = Record {
        time,
        time_raw: raw.to_string(),
        user: owned("user_name"),
        database: owned("database_name"),
        from: owned("connection_from"),
        program: owned("application_name"),
        session: cell("session_id").or(cell("process_id")).unwrap_or("").to_string(),
        severity: cell("error_severity").unwrap_or("").to_string(),
        state: owned("sql_state_code"),
        message: cell("message").unwrap_or("").to_string(),
        query: owned("query"),
    };
    let detail = Detail::default().maybe("command_tag", cell("command_tag")).maybe("backend_type", cell("backend_type"));
    state.message(out, record, detail)
}

pub(crate) fn sniff_json(sample: &Sample) -> u32 {
    json_records::share(sample, &[], |map| ["timestamp", "pid", "error_severity", "message"].iter().all(|key| map.contains_key(*key)))
}
pub(crate) fn parse_json(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let mut state = State::default();
    json_records::each(lines, out, sample, &[], |out, map| {
        let value = |key: &str| text(map, &[key]).filter(|v| present(v).is_some());
        let raw = value("timestamp").unwrap_or_default();
        let Some((time, _)) = zoned(&out.clock, &raw) else { return out.reject("a JSON record without a readable time") };
        let record = Record {
            time,
            time_raw: raw,
            user: value("user"),
            database: value("dbname"),
            from: value("remote_host"),
            program: value("application_name"),
            session: value("session_id").or_else(|| value("pid")).unwrap_or_default(),
            severity: value("error_severity").unwrap_or_default(),
            state: value("state_code"),
            message: value("message").unwrap_or_default(),
            query: value("statement"),
        };
        let detail = Detail::default().maybe("ps", value("ps").as_deref()).maybe_number("remote_port", number(map, &["remote_port"]));
        let parsed = state.message(out, record, detail);
        out.take(parsed)
    })
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    // Restated from PostgreSQL 15.18 with pgaudit on loopback; the statements were ours.
    const TEXT: &str = "PREFIXLOG:  connection authorized: user=anna database=clinic application_name=psql\n\
        PREFIXLOG:  statement: select * from patients\n\twhere name='Doe, Jane';\n\
        PREFIXLOG:  AUDIT: SESSION,3,1,READ,SELECT,TABLE,public.patients,\"select * from patients\n\twhere name='Doe, Jane';\",<not logged>,1\n\
        PREFIXLOG:  duration: 0.537 ms\n\
        PREFIXLOG:  AUDIT: SESSION,6,1,READ,COPY,,,copy patients to stdout;,<not logged>,0\n\
        PREFIXERROR:  relation \"nosuch\" does not exist at character 15\n\
        PREFIXSTATEMENT:  select * from nosuch;\n\
        PREFIXLOG:  statement: SET DATESTYLE = ISO\n\
        PREFIXLOG:  disconnection: session time: 0:00:00.045 user=anna database=clinic host=10.0.0.7 port=59712\n";
    const EXPECT: &str = "postgresql connection authorized 3002/1 success anna 10.0.0.7 psql none -\n\
        postgresql SELECT 6005/4 success anna 10.0.0.7 psql other clinic.patients\n\
        postgresql READ/SELECT 6005/1 success anna 10.0.0.7 psql other clinic.public.patients\n\
        postgresql READ/COPY 6006/2 success anna 10.0.0.7 psql other clinic.patients\n\
        postgresql SELECT 6005/4 failure anna 10.0.0.7 psql other clinic.nosuch\n\
        postgresql disconnection 3002/2 success anna 10.0.0.7 psql none -\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn prefixes() {
        for prefix in [
            "2023-09-18 20:28:24.163 EDT [9421] anna@clinic 10.0.0.7 psql ",
            "2023-09-18 20:28:24 EDT [9421]: [3-1] user=anna,db=clinic,app=psql,client=10.0.0.7 ",
            "1695083304.163 [9421] anna@clinic 10.0.0.7 psql ",
        ] {
            check(&TEXT.replace("PREFIX", prefix), EXPECT);
        }
        // A hosted server's prefix has no program, Debian's no address either: the connection itself tells it.
        let without = |text: &str| text.replace(" psql ", " - ");
        check(&TEXT.replace("PREFIX", "2023-09-19 00:28:24 UTC:10.0.0.7(59712):anna@clinic:[9421]:"), &without(EXPECT).replacen(" - none", " psql none", 1));
        let host = "2023-09-18 20:28:24.100 EDT [9421] LOG:  connection received: host=10.0.0.7 port=59712\n";
        check(
            &format!("{host}{}", TEXT.replace("PREFIX", "2023-09-18 20:28:24.163 EDT [9421] anna@clinic ")),
            &without(EXPECT).replacen(" - none", " psql none", 1),
        );
        check(
            "2023-09-18 20:28:24 EDT [1] LOG:  ready\n2023-09-18 20:28:24 EDT [2] [unknown]@[unknown] FATAL:  no pg_hba.conf entry for host \"203.0.113.9\", user \"root\", database \"x\", no encryption\n2023-09-18 20:28:25 EDT [3] anna@clinic FATAL:  password authentication failed for user \"anna\"\n",
            "postgresql authentication failed 3002/1 failure root 203.0.113.9 - none -\npostgresql authentication failed 3002/1 failure anna - - none -\n",
        );
    }

    #[test]
    fn csv_and_json() {
        let csv = |message: &str, query: &str| {
            format!(
                "2023-09-18 20:28:24.154 EDT,\"anna\",\"clinic\",9421,\"10.0.0.7:59712\",6b078b38.24cd,10,\"idle\",2023-09-18 20:28:24 EDT,3/8,0,LOG,00000,\"{}\",,,,,,{query},,,\"psql\",\"client backend\",,0\n",
                message.replace('"', "\"\"")
            )
        };
        let json = |message: &str| {
            format!(
                "{{\"timestamp\":\"2023-09-18 20:28:24.154 EDT\",\"user\":\"anna\",\"dbname\":\"clinic\",\"pid\":9421,\"remote_host\":\"10.0.0.7\",\"remote_port\":59712,\"session_id\":\"6b.24\",\"error_severity\":\"LOG\",\"message\":{},\"application_name\":\"psql\"}}\n",
                serde_json::to_string(message).unwrap()
            )
        };
        let messages = [
            "connection authorized: user=anna database=clinic application_name=psql",
            "statement: select * from patients\nwhere name='Doe, Jane';",
            "AUDIT: SESSION,3,1,READ,SELECT,TABLE,public.patients,\"select 1\n\",<not logged>,1",
            "duration: 0.537 ms",
            "AUDIT: SESSION,6,1,READ,COPY,,,copy patients to stdout;,<not logged>,0",
        ];
        let expect: String = EXPECT.lines().take(4).map(|l| format!("{l}\n")).collect();
        check(&messages.map(|m| csv(m, "")).concat(), &expect);
        check(&messages.map(json).concat(), &expect);
        check(
            &csv("x", "").replace("LOG,00000", "ERROR,42P01").replace(",,,,,,,,\"psql\"", ",,,,,\"select * from a\",,,\"psql\""),
            "postgresql SELECT 6005/4 failure anna 10.0.0.7 psql other clinic.a\n",
        );
        let detail = details(&source(), csv(messages[2], "").as_bytes()).remove(0);
        assert_eq!((detail["rows"].as_i64(), detail["object_name"].as_str()), (Some(1), Some("public.patients")));
        let secret = details(&source(), csv("statement: create role b password 'hidden1'", "").as_bytes()).remove(0);
        assert!(!secret.to_string().contains("hidden1"));
    }

    #[test]
    fn in_syslog() {
        check(
            "Sep 18 20:28:24 db01 postgres[9421]: [5-1] anna@clinic 10.0.0.7 LOG:  statement: delete from patients\nSep 18 20:28:24 db01 postgres[9421]: [5-2] #011where a=1\n",
            "postgresql DELETE 6005/7 success anna 10.0.0.7 - other clinic.patients\n",
        );
    }
}
