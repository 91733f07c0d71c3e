//! `case.toml`: the facts of the case that people know and evidence does not tell.
//!
//! Unknown keys are errors that name the key, the line and what was expected. `docs/reference/case-toml.md` documents
//! every key; a test compares the two.

use crate::error::{Error, Result};
use crate::phi::Phi;
use crate::tables::ElementKind;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose breach it is.
    pub entity: Entity,
    /// What is known of the incident.
    pub incident: Incident,
    /// Servers, networks, accounts.
    #[serde(default)]
    pub environment: Environment,
    /// What points to the intruder.
    #[serde(default, rename = "indicator", skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// How documents are read.
    #[serde(default)]
    pub documents: Documents,
    /// Facts that the law asks for.
    #[serde(default)]
    pub law: Law,
    /// What the letters say.
    #[serde(default)]
    pub notice: Notice,
}

/// The covered entity or business associate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Legal name.
    pub name: String,
    /// State or territory, two letters.
    pub state: String,
    /// `covered_entity` or `business_associate`.
    #[serde(default = "covered_entity")]
    pub kind: String,
    /// Type in the words of the breach portal: `Healthcare Provider`, `Health Plan`, `Business Associate`, `Healthcare Clearing House`.
    #[serde(default = "healthcare_provider")]
    pub portal_type: String,
    /// Postal address, one line each.
    #[serde(default)]
    pub address: Vec<String>,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// E-mail.
    #[serde(default)]
    pub email: String,
    /// Web site.
    #[serde(default)]
    pub web: String,
    /// Name and title of the signer.
    #[serde(default)]
    pub signer: String,
}

fn covered_entity() -> String {
    "covered_entity".into()
}
fn healthcare_provider() -> String {
    "Healthcare Provider".into()
}

/// The incident as known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// First day on which the breach was known, or would have been with reasonable diligence (45 CFR 164.404(a)(2)).
    pub discovered: Date,
    /// Day on which the entity determined that a breach occurred, where a State's clock starts there; default: `discovered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determined: Option<Date>,
    /// First day of the intrusion, if known better than from the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day of the intrusion, if known better than from the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Type in the words of the breach portal.
    #[serde(default = "hacking")]
    pub breach_type: String,
    /// Location in the words of the breach portal.
    #[serde(default = "network_server")]
    pub location: String,
    /// Day on which the HHS report was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_to_hhs: Option<Date>,
}

fn hacking() -> String {
    "Hacking/IT Incident".into()
}
fn network_server() -> String {
    "Network Server".into()
}

/// The facts of the first day. Everything works without them, with less certainty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Environment {
    /// IANA time zone of times without offset; default UTC.
    pub zone: String,
    /// Kinds of data that a screen of the electronic record shows, for records that were opened on a server.
    pub record_shows: Vec<ElementKind>,
    /// Servers.
    #[serde(rename = "server", skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
    /// Networks.
    #[serde(rename = "network", skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// Accounts that machines use.
    #[serde(rename = "service_account", skip_serializing_if = "Vec::is_empty")]
    pub service_accounts: Vec<ServiceAccount>,
    /// Staff accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staff: Vec<Staff>,
    /// Columns of logs that are tables with unusual headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Columns>,
}

impl Default for Environment {
    fn default() -> Environment {
        Environment {
            zone: "UTC".into(),
            // The banner of a chart names the patient; its first page lists the problems.
            record_shows: vec![ElementKind::Name, ElementKind::Dob, ElementKind::Mrn, ElementKind::Diagnosis],
            servers: vec![],
            networks: vec![],
            service_accounts: vec![],
            staff: vec![],
            columns: vec![],
        }
    }
}

/// A server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Name, as in the path of its logs.
    pub name: String,
    /// IP address.
    #[serde(default)]
    pub address: String,
    /// What it is, in words.
    #[serde(default)]
    pub what: String,
    /// Folder of its files below the registered root.
    #[serde(default)]
    pub files: String,
    /// How its logs write that folder: `/srv/clinic`, `/portal`, `D:\Archive`.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Addresses of proxies before it: never a person's.
    #[serde(default)]
    pub proxies: Vec<String>,
    /// IANA time zone of its logs; default: the environment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Such as `10.20.4.0/24`.
    pub cidr: String,
    /// `workstations`, `vpn`, `servers`, `devices` or other words.
    pub what: String,
}

