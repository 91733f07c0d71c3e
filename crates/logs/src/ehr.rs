//! Access logs of electronic records as CSV (also `;`, tab or `|`): one line per look at a record.
//!
//! The names of the columns differ between systems: each is recognised by the words in it. Lines above the header (a report's
//! title) are skipped. A quoted field may go over several lines.

use crate::columns::{Layout, Role, failed, plain};
use crate::out::Out;
use crate::text::{Detail, account, address};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// What a column of an access log holds, by its name.
pub(crate) fn role(name: &str) -> Role {
    let plain = plain(name);
    let has = |words: &[&str]| words.iter().any(|w| plain.contains(w));
    match plain.as_str() {
        "date" | "accessdate" | "eventdate" | "auditdate" | "actiondate" | "logdate" | "activitydate" => Role::Date,
        "hour" | "timeofday" => Role::Clock,
        "ip" | "ipaddr" | "source" | "src" => Role::Address,
        "chart" | "chartno" | "chartid" | "chartnbr" | "pid" | "patid" | "clientid" | "personid" | "personnbr" | "medicalrecord" | "residentid" => {
            Role::Patient
        }
        // The number of a visit, not of a user.
        "accountnumber" | "accountno" | "acctno" | "acct" | "visitnumber" | "encounter" | "encounterid" | "csn" => Role::Other,
        "accessinstant" | "instant" => Role::Time,
        "metricname" | "metric" | "what" => Role::Action,
        "who" | "accessor" | "personnel" | "clinician" => Role::User,
        "host" | "client" => Role::Station,
        "view" | "type" | "recordtype" => Role::Module,
        // Columns that speak of users, times or records without being them.
        _ if has(&["zone", "duration", "birth", "dob", "role", "department", "dept", "title", "group", "agent", "provider", "count", "reason"]) => Role::Other,
        _ if has(&["patientname", "clientname", "nameofpatient", "membername", "personname", "residentname"]) => Role::PatientName,
        _ if has(&["patient", "mrn", "medrec", "chartnumber"]) || has(&["record"]) && !has(&["time", "date", "type", "action", "status"]) => Role::Patient,
        _ if has(&[
            "ipaddress",
            "clientip",
            "sourceip",
            "remoteip",
            "userip",
            "hostip",
            "internalip",
            "localip",
            "sourceaddress",
            "remoteaddress",
            "networkaddress",
        ]) =>
        {
            Role::Address
        }
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

/// The event of one row.
pub(crate) fn event(out: &mut Out, layout: &Layout, row: &[String], time: jiff::Timestamp, raw: &str) -> Event {
    let value = |role: Role| layout.value(row, role);
    let mut event = out.event(time, raw, "ehr");
    event.actor = value(Role::User).and_then(|user| account(user, true));
    let (station, source) = (value(Role::Station), value(Role::Address));
    event.src_addr = source.and_then(address).or_else(|| station.and_then(address));
    event.device = station.filter(|s| address(s).is_none()).or(source.filter(|s| address(s).is_none())).map(str::to_string);
    let action = value(Role::Action).unwrap_or("");
    let module = value(Role::Module);
    (event.class_uid, event.activity_id) = class(action);
    event.operation = action.to_string();
    event.patient_id = value(Role::Patient).map(str::to_string);
    event.object = event.patient_id.clone().or_else(|| module.map(str::to_string));
    event.object_kind = if event.patient_id.is_some() { ObjectKind::Record } else { ObjectKind::Other };
    let result = value(Role::Outcome);
    event.outcome = if failed(action) || result.is_some_and(failed) { Outcome::Failure } else { Outcome::Success };
    let detail = Detail::default()
        .maybe("module", module)
        .maybe("patient_name", value(Role::PatientName))
        .maybe("user_name", value(Role::UserName))
        .maybe("result", result);
    event.detail = layout.others(row, detail).finish();
    event
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
