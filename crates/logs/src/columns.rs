//! Tables (CSV, also `;`, tab or `|`) of logs: access logs of electronic records, VPN sessions, firewall and web traffic. What a column
//! holds follows from its name or, when the user states it, from that.
//!
//! Lines above the header (a report's title) are skipped. A quoted field may go over several lines.

use crate::input::Lines;
use crate::out::Out;
use crate::table::{cells, each_row};
use crate::text::{Detail, present};
use crate::time::{Clock, day_first};
use crate::{Sample, ehr, network};
use dosimeter_case::Result;
use jiff::Timestamp;

/// A quoted field that goes on for more lines than this was never closed.
const MAX_CONTINUED: usize = 20;
/// The header is looked for in this many lines.
const PREAMBLE: usize = 15;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Role {
    Time,
    Date,
    Clock,
    /// When a session ended.
    End,
    Duration,
    User,
    UserName,
    Station,
    Address,
    Inner,
    Destination,
    Port,
    Protocol,
    BytesOut,
    BytesIn,
    Patient,
    PatientName,
    Module,
    Action,
    Outcome,
    Other,
}

/// What a table is about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    Ehr,
    Vpn,
    Firewall,
    Web,
}

/// A name without blanks and signs, in lower case.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
/// Whether a word speaks of failure.
pub(crate) fn failed(text: &str) -> bool {
    let text = text.to_lowercase();
    ["fail", "den", "error", "false", "unsuccess", "reject"].iter().any(|w| text.contains(w))
}

#[derive(Debug)]
pub(crate) struct Layout {
    kind: Kind,
    /// Lines before the header.
    before: usize,
    delimiter: u8,
    names: Vec<String>,
    roles: Vec<Role>,
    pub day_first: bool,
    /// Fields that the user stated and the header lacks.
    missing: Vec<&'static str>,
}

impl Layout {
    /// The first value of a role in a row.
    pub fn value<'a>(&self, row: &'a [String], wanted: Role) -> Option<&'a str> {
        self.roles.iter().zip(row).filter(|(role, _)| **role == wanted).find_map(|(_, cell)| present(cell))
    }
    /// Adds the columns without a role to the detail, under their names.
    pub fn others(&self, row: &[String], mut detail: Detail) -> Detail {
        for ((name, role), cell) in self.names.iter().zip(&self.roles).zip(row) {
            if let (Role::Other, Some(cell)) = (role, present(cell)) {
                detail = detail.text(name, cell);
            }
        }
        detail
    }
    fn when(&self, clock: &Clock, row: &[String]) -> Option<(Timestamp, String)> {
        let raw = match (self.value(row, Role::Time), self.value(row, Role::Date), self.value(row, Role::Clock)) {
            (Some(time), _, _) => time.to_string(),
            (None, Some(date), Some(time)) => format!("{date} {time}"),
            (None, Some(date), None) => date.to_string(),
            _ => return None,
        };
        Some((clock.any(&raw, self.day_first)?, raw))
    }
    /// A role's number in a row, whatever marks its thousands.
    pub fn number(&self, row: &[String], role: Role) -> Option<i64> {
        let text = self.value(row, role)?;
        text.replace([',', ' '], "").split('.').next()?.parse().ok().filter(|n| *n >= 0)
    }
}

