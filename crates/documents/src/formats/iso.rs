//! ISO 9660 images (CDs of studies, backups): every file, under its Rock Ridge or Joliet name where there is one.

use super::unpack::{Account, End, Loss, TOO_MUCH, u16_at, u32_at};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeSet;

const SECTOR: usize = 2048;
/// The volume descriptors begin here.
const START: usize = 16;
/// Most descriptors looked at, and most of a directory record's continuation areas.
const MOST: usize = 64;
const OUTSIDE: Loss = (DocumentStatus::Corrupt, "its data lie outside the image");
const METHOD: Loss = (DocumentStatus::Unsupported, "stored by a method that is not supported");

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.at(START * SECTOR + 1, b"CD001")
}

/// A volume: its root folder and how its names are written.
struct Volume {
    root: (usize, usize),
    block: usize,
    /// Names are UTF-16.
    joliet: bool,
    /// Bytes to pass over in each system use field, where there are Rock Ridge names.
    rock_ridge: Option<usize>,
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let bytes = task.head.bytes.clone();
    let volumes = volumes(&bytes);
    // Rock Ridge names are the exact ones; Joliet's are nearly; the plain ones are shortened.
    let volume = volumes.iter().find(|volume| volume.rock_ridge.is_some()).or_else(|| volumes.iter().find(|volume| volume.joliet)).or(volumes.first());
    let Some(volume) = volume else {
        return task.problem(DocumentStatus::Corrupt, "the image's descriptors cannot be read");
    };
    let mut account = Account::default();
    let mut seen = BTreeSet::new();
    let mut folders = vec![(volume.root, String::new())];
    let (mut members, mut broken) = (0, 0);
    // Folders are read in their order; a folder that contains itself is read once.
    while let Some(((at, len), path)) = folders.pop() {
        if !seen.insert(at) {
            continue;
        }
        let Some(folder) = bytes.get(at..at.saturating_add(len)) else {
            broken += 1;
            continue;
        };
        let mut inner = Vec::new();
        let mut extents: Vec<Bytes> = Vec::new();
        let mut lost = false;
        for record in (Records { folder, at: 0 }) {
            // The folder itself and its parent.
            if matches!(record.get(32..34), Some([1, 0 | 1])) {
                continue;
            }
            let Some(record) = Record::new(record, &bytes, volume) else {
                broken += 1;
                continue;
            };
            let name = if path.is_empty() { record.name.clone() } else { format!("{path}/{}", record.name) };
            if record.folder {
                if path.len() < 4096 && seen.len() + folders.len() + inner.len() < 1_000_000 {
                    inner.push(((record.at, record.len), name));
                } else {
                    broken += 1;
                }
                continue;
            }
            match bytes.get(record.at..record.at.saturating_add(record.len)) {
                Some(_) => extents.push(bytes.slice(record.at..record.at + record.len)),
                // The image ends too soon: what there is of it.
                None => {
                    extents.push(bytes.slice(record.at.min(bytes.len())..));
                    lost = true;
                }
            }
            // Files of several extents have a record for each.
            if record.more && !lost {
                continue;
            }
            let parts = std::mem::take(&mut extents);
            let lost = std::mem::take(&mut lost);
            if !task.may_add() {
                return task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.most_members()));
            }
            members += 1;
            task.document.pages = members;
            let name = account.name(name);
            let len: u64 = parts.iter().map(|part| part.len() as u64).sum();
            match () {
                () if record.link => account.link(task, &name),
                () if record.strange => account.lost(task, &name, len, METHOD),
                () if len > task.room() => account.lost(task, &name, len, TOO_MUCH),
                () if lost && len == 0 => account.lost(task, &name, record.len as u64, OUTSIDE),
                () => {
                    let content = match parts.first() {
                        Some(only) if parts.len() == 1 => only.clone(),
                        _ => parts.concat().into(),
                    };
                    account.member(task, &name, content, if lost { End::Damaged } else { End::Whole });
                }
            }
        }
        folders.extend(inner.into_iter().rev());
    }
    if broken > 0 {
        task.problem(DocumentStatus::Partly, &format!("{broken} folders or entries cannot be read"));
    }
    account.close(task);
}

