//! Two rows in, levels of agreement and value-specific bits out.

use crate::fields::*;
use crate::names::Name;
use crate::standard::{Book, NO_SSN, Row};
use crate::text::{edits, is_similar, may_differ_by};
use crate::values;
use std::hint::black_box;

/// How two rows agree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub levels: Levels,
    /// Bits against two random people: the sum of `-log2 u`.
    pub random: f32,
    /// Bits against two people of one household: the sum of `-log2 h`.
    pub household: f32,
}

/// Per field: the level, and the two terms of [`Compared`].
pub(crate) type Terms = [(u8, f32, f32); FIELDS];

/// Shares of levels among random pairs; starts as in [`TABLE`] and is measured on the case where it is large enough.
#[derive(Clone, Debug)]
pub(crate) struct Chances {
    pub u: [[f32; LEVELS]; FIELDS],
    /// Share of two people of one household who are met at one facility.
    pub together: f32,
    /// Bits of each level against random people, and against a household (not a number where it is as among random people).
    bits: [[(f32, f32); LEVELS]; FIELDS],
}

impl Default for Chances {
    fn default() -> Self {
        let mut chances = Chances { u: [[0.0; LEVELS]; FIELDS], together: TABLE[FACILITY][0].h, bits: [[(0.0, 0.0); LEVELS]; FIELDS] };
        for (field, levels) in TABLE.iter().enumerate() {
            for (i, level) in levels.iter().enumerate() {
                chances.u[field][i + 1] = level.u;
            }
        }
        chances.refresh();
        chances
    }
}

impl Chances {
    /// Bits of a level of the facility against random people, and against a household.
    pub fn facility(&self, level: u8) -> (f32, f32) {
        self.bits[FACILITY][usize::from(level)]
    }
    /// To be called when `u` has changed.
    pub fn refresh(&mut self) {
        for (field, levels) in TABLE.iter().enumerate() {
            for (i, level) in levels.iter().enumerate() {
                let household = match (field, i) {
                    (FACILITY, 0) => rounded(bits(self.together)),
                    (FACILITY, _) => rounded(bits(1.0 - self.together)),
                    _ if level.h > 0.0 => bits(level.h),
                    _ => f32::NAN,
                };
                self.bits[field][i + 1] = (rounded(bits(self.u[field][i + 1])), household);
            }
        }
    }
}

/// What is learnt is kept to a sixteenth of a bit: where hardly anything was added, the same pair weighs the same.
pub(crate) fn rounded(bits: f32) -> f32 {
    (bits * 16.0).round() / 16.0
}

fn bits(share: f32) -> f32 {
    -share.clamp(1e-9, 1.0).log2()
}

/// Pairs that are worth reading ahead together.
pub(crate) const AHEAD: usize = 32;

/// Looks at what comparing rows with these will look at. A row far away takes longer to fetch than to compare; fetched one after
/// the other in a short loop, many are on their way at once.
pub(crate) fn read_ahead(others: impl Iterator<Item = u32> + Clone, rows: &[Row], book: &Book) {
    let row = |number: u32| &rows[number as usize];
    // Both ends of each row first: all else hangs on them.
    black_box(others.clone().fold(0, |sum, other| sum ^ row(other).document ^ u64::from(row(other).first) ^ u64::from(row(other).zip)));
    black_box(others.fold(0, |sum, other| {
        let (names, values) = ([row(other).first, row(other).last], [row(other).phone, row(other).email, row(other).street]);
        sum ^ names.map(|name| book.names.get(name).letters).iter().chain(&values.map(|value| book.letters(value))).fold(0, |sum, letters| sum ^ letters)
    }));
}

/// Compares two rows.
pub(crate) fn compare(a: &Row, b: &Row, book: &Book, chances: &Chances) -> Compared {
    let mut out = Compared { levels: Levels::default(), random: 0.0, household: 0.0 };
    for (field, (level, random, household)) in terms(a, b, book, chances).into_iter().enumerate() {
        out.levels.set(field, level);
        out.random += random;
        out.household += household;
    }
    out
}

