//! Evidence in bits (Fellegi–Sunter) with two kinds of non-match: random people, and people of one household.
//!
//! `weight = -log2(2^-(S + random) + 2^-(S + household))`, where `S` sums `log2 m` over the fields and each bracket adds its prior.
//! Zero bits are even odds. Shares among non-matches come from the values' frequency or from random pairs; shares among
//! matches start from built-in ones and are refined by EM over the distinct comparisons.

use crate::compare::{Chances, Compared, compare, rounded};
use crate::fields::*;
use crate::standard::{Book, Row};
use crate::text::mix;
use rayon::prelude::*;

/// What is learnt from a case.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub chances: Chances,
    /// `log2 m` per field and level.
    m: [[f32; LEVELS]; FIELDS],
    /// `min(0, log2 m/u)` for levels that speak against.
    against: [[f32; LEVELS]; FIELDS],
    /// Prior odds in bits: one person against random people, and against one household.
    prior: [f32; 2],
    /// Rows of others of the same household per row.
    household: f32,
    /// Hardly any two people of the case live together: relatives are no likely explanation of anything.
    no_relatives: bool,
}

/// Weight of evidence of a pair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    /// Bits; 0 is even odds.
    pub bits: f32,
    /// The part of it that speaks against, at most 0.
    pub against: f32,
    /// Bits by which random people are the likelier alternative, against one household.
    pub lean: f32,
    /// Why the two cannot be one person whatever the bits say.
    pub rule: Option<Rule>,
}

/// Hard rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Two valid Social Security numbers and two birth dates.
    TwoIdentities,
    /// Two record numbers of one facility and two birth dates.
    TwoPatients,
    /// Father and son of one name.
    Generations,
    /// Same family, birth date, different given names, nothing personal in common.
    Twins,
    /// Same name, two birth dates, nothing personal in common.
    Namesakes,
    /// Only the name agrees.
    NameAlone,
    /// A provider mention and somebody else.
    Apart,
}

impl Rule {
    pub fn text(self) -> &'static str {
        match self {
            Rule::TwoIdentities => "rule: different number and birth date",
            Rule::TwoPatients => "rule: different record number and birth date",
            Rule::Generations => "rule: different suffix and birth date",
            Rule::Twins => "rule: siblings of one birth date",
            Rule::Namesakes => "rule: same name, different birth date",
            Rule::NameAlone => "rule: nothing but the name agrees",
            Rule::Apart => "rule: provider",
        }
    }
    /// The rule yields to this many bits. A father and a son of one name share address and telephone: that must not outweigh two birth dates.
    fn outweighed(self, no_relatives: bool) -> f32 {
        match self {
            Rule::TwoIdentities | Rule::Twins if no_relatives => 0.0,
            Rule::TwoIdentities | Rule::TwoPatients | Rule::Generations => f32::INFINITY,
            Rule::Namesakes => 10.0,
            Rule::Twins | Rule::NameAlone | Rule::Apart => 4.0,
        }
    }
    /// Whether it holds between whole people, not only between two records.
    pub fn is_absolute(self) -> bool {
        matches!(self, Rule::TwoIdentities | Rule::TwoPatients | Rule::Generations)
    }
}

/// Rounds of EM.
const ROUNDS: usize = 14;
/// Others of the same household per row below which a case has no relatives to speak of. Lists of a clinic have 0.5 and more,
/// even when they are a small sample of a town; it takes some thousand rows to learn that there are none.
const SCARCE: f64 = 0.06;

/// Bits against either of two alternatives: the smaller one decides; the other takes at most one bit more.
pub(crate) fn either(random: f32, household: f32) -> f32 {
    let (least, most) = (random.min(household), random.max(household));
    least - (1.0 + (least - most).exp2()).log2()
}

/// What a forbidden pair weighs in an average.
pub(crate) const FORBIDDEN: f32 = -15.0;

impl Model {
    /// Built-in shares, for `n` rows.
    pub fn new(n: usize) -> Model {
        let n = n as f64;
        let mut model = Model {
            chances: Chances::default(),
            m: [[0.0; LEVELS]; FIELDS],
            against: [[0.0; LEVELS]; FIELDS],
            prior: [0.0; 2],
            household: 4.0,
            no_relatives: false,
        };
        for (field, levels) in TABLE.iter().enumerate() {
            for i in 0..levels.len() {
                model.m[field][i + 1] = share_of_one(field, i).log2();
            }
        }
        model.set_prior(1.0, 4.0, n);
        model.refresh();
        model
    }