fn volumes(bytes: &[u8]) -> Vec<Volume> {
    let mut out = Vec::new();
    for at in (START..START + MOST).map(|sector| sector * SECTOR) {
        let Some(descriptor) = bytes.get(at..at + SECTOR).filter(|descriptor| descriptor.get(1..6) == Some(b"CD001")) else { break };
        let kind = descriptor.first().copied().unwrap_or(255);
        let joliet = kind == 2 && matches!(descriptor.get(88..91), Some(b"%/@" | b"%/C" | b"%/E"));
        if kind == 255 {
            break;
        }
        if kind != 1 && !joliet {
            continue;
        }
        let block = usize::from(u16_at(descriptor, 128).unwrap_or(2048)).max(512);
        let root = descriptor.get(156..190).and_then(|root| extent(root, block));
        let Some(root) = root else { continue };
        let mut volume = Volume { root, block, joliet, rock_ridge: None };
        if !joliet {
            // The first record of the root says whether there are longer names.
            let first = bytes.get(root.0..).and_then(|folder| Records { folder, at: 0 }.next());
            let area = first.and_then(|record| record.get(33 + (usize::from(*record.get(32)?) | 1)..)).unwrap_or_default();
            volume.rock_ridge = (area.starts_with(b"SP\x07\x01\xbe\xef")).then(|| area.get(6).copied().map_or(0, usize::from));
        }
        out.push(volume);
    }
    out
}

/// Where the data of a directory record lie.
fn extent(record: &[u8], block: usize) -> Option<(usize, usize)> {
    let attributes = usize::from(*record.get(1)?);
    let at = (u32_at(record, 2)? as usize).checked_add(attributes)?.checked_mul(block)?;
    Some((at, u32_at(record, 10)? as usize))
}

/// The records of a folder; they never cross a sector.
struct Records<'a> {
    folder: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let len = usize::from(*self.folder.get(self.at)?);
            if len < 34 {
                self.at = (self.at / SECTOR + 1) * SECTOR;
                continue;
            }
            let record = self.folder.get(self.at..(self.at + len).min(self.folder.len()));
            self.at += len;
            return record;
        }
    }
}

/// A directory record.
struct Record {
    name: String,
    at: usize,
    len: usize,
    folder: bool,
    link: bool,
    more: bool,
    /// Interleaved or compressed data.
    strange: bool,
}