/// Compares two rows field by field.
pub(crate) fn terms(a: &Row, b: &Row, book: &Book, chances: &Chances) -> Terms {
    let mut out: Terms = [(0, 0.0, 0.0); FIELDS];
    let mut put = |field: usize, level: u8, share: f32| {
        if level > 0 {
            let (random, household) = chances.bits[field][usize::from(level)];
            let random = if share > 0.0 { bits(share) } else { random };
            out[field] = (level, random, if household.is_nan() { random } else { household });
        }
    };
    let [(first, first_share), (last, last_share)] = names(a, b, book);
    put(FIRST, first, first_share);
    put(LAST, last, last_share);
    if !matches!(first, FIRST_MIDDLE | FIRST_MIDDLE_INITIAL) {
        let (level, share) = middle(a, b, book);
        put(MIDDLE, level, share);
    }
    if a.suffix != 0 && b.suffix != 0 {
        // A second of the name is often called junior as well.
        let same = a.suffix == b.suffix || matches!((a.suffix.min(b.suffix), a.suffix.max(b.suffix)), (1, 3));
        put(SUFFIX, if same { 1 } else { 2 }, 0.0);
    }
    if a.sex != 0 && b.sex != 0 {
        put(SEX, if a.sex == b.sex { 1 } else { 2 }, 0.0);
    }
    let (level, share) = dob(a.dob, b.dob, book);
    put(DOB, level, share);
    let (level, share) = ssn(a, b, book);
    put(SSN, level, share);
    if a.mrn != 0 && b.mrn != 0 {
        let elsewhere = a.facility != 0 && b.facility != 0 && a.facility != b.facility;
        match (a.mrn == b.mrn, elsewhere) {
            (true, false) => put(MRN, MRN_EXACT, book.share(a.mrn)),
            (true, true) => put(MRN, MRN_OTHER_FACILITY, 0.0),
            (false, false) => put(MRN, if is_slip(a.mrn, b.mrn, book) { MRN_NEAR } else { MRN_DIFFERENT }, 0.0),
            (false, true) => put(MRN, MRN_ELSEWHERE, 0.0),
        }
    }
    if a.mbi != 0 && b.mbi != 0 {
        if a.mbi == b.mbi { put(MEMBER, 3, book.share(a.mbi)) } else { put(MEMBER, 4, 0.0) }
    } else if a.member != 0 && b.member != 0 {
        if a.member == b.member {
            put(MEMBER, 1, book.share(a.member));
        } else {
            put(MEMBER, if same_policy(a.member, b.member, book) { MEMBER_POLICY } else { 2 }, 0.0);
        }
    }
    let (level, share) = text_value(a.phone, b.phone, book);
    put(PHONE, level, share);
    let (level, share) = text_value(a.email, b.email, book);
    put(EMAIL, level, share);
    let (street, share) = street(a, b, book);
    put(STREET, street, share);
    let (level, share) = place(a, b, book, street == 1 || street == 2);
    put(PLACE, level, share);
    if a.facility != 0 && b.facility != 0 {
        put(FACILITY, if a.facility == b.facility { 1 } else { 2 }, 0.0);
    }
    out
}

