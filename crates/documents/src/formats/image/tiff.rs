//! TIFF, page by page. Fax compressions are decoded by `hayro-ccitt`, which keeps the lines before a fault; the old JPEG form by
//! the JPEG decoder; everything else by `tiff`.

use super::Fault;
use super::decode::{fits, luma, picture};
use crate::picture::narrowed;
use ::image::GrayImage;
use ::image::imageops::{self, FilterType};
use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::Tag;
use ::tiff::{ColorType, TiffError};
use bytes::Bytes;
use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::ops::Range;

/// Most pages looked for; more are no document.
const PAGES: usize = 20_000;
/// Most memory of a page.
const MEMORY: usize = 1 << 30;

/// The pages of a TIFF.
pub(super) struct Reader {
    bytes: Bytes,
    decoder: Decoder<Cursor<Bytes>>,
    met: usize,
    more: bool,
    /// Pages whose samples are indices of colours.
    palettes: BTreeSet<usize>,
}

impl Reader {
    pub fn open(bytes: &Bytes) -> Option<Reader> {
        // The library refuses palettes: such pages are told to be grey, and their samples are looked up afterwards.
        let places = palettes(bytes);
        let mut bytes = bytes.clone();
        if !places.is_empty() {
            let mut told = bytes.to_vec();
            for place in places.values() {
                told.iter_mut().take(place.end).skip(place.start).filter(|byte| **byte == 3).for_each(|byte| *byte = 1);
            }
            bytes = told.into();
        }
        let mut limits = Limits::default();
        limits.decoding_buffer_size = MEMORY;
        limits.intermediate_buffer_size = MEMORY;
        limits.ifd_value_size = 16 << 20;
        let decoder = Decoder::new(Cursor::new(bytes.clone())).ok()?.with_limits(limits);
        Some(Reader { bytes, decoder, met: 0, more: true, palettes: places.into_keys().collect() })
    }
    /// The next page, upright and with square pixels.
    pub fn next(&mut self) -> Option<Result<GrayImage, Fault>> {
        while self.more && self.met < PAGES {
            let faulty = self.met > 0 && self.decoder.next_image().is_err();
            self.met += 1;
            if faulty {
                self.more = false;
                return Some(Err(Fault::Bad));
            }
            self.more = self.decoder.more_images();
            // A smaller picture of another page.
            if self.met > 1 && self.number(Tag::NewSubfileType).is_some_and(|kind| kind & 1 == 1) {
                continue;
            }
            return Some(self.page());
        }
        None
    }
    fn number(&mut self, tag: Tag) -> Option<u64> {
        self.decoder.find_tag_unsigned::<u64>(tag).ok().flatten()
    }
    fn numbers(&mut self, tag: Tag) -> Vec<u64> {
        self.decoder.find_tag_unsigned_vec::<u64>(tag).ok().flatten().unwrap_or_default()
    }
    fn page(&mut self) -> Result<GrayImage, Fault> {
        let size = |n: Option<u64>| n.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0).ok_or(Fault::Bad);
        let (width, height) = (size(self.number(Tag::ImageWidth))?, size(self.number(Tag::ImageLength))?);
        if !fits(width, height) {
            return Err(Fault::Large);
        }
        let compression = self.number(Tag::Compression).unwrap_or(1);
        let page = match compression {
            2..=4 => self.fax(compression, width, height)?,
            6 => self.old_jpeg()?,
            _ => self.other(width, height)?,
        };
        let page = self.square(page);
        let turn = self.number(Tag::Orientation).and_then(|n| u8::try_from(n).ok()).and_then(::image::metadata::Orientation::from_exif);
        Ok(match turn {
            Some(turn) => {
                let mut page = ::image::DynamicImage::ImageLuma8(page);
                page.apply_orientation(turn);
                page.into_luma8()
            }
            None => page,
        })
    }
    /// Faxes of the lower resolution have pixels twice as high as wide.
    fn square(&mut self, page: GrayImage) -> GrayImage {
        let (x, y) = (self.decoder.get_tag_f32(Tag::XResolution).unwrap_or(0.0), self.decoder.get_tag_f32(Tag::YResolution).unwrap_or(0.0));
        let ratio = x / y;
        if !(x > 1.0 && y > 1.0) || (0.8..1.25).contains(&ratio) || !(0.2..=5.0).contains(&ratio) {
            return page;
        }
        let (width, height) = page.dimensions();
        let scaled = |n: u32, by: f32| (n as f32 * by).round() as u32;
        let (width, height) = if ratio > 1.0 { (width, scaled(height, ratio)) } else { (scaled(width, 1.0 / ratio), height) };
        if fits(width, height) { imageops::resize(&page, width, height, FilterType::Triangle) } else { page }
    }
    fn fax(&mut self, compression: u64, width: u32, height: u32) -> Result<GrayImage, Fault> {
        let options = self.number(Tag::Unknown(292)).unwrap_or(0);
        let black_is_zero = self.number(Tag::PhotometricInterpretation) == Some(1);
        let reversed = self.number(Tag::Unknown(266)) == Some(2);
        let (offsets, counts) = (self.numbers(Tag::StripOffsets), self.numbers(Tag::StripByteCounts));
        let rows = self.number(Tag::RowsPerStrip).and_then(|n| u32::try_from(n).ok()).unwrap_or(height).clamp(1, height);
        let mut lines = Lines { width: width as usize, levels: Vec::new(), most: 0 };
        for (strip, &offset) in offsets.iter().enumerate().take(height.div_ceil(rows) as usize) {
            let from = usize::try_from(offset).map_err(|_| Fault::Bad)?;
            let count = counts.get(strip).and_then(|n| usize::try_from(*n).ok()).unwrap_or(usize::MAX);
            // A strip that is cut off has some of its lines.
            let data = self.bytes.get(from..from.saturating_add(count).min(self.bytes.len())).unwrap_or_default();
            let data: Vec<u8> = if reversed { data.iter().map(|b| b.reverse_bits()).collect() } else { data.to_vec() };
            let here = rows.min(height - (strip as u32 * rows).min(height));
            let encoding = match compression {
                4 => EncodingMode::Group4,
                3 if options & 1 == 1 => EncodingMode::Group3_2D { k: 4 },
                _ => EncodingMode::Group3_1D,
            };
            let settings = DecodeSettings {
                columns: width,
                rows: here,
                end_of_block: compression != 2,
                end_of_line: compression == 3,
                rows_are_byte_aligned: compression == 2,
                encoding,
                invert_black: false,
            };
            lines.most = lines.levels.len() + here as usize * width as usize;
            // The lines before a fault are kept, those after it are white.
            let _ = hayro_ccitt::decode(&data, &mut lines, &mut DecoderContext::new(settings));
            lines.levels.resize(lines.most, 255);
        }
        if lines.levels.iter().all(|level| *level == 255) && offsets.is_empty() {
            return Err(Fault::Bad);
        }
        lines.levels.resize(width as usize * height as usize, 255);
        let mut page = GrayImage::from_raw(width, height, lines.levels).ok_or(Fault::Bad)?;
        if black_is_zero {
            imageops::invert(&mut page);
        }
        Ok(page)
    }
    /// A whole JPEG file inside.
    fn old_jpeg(&mut self) -> Result<GrayImage, Fault> {
        let from = self.number(Tag::Unknown(513)).and_then(|n| usize::try_from(n).ok()).ok_or(Fault::Unsupported)?;
        let count = self.number(Tag::Unknown(514)).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let data = self.bytes.get(from..from.saturating_add(count).min(self.bytes.len())).ok_or(Fault::Bad)?;
        picture(data, "image/jpeg")
    }
    fn other(&mut self, width: u32, height: u32) -> Result<GrayImage, Fault> {
        let fault = |error: TiffError| match error {
            TiffError::LimitsExceeded => Fault::Large,
            TiffError::UnsupportedError(_) => Fault::Unsupported,
            _ => Fault::Bad,
        };
        let colour = self.decoder.colortype().map_err(fault)?;
        let map = self.numbers(Tag::ColorMap);
        let samples: Vec<u8> = match self.decoder.read_image().map_err(fault)? {
            DecodingResult::U8(levels) => levels,
            DecodingResult::U16(levels) => narrowed(&levels),
            DecodingResult::U32(levels) => levels.into_iter().map(|level| (level >> 24) as u8).collect(),
            DecodingResult::F32(levels) => levels.into_iter().map(|level| (level.clamp(0.0, 1.0) * 255.0) as u8).collect(),
            _ => return Err(Fault::Unsupported),
        };
        let indices = self.palettes.contains(&(self.met - 1)) && matches!(colour, ColorType::Gray(1..=8));
        let bits = colour.bit_depth();
        let wide = width as usize * usize::from(colour.num_samples());
        let samples = if bits < 8 { unpacked(&samples, bits, wide, indices) } else { samples };
        let four = |pixel: &[u8]| {
            let black = 255 - u32::from(pixel.get(3).copied().unwrap_or(0));
            let ink: Vec<u8> = pixel.iter().take(3).map(|level| 255 - level).collect();
            (u32::from(luma(&ink)) * black / 255) as u8
        };
        let levels: Vec<u8> = match colour {
            _ if indices => {
                let third = map.len() / 3;
                let part = |at: usize| map.get(at).map_or(0, |level| (level >> 8) as u8);
                let colours: Vec<u8> = (0..third).map(|i| luma(&[part(i), part(third + i), part(2 * third + i)])).collect();
                samples.iter().map(|index| colours.get(usize::from(*index)).copied().unwrap_or(255)).collect()
            }
            ColorType::Gray(_) | ColorType::Lab(_) | ColorType::YCbCr(_) | ColorType::GrayA(_) | ColorType::Multiband { .. } => {
                samples.chunks_exact(usize::from(colour.num_samples()).max(1)).map(|pixel| pixel.first().copied().unwrap_or(0)).collect()
            }
            ColorType::RGB(_) => samples.chunks_exact(3).map(luma).collect(),
            ColorType::RGBA(_) => samples.chunks_exact(4).map(|pixel| luma(pixel.get(..3).unwrap_or(pixel))).collect(),
            ColorType::CMYK(_) => samples.chunks_exact(4).map(four).collect(),
            ColorType::CMYKA(_) => samples.chunks_exact(5).map(four).collect(),
            _ => return Err(Fault::Unsupported),
        };
        GrayImage::from_raw(width, height, levels).ok_or(Fault::Bad)
    }
}

