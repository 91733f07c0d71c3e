//! `explain`: walks the evidence chain, from a person, a count or a letter down to the log line and the span in the document.

use crate::export::{access_name, local};
use crate::stages::affected::affected;
use dosimeter_case::tables::{Access, Document, Event, Evidence, Exposure, Link, Mention, Notice, Obligation, Passage, Person, PersonRecord, Record, Session};
use dosimeter_case::{Case, Error, Id, Result, Row};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::io::{BufRead, Read};

/// Most accesses and mentions shown at each step; how many there are is always said.
const MOST: usize = 5;

macro_rules! say {
    ($text:expr, $($arg:tt)*) => { _ = writeln!($text, $($arg)*) };
}

/// The chain of whatever the id names.
pub fn explain(case: &Case, id: &str) -> Result<String> {
    let id: Id = id.parse().map_err(|e| Error::usage(format!("{e}; ids stand in out/people.csv, out/accesses.csv and in every table")))?;
    let mut text = String::new();
    if let Some(notice) = find::<Notice>(case, |n| n.notice_id == id)? {
        explain_notice(case, &mut text, &notice)?;
    } else if let Some(person) = find::<Person>(case, |p| p.person_id == id)? {
        explain_person(case, &mut text, &person)?;
    } else if let Some(obligation) = find::<Obligation>(case, |o| o.obligation_id == id)? {
        explain_obligation(case, &mut text, &obligation)?;
    } else if let Some(access) = find::<Access>(case, |a| a.access_id == id)? {
        explain_accesses(case, &mut text, &[access.access_id].into(), usize::MAX)?;
    } else if let Some(session) = find::<Session>(case, |s| s.session_id == id)? {
        explain_session(case, &mut text, &session)?;
    } else if let successors @ [_, ..] = crate::changes::successors(case, id)?.as_slice() {
        say!(text, "PERSON {id} of an earlier run is now {}", successors.iter().map(Id::to_string).collect::<Vec<_>>().join(" and "));
        for person in keep::<Person>(case, |p| successors.contains(&p.person_id))? {
            explain_person(case, &mut text, &person)?;
        }
    } else {
        return Err(Error::usage("nothing in this case has that id (people, notices, obligations, accesses and sessions can be explained)"));
    }
    case.ledger.append("audit", &serde_json::json!({ "what": "explain", "id": id }))?;
    Ok(text)
}

