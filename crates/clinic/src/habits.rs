//! What honest people and services do over five weeks.

use crate::documents::Shelf;
use crate::logs::{Client, DAYS, Logs, after};
use crate::staff::{BACKUP, BACKUP_ADDRESS, PAYER, PAYER_ADDRESS, Staff, VENDOR, VENDOR_ADDRESS};

/// The browser on the work stations.
pub const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36 Edg/121.0.2277.112";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1";

/// A member of the staff at their own desk.
pub fn desk(s: &Staff) -> Client {
    Client { account: s.account.clone(), address: s.address.clone(), device: s.station.clone(), intruder: false }
}

/// The same person in a browser.
pub fn browser(c: &Client) -> Client {
    Client { device: BROWSER.into(), ..c.clone() }
}

fn folders(department: &str) -> &'static [&'static str] {
    match department {
        "frontdesk" => &["Clinic/Front Desk", "Clinic/Referrals", "Clinic/Letters", "Clinic/Fax"],
        "billing" => &["Clinic/Billing", "Clinic/Letters"],
        "clinical" => &["Clinic/Radiology", "Clinic/Referrals"],
        "records" => &["Clinic/Radiology/Reports/Old", "Clinic/Letters", "Clinic/Fax"],
        "it" => &["Clinic/IT", "Clinic/Manuals"],
        _ => &["Clinic/HR", "Clinic/Office"],
    }
}

/// All of it.
pub fn live(logs: &mut Logs, shelf: &Shelf) {
    for day in 0..DAYS {
        services(logs, day);
        let workday = day % 7 < 5;
        for s in shelf.staff {
            if workday && logs.dice.chance(0.92) {
                work(logs, shelf, s, day);
            }
            if let Some((outer, inner)) = s.evenings.as_ref().filter(|_| workday)
                && logs.dice.chance(0.4)
            {
                evening(logs, shelf, s, day, outer, inner);
            }
        }
        patients(logs, shelf, day);
        noise(logs, day);
    }
}

fn some_mrn(logs: &mut Logs, shelf: &Shelf) -> Option<String> {
    let n = shelf.people.len();
    (0..20).map(|_| &shelf.people[logs.dice.below(n)].mrn).find(|m| !m.is_empty()).cloned()
}

fn work(logs: &mut Logs, shelf: &Shelf, s: &Staff, day: i64) {
    let client = desk(s);
    let web = browser(&client);
    let start = logs.dice.range(7 * 3600 + 1500, 8 * 3600 + 2400);
    let end = logs.dice.range(16 * 3600 + 1200, 17 * 3600 + 1800);
    if logs.dice.chance(0.04) {
        let time = logs.at(day, start - 30);
        logs.share_logon(&client, time, false);
    }
    let mut mine = folders(s.department).to_vec();
    let own = format!("Clinic/Users/{}/", s.account);
    mine.push(&own);
    let paths = logs.below(&mine);
    let time = logs.at(day, start);
    let share = logs.share(&client, time);
    let mut times: Vec<i64> = (0..logs.dice.range(4, 9)).map(|_| 0).collect();
    times.iter_mut().for_each(|t| *t = logs.dice.range(start + 60, end - 60));
    times.sort_unstable();
    for second in times {
        if paths.is_empty() {
            break;
        }
        let path = *logs.dice.pick(&paths);
        let time = logs.at(day, second);
        if logs.dice.chance(0.35)
            && let Some((folder, _)) = path.rsplit_once('/')
        {
            logs.share_list(&share, time, folder);
        }
        logs.share_read(&share, after(time, 2), path, "smb read");
        if logs.dice.chance(0.08) {
            logs.share_scratch(&share, after(time, 40), path);
        }
    }
    let time = logs.at(day, end);
    logs.share_close(share, time);
    let (charts, studies) = match s.department {
        "clinical" => (logs.dice.range(4, 8), logs.dice.range(2, 5)),
        "frontdesk" => (logs.dice.range(3, 6), 0),
        "records" => (logs.dice.range(2, 4), i64::from(logs.dice.chance(0.3))),
        "billing" => (logs.dice.range(0, 2), 0),
        _ => (0, 0),
    };
    screens(logs, shelf, &web, day, (start, end), charts, studies);
}

fn screens(logs: &mut Logs, shelf: &Shelf, web: &Client, day: i64, (start, end): (i64, i64), charts: i64, studies: i64) {
    for _ in 0..charts {
        if let Some(mrn) = some_mrn(logs, shelf) {
            let second = logs.dice.range(start, end);
            let time = logs.at(day, second);
            logs.chart(web, time, &mrn);
        }
    }
    for _ in 0..studies {
        let (second, study) = (logs.dice.range(start, end), logs.dice.below(shelf.studies.len()));
        let time = logs.at(day, second);
        logs.study_view(web, time, study);
    }
}

