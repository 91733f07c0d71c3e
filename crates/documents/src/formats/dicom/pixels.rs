//! Pixel data: which frames may hold burned-in text, and what OCR finds there; overlay planes likewise.
//!
//! What the attributes say (a screen saved, an ultrasound, a scanned film) sends frames to OCR; otherwise a cheap look for
//! text-like strokes decides, and a picture without any is not mentioned.

use super::burned;
use super::set::{Set, Value};
use crate::{Task, ocr};
use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject, Tag};
use dicom_pixeldata::PixelDecoder;
use dosimeter_case::tables::DocumentStatus;
use image::GrayImage;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most pixels of a frame that is decoded.
const PIXELS: usize = 100_000_000;
/// Most frames that are compared, and most that go to OCR.
const COMPARED: usize = 120;
const FRAMES: usize = 8;
/// Modalities whose pictures usually carry text: ultrasound, captures, cameras, endoscopes.
const WRITTEN: &[&str] = &["US", "IVUS", "SC", "XC", "OT", "ES", "GM", "OP", "OPT", "ECG", "HC", "PX", "DMS", "SM", "EPS", "HD"];

/// Why a frame cannot be had.
enum Fault {
    /// A compression without a decoder.
    Unsupported,
    /// Damaged, or less than it says.
    Bad,
    /// Larger than is ever decoded.
    Large,
}

/// How the pixels are stored.
struct Pixels<'a, 'd> {
    set: &'a Set<'d>,
    uid: &'a str,
    rows: usize,
    columns: usize,
    samples: usize,
    allocated: usize,
    stored: usize,
    high: usize,
    signed: bool,
    photometric: String,
    frames: usize,
}

pub(super) fn read(task: &mut Task<'_, '_>, set: &Set<'_>, uid: &str) {
    let mut looked = Looked::default();
    if let Some(pixels) = Pixels::of(set, uid) {
        frames(task, &pixels, &mut looked);
    }
    for group in (0x6000..=0x601e).step_by(2) {
        if let Some(plane) = overlay(set, group) {
            let boxes = burned::lines(&plane);
            // A plane is drawn by a person or a program: shapes and words.
            if !boxes.is_empty() {
                looked.picture(task, format!("overlay {}", (group - 0x6000) / 2 + 1), &plane);
            }
        }
    }
    looked.conclude(task);
}

/// What became of the pictures.
#[derive(Default)]
struct Looked {
    read: Vec<ocr::Page>,
    texts: Vec<String>,
    unread: usize,
    fault: Option<(usize, Fault)>,
    beyond: usize,
}

impl Looked {
    fn picture(&mut self, task: &mut Task<'_, '_>, locator: String, picture: &GrayImage) {
        let Some(page) = ocr::read_sparse(task, picture) else {
            self.unread += 1;
            return;
        };
        // The same words on every frame are said once.
        if !page.text.is_empty() && !self.texts.contains(&page.text) {
            task.running_text(locator, &page.text);
            self.texts.push(page.text.clone());
        }
        self.read.push(page);
    }
    fn conclude(self, task: &mut Task<'_, '_>) {
        task.document.ocr_confidence = ocr::mean(&self.read).or(task.document.ocr_confidence);
        if let Some((count, fault)) = self.fault {
            let why = match fault {
                Fault::Unsupported => "there is no decoder for the compression of the pixel data",
                Fault::Bad => "the pixel data cannot be decoded",
                Fault::Large => "the pixel data is larger than is decoded",
            };
            task.problem(DocumentStatus::Partly, &format!("{why} ({count} frames): burned-in text was not looked for"));
        }
        if self.unread > 0 {
            task.problem(DocumentStatus::Partly, &format!("{} frames may hold burned-in text: {}", self.unread, ocr::missing()));
        }
        if self.beyond > 0 {
            task.problem(DocumentStatus::Partly, &format!("{} more frames with other burned-in text were not read", self.beyond));
        }
    }
}

