//! Is there text in a picture? Letters burned into it are small, sharp, of one level, and stand in a line; anatomy is none of it.

use crate::ocr::blobs::{self, Blob};
use image::GrayImage;

/// Letters are this high: smaller ones cannot be read, larger ones are no annotation.
const LOW: u32 = 5;
const HIGH: u32 = 64;
/// Letters in a line that make it text.
const LINE: usize = 4;
/// A step of brightness that is an edge of a letter.
const EDGE: u8 = 70;

/// The lines of text-like shapes in a picture, as boxes.
pub(super) fn lines(picture: &GrayImage) -> Vec<Blob> {
    let mut out = strokes(picture, |level| level >= 190);
    out.extend(strokes(picture, |level| level <= 30));
    out
}

fn strokes(picture: &GrayImage, ink: impl Fn(u8) -> bool + Copy) -> Vec<Blob> {
    let letter = |blob: &Blob| {
        let (w, h) = (blob.width(), blob.height());
        (LOW..=HIGH).contains(&h) && w <= h * 2 && blob.area * 10 >= w * h && blob.area >= h && !(blob.area == w * h && w * 3 > h) && sharp(picture, blob, ink)
    };
    let mut letters: Vec<Blob> = blobs::find(picture, ink).into_iter().filter(letter).collect();
    letters.sort_by_key(|blob| (blob.left, blob.top));
    // Chains from left to right: like heights, a common foot, no wide gaps.
    let mut chains: Vec<(Blob, Blob, usize)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for blob in letters {
        let height = blob.height();
        open.retain(|&at| chains.get(at).is_some_and(|(_, last, _)| blob.left <= last.right + HIGH * 2));
        let joins = |(_, last, _): &(Blob, Blob, usize)| {
            let gap = blob.left.saturating_sub(last.right);
            let tall = height.max(last.height());
            gap <= tall * 2 && tall <= height.min(last.height()) * 2 && blob.bottom.abs_diff(last.bottom) * 4 <= tall + 2 && blob.left > last.left
        };
        let found = open.iter().rev().copied().find(|&at| chains.get(at).is_some_and(joins));
        match found.and_then(|at| chains.get_mut(at)) {
            Some((whole, last, count)) => {
                whole.left = whole.left.min(blob.left);
                whole.top = whole.top.min(blob.top);
                whole.right = whole.right.max(blob.right);
                whole.bottom = whole.bottom.max(blob.bottom);
                *last = blob;
                *count += 1;
            }
            None => {
                open.push(chains.len());
                chains.push((blob, blob, 1));
                // A picture of noise has no text; the chains that may go on stay few.
                if open.len() > 256 {
                    open.remove(0);
                }
            }
        }
    }
    chains.into_iter().filter(|(_, _, count)| *count >= LINE).map(|(whole, ..)| whole).collect()
}

/// Whether the shape's edge is a step rather than a slope: the pixels beside its runs are clearly of another level.
fn sharp(picture: &GrayImage, blob: &Blob, ink: impl Fn(u8) -> bool) -> bool {
    let (mut edges, mut steps) = (0_u32, 0_u32);
    let level = |x: u32, y: u32| picture.get_pixel_checked(x, y).map(|pixel| pixel.0[0]);
    for y in blob.top..=blob.bottom {
        for x in blob.left..=blob.right {
            let Some(here) = level(x, y).filter(|here| ink(*here)) else { continue };
            for side in [x.checked_sub(1), Some(x + 1)].into_iter().flatten() {
                let Some(beside) = level(side, y).filter(|beside| !ink(*beside)) else { continue };
                edges += 1;
                // An edge is drawn with one level between, where letters are smoothed.
                let beyond = if side < x { side.checked_sub(1) } else { Some(side + 1) };
                let beyond = beyond.and_then(|x| level(x, y)).unwrap_or(beside);
                steps += u32::from(here.abs_diff(beside).max(here.abs_diff(beyond)) >= EDGE);
            }
        }
    }
    edges >= blob.height() && steps * 10 >= edges * 8
}

/// Whether two frames show the same in the boxes of the first one's text, and the second has no other.
pub(super) fn same_text(a: &GrayImage, boxes: &[Blob], b: &GrayImage, others: &[Blob]) -> bool {
    let apart = |one: &Blob, two: &Blob| one.right < two.left || two.right < one.left || one.bottom < two.top || two.bottom < one.top;
    if a.dimensions() != b.dimensions() || others.iter().any(|other| boxes.iter().all(|known| apart(known, other))) {
        return false;
    }
    let differs = |known: &Blob| {
        let all = (known.top..=known.bottom).flat_map(|y| (known.left..=known.right).map(move |x| (x, y)));
        let level = |picture: &GrayImage, (x, y)| picture.get_pixel_checked(x, y).map_or(0, |pixel| pixel.0[0]);
        all.filter(|at| level(a, *at).abs_diff(level(b, *at)) > 64).take(8).count() >= 8
    };
    !boxes.iter().any(differs)
}
