//! Whose data was exposed, how strongly, and by which accesses.

use crate::blind::place;
use dosimeter_case::Id;
use dosimeter_case::tables::{
    Access, Action, BlindSpot, Certainty, Document, ElementKind, Exposure, Mention, ObjectKind, Person, PersonRecord, Record, Role, Tier, Verdict,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most access and mention ids kept with an exposure.
const MOST_IDS: usize = 100;

/// The tables an exposure is drawn from.
pub struct Findings<'a> {
    /// The ledger.
    pub accesses: &'a [Access],
    /// Where the intruder may have acted unseen.
    pub blind_spots: &'a [BlindSpot],
    /// The collected documents.
    pub documents: &'a [Document],
    /// Persons as seen in documents (and in logs).
    pub records: &'a [Record],
    /// Kind of each mention, with its id.
    pub mentions: &'a [Mention],
    /// The people.
    pub people: &'a [Person],
    /// Which records make them up.
    pub person_records: &'a [PersonRecord],
}

/// One way a document was reached.
#[derive(Clone)]
struct Reached {
    tier: Tier,
    certainty: Certainty,
    access_ids: Vec<Id>,
}

/// Whether the record holds data about this person. Providers and staff who are merely named are left out; so is anybody else in
/// passing (a contact, a relative), unless something stands there that a thief can use.
fn is_concerned(record: &Record) -> bool {
    use ElementKind::{BankAccount, CardNumber, DriversLicense, InsuranceId, Mbi, MedicaidId, Passport, Ssn};
    const USABLE: &[ElementKind] = &[Ssn, DriversLicense, Passport, BankAccount, CardNumber, InsuranceId, Mbi, MedicaidId];
    match record.role {
        Role::Patient | Role::Subscriber | Role::Guardian | Role::Employee => true,
        Role::Provider | Role::Staff => false,
        Role::Other => record.elements.iter().any(|kind| USABLE.contains(kind)),
    }
}

/// One row per person, kind and document, for everyone whose own data the intruder's accesses touched.
pub fn exposures(findings: &Findings) -> Vec<Exposure> {
    let mut reached = reach(findings);
    unseen(findings, &mut reached);
    let copies = copies(findings.documents);
    let mention_kind: HashMap<Id, ElementKind> = findings.mentions.iter().map(|m| (m.mention_id, m.kind)).collect();
    let person_of: HashMap<Id, Id> = findings.person_records.iter().map(|pr| (pr.record_id, pr.person_id)).collect();
    let concerned: HashMap<Id, Role> = findings.people.iter().map(|p| (p.person_id, p.role)).collect();
    let mut rows: BTreeMap<(Id, ElementKind, Option<Id>), Exposure> = BTreeMap::new();
    for record in findings.records {
        if !is_concerned(record) {
            continue;
        }
        let Some(person_id) = person_of.get(&record.record_id) else { continue };
        if !concerned.contains_key(person_id) {
            continue;
        }
        // The document itself, and every copy that was reached: its text was read here.
        let copies = copies.get(&record.document_id).into_iter().flatten();
        for document_id in std::iter::once(&record.document_id).chain(copies) {
            let Some(how) = reached.get(document_id) else { continue };
            for kind in &record.elements {
                let mentions = record.mention_ids.iter().filter(|id| mention_kind.get(id) == Some(kind)).copied();
                let row = rows.entry((*person_id, *kind, Some(*document_id))).or_insert_with(|| Exposure {
                    person_id: *person_id,
                    kind: *kind,
                    document_id: Some(*document_id),
                    tier: how.tier,
                    certainty: how.certainty,
                    access_ids: how.access_ids.clone(),
                    mention_ids: vec![],
                });
                row.mention_ids.extend(mentions);
            }
        }
    }
    rows.into_values()
        .map(|mut row| {
            row.mention_ids.sort_unstable();
            row.mention_ids.dedup();
            row.mention_ids.truncate(MOST_IDS);
            row
        })
        .collect()
}

/// How each document was reached: through its own path, its study, its container, or a server-side record.
fn reach(findings: &Findings) -> HashMap<Id, Reached> {
    let mut by_path: HashMap<&str, Vec<&Access>> = HashMap::new();
    let mut by_study: HashMap<&str, Vec<&Access>> = HashMap::new();
    let mut reached: HashMap<Id, Reached> = HashMap::new();
    for access in findings.accesses.iter().filter(|a| a.verdict == Verdict::Intruder) {
        if !matches!(access.action, Action::Viewed | Action::Copied) {
            continue;
        }
        if let Some(path) = &access.path {
            by_path.entry(path).or_default().push(access);
        } else if let Some(study) = &access.study_uid {
            by_study.entry(study).or_default().push(access);
        }
        if access.object_kind == ObjectKind::Record {
            merge(reached.entry(log_document(access)).or_insert_with(nothing), std::slice::from_ref(&access));
        }
    }
    for document in findings.documents {
        let study = document.study_uid.as_deref();
        let accesses: Vec<&Access> = by_path.get(document.path.as_str()).into_iter().chain(study.and_then(|s| by_study.get(s))).flatten().copied().collect();
        if !accesses.is_empty() {
            merge(reached.entry(document.document_id).or_insert_with(nothing), &accesses);
        }
    }
    reached
}

/// Documents that nothing shows to have been opened, but that lay on a server while its logs do not say what was: within the account's reach
/// when it is seen to work in that folder, not known otherwise.
fn unseen(findings: &Findings, reached: &mut HashMap<Id, Reached>) {
    for document in findings.documents {
        let tier = findings.blind_spots.iter().filter_map(|spot| tier_unseen(spot, &document.path)).min();
        if let Some(tier) = tier {
            reached.entry(document.document_id).or_insert(Reached { tier, certainty: Certainty::Possible, access_ids: vec![] });
        }
    }
}

