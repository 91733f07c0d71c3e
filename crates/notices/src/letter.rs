//! Letters to individuals: one per person, many per file.

use crate::incident::Incident;
use crate::typeset::{LETTER, pdf, printable, sha256};
use crate::words::{advice, clean, element_words};
use dosimeter_case::tables::{ContactQuality, ElementKind, Notice, Person, Tier};
use dosimeter_case::{Error, Id, Result, write_atomic};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Letters per file. Larger files share more of fonts and caches; smaller ones need less memory.
const PER_FILE: usize = 200;
/// Longest line of an address, in characters: what fits the window.
const LONGEST_LINE: usize = 80;

/// One letter, fit to be printed: made by [`Letter::new`] only.
pub struct Letter<'a> {
    /// To, or about, whom.
    pub(crate) person: &'a Person,
    /// The duty it answers.
    pub(crate) obligation_id: Id,
    /// The kinds of data by tier, strongest first.
    exposed: BTreeMap<Tier, Vec<ElementKind>>,
    /// The lines above the street.
    pub(crate) names: Vec<String>,
    /// Street, town line, country.
    pub(crate) place: Vec<String>,
}

/// A person to whom no letter can be sent, and why: they need substitute notice (45 CFR 164.404(d)(2)) or a hand.
pub struct Held<'a> {
    /// The person.
    pub person: &'a Person,
    /// The duty that stays open.
    pub obligation_id: Id,
    /// Why, without any of the person's data.
    pub reason: &'static str,
}

impl fmt::Debug for Letter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "letter to {}", self.person.person_id)
    }
}
impl fmt::Debug for Held<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no letter to {}: {}", self.person.person_id, self.reason)
    }
}

impl<'a> Letter<'a> {
    /// The letter that tells `person` which kinds of data were exposed and how strongly: `exposed` may repeat a kind, the strongest
    /// tier counts. A minor's letter goes to the parent or guardian, a deceased person's to the next of kin or personal representative.
    ///
    /// # Errors
    /// [`Held`] when the address is missing or incomplete, the name is missing or cannot be printed, or no kind of data is given.
    pub fn new(person: &'a Person, obligation_id: Id, exposed: &[(ElementKind, Tier)]) -> std::result::Result<Letter<'a>, Held<'a>> {
        let held = |reason| Err(Held { person, obligation_id, reason });
        if person.contact == ContactQuality::Missing {
            return held("no postal address");
        }
        let part = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
        let (name, street, city, state, zip, country) =
            (clean(&person.name), part(&person.street), part(&person.city), part(&person.state), part(&person.zip), part(&person.country));
        if name.is_empty() {
            return held("no name");
        }
        if street.is_empty() {
            return held("no street in the address");
        }
        if zip.is_empty() && (city.is_empty() || state.is_empty()) {
            return held("neither a postal code nor a town with its State");
        }
        let deceased = person.deceased_on.is_some();
        let guardian = person.guardian.as_deref().map(clean).filter(|g| !g.is_empty());
        let names = match guardian {
            _ if deceased => vec!["To the next of kin or representative of".to_string(), name],
            Some(guardian) if person.is_minor => vec![guardian, format!("Parent or guardian of {name}")],
            None if person.is_minor => vec!["To the parent or guardian of".to_string(), name],
            _ => vec![name],
        };
        let region = [state, zip].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
        let town = [city, region].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
        let abroad = Some(country.to_uppercase()).filter(|c| !matches!(c.as_str(), "" | "US" | "USA" | "UNITED STATES"));
        let place: Vec<String> = [street, town].into_iter().chain(abroad).collect();
        if names.iter().chain(&place).any(|line| line.chars().count() > LONGEST_LINE) {
            return held("a line of the address is longer than the window");
        }
        if !names.iter().chain(&place).all(|line| printable(line)) {
            return held("the name or the address has letters that the built-in fonts lack");
        }
        let mut strongest: BTreeMap<ElementKind, Tier> = BTreeMap::new();
        for (kind, tier) in exposed {
            strongest.entry(*kind).and_modify(|t| *t = (*t).min(*tier)).or_insert(*tier);
        }
        let mut by_tier: BTreeMap<Tier, Vec<ElementKind>> = BTreeMap::new();
        for (kind, tier) in strongest {
            by_tier.entry(tier).or_default().push(kind);
        }
        if by_tier.is_empty() {
            return held("no kind of data is recorded as exposed");
        }
        Ok(Letter { person, obligation_id, exposed: by_tier, names, place })
    }

