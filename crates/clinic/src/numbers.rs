//! Identifiers that are valid in form, and small helpers for people.

use crate::dice::Dice;
use crate::names::LAST;
use jiff::civil::Date;

/// A family name of one plain word.
pub fn plain_last(dice: &mut Dice) -> String {
    loop {
        let name = *dice.pick(&LAST);
        if name.chars().all(char::is_alphabetic) && name.len() > 3 {
            return name.into();
        }
    }
}
/// A day; the epoch when there is no such day.
pub fn date(year: i64, month: i64, day: i64) -> Date {
    Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::constant(1970, 1, 1))
}
/// Valid in form: area 001 to 665.
pub fn ssn(dice: &mut Dice) -> String {
    format!("{:03}-{:02}-{:04}", dice.range(1, 665), dice.range(1, 99), dice.range(1, 9999))
}
/// A Medicare beneficiary identifier, valid in form.
pub fn mbi(dice: &mut Dice) -> String {
    const LETTERS: &[char] = &['A', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'T', 'U', 'V', 'W', 'X', 'Y'];
    "cAnnAnnAAnn"
        .chars()
        .enumerate()
        .map(|(i, c)| match c {
            'c' => char::from(b'1' + dice.below(9) as u8),
            'A' => *dice.pick(LETTERS),
            // Positions 3 and 6 may hold either; letters make the harder case.
            _ if i == 2 || i == 5 => *dice.pick(LETTERS),
            _ => char::from(b'0' + dice.below(10) as u8),
        })
        .collect()
}
/// Sixteen digits that pass the Luhn check.
pub fn card(dice: &mut Dice) -> String {
    let body = format!("4{}", dice.digits(14));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 };
            if d > 9 { d - 9 } else { d }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
/// A mail address in a reserved domain.
pub fn mail(first: &str, last: &str, dice: &mut Dice) -> String {
    let bare = |s: &str| s.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    format!("{}.{}{}@example.{}", bare(first), bare(last), dice.range(1, 99), dice.pick(&["com", "net", "org"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_valid() {
        let mut dice = Dice::new(1, "t");
        let luhn = |n: &str| {
            n.bytes()
                .rev()
                .enumerate()
                .map(|(i, b)| {
                    let d = u32::from(b - b'0') << (i % 2);
                    if d > 9 { d - 9 } else { d }
                })
                .sum::<u32>()
                % 10
        };
        for _ in 0..50 {
            assert_eq!(luhn(&card(&mut dice)), 0);
            let m: Vec<char> = mbi(&mut dice).chars().collect();
            assert!(
                m.len() == 11
                    && m[0].is_ascii_digit()
                    && m[1].is_ascii_alphabetic()
                    && m[3].is_ascii_digit()
                    && m[4].is_ascii_alphabetic()
                    && m[6].is_ascii_digit()
            );
            assert!(m[7].is_ascii_alphabetic() && m[8].is_ascii_alphabetic() && m[9].is_ascii_digit() && m[10].is_ascii_digit());
        }
    }
}
