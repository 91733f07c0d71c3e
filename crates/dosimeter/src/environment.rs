//! The facts of the first day, as JSON, into `case.toml`: servers, networks, accounts.
//!
//! The sentences in such a file are written by people. What can be drawn from them safely (paths, addresses, "UTC")
//! becomes keys that can be read and corrected in `case.toml`; the sentence stays beside it.

use dosimeter_case::config::{Environment, Network, Server, ServiceAccount, Staff};
use dosimeter_case::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The JSON file. Keys that say more than is used here are allowed: it is somebody else's file.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    local_time_zone: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, ServerFacts>,
    #[serde(default)]
    networks: BTreeMap<String, String>,
    #[serde(default)]
    known_service_accounts: BTreeMap<String, String>,
    #[serde(default)]
    staff: Vec<StaffFacts>,
}

#[derive(Deserialize)]
struct ServerFacts {
    #[serde(default)]
    address: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    files: String,
    #[serde(default)]
    log_time: String,
}

#[derive(Deserialize)]
struct StaffFacts {
    account: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    work_station: String,
    #[serde(default)]
    address: String,
}

/// Reads the file.
pub fn read(path: &Path) -> Result<Environment> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
    parse(&text).map_err(|e| e.at(path))
}

fn parse(text: &str) -> Result<Environment> {
    let file: File = serde_json::from_str(text).map_err(|e| Error::config(format!("line {}: {e}", e.line())))?;
    let addresses_of_servers: Vec<String> = file.servers.values().map(|s| s.address.clone()).collect();
    Ok(Environment {
        zone: file.local_time_zone.unwrap_or_else(|| "UTC".into()),
        servers: file.servers.into_iter().map(|(name, facts)| server(name, facts)).collect(),
        networks: file.networks.into_iter().map(|(cidr, what)| Network { cidr, what }).collect(),
        service_accounts: file
            .known_service_accounts
            .into_iter()
            .map(|(name, what)| {
                let addresses = addresses(&what).into_iter().filter(|a| !addresses_of_servers.contains(a)).collect();
                ServiceAccount { name, addresses, what }
            })
            .collect(),
        staff: file
            .staff
            .into_iter()
            .map(|s| Staff { account: s.account, name: s.name, department: s.department, work_station: s.work_station, address: s.address })
            .collect(),
        ..Environment::default()
    })
}

fn server(name: String, facts: ServerFacts) -> Server {
    let others: Vec<String> = addresses(&facts.what).into_iter().filter(|a| *a != facts.address).collect();
    let lower = facts.what.to_lowercase();
    Server {
        // "files/Clinic" in the hand-over is "Clinic" below the registered folder "files".
        files: facts.files.strip_prefix("files/").unwrap_or(&facts.files).trim_matches('/').to_string(),
        prefixes: prefixes(&facts.what),
        proxies: if lower.contains("proxy") { others } else { vec![] },
        zone: facts.log_time.trim().eq_ignore_ascii_case("utc").then(|| "UTC".to_string()),
        name,
        address: facts.address,
        what: facts.what,
    }
}

/// Paths in a sentence: `/srv/clinic`, `/portal/`, `D:\Archive`.
fn prefixes(sentence: &str) -> Vec<String> {
    let is_path = |word: &str| {
        let drive = word.as_bytes().get(1) == Some(&b':') && word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        (word.starts_with('/') && word.len() > 1) || drive
    };
    let words = sentence.split([' ', ';', ',', '\'', '"', '(', ')']).map(|w| w.trim_end_matches('.'));
    words.filter(|w| is_path(w)).map(|w| w.trim_end_matches(['/', '\\']).to_string()).collect()
}

/// IP addresses in a sentence; networks such as `10.20.9.0/24` are not addresses.
fn addresses(sentence: &str) -> Vec<String> {
    let words = sentence.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/')));
    words.map(|w| w.trim_end_matches(['.', ':'])).filter(|w| w.parse::<std::net::IpAddr>().is_ok()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        assert_eq!(prefixes("Samba file server; share 'clinic' at /srv/clinic"), ["/srv/clinic"]);
        assert_eq!(prefixes("nginx patient portal; /portal/ ; behind reverse proxy 10.20.0.10 (client in the last field)"), ["/portal"]);
        assert_eq!(prefixes("Windows archive share D:\\Archive"), ["D:\\Archive"]);
        assert_eq!(addresses("payer partner pulls claims from 192.0.2.14."), ["192.0.2.14"]);
        assert!(addresses("VPN; pool 10.20.9.0/24").is_empty());
    }

    #[test]
    fn whole_file() {
        let environment = parse(
            r#"{"local_time_zone": "America/New_York", "organisation": "X",
                "servers": {"web01": {"address": "10.0.1.6", "what": "portal; /portal/ ; behind reverse proxy 10.0.0.10", "files": "files/Portal", "log_time": "UTC"}},
                "known_service_accounts": {"svc-backup": "nightly backup from 10.0.1.9"},
                "staff": [{"account": "anna", "name": "Anna B", "address": "10.0.4.1"}]}"#,
        )
        .unwrap();
        let server = &environment.servers[0];
        assert_eq!((server.files.as_str(), &server.proxies[..], server.zone.as_deref()), ("Portal", &["10.0.0.10".to_string()][..], Some("UTC")));
        assert_eq!(environment.service_accounts[0].addresses, ["10.0.1.9"]);
        assert!(parse("{").unwrap_err().to_string().contains("line 1"));
    }
}