/// Finds the header by its columns' names: `role` tells what each holds, `fits` whether they are enough.
fn find(sample: &Sample, kind: Kind, role: impl Fn(&str) -> Role, fits: impl Fn(&dyn Fn(Role) -> bool) -> bool) -> Option<Layout> {
    let at_line = |before: usize, line: &str| {
        let delimiter = [b',', b';', b'\t', b'|'].into_iter().max_by_key(|d| line.bytes().filter(|b| b == d).count())?;
        let names = cells(line, delimiter);
        let mut roles: Vec<Role> = names.iter().map(|name| role(name)).collect();
        // A date with a time of day beside it is one time in two columns; a date alone is the time.
        if roles.contains(&Role::Date) {
            roles.iter_mut().filter(|r| **r == Role::Time).for_each(|r| *r = Role::Clock);
        }
        if !roles.contains(&Role::User) {
            roles.iter_mut().find(|r| **r == Role::UserName).into_iter().for_each(|r| *r = Role::User);
        }
        let has = |wanted: Role| roles.contains(&wanted);
        let enough = names.len() >= 3 && (has(Role::Time) || has(Role::Date)) && fits(&has);
        enough.then_some(Layout { kind, before, delimiter, names, roles, day_first: false, missing: Vec::new() })
    };
    let mut found = sample.lines.iter().take(PREAMBLE).enumerate().find_map(|(i, line)| at_line(i, line))?;
    let column = found.roles.iter().position(|r| matches!(r, Role::Time | Role::Date))?;
    let times: Vec<String> = sample.lines.iter().skip(found.before + 1).filter_map(|line| cells(line, found.delimiter).into_iter().nth(column)).collect();
    found.day_first = day_first(times.iter().map(String::as_str));
    Some(found)
}

fn by_name(sample: &Sample, kind: Kind) -> Option<Layout> {
    match kind {
        // At least a user, and a record (or a module and an action).
        Kind::Ehr => find(sample, kind, ehr::role, |has| has(Role::User) && (has(Role::Patient) || has(Role::Module) && has(Role::Action))),
        // A table with a patient is an access log, whatever addresses stand in it.
        Kind::Vpn | Kind::Firewall if find(sample, kind, ehr::role, |has| has(Role::Patient)).is_some_and(|l| names_patients(&l)) => None,
        Kind::Vpn => find(sample, kind, network::role, |has| has(Role::User) && has(Role::Inner) && !has(Role::Destination)),
        Kind::Firewall => find(sample, kind, network::role, |has| {
            has(Role::Address) && has(Role::Destination) && (has(Role::Port) || has(Role::Action) || has(Role::BytesIn) || has(Role::Protocol))
        }),
        Kind::Web => None,
    }
}

fn names_patients(layout: &Layout) -> bool {
    layout.names.iter().any(|name| ["patient", "mrn", "chart"].iter().any(|w| plain(name).contains(w)))
}

/// The layout that the user states, if the header has the column of the time.
fn stated(sample: &Sample) -> Option<Layout> {
    let columns = sample.source.columns.as_ref()?;
    let kind = match columns.kind.as_str() {
        "vpn" => Kind::Vpn,
        "firewall" => Kind::Firewall,
        "web" => Kind::Web,
        _ => Kind::Ehr,
    };
    let role = |field: &str| match field {
        "time" => Role::Time,
        "account" => Role::User,
        "address" => Role::Address,
        "device" => Role::Station,
        "action" => Role::Action,
        "object" => Role::Module,
        "patient" => Role::Patient,
        "bytes_out" => Role::BytesOut,
        "bytes_in" => Role::BytesIn,
        "outcome" => Role::Outcome,
        "destination" => Role::Destination,
        "port" => Role::Port,
        "protocol" => Role::Protocol,
        "inner" => Role::Inner,
        "duration" => Role::Duration,
        _ => Role::Other,
    };
    let fields = columns.fields();
    let of = |name: &str| fields.iter().find(|(_, column)| column.trim().eq_ignore_ascii_case(name.trim())).map_or(Role::Other, |(field, _)| role(field));
    let mut layout = find(sample, kind, of, |_| true)?;
    layout.missing = fields.iter().filter(|(field, _)| !layout.roles.contains(&role(field))).map(|(field, _)| *field).collect();
    Some(layout)
}

