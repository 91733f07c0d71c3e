//! The people of the clinic, household by household: patients, guardians, subscribers, employees and physicians, with the hard cases of identity named.

use crate::dice::Dice;
use crate::names::{ABROAD, FAR, HOME, LAST, MEN, NEAR, NICKNAMES, PAYERS, STREETS, WOMEN, nickname};
use crate::numbers::{card, date, mail, mbi, plain_last, ssn};
use crate::people::{Address, Kind, Person};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Makes people one by one and keeps identifiers unique.
struct Registry {
    dice: Dice,
    used: BTreeSet<String>,
    people: Vec<Person>,
    family: usize,
    singles: usize,
}

/// The kinds of household, those with hard cases first, so that each occurs in the smallest clinic.
const HOUSEHOLDS: &[&str] = &["twins", "father_son", "namesakes", "family", "subscriber", "married", "couple", "moved", "two_numbers"];
const SINGLES: &[&str] = &[
    "nickname",
    "hyphenated",
    "double_surname",
    "transposed_dob",
    "deceased",
    "out_of_state",
    "foreign_address",
    "no_address",
    "minor",
    "staff_is_patient",
    "staff_is_patient",
    "two_record_numbers",
    "moved",
    "previous_name",
    "",
];

/// `count` patients and those around them; `providers` physicians come first, `employees` who are not patients last.
pub fn generate(seed: u64, count: usize, providers: usize, employees: usize) -> Vec<Person> {
    let mut all = Registry { dice: Dice::new(seed, "people"), used: BTreeSet::new(), people: Vec::new(), family: 0, singles: 0 };
    for _ in 0..providers {
        all.provider();
    }
    let (mut patients, mut turn) = (0, 0);
    while patients < count {
        let left = count - patients;
        let household = match HOUSEHOLDS.get(turn) {
            Some(kind) if count >= 40 => kind,
            _ => *all.dice.pick(&[
                "single",
                "single",
                "single",
                "single",
                "single",
                "single",
                "couple",
                "couple",
                "family",
                "family",
                "subscriber",
                "twins",
                "father_son",
                "namesakes",
                "married",
            ]),
        };
        turn += 1;
        patients += all.household(household, left);
    }
    for _ in 0..employees {
        let family = all.next_family();
        let dob = all.born(22, 66);
        let mut p = all.person(Kind::Employee, dob, None, family);
        p.ssn = all.unique(ssn);
        p.address.country = "US".into();
        all.people.push(p);
    }
    for p in all.people.iter_mut().filter(|p| p.kind == Kind::Employee || p.hard.contains(&"staff_is_patient")) {
        p.bank_account = all.dice.digits(10);
    }
    all.people.iter_mut().enumerate().for_each(|(i, p)| p.id = format!("P{:05}", i + 1));
    all.people
}

