//! Bytes of a picture to grey levels. Declared sizes are checked before anything is allocated.

use super::Fault;
use crate::picture::{narrowed, same};
use ::image::codecs::gif::GifDecoder;
use ::image::metadata::Orientation;
use ::image::{AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use hayro_jpeg2000::ColorSpace;
use std::io::Cursor;

/// Most pixels of a picture that is decoded: A2 at 600 dpi, or A0 at 300.
pub(super) const PIXELS: u64 = 140_000_000;
/// Most memory of a decoder.
const MEMORY: u64 = 1 << 30;
/// Most frames of an animation that are looked at.
const FRAMES: usize = 2000;

fn fault(error: &ImageError) -> Fault {
    match error {
        ImageError::Limits(_) => Fault::Large,
        ImageError::Unsupported(_) => Fault::Unsupported,
        _ => Fault::Bad,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(200_000);
    limits.max_image_height = Some(200_000);
    limits.max_alloc = Some(MEMORY);
    limits
}

/// A single picture.
pub(super) fn picture(content: &[u8], kind: &str) -> Result<GrayImage, Fault> {
    let format = match kind {
        "image/jp2" => return jpeg2000(content),
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/webp" => ImageFormat::WebP,
        "image/bmp" => ImageFormat::Bmp,
        _ => ImageFormat::Pnm,
    };
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    if !fits(width, height) || decoder.total_bytes() > MEMORY {
        return Err(Fault::Large);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = match DynamicImage::from_decoder(decoder) {
        Ok(picture) => picture,
        // Another decoder knows more kinds of JPEG: lossless, arithmetic, odd sampling, a missing end.
        Err(_) if kind == "image/jpeg" => return other_jpeg(content),
        Err(error) => return Err(fault(&error)),
    };
    picture.apply_orientation(orientation);
    Ok(grey(picture))
}

pub(super) fn fits(width: u32, height: u32) -> bool {
    u64::from(width) * u64::from(height) <= PIXELS
}

fn other_jpeg(content: &[u8]) -> Result<GrayImage, Fault> {
    let mut decoder = jpeg_decoder::Decoder::new(content);
    decoder.set_max_decoding_buffer_size(MEMORY as usize);
    let pixels = decoder.decode().map_err(|error| match error {
        jpeg_decoder::Error::Unsupported(_) => Fault::Unsupported,
        _ => Fault::Bad,
    })?;
    let info = decoder.info().ok_or(Fault::Bad)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let levels: Vec<u8> = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => pixels,
        jpeg_decoder::PixelFormat::L16 => {
            let words: Vec<u16> = pixels.chunks_exact(2).map(|two| two.try_into().map_or(0, u16::from_ne_bytes)).collect();
            narrowed(&words)
        }
        jpeg_decoder::PixelFormat::RGB24 => pixels.chunks_exact(3).map(luma).collect(),
        // As Adobe's programs write it: inverted.
        jpeg_decoder::PixelFormat::CMYK32 => pixels.chunks_exact(4).map(cmyk).collect(),
    };
    GrayImage::from_raw(width, height, levels).ok_or(Fault::Bad)
}

/// Brightness of red, green and blue.
pub(super) fn luma(rgb: &[u8]) -> u8 {
    let weighted = rgb.iter().zip([299_u32, 587, 114]).map(|(&level, weight)| u32::from(level) * weight).sum::<u32>();
    (weighted / 1000).min(255) as u8
}

/// Brightness of inverted cyan, magenta, yellow and black.
fn cmyk(four: &[u8]) -> u8 {
    let black = four.get(3).copied().unwrap_or(255);
    (u32::from(luma(four.get(..3).unwrap_or(four))) * u32::from(black) / 255) as u8
}

/// Grey levels; what is transparent lies on white paper, or on black where it would be white on white.
fn grey(picture: DynamicImage) -> GrayImage {
    if let DynamicImage::ImageLuma16(deep) = &picture {
        return GrayImage::from_raw(deep.width(), deep.height(), narrowed(deep.as_raw())).unwrap_or_default();
    }
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let pixels = picture.into_luma_alpha8();
    let over = |paper: u32| {
        let levels = pixels.pixels().map(|pixel| {
            let [level, alpha] = pixel.0.map(u32::from);
            ((level * alpha + paper * (255 - alpha)) / 255) as u8
        });
        GrayImage::from_raw(pixels.width(), pixels.height(), levels.collect()).unwrap_or_default()
    };
    let page = over(255);
    let plain = page.as_raw().first().is_none_or(|first| page.as_raw().iter().all(|level| level.abs_diff(*first) < 24));
    if plain { over(0) } else { page }
}

/// The frames of a GIF that differ from the one before; `each` says whether to go on.
pub(super) fn frames(content: &[u8], each: &mut dyn FnMut(Result<GrayImage, Fault>) -> bool) {
    let mut decoder = match GifDecoder::new(Cursor::new(content)) {
        Ok(decoder) => decoder,
        Err(error) => {
            each(Err(fault(&error)));
            return;
        }
    };
    let (width, height) = decoder.dimensions();
    if !fits(width, height) || decoder.set_limits(limits()).is_err() {
        each(Err(Fault::Large));
        return;
    }
    let mut before: Option<GrayImage> = None;
    for frame in decoder.into_frames().take(FRAMES) {
        match frame {
            Ok(frame) => {
                let picture = grey(DynamicImage::ImageRgba8(frame.into_buffer()));
                if before.as_ref().is_some_and(|before| same(before, &picture)) {
                    continue;
                }
                before = Some(picture.clone());
                if !each(Ok(picture)) {
                    return;
                }
            }
            Err(error) => {
                each(Err(fault(&error)));
                return;
            }
        }
    }
}

pub(super) fn jpeg2000(content: &[u8]) -> Result<GrayImage, Fault> {
    let image = hayro_jpeg2000::Image::new(content, &hayro_jpeg2000::DecodeSettings::default()).map_err(|_| Fault::Bad)?;
    let (width, height) = (image.width(), image.height());
    let colours = usize::from(image.color_space().num_channels());
    let channels = colours + usize::from(image.has_alpha());
    // The decoder works in 32-bit numbers.
    if !fits(width, height) || u64::from(width) * u64::from(height) * channels as u64 * 4 > MEMORY {
        return Err(Fault::Large);
    }
    let inverted = matches!(image.color_space(), ColorSpace::CMYK);
    let pixels = image.decode().map_err(|_| Fault::Bad)?;
    let levels = pixels.chunks_exact(channels.max(1)).map(|pixel| match colours {
        4 if inverted => {
            let four: Vec<u8> = pixel.iter().map(|level| 255 - level).collect();
            cmyk(&four)
        }
        3.. => luma(pixel.get(..3).unwrap_or(pixel)),
        _ => pixel.first().copied().unwrap_or(0),
    });
    GrayImage::from_raw(width, height, levels.collect()).ok_or(Fault::Bad)
}
