//! How a page lies: skew, and which way is up.

use super::blobs::Blob;
use image::GrayImage;

/// Largest skew looked for, in degrees.
const SKEW: f32 = 15.0;
/// Components that are looked at; more do not make it more certain.
const ENOUGH: usize = 6000;

/// A side of the page that may be its foot. Letters stand on their line: the side where their edges are in line is the foot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lie {
    /// Quarter turns clockwise that put the page upright.
    pub turns: u8,
    /// Skew left after the turn: degrees clockwise that the page must be turned.
    pub degrees: f32,
    /// How well the letters stand in line; 1 is by chance.
    pub score: f32,
}

/// The four ways that a page can lie, the most likely first.
pub(crate) fn ways(letters: &[Blob], height: u32) -> Vec<Lie> {
    let step = letters.len().div_ceil(ENOUGH).max(1);
    let letters: Vec<&Blob> = letters.iter().step_by(step).collect();
    let middle = |from: u32, to: u32| (from + to) as f32 / 2.0;
    // Each as it looks after the turn: along the line, and across it at the letters' foot.
    let upright: Vec<(f32, f32)> = letters.iter().map(|b| (middle(b.left, b.right), b.bottom as f32)).collect();
    let right: Vec<(f32, f32)> = letters.iter().map(|b| (-middle(b.top, b.bottom), b.right as f32)).collect();
    let over: Vec<(f32, f32)> = letters.iter().map(|b| (-middle(b.left, b.right), -(b.top as f32))).collect();
    let left: Vec<(f32, f32)> = letters.iter().map(|b| (middle(b.top, b.bottom), -(b.left as f32))).collect();
    let bin = (height as f32 / 5.0).max(1.0);
    let mut ways: Vec<Lie> = [(0, upright), (1, right), (2, over), (3, left)]
        .into_iter()
        .map(|(turns, feet)| {
            let (degrees, score) = skew(&feet, bin);
            Lie { turns, degrees, score }
        })
        .collect();
    // Upright unless something else is clearly more likely.
    if let Some(first) = ways.first_mut() {
        first.score *= 1.08;
    }
    ways.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.turns.cmp(&b.turns)));
    ways
}

/// The angle at which most feet are in line, and how clearly.
fn skew(feet: &[(f32, f32)], bin: f32) -> (f32, f32) {
    let coarse = (-30..=30).map(|half| half as f32 * SKEW / 30.0);
    let best = |angles: &mut dyn Iterator<Item = f32>| {
        angles.map(|angle| (angle, in_line(feet, angle, bin))).fold((0.0_f32, 0.0_f32), |best, (angle, score)| {
            // Of equals the smaller turn.
            if score > best.1 * 1.0001 || score >= best.1 && angle.abs() < best.0.abs() { (angle, score) } else { best }
        })
    };
    let near = best(&mut { coarse });
    let fine = best(&mut (-5..=5).map(|tenth| near.0 + tenth as f32 * 0.1));
    (fine.0, fine.1)
}

/// The sum of squares of a histogram of the feet across lines of this slope, over that of an even spread.
fn in_line(feet: &[(f32, f32)], degrees: f32, bin: f32) -> f32 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    // After turning the page clockwise by `degrees`.
    let across = |(x, y): &(f32, f32)| (y * cos + x * sin) / bin;
    let (low, high) = feet.iter().map(across).fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
    if feet.len() < 2 || high - low < 1.0 || high - low > 1e6 {
        return 1.0;
    }
    let mut counts = vec![0_u32; (high - low) as usize + 2];
    for foot in feet {
        if let Some(count) = counts.get_mut((across(foot) - low) as usize) {
            *count += 1;
        }
    }
    let squares: f32 = counts.iter().map(|&n| (n * n) as f32).sum();
    let all = feet.len() as f32;
    squares / (all * all / counts.len() as f32 + all)
}