fn find<T: Row>(case: &Case, test: impl Fn(&T) -> bool) -> Result<Option<T>> {
    for rows in case.scan::<T>()? {
        if let Some(row) = rows?.into_iter().find(&test) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Rows that a test keeps, without holding the rest.
fn keep<T: Row>(case: &Case, test: impl Fn(&T) -> bool) -> Result<Vec<T>> {
    let mut kept = Vec::new();
    for rows in case.scan::<T>()? {
        kept.extend(rows?.into_iter().filter(&test));
    }
    Ok(kept)
}

fn explain_notice(case: &Case, text: &mut String, notice: &Notice) -> Result<()> {
    say!(text, "NOTICE {}", notice.notice_id);
    say!(text, "  file       {} page {} (sha256 {})", notice.file, notice.page, notice.sha256);
    say!(text, "  template   {} (hash {}), language {}, by {}", notice.template, notice.template_hash, notice.language, notice.channel);
    if let Some(obligation) = find::<Obligation>(case, |o| o.obligation_id == notice.obligation_id)? {
        say_obligation(text, &obligation);
    }
    match notice.person_id {
        Some(person_id) => match find::<Person>(case, |p| p.person_id == person_id)? {
            Some(person) => explain_person(case, text, &person),
            None => Err(Error::case("the notice's person is missing: run the stages again")),
        },
        None => Ok(()),
    }
}

fn say_obligation(text: &mut String, o: &Obligation) {
    let due = o.due.as_deref().unwrap_or("without unreasonable delay");
    say!(text, "DUTY {} — notify {} ({}): {}", o.obligation_id, o.recipient, o.jurisdiction, o.status);
    say!(text, "  law        {} (rule {}, in force from {}; {})", o.citation, o.rule_id, o.rule_version, o.confidence);
    say!(text, "  due        {due}, counted from {}", o.trigger_date);
    say!(text, "  people     {} (at least {}, at most {})", o.count, o.count_low, o.count_high);
    say!(text, "  because    {}", o.reason);
    for conflict in &o.conflicts {
        say!(text, "  open       {conflict}");
    }
    say!(text, "  note       {}", dosimeter_law::DISCLAIMER);
}

fn explain_obligation(case: &Case, text: &mut String, obligation: &Obligation) -> Result<()> {
    say_obligation(text, obligation);
    let mut tiers: BTreeMap<(String, String), i64> = BTreeMap::new();
    let people = affected(case)?;
    for a in people.iter().filter(|a| obligation.jurisdiction == "US" || a.person.state.as_deref() == Some(&obligation.jurisdiction)) {
        *tiers.entry((a.tier.to_string(), a.person.role.to_string())).or_default() += 1;
    }
    say!(text, "COUNT in {}", obligation.jurisdiction);
    for ((tier, role), n) in tiers {
        say!(text, "  {n:>7} {role}, {tier}");
    }
    let state = if obligation.jurisdiction == "US" { String::new() } else { format!(" WHERE state = '{}'", obligation.jurisdiction) };
    say!(text, "  list them: dosimeter query DIR \"SELECT DISTINCT person_id, name, state FROM people JOIN exposures USING (person_id){state} ORDER BY name\"");
    Ok(())
}

fn explain_person(case: &Case, text: &mut String, person: &Person) -> Result<()> {
    say!(
        text,
        "PERSON {} — {} ({}), born {}, {}",
        person.person_id,
        person.name,
        person.role,
        person.dob.as_deref().unwrap_or("unknown"),
        person.state.as_deref().unwrap_or("State unknown")
    );
    let record_ids: BTreeSet<Id> = keep::<PersonRecord>(case, |pr| pr.person_id == person.person_id)?.into_iter().map(|pr| pr.record_id).collect();
    let records = keep::<Record>(case, |r| record_ids.contains(&r.record_id))?;
    let exposures = keep::<Exposure>(case, |e| e.person_id == person.person_id)?;
    // A copy that was reached has no records of its own: they stand with the document that was read.
    let document_ids: BTreeSet<Id> = records.iter().map(|r| r.document_id).chain(exposures.iter().filter_map(|e| e.document_id)).collect();
    let documents: HashMap<Id, Document> = keep::<Document>(case, |d| document_ids.contains(&d.document_id))?.into_iter().map(|d| (d.document_id, d)).collect();
    let place = |r: &Record| {
        documents
            .get(&r.document_id)
            .map_or_else(|| r.locator.clone(), |d| format!("{}{}, {}", d.path, d.member.as_ref().map_or(String::new(), |m| format!("!/{m}")), r.locator))
    };
    say!(text, "  made of {} record(s):", records.len());
    for record in records.iter().take(MOST) {
        say!(text, "    record {} as {}: {} in {}", record.record_id, record.role, record.name.as_deref().unwrap_or("(no name)"), place(record));
    }
    say_more(text, records.len());
    let links = keep::<Link>(case, |l| record_ids.contains(&l.left) && record_ids.contains(&l.right) && l.joined)?;
    for link in links.iter().take(MOST) {
        say!(text, "    joined {} + {}: {:.1} bits by {} ({})", link.left, link.right, link.weight, link.decided_by, link.comparison);
    }
    let mention_ids: BTreeSet<Id> = exposures.iter().flat_map(|e| e.mention_ids.iter().copied()).collect();
    let mentions: HashMap<Id, Mention> = keep::<Mention>(case, |m| mention_ids.contains(&m.mention_id))?.into_iter().map(|m| (m.mention_id, m)).collect();
    let accesses: BTreeSet<Id> = exposures.iter().flat_map(|e| e.access_ids.iter().copied()).collect();
    if exposures.is_empty() {
        say!(text, "EXPOSURE none: no document that holds this person was reached");
    }
    for exposure in &exposures {
        let document = exposure.document_id.and_then(|id| documents.get(&id));
        let path = document.map_or_else(|| "a record on a server".to_string(), |d| d.path.clone());
        let path = document.and_then(|d| d.duplicate_of).map_or(path.clone(), |of| format!("{path}, a copy of document {of}"));
        say!(text, "EXPOSED {} — {} ({}) in {path}", exposure.kind, exposure.tier, exposure.certainty);
        for mention in exposure.mention_ids.iter().filter_map(|id| mentions.get(id)).take(MOST) {
            say!(
                text,
                "    \"{}\" at {}, characters {}–{} of passage {} (found by {}, confidence {:.2})",
                mention.text,
                mention.locator,
                mention.start,
                mention.end,
                mention.passage_id,
                mention.finder,
                mention.confidence
            );
        }
    }
    say_passages(case, text, &mentions)?;
    explain_accesses(case, text, &accesses, MOST)?;
    let duties = keep::<Obligation>(case, |o| o.jurisdiction == "US" || Some(&o.jurisdiction) == person.state.as_ref())?;
    for duty in duties.iter().filter(|o| o.recipient == "individuals") {
        say_obligation(text, duty);
    }
    for notice in keep::<Notice>(case, |n| n.person_id == Some(person.person_id))? {
        say!(text, "LETTER {} — {} page {}", notice.notice_id, notice.file, notice.page);
    }
    Ok(())
}

/// Where the passages stand that the mentions point into.
fn say_passages(case: &Case, text: &mut String, mentions: &HashMap<Id, Mention>) -> Result<()> {
    let ids: BTreeSet<Id> = mentions.values().map(|m| m.passage_id).collect();
    let passages = keep::<Passage>(case, |p| ids.contains(&p.passage_id))?;
    for passage in passages.iter().take(MOST) {
        say!(text, "PASSAGE {} — {} ({}) of document {}", passage.passage_id, passage.locator, passage.layout, passage.document_id);
    }
    say_more(text, passages.len());
    Ok(())
}

fn say_more(text: &mut String, n: usize) {
    if n > MOST {
        say!(text, "    … and {} more", n - MOST);
    }
}

fn explain_session(case: &Case, text: &mut String, session: &Session) -> Result<()> {
    say_session(case, text, session);
    let accesses: BTreeSet<Id> = keep::<Access>(case, |a| a.session_id == session.session_id)?.into_iter().map(|a| a.access_id).collect();
    explain_accesses(case, text, &accesses, MOST)
}

fn say_session(case: &Case, text: &mut String, session: &Session) {
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let outer = session.outer_addr.as_ref().map_or(String::new(), |a| format!(" (VPN client {a})"));
    say!(
        text,
        "SESSION {} — {} from {}{outer}, {} to {}",
        session.session_id,
        session.actor,
        session.src_addr,
        local(session.first, &zone),
        local(session.last, &zone)
    );
    say!(text, "    {} ({}, {:.1} bits): {}", session.verdict, session.certainty, session.score, session.why);
}

/// The accesses with their sessions and log lines.
fn explain_accesses(case: &Case, text: &mut String, ids: &BTreeSet<Id>, most: usize) -> Result<()> {
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let accesses = keep::<Access>(case, |a| ids.contains(&a.access_id))?;
    let evidence: HashMap<Id, Evidence> = case.evidence()?.into_iter().map(|e| (e.source_id, e)).collect();
    let shown: Vec<&Access> = accesses.iter().take(most).collect();
    let event_ids: BTreeSet<Id> = shown.iter().flat_map(|a| a.event_ids.iter().take(MOST).copied()).collect();
    let events: HashMap<Id, Event> = keep::<Event>(case, |e| event_ids.contains(&e.event_id))?.into_iter().map(|e| (e.event_id, e)).collect();
    let session_ids: BTreeSet<Id> = shown.iter().map(|a| a.session_id).collect();
    for access in shown {
        say!(
            text,
            "ACCESS {} — {} {} on {} at {} ({}): {}",
            access.access_id,
            access.action,
            access_name(access),
            access.host,
            local(access.time, &zone),
            access.certainty,
            access.why
        );
        for event in access.event_ids.iter().filter_map(|id| events.get(id)).take(MOST) {
            let Some(source) = evidence.get(&event.source_id) else { continue };
            say!(text, "    log {} record {} at byte {} (sha256 {})", source.path, event.record_no, event.byte_offset, source.sha256);
            if let Some(line) = log_line(source, event.byte_offset as u64) {
                say!(text, "      {line}");
            }
        }
        say_more(text, access.event_ids.len());
    }
    if accesses.len() > most {
        say!(text, "    … and {} more accesses", accesses.len() - most);
    }
    for session in keep::<Session>(case, |s| session_ids.contains(&s.session_id))? {
        say_session(case, text, &session);
    }
    Ok(())
}

/// The log's own words at an offset of its decompressed content, up to 300 characters.
fn log_line(source: &Evidence, offset: u64) -> Option<String> {
    let mut file = std::io::BufReader::new(std::fs::File::open(&source.file).ok()?);
    let zipped = file.fill_buf().ok()?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn Read> = if zipped { Box::new(flate2::bufread::MultiGzDecoder::new(file)) } else { Box::new(file) };
    std::io::copy(&mut reader.by_ref().take(offset), &mut std::io::sink()).ok()?;
    let mut bytes = Vec::new();
    reader.take(1200).read_to_end(&mut bytes).ok()?;
    let line = String::from_utf8_lossy(&bytes);
    Some(line.lines().next()?.chars().take(300).collect())
}
