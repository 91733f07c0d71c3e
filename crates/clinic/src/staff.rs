//! The staff, their accounts and work stations, the service accounts, and the clinic's fixed facts.

use crate::dice::Dice;
use crate::people::{Kind, Person};
use serde_json::{Value, json};

/// Name of the invented clinic.
pub const CLINIC: &str = "Lantern Prairie Imaging";
/// Mail domain.
pub const DOMAIN: &str = "lanternprairie.example";
/// Nightly backup: an honest bulk reader.
pub const BACKUP: &str = "svc-vault";
/// The insurer that fetches its files over SFTP.
pub const PAYER: &str = "svc-meridian";
/// A former vendor whose job still runs.
pub const VENDOR: &str = "svc-pacslink";
/// Where the backup runs.
pub const BACKUP_ADDRESS: &str = "10.44.1.9";
/// Where the payer comes from.
pub const PAYER_ADDRESS: &str = "192.0.2.61";
/// Where the former vendor's job runs.
pub const VENDOR_ADDRESS: &str = "10.44.1.20";
/// Physicians named in documents.
pub const PROVIDERS: usize = 12;
/// Work stations by department, in order of hiring.
const DEPARTMENTS: &[&str] = &[
    "frontdesk",
    "clinical",
    "billing",
    "frontdesk",
    "clinical",
    "records",
    "clinical",
    "billing",
    "it",
    "clinical",
    "frontdesk",
    "manager",
    "clinical",
    "records",
    "billing",
    "clinical",
];

/// One member of the staff.
#[derive(Clone)]
pub struct Staff {
    /// Account, lower case.
    pub account: String,
    /// Index among the people.
    pub person: usize,
    /// `frontdesk`, `billing`, `clinical`, `records`, `it` or `manager`.
    pub department: &'static str,
    /// `WS-FRONT-01`.
    pub station: String,
    /// Address of the work station.
    pub address: String,
    /// Address at home and in the tunnel, for those who work some evenings over the VPN.
    pub evenings: Option<(String, String)>,
}

/// How many staff there are.
pub fn positions() -> usize {
    DEPARTMENTS.len()
}

/// Gives every employee, and the patients who work here, an account and a place.
pub fn hire(seed: u64, people: &[Person]) -> Vec<Staff> {
    let mut dice = Dice::new(seed, "staff");
    let mut who: Vec<usize> = (0..people.len()).filter(|&i| people[i].hard.contains(&"staff_is_patient")).collect();
    who.extend((0..people.len()).filter(|&i| people[i].kind == Kind::Employee));
    who.truncate(DEPARTMENTS.len());
    dice.shuffle(&mut who);
    let mut staff: Vec<Staff> = Vec::new();
    for (n, (&person, department)) in who.iter().zip(DEPARTMENTS).enumerate() {
        let p = &people[person];
        let bare = |s: &str| s.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
        let base: String = bare(&p.first).chars().take(1).chain(bare(&p.last).chars()).take(12).collect();
        let taken = staff.iter().filter(|s| s.account.trim_end_matches(|c: char| c.is_ascii_digit()) == base).count();
        let account = if taken == 0 { base } else { format!("{base}{}", taken + 1) };
        let short: String = department.to_uppercase().chars().take(5).collect();
        // Those who work in the evening: two clinicians and one biller.
        let evenings = [1, 6, 7].iter().position(|&i| i == n).map(|k| (format!("198.51.100.{}", 11 + 7 * k), format!("10.44.9.{}", 11 + k)));
        staff.push(Staff { account, person, department, station: format!("LPI-{short}-{n:02}"), address: format!("10.44.4.{}", 21 + n), evenings });
    }
    staff
}

/// What a responder is told on the first day.
pub fn environment(people: &[Person], staff: &[Staff]) -> Value {
    let staff: Vec<Value> = staff
        .iter()
        .map(|s| json!({"account": s.account, "name": format!("{} {}", people[s.person].first, people[s.person].last), "department": s.department, "work_station": s.station, "address": s.address}))
        .collect();
    json!({
        "organisation": CLINIC,
        "home_state": "MO",
        "local_time_zone": "America/Chicago",
        "review_period": ["2024-02-26", "2024-04-01"],
        "servers": {
            "fs01": {"address": "10.44.1.5", "what": "Samba file server; share 'clinic' at /srv/clinic", "files": "files/Clinic", "log_time": "local, audit log without year"},
            "sftp01": {"address": "10.44.1.7", "what": "OpenSSH SFTP; /srv/exchange", "files": "files/Exchange", "log_time": "local, without year"},
            "web01": {"address": "10.44.1.6", "what": "nginx patient portal; /portal/ ; behind reverse proxy 10.44.0.10 (client in the last field)", "files": "files/Portal", "log_time": "local with offset"},
            "pacs01": {"address": "10.44.1.8", "what": "Orthanc behind nginx; log ids are Orthanc ids: SHA-1 of PatientID|StudyInstanceUID for a study, with |SeriesInstanceUID|SOPInstanceUID added for an instance", "files": "files/Pacs", "log_time": "nginx with offset; audit in UTC"},
            "ehr01": {"address": "10.44.1.11", "what": "electronic record; CSV access log, no content here", "files": "", "log_time": "local"},
            "vpn01": {"address": "10.44.0.2", "what": "VPN; pool 10.44.9.0/24", "files": "", "log_time": "local, without year"},
        },
        "networks": {"10.44.4.0/24": "work stations", "10.44.6.0/24": "imaging devices", "10.44.9.0/24": "VPN pool", "10.44.1.0/24": "servers"},
        "known_service_accounts": {
            BACKUP: format!("nightly backup from {BACKUP_ADDRESS}"),
            PAYER: format!("payer partner pulls claims from {PAYER_ADDRESS}"),
            VENDOR: format!("sync account of a former PACS vendor (contract ended 2023-06-30); a job on {VENDOR_ADDRESS} still uses it"),
        },
        "staff": staff,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_unique_and_two_are_patients() {
        for seed in 0..5 {
            let people = crate::households::generate(seed, 100, PROVIDERS, positions());
            let staff = hire(seed, &people);
            let mut accounts: Vec<_> = staff.iter().map(|s| s.account.as_str()).collect();
            accounts.sort();
            accounts.dedup();
            assert_eq!(accounts.len(), positions());
            assert_eq!(staff.iter().filter(|s| people[s.person].kind == Kind::Patient).count(), 2);
        }
    }
}