fn tier_unseen(spot: &BlindSpot, path: &str) -> Option<Tier> {
    let (root, folder) = place(path);
    if spot.root.as_deref() != Some(root) {
        return None;
    }
    let among = |folders: &[String]| folders.iter().any(|f| f == folder || f.strip_suffix("/*") == Some(root));
    match () {
        _ if among(&spot.reached) => Some(Tier::Reachable),
        _ if among(&spot.refused) => None,
        _ => Some(Tier::Unknown),
    }
}

/// By document: the copies whose text was read from it. A copy of a container stands for everything inside its original, copies
/// there included.
fn copies(documents: &[Document]) -> HashMap<Id, Vec<Id>> {
    let mut inside: HashMap<Id, Vec<&Document>> = HashMap::new();
    for document in documents {
        if let Some(parent) = document.parent_id {
            inside.entry(parent).or_default().push(document);
        }
    }
    let mut copies: HashMap<Id, Vec<Id>> = HashMap::new();
    for copy in documents {
        let Some(original) = copy.duplicate_of else { continue };
        let (mut open, mut seen) = (vec![original], BTreeSet::new());
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            copies.entry(id).or_default().push(copy.document_id);
            for document in inside.get(&id).into_iter().flatten() {
                open.push(document.document_id);
                open.extend(document.duplicate_of);
            }
        }
    }
    copies
}

fn nothing() -> Reached {
    Reached { tier: Tier::Unknown, certainty: Certainty::Possible, access_ids: vec![] }
}

fn merge(reached: &mut Reached, accesses: &[&Access]) {
    for access in accesses {
        let tier = if access.action == Action::Copied { Tier::Copied } else { Tier::Viewed };
        if tier < reached.tier || (tier == reached.tier && access.certainty < reached.certainty) {
            (reached.tier, reached.certainty) = (tier, access.certainty);
        }
        if reached.access_ids.len() < MOST_IDS {
            reached.access_ids.push(access.access_id);
        }
    }
}

/// The stand-in document of a patient's record that was seen on a server: all accesses to one record share it.
pub fn log_document(access: &Access) -> Id {
    Id::of("server record", &[&access.host, &access.object])
}

/// Persons that only the logs name: one record per patient record that was opened on a server, with the kinds of data
/// such a screen shows. The name comes from the logs where they give one.
pub fn log_records(accesses: &[Access], shows: &[ElementKind]) -> Vec<Record> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for access in accesses.iter().filter(|a| a.object_kind == ObjectKind::Record && a.verdict != Verdict::Legitimate) {
        let document_id = log_document(access);
        if !seen.insert(document_id) {
            continue;
        }
        let locator = format!("record {} on {}", access.object, access.host);
        let mrn = access.patient_id.clone().unwrap_or_else(|| access.object.clone());
        let blank = Record::blank(Id::of("record", &[&document_id]), document_id, document_id, &locator, Role::Patient);
        rows.push(Record { mrn: Some(mrn), elements: shows.to_vec(), ..blank });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents given as `id parent original` (0: none); copies of each as `id: copy…`.
    fn check(documents: &[(u64, u64, u64)], expect: &[(u64, &[u64])]) {
        let id = |n: u64| (n > 0).then_some(Id(n));
        let rows: Vec<Document> = documents
            .iter()
            .map(|&(document, parent, original)| Document { parent_id: id(parent), duplicate_of: id(original), ..Document::blank(Id(document), "x") })
            .collect();
        let mut found: Vec<(Id, Vec<Id>)> = copies(&rows).into_iter().collect();
        found.sort();
        let expect: Vec<(Id, Vec<Id>)> = expect.iter().map(|(of, copies)| (Id(*of), copies.iter().copied().map(Id).collect())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn what_lay_within_reach_while_nobody_looked() {
        let spot = |reached: &[&str], refused: &[&str]| BlindSpot {
            blind_spot_id: Id(1),
            actor: "anna".into(),
            host: "fs01".into(),
            app: "samba".into(),
            from: None,
            to: None,
            root: Some("Clinic".into()),
            reached: reached.iter().map(|f| f.to_string()).collect(),
            refused: refused.iter().map(|f| f.to_string()).collect(),
            why: String::new(),
        };
        let shared = spot(&["Clinic/Fax", "Clinic"], &["Clinic/HR"]);
        for (path, expect) in [
            ("Clinic/Fax/2023/a.pdf", Some(Tier::Reachable)),
            ("Clinic/readme.txt", Some(Tier::Reachable)),
            ("Clinic/HR/pay.xlsx", None),
            ("Clinic/Reports/a.pdf", Some(Tier::Unknown)),
            ("Portal/a.pdf", None),
        ] {
            assert_eq!(tier_unseen(&shared, path), expect, "{path}");
        }
        assert_eq!(tier_unseen(&spot(&["Clinic/*"], &[]), "Clinic/studies/1.dcm"), Some(Tier::Reachable));
    }

    #[test]
    fn copies_stand_for_what_their_original_contains() {
        // A letter twice.
        check(&[(1, 0, 0), (2, 0, 1)], &[(1, &[2])]);
        // An archive 1 with a letter 2 and an archive 3, in it a letter 4 and another copy of 2; a copy of 1, and one of 3 in an archive 7.
        check(
            &[(1, 0, 0), (2, 1, 0), (3, 1, 0), (4, 3, 0), (5, 3, 2), (6, 0, 1), (7, 0, 0), (8, 7, 3)],
            &[(1, &[6]), (2, &[5, 6, 8]), (3, &[6, 8]), (4, &[6, 8]), (5, &[6, 8])],
        );
        check(&[(1, 0, 0)], &[]);
    }
}
