//! Compound files of Office: which streams are there decides what one is.

use super::crypt::{Opened, package, passwords};
use super::ole::{MAGIC, Ole, u16_at, u32_at};
use super::properties::Properties;
use super::{doc, objects, ppt, xls, xls_strings};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

pub(super) fn recognise_ole(head: &Head<'_>) -> bool {
    head.starts(MAGIC)
}

pub(super) fn read_ole(task: &mut Task<'_, '_>) {
    let content = task.head.bytes.clone();
    let Some(ole) = Ole::open(&content) else {
        task.document.method = "none".into();
        task.problem(DocumentStatus::Corrupt, "the compound file's directory cannot be read");
        super::carve(task);
        return;
    };
    let has = |stream: &str| ole.find(0, stream).is_some();
    if has("EncryptedPackage") {
        return encrypted(task, &ole);
    }
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| ole.read(0, name).filter(|stream| !stream.is_empty()));
    if let Some(stream) = first(["WordDocument", "WordDocument"]) {
        task.document.media_type = "application/msword".into();
        doc::read(task, &ole, stream, 0);
        if let Some(data) = ole.read(0, "Data") {
            objects::pictures(task, "picture", &data);
        }
    } else if let Some(stream) = first(["Workbook", "Book"]) {
        task.document.media_type = "application/vnd.ms-excel".into();
        xls::read(task, &stream);
        pivots(task, &ole);
    } else if let Some(stream) = first(["PowerPoint Document", "PP97_DUALSTORAGE"]) {
        task.document.media_type = "application/vnd.ms-powerpoint".into();
        ppt::read(task, &ole, &stream, 0);
    } else if !objects::native(task, &ole, 0, "") && ole.find(0, "VBA").is_none() {
        return other(task, "application/x-ole-storage", "a compound file of an unknown program");
    }
    if task.document.status == DocumentStatus::Encrypted {
        return;
    }
    let mut properties = Properties::default();
    properties.ole(&ole, 0);
    properties.give(task);
    objects::macros(task, &ole, 0);
    objects::embedded(task, &ole, 0);
    if ole.short.get() {
        let status = if task.is_blank() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, "the compound file is cut off or damaged");
    }
}

/// A package with a password: opened, it is a member of its envelope.
fn encrypted(task: &mut Task<'_, '_>, ole: &Ole<'_>) {
    task.document.media_type = "application/vnd.ms-office.encrypted".into();
    task.document.method = "none".into();
    match package(ole, &passwords(task)) {
        Opened::Package(content) if content.len() as u64 <= task.room() => {
            task.document.pages = 1;
            task.member("EncryptedPackage", content);
        }
        Opened::Package(_) => task.problem(DocumentStatus::OverBudget, "unpacks to more than the budget"),
        Opened::Locked => task.problem(DocumentStatus::Encrypted, "an Office file with a password"),
        Opened::Foreign => task.problem(DocumentStatus::Encrypted, "an Office file encrypted by a scheme that is not read"),
    }
}

fn other(task: &mut Task<'_, '_>, media_type: &str, what: &str) {
    task.document.media_type = media_type.into();
    task.document.method = "none".into();
    task.problem(DocumentStatus::Unsupported, what);
}

/// The values that pivot tables keep of their source, which may be gone from the sheets.
fn pivots(task: &mut Task<'_, '_>, ole: &Ole<'_>) {
    let Some(storage) = ole.find(0, "_SX_DB_CUR").or_else(|| ole.find(0, "_SX_DB")) else { return };
    for &cache in ole.children(storage) {
        let stream = ole.stream(cache);
        let mut lines = Vec::new();
        let mut at = 0;
        while let (Some(kind), Some(length)) = (u16_at(&stream, at), u16_at(&stream, at + 2)) {
            let data = stream.get(at + 4..).unwrap_or_default();
            let data = data.get(..usize::from(length)).unwrap_or(data);
            match kind {
                0xcd => lines.push(xls_strings::unicode(data, 2).0),
                // A date: year, month, day.
                0xce => {
                    let parts = (u16_at(data, 0), u16_at(data, 2), data.get(4));
                    if let (Some(year), Some(month), Some(day)) = parts {
                        lines.push(format!("{year:04}-{month:02}-{day:02}"));
                    }
                }
                0xc9 => {
                    if let (Some(low), Some(high)) = (u32_at(data, 0), u32_at(data, 4)) {
                        lines.push(super::numbers::render(f64::from_bits(u64::from(high) << 32 | u64::from(low)), None, false));
                    }
                }
                _ => {}
            }
            at += 4 + usize::from(length);
        }
        task.running_text("pivot cache", &lines.join("\n"));
    }
}
