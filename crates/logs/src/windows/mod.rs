//! Windows event logs, in whatever form they are handed over: EVTX files, XML and JSON exports. All become the same [`Record`].
//!
//! Every record gives an event, whatever its channel, with all its named values in the detail under Windows' own names: Sigma rules
//! are written against them. What an event means for the ledger (logons, share and file accesses) is read here.
//!
//! An object access (4663) names no address: it is taken from the logon of the same logon id or, failing that, from the
//! share access (5145) to the same object just before; the detail says which.

mod class;
pub(crate) mod evtx;
pub(crate) mod json;
pub(crate) mod xml;

use crate::out::{Out, Parsed};
use crate::text::{Detail, account, address, present};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

const MAX_KEPT: usize = 65_536;
/// A 4663 belongs to the 5145 on the same object by the same account this long before it, seconds.
const SAME_ACCESS: i64 = 60;
/// The longest value kept, bytes: PowerShell logs scripts in blocks of some tens of thousands of characters.
const MAX_VALUE: usize = 64 * 1024;
/// In `Keywords`: the audit failed.
const AUDIT_FAILURE: u64 = 0x10_0000_0000_0000;

/// One record as Windows wrote it.
#[derive(Default)]
pub(crate) struct Record<'a> {
    /// `System/EventID`.
    pub id: i64,
    /// `System/Provider/@Name`.
    pub provider: Cow<'a, str>,
    /// `System/Channel`; empty when the exporter left it out.
    pub channel: Cow<'a, str>,
    /// `System/Computer`.
    pub computer: Cow<'a, str>,
    /// `System/Level`.
    pub level: Cow<'a, str>,
    /// `System/Security/@UserID`.
    pub user_id: Cow<'a, str>,
    /// `System/TimeCreated/@SystemTime`.
    pub time: Cow<'a, str>,
    /// Whether it is the record of a failed attempt.
    pub failed: bool,
    /// Names and values of `EventData` or `UserData`, in order; values without a name are called `Data`.
    pub fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl Record<'_> {
    /// A value by its name, whatever its case; `None` when it stands for nothing.
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).and_then(|(_, value)| present(value))
    }
    fn account(&self, name: &str) -> Option<String> {
        self.field(name).and_then(|a| account(a, true))
    }
    /// Security events, whether or not the exporter names the channel.
    fn is_security(&self) -> bool {
        self.channel.eq_ignore_ascii_case("security")
            || (self.channel.is_empty() && (1100..=6416).contains(&self.id) && (self.provider.is_empty() || self.provider.contains("Security-Auditing")))
    }
}

/// Addresses learnt from earlier records.
#[derive(Default)]
pub(crate) struct State {
    by_logon: BTreeMap<String, (String, Option<String>)>,
    by_object: BTreeMap<(String, String), (Timestamp, String)>,
}

/// Whether `Keywords` (a number in hexadecimal or decimal) say that the audit failed.
fn audit_failed(keywords: &str) -> bool {
    let number = keywords.strip_prefix("0x").map_or_else(|| keywords.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok());
    number.is_some_and(|n| n & AUDIT_FAILURE != 0)
}

fn mask(text: &str) -> Option<i64> {
    let text = text.trim();
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok())
}

