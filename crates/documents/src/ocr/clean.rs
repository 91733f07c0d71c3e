//! Cleaning of a page: even background, dark ink on light paper, no specks, letters of a size that Tesseract likes.

use super::blobs::{self, Blob};
use image::GrayImage;
use image::imageops::{self, FilterType};

/// More pixels than this are scaled down before anything else (A4 at 400 dpi has 15 million).
const PIXELS: u64 = 18_000_000;
/// Side of the squares in which the background is measured.
const TILE: u32 = 48;
/// The height of small letters (without ascenders) that Tesseract reads best, and the range that is left alone.
const LETTER: f32 = 22.0;
const SMALL: f32 = 15.0;
const LARGE: f32 = 48.0;

/// A page ready for reading.
pub(crate) struct Clean {
    pub picture: GrayImage,
    /// Components of the size of letters.
    pub letters: Vec<Blob>,
    /// Their median height.
    pub height: u32,
}

/// The level that best separates ink from paper (Otsu).
pub(crate) fn threshold(picture: &GrayImage) -> u8 {
    let mut counts = [0_u64; 256];
    for &level in picture.as_raw() {
        if let Some(count) = counts.get_mut(usize::from(level)) {
            *count += 1;
        }
    }
    let all: u64 = counts.iter().sum();
    let sum: f64 = counts.iter().enumerate().map(|(level, &n)| level as f64 * n as f64).sum();
    let (mut below, mut below_sum, mut best) = (0_u64, 0.0, (0.0, 127_u8));
    for (level, &count) in counts.iter().enumerate() {
        below += count;
        below_sum += level as f64 * count as f64;
        let above = all - below;
        if below == 0 || above == 0 {
            continue;
        }
        let apart = below_sum / below as f64 - (sum - below_sum) / above as f64;
        let between = below as f64 * above as f64 * apart * apart;
        if between > best.0 {
            best = (between, level as u8);
        }
    }
    best.1
}

/// Cleans a page.
pub(crate) fn clean(picture: &GrayImage) -> Clean {
    let mut page = shrunk(picture);
    if fax(picture) {
        page = imageops::resize(&page, page.width(), page.height() * 2, FilterType::Triangle);
    }
    let level = threshold(&page);
    let dark = page.as_raw().iter().filter(|&&v| v <= level).count();
    if dark * 2 > page.as_raw().len() {
        imageops::invert(&mut page);
    }
    even(&mut page);
    let level = threshold(&page);
    let found = blobs::find(&page, |v| v <= level);
    let (mut letters, height) = letters(&found, page.width(), page.height());
    // Salt and pepper: specks in number, clearly smaller than the dot of an i.
    let speck = ((height * height) as f32 * 0.014).max(2.0) as u32;
    let specks = found.iter().filter(|blob| blob.area <= speck).count();
    if height >= 8 && specks > 40 && specks * 2 > letters.len() {
        blobs::erase(&mut page, |v| v <= level, 255, |blob| blob.area <= speck);
        blobs::erase(&mut page, |v| v > level, 0, |blob| blob.area <= speck);
    }
    let small = page.width().max(page.height()) < 1000;
    let factor = match height as f32 {
        // Nothing like letters: a small picture may hold small letters.
        _ if letters.len() < 8 && small => 2.0,
        _ if letters.len() < 8 => 1.0,
        height if height < SMALL => (LETTER / height).min(4.0),
        height if height > LARGE => LETTER * 1.4 / height,
        _ => 1.0,
    };
    let pixels = u64::from(page.width()) * u64::from(page.height());
    let factor = factor.min((PIXELS as f32 / pixels.max(1) as f32).sqrt().max(1.0));
    if (factor - 1.0).abs() > 0.05 {
        let scaled = |n: u32| ((n as f32 * factor).round() as u32).max(1);
        // Soft edges: of two levels a sharper filter makes stairs.
        page = imageops::resize(&page, scaled(page.width()), scaled(page.height()), FilterType::Triangle);
        for blob in &mut letters {
            *blob = Blob { left: scaled(blob.left), top: scaled(blob.top), right: scaled(blob.right), bottom: scaled(blob.bottom), area: blob.area };
        }
    }
    Clean { picture: page, letters, height: ((height as f32 * factor) as u32).max(1) }
}

/// A page of the lower fax resolution, whose pixels are twice as high as wide.
fn fax(picture: &GrayImage) -> bool {
    (1720..=1736).contains(&picture.width()) && (600..=1250).contains(&picture.height())
}

