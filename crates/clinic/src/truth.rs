//! What really happened: collected while documents and logs are made, written beside the evidence.

use crate::dice::{hash, hex};
use crate::people::{Kind, Person};
use dosimeter_case::{Error, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A person standing in a document, with the values as written.
pub struct Mention {
    /// Index among the people.
    pub person: usize,
    /// `patient`, `guardian`, `subscriber`, `employee`, `provider` or `staff`.
    pub role: &'static str,
    /// Values by element kind.
    pub elements: BTreeMap<&'static str, Vec<String>>,
    /// Where in the document.
    pub location: Value,
}
impl Mention {
    /// Somebody in a document, `role` being their part there.
    pub fn new(person: usize, role: &'static str) -> Mention {
        Mention { person, role, elements: BTreeMap::new(), location: json!({"page": 1}) }
    }
    /// Adds a value; an empty one is not there.
    pub fn with(mut self, kind: &'static str, text: impl Into<String>) -> Mention {
        let text = text.into();
        if !text.is_empty() {
            self.elements.entry(kind).or_default().push(text);
        }
        self
    }
    /// Says where.
    pub fn at(mut self, location: Value) -> Mention {
        self.location = location;
        self
    }
}

/// One collected file.
pub struct Document {
    /// Path below `evidence/files`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Format.
    pub kind: &'static str,
    /// Only a picture holds the text.
    pub needs_ocr: bool,
    /// `yes`, `effort` or `no`.
    pub readable: &'static str,
    /// What is special about it.
    pub remark: &'static str,
    /// Who stands in it.
    pub mentions: Vec<Mention>,
    /// Study and instance for a DICOM file.
    pub study: Option<(usize, String)>,
}

/// One reading of one object by anybody.
pub struct Access {
    /// When.
    pub time: Timestamp,
    /// Account.
    pub account: String,
    /// Address as the server saw it.
    pub source: String,
    /// Server.
    pub server: &'static str,
    /// Path below `evidence/files`, or `ehr:<record number>`.
    pub path: String,
    /// Study Instance UID.
    pub study: String,
    /// Whether the whole content left the server: then it counts as copied.
    pub whole: bool,
    /// Bytes that left.
    pub bytes: usize,
    /// In words.
    pub how: &'static str,
    /// The intruder's.
    pub intruder: bool,
}
impl Access {
    fn action(&self) -> &'static str {
        if self.whole { "copied" } else { "viewed" }
    }
}

/// The intrusion in a nutshell.
#[derive(Clone)]
pub struct Intrusion {
    /// Name of the story.
    pub story: &'static str,
    /// Accounts misused.
    pub accounts: Vec<String>,
    /// Addresses used, tunnel addresses among them.
    pub addresses: Vec<String>,
    /// First and last action, whether or not data was read.
    pub start: Timestamp,
    /// Last action.
    pub end: Timestamp,
    /// Remarks.
    pub notes: Vec<&'static str>,
}

/// Everything that the truth files are written from.
pub struct Truth<'a> {
    /// Everybody.
    pub people: &'a [Person],
    /// Every file.
    pub documents: &'a [Document],
    /// Texts that look like patient data and are not: path, text, why.
    pub decoys: &'a [(String, String, &'static str)],
    /// Every access.
    pub accesses: &'a [Access],
    /// The intrusion.
    pub intrusion: &'a Intrusion,
}

/// What the accesses of the intruder exposed of one person.
#[derive(Default)]
struct Exposed {
    copied: bool,
    whole: bool,
    plain: bool,
    ocr: bool,
    elements: BTreeSet<&'static str>,
    documents: BTreeSet<String>,
}

