//! From the names that logs use to the collected files: path prefixes, URLs, study UIDs and Orthanc ids.

use crate::act::Act;
use dosimeter_case::config::Environment;
use dosimeter_case::tables::{Document, ObjectKind};
use percent_encoding::percent_decode_str;
use sha1::{Digest, Sha1};
use std::collections::{BTreeMap, HashMap};

/// What an event's object is, in terms of the collected evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// A collected file: its path and size.
    File {
        /// `documents.path`.
        path: String,
        /// Size in bytes.
        bytes: i64,
        /// Whether the prefix was stated in `case.toml` rather than learnt.
        stated: bool,
    },
    /// A DICOM study, and the instance if the log names one.
    Study {
        /// Study Instance UID.
        uid: String,
        /// The instance's file.
        path: Option<String>,
    },
    /// A patient's record on a server that no files were collected from.
    Record(String),
    /// A file or URL that is not among the collected files.
    Elsewhere(String),
}

/// The collected documents, by everything that a log may call them.
pub struct Collection<'a> {
    environment: &'a Environment,
    files: HashMap<String, (String, i64)>,
    studies: HashMap<String, String>,
    instances: HashMap<String, (String, String)>,
    study_files: HashMap<String, String>,
    /// Folders of the collection, as compared, to their own spelling.
    folders: HashMap<String, String>,
    learnt: BTreeMap<String, Vec<(String, String)>>,
}

