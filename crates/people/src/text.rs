//! Text comparison: edit distance, Jaro–Winkler similarity, sound code, and the 64-bit mix that all keys use.

use std::borrow::Cow;

/// Mixes a value into a key; the same on every machine and in every run.
pub(crate) fn mix(seed: u64, value: u64) -> u64 {
    let mut z = (seed ^ value.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Which letters and digits a text has, one bit each; other bytes share the rest of the bits.
pub(crate) fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |mask, byte| {
        let bit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a',
            b'0'..=b'9' => 26 + byte - b'0',
            b' ' => return mask,
            _ => 36 + byte % 28,
        };
        mask | 1 << bit
    })
}

/// Whether texts with these letters can be `most` edits from one another: each edit brings at most one new letter to each.
pub(crate) fn may_differ_by(a: u64, b: u64, most: u32) -> bool {
    (a & !b).count_ones() <= most && (b & !a).count_ones() <= most
}

/// Whether the Jaro–Winkler similarity of two texts reaches `least`; `letters` of both rule most pairs out.
pub(crate) fn is_similar(a: &[u8], b: &[u8], letters_a: u64, letters_b: u64, least: f32) -> bool {
    let (n, m) = (a.len().min(LONGEST), b.len().min(LONGEST));
    if n == 0 || m == 0 {
        return false;
    }
    let common = (n as u32).saturating_sub((letters_a & !letters_b).count_ones()).min((m as u32).saturating_sub((letters_b & !letters_a).count_ones())) as f32;
    let jaro = (common / n as f32 + common / m as f32 + 1.0) / 3.0;
    let prefix = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as f32;
    jaro + prefix * 0.1 * (1.0 - jaro) >= least && jaro_winkler(a, b) >= least
}

/// Longest text, in bytes, that is compared letter by letter; longer ones are cut.
const LONGEST: usize = 32;

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; stops counting above `most` and then gives `most + 1`.
pub(crate) fn edits(a: &[u8], b: &[u8], most: usize) -> usize {
    let (mut a, mut b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    // What both begin or end with needs no edits.
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[same..], &b[same..]);
    let same = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    match (a, b) {
        ([], rest) | (rest, []) => rest.len(),
        ([_], [_]) => 1,
        ([x, y], [v, w]) if (x, y) == (w, v) => 1,
        _ if most == 1 => 2,
        _ => count_edits(a, b, most),
    }
}

fn count_edits(a: &[u8], b: &[u8], most: usize) -> usize {
    let mut rows = [[0u8; LONGEST + 1]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j as u8;
    }
    for i in 1..=a.len() {
        let (now, before, twice) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        rows[now][0] = i as u8;
        let mut least = i as u8;
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut cell = (rows[before][j] + 1).min(rows[now][j - 1] + 1).min(rows[before][j - 1] + u8::from(!same));
            if i > 1 && j > 1 && !same && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(rows[twice][j - 2] + 1);
            }
            rows[now][j] = cell;
            least = least.min(cell);
        }
        if usize::from(least) > most {
            return most + 1;
        }
    }
    usize::from(rows[a.len() % 3][b.len()]).min(most + 1)
}

/// Jaro–Winkler similarity, 0 to 1, over bytes.
pub(crate) fn jaro_winkler(a: &[u8], b: &[u8]) -> f32 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let (mut used_a, mut used_b) = (0u32, 0u32);
    let mut matches = 0;
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate().take((i + window + 1).min(b.len())).skip(i.saturating_sub(window)) {
            if used_b & (1 << j) == 0 && x == y {
                used_a |= 1 << i;
                used_b |= 1 << j;
                matches += 1;
                break;
            }
        }
    }
    if matches == 0 {
        return 0.0;
    }
    let left = a.iter().enumerate().filter(|(i, _)| used_a & (1 << i) != 0).map(|(_, x)| x);
    let right = b.iter().enumerate().filter(|(j, _)| used_b & (1 << j) != 0).map(|(_, y)| y);
    let swapped = left.zip(right).filter(|(x, y)| x != y).count() as f32 / 2.0;
    let m = matches as f32;
    let jaro = (m / a.len() as f32 + m / b.len() as f32 + (m - swapped) / m) / 3.0;
    let prefix = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as f32;
    jaro + prefix * 0.1 * (1.0 - jaro)
}

