//! Access logs of electronic records as CSV (also `;`, tab or `|`): one line per look at a record.
//!
//! The names of the columns differ between systems: each is recognised by the words in it. Lines above the header (a report's
//! title) are skipped. A quoted field may go over several lines.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, Parsed};
use crate::table::{cells, each_row};
use crate::text::{Detail, account, address, present};
use crate::time::day_first;
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};

/// A quoted field that goes on for more lines than this was never closed.
const MAX_CONTINUED: usize = 20;
/// The header is looked for in this many lines.
const PREAMBLE: usize = 15;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Role {
    Time,
    Date,
    Clock,
    User,
    UserName,
    Station,
    Address,
    Patient,
    PatientName,
    Module,
    Action,
    Outcome,
    Other,
}

/// What a column holds, by its name.
fn role(name: &str) -> Role {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let has = |words: &[&str]| words.iter().any(|w| plain.contains(w));
    match plain.as_str() {
        "date" | "accessdate" | "eventdate" | "auditdate" | "actiondate" | "logdate" | "activitydate" => Role::Date,
        "hour" | "timeofday" => Role::Clock,
        "ip" | "ipaddr" | "source" | "src" => Role::Address,
        "chart" | "chartno" | "chartid" | "pid" | "clientid" => Role::Patient,
        "host" | "client" => Role::Station,
        "view" | "type" | "recordtype" => Role::Module,
        // Columns that speak of users, times or records without being them.
        _ if has(&["zone", "duration", "birth", "dob", "role", "department", "dept", "title", "group", "agent", "provider", "count", "reason"]) => Role::Other,
        _ if has(&["patientname", "clientname", "nameofpatient", "membername"]) => Role::PatientName,
        _ if has(&["patient", "mrn", "medrec", "chartnumber"]) || has(&["record"]) && !has(&["time", "date", "type", "action", "status"]) => Role::Patient,
        _ if has(&["ipaddress", "clientip", "sourceip", "remoteip", "userip", "hostip", "sourceaddress", "remoteaddress", "networkaddress"]) => Role::Address,
        _ if has(&["workstation", "terminal", "computer", "machine", "device", "hostname", "station"]) => Role::Station,
        _ if has(&["time", "accessedon", "accessedat", "occurred", "loggedat", "when"]) => Role::Time,
        _ if plain.ends_with("date") => Role::Date,
        _ if has(&["username", "fullname", "employeename", "staffname"]) => Role::UserName,
        _ if has(&["user", "login", "account", "employee", "staff", "operator", "performedby", "accessedby"]) => Role::User,
        _ if has(&["action", "accesstype", "eventtype", "operation", "activity", "eventname", "function", "event", "accessed"]) => Role::Action,
        _ if has(&["module", "screen", "section", "component", "area", "application", "category", "resource", "object"]) => Role::Module,
        _ if has(&["outcome", "result", "success", "status"]) => Role::Outcome,
        _ => Role::Other,
    }
}

#[derive(Debug)]
struct Layout {
    /// Lines before the header.
    before: usize,
    delimiter: u8,
    names: Vec<String>,
    roles: Vec<Role>,
    day_first: bool,
}

/// Finds the header: a line that names at least a time, a user, and a record (or a module and an action).
fn layout(sample: &Sample) -> Option<Layout> {
    let at_line = |before: usize, line: &str| {
        let delimiter = [b',', b';', b'\t', b'|'].into_iter().max_by_key(|d| line.bytes().filter(|b| b == d).count())?;
        let names = cells(line, delimiter);
        let mut roles: Vec<Role> = names.iter().map(|name| role(name)).collect();
        let has = |roles: &[Role], wanted: Role| roles.contains(&wanted);
        // A date with a time of day beside it is one time in two columns; a date alone is the time.
        if has(&roles, Role::Date) {
            for role in &mut roles {
                if *role == Role::Time {
                    *role = Role::Clock;
                }
            }
        }
        if !has(&roles, Role::User) {
            roles.iter_mut().find(|r| **r == Role::UserName).into_iter().for_each(|r| *r = Role::User);
        }
        let time = has(&roles, Role::Time) || has(&roles, Role::Date);
        let fits =
            names.len() >= 3 && time && has(&roles, Role::User) && (has(&roles, Role::Patient) || (has(&roles, Role::Module) && has(&roles, Role::Action)));
        fits.then_some(Layout { before, delimiter, names, roles, day_first: false })
    };
    let mut found = sample.lines.iter().take(PREAMBLE).enumerate().find_map(|(i, line)| at_line(i, line))?;
    let column = found.roles.iter().position(|r| matches!(r, Role::Time | Role::Date))?;
    let times: Vec<String> = sample.lines.iter().skip(found.before + 1).filter_map(|line| cells(line, found.delimiter).into_iter().nth(column)).collect();
    found.day_first = day_first(times.iter().map(String::as_str));
    Some(found)
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let Some(layout) = layout(sample) else { return 0 };
    let clock = sample.clock();
    let rows: Vec<_> = sample.lines.iter().skip(layout.before + 1).collect();
    let read = rows.iter().filter(|row| when(&clock, &layout, &cells(row, layout.delimiter)).is_some()).count();
    if rows.is_empty() { 60 } else { (90 * read / rows.len()) as u32 }
}

