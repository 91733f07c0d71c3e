//! Texts by number, each stored once, in one piece of memory.

use crate::text::{letters, mix};
use hashbrown::HashTable;

/// Texts by number; number 0 is the empty text.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    text: String,
    /// One more than there are texts: each ends where the next begins.
    entries: Vec<Entry>,
    /// Hash and number of each text. With the hash beside it, a number is looked up only for its own text.
    index: HashTable<(u32, u32)>,
}

/// What is asked of a text most often; together, because each look at a large pool waits for memory.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    start: usize,
    /// See [`letters`].
    letters: u64,
}

/// The hash by which a pool finds a text.
pub(crate) fn hash(text: &str) -> u32 {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let sum = chunks.iter().fold(text.len() as u64, |sum, chunk| mix(sum, u64::from_le_bytes(*chunk)));
    (mix(sum, rest.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))) >> 32) as u32
}

/// A table looks at the lowest and at the highest bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Pool {
    pub fn new() -> Pool {
        let mut pool = Pool { text: String::new(), entries: vec![Entry::default(); 2], index: HashTable::new() };
        pool.index.insert_unique(spread(hash("")), (hash(""), 0), |_| 0);
        pool
    }
    /// The number of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.find_hashed(text, hash(text))
    }
    /// [`Pool::find`] of a text whose [`hash`] is known.
    pub fn find_hashed(&self, text: &str, hash: u32) -> Option<u32> {
        self.index.find(spread(hash), |(known, number)| *known == hash && self.get(*number) == text).map(|(_, number)| *number)
    }
    /// The number of some text of this [`hash`], without a look at the text; 0 where there is none.
    pub fn guess(&self, hash: u32) -> u32 {
        self.index.find(spread(hash), |(known, _)| *known == hash).map_or(0, |(_, number)| *number)
    }
    /// The number of a text whose [`hash`] is known.
    pub fn add_hashed(&mut self, text: &str, hash: u32) -> u32 {
        if let Some(number) = self.find_hashed(text, hash) {
            return number;
        }
        let number = self.len() as u32;
        self.text.push_str(text);
        self.entries[number as usize].letters = letters(text);
        self.entries.push(Entry { start: self.text.len(), letters: 0 });
        self.index.insert_unique(spread(hash), (hash, number), |(hash, _)| spread(*hash));
        number
    }
    pub fn get(&self, number: u32) -> &str {
        &self.text[self.entries[number as usize].start..self.entries[number as usize + 1].start]
    }
    pub fn letters(&self, number: u32) -> u64 {
        self.entries[number as usize].letters
    }
    pub fn len(&self) -> usize {
        self.entries.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_last() {
        let add = |pool: &mut Pool, text: &str| pool.add_hashed(text, hash(text));
        let mut pool = Pool::new();
        let numbers: Vec<u32> = (0..3000).map(|i| add(&mut pool, &format!("text {i}"))).collect();
        for (i, number) in numbers.iter().enumerate() {
            let text = format!("text {i}");
            assert_eq!((add(&mut pool, &text), pool.find(&text), pool.get(*number)), (*number, Some(*number), text.as_str()));
        }
        assert_eq!((add(&mut pool, ""), pool.get(0), pool.find("none"), pool.len()), (0, "", None, 3001));
    }
}