impl Registry {
    fn unique(&mut self, mut make: impl FnMut(&mut Dice) -> String) -> String {
        loop {
            let value = make(&mut self.dice);
            if self.used.insert(value.clone()) {
                return value;
            }
        }
    }
    fn last_name(&mut self) -> String {
        // Common names are common: a third of all families share the first twenty.
        let list = if self.dice.chance(0.33) { &LAST[..20] } else { &LAST[..] };
        self.dice.pick(list).to_string()
    }
    fn born(&mut self, youngest: i64, oldest: i64) -> Date {
        let year = self.dice.range(2024 - oldest, 2024 - youngest);
        date(year, self.dice.range(1, 12), self.dice.range(1, 28))
    }
    fn home(&mut self) -> Address {
        let place = self.dice.below(100);
        let (city, state, zip) = *self.dice.pick(if place < 68 {
            HOME
        } else if place < 93 {
            NEAR
        } else {
            FAR
        });
        let unit = if self.dice.chance(0.2) { format!(" Apt {}", self.dice.range(1, 40)) } else { String::new() };
        let street = format!("{} {}{unit}", self.dice.range(100, 9899), self.dice.pick(&STREETS));
        Address { street, city: city.into(), state: state.into(), zip: zip.into(), country: "US".into() }
    }
    fn provider(&mut self) {
        let family = self.next_family();
        let dob = self.born(33, 68);
        let mut p = self.person(Kind::Provider, dob, None, family);
        p.address = Address::default();
        (p.ssn, p.phone, p.email, p.payer, p.member_id, p.mbi, p.drivers_license, p.card_number) = Default::default();
        self.people.push(p);
    }
    fn next_family(&mut self) -> usize {
        self.family += 1;
        self.family
    }
    /// Somebody born on `dob`; the family name and the address are new unless `like` somebody.
    fn person(&mut self, kind: Kind, dob: Date, like: Option<usize>, family: usize) -> Person {
        let sex = if self.dice.chance(0.54) { 'F' } else { 'M' };
        let first = self.dice.pick(if sex == 'F' { &WOMEN } else { &MEN }).to_string();
        let middle = if self.dice.chance(0.75) { char::from(b'A' + self.dice.below(23) as u8).to_string() } else { String::new() };
        let (last, address) = match like.and_then(|i| self.people.get(i)) {
            Some(other) => (other.last.clone(), other.address.clone()),
            None => (self.last_name(), self.home()),
        };
        let age = 2024 - i64::from(dob.year());
        let ssn = if age > 15 && self.dice.chance(0.72) { self.unique(ssn) } else { String::new() };
        let mrn = if kind == Kind::Patient { self.unique(|d| format!("20{}", d.digits(5))) } else { String::new() };
        let (payer, prefix) = *self.dice.pick(PAYERS);
        let member_id = self.unique(|d| format!("{prefix}{}", d.digits(9)));
        let mbi = if age >= 66 { self.unique(mbi) } else { String::new() };
        let phone = format!("({}) 555-01{:02}", self.dice.pick(&["816", "913", "660", "785"]), self.dice.below(100));
        let email = if self.dice.chance(0.6) { mail(&first, &last, &mut self.dice) } else { String::new() };
        let drivers_license =
            if age > 18 && self.dice.chance(0.3) { self.unique(|d| format!("{}{}", char::from(b'A' + d.below(26) as u8), d.digits(9))) } else { String::new() };
        let card_number = if age > 20 && self.dice.chance(0.12) { self.unique(card) } else { String::new() };
        let nickname = NICKNAMES
            .iter()
            .map(|p| nickname(p))
            .find(|(full, _)| *full == first)
            .filter(|_| self.dice.chance(0.35))
            .map(|(_, nick)| nick.to_string())
            .unwrap_or_default();
        let mut hard = Vec::new();
        if !nickname.is_empty() {
            hard.push("nickname");
        }
        if last.contains('-') {
            hard.push("hyphenated");
        } else if last.contains(' ') {
            hard.push("particle");
        }
        if !last.is_ascii() || last.contains('\'') || !first.is_ascii() {
            hard.push("apostrophe_diacritic");
        }
        if age < 18 {
            hard.push("minor");
        }
        Person {
            id: String::new(),
            kind,
            first,
            middle,
            last,
            suffix: String::new(),
            nickname,
            prev_last: String::new(),
            sex,
            dob,
            ssn,
            mrn,
            mrn2: String::new(),
            address,
            old_address: Address::default(),
            phone,
            email,
            payer: payer.into(),
            member_id,
            mbi,
            drivers_license,
            card_number,
            bank_account: String::new(),
            guardian: None,
            subscriber: None,
            died: None,
            family,
            hard,
        }
    }
    fn add(&mut self, p: Person) -> usize {
        self.people.push(p);
        self.people.len() - 1
    }
    /// Adds a household of at most `left` patients and returns how many.
    fn household(&mut self, kind: &str, left: usize) -> usize {
        let family = self.next_family();
        match kind {
            "twins" if left >= 2 => {
                let dob = if self.dice.chance(0.5) { self.born(2, 16) } else { self.born(20, 60) };
                let guardian = (2024 - dob.year() < 18).then(|| self.parent(family));
                let one = self.person(Kind::Patient, dob, guardian, family);
                let one = self.add(Person { guardian, ..one });
                let mut other = self.person(Kind::Patient, dob, Some(one), family);
                while other.first == self.people[one].first {
                    other.first = self.dice.pick(if other.sex == 'F' { &WOMEN } else { &MEN }).to_string();
                    other.nickname.clear();
                }
                other.hard.push("twin");
                other.guardian = guardian;
                self.people[one].hard.push("twin");
                self.add(other);
                2
            }
            "father_son" if left >= 2 => {
                let (old, young) = (self.born(50, 80), self.born(19, 29));
                let mut father = self.person(Kind::Patient, old, None, family);
                father.sex = 'M';
                father.first = self.dice.pick(&MEN).to_string();
                father.nickname.clear();
                father.suffix = if self.dice.chance(0.6) { "Sr".into() } else { String::new() };
                father.hard.push("father_son_same_name");
                let father = self.add(father);
                let mut son = self.person(Kind::Patient, young, Some(father), family);
                let like = &self.people[father];
                (son.sex, son.first, son.middle) = ('M', like.first.clone(), like.middle.clone());
                son.nickname.clear();
                son.suffix = "Jr".into();
                son.hard.push("father_son_same_name");
                self.add(son);
                2
            }
            "namesakes" if left >= 2 => {
                let (a, b) = (self.born(25, 80), self.born(25, 80));
                let one = self.person(Kind::Patient, a, None, family);
                let one = self.add(one);
                let family = self.next_family();
                let mut other = self.person(Kind::Patient, b, None, family);
                let like = &self.people[one];
                (other.sex, other.first, other.middle, other.last) = (like.sex, like.first.clone(), like.middle.clone(), like.last.clone());
                other.nickname.clear();
                other.hard.push("same_name_other_person");
                self.people[one].hard.push("same_name_other_person");
                self.add(other);
                2
            }
            "family" => {
                let guardian = self.parent(family);
                let children = self.dice.range(1, 2).min(left as i64) as usize;
                for _ in 0..children {
                    let dob = self.born(1, 17);
                    let child = self.person(Kind::Patient, dob, Some(guardian), family);
                    self.add(Person { guardian: Some(guardian), subscriber: Some(guardian), ..child });
                }
                children
            }
            "subscriber" => {
                let dob = self.born(30, 75);
                let holder = self.person(Kind::Subscriber, dob, None, family);
                let holder = self.add(holder);
                let dob = self.born(30, 75);
                let mut patient = self.person(Kind::Patient, dob, Some(holder), family);
                patient.subscriber = Some(holder);
                self.people[holder].hard.push("subscriber_not_patient");
                self.add(patient);
                1
            }
            "couple" if left >= 2 => {
                let (a, b) = (self.born(25, 85), self.born(25, 85));
                let one = self.person(Kind::Patient, a, None, family);
                let one = self.add(one);
                let other = self.person(Kind::Patient, b, Some(one), family);
                self.add(other);
                2
            }
            "married" | "moved" | "two_numbers" => self.single(
                family,
                match kind {
                    "married" => "previous_name",
                    "moved" => "moved",
                    _ => "two_record_numbers",
                },
            ),
            _ => {
                // The hard cases of single people come in turn first, so that every one occurs, and by chance later.
                self.singles += 1;
                let case = match SINGLES.get(self.singles - 1) {
                    Some(case) => case,
                    None if self.dice.chance(0.45) => *self.dice.pick(SINGLES),
                    None => "",
                };
                self.single(family, case)
            }
        }
    }
    fn parent(&mut self, family: usize) -> usize {
        let dob = self.born(28, 52);
        // Some parents are patients themselves elsewhere; here they stand only as guardians.
        let parent = self.person(Kind::Guardian, dob, None, family);
        self.add(parent)
    }
    fn single(&mut self, family: usize, case: &'static str) -> usize {
        // Two of the staff are patients, in a clinic of any size.
        let known = self.people.iter().filter(|p| p.hard.contains(&"staff_is_patient")).count();
        let case = if case == "staff_is_patient" && known >= 2 { "" } else { case };
        let dob = match case {
            "deceased" => self.born(66, 96),
            "transposed_dob" => date(self.dice.range(1935, 2000), self.dice.range(1, 6), self.dice.range(7, 12)),
            "minor" => self.born(14, 17),
            "previous_name" | "staff_is_patient" => self.born(26, 64),
            _ => self.born(19, 92),
        };
        let mut p = self.person(Kind::Patient, dob, None, family);
        match case {
            "nickname" => {
                let pair = *self.dice.pick(&NICKNAMES);
                let (full, nick) = nickname(pair);
                (p.first, p.nickname, p.sex) = (full.into(), nick.into(), if WOMEN.contains(&full) { 'F' } else { 'M' });
                p.hard.retain(|h| *h != "nickname");
            }
            "hyphenated" => p.last = format!("{}-{}", plain_last(&mut self.dice), plain_last(&mut self.dice)),
            "staff_is_patient" if p.ssn.is_empty() => p.ssn = self.unique(ssn),
            "double_surname" => {
                const HISPANIC: &[&str] = &[
                    "Garcia",
                    "Martinez",
                    "Hernandez",
                    "Lopez",
                    "Gonzalez",
                    "Rivera",
                    "Acosta",
                    "Benítez",
                    "Castañeda",
                    "Delgado",
                    "Fuentes",
                    "Núñez",
                    "Peña",
                    "Vega",
                ];
                p.last = format!("{} {}", self.dice.pick(HISPANIC), self.dice.pick(HISPANIC));
            }
            "deceased" => p.died = Some(date(2023, self.dice.range(1, 12), self.dice.range(1, 28))),
            "out_of_state" => {
                let (city, state, zip) = *self.dice.pick(FAR);
                p.address = Address { city: city.into(), state: state.into(), zip: zip.into(), ..p.address };
            }
            "foreign_address" => {
                let (street, city, zip, country) = *self.dice.pick(ABROAD);
                p.address = Address { street: street.into(), city: city.into(), state: String::new(), zip: zip.into(), country: country.into() };
            }
            "no_address" => p.address = Address::default(),
            "two_record_numbers" => p.mrn2 = self.unique(|d| format!("20{}", d.digits(5))),
            "moved" => p.old_address = self.home(),
            "previous_name" => {
                p.sex = 'F';
                p.first = self.dice.pick(&WOMEN).to_string();
                p.nickname.clear();
                p.prev_last = plain_last(&mut self.dice);
                while p.prev_last == p.last {
                    p.prev_last = plain_last(&mut self.dice);
                }
            }
            _ => {}
        }
        if !case.is_empty() && !p.hard.contains(&case) {
            p.hard.push(case);
        }
        self.add(p);
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hard_case_occurs_in_a_small_clinic() {
        let people = generate(3, 150, 4, 5);
        assert_eq!(people.iter().filter(|p| p.kind == Kind::Patient).count(), 150);
        let cases = [
            "twin",
            "father_son_same_name",
            "same_name_other_person",
            "previous_name",
            "nickname",
            "hyphenated",
            "double_surname",
            "transposed_dob",
            "minor",
            "deceased",
            "subscriber_not_patient",
            "out_of_state",
            "foreign_address",
            "no_address",
            "two_record_numbers",
            "moved",
            "staff_is_patient",
        ];
        for case in cases {
            assert!(people.iter().any(|p| p.hard.contains(&case)), "{case}");
        }
        let mut ssns: Vec<_> = people.iter().map(|p| &p.ssn).filter(|s| !s.is_empty()).collect();
        let n = ssns.len();
        ssns.sort();
        ssns.dedup();
        assert_eq!(n, ssns.len());
        assert!(people.iter().all(|p| p.first.chars().chain(p.last.chars()).all(|c| (c as u32) < 256)), "a name that not every format can hold");
    }
}
