//! Seeded chance. Every part of the generator draws from a stream of its own, so that a change in one part leaves the others as they were.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A reproducible stream of chance.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream `label` of a seed.
    pub fn new(seed: u64, label: &str) -> Dice {
        let mut key = [0; 32];
        key.copy_from_slice(&hash(&[&seed.to_le_bytes(), label.as_bytes()]));
        Dice(ChaCha8Rng::from_seed(key))
    }
    /// A number below `n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n as u64) as usize }
    }
    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }
    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.0.random_bool(p.clamp(0.0, 1.0))
    }
    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
    /// `n` decimal digits, the first not zero.
    pub fn digits(&mut self, n: usize) -> String {
        (0..n).map(|i| char::from(b'0' + if i == 0 { self.range(1, 9) } else { self.range(0, 9) } as u8)).collect()
    }
    /// Puts `items` into a chance order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
    /// `n` different numbers below `of` in chance order; all of them when there are fewer.
    pub fn sample(&mut self, of: usize, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..of).collect();
        self.shuffle(&mut all);
        all.truncate(n);
        all
    }
}

/// SHA-256 over length-prefixed parts.
pub fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, label: &str| (0..8).map(|_| 0).scan(Dice::new(seed, label), |d, _: i32| Some(d.below(1000))).collect::<Vec<_>>();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_eq!(Dice::new(1, "x").sample(5, 9).len(), 5);
    }
}