/// American Soundex with the spellings PH, KN, WR, GH, SCH and leading C/K merged; packed in 32 bits, 0 for no letters.
pub(crate) fn sound(name: &str) -> u32 {
    let spelt = ["PH", "KN", "WR", "GH", "SCH"].iter().any(|letters| name.contains(letters));
    let name: Cow<str> =
        if spelt { name.replace("PH", "F").replace("KN", "N").replace("WR", "R").replace("GH", "G").replace("SCH", "S").into() } else { name.into() };
    let mut code = 0u32;
    let mut digits = 0;
    let mut last = 0;
    for (i, letter) in name.bytes().filter(|b| *b != b' ').enumerate() {
        let class = match letter {
            b'B' | b'F' | b'P' | b'V' => 1,
            b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => 2,
            b'D' | b'T' => 3,
            b'L' => 4,
            b'M' | b'N' => 5,
            b'R' => 6,
            b'H' | b'W' => 7,
            _ => 0,
        };
        if i == 0 {
            code = u32::from(if matches!(letter, b'K' | b'Q') { b'C' } else { letter });
        } else if class == 7 {
            continue;
        } else if class != 0 && class != last && digits < 3 {
            code |= class << (8 + 3 * digits);
            digits += 1;
        }
        last = class;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_counted() {
        fn check(a: &str, b: &str, expect: usize) {
            assert_eq!(edits(a.as_bytes(), b.as_bytes(), 3), expect, "{a} {b}");
        }
        check("SMITH", "SMITH", 0);
        check("SMITH", "SMTIH", 1);
        check("SMITH", "SMYTH", 1);
        check("SMITH", "SMITHE", 1);
        check("KITTEN", "SITTING", 3);
        check("ABC", "XYZUVW", 4);
        check("", "AB", 2);
        check(&"A".repeat(99), &"A".repeat(90), 0);
    }

    #[test]
    fn edits_agree_with_the_full_count() {
        // All words of up to five letters of two, against a sample of them.
        let words: Vec<Vec<u8>> =
            (0..6).flat_map(|length| (0..1u32 << length).map(move |bits| (0..length).map(|i| b'A' + (bits >> i & 1) as u8).collect())).collect();
        for a in &words {
            for b in &words {
                for most in 1..4 {
                    let full = if a.len().abs_diff(b.len()) > most { most + 1 } else { count_edits(a, b, most) };
                    assert_eq!(edits(a, b, most), full, "{a:?} {b:?} {most}");
                }
            }
        }
    }

    #[test]
    fn similarity() {
        fn check(a: &str, b: &str, expect: f32) {
            assert!((jaro_winkler(a.as_bytes(), b.as_bytes()) - expect).abs() < 0.001, "{a} {b}");
        }
        check("MARTHA", "MARHTA", 0.961);
        check("DIXON", "DICKSONX", 0.813);
        check("ABC", "", 0.0);
        check("ABC", "XYZ", 0.0);
    }

    #[test]
    fn filters_agree_with_the_full_comparison() {
        let words =
            ["MARTHA", "MARHTA", "DIXON", "DICKSONX", "SMITH", "SMYTH", "JON", "JOHN", "MCDONALD", "MACDONALD", "ANNA", "HANNAH", "12 OAK", "21 OAK", ""];
        for a in words {
            for b in words {
                let (x, y) = (letters(a), letters(b));
                for most in 1..3 {
                    assert!(edits(a.as_bytes(), b.as_bytes(), most) > most || may_differ_by(x, y, most as u32), "{a} {b}");
                }
                assert_eq!(is_similar(a.as_bytes(), b.as_bytes(), x, y, 0.87), jaro_winkler(a.as_bytes(), b.as_bytes()) >= 0.87, "{a} {b}");
            }
        }
    }

    #[test]
    fn sounds() {
        fn check(a: &str, b: &str, expect: bool) {
            assert_eq!(sound(a) == sound(b), expect, "{a} {b}");
        }
        check("SMITH", "SMYTH", true);
        check("CATHERINE", "KATHRYN", true);
        check("JOSEPH", "JOSEF", true);
        check("GARCIA", "GARZA", true);
        check("SMITH", "JONES", false);
        check("LEE", "LONG", false);
        assert_eq!(sound(""), 0);
    }
}
