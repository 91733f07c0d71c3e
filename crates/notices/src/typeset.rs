//! The only door to Typst: a template and its data in, PDF/UA-1 bytes out.

use dosimeter_case::tables::Notice;
use dosimeter_case::{Error, Id, Kind, Result, write_atomic};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::{FontStore, embedded};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// A template with its name in [`Notice::template`].
pub(crate) struct Template {
    /// Name.
    pub(crate) name: &'static str,
    /// Typst source.
    pub(crate) text: &'static str,
}
pub(crate) const LETTER: Template = Template { name: "letter", text: include_str!("../templates/letter.typ") };
pub(crate) const SHEET: Template = Template { name: "hhs_sheet", text: include_str!("../templates/sheet.typ") };
pub(crate) const DRAFT: Template = Template { name: "draft", text: include_str!("../templates/draft.typ") };

impl Template {
    /// SHA-256 of the source, hexadecimal.
    pub(crate) fn hash(&self) -> String {
        sha256(self.text.as_bytes())
    }
}

static FONTS: LazyLock<FontStore> = LazyLock::new(|| {
    let mut store = FontStore::new();
    store.extend(embedded());
    store
});
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// One document: a main file, and `/data.json`.
struct Sheet {
    main: Source,
    data_id: FileId,
    data: Bytes,
}
impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }
    fn book(&self) -> &LazyHash<FontBook> {
        FONTS.book()
    }
    fn main(&self) -> FileId {
        self.main.id()
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn font(&self, index: usize) -> Option<Font> {
        FONTS.font(index)
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// A finished file.
pub(crate) struct Pdf {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The pages (from 1) that a template numbers as page 1: where letters begin.
    pub(crate) firsts: Vec<i64>,
}

/// Sets `data` in `template`. `ident` identifies the document and must not change between runs.
/// Typst's caches are let go afterwards, so that memory stays bounded over any number of calls.
pub(crate) fn pdf(template: &Template, data: &serde_json::Value, ident: &str) -> Result<Pdf> {
    let set = set(template, data, ident);
    // The age counts calls of `evict`, of which several threads make one per file: what two files did not use goes.
    typst::comemo::evict(2);
    set
}

fn set(template: &Template, data: &serde_json::Value, ident: &str) -> Result<Pdf> {
    let id = |path: &str| VirtualPath::new(path).map(|path| RootedPath::new(VirtualRoot::Project, path).intern());
    let (Ok(main), Ok(data_id)) = (id(&format!("/{}.typ", template.name)), id("/data.json")) else {
        return Err(failed(template, "its name is not a path"));
    };
    let data = serde_json::to_vec(data).map_err(|_| failed(template, "its data is not JSON"))?;
    let sheet = Sheet { main: Source::new(main, template.text.to_string()), data_id, data: Bytes::new(data) };
    // Diagnostics may quote the text that was set, so only their place is told.
    let place = |span: typst::syntax::DiagSpan| match typst::WorldExt::range(&sheet, span) {
        Some(range) => format!("line {}", template.text.bytes().take(range.start).filter(|b| *b == b'\n').count() + 1),
        None => "a place without a line".to_string(),
    };
    let document = typst::compile(&sheet).output.map_err(|errors| failed(template, &errors.first().map_or(String::new(), |e| place(e.span))))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|_| failed(template, "PDF/UA-1 is not supported"))?;
    let options =
        PdfOptions { ident: Smart::Custom(ident.to_string()), creator: Smart::Custom(Some("Dosimeter".to_string())), standards, ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(&document, &options)
        .map_err(|errors| failed(template, &format!("not accessible (PDF/UA-1), {}", errors.first().map_or(String::new(), |e| place(e.span)))))?;
    let firsts = document.pages().iter().zip(1..).filter(|(page, _)| page.number == 1).map(|(_, page)| page).collect();
    Ok(Pdf { bytes, firsts })
}

fn failed(template: &Template, what: &str) -> Error {
    Error::new(Kind::Case, format!("the document cannot be set: template {}: {what}", template.name))
}

/// Whether the built-in fonts can show `text` in an accessible document: they cover Latin, Greek and Cyrillic, and little else.
pub(crate) fn printable(text: &str) -> bool {
    static MAIN: LazyLock<Option<usize>> = LazyLock::new(|| FONTS.book().select("libertinus serif", typst::text::FontVariant::default()));
    let covers = |index: usize, c: char| FONTS.book().info(index).is_some_and(|info| info.coverage.contains(u32::from(c)));
    let combining =
        |c: char| matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5c7 | 0x610.. if !matches!(u32::from(c), 0x1e00..=0x1fff | 0x2010..=0x2044));
    if MAIN.is_some_and(|main| text.chars().all(|c| covers(main, c) && !combining(c))) {
        return true;
    }
    // Whether a mark can be put on a letter depends on the font that has both, so the rare rest is tried out.
    let count = (0..).take_while(|i| FONTS.book().info(*i).is_some()).count();
    text.chars().all(|c| (0..count).any(|i| covers(i, c))) && set(&TRIAL, &serde_json::json!({ "text": text }), "trial").is_ok()
}
const TRIAL: Template = Template {
    name: "trial",
    text: "#set document(title: \"Trial\", date: none)\n#set text(font: \"Libertinus Serif\", lang: \"en\")\n= Trial\n#json(\"/data.json\").text\n*#json(\"/data.json\").text*",
};

/// SHA-256, hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Sets one document that is addressed to no individual, writes it to `out/file` and gives its row.
pub(crate) fn single(template: &Template, name: &str, data: &serde_json::Value, obligation_id: Id, channel: &str, out: &Path, file: &str) -> Result<Notice> {
    let notice_id = Id::of("notice", &[&obligation_id, &None::<Id>, &name]);
    let pdf = pdf(template, data, &notice_id.to_string())?;
    let path = out.join(file);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    write_atomic(&path, &pdf.bytes)?;
    Ok(Notice {
        notice_id,
        obligation_id,
        person_id: None,
        template: name.to_string(),
        template_hash: template.hash(),
        language: "en".to_string(),
        channel: channel.to_string(),
        file: file.to_string(),
        page: 1,
        sha256: sha256(&pdf.bytes),
    })
}