fn frames(task: &mut Task<'_, '_>, pixels: &Pixels<'_, '_>, looked: &mut Looked) {
    let declared = declared(pixels.set);
    let last = pixels.frames.saturating_sub(1);
    // The first, the last and the middle one; where text is likely, also those between.
    let mut order = vec![0, last, last / 2];
    if declared {
        let step = pixels.frames.div_ceil(COMPARED).max(1);
        order.extend((0..pixels.frames).step_by(step));
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut known: Vec<(GrayImage, Vec<ocr::blobs::Blob>)> = Vec::new();
    let mut sent = 0;
    for frame in order.into_iter().filter(|frame| seen.insert(*frame)) {
        let picture = match catch_unwind(AssertUnwindSafe(|| pixels.frame(frame))).unwrap_or(Err(Fault::Bad)) {
            Ok(picture) => picture,
            Err(fault) => {
                let count = looked.fault.as_ref().map_or(0, |(count, _)| *count) + 1;
                looked.fault = Some((count, fault));
                // One that is beyond the decoder tells of all.
                if sent == 0 && count >= 3 {
                    break;
                }
                continue;
            }
        };
        let boxes = burned::lines(&picture);
        let worth = if declared { sent == 0 || !boxes.is_empty() } else { !boxes.is_empty() };
        if !worth || known.iter().any(|(other, lines)| burned::same_text(other, lines, &picture, &boxes)) {
            continue;
        }
        if sent >= FRAMES {
            looked.beyond += 1;
            continue;
        }
        sent += 1;
        looked.picture(task, format!("frame {}", frame + 1), &picture);
        known.push((picture, boxes));
    }
}

/// Whether the attributes say that text is likely to be burned in.
fn declared(set: &Set<'_>) -> bool {
    let class = set.word(tags::SOP_CLASS_UID);
    let kind = set.word(tags::IMAGE_TYPE).to_uppercase();
    let classes = ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.3", "1.2.840.10008.5.1.4.1.1.77.1"];
    // Microscope slides are of that family, and have no text but their label's.
    let slide = class.starts_with("1.2.840.10008.5.1.4.1.1.77.1.6") && !kind.contains("LABEL");
    set.word(tags::BURNED_IN_ANNOTATION).eq_ignore_ascii_case("YES")
        || WRITTEN.contains(&set.word(tags::MODALITY).to_uppercase().as_str()) && !slide
        || classes.iter().any(|known| class.starts_with(known)) && !slide
        || !set.word(tags::CONVERSION_TYPE).is_empty()
        || kind.contains("SCREEN SAVE")
}

impl<'a, 'd> Pixels<'a, 'd> {
    fn of(set: &'a Set<'d>, uid: &'a str) -> Option<Pixels<'a, 'd>> {
        let (rows, columns) = (set.size(tags::ROWS)?, set.size(tags::COLUMNS)?);
        set.element(tags::PIXEL_DATA)?;
        let allocated = set.size(tags::BITS_ALLOCATED).unwrap_or(8);
        let stored = set.size(tags::BITS_STORED).unwrap_or(allocated).clamp(1, allocated.max(1));
        Some(Pixels {
            set,
            uid,
            rows,
            columns,
            samples: set.size(tags::SAMPLES_PER_PIXEL).unwrap_or(1),
            allocated,
            stored,
            high: set.size(tags::HIGH_BIT).unwrap_or(stored.saturating_sub(1)),
            signed: set.size(tags::PIXEL_REPRESENTATION) == Some(1),
            photometric: set.word(tags::PHOTOMETRIC_INTERPRETATION).to_uppercase(),
            frames: set.size(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1),
        })
        .filter(|pixels| pixels.rows > 0 && pixels.columns > 0)
    }

    /// One frame in grey levels.
    fn frame(&self, frame: usize) -> Result<GrayImage, Fault> {
        let count = self.rows.checked_mul(self.columns).filter(|count| *count <= PIXELS).ok_or(Fault::Large)?;
        let element = self.set.element(tags::PIXEL_DATA).ok_or(Fault::Bad)?;
        if !matches!(self.samples, 1 | 3 | 4) {
            return Err(Fault::Unsupported);
        }
        match &element.value {
            Value::Bytes(bytes) => {
                // Luminance for each pixel, colour for each pair of them.
                let halved = self.photometric == "YBR_FULL_422" && self.samples == 3;
                let bits = if halved { count * 2 } else { count * self.samples } * self.allocated;
                let (from, size) = (frame.saturating_mul(bits) / 8, bits.div_ceil(8));
                let data = bytes.get(from..from.saturating_add(size)).ok_or(Fault::Bad)?;
                if halved && self.allocated == 8 {
                    let levels = data.chunks_exact(4).flat_map(|four| four.iter().take(2).copied()).collect();
                    return GrayImage::from_raw(self.columns as u32, self.rows as u32, levels).ok_or(Fault::Bad);
                }
                let planar = self.set.size(tags::PLANAR_CONFIGURATION) == Some(1);
                self.grey(data, element.big && &element.vr == b"OW", planar, &self.photometric)
            }
            Value::Fragments(parts) => {
                let data = fragments(parts, frame, self.frames).ok_or(Fault::Bad)?;
                if self.uid == uids::RLE_LOSSLESS {
                    let decoded = super::rle::decode(&data.concat(), count, self.samples, self.allocated / 8).ok_or(Fault::Bad)?;
                    return self.grey(&decoded, false, false, &self.photometric);
                }
                let decoded = self.decoded(data)?;
                // Decoders of JPEG give red, green and blue.
                self.grey(&decoded, false, false, if self.samples == 1 { &self.photometric } else { "RGB" })
            }
            Value::Items(_) => Err(Fault::Bad),
        }
    }

    /// A compressed frame by the library, which sees nothing but this frame.
    fn decoded(&self, data: Vec<Vec<u8>>) -> Result<Vec<u8>, Fault> {
        let small = |n: usize| PrimitiveValue::from(u16::try_from(n).unwrap_or(0));
        let mut object = InMemDicomObject::new_empty();
        for (tag, n) in [
            (tags::SAMPLES_PER_PIXEL, self.samples),
            (tags::ROWS, self.rows),
            (tags::COLUMNS, self.columns),
            (tags::BITS_ALLOCATED, self.allocated),
            (tags::BITS_STORED, self.stored),
            (tags::HIGH_BIT, self.high),
            (tags::PIXEL_REPRESENTATION, usize::from(self.signed)),
            (tags::PLANAR_CONFIGURATION, 0),
        ] {
            object.put(DataElement::new(tag, VR::US, small(n)));
        }
        object.put(DataElement::new(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, PrimitiveValue::from(self.photometric.as_str())));
        object.put(DataElement::new(tags::NUMBER_OF_FRAMES, VR::IS, PrimitiveValue::from("1")));
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PixelFragmentSequence::new_fragments(data)));
        let meta = FileMetaTableBuilder::new().transfer_syntax(self.uid).media_storage_sop_class_uid("1.2").media_storage_sop_instance_uid("1.2").build();
        let file = object.with_exact_meta(meta.map_err(|_| Fault::Bad)?);
        match file.decode_pixel_data_frame(0) {
            Ok(decoded) => Ok(decoded.into_data()),
            Err(_) if known(self.uid) => Err(Fault::Bad),
            Err(_) => Err(Fault::Unsupported),
        }
    }

    fn grey(&self, data: &[u8], big: bool, planar: bool, photometric: &str) -> Result<GrayImage, Fault> {
        let count = self.rows * self.columns;
        let wide = self.allocated / 8;
        let sample = |at: usize| -> u32 {
            match self.allocated {
                1 => data.get(at / 8).map_or(0, |byte| u32::from(byte >> (at % 8) & 1)),
                8 => data.get(at).map_or(0, |byte| u32::from(*byte)),
                _ => {
                    let bytes = data.get(at * wide..at * wide + wide).unwrap_or_default();
                    let bits = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
                    if big { bytes.iter().fold(0, bits) } else { bytes.iter().rev().fold(0, bits) }
                }
            }
        };
        if !matches!(self.allocated, 1 | 8 | 16 | 32) {
            return Err(Fault::Unsupported);
        }
        if data.len() * 8 < count * self.samples * self.allocated {
            return Err(Fault::Bad);
        }
        let levels: Vec<u8> = if self.samples >= 3 {
            let drop = self.stored.saturating_sub(8);
            let part = |pixel: usize, which: usize| {
                let value = sample(if planar { which * count + pixel } else { pixel * self.samples + which }) >> drop;
                u64::from(value.min(255))
            };
            let luma = |pixel| (part(pixel, 0) * 299 + part(pixel, 1) * 587 + part(pixel, 2) * 114) / 1000;
            let first = photometric.starts_with("YBR");
            (0..count).map(|pixel| if first { part(pixel, 0) as u8 } else { luma(pixel) as u8 }).collect()
        } else if photometric == "PALETTE COLOR" {
            let palette = self.palette();
            (0..count).map(|pixel| palette(sample(pixel))).collect()
        } else {
            self.windowed((0..count).map(sample))
        };
        let mut picture = GrayImage::from_raw(self.columns as u32, self.rows as u32, levels).ok_or(Fault::Bad)?;
        if photometric == "MONOCHROME1" {
            image::imageops::invert(&mut picture);
        }
        Ok(picture)
    }

    /// Stored values to levels: by the window that is to be shown, otherwise from the least to the most.
    fn windowed(&self, samples: impl Iterator<Item = u32> + Clone) -> Vec<u8> {
        let stored = self.stored.min(32) as u32;
        let lowest = (self.high + 1).saturating_sub(self.stored) as u32;
        let mask = if stored >= 32 { u32::MAX } else { (1 << stored) - 1 };
        let value = |sample: u32| {
            let bits = sample.checked_shr(lowest).unwrap_or(0) & mask;
            if self.signed && stored < 32 && bits >> (stored - 1) & 1 == 1 { i64::from(bits) - (1_i64 << stored) } else { i64::from(bits) }
        };
        let (least, most) = samples.clone().map(value).fold((i64::MAX, i64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let number = |tag| self.set.number(tag);
        let (slope, intercept) = (number(tags::RESCALE_SLOPE).filter(|slope| *slope != 0.0).unwrap_or(1.0), number(tags::RESCALE_INTERCEPT).unwrap_or(0.0));
        let (mut low, mut high) = (least as f64, most as f64);
        if let (Some(centre), Some(width)) = (number(tags::WINDOW_CENTER), number(tags::WINDOW_WIDTH).filter(|width| *width > 1.0)) {
            let (from, to) = ((centre - width / 2.0 - intercept) / slope, (centre + width / 2.0 - intercept) / slope);
            // A window beside everything shows nothing.
            if from.min(to) < high && from.max(to) > low {
                (low, high) = (from.min(to), from.max(to));
            }
        }
        let scale = 255.0 / (high - low).max(1.0);
        samples.map(|sample| ((value(sample) as f64 - low) * scale).clamp(0.0, 255.0) as u8).collect()
    }

    /// The brightness of palette entries.
    fn palette(&self) -> impl Fn(u32) -> u8 + use<> {
        let set = self.set;
        let first = set.element(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR).map(super::set::Element::numbers).unwrap_or_default();
        let (offset, bits) = (first.get(1).copied().unwrap_or(0.0) as i64, first.get(2).copied().unwrap_or(16.0));
        let table = |tag: Tag| -> Vec<u8> {
            let Some(element) = set.element(tag) else { return Vec::new() };
            match element.value {
                // Eight bits are stored in bytes, or in words where the high one is zero or the same.
                Value::Bytes(bytes) if bits <= 8.0 && first.first().is_some_and(|n| bytes.len() as f64 <= *n + 1.0) => bytes.to_vec(),
                Value::Bytes(bytes) => {
                    let words = bytes.chunks_exact(2).map(|two| match two {
                        [low, high] if element.big => u16::from_be_bytes([*low, *high]),
                        [low, high] => u16::from_le_bytes([*low, *high]),
                        _ => 0,
                    });
                    let words: Vec<u16> = words.collect();
                    let narrow = words.iter().all(|word| *word < 256);
                    words.into_iter().map(|word| if narrow { word as u8 } else { (word >> 8) as u8 }).collect()
                }
                _ => Vec::new(),
            }
        };
        let parts =
            [tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA, tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA, tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA].map(table);
        move |index| {
            let at = (i64::from(index) - offset).max(0) as usize;
            let weighted = parts.iter().zip([299_u32, 587, 114]).map(|(part, weight)| u32::from(part.get(at).or(part.last()).copied().unwrap_or(0)) * weight);
            (weighted.sum::<u32>() / 1000).min(255) as u8
        }
    }
}

/// Transfer syntaxes that the library decodes: a failure is the data's.
fn known(uid: &str) -> bool {
    [
        // Of the extended form only eight bits.
        uids::JPEG_BASELINE8_BIT,
        uids::JPEG_LOSSLESS,
        uids::JPEG_LOSSLESS_SV1,
        uids::JPEG2000,
        uids::JPEG2000_LOSSLESS,
    ]
    .contains(&uid)
}

/// The fragments of a frame: one each, all of them, by the offset table, or by where a picture begins.
fn fragments(parts: &[&[u8]], frame: usize, frames: usize) -> Option<Vec<Vec<u8>>> {
    let (table, parts) = parts.split_first()?;
    let whole = |parts: &[&[u8]]| Some(vec![parts.concat()]);
    if parts.len() == frames {
        return parts.get(frame).map(|part| vec![part.to_vec()]);
    }
    if frames == 1 {
        return whole(parts);
    }
    let offsets: Vec<usize> = table.chunks_exact(4).filter_map(|four| four.try_into().ok()).map(|four| u32::from_le_bytes(four) as usize).collect();
    let mut at = 0;
    let starts: Vec<usize> = parts
        .iter()
        .enumerate()
        .filter_map(|(i, part)| {
            let here = at;
            at += part.len() + 8;
            let begins = if offsets.len() == frames { offsets.contains(&here) } else { part.starts_with(b"\xff\xd8") || part.starts_with(b"\xff\x4f\xff\x51") };
            begins.then_some(i)
        })
        .collect();
    let from = *starts.get(frame)?;
    let to = starts.get(frame + 1).copied().unwrap_or(parts.len());
    whole(parts.get(from..to)?)
}

/// An overlay plane, white on black: its own bits, or unused ones of the pixels.
fn overlay(set: &Set<'_>, group: u16) -> Option<GrayImage> {
    let (rows, columns) = (set.size(Tag(group, 0x10))?, set.size(Tag(group, 0x11))?);
    let count = rows.checked_mul(columns).filter(|count| *count > 0 && *count <= PIXELS)?;
    let on = |set: bool| if set { 255 } else { 0 };
    let levels: Vec<u8> = match set.bytes(Tag(group, 0x3000)) {
        Some(bits) => (0..count).map(|at| on(bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1))).collect(),
        None => {
            let place = set.size(Tag(group, 0x102)).filter(|place| (1..16).contains(place))?;
            let words = set.bytes(tags::PIXEL_DATA).filter(|_| set.size(tags::BITS_ALLOCATED) == Some(16))?;
            words
                .get(..count.checked_mul(2)?)?
                .chunks_exact(2)
                .map(|two| on(matches!(two, [low, high] if u16::from_le_bytes([*low, *high]) >> place & 1 == 1)))
                .collect()
        }
    };
    GrayImage::from_raw(columns as u32, rows as u32, levels)
}
