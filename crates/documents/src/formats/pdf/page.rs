//! What an engine gives of one page, and what becomes of it: is the text fit to be read, is the page a scan, which of two readings is better?

use std::collections::HashSet;

/// Fewer visible characters than this on a page with a picture: nothing but the picture is worth reading.
const BARE: usize = 24;
/// Up to this many visible characters a page covered by a picture is a scan with a letterhead or a stamp.
const LITTLE: usize = 400;
/// Share of the page that pictures cover from which it is a scan.
const COVERED: f32 = 0.5;
/// Pictures that cover less than this are logos.
const LOGO: f32 = 0.04;
/// Drawn shapes from which a page without text may be text drawn as outlines.
const OUTLINES: usize = 40;

/// One page as an engine sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    /// Lines in reading order.
    pub text: String,
    /// Share of the page that pictures cover, 0 to 1; only known where the text does not settle that the page is no scan.
    pub covered: f32,
    /// The text is invisible: it lies behind a scan, where an earlier OCR has put it.
    pub hidden: bool,
    /// Shapes drawn, under the same condition as `covered`.
    pub shapes: usize,
    /// The engine could not read the page.
    pub failed: bool,
    /// The page may have annotations with contents of their own.
    pub annotated: bool,
    /// Pages after this one whose text is in this one's.
    pub more: usize,
}

/// How a text reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Quality {
    /// Words in all.
    pub words: usize,
    /// Words that look like words, numbers or codes.
    pub good: usize,
    /// Digits in those.
    pub digits: usize,
    /// Visible characters.
    pub visible: usize,
    /// Characters that no font should give: controls, private use, replacement characters.
    pub bad: usize,
}

impl Quality {
    pub fn of(text: &str) -> Quality {
        let mut quality = Quality::default();
        for word in text.split_whitespace() {
            let (mut bad, mut digits) = (0, 0);
            for c in word.chars() {
                quality.visible += 1;
                bad += usize::from(c.is_control() || matches!(c as u32, 0xe000..=0xf8ff | 0xfff0..=0xffff | 0xf_0000..));
                digits += usize::from(c.is_numeric());
            }
            quality.bad += bad;
            let core = word.trim_matches(|c: char| !c.is_alphanumeric());
            if core.is_empty() {
                continue;
            }
            quality.words += 1;
            if bad == 0 && likely(core) {
                quality.good += 1;
                quality.digits += digits;
            }
        }
        quality
    }
    /// The text cannot be what the page shows: its fonts do not say which characters their glyphs are.
    pub fn garbage(self) -> bool {
        self.visible >= 8 && self.bad * 5 > self.visible || self.words >= 15 && self.good * 5 < self.words * 2
    }
    /// Whether the two differ so much that one engine must have failed.
    pub fn differs(self, other: Quality) -> bool {
        let (less, more) = (self.good.min(other.good), self.good.max(other.good));
        more >= 10 && less * 10 < more * 7 || self.garbage() != other.garbage()
    }
    /// Whether this is the better reading.
    pub fn better(self, other: Quality) -> bool {
        if self.garbage() != other.garbage() {
            return other.garbage();
        }
        // More digits count as more words: figures are what must not be lost.
        let worth = |quality: Quality| quality.good + quality.digits;
        worth(self) > worth(other) && self.good * other.words.max(1) * 20 >= other.good * self.words.max(1) * 19
    }
}

/// Whether a word (without the signs around it) may be one: letters in one order of cases, a number, a code.
fn likely(word: &str) -> bool {
    let (mut letters, mut digits, mut signs, mut vowels, mut turns, mut lower, mut foreign) = (0, 0, 0, 0, 0, false, false);
    for c in word.chars() {
        if c.is_alphabetic() {
            letters += 1;
            foreign |= c as u32 >= 0x250;
            vowels += usize::from("aeiouyAEIOUY".contains(c) || !c.is_ascii());
            turns += usize::from(lower && c.is_uppercase());
            lower = c.is_lowercase();
        } else if c.is_numeric() {
            digits += 1;
            lower = false;
        } else {
            signs += usize::from(!".,-/:'\u{2019}\u{2010}\u{2011}\u{2013}@_&()+%#".contains(c));
            lower = false;
        }
    }
    match () {
        () if signs > 0 => false,
        () if foreign || digits > 0 => true,
        () => turns <= 2 && (vowels > 0 || letters <= 4),
    }
}

