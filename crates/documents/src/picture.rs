//! Small things about pictures that several formats need.

use image::GrayImage;

/// Whether two pictures show the same: hardly any pixel differs clearly.
pub(crate) fn same(a: &GrayImage, b: &GrayImage) -> bool {
    let other = a.as_raw().iter().zip(b.as_raw()).filter(|(a, b)| a.abs_diff(**b) > 48).count();
    // A letter is some dozen pixels.
    a.dimensions() == b.dimensions() && other < 12
}
