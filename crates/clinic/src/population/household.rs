//! The people of one household: couples, children, twins, juniors, people living alone.

use crate::dice::Dice;
use crate::names::{LAST, MEN, NICKNAMES, WOMEN, nickname};
use crate::numbers::ssn;

/// Where somebody lives.
#[derive(Clone)]
pub struct Home {
    pub house: i64,
    pub street: String,
    pub unit: Option<i64>,
    pub city: String,
    pub state: &'static str,
    pub zip: String,
}

/// One invented person.
#[derive(Clone)]
pub struct Member {
    pub first: String,
    /// Whole middle name; empty for some.
    pub middle: String,
    pub last: String,
    /// Family name before marriage; empty for most.
    pub before: String,
    pub suffix: &'static str,
    pub nickname: &'static str,
    pub sex: char,
    /// Year, month, day.
    pub born: (i64, i64, i64),
    pub ssn: String,
    /// Decides the record number at each facility.
    pub number: u64,
    pub home: Home,
    pub old_home: Option<Home>,
    pub phone: String,
    pub home_phone: String,
    pub email: String,
    pub policy: String,
}

const BEGIN: &[&str] = &[
    "Bal", "Bren", "Cal", "Car", "Dar", "Del", "Dor", "Eck", "Fal", "Fen", "Gar", "Gran", "Hal", "Har", "Hol", "Ing", "Jan", "Kel", "Kir", "Kow", "Lam", "Len",
    "Mal", "Mar", "Mont", "Nor", "Ol", "Pal", "Pem", "Quin", "Ros", "Ruth", "Sal", "Schu", "Sten", "Tal", "Thorn", "Ul", "Van", "Vil", "Wal", "Wes", "Yar",
    "Zel",
];
const MIDDLE: &[&str] = &["a", "be", "co", "da", "e", "fi", "gi", "ha", "i", "ka", "lo", "ma", "ne", "o", "pe", "ra", "se", "ta", "u", "vi", "za", ""];
const END: &[&str] = &[
    "berg", "by", "cott", "dale", "den", "ez", "field", "ford", "gren", "ham", "ino", "kamp", "ley", "lin", "man", "mond", "ney", "nik", "quist", "rick",
    "ron", "sen", "ski", "son", "stein", "ston", "ti", "ton", "vic", "well", "wick", "witz", "wood", "worth", "zak",
];
const GIVEN_END: [&[&str]; 2] =
    [&["a", "ah", "elle", "ette", "ia", "ina", "isa", "yn", "lyn", "ora"], &["an", "ar", "el", "en", "eth", "io", "o", "on", "us", "win"]];
const STATES: &[&str] = &["MO", "KS", "IL", "IA", "NE", "OK", "AR", "TN", "KY", "IN"];
const ROADS: &[&str] = &["Street", "Avenue", "Road", "Lane", "Drive", "Court", "Boulevard", "Way", "Place", "Circle"];

/// Small numbers more often than large ones, as names and towns are met.
fn often(dice: &mut Dice, n: usize) -> usize {
    let u = dice.range(1, 1_000_000) as f64 / 1e6;
    // Density falls with the rank: half of all draws lie in the first third.
    ((u * u.sqrt()) * n as f64) as usize % n.max(1)
}

fn surname(dice: &mut Dice) -> String {
    if dice.chance(0.42) {
        return LAST[often(dice, LAST.len())].to_string();
    }
    let begin = BEGIN[often(dice, BEGIN.len())];
    let middle = dice.pick(MIDDLE);
    format!("{begin}{middle}{}", END[often(dice, END.len())])
}

fn given(dice: &mut Dice, sex: char) -> String {
    let list = if sex == 'F' { &WOMEN } else { &MEN };
    if dice.chance(0.86) { list[often(dice, list.len())].to_string() } else { format!("{}{}", dice.pick(BEGIN), dice.pick(GIVEN_END[usize::from(sex == 'M')])) }
}