impl Record {
    /// `None` for what makes no sense.
    fn new(record: &[u8], bytes: &[u8], volume: &Volume) -> Option<Record> {
        let flags = *record.get(25)?;
        let len = usize::from(*record.get(32)?);
        let plain = record.get(33..33 + len)?;
        let (at, size) = extent(record, volume.block)?;
        let mut out =
            Record { name: String::new(), at, len: size, folder: flags & 2 != 0, link: false, more: flags & 0x80 != 0, strange: record.get(26..28)? != [0, 0] };
        if let Some(skip) = volume.rock_ridge {
            out.rock_ridge(record.get(33 + (len | 1) + skip..).unwrap_or_default(), bytes);
        }
        if out.name.is_empty() {
            out.name = match volume.joliet {
                true => encoding_rs::UTF_16BE.decode_without_bom_handling(plain).0.into_owned(),
                false => plain.iter().map(|&byte| char::from(byte)).collect(),
            };
            // Plain names carry a version.
            if let Some((name, version)) = out.name.rsplit_once(';')
                && version.bytes().all(|byte| byte.is_ascii_digit())
            {
                out.name = name.trim_end_matches('.').to_string();
            }
        }
        Some(out)
    }
    /// The fields of the system use area, and of the areas that it is continued in.
    fn rock_ridge<'b>(&mut self, mut area: &'b [u8], bytes: &'b [u8]) {
        let mut name = Vec::new();
        let mut areas = 0;
        let mut next: Option<&'b [u8]> = None;
        loop {
            let field = area.get(2).and_then(|&len| area.get(..usize::from(len))).filter(|field| field.len() >= 4);
            let Some(field) = field else {
                areas += 1;
                match next.take() {
                    Some(more) if areas < MOST => area = more,
                    _ => break,
                }
                continue;
            };
            match field.get(..2) {
                Some(b"NM") if field.get(4).is_some_and(|flags| flags & 6 == 0) => name.extend_from_slice(field.get(5..).unwrap_or_default()),
                Some(b"CE") => {
                    let number = |at| u32_at(field, at).map(|number| number as usize);
                    next = (|| {
                        let from = number(4)?.checked_mul(SECTOR)?.checked_add(number(12)?)?;
                        bytes.get(from..from.checked_add(number(20)?.min(SECTOR))?)
                    })();
                }
                Some(b"SL") => self.link = true,
                // A folder that was moved up because the tree is too deep.
                Some(b"CL") => {
                    if let Some(at) = u32_at(field, 4).map(|block| block as usize * SECTOR) {
                        (self.folder, self.at) = (true, at);
                        self.len = u32_at(bytes, at + 10).map_or(0, |len| len as usize);
                    }
                }
                Some(b"ZF") => self.strange = true,
                _ => {}
            }
            area = area.get(field.len()..).unwrap_or_default();
        }
        self.name = String::from_utf8(name).unwrap_or_else(|name| crate::text::eight_bit(name.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, print};
    use crate::{Budget, extract};
    use base64::prelude::{BASE64_STANDARD, Engine};
    use std::io::Read;

    // `genisoimage -input-charset utf-8`, packed with `xz -9e`.
    /// With `-J`.
    const JOLIET: &str = "\
        /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM5c//AyBdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/dE790OjkefKuUNdUG7\
        Q609LBi0BT3LYTAYxkCvjWt4M9Ey+IH8A42Qb1Ramkn238kP7cy+uqKo6/o/SZTDKPklOPmfmB5bqpv8ux8eZu7JwR5vycLVeGehkjimywkpXplZzpkpMPQhtun38QjLHJtaSA4fCqNT\
        twRae2lzGB8Pn3uaAeyG2+tqlc0abpQoaQEheINbLLKycEEYK526pmzu8KEYHmeQPMEv0sTmM3QbxVwRlVHr00BeWzxO4IVy/Ml8Bo+rzNPkyXvSRR/24OAnlKuBgCyt8c6rhI5QjIrf\
        56DtpnaMcJd8P0J+T/96cV8DCeAry6NuYjzr+ztaPwSMdu8E0CQtKB65WOIdW5UEmedBjnjRDOrv5rzS6zTqBwoW/9pmIbQoYB3qjxwE/4SzhPMsnrgcfKPUn2/esYxuVd3palD6I7nx\
        2gByOeNn3Qw/yFFfJLAPkNQ95Ynv45n+U+AUt4qKhplMHYXOnoQ8mvF4xdTec94f7J/kqdmOgo1XTv6TutAP+kyewTFmVz9GLs2eGqeJQL7iYuHv4wW6XEHUQUQltzlHV7dJav7bCoLg\
        2nHyoKqI5r8zCl++95VXRk5F7RUTV4eMXBUw9Yla1h2/a9DvXGAQ59HRyKKByFpNEK4NRfg59fuXjiBB6c1aX+vhJgB0m3wdudl7RRzYzrCa9wKAwcxpthw+b5dOYXph20y77XzbpLGc\
        TzkLtAvmhH53dKmxMnI/iKA2CEEMDHv9q3xwHzEh+53CfNnVPXYzvATH9MoTzIMNhUWgR4Y+Qw1Dc/QClA/MIugfKAh/R6qNGHHJ6vKM3BNvnRXcgxuJ3HvURdBm79iA8d+P4dF6NlQN\
        +8HJa+IK+IQfK5GUETRxC7WMvyDNpEH7YxhHBdrUbAGam5KHbRp3wNM6hv+asFWLOYBofJo1DPpgGmbjhGZi6Ucgi2RRoue71Xjl9AF93J3ABphNmP3Yr9WQD7IdBIkAACdwlf/vkuo9\
        AAG8BoCgFwC+nb8QscRn+wIAAAAABFla";
    /// With `-R`, and a link.
    const ROCK_RIDGE: &str = "\
        /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM5Zf/A2ldAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/dE790OjkefKuUNdUG7\
        Q609LBi0BT3LYTAYxkCvjBBlm3OqOKD8A42Qb1Ramkn21qRP52YeunzKy/o/SZTDKPkmGjzMmHkftJKPnrhO2X7UerU9gxJMwV7OqR2vTA/KIdnaJh7KbVk5jobusHVVI5YV3DietFvc\
        UjHFkn0F5hjViDnaaL9YCptkWOd6bEG/2vieyabc0enGPE2c9qeKPiUs7dFKEpYB7hisjOF6XJ9Y2ybbcrpaBNo8eFRX6wRt4R75gm9yy+DSmO97T3IUhHKbehdjS6CShBwYqIwqsMLD\
        TuFeeg5ZKdXfkqlgsy+EI91WvbtePZsbd5YojqXxu1i3fuY8J5Z2x1UHF5PMcAk+E49Ykewf9VXVbaKvZBy/MJbfUnoT83RCyr2mdTbLzhfC/cvmYw6C1PTcQ98XqVMHve5M6E9ts9ER\
        uDI9LY+L+pgMQ/oSFHuhMbkRsOS9hT2pkiwVQcEiF4nq/YaD9Rc8+YXAUBOHwbYk0WUuL2ulGVSIz4lyeFeylLhDHFMMRchMtkxT/oF+7FFH6pv/VQwDcMChUjUxqZpRSYC63AevfXpt\
        Kv26XEkMNaYHZFH/wYayggfOFTJwazPKCXwfd+o26DZrBMWRrKeHcWD/Ox/zJa0dNUwgCT04NSbHaDNNIvJo2Hkb/LRRC2Qt5pZn8byqNNvOgrGznx6XWyIYaHleCMGQ+zaAM+ps+dGB\
        rYXeJC9283CbfziQU0PyoqcwJRFxmviW/SG1RdNeNtCebFgpKkyMyd6txPOeBxEhRzaNm4HAoDOM5Y6t9b8pruGKHJ/uMyQIbRUfl7Z9Ctp9NiSYOzi6dg/5JBkqurKWMeAofRMdtM7R\
        Qzfid1TAnx1dWRTTGUpVirFLYqIyikUv369tUqnvfbwC4Utq8KI9/g5smZ8lWnw4cpWuuJY1KdVpZsAg+plrJcu4vZO3T+lkUzvliiupbwjazVSt77Ua6zH80WBjeNqrqAL/Gn46nLr0\
        4dzeyirlZKF1jylRLw8HeJnfb0VMI1X+yzVWjRL2gsjbwNh4fIM6VmV+SPTQdFaDnARuzL3Z6IqtlypzxUjgAAAAAAAlK742o+jT1gABhQeAsBYAWnCXC7HEZ/sCAAAAAARZWg==";
    /// Without either.
    const PLAIN: &str = "\
        /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM5Y//Af1dAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/dE790OjkefKuUNdUG7\
        Q609LBi0BT3LYTAYxkCvi97Rm3OqOKD8A42Qb1Ramkn21qRP52YeunzKy/o/SZTDKPkmGjzMmHkftJKPnrhO2X7UerU9gxJMwV7OqR2vTA/KIdnaJh7KbVk5jobusHVVI5YV3DietFvc\
        UjHFkn0F5hjViDnaaL9YCptkWOd6bEG/2vieyabc0enGPE2c9qeKPiUs7dFKEpYB7hisjOF6XJ9Y2ybbcrpaBNo8eFRX6wRt4R75gm9yy+DSmO97T3IUhHKbehdjS6CShBwYqIwqsMLD\
        TuFeeg5ZKdXfkqlgsy+EI91WvbtePZsbd5YojqXxu1i3fuY8J5Z2x1UHF5PMcAk+EuZshDM0iY5erPV6sBg1rbrFbGCJT6F9pOmCwCUTga2qnbOrvpGV7EssGs/2/UuXcHT0KCDvXef7\
        tue87pAxW2Lw1mckeYzwePNxwZxDZLTLdJbP46JzmSdtkZwNDqbRswigkO4faU4YjBk2N5cM/1tTPhce5GJVHUkLcfMeZdD8dck3XNRcgRBcYD4oEVJL5huVCDUk4XCepyNf7CjLhdGV\
        mIp+KpHyJ3X3GRteGnQAAAAAACFCx4Q3wnoyAAGZBICgFgAaawUkscRn+wIAAAAABFla";

    fn image(text: &str) -> Vec<u8> {
        let packed = BASE64_STANDARD.decode(text).expect("base64");
        let mut image = Vec::new();
        lzma_rust2::XzReader::new(&packed[..], true).read_to_end(&mut image).expect("an image");
        image
    }

    fn expect(first: &str, second: &str, link: &str) -> String {
        format!(
            "\
read application/x-iso9660-image none
{first}: read text/plain text
[part 1 text] hello there
{second}: read text/plain text
[part 1 text] x y z words{link}"
        )
    }

    #[test]
    fn names() {
        check("cd.iso", &image(JOLIET), &expect("Studies/A long name with \u{dc}n\u{ef}code.txt", "Studies/deeper/b.txt", ""));
        let link = "\nStudies/deeper/link: empty application/octet-stream none (a link to another file)";
        check("cd.iso", &image(ROCK_RIDGE), &expect("Studies/A long name with \u{dc}n\u{ef}code.txt", "Studies/deeper/b.txt", link));
        check("cd.iso", &image(PLAIN), &expect("STUDIES/A_LONG_N.TXT", "STUDIES/DEEPER/B.TXT", ""));
    }

    #[test]
    fn damage() {
        let mut image = image(JOLIET);
        image.truncate(image.len() - (150 << 11) - 2044);
        check(
            "cd.iso",
            &image,
            "\
partly application/x-iso9660-image none (1 members are damaged)
Studies/A long name with \u{dc}n\u{ef}code.txt: read text/plain text
[part 1 text] hello there
Studies/deeper/b.txt: partly application/octet-stream none (damaged: only a part of it could be unpacked)
Studies/deeper/b.txt (beginning): read text/plain text
[part 1 text] x y ",
        );
        // A folder that contains itself ends, whatever its records say.
        for at in 16 * 2048..image.len() {
            let mut broken = image.clone();
            if at % 97 == 0 {
                if let Some(byte) = broken.get_mut(at) {
                    *byte ^= 0x55;
                }
                assert!(!print(&extract("cd.iso", &broken, &Budget::default(), &[])).is_empty());
            }
        }
    }
}
