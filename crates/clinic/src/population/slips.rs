//! Slips of typing, hearing and scanning.

use crate::dice::Dice;

const NEIGHBOURS: &[&str] = &["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// One slip of a typist: a neighbouring key, a letter left out, doubled or exchanged with the next.
pub fn typed(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 2 {
        return text.to_string();
    }
    let at = dice.below(letters.len());
    match dice.below(4) {
        0 => {
            let lower = letters[at].to_ascii_lowercase();
            if let Some((row, place)) = NEIGHBOURS.iter().find_map(|row| row.find(lower).map(|place| (row, place))) {
                let near = if place == 0 || dice.chance(0.5) && place + 1 < row.len() { place + 1 } else { place - 1 };
                let key = row.chars().nth(near).unwrap_or(lower);
                letters[at] = if letters[at].is_uppercase() { key.to_ascii_uppercase() } else { key };
            } else if lower.is_ascii_digit() {
                letters[at] = char::from(b'0' + dice.below(10) as u8);
            }
        }
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => {}
    }
    letters.into_iter().collect()
}

/// One mistake of character recognition.
pub fn scanned(text: &str, dice: &mut Dice) -> String {
    const PAIRS: &[(&str, &str)] = &[
        ("rn", "m"),
        ("m", "rn"),
        ("cl", "d"),
        ("l", "1"),
        ("o", "0"),
        ("O", "0"),
        ("S", "5"),
        ("s", "5"),
        ("B", "8"),
        ("i", "l"),
        ("vv", "w"),
        ("e", "c"),
        ("h", "b"),
    ];
    let found: Vec<&(&str, &str)> = PAIRS.iter().filter(|(from, _)| text.contains(from)).collect();
    if found.is_empty() {
        return text.to_string();
    }
    let (from, to) = dice.pick(&found);
    text.replacen(from, to, 1)
}

/// Written as it sounds.
pub fn heard(text: &str, dice: &mut Dice) -> String {
    const PAIRS: &[(&str, &str)] = &[
        ("ph", "f"),
        ("ck", "k"),
        ("ie", "y"),
        ("y", "i"),
        ("c", "k"),
        ("tt", "t"),
        ("ll", "l"),
        ("nn", "n"),
        ("ei", "ie"),
        ("ea", "ee"),
        ("sch", "sh"),
        ("son", "sen"),
    ];
    let found: Vec<&(&str, &str)> = PAIRS.iter().filter(|(from, _)| text.contains(from)).collect();
    if found.is_empty() {
        return typed(text, dice);
    }
    let (from, to) = dice.pick(&found);
    text.replacen(from, to, 1)
}

/// A wrong digit, or two exchanged.
pub fn digit(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|i| letters[*i].is_ascii_digit()).collect();
    if places.len() < 2 {
        return text.to_string();
    }
    let at = dice.below(places.len());
    if dice.chance(0.35) && at + 1 < places.len() {
        letters.swap(places[at], places[at + 1]);
    } else {
        letters[places[at]] = char::from(b'0' + dice.below(10) as u8);
    }
    letters.into_iter().collect()
}
