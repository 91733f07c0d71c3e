//! Who the accounts are and where they normally work: from `case.toml` where it says so, from habit where it does not.

use crate::act::Act;
use dosimeter_case::config::{Environment, in_network};
use dosimeter_case::tables::Outcome;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// What sort of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person who works there.
    Staff,
    /// A machine's account.
    Service,
    /// A patient or partner who logs in from outside; any address is normal.
    Customer,
    /// A DICOM application entity: a modality, a viewer, another archive.
    Device,
}

/// Who acts in an event: the account, or for DICOM traffic without one the application entity's title.
pub fn principal(event: &Act) -> Option<&str> {
    match (&event.actor, &*event.app) {
        (Some(actor), _) => Some(actor),
        (None, "atna" | "orthanc" | "dcm4chee") => event.device.as_deref().filter(|device| is_ae_title(device)),
        _ => None,
    }
}

/// DICOM PS3.5: up to 16 characters without control characters and backslash; a user agent or a host name is longer or has other signs.
fn is_ae_title(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.'))
}

/// What is known of one account at one address.
#[derive(Clone, Debug, Default)]
pub struct Habit {
    /// First successful event.
    pub first: Option<Timestamp>,
    /// Local days with activity.
    pub days: BTreeSet<jiff::civil::Date>,
    /// Successful events per local hour.
    pub hours: [u32; 24],
}

/// The accounts of the case.
pub struct Population<'a> {
    environment: &'a Environment,
    zone: TimeZone,
    /// First and last event of all logs.
    pub span: Option<(Timestamp, Timestamp)>,
    habits: BTreeMap<(String, String), Habit>,
    homes: BTreeMap<String, BTreeSet<String>>,
    kinds: BTreeMap<String, AccountKind>,
    first_of_address: BTreeMap<String, Timestamp>,
}

/// Hours of deep night, local time.
const NIGHT: std::ops::Range<usize> = 0..5;

