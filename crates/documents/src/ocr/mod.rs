//! Text of pictures by Tesseract as a separate program, when it is installed: pictures go in by standard input, nothing is
//! written to disk.
//!
//! The page is cleaned and put upright here. The first look is the usual one; only where it finds little, or little that is
//! certain, other orientations and another way of looking for lines are tried, and the better reading is kept.

pub(crate) mod blobs;
pub(crate) mod clean;
mod lie;
mod program;
mod words;

use crate::Task;
use blobs::Blob;
use clean::Clean;
use image::GrayImage;
use lie::Lie;
pub(crate) use program::{available, become_tesseract, confined, program, tesseract};
use words::Reading;

/// Page segmentation: a page of blocks and columns.
const PAGE: u8 = 3;
/// Page segmentation: whatever text there is, anywhere.
const SPARSE: u8 = 11;
/// A reading less certain than this is tried again.
const CERTAIN: f64 = 0.72;
/// Words of a second reading that are added must be this certain.
const ADDED: f64 = 0.4;
/// Smaller pictures hold no letters.
const TINY: u32 = 8;

/// The text of one page of a picture.
pub(crate) struct Page {
    /// Lines as found.
    pub text: String,
    /// Sum of the words' confidences, 0 to 1 each.
    sum: f64,
    words: u32,
}

/// Why a picture was not read.
pub(crate) fn missing() -> &'static str {
    if available() { "OCR could not read this picture" } else { "a picture: OCR (the program tesseract) is not installed" }
}

/// Mean confidence of all words; `None` without words.
pub(crate) fn mean(pages: &[Page]) -> Option<f64> {
    let words: u32 = pages.iter().map(|page| page.words).sum();
    (words > 0).then(|| pages.iter().map(|page| page.sum).sum::<f64>() / f64::from(words))
}

/// A picture for Tesseract: grey levels, and how it is to be looked at.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Sheet {
    /// PGM (binary): the simplest picture there is, so that Tesseract never parses what an intruder may have written.
    pub picture: Vec<u8>,
    /// Page segmentation mode: 3 for a page, 11 for sparse text.
    pub segmentation: u8,
    /// Dots per inch.
    pub dpi: u32,
}

/// Reads a picture of a page. `None` when Tesseract is not installed, fails, or takes too long.
pub(crate) fn read(task: &mut Task<'_, '_>, picture: &GrayImage) -> Option<Page> {
    if !available() {
        return None;
    }
    page(picture, &mut |sheet| task.walk.host.tesseract(sheet)).map(|reading| reading.page())
}

/// Reads a picture of something else (a scanner's screen, an X-ray): few words in many places. What is uncertain there is no text.
pub(crate) fn read_sparse(task: &mut Task<'_, '_>, picture: &GrayImage) -> Option<Page> {
    if !available() {
        return None;
    }
    let clean = clean::clean(picture);
    let mut reading = look(&clean.picture, SPARSE, &mut |sheet| task.walk.host.tesseract(sheet))?;
    reading.keep_words(ADDED);
    Some(reading.page())
}

/// How Tesseract is asked.
type Ask<'a> = &'a mut dyn FnMut(&Sheet) -> Option<String>;

fn page(picture: &GrayImage, ask: Ask<'_>) -> Option<Reading> {
    if picture.width() < TINY || picture.height() < TINY {
        return Some(Reading::default());
    }
    let clean = clean::clean(picture);
    let ways = lie::ways(&clean.letters, clean.height);
    let mut way = ways.first().copied().unwrap_or(Lie { turns: 0, degrees: 0.0, score: 1.0 });
    let mut sheet = upright(&clean.picture, way);
    let mut best = look(&sheet, PAGE, ask)?;
    if poor(&best, &clean.letters) && clean.letters.len() >= 12 {
        let strip = strip(&clean);
        let mut certain = (0.0, way);
        for other in ways {
            let worth = look(&upright(&strip, other), PAGE, ask).map_or(0.0, |reading| reading.worth());
            if worth > certain.0 {
                certain = (worth, other);
            }
        }
        if certain.1 != way {
            let turned = upright(&clean.picture, certain.1);
            if let Some(reading) = look(&turned, PAGE, ask).filter(|reading| reading.worth() > best.worth()) {
                (way, sheet, best) = (certain.1, turned, reading);
            }
        }
    }
    let letters = if way.turns == 0 && way.degrees == 0.0 { clean.letters.clone() } else { letters_of(&sheet) };
    let uncovered = best.uncovered(&letters);
    let more = poor(&best, &letters) || uncovered > 20 && uncovered * 8 > letters.len();
    if let Some(mut sparse) = more.then(|| look(&sheet, SPARSE, ask)).flatten() {
        if sparse.worth() > best.worth() * 1.1 {
            std::mem::swap(&mut best, &mut sparse);
        }
        best.add(sparse, ADDED);
    }
    Some(best)
}

