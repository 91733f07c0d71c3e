//! Pages that are only pictures: text drawn with a five by seven font, as TIFF or PNG, or burned into an image.

use super::pdf::deflate;
use flate2::Crc;

/// Columns of each letter, lowest bit on top.
const FONT: &[(char, [u8; 5])] = &[
    ('0', [0x3E, 0x51, 0x49, 0x45, 0x3E]),
    ('1', [0x00, 0x42, 0x7F, 0x40, 0x00]),
    ('2', [0x42, 0x61, 0x51, 0x49, 0x46]),
    ('3', [0x21, 0x41, 0x45, 0x4B, 0x31]),
    ('4', [0x18, 0x14, 0x12, 0x7F, 0x10]),
    ('5', [0x27, 0x45, 0x45, 0x45, 0x39]),
    ('6', [0x3C, 0x4A, 0x49, 0x49, 0x30]),
    ('7', [0x01, 0x71, 0x09, 0x05, 0x03]),
    ('8', [0x36, 0x49, 0x49, 0x49, 0x36]),
    ('9', [0x06, 0x49, 0x49, 0x29, 0x1E]),
    ('A', [0x7E, 0x11, 0x11, 0x11, 0x7E]),
    ('B', [0x7F, 0x49, 0x49, 0x49, 0x36]),
    ('C', [0x3E, 0x41, 0x41, 0x41, 0x22]),
    ('D', [0x7F, 0x41, 0x41, 0x22, 0x1C]),
    ('E', [0x7F, 0x49, 0x49, 0x49, 0x41]),
    ('F', [0x7F, 0x09, 0x09, 0x09, 0x01]),
    ('G', [0x3E, 0x41, 0x49, 0x49, 0x7A]),
    ('H', [0x7F, 0x08, 0x08, 0x08, 0x7F]),
    ('I', [0x00, 0x41, 0x7F, 0x41, 0x00]),
    ('J', [0x20, 0x40, 0x41, 0x3F, 0x01]),
    ('K', [0x7F, 0x08, 0x14, 0x22, 0x41]),
    ('L', [0x7F, 0x40, 0x40, 0x40, 0x40]),
    ('M', [0x7F, 0x02, 0x0C, 0x02, 0x7F]),
    ('N', [0x7F, 0x04, 0x08, 0x10, 0x7F]),
    ('O', [0x3E, 0x41, 0x41, 0x41, 0x3E]),
    ('P', [0x7F, 0x09, 0x09, 0x09, 0x06]),
    ('Q', [0x3E, 0x41, 0x51, 0x21, 0x5E]),
    ('R', [0x7F, 0x09, 0x19, 0x29, 0x46]),
    ('S', [0x46, 0x49, 0x49, 0x49, 0x31]),
    ('T', [0x01, 0x01, 0x7F, 0x01, 0x01]),
    ('U', [0x3F, 0x40, 0x40, 0x40, 0x3F]),
    ('V', [0x1F, 0x20, 0x40, 0x20, 0x1F]),
    ('W', [0x3F, 0x40, 0x38, 0x40, 0x3F]),
    ('X', [0x63, 0x14, 0x08, 0x14, 0x63]),
    ('Y', [0x07, 0x08, 0x70, 0x08, 0x07]),
    ('Z', [0x61, 0x51, 0x49, 0x45, 0x43]),
    (':', [0x00, 0x36, 0x36, 0x00, 0x00]),
    ('/', [0x20, 0x10, 0x08, 0x04, 0x02]),
    ('-', [0x08, 0x08, 0x08, 0x08, 0x08]),
    (',', [0x00, 0x50, 0x30, 0x00, 0x00]),
    ('.', [0x00, 0x60, 0x60, 0x00, 0x00]),
];

/// A grey picture, one byte a pixel, rows from the top.
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// 0 black to 255 white.
    pub pixels: Vec<u8>,
}

/// Lines in capitals, `scale` pixels a dot, `ink` on `paper`. Characters without a shape leave a space.
pub fn draw(lines: &[String], scale: usize, ink: u8, paper: u8) -> Picture {
    let columns = lines.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let (width, height) = ((columns * 6 + 8).div_ceil(8) * 8 * scale, (lines.len() * 11 + 8) * scale);
    let mut pixels = vec![paper; width * height];
    for (row, line) in lines.iter().enumerate() {
        for (column, c) in line.to_uppercase().chars().enumerate() {
            let Some((_, shape)) = FONT.iter().find(|(l, _)| *l == c) else { continue };
            for (x, bits) in shape.iter().enumerate() {
                for y in (0..7).filter(|y| bits >> y & 1 == 1) {
                    let (left, top) = ((4 + column * 6 + x) * scale, (4 + row * 11 + y) * scale);
                    for dy in 0..scale {
                        let at = (top + dy) * width + left;
                        if let Some(run) = pixels.get_mut(at..at + scale) {
                            run.fill(ink);
                        }
                    }
                }
            }
        }
    }
    Picture { width, height, pixels }
}

impl Picture {
    /// As a PNG file, eight bits of grey.
    pub fn png(&self) -> Vec<u8> {
        let mut raw = Vec::with_capacity(self.pixels.len() + self.height);
        for row in self.pixels.chunks(self.width.max(1)) {
            raw.push(0);
            raw.extend(row);
        }
        let mut head = Vec::new();
        head.extend((self.width as u32).to_be_bytes());
        head.extend((self.height as u32).to_be_bytes());
        head.extend([8, 0, 0, 0, 0]);
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [(b"IHDR", head), (b"IDAT", deflate(&raw)), (b"IEND", Vec::new())] {
            out.extend((data.len() as u32).to_be_bytes());
            let mut crc = Crc::new();
            crc.update(kind);
            crc.update(&data);
            out.extend(kind);
            out.extend(data);
            out.extend(crc.sum().to_be_bytes());
        }
        out
    }
    /// As a TIFF file, one bit a pixel, as a fax server writes it (uncompressed, 200 dots an inch).
    pub fn tiff(&self) -> Vec<u8> {
        let packed: Vec<u8> =
            self.pixels.chunks(8).map(|c| c.iter().enumerate().fold(0, |bits, (i, &p)| if p > 127 { bits | 0x80 >> i } else { bits })).collect();
        let mut out = b"II*\0\x08\0\0\0".to_vec();
        let (data, ratio) = (8 + 2 + 11 * 12 + 4 + 8, 8 + 2 + 11 * 12 + 4);
        let entries: [(u16, u16, u32); 11] = [
            (256, 4, self.width as u32),
            (257, 4, self.height as u32),
            (258, 3, 1),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, data),
            (277, 3, 1),
            (278, 4, self.height as u32),
            (279, 4, packed.len() as u32),
            (282, 5, ratio),
            (283, 5, ratio),
        ];
        out.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            out.extend(tag.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        out.extend(0_u32.to_le_bytes());
        out.extend(200_u32.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(packed);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn() {
        let picture = draw(&["I".into()], 1, 0, 255);
        let row = |y: usize| (0..12).map(|x| if picture.pixels[(4 + y) * picture.width + x] == 0 { '#' } else { '.' }).collect::<String>();
        assert_eq!((row(0).as_str(), row(3).as_str()), (".....###....", "......#....."));
        assert_eq!(&picture.png()[1..4], b"PNG");
        assert_eq!(picture.tiff().len(), 8 + 2 + 132 + 4 + 8 + picture.width * picture.height / 8);
    }
}