impl<'a> Population<'a> {
    /// Learns the habits from all successful events.
    pub fn learn(events: &[Act], environment: &'a Environment) -> Population<'a> {
        let zone = TimeZone::get(&environment.zone).unwrap_or(TimeZone::UTC);
        let mut habits: BTreeMap<(String, String), Habit> = BTreeMap::new();
        let mut first_of_address: BTreeMap<String, Timestamp> = BTreeMap::new();
        let mut only_http: BTreeMap<String, bool> = BTreeMap::new();
        let mut devices: BTreeSet<String> = BTreeSet::new();
        let mut span: Option<(Timestamp, Timestamp)> = None;
        for event in events {
            span = Some(span.map_or((event.time, event.time), |(a, b)| (a.min(event.time), b.max(event.time))));
            let (Some(actor), Some(address)) = (principal(event), &event.src_addr) else { continue };
            if event.outcome == Outcome::Failure {
                continue;
            }
            if event.actor.is_none() {
                devices.insert(actor.to_string());
            }
            let local = event.time.to_zoned(zone.clone());
            let habit = habits.entry((actor.to_string(), address.to_string())).or_default();
            habit.first = Some(habit.first.map_or(event.time, |t| t.min(event.time)));
            habit.days.insert(local.date());
            habit.hours[local.hour() as usize] += 1;
            let first = first_of_address.entry(address.to_string()).or_insert(event.time);
            *first = (*first).min(event.time);
            *only_http.entry(actor.to_string()).or_insert(true) &= event.class_uid == 4002 && !is_private(address);
        }
        let mut population = Population { environment, zone, span, habits, homes: BTreeMap::new(), kinds: BTreeMap::new(), first_of_address };
        let kind = |account: &str, outside| if devices.contains(account) { AccountKind::Device } else { population.kind_of(account, outside) };
        population.kinds = only_http.into_iter().map(|(account, outside)| (account.clone(), kind(&account, outside))).collect();
        population.homes = population.find_homes();
        population
    }

    fn kind_of(&self, account: &str, outside: bool) -> AccountKind {
        let environment = self.environment;
        if environment.service_accounts.iter().any(|s| s.name.eq_ignore_ascii_case(account)) {
            AccountKind::Service
        } else if environment.staff.iter().any(|s| s.account.eq_ignore_ascii_case(account)) {
            AccountKind::Staff
        } else if outside {
            AccountKind::Customer
        } else if account.starts_with("svc") || account.ends_with('$') {
            AccountKind::Service
        } else {
            AccountKind::Staff
        }
    }

    /// Addresses where an account is at home: stated in `case.toml`, or used by day on several days from early on.
    fn find_homes(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for staff in &self.environment.staff {
            if !staff.address.is_empty() {
                homes.entry(staff.account.to_lowercase()).or_default().insert(staff.address.clone());
            }
        }
        for service in &self.environment.service_accounts {
            homes.entry(service.name.to_lowercase()).or_default().extend(service.addresses.iter().cloned());
        }
        let Some((start, _)) = self.span else { return homes };
        for ((account, address), habit) in &self.habits {
            if homes.get(account).is_some_and(|h| !h.is_empty()) || !self.is_established(habit, start) {
                continue;
            }
            let by_day: u32 = habit.hours[6..20].iter().sum();
            let all: u32 = habit.hours.iter().sum();
            if matches!(self.kind(account), AccountKind::Service | AccountKind::Device) || by_day * 10 >= all * 8 {
                homes.entry(account.clone()).or_default().insert(address.clone());
            }
        }
        homes
    }

    /// Used on three days or more, and from the first days of the logs on.
    fn is_established(&self, habit: &Habit, start: Timestamp) -> bool {
        habit.days.len() >= 3 && habit.first.is_some_and(|first| hours_between(start, first) <= 2.5 * self.baseline_hours())
    }

    /// A quarter of what the logs cover, four days at most: what appears later appears after a time in which it could have been seen.
    pub fn baseline_hours(&self) -> f64 {
        self.span.map_or(0.0, |(a, b)| (hours_between(a, b) / 4.0).min(96.0))
    }

    /// What sort of account.
    pub fn kind(&self, account: &str) -> AccountKind {
        self.kinds.get(account).copied().unwrap_or(AccountKind::Staff)
    }
    /// Whether `case.toml` states where the account works.
    pub fn home_is_stated(&self, account: &str) -> bool {
        let staff = self.environment.staff.iter().any(|s| s.account.eq_ignore_ascii_case(account) && !s.address.is_empty());
        staff || self.environment.service_accounts.iter().any(|s| s.name.eq_ignore_ascii_case(account) && !s.addresses.is_empty())
    }
    /// Whether `case.toml` knows the account at all; true when it lists nobody.
    pub fn is_known(&self, account: &str) -> bool {
        let environment = self.environment;
        environment.staff.is_empty()
            || self.kind(account) == AccountKind::Device
            || environment.staff.iter().any(|s| s.account.eq_ignore_ascii_case(account))
            || environment.service_accounts.iter().any(|s| s.name.eq_ignore_ascii_case(account))
    }
    /// Whether the address is the account's own.
    pub fn is_home(&self, account: &str, address: &str) -> bool {
        self.homes.get(account).is_some_and(|h| h.contains(address))
    }
    /// Whether the account is known to be at home somewhere.
    pub fn has_home(&self, account: &str) -> bool {
        self.homes.get(account).is_some_and(|h| !h.is_empty())
    }
    /// Whether anyone is at home there.
    pub fn is_anyones_home(&self, address: &str) -> bool {
        self.homes.values().any(|h| h.contains(address))
    }
    /// Whether `case.toml` says that the address is a proxy or a server: nobody's own.
    pub fn is_machine(&self, address: &str) -> bool {
        self.environment.servers.iter().any(|s| s.address == address || s.proxies.iter().any(|p| p == address))
    }
    /// Whether the address lies in a network of VPN clients.
    pub fn is_vpn(&self, address: &str) -> bool {
        self.environment.networks.iter().any(|n| n.what.to_lowercase().contains("vpn") && in_network(address, &n.cidr))
    }
    /// Hours after the beginning of the logs at which the account was first seen at the address.
    pub fn first_seen_hours(&self, account: &str, address: &str) -> Option<f64> {
        let first = self.habits.get(&(account.to_string(), address.to_string()))?.first?;
        Some(hours_between(self.span?.0, first))
    }
    /// Hours after the beginning of the logs at which the address was first seen at all.
    pub fn address_first_hours(&self, address: &str) -> Option<f64> {
        Some(hours_between(self.span?.0, *self.first_of_address.get(address)?))
    }
    /// Accounts of staff seen at the address.
    pub fn staff_at(&self, address: &str) -> Vec<&str> {
        self.habits.keys().filter(|(account, at)| at == address && self.kind(account) == AccountKind::Staff).map(|(account, _)| account.as_str()).collect()
    }
    /// Whether the account works at night from home.
    pub fn works_at_night(&self, account: &str) -> bool {
        let at_home = self.habits.iter().filter(|((a, address), _)| a == account && self.is_home(account, address));
        at_home.into_iter().any(|(_, habit)| habit.hours[NIGHT].iter().any(|n| *n > 0))
    }
    /// Whether the account works from home on Saturdays or Sundays.
    pub fn works_on_weekends(&self, account: &str) -> bool {
        let at_home = self.habits.iter().filter(|((a, address), _)| a == account && self.is_home(account, address));
        at_home.into_iter().any(|(_, habit)| habit.days.iter().any(|day| is_weekend(*day)))
    }
    /// Whether the time lies on a Saturday or Sunday, local time.
    pub fn is_weekend(&self, time: Timestamp) -> bool {
        is_weekend(time.to_zoned(self.zone.clone()).date())
    }
    /// Names of the work stations that `case.toml` lists, lower case.
    pub fn is_known_machine(&self, device: &str) -> bool {
        self.environment.staff.iter().any(|s| !s.work_station.is_empty() && s.work_station.eq_ignore_ascii_case(device))
    }
    /// Whether the time lies in the deep night, local time.
    pub fn is_night(&self, time: Timestamp) -> bool {
        NIGHT.contains(&(time.to_zoned(self.zone.clone()).hour() as usize))
    }
}

fn is_weekend(day: jiff::civil::Date) -> bool {
    matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
}

/// Hours from `a` to `b`.
pub fn hours_between(a: Timestamp, b: Timestamp) -> f64 {
    b.since(a).and_then(|span| span.total(Unit::Hour)).unwrap_or(0.0)
}

/// Whether the address is private, loopback or link-local: not reached through the Internet.
pub fn is_private(address: &str) -> bool {
    match address.parse() {
        Ok(std::net::IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Ok(std::net::IpAddr::V6(v6)) => v6.is_loopback() || (v6.segments()[0] & 0xfe00) == 0xfc00 || (v6.segments()[0] & 0xffc0) == 0xfe80,
        Err(_) => true,
    }
}
