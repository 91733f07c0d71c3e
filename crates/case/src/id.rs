//! Ids that derive from provenance, never from an order in memory.

use std::fmt;
use std::str::FromStr;

/// A 64-bit id: the first 8 bytes of a BLAKE3 hash over the parts that say where a row comes from; of a mention, the id of its passage
/// mixed with its place there.
///
/// The same evidence gives the same ids, so decisions stay attached over re-runs. Shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Id(pub u64);

impl Id {
    /// The id of something that `parts` locate. `kind` keeps ids of different tables apart.
    pub fn of(kind: &str, parts: &[&dyn IdPart]) -> Id {
        let mut feed = Feed { bytes: [0; SHORT], len: 0, long: None };
        feed.update(kind.as_bytes());
        for part in parts {
            feed.put([0xff]);
            part.feed(&mut feed);
        }
        let hash = feed.finish();
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        Id(u64::from_le_bytes(first))
    }

    /// The id of one of very many small things inside of what has this id, by numbers that tell them apart: mixed as well as that of
    /// [`Id::of`] and cheaper, but no cryptographic hash.
    pub fn inside(self, parts: [u64; 3]) -> Id {
        // The steps and the finaliser of splitmix64; mixed before each part comes in, so that ids and parts that are near do not meet.
        let mix = |id: u64| {
            let mut x = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
            x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            x ^ x >> 31
        };
        Id(mix(parts.into_iter().fold(self.0, |id, part| mix(id) ^ part)))
    }
}

/// Longest input that is hashed at once.
const SHORT: usize = 128;

/// What an id is derived from: short inputs, nearly all, are hashed in one call, which takes a third of the time.
pub struct Feed {
    bytes: [u8; SHORT],
    len: usize,
    long: Option<Box<blake3::Hasher>>,
}

impl Feed {
    /// The same as [`Feed::update`] for a number of bytes that the compiler knows.
    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        match self.bytes.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            Some(room) if self.long.is_none() => {
                *room = bytes;
                self.len += N;
            }
            _ => self.update(&bytes),
        }
    }
    /// Adds bytes to the input.
    pub fn update(&mut self, bytes: &[u8]) {
        if self.long.is_none()
            && let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len())
        {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
            return;
        }
        let hasher = self.long.get_or_insert_with(|| {
            let mut hasher = Box::new(blake3::Hasher::new());
            hasher.update(&self.bytes[..self.len]);
            hasher
        });
        hasher.update(bytes);
    }
    fn finish(self) -> blake3::Hash {
        self.long.map_or_else(|| blake3::hash(&self.bytes[..self.len]), |hasher| hasher.finalize())
    }
}

/// Something an id can be derived from.
pub trait IdPart {
    /// Feeds the hash; different values feed different bytes.
    fn feed(&self, hasher: &mut Feed);
}
impl IdPart for str {
    fn feed(&self, hasher: &mut Feed) {
        hasher.put((self.len() as u64).to_le_bytes());
        hasher.update(self.as_bytes());
    }
}
impl IdPart for &str {
    fn feed(&self, hasher: &mut Feed) {
        (**self).feed(hasher);
    }
}
impl IdPart for String {
    fn feed(&self, hasher: &mut Feed) {
        self.as_str().feed(hasher);
    }
}
impl<T: IdPart> IdPart for Option<T> {
    fn feed(&self, hasher: &mut Feed) {
        hasher.put([u8::from(self.is_some())]);
        if let Some(value) = self {
            value.feed(hasher);
        }
    }
}
impl IdPart for Id {
    fn feed(&self, hasher: &mut Feed) {
        hasher.put(self.0.to_le_bytes());
    }
}
macro_rules! number {
    ($($type:ty),*) => { $( impl IdPart for $type {
        fn feed(&self, hasher: &mut Feed) { hasher.put((*self as i128).to_le_bytes()); }
    } )* };
}
number!(i64, u64, u32, i32, usize);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl From<Id> for String {
    fn from(id: Id) -> String {
        id.to_string()
    }
}
impl TryFrom<String> for Id {
    type Error = String;
    fn try_from(text: String) -> Result<Id, String> {
        text.parse()
    }
}
impl FromStr for Id {
    type Err = String;
    fn from_str(text: &str) -> Result<Id, String> {
        if text.len() != 16 {
            return Err(format!("an id has 16 hexadecimal digits, not {}", text.len()));
        }
        u64::from_str_radix(text, 16).map(Id).map_err(|_| "an id has 16 hexadecimal digits".to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_and_read_back() {
        let id = Id::of("event", &[&"a", &1_i64]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("xyz".parse::<Id>().is_err());
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Id::of("x", &[&"ab", &"c"]), Id::of("x", &[&"a", &"bc"]));
        assert_ne!(Id::of("x", &[&None::<&str>]), Id::of("x", &[&Some("")]));
    }

    #[test]
    fn things_inside_have_ids_of_their_own() {
        let ids = (0..20_u64).flat_map(|of| (0..20).flat_map(move |start| (0..20).map(move |end| Id(of).inside([start, end, of % 3]))));
        assert_eq!(ids.collect::<std::collections::HashSet<_>>().len(), 8000);
        assert_ne!(Id(7).inside([1, 2, 3]), Id(7).inside([2, 1, 3]));
    }
}