    /// Expected partners per row: of the same person, and others of the same household.
    fn set_prior(&mut self, matches: f64, household: f64, n: f64) {
        // The smallest case is still a sample of some town.
        let n = n.max(2000.0);
        self.household = household as f32;
        // People with very many records have most of the pairs; households are counted by people.
        self.prior = [(matches / n).log2(), (matches.min(4.0) / household).log2()].map(|bits| rounded(bits as f32));
    }

    fn refresh(&mut self) {
        self.chances.refresh();
        for (field, levels) in TABLE.iter().enumerate() {
            for (i, level) in levels.iter().enumerate() {
                let u = self.chances.u[field][i + 1];
                self.against[field][i + 1] = if level.u > 0.0 { (self.m[field][i + 1] - u.log2()).min(0.0) } else { 0.0 };
            }
        }
    }

    /// Bits of one field at one level: `log2 m`.
    pub fn m(&self, field: usize, level: u8) -> f32 {
        self.m[field][usize::from(level)]
    }
    pub fn prior(&self) -> [f32; 2] {
        self.prior
    }

    /// Bits of a comparison against random people and against a household, without what is to be expected before comparing.
    pub fn sides(&self, compared: &Compared) -> [f32; 2] {
        let sum: f32 = (0..FIELDS).map(|field| self.m[field][usize::from(compared.levels.get(field))]).sum();
        [sum + compared.random, sum + compared.household]
    }

    /// Rows of others of the same household per row.
    pub fn household(&self) -> f32 {
        self.household
    }

    /// Weighs a comparison.
    pub fn weigh(&self, compared: &Compared) -> Weight {
        let (mut match_bits, mut against) = (0.0, 0.0);
        for field in 0..FIELDS {
            let level = usize::from(compared.levels.get(field));
            match_bits += self.m[field][level];
            against += self.against[field][level];
        }
        let random = match_bits + compared.random + self.prior[0];
        let household = match_bits + compared.household + self.prior[1];
        let bits = either(random, household);
        let lean = household - random;
        Weight { bits, against, lean, rule: self.rule(compared.levels).filter(|rule| bits < rule.outweighed(self.no_relatives)) }
    }

    /// Bits of facilities of two people, of whom `pairs` pairs of rows are not told, at one facility and at two. Everybody is met at several:
    /// the chance to be met at just this one is the mean over what is known, not the best of it.
    pub fn facilities(&self, pairs: [u16; 3]) -> [f32; 2] {
        let (same, other) = (f32::from(pairs[1]), f32::from(pairs[2]));
        if same + other == 0.0 {
            return [0.0; 2];
        }
        let [one, two] = [1, 2].map(|level| {
            let (random, household) = self.chances.facility(level);
            [random, household].map(|chance| (self.m(FACILITY, level) + chance).exp2())
        });
        [0, 1].map(|side| ((same * one[side] + other * two[side]) / (same + other)).log2())
    }

    /// The rule that a comparison meets, whatever it weighs.
    pub fn rule(&self, levels: Levels) -> Option<Rule> {
        rule(levels)
    }

    /// Compares and weighs two rows.
    pub fn pair(&self, a: &Row, b: &Row, book: &Book) -> Weight {
        self.judge(a, b, &compare(a, b, book, &self.chances), book)
    }

    /// Weighs two rows that have been compared.
    pub fn judge(&self, a: &Row, b: &Row, compared: &Compared, book: &Book) -> Weight {
        let mut weight = self.weigh(compared);
        if rule(compared.levels) == Some(Rule::NameAlone) && [a, b].iter().any(|row| book.ambiguous.contains_key(&(row.first, row.last))) {
            weight.rule = Some(Rule::NameAlone);
        }
        if a.apart || b.apart {
            weight.rule = Some(Rule::Apart);
        }
        weight
    }

    /// Measures the shares of levels among random pairs of rows; has no effect on small cases.
    pub fn measure(&mut self, rows: &[Row], book: &Book) {
        let n = rows.len() as u64;
        if n < 200 {
            return;
        }
        let tries = (n * 20).min(200_000);
        let counts = (0..tries)
            .into_par_iter()
            .fold(
                || [[0u32; LEVELS]; FIELDS],
                |mut counts, i| {
                    let (a, b) = (mix(1, i) % n, mix(2, i) % n);
                    if a != b {
                        let levels = compare(&rows[a as usize], &rows[b as usize], book, &self.chances).levels;
                        for (field, counts) in counts.iter_mut().enumerate() {
                            counts[usize::from(levels.get(field))] += 1;
                        }
                    }
                    counts
                },
            )
            .reduce(
                || [[0u32; LEVELS]; FIELDS],
                |mut a, b| {
                    a.iter_mut().flatten().zip(b.iter().flatten()).for_each(|(a, b)| *a += b);
                    a
                },
            );
        for (field, levels) in TABLE.iter().enumerate() {
            for (i, level) in levels.iter().enumerate().filter(|(_, level)| level.u > 0.0) {
                let of = |l: &Level| l.group == level.group;
                let total: f32 = levels.iter().zip(&counts[field][1..]).filter(|(l, _)| of(l)).map(|(_, count)| *count as f32).sum();
                self.chances.u[field][i + 1] = ((counts[field][i + 1] as f32 + 500.0 * level.u) / (total + 500.0)).max(level.u * 0.2);
            }
        }
        self.chances.together = together(rows);
        self.refresh();
    }