/// An account that a machine uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccount {
    /// Account.
    pub name: String,
    /// What it does, in words.
    #[serde(default)]
    pub what: String,
    /// Addresses it comes from.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Account.
    pub account: String,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Department.
    #[serde(default)]
    pub department: String,
    /// Work station's name.
    #[serde(default)]
    pub work_station: String,
    /// Work station's address.
    #[serde(default)]
    pub address: String,
}

/// What the columns of a table hold, for logs whose header does not tell it. Columns are named as in the header; upper and lower case
/// are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Path of the logs as registered; `*` stands for any text.
    #[serde(default)]
    pub path: String,
    /// One of [`Columns::KINDS`].
    pub kind: String,
    /// When it happened, or when a session began.
    pub time: String,
    /// Account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Address of the client: for a VPN the outer one, for a firewall the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Work station or program of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What it was done to: the screen of an electronic record, the URL of a web request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Number of the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// Bytes that left: from the server or the gateway to the client; of a firewall from the source to the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<String>,
    /// Bytes the other way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<String>,
    /// Whether it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Address or name of the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Port of the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Protocol or service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Address that the VPN gave to the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<String>,
    /// How long a session lasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

impl Columns {
    /// Kinds of tables.
    pub const KINDS: &[&str] = &["ehr", "vpn", "firewall", "web"];

    /// From `FIELD=COLUMN` pairs, as a command line gives them.
    ///
    /// # Errors
    /// When a pair has no `=`, a field is unknown, or `kind` or `time` is missing.
    pub fn from_pairs(pairs: &[String]) -> Result<Columns> {
        let mut table = toml::Table::new();
        for pair in pairs {
            let (field, column) = pair.split_once('=').ok_or_else(|| Error::usage("--columns takes FIELD=COLUMN"))?;
            table.insert(field.trim().to_string(), toml::Value::String(column.trim().to_string()));
        }
        let columns: Columns = toml::Value::Table(table).try_into().map_err(|e: toml::de::Error| Error::usage(format!("--columns: {}", e.message())))?;
        columns.check().map_err(|message| Error::usage(format!("--columns: {message}")))?;
        Ok(columns)
    }

    fn check(&self) -> std::result::Result<(), String> {
        if Columns::KINDS.contains(&self.kind.as_str()) {
            return Ok(());
        }
        Err(format!("kind is \"{}\"; expected one of {}", self.kind, Columns::KINDS.join(", ")))
    }

    /// The fields that are stated, with their columns.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("account", &self.account),
            ("address", &self.address),
            ("device", &self.device),
            ("action", &self.action),
            ("object", &self.object),
            ("patient", &self.patient),
            ("bytes_out", &self.bytes_out),
            ("bytes_in", &self.bytes_in),
            ("outcome", &self.outcome),
            ("destination", &self.destination),
            ("port", &self.port),
            ("protocol", &self.protocol),
            ("inner", &self.inner),
            ("duration", &self.duration),
        ];
        let optional = optional.into_iter().filter_map(|(field, column)| Some((field, column.as_deref()?)));
        std::iter::once(("time", self.time.as_str())).chain(optional).collect()
    }

    /// Whether a log's path is meant.
    pub fn matches(&self, path: &str) -> bool {
        let mut parts = self.path.split('*');
        let first = parts.next().unwrap_or("");
        let Some(mut rest) = path.strip_prefix(first) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            let Some(at) = rest.find(part) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or("");
        }
        true
    }
}

/// Something that points to the intruder: any combination of account, address and time; all given parts must agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// An account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// From when, with offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when, with offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Where it comes from, in words.
    #[serde(default)]
    pub source: String,
}

/// How documents are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// Passwords to try on encrypted files.
    pub passwords: Vec<Phi<String>>,
    /// Seconds per file before it is given up; default 60.
    pub seconds_per_file: u64,
    /// Megabytes of memory per worker; default 4096.
    pub megabytes_per_worker: u64,
}

impl Default for Documents {
    fn default() -> Documents {
        Documents { passwords: vec![], seconds_per_file: 60, megabytes_per_worker: 4096 }
    }
}

/// Facts that the law asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Whether the data was encrypted with a key that was not taken.
    #[serde(default)]
    pub encrypted: bool,
    /// Whether the entity is a federally assisted substance-use programme (42 CFR Part 2).
    #[serde(default)]
    pub part2_program: bool,
    /// Law enforcement asked for delay until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_until: Option<Date>,
    /// Day the law in force is taken from; default: `incident.discovered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
}

