//! Builds `data/names.txt` from the US Census 1990 name files (public domain).
//!
//! `cargo run -p dosimeter-phi --example build_gazetteer -- DIR_WITH_DIST_FILES data/names.txt`
//!
//! One line per name, sorted and front-coded: a digit-letter for the number of leading letters shared with the line
//! before, a letter for the two frequency bands, and the rest of the name. Bands go from 0 (not in the list) to 3 (common).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

fn band(percent: f64) -> u8 {
    match percent {
        p if p >= 0.05 => 3,
        p if p >= 0.005 => 2,
        _ => 1,
    }
}

fn read(dir: &Path, file: &str, keep: usize, names: &mut BTreeMap<String, (u8, u8)>, first: bool) -> std::io::Result<()> {
    let text = std::fs::read_to_string(dir.join(file))?;
    for line in text.lines().take(keep) {
        let mut words = line.split_whitespace();
        let (Some(name), Some(percent)) = (words.next(), words.next().and_then(|p| p.parse::<f64>().ok())) else { continue };
        let entry = names.entry(name.to_string()).or_default();
        let slot = if first { &mut entry.0 } else { &mut entry.1 };
        *slot = (*slot).max(band(percent));
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, out] = args.as_slice() else {
        eprintln!("usage: build_gazetteer DIR OUT");
        std::process::exit(2);
    };
    let dir = Path::new(dir);
    let mut names = BTreeMap::new();
    read(dir, "dist.female.first", 10_000, &mut names, true)?;
    read(dir, "dist.male.first", 10_000, &mut names, true)?;
    read(dir, "dist.all.last", 45_000, &mut names, false)?;
    let mut text = String::new();
    let mut before = String::new();
    for (name, (first, last)) in &names {
        let shared = name.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count().min(35);
        let _ = writeln!(text, "{}{}{}", char::from_digit(shared as u32, 36).unwrap_or('0'), char::from(b'a' + first * 4 + last), &name[shared..]);
        before.clone_from(name);
    }
    std::fs::write(out, text)
}