/// The pages whose colours are a palette's, and where that is said: two bytes.
fn palettes(bytes: &[u8]) -> BTreeMap<usize, Range<usize>> {
    let big = bytes.starts_with(b"M");
    let number = |at: usize, size: usize| {
        let part = bytes.get(at..at.checked_add(size)?)?;
        let bits = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if big { part.iter().fold(0, bits) } else { part.iter().rev().fold(0, bits) })
    };
    // The large form has wider numbers.
    let large = number(2, 2) == Some(43);
    let (counts, entry, offsets) = if large { (8, 20, 8) } else { (2, 12, 4) };
    let (mut found, mut seen) = (BTreeMap::new(), BTreeSet::new());
    let mut next = number(if large { 8 } else { 4 }, offsets);
    for page in 0..PAGES {
        let Some(at) = next.and_then(|at| usize::try_from(at).ok()).filter(|at| *at > 0 && seen.insert(*at)) else { break };
        let Some(count) = number(at, counts).filter(|count| *count < 4096) else { break };
        let first = at + counts;
        for at in (0..count as usize).map(|i| first + i * entry) {
            let value = at + entry - offsets;
            if number(at, 2) == Some(262) && number(value, 2) == Some(3) {
                found.insert(page, value..value + 2);
            }
        }
        next = number(first + count as usize * entry, offsets);
    }
    found
}

