//! `questions.csv`: what a person should decide about people, those first that move a legal duty.

use crate::stages::affected::{Affected, affected};
use dosimeter_case::tables::{Obligation, Question, Record};
use dosimeter_case::{Case, Id, Result};
use std::collections::{BTreeSet, HashMap};

/// Header of `questions.csv`.
pub const HEADER: &[&str] =
    &["question", "probability", "left", "right", "records", "states", "duties", "reason", "left_record", "right_record", "left_person", "right_person"];

/// One row per question about people whose data was exposed. Those come first on which a duty hangs whose count lies on both sides of its threshold; within
/// each part the order of the table `questions` holds: uncertain ones before sure ones.
pub fn rows(case: &Case) -> Result<Vec<Vec<String>>> {
    let exposed: BTreeSet<Id> = affected(case)?.iter().filter(|a| Affected::is_proved(a)).map(|a| a.person.person_id).collect();
    let open: Vec<Obligation> = case.read::<Obligation>()?.into_iter().filter(dosimeter_law::rests_on_count).collect();
    let mut questions: Vec<Question> =
        case.read::<Question>()?.into_iter().filter(|q| exposed.contains(&q.left_person) && exposed.contains(&q.right_person)).collect();
    let duties = |q: &Question| -> Vec<&str> {
        let hangs = |o: &&Obligation| o.jurisdiction == "US" || q.states.contains(&o.jurisdiction);
        open.iter().filter(hangs).map(|o| o.rule_id.as_str()).collect()
    };
    questions.sort_by_key(|q| (duties(q).is_empty(), q.rank));
    let wanted: BTreeSet<Id> = questions.iter().flat_map(|q| [q.left, q.right]).collect();
    let mut records: HashMap<Id, String> = HashMap::new();
    for rows in case.scan::<Record>()? {
        records.extend(rows?.iter().filter(|r| wanted.contains(&r.record_id)).map(|r| (r.record_id, summary(r))));
    }
    let record = |id: Id| records.get(&id).cloned().unwrap_or_default();
    let row = |q: &Question| {
        vec![
            if q.left_person == q.right_person { "one or two people?" } else { "two or one?" }.to_string(),
            format!("{:.2}", q.probability),
            record(q.left),
            record(q.right),
            q.records.to_string(),
            q.states.join(";"),
            duties(q).join(";"),
            q.reason.clone(),
            q.left.to_string(),
            q.right.to_string(),
            q.left_person.to_string(),
            q.right_person.to_string(),
        ]
    };
    Ok(questions.iter().map(row).collect())
}

/// What a record says of the person, in one line.
fn summary(record: &Record) -> String {
    let name =
        record.name.clone().unwrap_or_else(|| [&record.first, &record.middle, &record.last].into_iter().flatten().cloned().collect::<Vec<_>>().join(" "));
    let rest = [&record.dob, &record.ssn, &record.mrn, &record.street, &record.city, &record.state, &record.phone, &record.email];
    std::iter::once(name).chain(rest.into_iter().flatten().cloned()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
