//! Mail stores of the shared data: what is in them, and that damaged ones end.

use dosimeter_documents::{Budget, Extracted, extract};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/documents/mail");
    if !root.is_dir() {
        eprintln!("shared data is missing; not tested");
        return None;
    }
    Some(root)
}

fn read(content: &[u8], name: &str) -> Vec<Extracted> {
    extract(name, content, &Budget::default(), &[])
}

#[test]
fn every_item_of_a_store() {
    let Some(folder) = folder() else { return };
    let content = std::fs::read(folder.join("testPST_variousBodyTypes.pst")).expect("the file");
    let objects = read(&content, "a.pst");
    let document = objects.first().expect("the store");
    assert_eq!((document.document.status.to_string().as_str(), document.document.pages), ("read", 4));
    let place = "Top of Outlook data file/Inbox/tmp";
    let expect: Vec<String> =
        [(1, "200024"), (2, "200044"), (3, "200064"), (4, "200084")].iter().map(|(n, id)| format!("{place}/message {n} ({id})")).collect();
    assert_eq!(document.passages.iter().map(|passage| passage.locator.clone()).collect::<Vec<_>>(), expect);
    assert!(document.passages.iter().all(|passage| passage.text.contains("This is the original email (html)")));
    // A password keeps Outlook's window closed, not the content.
    let objects = read(&std::fs::read(folder.join("passworded.pst")).expect("the file"), "a.pst");
    let texts: String = objects.iter().flat_map(|object| &object.passages).map(|passage| passage.text.as_str()).collect();
    assert!(texts.contains("Member: dist name 2 <dist2@rjohnson.id.au>"), "{texts}");
    assert!(texts.contains("E-mail: contact1@rjohnson.id.au"), "{texts}");
}

#[test]
fn damaged_mail_ends() {
    let Some(folder) = folder() else { return };
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).expect("the folder").filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    // A generator of numbers that is the same everywhere.
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    let end = Instant::now() + Duration::from_secs(40);
    for path in names {
        let content = std::fs::read(&path).expect("the file");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("x");
        let store = name.ends_with(".pst");
        // Pictures go to Tesseract: not the matter here.
        if content.len() > 400_000 || content.is_empty() || content.windows(4).any(|w| w == b"\xff\xd8\xff\xe0" || w == b"GIF8" || w == b"\x89PNG") {
            continue;
        }
        for turn in 0..if store { 30 } else { 4 } {
            let mut damaged = content.clone();
            if turn % 2 == 0 {
                damaged.truncate(random(content.len()));
            }
            for _ in 0..=turn {
                let at = random(damaged.len());
                damaged.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (turn % 8));
            }
            let start = Instant::now();
            let objects = read(&damaged, name);
            assert!(start.elapsed() < Duration::from_secs(20), "{name} took too long");
            let own = &objects.first().expect("one object at least").document;
            assert_ne!(own.reason.as_deref(), Some("the reader failed on this content"), "{name} {turn}");
            if Instant::now() > end {
                return;
            }
        }
    }
}
