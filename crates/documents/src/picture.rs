//! Small things about pictures that several formats need.

use image::GrayImage;

/// Levels of 16 bits to those of 8: by their top byte, or from the least to the most where only a part of the range is used
/// (scanners of 10 or 12 bits, films).
pub(crate) fn narrowed(levels: &[u16]) -> Vec<u8> {
    let (least, most) = levels.iter().fold((u16::MAX, 0), |(low, high), level| (low.min(*level), high.max(*level)));
    if least >= most || most - least > 40_000 {
        return levels.iter().map(|level| (level >> 8) as u8).collect();
    }
    levels.iter().map(|level| (u32::from(level - least) * 255 / u32::from(most - least)) as u8).collect()
}

/// Whether two pictures show the same: hardly any pixel differs clearly.
pub(crate) fn same(a: &GrayImage, b: &GrayImage) -> bool {
    let other = a.as_raw().iter().zip(b.as_raw()).filter(|(a, b)| a.abs_diff(**b) > 48).count();
    // A letter is some dozen pixels.
    a.dimensions() == b.dimensions() && other < 12
}