fn value<'a>(layout: &Layout, row: &'a [String], wanted: Role) -> Option<&'a str> {
    layout.roles.iter().zip(row).filter(|(role, _)| **role == wanted).find_map(|(_, cell)| present(cell))
}
fn when(clock: &crate::time::Clock, layout: &Layout, row: &[String]) -> Option<(jiff::Timestamp, String)> {
    let raw = match (value(layout, row, Role::Time), value(layout, row, Role::Date), value(layout, row, Role::Clock)) {
        (Some(time), _, _) => time.to_string(),
        (None, Some(date), Some(time)) => format!("{date} {time}"),
        (None, Some(date), None) => date.to_string(),
        _ => return None,
    };
    Some((clock.any(&raw, layout.day_first)?, raw))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let Some(layout) = layout(sample) else { return Ok(()) };
    each_row(lines, out, layout.before + 1, MAX_CONTINUED, |out, row| {
        let parsed = record(out, &layout, row);
        out.take(parsed)
    })
}

fn record(out: &mut Out, layout: &Layout, line: &str) -> Parsed {
    let row = cells(line, layout.delimiter);
    if row.len() < 2 || row.len() + 1 < layout.roles.len() / 2 {
        return Err("a row with too few columns");
    }
    let Some((time, raw)) = when(&out.clock, layout, &row) else { return Err("a row without a readable time") };
    let mut event = out.event(time, &raw, "ehr");
    event.actor = value(layout, &row, Role::User).and_then(|user| account(user, true));
    let (station, source) = (value(layout, &row, Role::Station), value(layout, &row, Role::Address));
    event.src_addr = source.and_then(address).or_else(|| station.and_then(address));
    event.device = station.filter(|s| address(s).is_none()).or(source.filter(|s| address(s).is_none())).map(str::to_string);
    let action = value(layout, &row, Role::Action).unwrap_or("");
    let module = value(layout, &row, Role::Module);
    (event.class_uid, event.activity_id) = class(action);
    event.operation = action.to_string();
    event.patient_id = value(layout, &row, Role::Patient).map(str::to_string);
    event.object = event.patient_id.clone().or_else(|| module.map(str::to_string));
    event.object_kind = if event.patient_id.is_some() { ObjectKind::Record } else { ObjectKind::Other };
    let result = value(layout, &row, Role::Outcome);
    let failed = |text: &str| ["fail", "den", "error", "false", "unsuccess", "reject"].iter().any(|w| text.to_lowercase().contains(w));
    event.outcome = if failed(action) || result.is_some_and(failed) { Outcome::Failure } else { Outcome::Success };
    let mut detail = Detail::default()
        .maybe("module", module)
        .maybe("patient_name", value(layout, &row, Role::PatientName))
        .maybe("user_name", value(layout, &row, Role::UserName))
        .maybe("result", result);
    for (i, cell) in row.iter().enumerate().filter(|(i, _)| layout.roles.get(*i) == Some(&Role::Other)) {
        if let (Some(cell), Some(name)) = (present(cell), layout.names.get(i)) {
            detail = detail.text(name, cell);
        }
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

/// OCSF class and activity of an action's word.
fn class(action: &str) -> (i64, i64) {
    let action = action.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| action.contains(w));
    match () {
        _ if has(&["logout", "log out", "logoff", "log off", "signout", "sign out"]) => (3002, 2),
        _ if has(&["login", "log in", "logon", "log on", "signin", "sign in"]) => (3002, 1),
        _ if has(&["print", "export", "download", "copy", "copied", "release", "fax", "email", "e-mail", "extract"]) => (6006, 2),
        _ if has(&["delete", "remove", "purge"]) => (6005, 7),
        _ if has(&["edit", "update", "modif", "change", "sign", "amend", "merge"]) => (6005, 2),
        _ if has(&["create", "add", "insert", "new", "register", "enter"]) => (6005, 6),
        _ if has(&["search", "query", "find", "list", "lookup"]) => (6005, 4),
        // Views under any name, and actions that the log does not name: someone looked.
        _ => (6005, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{events, source};

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn roles() {
        use Role::*;
        for (name, expect) in [
            ("Access Time", Time),
            ("Event Date", Date),
            ("User Role", Other),
            ("User ID", User),
            ("User Name", UserName),
            ("Accessed By", User),
            ("Accessed Record", Patient),
            ("Record #", Patient),
            ("Patient MRN", Patient),
            ("PATIENT_NAME", PatientName),
            ("Client IP", Address),
            ("Workstation ID", Station),
            ("Access Type", Action),
            ("Date of Birth", Other),
        ] {
            assert_eq!(role(name), expect, "{name}");
        }
    }

    #[test]
    fn columns_by_their_names() {
        check(
            "Access Time,User ID,Workstation,Record,Module,Action\n08/14/2023 07:49:40 AM,MPETERS,10.20.4.23,1033780,Results,VIEW\n",
            "ehr VIEW 6005/1 success mpeters 10.20.4.23 - record 1033780 patient=1033780\n",
        );
        check(
            "Audit report\nfor the privacy officer\n\"Date\";\"Time\";\"Employee\";\"Terminal\";\"IP Address\";\"Patient MRN\";\"Patient Name\";\"Event\";\"Result\"\n14.08.2023;07:49:40;CLINIC\\anna;WS-1;10.0.0.1;77;\"Doe, J\";Print chart;Denied\n",
            "ehr Print chart 6006/2 failure anna 10.0.0.1 WS-1 record 77 patient=77\n",
        );
        check(
            "timestamp\tusername\tmrn\tnote\n2023-08-14T07:49:40Z\tben\t12\tx\n2023-08-14\n\"open\t\n",
            "ehr  6005/1 success ben - - record 12 patient=12\nreject 2@58: a row with too few columns\nreject 3@69: a quoted field without its end\n",
        );
        check(
            "When,User,Patient ID,Action,Comment\n8/14/2023 7:49,ben,12,Edit,\"two\nlines\"\n8/14/2023 7:50,ben,13,View,\n",
            "ehr Edit 6005/2 success ben - - record 12 patient=12\nehr View 6005/1 success ben - - record 13 patient=13\n",
        );
    }
}
