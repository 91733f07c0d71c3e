//! What the servers write down. Each file writes one server's logs in its own form and time; every reading is entered in the truth as well.

mod ehr;
mod pacs;
mod samba;
mod sftp;
mod vpn;
mod web;

use crate::dice::Dice;
use crate::documents::Shelf;
use crate::truth::{Access, write};
use dosimeter_case::{Error, Result};
use flate2::{Compression, GzBuilder};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// First day of the logs, a Monday. The second weekend holds the change to summer time.
pub const FIRST_DAY: Date = Date::constant(2024, 2, 26);
/// Days of logs: five weeks.
pub const DAYS: i64 = 35;

/// Who is at the other end of a connection.
#[derive(Clone)]
pub struct Client {
    /// Account.
    pub account: String,
    /// Address that the server sees.
    pub address: String,
    /// Name of the machine, or user agent.
    pub device: String,
    /// Whether this is the intruder.
    pub intruder: bool,
}

/// Lines by log file, and the accesses they stand for.
pub struct Logs<'a> {
    /// The files that can be read.
    pub shelf: &'a Shelf<'a>,
    /// Every reading so far.
    pub accesses: Vec<Access>,
    /// Chance for ports, process numbers and the like.
    pub dice: Dice,
    zone: TimeZone,
    lines: BTreeMap<&'static str, Vec<(Timestamp, String)>>,
    folders: BTreeMap<&'a str, Vec<&'a str>>,
    sizes: BTreeMap<&'a str, usize>,
    process: usize,
}

impl<'a> Logs<'a> {
    /// No lines yet.
    pub fn new(shelf: &'a Shelf<'a>) -> Result<Logs<'a>> {
        // The rule in full, so that nothing depends on the time zones of the machine.
        let zone = TimeZone::posix("CST6CDT,M3.2.0,M11.1.0").map_err(|e| Error::config(e.to_string()))?;
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for d in &shelf.documents {
            if let Some((folder, _)) = d.path.rsplit_once('/') {
                folders.entry(folder).or_default().push(&d.path);
            }
        }
        let sizes = shelf.documents.iter().map(|d| (d.path.as_str(), d.bytes.len())).collect();
        Ok(Logs { shelf, accesses: Vec::new(), dice: Dice::new(shelf.seed, "logs"), zone, lines: BTreeMap::new(), folders, sizes, process: 2000 })
    }
    /// Second `second` of day `day` (from 0) by the clinic's clock. Seconds may exceed a day.
    pub fn at(&self, day: i64, second: i64) -> Timestamp {
        let date = FIRST_DAY.saturating_add(SignedDuration::from_hours(24 * day));
        let local: DateTime = date.at(0, 0, 0, 0).saturating_add(SignedDuration::from_secs(second));
        self.zone.to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::UNIX_EPOCH)
    }
    /// A time by the clinic's clock, in `strftime` form.
    pub fn local(&self, time: Timestamp, form: &str) -> String {
        time.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
    /// ISO 8601 with the clinic's offset.
    pub fn iso(&self, time: Timestamp) -> String {
        self.local(time, "%Y-%m-%dT%H:%M:%S%:z")
    }
    /// Paths on the file server that can be opened, below any of `folders`.
    pub fn below(&self, folders: &[&str]) -> Vec<&'a str> {
        self.shelf
            .documents
            .iter()
            .map(|d| (d.path.as_str(), d.bytes.len()))
            .filter(|(p, n)| *n > 0 && folders.iter().any(|f| p.starts_with(f)))
            .map(|(p, _)| p)
            .collect()
    }
    fn line(&mut self, file: &'static str, time: Timestamp, text: String) {
        self.lines.entry(file).or_default().push((time, text));
    }
    fn size(&self, path: &str) -> usize {
        self.sizes.get(path).copied().unwrap_or(0)
    }
    fn port(&mut self) -> i64 {
        self.dice.range(32_768, 60_999)
    }
    /// A process number that no other connection has.
    fn process(&mut self) -> usize {
        self.process += 4;
        self.process
    }
    fn access(&mut self, client: &Client, time: Timestamp, server: &'static str, path: &str, whole: bool, how: &'static str) {
        let bytes = self.size(path);
        self.accesses.push(Access {
            time,
            account: client.account.clone(),
            source: client.address.clone(),
            server,
            path: path.to_string(),
            study: String::new(),
            whole,
            bytes,
            how,
            intruder: client.intruder,
        });
    }
    /// Writes every log below `dir`, rotated by week where the server rotates, and returns the accesses in order of time.
    pub fn write(mut self, dir: &Path) -> Result<Vec<Access>> {
        for (file, mut lines) in std::mem::take(&mut self.lines) {
            lines.sort_by_key(|(time, _)| *time);
            if matches!(file, "pacs01/atna_audit.log" | "ehr01/access_log.csv") {
                let head = if file.ends_with(".csv") { "Access Time,User ID,Workstation,Record,Module,Action\n" } else { "" };
                write(&dir.join(file), (head.to_string() + &joined(&lines)).as_bytes())?;
                continue;
            }
            for week in 0..DAYS / 7 {
                let (from, to) = (self.at(7 * week, 0), self.at(7 * week + 7, 0));
                let last = week == DAYS / 7 - 1;
                let part: Vec<_> = lines.iter().filter(|(t, _)| (*t >= from || week == 0) && (*t < to || last)).cloned().collect();
                let text = joined(&part);
                match DAYS / 7 - 1 - week {
                    0 => write(&dir.join(file), text.as_bytes())?,
                    1 => write(&dir.join(format!("{file}.1")), text.as_bytes())?,
                    n => {
                        let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(6));
                        let path = dir.join(format!("{file}.{n}.gz"));
                        packer.write_all(text.as_bytes()).map_err(|e| Error::io(&path, e))?;
                        write(&path, &packer.finish().map_err(|e| Error::io(&path, e))?)?;
                    }
                }
            }
        }
        self.accesses.sort_by(|a, b| (a.time, &a.account, &a.path).cmp(&(b.time, &b.account, &b.path)));
        Ok(self.accesses)
    }
}

/// A little later.
pub fn after(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

fn joined(lines: &[(Timestamp, String)]) -> String {
    let mut out = String::with_capacity(lines.iter().map(|(_, l)| l.len() + 1).sum());
    for (_, line) in lines {
        out += line;
        out.push('\n');
    }
    out
}
