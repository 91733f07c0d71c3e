//! How a kind of document writes down a person.

use super::household::{Home, Member};
use super::slips::{digit, heard, scanned, typed};
use crate::dice::Dice;

/// Columns of the records.
pub const HEADER: [&str; 20] = [
    "record_id",
    "document_id",
    "facility",
    "name",
    "first",
    "middle",
    "last",
    "suffix",
    "dob",
    "sex",
    "ssn",
    "mrn",
    "member_id",
    "street",
    "city",
    "state",
    "zip",
    "phone",
    "email",
    "kind",
];
/// Kinds of documents: register, claim, scanned form, letter, laboratory list, mail, spreadsheet, image header.
pub const KINDS: usize = 8;
const NAMES: [&str; KINDS] = ["register", "claim", "scan", "letter", "laboratory", "mail", "spreadsheet", "image"];

const FACILITIES: u64 = 9;

/// What a kind of document states: chance of birth date, number, record number, member number, address, telephone, e-mail, middle name.
const STATES: [[f64; 8]; KINDS] = [
    [0.97, 0.7, 0.8, 0.3, 0.95, 0.8, 0.4, 0.8],
    [1.0, 0.25, 0.3, 0.95, 0.9, 0.1, 0.0, 0.5],
    [0.9, 0.4, 0.3, 0.3, 0.85, 0.7, 0.1, 0.5],
    [0.35, 0.02, 0.2, 0.1, 0.97, 0.1, 0.02, 0.3],
    [0.98, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.4],
    [0.3, 0.03, 0.3, 0.05, 0.0, 0.4, 0.45, 0.05],
    [0.85, 0.35, 0.3, 0.2, 0.25, 0.25, 0.15, 0.35],
    [0.97, 0.0, 0.97, 0.0, 0.0, 0.0, 0.0, 0.45],
];

