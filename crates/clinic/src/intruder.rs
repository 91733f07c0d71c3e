//! The intruder: one of three stories, chosen by the seed. The owners of the stolen accounts go on working.

use crate::dice::Dice;
use crate::documents::Shelf;
use crate::habits::BROWSER;
use crate::logs::{Client, Logs, after};
use crate::people::Kind;
use crate::staff::{Staff, VENDOR};
use crate::truth::Intrusion;
use jiff::Timestamp;

/// Lets the intruder in, and says what they used.
pub fn intrude(logs: &mut Logs, shelf: &Shelf) -> Intrusion {
    let mut dice = Dice::new(shelf.seed, "intruder");
    match shelf.seed % 3 {
        0 => vendor(logs, &mut dice),
        1 => spray(logs, shelf, &mut dice),
        _ => clinician(logs, shelf, &mut dice),
    }
}

fn client(account: &str, address: &str, device: &str) -> Client {
    Client { account: account.into(), address: address.into(), device: device.into(), intruder: true }
}

/// Three different addresses abroad.
fn outside(dice: &mut Dice) -> Vec<String> {
    dice.sample(200, 3).into_iter().map(|n| format!("203.0.113.{}", n + 20)).collect()
}

fn member<'a>(shelf: &'a Shelf, department: &str, dice: &mut Dice) -> &'a Staff {
    let of: Vec<&Staff> = shelf.staff.iter().filter(|s| s.department == department).collect();
    of.get(dice.below(of.len())).copied().unwrap_or(&shelf.staff[0])
}

/// Folders on the file server with what they hold, in chance order.
fn haul<'a>(logs: &Logs<'a>, dice: &mut Dice, within: &[&str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut folders: Vec<(&str, Vec<&str>)> = Vec::new();
    for path in logs.below(within) {
        let Some((folder, _)) = path.rsplit_once('/') else { continue };
        match folders.last_mut() {
            Some((last, paths)) if *last == folder => paths.push(path),
            _ => folders.push((folder, vec![path])),
        }
    }
    dice.shuffle(&mut folders);
    folders
}

/// Lists folders and copies all they hold, until `limit` files are taken. Returns when the connection ended, and what is left.
fn copy_folders<'a>(
    logs: &mut Logs<'a>,
    c: &Client,
    start: Timestamp,
    folders: Vec<(&'a str, Vec<&'a str>)>,
    limit: usize,
    dice: &mut Dice,
) -> (Timestamp, Vec<(&'a str, Vec<&'a str>)>) {
    let share = logs.share(c, start);
    let (mut time, mut taken, mut rest) = (after(start, 5), 0, Vec::new());
    for (folder, paths) in folders {
        if taken >= limit {
            rest.push((folder, paths));
            continue;
        }
        logs.share_list(&share, time, folder);
        for path in paths {
            time = after(time, dice.range(1, 12));
            logs.share_read(&share, time, path, "smb bulk copy");
            taken += 1;
        }
    }
    logs.share_close(share, after(time, 20));
    (after(time, 20), rest)
}