    /// Refines the shares among matches and the prior on the comparisons of those candidate pairs that `of` names, of `n` rows.
    pub fn learn(&mut self, compared: &[(u64, Compared)], of: &(impl Fn(u64) -> bool + Sync), n: usize) {
        // One count per distinct comparison, the value-specific bits rounded to whole ones.
        let mut keys: Vec<(u64, i16, i16)> =
            compared.par_iter().filter(|(pair, _)| of(*pair)).map(|(_, c)| (c.levels.0, c.random.round() as i16, c.household.round() as i16)).collect();
        keys.par_sort_unstable();
        let distinct: Vec<(Compared, f64)> = keys
            .chunk_by(|a, b| a == b)
            .map(|group| {
                let (levels, random, household) = group[0];
                (Compared { levels: Levels(levels), random: f32::from(random), household: f32::from(household) }, group.len() as f64)
            })
            .collect();
        /// Built-in shares count as much as this many matching pairs.
        const TRUST: f64 = 300.0;
        for round in 0..ROUNDS {
            let mut sums = [[0f64; LEVELS]; FIELDS];
            let (mut matches, mut household) = (0.0, 0.0);
            for (c, count) in &distinct {
                let weight = self.weigh(c);
                if weight.rule.is_some_and(Rule::is_absolute) {
                    continue;
                }
                let sure = if is_household(c.levels) && !self.no_relatives { 0.0 } else { count / (1.0 + f64::from(-weight.bits).exp2()) };
                matches += sure;
                household += (count - sure) / (1.0 + f64::from(weight.lean).exp2());
                for (field, sums) in sums.iter_mut().enumerate() {
                    sums[usize::from(c.levels.get(field))] += sure;
                }
            }
            for (field, levels) in TABLE.iter().enumerate() {
                for (i, level) in levels.iter().enumerate().filter(|(_, level)| level.learnt) {
                    let total: f64 = levels.iter().enumerate().filter(|(_, l)| l.group == level.group).map(|(j, _)| sums[field][j + 1]).sum();
                    let share = (sums[field][i + 1] + TRUST * f64::from(share_of_one(field, i))) / (total + TRUST);
                    self.m[field][i + 1] = rounded(share.max(1e-3).log2() as f32);
                }
            }
            let n = n as f64;
            // Candidate pairs: each match concerns two rows.
            let rate = |pairs: f64, usual: f64, rows: f64, least: f64, most: f64| ((2.0 * pairs + rows * usual) / (n + rows)).clamp(least, most);
            let household = rate(household, 4.0, 10.0, 0.002, 40.0);
            self.set_prior(rate(matches, 1.0, 300.0, 0.05, 20.0), household, n);
            if round == ROUNDS / 2 {
                self.no_relatives = household < SCARCE;
            }
        }
        self.refresh();
    }
}

/// Share of people of one address and two given names who are met at one facility; without many of them, what is usual counts.
fn together(rows: &[Row]) -> f32 {
    const TRUST: f32 = 50.0;
    /// Where more rows are, it is no household.
    const HOUSEHOLD: usize = 20;
    let mut at: Vec<(u32, u32, u32, u32, u32)> = rows
        .iter()
        .filter(|row| row.house != 0 && row.street != 0 && row.zip != 0 && row.first != 0 && row.facility != 0)
        .map(|row| (row.street, row.house, row.zip, row.first, row.facility))
        .collect();
    at.par_sort_unstable();
    // Pairs are whole numbers: the order of summing, which depends on how values are numbered, does not matter.
    let (mut same, mut all) = (0u64, 0u64);
    for home in at.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)).filter(|home| home.len() <= HOUSEHOLD) {
        for (i, a) in home.iter().enumerate() {
            for b in home[i + 1..].iter().filter(|b| b.3 != a.3) {
                all += 1;
                same += u64::from(a.4 == b.4);
            }
        }
    }
    (same as f32 + TRUST * TABLE[FACILITY][0].h) / (all as f32 + TRUST)
}