pub(crate) fn sniff_stated(sample: &Sample) -> u32 {
    if stated(sample).is_some() { 100 } else { 0 }
}
pub(crate) fn sniff_ehr(sample: &Sample) -> u32 {
    sniff(sample, Kind::Ehr, 90)
}
// A table with an inner address or a destination is no access log, whatever else its columns seem to be.
pub(crate) fn sniff_vpn(sample: &Sample) -> u32 {
    sniff(sample, Kind::Vpn, 96)
}
pub(crate) fn sniff_firewall(sample: &Sample) -> u32 {
    sniff(sample, Kind::Firewall, 95)
}
fn sniff(sample: &Sample, kind: Kind, most: usize) -> u32 {
    let Some(layout) = by_name(sample, kind) else { return 0 };
    let clock = sample.clock();
    let rows: Vec<_> = sample.lines.iter().skip(layout.before + 1).collect();
    let read = rows.iter().filter(|row| layout.when(&clock, &cells(row, layout.delimiter)).is_some()).count();
    if rows.is_empty() { most as u32 * 2 / 3 } else { (most * read / rows.len()) as u32 }
}

pub(crate) fn parse_stated(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let layout = stated(sample);
    out.is_of(match layout.as_ref().map(|layout| layout.kind) {
        Some(Kind::Vpn) => "vpn",
        Some(Kind::Firewall) => "firewall",
        Some(Kind::Web) => "http",
        _ => "ehr",
    });
    for field in layout.iter().flat_map(|layout| &layout.missing) {
        out.reject_at(0, 0, &format!("the column that is stated for {field} is not in the header"))?;
    }
    parse(lines, out, layout)
}
pub(crate) fn parse_ehr(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    parse(lines, out, by_name(sample, Kind::Ehr))
}
pub(crate) fn parse_vpn(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    parse(lines, out, by_name(sample, Kind::Vpn))
}
pub(crate) fn parse_firewall(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    parse(lines, out, by_name(sample, Kind::Firewall))
}