/// Password spraying on the portal, then a front-desk account over the VPN by night: file server, portal by script, PACS.
fn spray(logs: &mut Logs, shelf: &Shelf, dice: &mut Dice) -> Intrusion {
    let owner = member(shelf, "frontdesk", dice);
    let account = owner.account.as_str();
    let (from, inner) = (outside(dice), format!("10.44.9.{}", dice.range(30, 60)));
    let first_day = dice.range(6, 9);
    let start = logs.at(first_day, 22 * 3600 + dice.range(0, 1800));
    // A few guesses an account, slowly, from changing addresses.
    let mut names: Vec<String> = shelf.staff.iter().map(|s| s.account.clone()).filter(|a| a != account).collect();
    names.extend(shelf.people.iter().filter(|p| p.kind == Kind::Patient).take(25).map(|p| p.mrn.clone()));
    dice.shuffle(&mut names);
    let mut time = start;
    for (i, name) in names.iter().enumerate() {
        logs.portal_logon(&client(name, &from[i % 2], "python-requests/2.31"), time, false);
        time = after(time, dice.range(20, 70));
    }
    let script = client(account, &from[0], "python-requests/2.31");
    logs.portal_logon(&script, time, false);
    logs.portal_logon(&script, after(time, 33), true);
    // The portal, by script, one night later.
    let mut portal: Vec<&str> = shelf.documents.iter().map(|d| d.path.as_str()).filter(|p| p.starts_with("Portal/")).collect();
    dice.shuffle(&mut portal);
    portal.truncate(portal.len() * 7 / 10);
    let script = Client { device: "curl/8.4.0".into(), ..script };
    let mut time = logs.at(first_day + 1, 24 * 3600 + dice.range(1800, 9000));
    for path in portal {
        logs.portal_read(&script, time, path);
        time = after(time, dice.range(6, 20));
    }
    // Some nights on the file server.
    let inside = client(account, &inner, "WIN-4QJ7D0R2PLT");
    let mut folders = haul(
        logs,
        dice,
        &["Clinic/Radiology/Reports/2023", "Clinic/Radiology/Reports/2024", "Clinic/HR", "Clinic/Billing", "Clinic/Front Desk/Intake", "Clinic/Referrals"],
    );
    let nights = dice.range(3, 5);
    let per_night = folders.iter().map(|(_, p)| p.len()).sum::<usize>() * 8 / 10 / nights as usize + 1;
    let mut end = time;
    for night in 0..nights {
        let up = logs.at(first_day + 3 + 3 * night, 24 * 3600 + dice.range(1800, 10_000));
        let (down, rest) = copy_folders(logs, &inside, after(up, 45), folders, per_night, dice);
        folders = rest;
        end = after(down, 60);
        logs.tunnel(account, &from[2], &inner, up, end);
    }
    // The PACS, the last night: a look, then archives.
    let up = logs.at(first_day + 5 + 3 * nights, 24 * 3600 + dice.range(5000, 9000));
    let viewer = client(account, &inner, "curl/8.4.0");
    let mut time = after(up, 90);
    for (i, study) in dice.sample(shelf.studies.len(), shelf.studies.len() * 6 / 10).into_iter().enumerate() {
        if i < 4 {
            logs.study_view(&viewer, time, study)
        } else {
            logs.study_archive(&viewer, time, study)
        }
        time = after(time, dice.range(9, 40));
    }
    end = end.max(after(time, 30));
    logs.tunnel(account, &from[2], &inner, up, end);
    let mut addresses = from;
    addresses.push(inner);
    Intrusion {
        story: "spray",
        accounts: vec![account.into()],
        addresses,
        start,
        end,
        notes: vec!["password spraying on the portal, then VPN, file server, portal by script and PACS with the same password"],
    }
}

/// A clinician's password from elsewhere: straight onto the VPN, slow reading on many evenings, among the owner's own evenings.
fn clinician(logs: &mut Logs, shelf: &Shelf, dice: &mut Dice) -> Intrusion {
    let evening: Vec<&Staff> = shelf.staff.iter().filter(|s| s.department == "clinical" && s.evenings.is_some()).collect();
    let owner = evening.get(dice.below(evening.len())).copied().unwrap_or(&shelf.staff[0]);
    let account = owner.account.as_str();
    let (mut from, inner) = (outside(dice), format!("10.44.9.{}", dice.range(30, 60)));
    from.truncate(2);
    let first_day = dice.range(4, 8);
    let mut reports = logs.below(&["Clinic/Radiology/Reports", "Clinic/Referrals", "Clinic/Letters"]);
    dice.shuffle(&mut reports);
    let mut studies = dice.sample(shelf.studies.len(), shelf.studies.len());
    let (mut start, mut end) = (None, Timestamp::UNIX_EPOCH);
    let mut day = first_day;
    for visit in 0..dice.range(9, 13) {
        let outer = from[usize::from(visit > 5)].clone();
        let up = logs.at(day, dice.range(18 * 3600, 22 * 3600));
        if visit == 0 {
            logs.tunnel_refused(&outer, after(up, -40));
        }
        start.get_or_insert(after(up, if visit == 0 { -40 } else { 0 }));
        let inside = client(account, &inner, "DESKTOP-9K2LQ0V");
        let web = client(account, &inner, BROWSER);
        let share = logs.share(&inside, after(up, 40));
        let mut time = after(up, 60);
        for _ in 0..dice.range(4, 12) {
            let Some(path) = reports.pop() else { break };
            if let Some((folder, _)) = path.rsplit_once('/').filter(|_| dice.chance(0.4)) {
                logs.share_list(&share, time, folder);
            }
            time = after(time, dice.range(20, 240));
            logs.share_read(&share, time, path, "smb opened one by one");
        }
        logs.share_close(share, after(time, 15));
        for _ in 0..dice.range(3, 8) {
            let n = shelf.people.len();
            let Some(p) = (0..20).map(|_| &shelf.people[dice.below(n)]).find(|p| !p.mrn.is_empty()) else { break };
            time = after(time, dice.range(25, 120));
            logs.chart(&web, time, &p.mrn);
        }
        for _ in 0..dice.range(1, 4) {
            let Some(study) = studies.pop() else { break };
            time = after(time, dice.range(30, 150));
            if visit > 5 && dice.chance(0.5) { logs.study_archive(&web, time, study) } else { logs.study_view(&web, time, study) }
        }
        end = after(time, 60);
        logs.tunnel(account, &outer, &inner, up, end);
        day += dice.range(1, 3);
    }
    let mut addresses = from;
    addresses.push(inner);
    Intrusion {
        story: "clinician",
        accounts: vec![account.into()],
        addresses,
        start: start.unwrap_or(end),
        end,
        notes: vec!["a clinician's password, guessed at the second attempt; slow reading in the evening, as the owner also does from home"],
    }
}

