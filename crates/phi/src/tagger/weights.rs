//! The weights by feature: a hash table of fixed size that knows which features it holds, so that one never learnt says nothing.

use super::TAGS;

/// Lines of the table; a power of two.
pub(crate) const LINES: usize = 1 << 16;
/// Rows of a line, and bytes of a row.
pub(crate) const ROW: usize = 8;
/// Rows of the table.
pub(crate) const ROWS: usize = LINES * ROW;

/// One line of the processor's cache. Byte `n` of row 0 is the first mark of the feature of row `n`; another row has, a
/// signed byte each, the weight of the gate, those of the tags against "none", and in its last byte the second mark. An empty row is all 0.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([[u8; ROW]; ROW]);

/// A feature as the table knows it: the line in its low 16 bits, its two marks above.
fn place(feature: u32) -> (usize, u8, u8) {
    (feature as usize & (LINES - 1), (feature >> 16) as u8, (feature >> 24) as u8)
}

/// Sums of weights: of the gate, of every tag against "none", and one that says nothing; far from the limits, as a token has about sixty features.
pub(crate) type Scores = [i16; ROW];

/// The table.
pub(crate) struct Table(Box<[Line]>);

impl Table {
    /// The features, those that come first before others, with no weights yet. A feature that finds its line full, or another of
    /// the same first mark there, is left out.
    pub fn holding(features: impl Iterator<Item = u32>) -> Table {
        let mut lines = vec![Line([[0; ROW]; ROW]); LINES];
        for feature in features {
            let (line, first, second) = place(feature);
            let rows = &mut lines[line].0;
            if first != 0
                && !rows[0].contains(&first)
                && let Some(free) = (1..ROW).find(|n| rows[0][*n] == 0)
            {
                rows[0][free] = first;
                rows[free][TAGS] = second;
            }
        }
        Table(lines.into())
    }

    /// From the bytes that [`to_bytes`](Table::to_bytes) gives; `None` if they are not of the right length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Table> {
        let (rows, []) = bytes.as_chunks::<ROW>() else { return None };
        let (lines, []) = rows.as_chunks::<ROW>() else { return None };
        (lines.len() == LINES).then(|| Table(lines.iter().map(|rows| Line(*rows)).collect()))
    }

    /// The table, with the weight of each row and tag that `weight` says.
    pub fn to_bytes(&self, weight: impl Fn(usize, usize) -> i8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ROWS * ROW);
        for (row, stored) in self.0.iter().flat_map(|line| line.0).enumerate() {
            let held = row % ROW != 0 && self.0[row / ROW].0[0][row % ROW] != 0;
            bytes.extend((0..ROW).map(|tag| if held && tag < TAGS { weight(row, tag) as u8 } else { stored[tag] }));
        }
        bytes
    }

    /// The row of a feature, if the table holds it.
    pub fn row(&self, feature: u32) -> Option<usize> {
        let (line, first, second) = place(feature);
        let rows = &self.0[line].0;
        let row = (1..ROW).find(|n| rows[0][*n] == first)?;
        (first != 0 && rows[row][TAGS] == second).then_some(line * ROW + row)
    }

    /// Adds the weights of one feature to scores.
    pub fn add_one(&self, feature: u32, to: &mut Scores) {
        let mut sum = Sum::default();
        sum.add(self, feature, self.marks(feature));
        sum.add_to(to);
    }

    /// The marks of a feature's line. To read them of many features first lets the processor fetch their lines together.
    #[inline(always)]
    pub fn marks(&self, feature: u32) -> u64 {
        u64::from_le_bytes(self.0[place(feature).0].0[0])
    }
}

const ONES: u64 = u64::MAX / 255;
/// The top bit of every byte.
const TOPS: u64 = ONES << 7;
/// Every other byte.
const EVEN: u64 = u64::MAX / 0xffff * 0xff;

/// The sum of the weights of up to 256 features, eight at a time: bytes above 0, in four lanes each of two words.
#[derive(Default)]
pub(crate) struct Sum {
    even: u64,
    odd: u64,
    held: i16,
}

impl Sum {
    /// Adds the weights of a feature whose line has these marks, without a branch on whether it is held: that would be guessed wrong half
    /// of the time.
    #[inline(always)]
    pub fn add(&mut self, weights: &Table, feature: u32, marks: u64) {
        let (line, first, second) = place(feature);
        // The lowest byte that is the first mark has its top bit set, and none below it. Row 0 has no features.
        let other = marks ^ (u64::from(first) * ONES);
        let same = other.wrapping_sub(ONES) & !other & TOPS & !0xff;
        let row = u64::from_le_bytes(weights.0[line].0[same.trailing_zeros() as usize / 8 % ROW]);
        let held = u64::from((same != 0) & (row >> (8 * TAGS) == u64::from(second)));
        let above = (row ^ TOPS) & held.wrapping_neg();
        self.even = self.even.wrapping_add(above & EVEN);
        self.odd = self.odd.wrapping_add(above >> 8 & EVEN);
        self.held += held as i16;
    }

    /// Adds the sum to scores.
    #[inline(always)]
    pub fn add_to(&self, scores: &mut Scores) {
        let above = self.held * 128;
        for (n, pair) in scores.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            for (score, lanes) in pair.iter_mut().zip([self.even, self.odd]) {
                *score = score.wrapping_add((lanes >> (16 * n)) as i16).wrapping_sub(above);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_counts_and_nothing_else() {
        // Of one line: five that fit, one whose first mark is taken, one without a mark.
        let of = |first: u32, second: u32| second << 24 | first << 16 | 7;
        let held = [of(1, 1), of(2, 2), of(3, 0), of(255, 255), of(128, 4)];
        let table = Table::holding(held.into_iter().chain([of(1, 9), of(0, 5)]));
        let rows: Vec<usize> = held.iter().map(|f| table.row(*f).unwrap()).collect();
        let weight = |row: usize, tag: usize| rows.iter().position(|r| *r == row).map_or(99, |n| (10 * n + tag) as i8 - 20);
        let table = Table::from_bytes(&table.to_bytes(weight)).unwrap();
        for (n, feature) in held.into_iter().enumerate() {
            let mut sums = [0; ROW];
            table.add_one(feature, &mut sums);
            assert_eq!(sums[..TAGS], std::array::from_fn::<i16, TAGS, _>(|tag| (10 * n + tag) as i16 - 20), "feature {n}");
        }
        for other in [of(1, 9), of(0, 5), of(0, 0), of(4, 1), of(2, 1), of(7, 0), of(1, 1) - 1] {
            let mut sums = [0; ROW];
            table.add_one(other, &mut sums);
            assert_eq!((sums[..TAGS].iter().sum::<i16>(), table.row(other)), (0, None), "{other:x}");
        }
    }

    #[test]
    fn a_full_line_takes_no_more() {
        let features = (1..=9).map(|n| n << 16);
        let table = Table::holding(features.clone());
        assert_eq!(features.filter(|f| table.row(*f).is_some()).count(), ROW - 1);
    }

    #[test]
    fn wrong_lengths() {
        assert!(Table::from_bytes(&[0; 64]).is_none());
        assert!(Table::from_bytes(&vec![0; ROWS * ROW + 1]).is_none());
    }
}