impl Truth<'_> {
    /// Writes `people.csv`, `mentions.jsonl`, `documents.csv`, `accesses.csv`, `affected.csv`, `decoys.csv` and `intrusion.json`.
    pub fn write(&self, dir: &Path, local: impl Fn(Timestamp) -> String) -> Result<()> {
        self.people_csv(&dir.join("people.csv"))?;
        self.documents_csv(&dir.join("documents.csv"))?;
        let mut text = String::new();
        for d in self.documents {
            for m in &d.mentions {
                let p = &self.people[m.person];
                let counts = p.counts() && !matches!(m.role, "provider" | "staff");
                text +=
                    &json!({"path": d.path, "person_id": p.id, "role": m.role, "counts": counts, "elements": m.elements, "location": m.location}).to_string();
                text.push('\n');
            }
        }
        write(&dir.join("mentions.jsonl"), text.as_bytes())?;
        let mut rows = Rows::new("path,text,why");
        for (path, text, why) in self.decoys {
            rows.add(&[path, text, why]);
        }
        rows.save(&dir.join("decoys.csv"))?;
        let mut rows = Rows::new("time,account,source,server,path,study,action,bytes,full_content,how,by_intruder,evidenced");
        for a in self.accesses {
            rows.add(&[
                &local(a.time),
                &a.account,
                &a.source,
                a.server,
                &a.path,
                &a.study,
                a.action(),
                &a.bytes.to_string(),
                flag(a.whole),
                a.how,
                flag(a.intruder),
                "1",
            ]);
        }
        rows.save(&dir.join("accesses.csv"))?;
        let affected = self.affected();
        self.affected_csv(&affected, &dir.join("affected.csv"))?;
        let i = self.intrusion;
        let mine = || self.accesses.iter().filter(|a| a.intruder);
        let first = mine().map(|a| a.time).min().unwrap_or(i.start);
        let last = mine().map(|a| a.time).max().unwrap_or(i.end);
        let unreadable: BTreeSet<&str> =
            mine().filter_map(|a| self.documents.iter().find(|d| d.path == a.path)).filter(|d| d.readable == "no").map(|d| d.path.as_str()).collect();
        let count = |copied: bool| affected.values().filter(|e| e.copied == copied).count();
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for &person in affected.keys() {
            *states.entry(&self.people[person].address.state).or_default() += 1;
        }
        let summary = json!({
            "story": i.story, "accounts": i.accounts, "addresses": i.addresses, "start": local(i.start), "end": local(i.end),
            "first_evidenced_access": local(first), "last_evidenced_access": local(last), "notes": i.notes, "copied_but_unreadable": unreadable,
            "counts": {"people_in_clinic": self.people.len(), "documents": self.documents.len(), "accesses": self.accesses.len(), "intruder_accesses": mine().count(),
                "affected": affected.len(), "affected_by_tier": {"copied": count(true), "viewed": count(false)}, "affected_by_state": states},
        });
        write(&dir.join("intrusion.json"), format!("{summary:#}\n").as_bytes())
    }

    fn affected(&self) -> BTreeMap<usize, Exposed> {
        let by_path: BTreeMap<&str, &Document> = self.documents.iter().map(|d| (d.path.as_str(), d)).collect();
        let by_mrn: BTreeMap<&str, usize> = self.people.iter().enumerate().filter(|(_, p)| !p.mrn.is_empty()).map(|(i, p)| (p.mrn.as_str(), i)).collect();
        let mut all: BTreeMap<usize, Exposed> = BTreeMap::new();
        for a in self.accesses.iter().filter(|a| a.intruder) {
            if let Some(&person) = a.path.strip_prefix("ehr:").and_then(|mrn| by_mrn.get(mrn)) {
                let e = all.entry(person).or_default();
                e.plain = true;
                e.elements.extend(["diagnosis", "dob", "mrn", "name"]);
                e.documents.insert(a.path.clone());
            }
            let Some(document) = by_path.get(a.path.as_str()) else { continue };
            for m in &document.mentions {
                if matches!(m.role, "provider" | "staff") || !self.people[m.person].counts() || document.readable == "no" {
                    continue;
                }
                let e = all.entry(m.person).or_default();
                e.copied |= a.whole;
                e.whole |= a.whole;
                e.plain |= document.readable == "yes" && !document.needs_ocr;
                e.ocr |= document.readable == "yes" && document.needs_ocr;
                e.elements.extend(m.elements.keys());
                e.documents.insert(a.path.clone());
            }
        }
        all
    }

    fn affected_csv(&self, affected: &BTreeMap<usize, Exposed>, path: &Path) -> Result<()> {
        let mut rows = Rows::new(
            "person_id,subject_kind,name,dob,state,country,is_minor,guardian_id,deceased,tier,full_content_left,evidenced,evidenced_tier,elements,evidenced_elements,reach,n_documents,documents",
        );
        for (&person, e) in affected {
            let p = &self.people[person];
            let elements = e.elements.iter().copied().collect::<Vec<_>>().join(";");
            let documents = e.documents.iter().map(String::as_str).collect::<Vec<_>>().join(";");
            let (tier, reach) = (
                if e.copied { "copied" } else { "viewed" },
                if e.plain {
                    "plain"
                } else if e.ocr {
                    "ocr"
                } else {
                    "effort"
                },
            );
            let guardian = p.guardian.map(|g| self.people[g].id.clone()).unwrap_or_default();
            rows.add(&[
                &p.id,
                p.kind.as_str(),
                &format!("{} {}", p.first, p.last),
                &p.dob.to_string(),
                &p.address.state,
                &p.address.country,
                flag(p.is_minor()),
                &guardian,
                flag(p.died.is_some()),
                tier,
                flag(e.whole),
                "1",
                tier,
                &elements,
                &elements,
                reach,
                &e.documents.len().to_string(),
                &documents,
            ]);
        }
        rows.save(path)
    }

    fn people_csv(&self, path: &Path) -> Result<()> {
        let mut rows = Rows::new(
            "person_id,role,subject_kind,first,middle,last,suffix,nickname,prev_last,sex,dob,ssn,mrn,mrn2,address,city,state,zip,country,old_address,old_city,old_state,old_zip,phone,phone2,email,payer,member_id,mbi,drivers_license,card_number,bank_account,is_minor,guardian_id,deceased,death_date,family_id,hard_cases",
        );
        for p in self.people {
            let guardian = p.guardian.map(|g| self.people[g].id.clone()).unwrap_or_default();
            let role = if p.kind == Kind::Subscriber { "guardian" } else { p.kind.as_str() };
            let died = p.died.map(|d| d.to_string()).unwrap_or_default();
            let (a, o) = (&p.address, &p.old_address);
            rows.add(&[
                &p.id,
                role,
                p.kind.as_str(),
                &p.first,
                &p.middle,
                &p.last,
                &p.suffix,
                &p.nickname,
                &p.prev_last,
                &p.sex.to_string(),
                &p.dob.to_string(),
                &p.ssn,
                &p.mrn,
                &p.mrn2,
                &a.street,
                &a.city,
                &a.state,
                &a.zip,
                &a.country,
                &o.street,
                &o.city,
                &o.state,
                &o.zip,
                &p.phone,
                "",
                &p.email,
                &p.payer,
                &p.member_id,
                &p.mbi,
                &p.drivers_license,
                &p.card_number,
                &p.bank_account,
                flag(p.is_minor()),
                &guardian,
                flag(p.died.is_some()),
                &died,
                &format!("F{:05}", p.family),
                &p.hard.join(";"),
            ]);
        }
        rows.save(path)
    }

    fn documents_csv(&self, path: &Path) -> Result<()> {
        let mut rows = Rows::new("path,sha256,size,kind,needs_ocr,readable,people,server,remark");
        for d in self.documents {
            let people: BTreeSet<usize> = d.mentions.iter().filter(|m| !matches!(m.role, "provider" | "staff")).map(|m| m.person).collect();
            let sum = {
                use sha2::Digest;
                hex(&sha2::Sha256::digest(&d.bytes))
            };
            rows.add(&[
                &d.path,
                &sum,
                &d.bytes.len().to_string(),
                d.kind,
                flag(d.needs_ocr),
                d.readable,
                &people.len().to_string(),
                server_of(&d.path),
                d.remark,
            ]);
        }
        rows.save(path)
    }
}

