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
        check("[entity", "line 1");
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
        let groups = ["entity", "incident", "environment", "indicator", "documents", "law", "notice", "server", "network", "service_account", "staff"].len();
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
