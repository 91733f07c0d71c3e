//! PostgreSQL: csvlog, jsonlog, and the text log with any usual `log_line_prefix`, also in syslog; with pgaudit, `log_statement`,
//! `log_connections` and `log_disconnections`.
//!
//! The object of a statement is the table it names; the statement itself stays in the detail, without passwords. The text log's prefix
//! is the administrator's: what it says of account, database and address is told by its form, and what it lacks is taken from the
//! connection's own messages.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::json::{number, text};
use crate::json_records;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::sql::{Statement, without_passwords};
use crate::syslog::Header;
use crate::table::{cells, each_row};
use crate::text::{Detail, account, address, between, present};
use crate::time::Clock;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;
use std::collections::BTreeMap;

const MAX_CONNECTIONS: usize = 65_536;
/// Lines of one statement in the csvlog.
const MOST_LINES: usize = 5_000;
const SEVERITIES: &[&str] = &["LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5"];
/// These go on with the message before.
const PARTS: &[&str] = &["DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION", "BACKTRACE"];
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

/// A message with what its record says of the connection.
#[derive(Default, Clone)]
struct Record {
    time: Timestamp,
    time_raw: String,
    user: Option<String>,
    database: Option<String>,
    from: Option<String>,
    program: Option<String>,
    /// Process or session.
    session: String,
    severity: String,
    state: Option<String>,
    message: String,
    /// The statement that failed.
    query: Option<String>,
}

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
fn split(line: &str) -> Option<(&str, &str, &str)> {
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
fn one(record: &mut Record, part: &str) {
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

// ---- csvlog, jsonlog, syslog ----

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

/// Account, database and address.
type Connection = (Option<String>, Option<String>, Option<String>);

/// What connections said of themselves.
#[derive(Default)]
pub(crate) struct State {
    connections: BTreeMap<String, Connection>,
}

impl State {
    /// A message in syslog: `[12-1] prefix LOG:  text`; further parts of a message are not put together.
    pub fn syslog(&mut self, out: &mut Out, header: &Header) -> Parsed {
        let text = match header.message.strip_prefix('[').and_then(|m| m.split_once("] ")) {
            Some((number, text)) if number.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                if number.rsplit('-').next() != Some("1") {
                    return Ok(None);
                }
                text
            }
            _ => header.message,
        };
        let Some((front, severity, message)) = split(text) else { return Ok(None) };
        if PARTS.contains(&severity) {
            return Ok(None);
        }
        let mut record = Record {
            time: header.time,
            time_raw: header.time_raw.to_string(),
            session: header.pid.unwrap_or("").to_string(),
            severity: severity.to_string(),
            message: message.to_string(),
            ..Record::default()
        };
        front.split([' ', ',', ';', '|']).for_each(|part| one(&mut record, part.trim_end_matches(':')));
        self.message(out, record, Detail::default())
    }

    fn message(&mut self, out: &mut Out, mut record: Record, detail: Detail) -> Parsed {
        let said = |key: &str| between(&format!("{} ", record.message), &format!(" {key}="), " ").and_then(present).map(str::to_string);
        let connection = record.message.starts_with("connection ") || record.message.starts_with("disconnection");
        let from = said("host").filter(|_| connection);
        let known = self.connections.get(&record.session).cloned().unwrap_or_default();
        record.user = record.user.take().or_else(|| said("user").filter(|_| connection)).or(known.0);
        record.database = record.database.take().or_else(|| said("database").filter(|_| connection)).or(known.1);
        record.from = record.from.take().or(from).or(known.2);
        let application = said("application_name").filter(|_| connection);
        record.program = record.program.take().or(application);
        if !record.session.is_empty() {
            if record.message.starts_with("disconnection") {
                self.connections.remove(&record.session);
            } else if connection {
                if self.connections.len() > MAX_CONNECTIONS {
                    self.connections.clear();
                }
                self.connections.insert(record.session.clone(), (record.user.clone(), record.database.clone(), record.from.clone()));
            }
        }
        let parsed = event(out, &record, detail);
        if !matches!(parsed, Ok(Some(_))) {
            out.seen(record.time);
        }
        parsed
    }
}

// ---- What a message says ----

fn event(out: &mut Out, record: &Record, detail: Detail) -> Parsed {
    let message = record.message.as_str();
    let mut event = out.event(record.time, &record.time_raw, "postgresql");
    event.actor = record.user.as_deref().and_then(|user| account(user, true));
    event.src_addr = record.from.as_deref().and_then(|from| address(from.split('(').next().unwrap_or(from)));
    event.device = record.program.clone();
    event.session_key = present(&record.session).map(str::to_string);
    event.outcome = Outcome::Success;
    let mut detail = detail
        .maybe("user_name", record.user.as_deref())
        .maybe("database_name", record.database.as_deref())
        .maybe("application_name", record.program.as_deref())
        .text("error_severity", &record.severity)
        .maybe("sql_state_code", record.state.as_deref().filter(|s| *s != "00000"));
    match record.severity.as_str() {
        "LOG" | "INFO" | "NOTICE" => {}
        "ERROR" | "FATAL" | "PANIC" => {
            detail = failure(&mut event, record, detail);
            event.detail = detail.finish();
            return Ok(Some(event));
        }
        _ => return Ok(None),
    }
    if let Some(audit) = message.strip_prefix("AUDIT: ") {
        detail = audited(&mut event, audit, record, detail)?;
    } else if let Some(statement) = statement(message) {
        let parsed = Statement::of(statement);
        let Some(class) = parsed.class() else { return Ok(None) };
        (event.class_uid, event.activity_id) = class;
        event.operation = parsed.verb.clone();
        detail = named(&mut event, &parsed, record, detail.text("statement", &without_passwords(statement)));
    } else if message.starts_with("connection authorized:") || message.starts_with("replication connection authorized:") {
        (event.class_uid, event.activity_id, event.operation) = (3002, 1, "connection authorized".to_string());
    } else if let Some(rest) = message.strip_prefix("disconnection: ") {
        (event.class_uid, event.activity_id, event.operation) = (3002, 2, "disconnection".to_string());
        detail = detail.maybe("session_time", between(rest, "session time: ", " "));
    } else {
        return Ok(None);
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

/// The statement in a message of `log_statement` or `log_min_duration_statement`.
fn statement(message: &str) -> Option<&str> {
    let message = match message.strip_prefix("duration: ") {
        Some(rest) => rest.split_once(" ms  ")?.1,
        None => message,
    };
    match message.split_once(": ")? {
        ("statement", sql) => Some(sql),
        (front, sql) if front.starts_with("execute ") => Some(sql),
        _ => None,
    }
}

/// The tables of a statement to the event: the first is the object.
fn named(event: &mut Event, statement: &Statement, record: &Record, detail: Detail) -> Detail {
    set_object(event, statement.relations.first().map(String::as_str), record);
    let several = statement.relations.len() > 1;
    detail.list("relations", statement.relations.iter().filter(|_| several).map(String::as_str))
}
fn set_object(event: &mut Event, relation: Option<&str>, record: &Record) {
    // The server may hold several databases with the same tables.
    event.object = relation.map(|relation| match &record.database {
        Some(database) => format!("{database}.{relation}"),
        None => relation.to_string(),
    });
    event.object_kind = if event.object.is_some() { ObjectKind::Other } else { ObjectKind::None };
}

/// `SESSION,3,1,READ,SELECT,TABLE,public.patients,"select ...",<not logged>,1`
fn audited(event: &mut Event, audit: &str, record: &Record, detail: Detail) -> std::result::Result<Detail, &'static str> {
    let row = cells(audit, b',');
    let cell = |i: usize| row.get(i).and_then(|c| present(c)).filter(|c| *c != "<none>" && *c != "<not logged>");
    let (Some(class), Some(command)) = (cell(3), cell(4)) else { return Err("a pgaudit record with too few fields") };
    let sql = cell(7).unwrap_or("");
    let parsed = Statement::of(sql);
    (event.class_uid, event.activity_id) = match (class, command) {
        _ if parsed.export && command != "INSERT" => (6006, 2),
        // Told again when it is executed.
        ("READ", "PREPARE") => (6003, 99),
        ("READ", _) => (6005, 1),
        ("WRITE", "UPDATE" | "MERGE") => (6005, 2),
        ("WRITE", "DELETE" | "TRUNCATE" | "TRUNCATE TABLE") => (6005, 7),
        ("WRITE", _) => (6005, 5),
        ("DDL", _) if command.starts_with("DROP") => (6005, 7),
        ("DDL", _) if command.starts_with("CREATE") => (6005, 6),
        _ => parsed.class().filter(|c| c.0 == 6003).unwrap_or((6003, 99)),
    };
    event.operation = format!("{class}/{command}");
    let detail = detail
        .text("audit_type", cell(0).unwrap_or(""))
        .text("class", class)
        .text("command", command)
        .maybe("object_type", cell(5))
        .maybe("object_name", cell(6))
        .text("statement", &without_passwords(sql))
        .maybe("parameter", cell(8))
        .maybe_number("rows", cell(9).and_then(|n| n.parse().ok()));
    let detail = named(event, &parsed, record, detail);
    if let Some(name) = cell(6) {
        set_object(event, Some(name), record);
    }
    Ok(detail)
}

/// An error: a refused login, a refused access, or another.
fn failure(event: &mut Event, record: &Record, detail: Detail) -> Detail {
    event.outcome = Outcome::Failure;
    let message = record.message.as_str();
    let quoted = |after: &str| between(message, &format!("{after} \""), "\"");
    let login = ["authentication failed for user", "no pg_hba.conf entry", "is not permitted to log in", "too many connections for role"];
    if login.iter().any(|l| message.contains(l)) || (record.severity == "FATAL" && message.starts_with("role \"")) {
        (event.class_uid, event.activity_id, event.operation) = (3002, 1, "authentication failed".to_string());
        event.actor = quoted("user").or(quoted("role")).and_then(|u| account(u, true)).or(event.actor.take());
        event.src_addr = quoted("host").and_then(address).or(event.src_addr.take());
    } else {
        let parsed = Statement::of(record.query.as_deref().unwrap_or(""));
        (event.class_uid, event.activity_id) = parsed.class().unwrap_or((6003, 99));
        event.operation = if parsed.verb.is_empty() { record.severity.clone() } else { parsed.verb.clone() };
        set_object(event, parsed.relations.first().map(String::as_str), record);
    }
    let query = record.query.as_deref().map(without_passwords);
    detail.text("message", message).maybe("statement", query.as_deref())
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
