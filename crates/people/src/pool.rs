//! Texts by number, each stored once, in one piece of memory.

use crate::text::{letters, mix};
use hashbrown::HashTable;

/// Texts by number; number 0 is the empty text.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    bytes: Vec<u8>,
    /// Where each text begins; one more than there are texts.
    starts: Vec<usize>,
    /// Letters of each text, see [`letters`].
    masks: Vec<u64>,
    index: HashTable<u32>,
}

fn hash(text: &[u8]) -> u64 {
    text.chunks(8).fold(text.len() as u64, |sum, chunk| mix(sum, chunk.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))))
}

impl Pool {
    pub fn new() -> Pool {
        let mut pool = Pool { bytes: Vec::new(), starts: vec![0, 0], masks: vec![0], index: HashTable::new() };
        pool.index.insert_unique(hash(b""), 0, |_| 0);
        pool
    }
    fn slice<'a>(bytes: &'a [u8], starts: &[usize], number: u32) -> &'a [u8] {
        &bytes[starts[number as usize]..starts[number as usize + 1]]
    }
    /// The number of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index.find(hash(text.as_bytes()), |known| Pool::slice(&self.bytes, &self.starts, *known) == text.as_bytes()).copied()
    }
    /// The number of a text, and whether it is new.
    pub fn add(&mut self, text: &str) -> (u32, bool) {
        if let Some(number) = self.find(text) {
            return (number, false);
        }
        let number = self.masks.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        self.starts.push(self.bytes.len());
        self.masks.push(letters(text));
        let (bytes, starts) = (&self.bytes, &self.starts);
        self.index.insert_unique(hash(text.as_bytes()), number, |known| hash(Pool::slice(bytes, starts, *known)));
        (number, true)
    }
    pub fn get(&self, number: u32) -> &str {
        std::str::from_utf8(Pool::slice(&self.bytes, &self.starts, number)).unwrap_or_default()
    }
    pub fn letters(&self, number: u32) -> u64 {
        self.masks[number as usize]
    }
    pub fn len(&self) -> usize {
        self.masks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_last() {
        let mut pool = Pool::new();
        let numbers: Vec<u32> = (0..3000).map(|i| pool.add(&format!("text {i}")).0).collect();
        for (i, number) in numbers.iter().enumerate() {
            let text = format!("text {i}");
            assert_eq!((pool.add(&text), pool.find(&text), pool.get(*number)), ((*number, false), Some(*number), text.as_str()));
        }
        assert_eq!((pool.add(""), pool.get(0), pool.find("none"), pool.len()), ((0, false), "", None, 3001));
    }
}