/// The event of a record.
pub(crate) fn event(out: &mut Out, state: &mut State, record: &Record) -> Parsed {
    let time = out.clock.any(&record.time, false).ok_or("an event without a readable time")?;
    let mut event = out.event(time, &record.time, "windows");
    event.operation = record.id.to_string();
    event.outcome = if record.failed { Outcome::Failure } else { Outcome::Success };
    let mut detail = Detail::default().number("EventID", record.id);
    let system = [("Channel", &record.channel), ("Provider_Name", &record.provider), ("Computer", &record.computer)];
    for (name, value) in system.into_iter().chain([("Level", &record.level), ("UserID", &record.user_id)]) {
        detail = detail.text(name, value);
    }
    detail = fields(detail, &record.fields);
    (event.class_uid, event.activity_id) = class::of(&record.channel, &record.provider, record.id);
    if record.is_security() {
        detail = security(&mut event, state, record, detail);
    } else {
        other(&mut event, record);
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

/// The named values; several without a name are one list, as Sigma rules expect.
fn fields(mut detail: Detail, fields: &[(Cow<str>, Cow<str>)]) -> Detail {
    const SYSTEM: &[&str] = &["EventID", "Channel", "Provider_Name", "Computer", "Level", "UserID"];
    let unnamed = |name: &str| name == "Data";
    for (i, (name, value)) in fields.iter().enumerate() {
        let again = fields.iter().take(i).any(|(n, _)| n == name);
        if again || SYSTEM.contains(&name.as_ref()) || name.is_empty() {
            continue;
        }
        let values: Vec<&str> = if unnamed(name) { fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_ref()).collect() } else { vec![value] };
        detail = match values.as_slice() {
            [one] => detail.exact(name, one, MAX_VALUE),
            several => detail.list(name, several.iter().copied()),
        };
    }
    detail
}

/// Events of other channels: whose, from where, on what.
fn other(event: &mut Event, record: &Record) {
    let first = |names: &[&str]| names.iter().find_map(|name| record.field(name));
    event.actor = first(&["User", "SubjectUserName", "Param1"]).filter(|_| !record.channel.eq_ignore_ascii_case("system")).and_then(|a| account(a, true));
    match event.class_uid {
        // A connection (Sysmon 3).
        4001 => {
            event.src_addr = record.field("SourceIp").and_then(address);
            event.object_kind = ObjectKind::Host;
            event.object = record.field("DestinationIp").map(|to| format!("{to}:{}", record.field("DestinationPort").unwrap_or("")));
        }
        4003 => (event.object_kind, event.object) = (ObjectKind::Host, record.field("QueryName").map(str::to_string)),
        // Remote desktop names the client; `LOCAL` is the console.
        3002 => event.src_addr = first(&["Address", "Param3", "ClientAddress", "IpString", "ClientIP"]).and_then(address),
        1001 => {
            event.object = first(&["TargetFilename", "ObjectName"]).map(str::to_string);
            event.object_kind = if event.object.is_some() { ObjectKind::File } else { ObjectKind::Other };
        }
        1007 => (event.object_kind, event.object) = (ObjectKind::Other, first(&["Image", "TargetImage"]).map(str::to_string)),
        201_001 => (event.object_kind, event.object) = (ObjectKind::Other, record.field("TargetObject").map(str::to_string)),
        _ => {}
    }
}

/// Events of the Security channel.
fn security(event: &mut Event, state: &mut State, record: &Record, detail: Detail) -> Detail {
    let field = |name: &str| record.field(name);
    let (target, subject) = (|| record.account("TargetUserName"), || record.account("SubjectUserName"));
    event.src_addr = field("IpAddress").or_else(|| field("SourceAddress")).and_then(address);
    event.device = field("WorkstationName").or_else(|| field("Workstation")).map(str::to_lowercase);
    event.session_key = match record.id {
        4624 | 4634 | 4647 => field("TargetLogonId"),
        _ => field("SubjectLogonId"),
    }
    .filter(|id| *id != "0x0")
    .map(str::to_string);
    match record.id {
        4624 => {
            event.actor = target();
            if let (Some(key), Some(addr)) = (&event.session_key, &event.src_addr) {
                if state.by_logon.len() > MAX_KEPT {
                    state.by_logon.clear();
                }
                state.by_logon.insert(key.clone(), (addr.clone(), event.device.clone()));
            }
        }
        4625 => {
            event.actor = target();
            event.outcome = Outcome::Failure;
        }
        4634 | 4647 => event.actor = target(),
        4768 | 4769 | 4771 | 4776 => {
            event.actor = target();
            if record.id == 4771 || field("Status").and_then(mask).is_some_and(|s| s != 0) {
                event.outcome = Outcome::Failure;
            }
        }
        1102 => {
            event.actor = subject();
            event.object_kind = ObjectKind::Other;
            event.object = Some("Security log".to_string());
        }
        4656 | 4663 | 5140 | 5145 => return object_access(event, record, state, detail),
        4688 => {
            event.actor = target().or_else(subject);
            event.object_kind = ObjectKind::Other;
            event.object = field("NewProcessName").map(str::to_string);
        }
        5156 => {
            event.object_kind = ObjectKind::Host;
            event.object = field("DestAddress").map(|to| format!("{to}:{}", field("DestPort").unwrap_or("")));
        }
        _ => event.actor = subject(),
    }
    detail
}

fn object_access(event: &mut Event, record: &Record, state: &mut State, detail: Detail) -> Detail {
    let field = |name: &str| record.field(name);
    event.actor = record.account("SubjectUserName");
    let access = field("AccessMask").and_then(mask).unwrap_or(0);
    event.object_kind = ObjectKind::File;
    match record.id {
        5140 => {
            event.object_kind = ObjectKind::Folder;
            event.object = field("ShareName").map(str::to_string);
        }
        5145 => {
            let relative = field("RelativeTargetName").unwrap_or("").trim_start_matches('\\');
            // The local path names the object as 4663 does; without it the share must do.
            let root = field("ShareLocalPath").map(|p| p.trim_start_matches("\\??\\")).or_else(|| field("ShareName")).unwrap_or("").trim_end_matches('\\');
            if relative.is_empty() {
                event.object_kind = ObjectKind::Folder;
            }
            event.object = Some(if relative.is_empty() { root.to_string() } else { format!("{root}\\{relative}") }).filter(|o| !o.is_empty());
            if let (Some(actor), Some(object), Some(addr)) = (&event.actor, &event.object, &event.src_addr) {
                if state.by_object.len() > MAX_KEPT {
                    state.by_object.clear();
                }
                state.by_object.insert((actor.clone(), object.to_lowercase()), (event.time, addr.clone()));
            }
        }
        id => {
            // 4663 an access was made; 4656 a handle was asked for.
            event.activity_id = match () {
                _ if id == 4656 => 14,
                _ if access & 0x10000 != 0 => 4,
                _ if access & 0x6 != 0 => 3,
                _ if access & 0x1 != 0 => 2,
                _ if access & 0x40000 != 0 => 7,
                _ => 99,
            };
            event.object = field("ObjectName").map(str::to_string);
            if field("ObjectType").is_some_and(|t| !matches!(t, "File" | "Directory")) {
                event.object_kind = ObjectKind::Other;
            }
            if event.src_addr.is_none() {
                return address_of_access(event, state, detail);
            }
        }
    }
    detail
}

/// Where an object access without an address came from.
fn address_of_access(event: &mut Event, state: &State, detail: Detail) -> Detail {
    if let Some((addr, device)) = event.session_key.as_ref().and_then(|key| state.by_logon.get(key)) {
        event.src_addr = Some(addr.clone());
        event.device = event.device.take().or_else(|| device.clone());
        detail.text("src_addr_from", "the logon with the same logon id")
    } else if let (Some(actor), Some(object)) = (&event.actor, &event.object)
        && let Some((before, addr)) = state.by_object.get(&(actor.clone(), object.to_lowercase()))
        && (0..=SAME_ACCESS).contains(&(event.time.as_second() - before.as_second()))
    {
        event.src_addr = Some(addr.clone());
        detail.text("src_addr_from", "the share access to the same object just before")
    } else {
        detail
    }
}