pub(super) fn visible(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Whether pictures on the page have to be looked at: its text alone does not settle that it is no scan.
pub(super) fn doubtful(text: &str, hidden: bool) -> bool {
    hidden || visible(text.get(..LITTLE * 8).unwrap_or(text)) < LITTLE || Quality::of(text).garbage()
}

/// Whether the page's picture has to be read.
pub(super) fn to_be_seen(page: &Page) -> bool {
    let quality = Quality::of(&page.text);
    match () {
        () if quality.garbage() => true,
        () if page.covered >= COVERED && page.hidden => quality.words < 10 || quality.good * 10 < quality.words * 7,
        () if page.covered >= COVERED => quality.visible < LITTLE,
        () => quality.visible < BARE && (page.covered >= LOGO || page.shapes >= OUTLINES),
    }
}

/// The lines of `second` that say what `first` does not.
pub(super) fn news(first: &str, second: &str) -> String {
    let folded = |word: &str| -> String { word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let known: HashSet<String> = first.split_whitespace().map(folded).collect();
    let fresh = |line: &&str| {
        let words: Vec<String> = line.split_whitespace().map(folded).filter(|word| !word.is_empty()).collect();
        let new = words.iter().filter(|word| !known.contains(*word)).count();
        new * 2 > words.len()
    };
    second.lines().filter(fresh).collect::<Vec<_>>().join("\n")
}

/// Cells of a page that pictures cover.
#[derive(Default)]
pub(super) struct Cover {
    cells: [u32; 32],
}

impl Cover {
    /// Marks a rectangle given in shares of the page's width and height.
    pub fn mark(&mut self, left: f32, bottom: f32, right: f32, top: f32) {
        // Cells whose middle lies inside.
        let first = |share: f32| (share * 32.0 - 0.5).ceil().clamp(0.0, 32.0) as usize;
        let (from, to) = (first(left), first(right));
        let row = (from..to).fold(0_u32, |row, bit| row | 1 << bit);
        let (low, high) = (first(bottom), first(top));
        for cells in self.cells.iter_mut().take(high).skip(low) {
            *cells |= row;
        }
    }
    pub fn share(&self) -> f32 {
        self.cells.iter().map(|row| row.count_ones()).sum::<u32>() as f32 / 1024.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality() {
        let check = |text: &str, garbage: bool| assert_eq!(Quality::of(text).garbage(), garbage, "{text}");
        check("Patient: Lee, Ann\nDOB: 01/02/1980 MRN A-12345 Smith-Jones, O\u{2019}Neil, CT w/o contrast 12.5 mg/dL", false);
        check("\u{e001}\u{e002}\u{e003} \u{e004}\u{e005}\u{e006}\u{e007}\u{e008}", true);
        check("*UXSD5R]N\u{e3}DG VWDF\u{11} SRQLHG]LD 3DWLHQW= GRE; 'U; 6PLWK~ $QQ}a ]]x ~~z{b} |a}b q^z w{z a]b c]d e]f", true);
        check("\u{418}\u{432}\u{430}\u{43d} \u{438}\u{432}\u{430}\u{43d} \u{5d0}\u{5d1}", false);
        check("", false);
        let (good, half) = (Quality::of(&"Lee 1234 ".repeat(20)), Quality::of(&"Lee 1234 ".repeat(9)));
        assert!(good.differs(half) && good.better(half) && !half.better(good) && !good.differs(good));
    }

    #[test]
    fn scans() {
        let check = |visible: usize, covered: f32, hidden: bool, shapes: usize, expect: bool| {
            let page = Page { text: "Ann ".repeat(visible / 3), covered, hidden, shapes, ..Page::default() };
            assert_eq!(to_be_seen(&page), expect, "{visible} {covered} {hidden} {shapes}");
        };
        check(0, 1.0, false, 0, true);
        check(0, 0.01, false, 0, false);
        check(0, 0.0, false, 100, true);
        check(300, 0.9, false, 0, true);
        check(300, 0.2, false, 0, false);
        check(3000, 1.0, false, 0, false);
        check(3000, 1.0, true, 0, false);
        check(6, 1.0, true, 0, true);
    }

    #[test]
    fn lines_not_there_already() {
        assert_eq!(news("Page 1 of 2\nLee, Ann", "Lee Ann\nDOB 01/02/1980\nPage 1 of 2"), "DOB 01/02/1980");
    }

    #[test]
    fn cover() {
        let mut cover = Cover::default();
        cover.mark(0.0, 0.0, 0.5, 1.0);
        cover.mark(0.25, -3.0, 0.75, 9.0);
        assert_eq!(cover.share(), 0.75);
        cover.mark(f32::NAN, 0.0, f32::NAN, 1.0);
        assert_eq!(cover.share(), 0.75);
    }
}