impl<'a> Collection<'a> {
    /// Indexes the collected files; prefixes that `case.toml` does not state are learnt from the events.
    pub fn new(documents: &[Document], events: &[Act], environment: &'a Environment) -> Collection<'a> {
        let mut collection = Collection {
            environment,
            files: HashMap::new(),
            studies: HashMap::new(),
            instances: HashMap::new(),
            study_files: HashMap::new(),
            folders: HashMap::new(),
            learnt: BTreeMap::new(),
        };
        for document in documents.iter().filter(|d| d.member.is_none()) {
            collection.files.insert(normal(&document.path), (document.path.clone(), document.bytes));
            collection.add_dicom(document);
            for (at, _) in document.path.match_indices('/') {
                let folder = &document.path[..at];
                collection.folders.entry(normal(folder)).or_insert_with(|| folder.to_string());
            }
        }
        collection.learnt = collection.learn(events);
        collection
    }

    fn add_dicom(&mut self, document: &Document) {
        let Some(study) = &document.study_uid else { return };
        self.studies.insert(study.clone(), study.clone());
        self.study_files.entry(study.clone()).or_insert_with(|| document.path.clone());
        if let Some(patient) = &document.patient_id {
            self.studies.insert(orthanc_id(&[patient, study]), study.clone());
            if let (Some(series), Some(sop)) = (&document.series_uid, &document.sop_uid) {
                self.instances.insert(orthanc_id(&[patient, study, series, sop]), (study.clone(), document.path.clone()));
                self.studies.insert(orthanc_id(&[patient, study, series]), study.clone());
            }
        }
        if let Some(sop) = &document.sop_uid {
            self.instances.insert(sop.clone(), (study.clone(), document.path.clone()));
        }
    }

    /// Pairs of prefixes (in the log → in the collection) that make log paths meet collected files, most frequent first.
    fn learn(&self, events: &[Act]) -> BTreeMap<String, Vec<(String, String)>> {
        let mut by_name: HashMap<&str, Vec<&str>> = HashMap::new();
        for path in self.files.keys() {
            by_name.entry(path.rsplit('/').next().unwrap_or(path)).or_default().push(path);
        }
        let mut votes: BTreeMap<String, BTreeMap<(String, String), usize>> = BTreeMap::new();
        for event in events.iter().filter(|e| matches!(e.object_kind, ObjectKind::File | ObjectKind::Url)) {
            let Some(object) = &event.object else { continue };
            let object = normal(object);
            let Some(candidates) = by_name.get(object.rsplit('/').next().unwrap_or(&object)) else { continue };
            // A name that stands in many folders says little about the prefix.
            for candidate in candidates.iter().filter(|_| candidates.len() <= 8) {
                let common = common_suffix(&object, candidate);
                let pair = (object[..object.len() - common].to_string(), candidate[..candidate.len() - common].to_string());
                *votes.entry(event.host.to_string()).or_default().entry(pair).or_default() += 1;
            }
        }
        votes
            .into_iter()
            .map(|(host, pairs)| {
                let most = pairs.values().max().copied().unwrap_or(0);
                let mut pairs: Vec<_> = pairs.into_iter().filter(|(_, n)| *n * 20 >= most).collect();
                pairs.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                (host, pairs.into_iter().map(|(pair, _)| pair).take(4).collect())
            })
            .collect()
    }

    /// What the event's object is. `None` when the event names no object.
    pub fn locate(&self, event: &Act) -> Option<Located> {
        if let Some(uid) = &event.study_uid {
            let uid = self.studies.get(&**uid).cloned().unwrap_or_else(|| uid.to_string());
            return Some(Located::Study { uid, path: None });
        }
        let object = event.object.as_deref()?;
        match event.object_kind {
            ObjectKind::Record => return Some(Located::Record(event.patient_id.as_deref().unwrap_or(object).to_string())),
            ObjectKind::Study => return Some(Located::Study { uid: self.studies.get(object).cloned().unwrap_or_else(|| object.to_string()), path: None }),
            _ => {}
        }
        // A PACS URL names an instance, a series or a study in one of its parts; the narrowest wins.
        for part in object.rsplit('/').filter(|p| p.len() >= 8) {
            if let Some((uid, path)) = self.instances.get(part) {
                return Some(Located::Study { uid: uid.clone(), path: Some(path.clone()) });
            }
            if let Some(uid) = self.studies.get(part) {
                return Some(Located::Study { uid: uid.clone(), path: None });
            }
        }
        Some(self.locate_file(&event.host, object).unwrap_or_else(|| Located::Elsewhere(object.to_string())))
    }

    /// The file of one of the study's instances.
    pub fn study_path(&self, uid: &str) -> Option<&str> {
        self.study_files.get(uid).map(String::as_str)
    }

    /// A folder as the collected files name it, when the log's name lies below a known prefix.
    pub fn locate_folder(&self, host: &str, object: &str) -> Option<String> {
        let object = normal(object);
        let below = |prefix: &str, root: &str| {
            let rest = object.strip_prefix(prefix)?.trim_matches('/');
            let folder = if rest.is_empty() { root.to_string() } else { format!("{}/{rest}", root.trim_end_matches('/')) };
            self.folders.get(folder.trim_matches('/')).cloned()
        };
        self.prefixes(host).find_map(|(prefix, root, _)| below(&prefix, &root))
    }

    /// The prefixes of a server's paths and the folders of the collection they stand for; those stated in `case.toml` first.
    fn prefixes(&self, host: &str) -> impl Iterator<Item = (String, String, bool)> {
        let server = self.environment.servers.iter().find(|s| s.name.eq_ignore_ascii_case(host));
        let stated = server.into_iter().flat_map(|s| s.prefixes.iter().map(|p| (normal(p), normal(&s.files), true)));
        let learnt = self.learnt.get(host).into_iter().flatten().map(|(prefix, root)| (prefix.clone(), root.trim_end_matches('/').to_string(), false));
        stated.chain(learnt)
    }

    fn locate_file(&self, host: &str, object: &str) -> Option<Located> {
        let object = normal(object);
        let found = |prefix: &str, root: &str, stated: bool| {
            let rest = object.strip_prefix(prefix)?;
            let path = if root.is_empty() { rest.trim_start_matches('/').to_string() } else { format!("{root}/{}", rest.trim_start_matches('/')) };
            let (path, bytes) = self.files.get(path.trim_start_matches('/'))?;
            Some(Located::File { path: path.clone(), bytes: *bytes, stated })
        };
        self.prefixes(host).find_map(|(prefix, root, stated)| found(&prefix, &root, stated))
    }
}

/// A path as compared: percent-decoded, `/` between parts, lower case, no drive's back-slashes, no doubled or final `/`.
pub fn normal(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut text = String::with_capacity(decoded.len());
    for c in decoded.chars().map(|c| if c == '\\' { '/' } else { c }) {
        if c == '/' && text.ends_with('/') {
            continue;
        }
        text.extend(c.to_lowercase());
    }
    text.truncate(text.trim_end_matches('/').len());
    text
}

/// Bytes of the longest common ending that begins at a path part.
fn common_suffix(a: &str, b: &str) -> usize {
    let mut best = 0;
    let (mut parts_a, mut parts_b) = (a.rsplit('/'), b.rsplit('/'));
    let mut length = 0;
    while let (Some(x), Some(y)) = (parts_a.next(), parts_b.next()) {
        if x != y {
            break;
        }
        length += x.len();
        best = length;
        length += 1;
    }
    best
}

/// Orthanc's id of a resource: SHA-1 over the DICOM identifiers joined by `|`, in five groups.
pub fn orthanc_id(parts: &[&str]) -> String {
    let hash = Sha1::digest(parts.join("|").as_bytes());
    let hex: Vec<String> = hash.chunks(4).map(|four| four.iter().map(|b| format!("{b:02x}")).collect()).collect();
    hex.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{acts, read};
    use dosimeter_case::Id;
    use dosimeter_case::config::Server;
    use dosimeter_case::tables::Event;

    fn check(environment: &Environment, host: &str, object: &str, expect: &str) {
        let documents = ["Clinic/HR/Payroll 2023.xlsx", "Clinic/Fax/f1.tif", "Archive/2019/a.pdf", "Portal/documents/x/b.pdf"]
            .map(|path| Document { bytes: 10, ..Document::blank(Id::of("document", &[&path]), path) });
        let learn_from = ["/srv/clinic/Fax/f1.tif"].map(|p| Event { host: "fs01".into(), ..read("2023-09-01T00:00:00Z", "a", "1", p) });
        let collection = Collection::new(&documents, &acts(&learn_from), environment);
        let event = Event { host: host.into(), ..read("2023-09-01T00:00:00Z", "a", "1", object) };
        let got = match collection.locate(&acts(&[event])[0]) {
            Some(Located::File { path, stated, .. }) => format!("{path} {}", if stated { "stated" } else { "learnt" }),
            other => format!("{other:?}"),
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn prefixes() {
        let server =
            |name: &str, files: &str, prefix: &str| Server { name: name.into(), files: files.into(), prefixes: vec![prefix.into()], ..Server::default() };
        let environment = Environment {
            servers: vec![server("fs01", "Clinic", "/srv/clinic"), server("win01", "Archive", "D:\\Archive"), server("web01", "Portal", "/portal/")],
            ..Environment::default()
        };
        check(&environment, "fs01", "/srv/clinic/hr/PAYROLL 2023.xlsx", "Clinic/HR/Payroll 2023.xlsx stated");
        check(&environment, "win01", "D:\\Archive\\2019\\a.pdf", "Archive/2019/a.pdf stated");
        check(&environment, "web01", "/portal/documents/x/b.pdf", "Portal/documents/x/b.pdf stated");
        check(&environment, "web01", "/portal/documents/x/gone.pdf", "Some(Elsewhere(\"/portal/documents/x/gone.pdf\"))");
        check(&Environment::default(), "fs01", "/srv/clinic/HR/Payroll%202023.xlsx", "Clinic/HR/Payroll 2023.xlsx learnt");
    }

    #[test]
    fn orthanc() {
        // The documentation's rule, on the documentation's separators.
        assert_eq!(orthanc_id(&["a"]), "86f7e437-faa5a7fc-e15d1ddc-b9eaeaea-377667b8");
        assert_eq!(orthanc_id(&["P", "1.2"]).len(), 44);
    }
}
