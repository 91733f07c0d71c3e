//! Run lengths (PS3.5, annex G): one segment for each byte of each sample, the high byte first. The library's decoder takes no
//! more than 16 bits.

/// The pixels of a frame, sample by sample, low byte first. What a segment lacks is zero.
pub(super) fn decode(data: &[u8], pixels: usize, samples: usize, wide: usize) -> Option<Vec<u8>> {
    let number = |at: usize| data.get(at * 4..at * 4 + 4).and_then(|four| four.try_into().ok()).map(|four| u32::from_le_bytes(four) as usize);
    if number(0)? != samples * wide || samples * wide > 15 {
        return None;
    }
    let mut out = vec![0; pixels.checked_mul(samples * wide)?];
    for segment in 0..samples * wide {
        let (from, to) = (number(segment + 1)?, number(segment + 2).filter(|to| *to > 0 && segment + 1 < samples * wide).unwrap_or(data.len()));
        // Where in a pixel this byte stands.
        let (sample, byte) = (segment / wide, wide - 1 - segment % wide);
        let places = out.iter_mut().skip(sample * wide + byte).step_by(samples * wide);
        for (place, level) in places.zip(Runs { data: data.get(from..to)?, run: Run::Over }) {
            *place = level;
        }
    }
    Some(out)
}

enum Run {
    Over,
    Same(u8, usize),
    Each(usize),
}

/// The bytes of a segment.
struct Runs<'a> {
    data: &'a [u8],
    run: Run,
}

impl Iterator for Runs<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            match self.run {
                Run::Same(level, left) if left > 0 => {
                    self.run = Run::Same(level, left - 1);
                    return Some(level);
                }
                Run::Each(left) if left > 0 => {
                    self.run = Run::Each(left - 1);
                    return self.take();
                }
                _ => {}
            }
            self.run = match self.take()? {
                head @ 0..=127 => Run::Each(usize::from(head) + 1),
                128 => Run::Over,
                head => Run::Same(self.take()?, 257 - usize::from(head)),
            };
        }
    }
}

impl Runs<'_> {
    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn segments() {
        let head = |offsets: &[u32]| {
            let mut head: Vec<u8> = offsets.iter().flat_map(|n| n.to_le_bytes()).collect();
            head.resize(64, 0);
            head
        };
        // Three pixels of 16 bits: high bytes 1 1 1, low bytes 7 8 9.
        let data = [head(&[2, 64, 66]), vec![254, 1, 2, 7, 8, 9]].concat();
        assert_eq!(decode(&data, 3, 1, 2), Some(vec![7, 1, 8, 1, 9, 1]));
        assert_eq!(decode(&data, 3, 3, 1), None);
        // Cut off, and no more than the frame holds.
        assert_eq!(decode(&[head(&[1, 64]), vec![2, 7]].concat(), 3, 1, 1), Some(vec![7, 0, 0]));
        assert_eq!(decode(&[head(&[1, 64]), vec![129, 7, 129, 7]].concat(), 3, 1, 1), Some(vec![7, 7, 7]));
        assert_eq!(decode(&head(&[1, 900]), 3, 1, 1), None);
    }
}