fn evening(logs: &mut Logs, shelf: &Shelf, s: &Staff, day: i64, outer: &str, inner: &str) {
    let start = logs.dice.range(18 * 3600 + 1800, 20 * 3600 + 1800);
    let end = start + logs.dice.range(1200, 5400);
    let (from, to) = (logs.at(day, start), logs.at(day, end));
    logs.tunnel(&s.account, outer, inner, from, to);
    let client = Client { address: inner.into(), device: format!("{}-HOME", s.account.to_uppercase()), ..desk(s) };
    if s.department == "billing" {
        let paths = logs.below(folders(s.department));
        let share = logs.share(&client, after(from, 30));
        for i in 0..logs.dice.range(2, 4) {
            let path = *logs.dice.pick(&paths);
            logs.share_read(&share, after(from, 60 + 200 * i), path, "smb read");
        }
        logs.share_close(share, after(from, 1100));
    } else {
        let (charts, studies) = (logs.dice.range(2, 4), logs.dice.range(1, 3));
        screens(logs, shelf, &browser(&client), day, (start + 60, end - 60), charts, studies);
    }
}

fn services(logs: &mut Logs, day: i64) {
    let service =
        |account: &str, address: &str, device: &str| Client { account: account.into(), address: address.into(), device: device.into(), intruder: false };
    let backup = service(BACKUP, BACKUP_ADDRESS, "vault01");
    // Everything on Sundays, what changed on other nights.
    let all = logs.below(&["Clinic"]);
    let chosen: Vec<&str> = if day % 7 == 6 { all } else { logs.dice.sample(all.len(), all.len() / 15).into_iter().map(|i| all[i]).collect() };
    let mut time = logs.at(day, 3600 + 1800);
    let share = logs.share(&backup, time);
    for path in chosen {
        logs.share_read(&share, time, path, "backup");
        time = after(time, 2);
    }
    logs.share_close(share, time);
    if day % 7 == 0 {
        let payer = service(PAYER, PAYER_ADDRESS, "");
        let mut paths = logs.below(&["Exchange/outgoing/payer"]);
        paths.extend(logs.below(&["Exchange/outgoing/hl7"]));
        let time = logs.at(day, 2 * 3600 + 1260);
        logs.sftp(&payer, time, false, &["Exchange/outgoing", "Exchange/outgoing/payer"], &paths, 9);
    }
    let vendor = service(VENDOR, VENDOR_ADDRESS, "sync01");
    let time = logs.at(day, 4 * 3600 + 600);
    logs.sftp(&vendor, time, false, &["Exchange/sync"], &["Exchange/sync/state.json"], 3);
    let share = logs.share(&vendor, after(time, 60));
    logs.share_read(&share, after(time, 61), "Clinic/IT/sync/manifest.txt", "sync job");
    logs.share_close(share, after(time, 63));
}

fn patients(logs: &mut Logs, shelf: &Shelf, day: i64) {
    let owners: Vec<(usize, &str)> =
        shelf.documents.iter().filter(|d| d.path.starts_with("Portal/")).filter_map(|d| Some((d.mentions.first()?.person, d.path.as_str()))).collect();
    for _ in 0..logs.dice.range(3, 5 + owners.len() as i64 / 20) {
        if owners.is_empty() {
            return;
        }
        let (who, _) = *logs.dice.pick(&owners);
        let address = format!("198.51.100.{}", 40 + who * 37 % 190);
        let device = if who % 2 == 0 { BROWSER } else { PHONE };
        let client = Client { account: shelf.people[who].mrn.clone(), address, device: device.into(), intruder: false };
        let second = logs.dice.range(7 * 3600, 22 * 3600);
        let mut time = logs.at(day, second);
        if logs.dice.chance(0.1) {
            logs.portal_logon(&client, time, false);
            time = after(time, 20);
        }
        logs.portal_logon(&client, time, true);
        logs.portal_style(&client, time);
        for (_, path) in owners.iter().filter(|(p, _)| *p == who).take(4) {
            time = after(time, logs.dice.range(8, 70));
            logs.portal_read(&client, time, path);
        }
    }
}

fn noise(logs: &mut Logs, day: i64) {
    for _ in 0..logs.dice.range(2, 6) {
        let second = logs.dice.range(0, 86_399);
        let time = logs.at(day, second);
        logs.portal_noise(time);
    }
    for _ in 0..logs.dice.range(1, 5) {
        let second = logs.dice.range(0, 86_399);
        let (time, address) = (logs.at(day, second), format!("192.0.2.{}", logs.dice.range(150, 254)));
        let (account, known) = *logs.dice.pick(&[("root", true), ("admin", false), ("ubuntu", false), ("oracle", false)]);
        logs.ssh_failed(account, known, &address, time);
    }
}
