//! The trained tagger: names of persons, places and organisations in running text.
//!
//! A linear-chain conditional random field over hashed features. Its weights (`data/tagger.bin`) are learnt by
//! `examples/train_tagger.rs`; what from is written there. One table of 2^19 rows holds, for every feature, one signed byte
//! per tag; sums are integers, so the result is the same on every machine.

mod decode;
pub(crate) mod features;
pub(crate) mod lexicon;
mod train;

pub use decode::{Entity, Span, Tagger};
pub use train::{Example, Report, train};

/// Tags: outside, then beginning and inside of the three kinds.
pub(crate) const TAGS: usize = 7;
/// Rows of the table of weights; a power of two.
pub(crate) const ROWS: usize = 1 << 19;
/// Bytes per row: seven tags and one of padding.
pub(crate) const ROW: usize = 8;
/// What one step of a stored weight is worth, as a logarithm of odds.
pub(crate) const STEP: f32 = 1.0 / 16.0;

/// The row of a feature.
pub(crate) fn row(feature: u64) -> usize {
    feature as usize & (ROWS - 1)
}

/// Whether tag `b` may follow tag `a`: an inside only after its own beginning or inside.
pub(crate) fn may_follow(a: usize, b: usize) -> bool {
    b == 0 || b % 2 == 1 || a == b || a + 1 == b
}