/// Level and share of the given names, then of the family names.
fn names(a: &Row, b: &Row, book: &Book) -> [(u8, f32); 2] {
    let get = |number: u32| book.names.get(number);
    let first = given(a.first, b.first, book);
    let last = family(a.last, b.last, book);
    let first_agrees = !matches!(first.0, 0 | FIRST_DIFFERENT | FIRST_OTHER_INITIAL);
    let last_agrees = last.0 != LAST_DIFFERENT && last.0 != 0;
    if first_agrees && last_agrees {
        // Given and family names go together more often than their frequencies say: what the case shows of it counts.
        let joint = [a, b].into_iter().filter_map(|row| book.ambiguous.get(&(row.first, row.last))).fold(0.0, |most: f32, share| most.max(*share));
        let share = if last.1 > 0.0 { first.1.max((joint / last.1).min(1.0)) } else { first.1 };
        return [(first.0, if first.1 > 0.0 { share } else { first.1 }), last];
    }
    if let Some(single) = single(a, b, book).or_else(|| single(b, a, book)) {
        return single;
    }
    // `ALAN ROBERT` for `ROBERT ALAN`: each part found in the other place.
    if a.first != b.first || a.last != b.last {
        let straight = [(a.first, b.last), (a.last, b.first)];
        if straight
            .iter()
            .all(|(x, y)| *x != 0 && *y != 0 && (x == y || shares_set(get(*x), get(*y)) || one_part(get(*x), get(*y), *x, *y) || close(get(*x), get(*y))))
            && (!first_agrees || !last_agrees)
        {
            // One of the two is written the right way round: each name is as frequent as it is in its own place.
            let share = |x: u32, y: u32| [x, y].into_iter().flat_map(|name| get(name).share).fold(0.0, f32::max);
            return [(FIRST_SWAPPED, 2.0 * share(a.first, b.last)), (LAST_SWAPPED, 2.0 * share(a.last, b.first))];
        }
    }
    if !first_agrees && first.0 != 0 {
        // Known by the middle name.
        for (x, y) in [(a.first, b.middle), (b.first, a.middle)] {
            let (level, share) = given(x, y, book);
            if matches!(level, FIRST_EXACT | FIRST_NICKNAME) {
                return [(FIRST_MIDDLE, share * 2.0), last];
            }
            if level == FIRST_INITIAL && last_agrees {
                return [(FIRST_MIDDLE_INITIAL, share * 2.0), last];
            }
        }
    }
    [first, last]
}

/// A name of one word may be a given or a family name, whatever its column says: it is compared with both names of the other.
fn single(a: &Row, b: &Row, book: &Book) -> Option<[(u8, f32); 2]> {
    match (a.first, a.last) {
        (word, 0) if word != 0 => {
            let (level, share) = family(word, b.last, book);
            matches!(level, LAST_EXACT | LAST_NEAR | LAST_PART).then_some([(0, 0.0), (level, 2.0 * share)])
        }
        (0, word) if word != 0 => {
            let (level, share) = given(word, b.first, book);
            matches!(level, FIRST_EXACT | FIRST_NICKNAME | FIRST_NEAR).then_some([(level, 2.0 * share), (0, 0.0)])
        }
        _ => None,
    }
}

pub(crate) fn given(a: u32, b: u32, book: &Book) -> (u8, f32) {
    if a == 0 || b == 0 {
        return (0, 0.0);
    }
    let (x, y) = (book.names.get(a), book.names.get(b));
    if x.is_initial || y.is_initial {
        return if x.initial == y.initial { (FIRST_INITIAL, book.names.initial_share(x.initial)) } else { (FIRST_OTHER_INITIAL, 0.0) };
    }
    let share = x.share[0].max(y.share[0]);
    if a == b {
        (FIRST_EXACT, share)
    } else if shares_set(x, y) {
        (FIRST_NICKNAME, 2.0 * share)
    } else if one_part(x, y, a, b) || is_cut(&x.text, &y.text) {
        (FIRST_PART, 2.0 * share)
    } else if close(x, y) {
        (FIRST_NEAR, 3.0 * share + 2e-4)
    } else if alike(x, y) || near_set(x, y) || near_set(y, x) {
        (FIRST_SIMILAR, 0.0)
    } else {
        (FIRST_DIFFERENT, 0.0)
    }
}