/// Turned by quarters, clockwise.
pub(crate) fn quarters(picture: &GrayImage, turns: u8) -> GrayImage {
    match turns % 4 {
        1 => image::imageops::rotate90(picture),
        2 => image::imageops::rotate180(picture),
        3 => image::imageops::rotate270(picture),
        _ => picture.clone(),
    }
}

/// Turned clockwise about its middle, on white paper; the corners that leave the page are kept.
pub(crate) fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let (wide, high) = ((w * cos.abs() + h * sin.abs()).ceil(), (w * sin.abs() + h * cos.abs()).ceil());
    let level = |x: i64, y: i64| match (u32::try_from(x), u32::try_from(y)) {
        (Ok(x), Ok(y)) => picture.get_pixel_checked(x, y).map_or(255.0, |p| f32::from(p.0[0])),
        _ => 255.0,
    };
    GrayImage::from_fn(wide as u32, high as u32, |x, y| {
        let (dx, dy) = (x as f32 - wide / 2.0, y as f32 - high / 2.0);
        let (sx, sy) = (dx * cos + dy * sin + w / 2.0, dy * cos - dx * sin + h / 2.0);
        let (x0, y0) = (sx.floor(), sy.floor());
        let (fx, fy) = (sx - x0, sy - y0);
        let (x0, y0) = (x0 as i64, y0 as i64);
        let top = level(x0, y0) * (1.0 - fx) + level(x0 + 1, y0) * fx;
        let bottom = level(x0, y0 + 1) * (1.0 - fx) + level(x0 + 1, y0 + 1) * fx;
        image::Luma([(top * (1.0 - fy) + bottom * fy) as u8])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of ten lines: most of one height, some with ascenders, all on their line.
    fn lines() -> Vec<Blob> {
        let letter = |line: u32, at: u32| {
            let (left, foot) = (100 + at * 24 + line * 3, 200 + line * 60);
            let height = if (at * 7 + line * 3) % 5 < 2 { 30 } else { 20 };
            Blob { left, top: foot - height, right: left + 16, bottom: foot, area: 150 }
        };
        (0..10).flat_map(|line| (0..40).map(move |at| letter(line, at))).collect()
    }

    #[test]
    fn which_way_is_up() {
        let side = 1400;
        let mut letters = lines();
        for turns in [0, 3, 2, 1] {
            let first = ways(&letters, 20).first().copied();
            assert!(first.is_some_and(|lie| lie.turns == turns && lie.degrees.abs() < 0.2), "{turns} {first:?}");
            // The page is turned clockwise by a quarter.
            for b in &mut letters {
                *b = Blob { left: side - b.bottom, top: b.left, right: side - b.top, bottom: b.right, area: b.area };
            }
        }
    }

    #[test]
    fn skew() {
        for degrees in [-9.0_f32, -2.0, 4.5] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let turned = lines().into_iter().map(|b| {
                let (x, y) = ((b.left + b.right) as f32 / 2.0 + 300.0, b.bottom as f32 + 300.0);
                let (x, y) = ((x * cos - y * sin + 300.0) as u32, (x * sin + y * cos + 300.0) as u32);
                Blob { left: x - 8, top: y - b.height(), right: x + 8, bottom: y, area: b.area }
            });
            let first = ways(&turned.collect::<Vec<_>>(), 20).first().copied();
            assert!(first.is_some_and(|lie| lie.turns == 0 && (lie.degrees + degrees).abs() < 0.4), "{degrees} {first:?}");
        }
        assert_eq!(ways(&[], 1).len(), 4);
    }

    #[test]
    fn turning_keeps_the_corners() {
        let page = turned(&GrayImage::new(100, 50), 10.0);
        assert_eq!((page.dimensions(), page.get_pixel(0, 0).0), ((108, 67), [255]));
        assert_eq!(quarters(&GrayImage::new(3, 2), 1).dimensions(), (2, 3));
    }
}
