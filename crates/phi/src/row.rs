//! One row of a table: from its cells to the persons it tells of.

use crate::address::{self, Address};
use crate::clinical;
use crate::columns::Plan;
use crate::finder::Context;
use crate::name::{self, Name};
use crate::records::Column;
use crate::rules::Holds;
use crate::sink::{Sink, range_of};
use crate::values::{day_first_into, is_filler, normalise_into, trim};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::ops::Range;

/// A cell with one datum, and where its normal form stands.
struct Value<'t> {
    kind: K,
    cell: &'t str,
    normal: Range<usize>,
}

/// The cells of a row that speak of one person.
#[derive(Default)]
struct Slot<'t> {
    whole: Option<&'t str>,
    first: Option<&'t str>,
    middle: Option<&'t str>,
    last: Option<&'t str>,
    suffix: Option<&'t str>,
    street: Vec<&'t str>,
    city: Option<&'t str>,
    state: Option<&'t str>,
    zip: Option<&'t str>,
    sex: Option<&'t str>,
    values: Vec<Value<'t>>,
    /// The normal forms of the values, one behind the other.
    normal: String,
    free: Vec<&'t str>,
}

fn is_total(cell: &str) -> bool {
    let cell = trim(cell);
    // Most cells begin otherwise.
    if !matches!(cell.bytes().next(), Some(b't' | b'T' | b's' | b'S' | b'c' | b'C' | b'g' | b'G')) {
        return false;
    }
    let word = cell.split([' ', ':']).next().unwrap_or_default();
    ["total", "totals", "subtotal", "sum", "count"].iter().any(|w| word.eq_ignore_ascii_case(w))
        || cell.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("grand total"))
}

/// From the first to the last of the cells; those that stand outside the text are left out.
fn span<'t>(cells: impl Iterator<Item = &'t str>, text: &str) -> Range<usize> {
    let ranges = cells.map(|cell| range_of(cell, text)).filter(|r| !r.is_empty());
    ranges.reduce(|all, r| all.start.min(r.start)..all.end.max(r.end)).unwrap_or(0..0)
}

/// The persons of a row; kept from row to row for its memory.
#[derive(Default)]
pub(crate) struct Row<'t> {
    slots: Vec<Slot<'t>>,
    /// The row's locator, once somebody needs it.
    place: String,
    /// A normal form being made.
    normal: String,
}

impl<'t> Row<'t> {
    /// Reads a row's cells; returns its first person. `at` writes the row's locator.
    pub fn read(&mut self, cx: &Context, sink: &mut Sink, text: &str, row: &[&'t str], plan: &Plan, at: impl Fn(&mut String)) -> Option<usize> {
        self.place.clear();
        for slot in &mut self.slots {
            slot.clear();
        }
        self.slots.resize_with(plan.slots.len().max(self.slots.len()), Slot::default);
        for ((cell, column), slot) in row.iter().zip(&plan.columns).zip(&plan.slot_of) {
            let (Some(column), cell) = (column, trim(cell)) else { continue };
            if cell.is_empty() || is_filler(cell) {
                continue;
            }
            if let Some(slot) = self.slots.get_mut(*slot) {
                slot.take(column.holds, cell, plan.day_first);
            }
        }
        // A line of totals.
        if row.iter().take(3).any(|c| is_total(c)) {
            return None;
        }
        let refers = plan.refers.iter().any(|(i, _)| row.get(*i).is_some_and(|c| !c.trim().is_empty() && c.len() <= 36));
        let mut patient: Option<(usize, usize)> = None;
        let mut first = None;
        for ((group, role), slot) in plan.slots.iter().zip(&mut self.slots) {
            let (group, mut role) = (*group, *role);
            let name: Option<Name> = match (slot.first, slot.last) {
                (None, None) => slot
                    .whole
                    .filter(|w| w.chars().any(char::is_alphabetic))
                    .and_then(|w| name::parse(w, &cx.names))
                    .filter(|n| !n.first.is_empty() || role == Role::Provider),
                (f, l) => Name::of(l.unwrap_or_default(), f.unwrap_or_default(), slot.middle.unwrap_or_default(), slot.suffix.unwrap_or_default()),
            };
            let strong = slot.values.iter().any(|v| matches!(v.kind, K::Ssn | K::Mrn | K::Mbi | K::InsuranceId | K::MedicaidId));
            // A row that only refers to a person ("patient_id") is kept for joining when it says something of them.
            let refers = refers && !slot.values.is_empty();
            if name.is_none() && !strong && !(refers && role == Role::Patient) {
                continue;
            }
            // A table of names has one number here, or a word that is no name.
            if name.is_none() && plan.named && !refers && slot.values.len() < 2 {
                continue;
            }
            let more = !slot.values.is_empty() || !slot.street.is_empty() || !slot.free.is_empty();
            if name.is_some() && !more && plan.slots.len() == 1 && !plan.said && role == Role::Patient {
                continue;
            }
            if role == Role::Patient && plan.staff {
                role = Role::Employee;
            }
            if role == Role::Employee && !slot.values.iter().any(|v| v.kind != K::Phone || plan.staff) && slot.street.is_empty() {
                role = Role::Staff;
            }
            if role == Role::Patient
                && !strong
                && name.as_ref().is_some_and(|n| cx.roster.is_staff(n) && !cx.roster.is_patient(n))
                && !slot.values.iter().any(|v| matches!(v.kind, K::Dob | K::Diagnosis | K::Procedure))
            {
                role = Role::Staff;
            }
            if self.place.is_empty() {
                at(&mut self.place);
            }
            let at = self.place.as_str();
            let who = sink.person(role, at);
            first = first.or(Some(who));
            slot.give(cx, sink, text, at, who, name.as_ref(), &mut self.normal);
            if let (Role::Provider, Some(name), Some((p, _))) = (role, &name, patient) {
                let m = sink.mention(slot.name_span(text), K::Provider, name.normal(), "table", 0.95, at);
                sink.give(p, m);
            }
            if role == Role::Employee {
                sink.records[who].elements.insert(K::Employer);
            }
            match role {
                Role::Patient => patient = Some((who, group)),
                Role::Guardian | Role::Subscriber => sink.drafts[who].related = patient.filter(|p| p.1 == group).map(|p| p.0),
                _ => {}
            }
        }
        first
    }
}

impl<'t> Slot<'t> {
    fn clear(&mut self) {
        (self.whole, self.first, self.middle, self.last, self.suffix) = Default::default();
        (self.city, self.state, self.zip, self.sex) = Default::default();
        self.street.clear();
        self.values.clear();
        self.normal.clear();
        self.free.clear();
    }