/// The server that keeps a path.
pub fn server_of(path: &str) -> &'static str {
    match path.split('/').next() {
        Some("Clinic") => "fs01",
        Some("Exchange") => "sftp01",
        Some("Portal") => "web01",
        _ => "pacs01",
    }
}

/// Eight hexadecimal digits that stand for `parts`.
pub fn token(parts: &[&str]) -> String {
    hex(&hash(&parts.iter().map(|p| p.as_bytes()).collect::<Vec<_>>())[..4])
}

fn flag(value: bool) -> &'static str {
    if value { "1" } else { "0" }
}

/// A CSV file in the making.
struct Rows(csv::Writer<Vec<u8>>);
impl Rows {
    fn new(header: &str) -> Rows {
        let mut rows = Rows(csv::Writer::from_writer(Vec::new()));
        rows.add(&header.split(',').collect::<Vec<_>>());
        rows
    }
    fn add(&mut self, row: &[&str]) {
        // Writing into memory fails only when rows differ in length, which the tests would show.
        let _ = self.0.write_record(row);
    }
    fn save(self, path: &Path) -> Result<()> {
        let bytes = self.0.into_inner().map_err(|e| Error::io(path, std::io::Error::other(e.to_string())))?;
        write(path, &bytes)
    }
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
    }
    std::fs::write(path, bytes).map_err(|e| Error::io(path, e))
}