/// Samples of less than a byte, one to a byte; grey levels are spread over the whole range, indices are not.
fn unpacked(packed: &[u8], bits: u8, wide: usize, indices: bool) -> Vec<u8> {
    let each = usize::from(8 / bits.clamp(1, 8));
    let most = (1_u16 << bits) - 1;
    let spread = |value: u16| if indices { value as u8 } else { (value * 255 / most.max(1)) as u8 };
    let mut out = Vec::with_capacity(packed.len().saturating_mul(each));
    for row in packed.chunks(wide.div_ceil(each).max(1)) {
        let samples = row.iter().flat_map(|byte| (0..each).map(move |at| (u16::from(*byte) >> (8 - usize::from(bits) * (at + 1))) & most));
        out.extend(samples.take(wide).map(spread));
    }
    out
}

/// Lines of a fax.
struct Lines {
    width: usize,
    levels: Vec<u8>,
    /// Where the strip ends.
    most: usize,
}

impl hayro_ccitt::Decoder for Lines {
    fn push_pixels(&mut self, white: bool, count: u32) {
        let line = self.levels.len() / self.width.max(1) * self.width + self.width;
        // A run that would go beyond its line ends with it; one that begins a line after a full one belongs to the next.
        let to = (self.levels.len() + count as usize).min(line).min(self.most);
        self.levels.resize(to.max(self.levels.len()), if white { 255 } else { 0 });
    }
    fn next_line(&mut self) {
        let over = self.levels.len() % self.width.max(1);
        if over > 0 {
            let to = (self.levels.len() + self.width - over).min(self.most);
            self.levels.resize(to.max(self.levels.len()), 255);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_a_palette() {
        // Eight pixels of one bit: black and white by the second and the first entry of the map.
        let entry =
            |tag: u16, kind: u16, count: u32, value: u32| [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat();
        let tags = [
            entry(256, 4, 1, 8),
            entry(257, 4, 1, 1),
            entry(258, 3, 1, 1),
            entry(259, 3, 1, 1),
            entry(262, 3, 1, 3),
            entry(273, 4, 1, 8),
            entry(277, 3, 1, 1),
            entry(278, 4, 1, 1),
            entry(279, 4, 1, 1),
            entry(320, 3, 6, 10),
        ];
        let map: Vec<u8> = [0xffff_u16, 0, 0xffff, 0, 0xffff, 0].iter().flat_map(|level| level.to_le_bytes()).collect();
        let file = [&b"II*\0\x16\0\0\0\xa0\0"[..], &map, &10_u16.to_le_bytes(), &tags.concat(), &[0; 4]].concat();
        let page = Reader::open(&file.into()).and_then(|mut reader| reader.next());
        let levels = page.and_then(Result::ok).map(GrayImage::into_raw);
        assert_eq!(levels, Some(vec![0, 255, 0, 255, 255, 255, 255, 255]));
    }
}