    /// The values that `letter.typ` takes.
    fn data(&self, entity: &str) -> serde_json::Value {
        let name = clean(&self.person.name);
        let deceased = self.person.deceased_on.is_some();
        let (greeting, intro, whom) = if deceased {
            let intro = format!("We write about a data breach at {entity} that involved information about {name}. Please accept our condolences.");
            (format!("To the next of kin or personal representative of {name}:"), intro, name)
        } else if self.person.is_minor {
            let intro =
                format!("We write about a data breach at {entity} that involved information about {name}. You receive this letter as the parent or guardian.");
            (format!("To the parent or guardian of {name}:"), intro, name)
        } else {
            (format!("Dear {name}:"), format!("We write about a data breach at {entity} that involved information about you."), "you".to_string())
        };
        let kinds: Vec<ElementKind> = self.exposed.values().flatten().copied().collect();
        let mut flags = advice(&kinds);
        flags.extend((self.person.is_minor && !deceased).then_some("child"));
        flags.extend(deceased.then_some("deceased"));
        let group =
            |(tier, kinds): (&Tier, &Vec<ElementKind>)| json!({ "tier": tier.as_str(), "items": kinds.iter().map(|k| element_words(*k)).collect::<Vec<_>>() });
        json!({
            "reference": self.person.person_id.to_string(),
            "to": self.names.iter().chain(&self.place).collect::<Vec<_>>(),
            "greeting": greeting,
            "intro": intro,
            "whom": whom,
            "exposed": self.exposed.iter().map(group).collect::<Vec<_>>(),
            "flags": flags,
        })
    }
}

/// Sets all letters as PDF/UA in US Letter, 200 to a file: `letters/letters-0001.pdf` and so on below `out`, in the given order. Each
/// letter begins on an odd page, which [`Notice::page`] names; [`Notice::file`] is relative to `out`. Files of an earlier run that
/// has more of them are removed. Work is spread over the processor's cores; the result does not depend on how many there are.
///
/// # Errors
/// A text of the incident that cannot be printed, or a file that cannot be written.
pub fn letters(incident: &Incident, letters: &[Letter], out: &Path) -> Result<Vec<Notice>> {
    incident.check()?;
    let folder = out.join("letters");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    let shared = shared(incident);
    let batches: Vec<&[Letter]> = letters.chunks(PER_FILE).collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done: Mutex<BTreeMap<usize, Result<Vec<Notice>>>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = batches.get(number) else { break };
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let result = file(&shared, incident, batch, &folder, number + 1);
            stop.fetch_or(result.is_err(), Ordering::Relaxed);
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(number, result);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(batches.len());
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut notices = Vec::with_capacity(letters.len());
    for result in done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
        notices.extend(result?);
    }
    remove_later(&folder, batches.len())?;
    Ok(notices)
}

/// What all letters share, as values for the template.
fn shared(incident: &Incident) -> serde_json::Value {
    let contact = incident.contacts();
    let intro = if contact.is_empty() {
        "[To be completed: how to reach us]"
    } else {
        "If you have questions, please contact us, and have the reference at the top of this letter at hand:"
    };
    json!({
        "entity": clean(&incident.entity),
        "address": incident.head_lines(),
        "letter_date": incident.date_line(),
        "what_happened": incident.happened(),
        "dates": incident.dates(),
        "what_we_are_doing": incident.doing(),
        "monitoring": incident.monitoring(),
        "contact_intro": intro,
        "contact": contact,
        "signer": incident.signer_lines(),
    })
}

/// Writes one file of letters.
fn file(shared: &serde_json::Value, incident: &Incident, batch: &[Letter], folder: &Path, number: usize) -> Result<Vec<Notice>> {
    let entity = clean(&incident.entity);
    let data = json!({ "incident": shared, "letters": batch.iter().map(|letter| letter.data(&entity)).collect::<Vec<_>>() });
    let name = format!("letters-{number:04}.pdf");
    let path = folder.join(&name);
    let pdf = pdf(&LETTER, &data, &name).map_err(|e| e.at(&path))?;
    if pdf.firsts.len() != batch.len() {
        return Err(Error::case("the pages of the letters cannot be told apart").at(&path));
    }
    write_atomic(&path, &pdf.bytes)?;
    let (hash, template_hash) = (sha256(&pdf.bytes), LETTER.hash());
    let notice = |(letter, page): (&Letter, &i64)| Notice {
        notice_id: Id::of("notice", &[&letter.obligation_id, &Some(letter.person.person_id), &LETTER.name]),
        obligation_id: letter.obligation_id,
        person_id: Some(letter.person.person_id),
        template: LETTER.name.to_string(),
        template_hash: template_hash.clone(),
        language: "en".to_string(),
        channel: "mail".to_string(),
        file: format!("letters/{name}"),
        page: *page,
        sha256: hash.clone(),
    };
    Ok(batch.iter().zip(&pdf.firsts).map(notice).collect())
}

/// Removes the files of an earlier, larger run: nobody must mail them by mistake.
fn remove_later(folder: &Path, last: usize) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let number = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_prefix("letters-")?.strip_suffix(".pdf")?.parse::<usize>().ok());
        if number.is_some_and(|n| n > last) {
            std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    Ok(())
}