/// Whether another look may find more.
fn poor(reading: &Reading, letters: &[Blob]) -> bool {
    letters.len() >= 12 && (reading.certainty() < CERTAIN || reading.letters() * 3 < letters.len())
}

fn letters_of(sheet: &GrayImage) -> Vec<Blob> {
    let level = clean::threshold(sheet);
    clean::letters(&blobs::find(sheet, |v| v <= level), sheet.width(), sheet.height()).0
}

fn upright(picture: &GrayImage, way: Lie) -> GrayImage {
    let picture = lie::quarters(picture, way.turns);
    // Tesseract reads lines that are hardly askew as well as straight ones.
    if way.degrees.abs() < 0.35 { picture } else { lie::turned(&picture, way.degrees) }
}

/// The part of a page with the most letters, half as wide and high.
fn strip(clean: &Clean) -> GrayImage {
    let (width, height) = clean.picture.dimensions();
    let side = (width.min(height) / 2).max(clean.height * 12).min(width).min(height).max(1);
    let places = |room: u32| (0..=4).map(move |at| (room - side) / 4 * at);
    let inside = |x: u32, y: u32| clean.letters.iter().filter(|b| b.left >= x && b.top >= y && b.right < x + side && b.bottom < y + side).count();
    let all = places(height).flat_map(|y| places(width).map(move |x| (x, y)));
    let (mut most, mut at) = (0, (0, 0));
    for (x, y) in all {
        let count = inside(x, y);
        if count > most {
            (most, at) = (count, (x, y));
        }
    }
    image::imageops::crop_imm(&clean.picture, at.0, at.1, side, side).to_image()
}

fn look(picture: &GrayImage, segmentation: u8, ask: Ask<'_>) -> Option<Reading> {
    let mut pgm = format!("P5\n{} {}\n255\n", picture.width(), picture.height()).into_bytes();
    pgm.extend_from_slice(picture.as_raw());
    ask(&Sheet { picture: pgm, segmentation, dpi: 300 }).map(|tsv| Reading::parse(&tsv))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_any_shape() {
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 7) as u8;
        let picture = |width, height, level: &dyn Fn(u32, u32) -> u8| GrayImage::from_fn(width, height, |x, y| image::Luma([level(x, y)]));
        for page_ in [
            GrayImage::new(0, 0),
            picture(1, 1, &|_, _| 0),
            picture(1, 30_000, &|_, y| if y % 2 == 0 { 0 } else { 255 }),
            picture(30_000, 9, &|x, _| if x % 7 == 0 { 0 } else { 255 }),
            picture(700, 500, &|_, _| 0),
            picture(700, 500, &|_, _| 255),
            picture(700, 500, &noise),
            // A comb, whose teeth join at the last row.
            picture(900, 300, &|x, y| if x % 2 == 0 || y == 299 { 0 } else { 255 }),
            picture(700, 500, &|x, y| if (x / 3 + y / 3) % 2 == 0 { 0 } else { 255 }),
        ] {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for sheets in [&mut first, &mut second] {
                let found = page(&page_, &mut |sheet| {
                    sheets.push(sheet.picture.clone());
                    Some(String::new())
                });
                assert!(found.is_some_and(|reading| reading.words.is_empty()));
            }
            assert!(first == second && first.len() <= 7);
            assert!(page(&page_, &mut |_| None).is_none_or(|reading| reading.words.is_empty()));
        }
    }
}