pub(crate) fn family(a: u32, b: u32, book: &Book) -> (u8, f32) {
    if a == 0 || b == 0 {
        return (0, 0.0);
    }
    let (x, y) = (book.names.get(a), book.names.get(b));
    let share = x.share[1].max(y.share[1]);
    if a == b {
        (LAST_EXACT, share)
    } else if same_letters(x, y) {
        (LAST_NEAR, 3.0 * share + 1e-4)
    } else if one_part(x, y, a, b) {
        let halves = x.parts.iter().chain(&y.parts).filter(|part| **part != 0).map(|part| book.names.get(*part).share[1]);
        (LAST_PART, 2.0 * halves.fold(share, f32::max))
    } else if near_part(x, y, a, b, book) {
        (LAST_PART, 4.0 * share)
    } else if close(x, y) {
        (LAST_NEAR, 3.0 * share + 1e-4)
    } else if alike(x, y) {
        (LAST_SIMILAR, 0.0)
    } else {
        (LAST_DIFFERENT, 0.0)
    }
}

fn shares_set(x: &Name, y: &Name) -> bool {
    x.sets.iter().any(|set| y.sets.contains(set))
}

/// A slip of a nickname of the other.
fn near_set(x: &Name, y: &Name) -> bool {
    x.slipped.iter().any(|set| y.sets.contains(set))
}

/// A compound and one of its halves, or two compounds with a half in common, or the same without the space.
fn one_part(x: &Name, y: &Name, a: u32, b: u32) -> bool {
    let halves = |name: &Name, own: u32| if name.parts[0] == 0 { [own, 0, 0] } else { name.parts };
    if x.parts[0] == 0 && y.parts[0] == 0 {
        return false;
    }
    halves(x, a).iter().any(|part| *part != 0 && halves(y, b).contains(part)) || same_letters(x, y)
}

/// One is the beginning of the other, at least two letters shorter: `ALE` for `ALEJANDRA`.
fn is_cut(x: &str, y: &str) -> bool {
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    short.len() > 2 && short.len() + 1 < long.len() && long.starts_with(short)
}

/// The same but for spaces.
fn same_letters(x: &Name, y: &Name) -> bool {
    fn letters(name: &Name) -> impl Iterator<Item = u8> {
        name.text.bytes().filter(|b| *b != b' ')
    }
    x.letters == y.letters && letters(x).eq(letters(y))
}

/// A compound and, but for a slip, one of its halves.
fn near_part(x: &Name, y: &Name, a: u32, b: u32, book: &Book) -> bool {
    let halves = |name: &Name, own: u32| if name.parts[0] == 0 { [own, 0, 0] } else { name.parts };
    let near = |p: u32, q: u32| p != 0 && q != 0 && close(book.names.get(p), book.names.get(q));
    (x.parts[0] != 0 || y.parts[0] != 0) && halves(x, a).iter().any(|p| halves(y, b).iter().any(|q| near(*p, *q)))
}

/// One slip of the pen (two in long names).
fn slip(x: &str, y: &str) -> bool {
    let (x, y) = (x.as_bytes(), y.as_bytes());
    let shorter = x.len().min(y.len());
    let most = match shorter {
        0..=2 => return false,
        3..=7 => 1,
        _ => 2,
    };
    edits(x, y, most) <= most
}

/// One slip of the pen, or letters that scanning takes for one another.
fn close(x: &Name, y: &Name) -> bool {
    may_differ_by(x.letters, y.letters, 4) && (slip(&x.text, &y.text) || (x.is_misread() || y.is_misread()) && slip(x.scanned(), y.scanned()))
}

/// Alike in sound or in most letters.
fn alike(x: &Name, y: &Name) -> bool {
    let shorter = x.text.len().min(y.text.len());
    shorter >= 3 && (x.sound == y.sound && x.sound > 0xff || is_similar(x.text.as_bytes(), y.text.as_bytes(), x.letters, y.letters, 0.87))
}