/// The account of a former vendor, used over SFTP from abroad, then on the file server from a machine that nobody watches.
fn vendor(logs: &mut Logs, dice: &mut Dice) -> Intrusion {
    let mut from = outside(dice);
    from.truncate(2);
    let first_day = dice.range(9, 13);
    let abroad = client(VENDOR, &from[0], "");
    let start = logs.at(first_day, dice.range(13 * 3600, 15 * 3600));
    for i in 0..3 {
        logs.ssh_failed(VENDOR, true, &from[0], after(start, 41 * i));
    }
    let listing = logs.sftp(&abroad, after(start, 600), true, &["Exchange", "Exchange/outgoing", "Exchange/incoming"], &[], 3);
    let exchange = logs.below(&["Exchange/outgoing", "Exchange/incoming"]);
    let mut end = logs.sftp(
        &Client { address: from[1].clone(), ..abroad },
        logs.at(first_day + 1, 24 * 3600 + dice.range(600, 7200)),
        true,
        &["Exchange/outgoing/payer", "Exchange/outgoing/hl7", "Exchange/incoming/hl7"],
        &exchange,
        25,
    );
    end = end.max(listing);
    // Half of the clinics have a VPN that lets service accounts in; in the other half an imaging console was taken over.
    let tunnel = dice.chance(0.5);
    let inner = if tunnel { format!("10.44.9.{}", dice.range(30, 60)) } else { format!("10.44.6.{}", dice.range(20, 40)) };
    let inside = client(VENDOR, &inner, if tunnel { "KALI" } else { "CT-CONSOLE-2" });
    let mut folders = haul(logs, dice, &["Clinic/Radiology", "Clinic/IT/migration", "Clinic/HR", "Clinic/Letters", "Clinic/Front Desk", "Clinic/Users"]);
    let nights = dice.range(2, 4);
    let per_night = folders.iter().map(|(_, p)| p.len()).sum::<usize>() * 7 / 10 / nights as usize + 1;
    for night in 0..nights {
        let up = logs.at(first_day + 3 + 2 * night, dice.range(1800, 10_000) + if night % 2 == 0 { 24 * 3600 } else { 20 * 3600 });
        let (down, rest) = copy_folders(logs, &inside, after(up, 45), folders, per_night, dice);
        folders = rest;
        end = end.max(after(down, 60));
        if tunnel {
            logs.tunnel(VENDOR, &from[1], &inner, up, after(down, 60));
        }
    }
    let mut addresses = from;
    addresses.push(inner);
    let how = if tunnel { "and on the file server over the VPN" } else { "and on the file server from an imaging console" };
    Intrusion {
        story: "vendor",
        accounts: vec![VENDOR.into()],
        addresses,
        start,
        end,
        notes: vec!["the account of a former vendor over SFTP from abroad", how],
    }
}