/// What the letters say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// What happened, in plain words; default: drawn from the findings.
    #[serde(default)]
    pub what_happened: String,
    /// What the entity does about it.
    #[serde(default)]
    pub what_we_are_doing: String,
    /// Toll-free number for questions.
    #[serde(default)]
    pub toll_free: String,
    /// Months of credit monitoring offered; 0 for none.
    #[serde(default)]
    pub monitoring_months: i64,
    /// Date on the letters; default: left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_date: Option<Date>,
}

impl Config {
    /// Reads `case.toml`. Errors name the file, the line, the key and what was expected.
    pub fn read(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
        Config::parse(&text).map_err(|e| e.at(path))
    }
    /// Reads the text of a `case.toml`.
    pub fn parse(text: &str) -> Result<Config> {
        let config: Config = toml::from_str(text).map_err(|e| Error::config(toml_message(text, &e)))?;
        config.check()?;
        Ok(config)
    }
    fn check(&self) -> Result<()> {
        zone(&self.environment.zone)?;
        for server in &self.environment.servers {
            server.zone.as_deref().map(zone).transpose()?;
        }
        for network in &self.environment.networks {
            parse_cidr(&network.cidr)
                .ok_or_else(|| Error::config(format!("environment.network: \"{}\" is not a network such as 10.0.4.0/24", network.cidr)))?;
        }
        for columns in &self.environment.columns {
            columns.check().map_err(|message| Error::config(format!("environment.columns: {message}")))?;
            if columns.path.is_empty() {
                return Err(Error::config("environment.columns: path is missing; it names the logs, such as \"vpn01/*.csv\""));
            }
        }
        if !matches!(self.entity.kind.as_str(), "covered_entity" | "business_associate") {
            return Err(Error::config(format!("entity.kind is \"{}\"; expected \"covered_entity\" or \"business_associate\"", self.entity.kind)));
        }
        let state = self.entity.state.as_bytes();
        if state.len() != 2 || !state.iter().all(u8::is_ascii_uppercase) {
            return Err(Error::config(format!("entity.state is \"{}\"; expected two capital letters such as \"OH\"", self.entity.state)));
        }
        if self.indicators.iter().any(|i| i.account.is_none() && i.address.is_none()) {
            return Err(Error::config("indicator: an account or an address is needed"));
        }
        Ok(())
    }
    /// The columns stated for a log, by its path.
    pub fn columns_of(&self, path: &str) -> Option<&Columns> {
        self.environment.columns.iter().find(|columns| columns.matches(path))
    }
    /// The file's text.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string_pretty(self).map_err(|e| Error::config(e.to_string()))
    }
    /// Time zone of a server's times without offset.
    pub fn zone_of(&self, host: &str) -> TimeZone {
        let server = self.environment.servers.iter().find(|s| s.name.eq_ignore_ascii_case(host));
        let name = server.and_then(|s| s.zone.as_deref()).unwrap_or(&self.environment.zone);
        zone(name).unwrap_or(TimeZone::UTC)
    }
}

/// The message and line of a TOML error; the offending text itself stays out (a password may stand there).
fn toml_message(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_string(),
    }
}

fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name)
        .map_err(|_| Error::config(format!("environment: \"{name}\" is not a time zone; expected a name such as \"America/New_York\" or \"UTC\"")))
}

/// A network's first address and prefix length; IPv4 is mapped into IPv6.
pub fn parse_cidr(text: &str) -> Option<(u128, u32)> {
    let (address, length) = text.split_once('/')?;
    let address: std::net::IpAddr = address.trim().parse().ok()?;
    let length: u32 = length.trim().parse().ok()?;
    match address {
        std::net::IpAddr::V4(v4) if length <= 32 => Some((u128::from(v4.to_ipv6_mapped()), length + 96)),
        std::net::IpAddr::V6(v6) if length <= 128 => Some((u128::from(v6), length)),
        _ => None,
    }
}

