//! The trained tagger: names of persons, places and organisations in running text.
//!
//! A linear-chain conditional random field over hashed features. Its weights (`data/tagger.bin`) are learnt by
//! `examples/train_tagger.rs`; what from is written there. A table holds, for every feature that told tags apart in training, one
//! signed byte per tag against "none", and one for the gate, which says what words are decoded at all; sums are integers, so the result is the same on every machine.

mod decode;
pub(crate) mod features;
mod gate;
mod near;
mod train;
mod weights;

pub use decode::{Entity, Span, Tagger};
pub use train::{Example, Report, train};

/// Tags: outside, then beginning and inside of the three kinds.
pub(crate) const TAGS: usize = 7;
/// What one step of a stored weight is worth, as a logarithm of odds.
pub(crate) const STEP: f32 = 1.0 / 16.0;

/// Whether tag `b` may follow tag `a`: an inside only after its own beginning or inside.
pub(crate) fn may_follow(a: usize, b: usize) -> bool {
    b == 0 || b % 2 == 1 || a == b || a + 1 == b
}