fn middle(a: &Row, b: &Row, book: &Book) -> (u8, f32) {
    if a.middle == 0 || b.middle == 0 {
        return (0, 0.0);
    }
    let (x, y) = (book.names.get(a.middle), book.names.get(b.middle));
    if a.middle == b.middle && !x.is_initial {
        (1, x.share[0])
    } else if x.initial == y.initial && (x.is_initial || y.is_initial) {
        (2, book.names.initial_share(x.initial))
    } else if x.is_initial || y.is_initial {
        (5, 0.0)
    } else if shares_set(x, y) || close(x, y) {
        (3, 0.0)
    } else {
        (4, 0.0)
    }
}

fn dob(a: u32, b: u32, book: &Book) -> (u8, f32) {
    if a == 0 || b == 0 {
        return (0, 0.0);
    }
    let part = |date: u32| (date / 10_000, date / 100 % 100, date % 100);
    let ((ya, ma, da), (yb, mb, db)) = (part(a), part(b));
    if da == 0 || db == 0 {
        let agrees = ya == yb && (ma == 0 || mb == 0 || ma == mb);
        return if agrees { (DOB_PARTIAL, if ma == mb && ma != 0 { 0.0015 } else { 0.0 }) } else { (DOB_PARTIAL_DIFFERENT, 0.0) };
    }
    if a == b {
        return (DOB_EXACT, book.dob_share.get(&a).copied().unwrap_or(4e-5));
    }
    if ya != yb && ma != mb && da != db {
        // No slip reaches that far.
        return (DOB_DIFFERENT, 0.0);
    }
    if ya == yb && ma == db && da == mb {
        return (DOB_SWAPPED, 0.0);
    }
    if ya == yb && (ma == 1 && da == 1 || mb == 1 && db == 1) {
        return (DOB_JANUARY, 0.0);
    }
    let (mut x, mut y) = ([0u8; 8], [0u8; 8]);
    for (i, (left, right)) in x.iter_mut().zip(&mut y).enumerate() {
        let power = 10u32.pow(7 - i as u32);
        (*left, *right) = ((a / power % 10) as u8, (b / power % 10) as u8);
    }
    let differing = x.iter().zip(&y).filter(|(left, right)| left != right).count();
    if differing == 1 || differing == 2 && edits(&x, &y, 1) == 1 {
        (DOB_NEAR, 0.0)
    } else if usize::from(ya == yb) + usize::from(ma == mb) + usize::from(da == db) == 2 {
        (DOB_TWO_PARTS, 0.0)
    } else if ya == yb {
        (DOB_SAME_YEAR, 0.0)
    } else {
        (DOB_DIFFERENT, 0.0)
    }
}

fn ssn(a: &Row, b: &Row, book: &Book) -> (u8, f32) {
    if a.ssn == NO_SSN || b.ssn == NO_SSN {
        return (0, 0.0);
    }
    match (a.full_ssn(), b.full_ssn()) {
        (Some(x), Some(y)) if x == y => (SSN_EXACT, book.ssn_share.get(&x).copied().unwrap_or(2e-7)),
        (Some(x), Some(y)) => {
            let digits = |mut number: u32| {
                let mut out = [0u8; 9];
                for slot in out.iter_mut().rev() {
                    *slot = (number % 10) as u8;
                    number /= 10;
                }
                out
            };
            if edits(&digits(x), &digits(y), 1) == 1 {
                // Shorter numbers, as other countries have them, are nearer to one another.
                (SSN_NEAR, if x.max(y) < 10_000_000 { 2e-5 } else { 0.0 })
            } else {
                (SSN_DIFFERENT, 0.0)
            }
        }
        _ if a.last4() == b.last4() => (SSN_LAST4, 0.0),
        _ => (SSN_LAST4_DIFFERENT, 0.0),
    }
}

/// The bit of `@` among the letters of a value.
const AT: u64 = 1 << (36 + b'@' % 28);

/// Whether two values are at most `most` edits apart.
fn one_slip(a: u32, b: u32, most: usize, book: &Book) -> bool {
    may_differ_by(book.letters(a), book.letters(b), most as u32) && edits(book.value(a).as_bytes(), book.value(b).as_bytes(), most) <= most
}