/// Whether `address` lies in the network `cidr`.
pub fn in_network(address: &str, cidr: &str) -> bool {
    let Some((network, length)) = parse_cidr(cidr) else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let address = match address {
        std::net::IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        std::net::IpAddr::V6(v6) => u128::from(v6),
    };
    let mask = if length == 0 { 0 } else { u128::MAX << (128 - length) };
    address & mask == network & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "[entity]\nname = \"A\"\nstate = \"OH\"\n[incident]\ndiscovered = \"2023-09-20\"\n";

    fn check(text: &str, expect: &str) {
        let message = match Config::parse(text) {
            Ok(config) => format!("ok {}", config.entity.name),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(expect), "{message}");
    }

    #[test]
    fn read_and_refused() {
        check(SMALL, "ok A");
        check(&format!("{SMALL}colour = 1\n"), "line 6: unknown field `colour`, expected one of `discovered`");
        check(&SMALL.replace("2023-09-20", "20.9.2023"), "line 5");
        check(&SMALL.replace("OH", "Ohio"), "expected two capital letters");
        check(&format!("{SMALL}[environment]\nzone = \"Mars\"\n"), "not a time zone");
        check(&format!("{SMALL}[[indicator]]\nsource = \"x\"\n"), "an account or an address");
        let columns = |text: &str| format!("{SMALL}[[environment.columns]]\n{text}\n");
        check(&columns("path = \"vpn/*.csv\"\nkind = \"vpn\"\ntime = \"T\""), "ok A");
        check(&columns("path = \"vpn/*.csv\"\nkind = \"fax\"\ntime = \"T\""), "expected one of ehr, vpn, firewall, web");
        check(&columns("kind = \"vpn\"\ntime = \"T\""), "path is missing");
        check(&columns("path = \"x\"\nkind = \"vpn\"\ntime = \"T\"\nuser = \"U\""), "unknown field `user`");
        check("[entity", "line 1");
    }

    #[test]
    fn columns_by_path_and_by_pairs() {
        for (pattern, path, expect) in [
            ("a/*.csv", "a/b/c.csv", true),
            ("a/*.csv", "a/c.csv.gz", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "x", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c", false),
        ] {
            let columns = Columns { path: pattern.into(), ..Columns::default() };
            assert_eq!(columns.matches(path), expect, "{pattern} {path}");
        }
        let pairs = |text: &str| Columns::from_pairs(&text.split(',').map(str::to_string).collect::<Vec<_>>());
        assert_eq!(pairs("kind=vpn,time=Start Time,account=User").unwrap().fields(), [("time", "Start Time"), ("account", "User")]);
        for (text, expect) in [
            ("kind=vpn", "missing field `time`"),
            ("kind=x,time=T", "expected one of"),
            ("kind=vpn,time=T,colour=C", "unknown field `colour`"),
            ("T", "FIELD=COLUMN"),
        ] {
            assert!(pairs(text).unwrap_err().to_string().contains(expect), "{text}");
        }
    }

    #[test]
    fn written_and_read_back() {
        let config = Config::parse(SMALL).unwrap();
        assert!(Config::parse(&config.to_toml().unwrap()).unwrap() == config);
    }

    /// Dotted names of all keys below a value; tables in arrays have their array's name.
    fn keys(value: &toml::Value, name: &str, all: &mut std::collections::BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                table.iter().for_each(|(key, value)| keys(value, &if name.is_empty() { key.clone() } else { format!("{name}.{key}") }, all));
            }
            toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => items.iter().for_each(|item| keys(item, name, all)),
            _ => _ = all.insert(name.to_string()),
        }
    }

    #[test]
    fn every_key_is_documented() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let example = Config::read(&docs.join("examples/case.toml")).unwrap();
        let page = std::fs::read_to_string(docs.join("reference/case-toml.md")).unwrap();
        let mut known = std::collections::BTreeSet::new();
        keys(&toml::from_str(&example.to_toml().unwrap()).unwrap(), "", &mut known);
        let documented: std::collections::BTreeSet<String> =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(key, _)| key.to_string()).collect();
        assert_eq!(known, documented);
        // The example leaves no key out: whatever the source declares stands in it.
        let declared = include_str!("config.rs")
            .lines()
            .take_while(|line| !line.contains("#[cfg(test)]"))
            .filter(|line| line.starts_with("    pub ") && line.ends_with(','))
            .count();
        let groups =
            ["entity", "incident", "environment", "indicator", "documents", "law", "notice", "server", "network", "service_account", "staff", "columns"].len();
        assert_eq!(known.len() + groups, declared);
    }

    #[test]
    fn networks() {
        assert!(in_network("10.20.4.21", "10.20.4.0/24"));
        assert!(!in_network("10.20.5.21", "10.20.4.0/24"));
        assert!(in_network("2001:db8::1", "2001:db8::/32"));
        assert!(!in_network("pc-7", "10.0.0.0/8"));
    }
}
