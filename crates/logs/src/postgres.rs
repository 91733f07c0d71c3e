//! What PostgreSQL's messages mean: connections, statements (`log_statement`, `log_min_duration_statement`), pgaudit's records, errors;
//! also in syslog. The files they stand in are read by `postgres_log.rs`.
//!
//! The object of a statement is the table it names; the statement itself stays in the detail, without passwords. What a record lacks of
//! account, database and address is taken from the connection's own messages.

use crate::out::{Out, Parsed};
use crate::postgres_log::{PARTS, one, split};
use crate::sql::{Statement, without_passwords};
use crate::syslog::Header;
use crate::table::cells;
use crate::text::{Detail, account, address, between, present};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;
use std::collections::BTreeMap;

const MAX_CONNECTIONS: usize = 65_536;
/// A message with what its record says of the connection.
#[derive(Default, Clone)]
pub(crate) struct Record {
    pub time: Timestamp,
    pub time_raw: String,
    pub user: Option<String>,
    pub database: Option<String>,
    pub from: Option<String>,
    pub program: Option<String>,
    /// Process or session.
    pub session: String,
    pub severity: String,
    pub state: Option<String>,
    pub message: String,
    /// The statement that failed.
    pub query: Option<String>,
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

    /// Reads one message.
    pub fn message(&mut self, out: &mut Out, mut record: Record, detail: Detail) -> Parsed {
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