/// Whether two record numbers differ by one slip before the last digit.
pub(crate) fn is_slip(a: u32, b: u32, book: &Book) -> bool {
    let (x, y) = (book.value(a), book.value(b));
    x.len().min(y.len()) > 5 && x.bytes().last() == y.bytes().last() && one_slip(a, b, 1, book)
}

fn same_policy(a: u32, b: u32, book: &Book) -> bool {
    let policy = |member: u32| values::policy(book.value(member));
    may_differ_by(book.letters(a), book.letters(b), 4) && policy(a).is_some() && policy(a) == policy(b)
}

/// 1 the same, 2 one slip, 3 different.
fn text_value(a: u32, b: u32, book: &Book) -> (u8, f32) {
    match (a, b) {
        (0, _) | (_, 0) => (0, 0.0),
        _ if a == b => (1, book.share(a)),
        _ => {
            let (x, y) = (book.letters(a), book.letters(b));
            let is_mail = x & y & AT != 0 && book.value(a).contains('@');
            let near = if is_mail { same_mailbox(book.value(a), book.value(b), x, y) } else { one_slip(a, b, 1, book) };
            (if near { 2 } else { 3 }, 0.0)
        }
    }
}

/// One mailbox with slips of the pen, or the same user at another provider.
fn same_mailbox(a: &str, b: &str, letters_a: u64, letters_b: u64) -> bool {
    let user = |address: &str| address.split('@').next().map_or(0, str::len);
    (user(a) > 5 && a.get(..user(a)) == b.get(..user(b))) || is_similar(a.as_bytes(), b.as_bytes(), letters_a, letters_b, 0.93)
}

fn street(a: &Row, b: &Row, book: &Book) -> (u8, f32) {
    if a.street == 0 || b.street == 0 {
        return (0, 0.0);
    }
    // The street's share is of its name; the house number makes it rarer.
    let share = |with_house: bool| book.share(a.street).max(book.share(b.street)) * if with_house { 0.02 } else { 1.0 };
    let both_houses = a.house != 0 && b.house != 0;
    if a.street == b.street {
        return match (both_houses, a.house == b.house) {
            (_, true) => (1, share(both_houses)),
            (true, false) if book.value(a.house).len() > 3 && one_slip(a.house, b.house, 1, book) => (2, share(true) * 20.0),
            (true, false) => (3, 0.0),
            (false, false) => (2, share(false)),
        };
    }
    let similar = || {
        let (x, y) = (book.value(a.street).as_bytes(), book.value(b.street).as_bytes());
        x.len().min(y.len()) > 4 && one_slip(a.street, b.street, 2, book) || is_similar(x, y, book.letters(a.street), book.letters(b.street), 0.9)
    };
    let same_house = a.house == b.house;
    if (same_house || !both_houses) && similar() { (2, (share(both_houses) * 4.0).max(2e-6)) } else { (3, 0.0) }
}

fn place(a: &Row, b: &Row, book: &Book, with_street: bool) -> (u8, f32) {
    let zips = a.zip != 0 && b.zip != 0;
    let cities = a.city != 0 && b.city != 0;
    let (level, share) = if zips && a.zip == b.zip {
        (1, book.share(a.zip))
    } else if cities && a.city == b.city {
        // A town is weaker evidence than its postal code, and two codes in one town are usual.
        (if zips { 2 } else { 1 }, book.share(a.city))
    } else if zips && one_slip(a.zip, b.zip, 1, book) || cities && one_slip(a.city, b.city, 2, book) {
        (2, 0.0)
    } else if zips || cities {
        (3, 0.0)
    } else {
        return (0, 0.0);
    };
    match (with_street, level) {
        (false, _) => (level, share),
        (true, 1 | 2) => (4, 0.0),
        (true, _) => (5, 0.0),
    }
}