/// Different given names at one address or telephone: relatives, unless something personal agrees. Such pairs teach nothing
/// about how names differ between records of one person; counted, they would teach that relatives are one person.
fn is_household(levels: Levels) -> bool {
    matches!(levels.get(FIRST), FIRST_DIFFERENT | FIRST_OTHER_INITIAL)
        && (matches!(levels.get(STREET), 1 | 2) || levels.get(PHONE) == 1)
        && !is_personal(levels)
}

/// Whether something agrees that relatives do not share.
fn is_personal(levels: Levels) -> bool {
    matches!(levels.get(SSN), SSN_EXACT | SSN_NEAR | SSN_LAST4) || levels.get(MRN) == MRN_EXACT || levels.get(EMAIL) == 1 || levels.get(MEMBER) == 3
}

fn rule(levels: Levels) -> Option<Rule> {
    let [first, last, dob, ssn] = [FIRST, LAST, DOB, SSN].map(|field| levels.get(field));
    let dob_differs = matches!(dob, DOB_DIFFERENT | DOB_SAME_YEAR | DOB_PARTIAL_DIFFERENT);
    let ssn_differs = matches!(ssn, SSN_DIFFERENT | SSN_LAST4_DIFFERENT);
    let personal = is_personal(levels);
    if ssn == SSN_DIFFERENT && (dob_differs || dob == DOB_TWO_PARTS && first != FIRST_EXACT) {
        return Some(Rule::TwoIdentities);
    }
    // Fathers and sons share a name, an address and a telephone, but no record number; a slip in it and another birth date are too much.
    if matches!(levels.get(MRN), MRN_DIFFERENT | MRN_NEAR) && dob == DOB_DIFFERENT && !personal {
        return Some(Rule::TwoPatients);
    }
    if levels.get(SUFFIX) == 2 && (dob_differs || dob == DOB_TWO_PARTS) {
        return Some(Rule::Generations);
    }
    let same_last = matches!(last, LAST_EXACT | LAST_NEAR | LAST_PART);
    if matches!(first, FIRST_DIFFERENT | FIRST_OTHER_INITIAL) && same_last && matches!(dob, DOB_EXACT) && !personal {
        return Some(Rule::Twins);
    }
    if dob_differs
        && !personal
        && (ssn_differs || matches!(first, FIRST_EXACT | FIRST_NICKNAME | FIRST_INITIAL) && same_last && (levels.get(PHONE) != 1 || dob == DOB_DIFFERENT))
    {
        return Some(Rule::Namesakes);
    }
    let agrees = |field: usize, most: u8| (1..=most).contains(&levels.get(field));
    let other = personal
        || matches!(dob, 1..=6 | DOB_JANUARY)
        || matches!(levels.get(MRN), MRN_OTHER_FACILITY | MRN_NEAR)
        || matches!(levels.get(MEMBER), 1 | MEMBER_POLICY)
        || [PHONE, EMAIL, STREET, PLACE].iter().any(|field| agrees(*field, 2));
    (!other && levels.get(PLACE) != 4).then_some(Rule::NameAlone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        fn check(levels: &[(usize, u8)], expect: Option<Rule>) {
            let mut packed = Levels::default();
            levels.iter().for_each(|(field, level)| packed.set(*field, *level));
            assert_eq!(rule(packed), expect, "{}", packed.text());
        }
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (DOB, DOB_EXACT)], None);
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (DOB, DOB_DIFFERENT)], Some(Rule::Namesakes));
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (DOB, DOB_NEAR)], None);
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (DOB, DOB_DIFFERENT), (SSN, SSN_EXACT)], None);
        check(&[(FIRST, FIRST_DIFFERENT), (LAST, LAST_EXACT), (DOB, DOB_EXACT), (STREET, 1)], Some(Rule::Twins));
        check(&[(FIRST, FIRST_MIDDLE), (LAST, LAST_EXACT), (DOB, DOB_EXACT), (STREET, 1)], None);
        check(&[(DOB, DOB_DIFFERENT), (SSN, SSN_DIFFERENT)], Some(Rule::TwoIdentities));
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (STREET, 1), (PHONE, 1), (DOB, DOB_DIFFERENT), (MRN, MRN_DIFFERENT)], Some(Rule::TwoPatients));
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (STREET, 1), (DOB, DOB_DIFFERENT), (MRN, MRN_NEAR)], Some(Rule::TwoPatients));
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (DOB, DOB_TWO_PARTS), (MRN, MRN_DIFFERENT)], None);
        check(&[(DOB, DOB_DIFFERENT), (SUFFIX, 2)], Some(Rule::Generations));
        check(&[(DOB, DOB_EXACT), (SUFFIX, 2)], None);
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (PLACE, 3)], Some(Rule::NameAlone));
        check(&[(FIRST, FIRST_EXACT), (LAST, LAST_EXACT), (PLACE, 1)], None);
    }
}