    fn take(&mut self, holds: Holds, cell: &'t str, day_first: bool) {
        match holds {
            Holds::Kind(K::Name) => {
                self.whole.get_or_insert(cell);
            }
            Holds::Kind(K::Address) => self.street.push(cell),
            Holds::Kind(kind) => {
                let start = self.normal.len();
                let date = day_first && matches!(kind, K::Dob | K::ServiceDate);
                if if date { day_first_into(cell, &mut self.normal) } else { normalise_into(kind, cell, &mut self.normal) } {
                    self.values.push(Value { kind, cell, normal: start..self.normal.len() });
                }
            }
            Holds::First => self.first = Some(cell),
            Holds::Middle => self.middle = Some(cell),
            Holds::Last => self.last = Some(cell),
            Holds::Suffix => self.suffix = Some(cell),
            Holds::City => self.city = Some(cell),
            Holds::State => self.state = Some(cell),
            Holds::Zip => self.zip = Some(cell),
            Holds::Sex => self.sex = Some(cell),
            Holds::Free => self.free.push(cell),
            Holds::Nothing => {}
        }
    }

    fn name_span(&self, text: &str) -> Range<usize> {
        let whole = self.whole.filter(|_| self.last.is_none() && self.first.is_none());
        span([whole, self.first, self.middle, self.last].into_iter().flatten(), text)
    }

    /// Gives a person all that stands in the row. `normal` is lent.
    #[allow(clippy::too_many_arguments)] // Whose, where, and what is lent.
    fn give(&self, cx: &Context, sink: &mut Sink, text: &str, at: &str, who: usize, name: Option<&Name>, normal: &mut String) {
        if let Some(name) = name {
            normal.clear();
            name.normal_into(normal);
            let m = sink.new_mention(self.name_span(text), K::Name, &normal, "table", 0.97, at);
            sink.give_name(who, m, name);
        }
        for value in &self.values {
            let normalised = &self.normal[value.normal.clone()];
            let (kind, confidence) = match value.kind {
                K::Ssn if !crate::ids::ssn_issuable(normalised) => (K::Ssn, 0.6),
                K::InsuranceId if crate::ids::is_mbi(value.cell) => (K::Mbi, 0.95),
                kind => (kind, 0.97),
            };
            let m = sink.new_mention(range_of(value.cell, text), kind, normalised, "table", confidence, at);
            sink.give(who, m);
        }
        let parts = [self.city, self.state, self.zip];
        if !self.street.is_empty() || name.is_some() && (self.city.is_some() || self.zip.is_some()) {
            // A street cell beside columns for the town is no more than a street.
            let (joined, parsed);
            let mut a = match (self.street.as_slice(), parts.iter().flatten().next()) {
                ([one], Some(_)) => Address { street: *one, ..Address::default() },
                (lines, Some(_)) => {
                    joined = lines.join(" ");
                    Address { street: joined.as_str(), ..Address::default() }
                }
                (lines, None) => {
                    parsed = address::parse(&lines.join(", "));
                    parsed.as_parts()
                }
            };
            for (part, value) in [&mut a.city, &mut a.state, &mut a.zip].into_iter().zip(parts) {
                *part = value.unwrap_or(part);
            }
            normal.clear();
            a.normal_into(normal);
            let cells = self.street.iter().copied().chain(parts.into_iter().flatten());
            let m = sink.new_mention(span(cells, text), K::Address, &normal, "table", 0.95, at);
            sink.give_address(who, m, &a);
        }
        if let Some(sex) = self.sex {
            let letter = sex.chars().next().map(|c| c.to_ascii_uppercase().to_string());
            sink.set(who, Column::Sex, letter.as_deref());
        }
        for cell in &self.free {
            clinical::scan(cx, sink, text, range_of(cell, text), at, who);
        }
    }
}