/// One record of `people[who]`, in the order of [`HEADER`] without the id.
pub fn write(people: &[Member], who: usize, kind: usize, slips: f64, dice: &mut Dice) -> Vec<String> {
    let me = &people[who];
    let slip = |p: f64, dice: &mut Dice| dice.chance((p * slips).min(0.6));
    let scan = kind == 2;
    let [has_dob, has_ssn, has_mrn, has_member, has_address, has_phone, has_email, has_middle] = STATES[kind].map(|p| dice.chance(p));
    // Names.
    let mut first = match kind {
        5 | 6 if !me.nickname.is_empty() && dice.chance(0.35) => me.nickname.to_string(),
        _ if !me.nickname.is_empty() && dice.chance(0.06) => me.nickname.to_string(),
        _ => me.first.clone(),
    };
    let mut last = if !me.before.is_empty() && dice.chance(0.12) { me.before.clone() } else { me.last.clone() };
    let mut middle = if !has_middle {
        String::new()
    } else if dice.chance(0.6) {
        me.middle.chars().take(1).collect()
    } else {
        me.middle.clone()
    };
    if slip(0.006, dice) && !me.middle.is_empty() {
        (first, middle) = (me.middle.clone(), String::new());
    }
    for name in [&mut first, &mut last] {
        if slip(if scan { 0.05 } else { 0.015 }, dice) {
            *name = if scan { scanned(name, dice) } else { typed(name, dice) };
        }
        if slip(0.012, dice) {
            *name = heard(name, dice);
        }
    }
    if slip(0.012, dice) {
        first = first.chars().take(1).collect();
    }
    if slip(0.006, dice) {
        std::mem::swap(&mut first, &mut last);
    }
    if let Some((half, _)) = last.split_once(['-', ' ']).filter(|_| dice.chance(0.2)) {
        last = half.to_string();
    }
    if kind == 0 && slip(0.01, dice) {
        first.clear();
    }
    // Birth date.
    let (mut year, mut month, mut day) = me.born;
    if slip(0.01, dice) {
        match dice.below(5) {
            0 => year += *dice.pick(&[-1, 1, -10, 10]),
            1 if day <= 12 => (month, day) = (day, month),
            2 => day = (day + dice.range(1, 9)) % 28 + 1,
            3 => month = month % 12 + 1,
            _ => (month, day) = (1, 1),
        }
    }
    let mut dob = match kind {
        0 | 1 | 4 => format!("{year:04}-{month:02}-{day:02}"),
        7 => format!("{year:04}{month:02}{day:02}"),
        _ => format!("{month:02}/{day:02}/{year:04}"),
    };
    if slip(0.012, dice) {
        dob = digit(&dob, dice);
    }
    if !has_dob {
        dob.clear();
    } else if slip(0.006, dice) {
        dob = if dice.chance(0.5) { format!("{year}") } else { "01/01/1900".into() };
    }
    // Numbers.
    let mut ssn = me.ssn.clone();
    if slip(0.015, dice) {
        ssn = digit(&ssn, dice);
    }
    if slip(0.008, dice) {
        // The guarantor's number.
        ssn = people[0].ssn.clone();
    }
    if kind == 6 && ssn.len() > 4 && dice.chance(0.6) {
        ssn = format!("xxx-xx-{}", &ssn[ssn.len() - 4..]);
    }
    if slip(0.006, dice) {
        ssn = (*dice.pick(&["999-99-9999", "000-00-0000", "unknown"])).into();
    }
    let facility = dice.below(FACILITIES as usize) as u64;
    // Few people are known at every facility.
    let facility = if dice.chance(0.8) { me.number % FACILITIES } else { facility };
    let mut mrn = format!("{:07}", (me.number / 31).wrapping_mul(2 * facility + 1) % 9_000_000 + 1_000_000);
    if slip(0.006, dice) {
        mrn = digit(&mrn, dice);
    }
    // Where they live, and how they are reached.
    let home = me.old_home.as_ref().filter(|_| dice.chance(0.3)).unwrap_or(&me.home);
    let (mut street, mut city, mut zip) = address(home, dice);
    if slip(0.03, dice) {
        street = if scan { scanned(&street, dice) } else { typed(&street, dice) };
    }
    if slip(0.01, dice) {
        city = typed(&city, dice);
    }
    if slip(0.01, dice) {
        zip = digit(&zip, dice);
    }
    let mut phone = if dice.chance(0.3) { me.home_phone.clone() } else { me.phone.clone() };
    if slip(0.01, dice) {
        phone = digit(&phone, dice);
    }
    if phone.len() == 10 && dice.chance(0.5) {
        phone = format!("({}) {}-{}", &phone[..3], &phone[3..6], &phone[6..]);
    }
    let mut email = me.email.clone();
    if slip(0.01, dice) {
        email = typed(&email, dice);
    }
    let member = format!("{}-{:02}", me.policy, if dice.chance(0.5) { who + 1 } else { 1 });
    let case = |text: String| match kind {
        1 | 7 => text.to_uppercase(),
        5 => text.to_lowercase(),
        _ => text,
    };
    let keep = |has: bool, text: String| if has { text } else { String::new() };
    let suffix = if dice.chance(0.6) { me.suffix } else { "" };
    let (first, middle, last) = (case(first), case(middle), case(last));
    // A spreadsheet may have one column for the name.
    let whole = kind == 6 && dice.chance(0.4);
    let name = if whole { format!("{last}, {first} {middle}").trim().to_string() } else { String::new() };
    let document = format!("{}{}", NAMES[kind], if matches!(kind, 3 | 5) { dice.digits(9) } else { dice.digits(4) });
    vec![
        document,
        format!("F{facility}"),
        name,
        keep(!whole, first),
        keep(!whole, middle),
        keep(!whole, last),
        suffix.to_string(),
        dob,
        keep(matches!(kind, 0 | 1 | 7), me.sex.to_string()),
        keep(has_ssn, ssn),
        keep(has_mrn, mrn),
        keep(has_member, member),
        keep(has_address, case(street)),
        keep(has_address, case(city)),
        keep(has_address, home.state.to_string()),
        keep(has_address, zip),
        keep(has_phone, phone),
        keep(has_email, email),
        NAMES[kind].to_string(),
    ]
}

fn address(home: &Home, dice: &mut Dice) -> (String, String, String) {
    let mut street = format!("{} {}", home.house, home.street);
    if dice.chance(0.4) {
        for (long, short) in [
            ("Street", "St"),
            ("Avenue", "Ave"),
            ("Road", "Rd"),
            ("Lane", "Ln"),
            ("Drive", "Dr"),
            ("Court", "Ct"),
            ("Boulevard", "Blvd"),
            ("North", "N"),
            ("South", "S"),
        ] {
            street = street.replace(long, short);
        }
    }
    if let Some(unit) = home.unit.filter(|_| dice.chance(0.7)) {
        street = format!("{street} {} {unit}", dice.pick(&["Apt", "#", "Unit"]));
    }
    (street, home.city.clone(), home.zip.clone())
}