fn parse(lines: &mut Lines, out: &mut Out, layout: Option<Layout>) -> Result<()> {
    let Some(layout) = layout else { return Ok(()) };
    each_row(lines, out, layout.before + 1, MAX_CONTINUED, |out, row| {
        let row = cells(row, layout.delimiter);
        if row.len() < 2 || row.len() + 1 < layout.roles.len() / 2 {
            return out.reject("a row with too few columns");
        }
        let Some((time, raw)) = layout.when(&out.clock, &row) else { return out.reject("a row without a readable time") };
        match layout.kind {
            Kind::Ehr => {
                let event = ehr::event(out, &layout, &row, time, &raw);
                out.emit(event)
            }
            Kind::Vpn => network::vpn(out, &layout, &row, time, &raw),
            Kind::Firewall => {
                let event = network::firewall(out, &layout, &row, time, &raw);
                out.emit(event)
            }
            Kind::Web => {
                let event = network::web_request(out, &layout, &row, time, &raw);
                out.emit(event)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::Source;
    use crate::check::{details, events, source};
    use dosimeter_case::config::Columns;

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }
    fn with(pairs: &str) -> Source {
        let pairs: Vec<String> = pairs.split(',').map(str::to_string).collect();
        Source { columns: Some(Columns::from_pairs(&pairs).unwrap()), ..source() }
    }

    // The headers are those of exports of FortiGate, Cisco ASA and GlobalProtect, named as exports of such products usually name them (written from memory, not from a manual).
    #[test]
    fn vpn_tables_by_their_names() {
        check(
            "Username,Assigned IP,Public IP,Login Time,Duration,Bytes Tx,Bytes Rx\nAnna,10.20.9.37,203.0.113.9,09/11/2023 01:24:12,1h:05m:00s,\"1,234\",99\n",
            "vpn session 3002/1 success anna 203.0.113.9 - host 10.20.9.37\nvpn session end 4001/2 success anna 203.0.113.9 - host 10.20.9.37 1234B\n",
        );
        check(
            "Date,Time,User,Remote IP,Tunnel IP,Action,Duration,Sent Bytes,Received Bytes\n2023-09-11,01:24:12,anna,203.0.113.9,10.20.9.37,tunnel-up,0,0,0\n2023-09-11,02:24:12,anna,203.0.113.9,10.20.9.37,tunnel-down,3600,5,6\n2023-09-11,03:00:00,anna,203.0.113.9,,ssl-login-fail,,,\n",
            "vpn tunnel-up 3002/1 success anna 203.0.113.9 - host 10.20.9.37\n\
             vpn session 3002/1 success anna 203.0.113.9 - host 10.20.9.37\nvpn tunnel-down 4001/2 success anna 203.0.113.9 - host 10.20.9.37 5B\n\
             vpn ssl-login-fail 3002/1 failure anna 203.0.113.9 - none -\n",
        );
    }

    #[test]
    fn firewall_tables_by_their_names() {
        let input = "Receive Time,Type,Source address,Destination address,Source User,Application,Source Port,Destination Port,IP Protocol,Action,Bytes Sent,Bytes Received\n\
            2023/09/11 01:24:12,TRAFFIC,10.0.4.21,198.51.100.7,clinic\\anna,ssl,50000,443,tcp,allow,900000,1200\n\
            2023/09/11 01:25:12,TRAFFIC,10.0.4.21,198.51.100.7,,ssl,50000,23,tcp,deny,0,0\n";
        check(
            input,
            "firewall allow 4001/6 success anna 10.0.4.21 - host 198.51.100.7:443 1200B\nfirewall deny 4001/5 failure - 10.0.4.21 - host 198.51.100.7:23 0B\n",
        );
        let detail = details(&source(), input.as_bytes()).remove(0);
        assert_eq!((detail["dst_port"].as_str(), detail["orig_bytes"].as_i64(), detail["blocked"].as_str()), (Some("443"), Some(900_000), Some("false")));
    }

    #[test]
    fn an_access_log_with_addresses_is_no_vpn() {
        check(
            "Access Time,User ID,Internal IP,Patient MRN,Action\n2023-09-11 01:24:12,anna,10.0.4.21,77,View\n",
            "ehr View 6005/1 success anna 10.0.4.21 - record 77 patient=77\n",
        );
    }

    #[test]
    fn columns_that_are_stated() {
        let input = "A;B;C;D;E\n11.09.2023 01:24:12;anna;203.0.113.9;10.20.9.37;60\n";
        assert_eq!(
            events(&with("kind=vpn,time=a,account=b,address=c,inner=d,duration=e"), input.as_bytes()),
            "vpn session 3002/1 success anna 203.0.113.9 - host 10.20.9.37\nvpn session end 4001/2 success anna 203.0.113.9 - host 10.20.9.37\n"
        );
        assert_eq!(
            events(&with("kind=ehr,time=A,account=B,patient=E,address=C,action=Nothing"), input.as_bytes()),
            "reject 0@0: the column that is stated for action is not in the header\nehr  6005/1 success anna 203.0.113.9 - record 60 patient=60\n"
        );
        let web = "t,c,m,u,s,b\n2023-09-11 01:24:12,203.0.113.9,get,/portal/a.pdf?token=x,200,77\n";
        assert_eq!(
            events(&with("kind=web,time=t,address=c,action=m,object=u,outcome=s,bytes_out=b"), web.as_bytes()),
            "http GET 4002/3 success - 203.0.113.9 - url /portal/a.pdf 77B\n"
        );
        let flow = "t,f,d,p,o,i\n2023-09-11 01:24:12,10.0.4.21,files.example,443,9,8\n";
        assert_eq!(
            events(&with("kind=firewall,time=t,address=f,destination=d,port=p,bytes_out=o,bytes_in=i"), flow.as_bytes()),
            "firewall flow 4001/6 success - 10.0.4.21 - host files.example:443 8B\n"
        );
        assert_eq!(
            events(&with("kind=vpn,time=nothing"), input.as_bytes()),
            "reject 0@0: the format is not recognised; it has not the columns that are stated\n"
        );
    }
}