fn home(dice: &mut Dice) -> Home {
    let town = often(dice, 4000);
    let city = format!(
        "{}{}{}",
        BEGIN[town % BEGIN.len()],
        MIDDLE[town / 7 % MIDDLE.len()],
        ["ville", "ton", "burg", " City", " Springs", "port", " Falls"][town % 7]
    );
    let road = match dice.below(4) {
        0 => format!("{} {}", dice.pick(&["North", "South", "East", "West"]), dice.range(1, 99)),
        _ => format!("{}{}", dice.pick(BEGIN), dice.pick(END)),
    };
    Home {
        house: dice.range(1, 99) * if dice.chance(0.6) { 100 } else { 1 } + dice.range(0, 99),
        street: format!("{road} {}", ROADS[often(dice, ROADS.len())]),
        unit: dice.chance(0.2).then(|| dice.range(1, 60)),
        city,
        state: STATES[town % STATES.len()],
        zip: format!("{:05}", 50_000 + town * 3 + dice.below(3)),
    }
}

/// The people of household `number`.
pub fn household(seed: u64, number: u32) -> Vec<Member> {
    let mut dice = Dice::new(seed, &format!("household {number}"));
    let dice = &mut dice;
    let last = surname(dice);
    let here = home(dice);
    let home_phone = format!("{}{}", dice.range(201, 989), dice.digits(7));
    let policy = dice.digits(9);
    let moved = dice.chance(0.22).then(|| home(dice));
    let adult = dice.range(1930, 1995);
    let couple = dice.chance(0.5);
    let children = if dice.chance(0.35) { dice.range(1, 3) } else { 0 };
    let twins = children > 1 && dice.chance(0.12);
    let mut members: Vec<Member> = Vec::new();
    let total = 1 + i64::from(couple) + children;
    for place in 0..total {
        let is_child = place > i64::from(couple);
        let sex = if place == 1 && couple && dice.chance(0.95) { if members[0].sex == 'F' { 'M' } else { 'F' } } else { *dice.pick(&['F', 'M']) };
        let year = if is_child { adult + dice.range(20, 38) } else { adult + dice.range(-6, 6) };
        let mut born = (year.min(2023), dice.range(1, 12), dice.range(1, 28));
        if twins && place == total - 1 {
            born = members.last().map_or(born, |twin| twin.born);
        }
        let mut first = given(dice, sex);
        while members.iter().any(|other| other.first == first) {
            first = given(dice, sex);
        }
        let mut suffix = "";
        if is_child && sex == 'M' && dice.chance(0.06) && members[0].sex == 'M' && members[0].suffix.is_empty() {
            first = members[0].first.clone();
            suffix = "Jr";
            members[0].suffix = "Sr";
        }
        let before = if sex == 'F' && !is_child && couple && dice.chance(0.5) { surname(dice) } else { String::new() };
        let own = if is_child && dice.chance(0.04) || !is_child && place == 1 && dice.chance(0.2) {
            surname(dice)
        } else if dice.chance(0.02) {
            format!("{last}-{}", surname(dice))
        } else {
            last.clone()
        };
        let nickname = NICKNAMES.iter().map(|pair| nickname(pair)).find(|(name, _)| *name == first).map_or("", |(_, nickname)| nickname);
        let middle_sex = if dice.chance(0.95) { sex } else { 'F' };
        let middle = if dice.chance(0.75) { given(dice, middle_sex) } else { String::new() };
        let mail_name: String = format!("{first}{}{own}", dice.pick(&[".", "", "_"])).to_lowercase().replace([' ', '\''], "");
        let email = if !is_child && dice.chance(0.6) {
            format!("{mail_name}{}@example.{}", if dice.chance(0.5) { dice.range(1, 99).to_string() } else { String::new() }, dice.pick(&["com", "net", "org"]))
        } else {
            String::new()
        };
        members.push(Member {
            ssn: if dice.chance(0.97) { ssn(dice) } else { String::new() },
            number: dice.range(1, i64::MAX) as u64,
            home: here.clone(),
            old_home: moved.clone(),
            phone: if is_child { home_phone.clone() } else { format!("{}{}", dice.range(201, 989), dice.digits(7)) },
            home_phone: home_phone.clone(),
            policy: policy.clone(),
            first,
            middle,
            last: own,
            before,
            suffix,
            nickname,
            sex,
            born,
            email,
        });
    }
    members
}
