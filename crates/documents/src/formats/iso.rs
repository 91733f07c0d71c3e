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
                return task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.budget().members));
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