fn shrunk(picture: &GrayImage) -> GrayImage {
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    if pixels <= PIXELS {
        return picture.clone();
    }
    let factor = (PIXELS as f64 / pixels as f64).sqrt();
    let scaled = |n: u32| ((f64::from(n) * factor) as u32).max(1);
    imageops::thumbnail(picture, scaled(picture.width()), scaled(picture.height()))
}

/// Components that may be letters, and their median height.
pub(crate) fn letters(found: &[Blob], width: u32, height: u32) -> (Vec<Blob>, u32) {
    let likely = |blob: &&Blob| {
        let (w, h) = (blob.width(), blob.height());
        (5..=(height / 6).max(6)).contains(&h) && w <= (h * 8).min(width / 2 + 1) && w * 12 >= h && blob.area * 12 >= w.saturating_mul(h)
    };
    let letters: Vec<Blob> = found.iter().filter(likely).copied().collect();
    let mut heights: Vec<u32> = letters.iter().map(Blob::height).collect();
    heights.sort_unstable();
    let median = heights.get(heights.len() / 2).copied().unwrap_or(0);
    // What is far from the common size is no letter of the text: specks, pictures, rules.
    let near = |blob: &Blob| blob.height() * 3 >= median && blob.height() <= median * 4;
    (letters.into_iter().filter(near).collect(), median)
}

/// Makes the paper white and the ink dark where light falls unevenly or contrast is low.
fn even(page: &mut GrayImage) {
    let (width, height) = page.dimensions();
    let (across, down) = (width.div_ceil(TILE).max(1), height.div_ceil(TILE).max(1));
    // The paper's level in each tile: the level that 80% of the pixels do not exceed.
    let mut paper = Vec::with_capacity((across * down) as usize);
    for ty in 0..down {
        for tx in 0..across {
            let mut counts = [0_u32; 256];
            let mut all = 0;
            for y in (ty * TILE..((ty + 1) * TILE).min(height)).step_by(2) {
                for x in (tx * TILE..((tx + 1) * TILE).min(width)).step_by(2) {
                    let level = page.get_pixel_checked(x, y).map_or(255, |p| p.0[0]);
                    if let Some(count) = counts.get_mut(usize::from(level)) {
                        *count += 1;
                        all += 1;
                    }
                }
            }
            let mut seen = 0;
            let level = counts.iter().position(|&n| {
                seen += n;
                seen * 10 >= all * 8
            });
            paper.push(level.unwrap_or(255) as f32);
        }
    }
    let (darkest, lightest) = paper.iter().fold((255_f32, 0_f32), |(low, high), &v| (low.min(v), high.max(v)));
    let mut levels: Vec<f32> = paper.clone();
    levels.sort_by(f32::total_cmp);
    let usual = levels.get(levels.len() / 2).copied().unwrap_or(255.0);
    let ink = page.as_raw().iter().copied().min().unwrap_or(0);
    if darkest >= 215.0 && ink < 60 || lightest <= 8.0 {
        return;
    }
    // A tile that is all picture or all ink takes the paper of the page.
    for level in &mut paper {
        if *level < usual * 0.45 {
            *level = usual;
        }
    }
    let at = |tx: u32, ty: u32| paper.get((ty.min(down - 1) * across + tx.min(across - 1)) as usize).copied().unwrap_or(usual);
    let ink = f32::from(ink).min(usual * 0.6);
    for y in 0..height {
        let (ty, fy) = place(y);
        for x in 0..width {
            let (tx, fx) = place(x);
            let top = at(tx, ty) * (1.0 - fx) + at(tx + 1, ty) * fx;
            let bottom = at(tx, ty + 1) * (1.0 - fx) + at(tx + 1, ty + 1) * fx;
            let paper = (top * (1.0 - fy) + bottom * fy).max(ink + 8.0);
            if let Some(pixel) = page.get_pixel_mut_checked(x, y) {
                let level = (f32::from(pixel.0[0]) - ink) / (paper * 0.97 - ink).max(8.0) * 255.0;
                pixel.0[0] = level.clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// The tile whose centre is before a place, and how far the place is on the way to the next centre.
fn place(at: u32) -> (u32, f32) {
    let shifted = at.saturating_sub(TILE / 2);
    let before = at < TILE / 2;
    (shifted / TILE, if before { 0.0 } else { (shifted % TILE) as f32 / TILE as f32 })
}
