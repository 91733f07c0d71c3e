//! When a duty is due: the period, the event it is counted from, and a request of law enforcement to wait.

use crate::days::{self, Calendar};
use crate::duty::{After, Deadline, Measure, Rule, Unit};
use crate::facts::{Facts, Moment};
use crate::view::View;
use jiff::ToSpan;
use jiff::civil::Date;

/// What the federal rows settled, for the State rows.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// HIPAA asks for letters.
    pub hipaa: bool,
    /// Last day for the letters under HIPAA.
    pub letters: Option<Date>,
    /// Last day for the report to HHS.
    pub hhs: Option<Date>,
    /// The rules under which HHS is told, as far as they are live.
    pub hhs_rules: Vec<String>,
    /// The letters went out after their last day.
    pub late: bool,
}

/// When a duty is due.
#[derive(Default)]
pub(crate) struct Due {
    /// The day the clock began, ISO; empty if that has not happened yet.
    pub trigger: String,
    /// Last moment: the day, with the time where hours count.
    pub due: Option<Moment>,
    /// The period in words.
    pub words: String,
    /// What is open about the date.
    pub open: Vec<String>,
}

impl Due {
    /// As the table holds it.
    pub fn text(&self) -> Option<String> {
        self.due.map(|due| due.at.map_or_else(|| due.date.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M").to_string()))
    }
}

/// When `rule` is due. `letters`: last day for the letters under the law of the place and HIPAA, whichever is earlier.
pub(crate) fn due(facts: &Facts, view: &View, rule: &Rule, plan: &Plan, letters: Option<Date>) -> Due {
    let Some(deadline) = &rule.deadline else {
        let outer = plan.letters.map(|date| format!(" (HIPAA's outer limit for the letters is {date})")).unwrap_or_default();
        return Due { trigger: view.discovered.to_string(), words: format!("without unreasonable delay; this law names no day{outer}"), ..Due::default() };
    };
    let mut due = Due::default();
    let (anchor, event) = anchor(facts, view, deadline, letters, &mut due.open);
    let period = period(deadline);
    let Some(anchor) = anchor else {
        let latest = match deadline.after {
            After::HhsNotice => plan.hhs,
            After::IndividualNotice => letters,
            _ => None,
        };
        let latest = latest
            .and_then(|day| end(facts, deadline, day.into(), &mut Vec::new()))
            .map(|m| format!("; if that is left to its last day, by {}", m.date))
            .unwrap_or_default();
        due.words = format!("{period} {event}, which has not happened yet{latest}");
        return due;
    };
    due.trigger = anchor.date.to_string();
    due.words = match deadline.after {
        After::WithIndividuals | After::BeforeIndividuals => event.to_string(),
        _ => format!("{period} {event} on {}", anchor.date),
    };
    due.due = end(facts, deadline, anchor, &mut due.open);
    if due.due.is_none() {
        due.open.push("The date lies outside the calendar.".to_string());
    }
    if deadline.or_with_individuals
        && let (Some(limit), Some(letters)) = (due.due, facts.notices.individuals.or(letters))
        && letters < limit.date
    {
        due.words.push_str(&format!(", or at the time of the letters, {letters}, which is earlier"));
        due.due = Some(letters.into());
    }
    if rule.tolled {
        delay(facts, &mut due);
    }
    if let (Some(Moment { date, at: None }), Unit::CalendarDays | Unit::Months) = (due.due, deadline.unit) {
        let federal = calendar(facts);
        if !federal.is_business_day(date) {
            let kind = if days::is_weekend(date) { date.strftime("%A").to_string() } else { "federal holiday".to_string() };
            due.open.push(format!("{date} is a {kind} and the time is not extended: act by {}.", days::business_day_before(date, &federal)));
        }
    }
    due
}

/// The event a period is counted from: when it was, if it was, and in words.
fn anchor(facts: &Facts, view: &View, deadline: &Deadline, letters: Option<Date>, open: &mut Vec<String>) -> (Option<Moment>, &'static str) {
    match deadline.after {
        After::Discovery => (Some(view.discovered.into()), "after discovery"),
        After::YearOfDiscovery => (Some(view.discovered.into()), "after the end of the year of discovery"),
        After::Determination => {
            if view.determined.is_none() {
                open.push(
                    "The day on which the breach was determined is not given (incident.determined): counted from discovery, the earlier day.".to_string(),
                );
            }
            (Some(view.determined.unwrap_or(view.discovered.into())), "after the breach was determined")
        }
        After::MaterialDetermination => (facts.incident.material.map(Moment::from), "after the incident was found material"),
        After::HarmDecision => (facts.assessment.decided_on.map(Moment::from), "after the written finding that harm is unlikely"),
        After::HhsNotice => (facts.notices.hhs.map(Moment::from), "after the report to HHS"),
        After::IndividualNotice => (facts.notices.individuals.map(Moment::from), "after the letters to the people"),
        After::WithIndividuals => (facts.notices.individuals.or(letters).map(Moment::from), "no later than the letters to the people"),
        After::BeforeIndividuals => (facts.notices.individuals.or(letters).map(Moment::from), "before the letters to the people"),
    }
}

fn period(deadline: &Deadline) -> String {
    let n = deadline.n;
    let unit = match deadline.unit {
        Unit::Hours => "hours",
        Unit::CalendarDays => "calendar days",
        Unit::BusinessDays => "business days",
        Unit::Months => "months",
    };
    format!("{n} {unit}")
}

/// The federal holidays, and what the facts say of single days.
fn calendar(facts: &Facts) -> Calendar {
    Calendar::federal().and(&facts.calendar.holidays, &facts.calendar.business_days)
}

fn end(facts: &Facts, deadline: &Deadline, from: Moment, open: &mut Vec<String>) -> Option<Moment> {
    match (deadline.after, deadline.unit) {
        (After::YearOfDiscovery, _) => days::after_year_end(from.date, deadline.n).map(Moment::from),
        (_, Unit::CalendarDays) => days::add_days(from.date, deadline.n).map(Moment::from),
        (_, Unit::Months) => days::add_months(from.date, deadline.n).map(Moment::from),
        (_, Unit::Hours) => {
            if from.at.is_none() {
                open.push("The hour of the event is not given: counted from midnight, the earliest.".to_string());
            }
            let at = from.at.unwrap_or(from.date.at(0, 0, 0, 0)).checked_add(deadline.n.hours()).ok()?;
            Some(Moment { date: at.date(), at: Some(at) })
        }
        (_, Unit::BusinessDays) => {
            let all = days::add_business_days(from.date, deadline.n, &calendar(facts))?;
            let sure = days::add_business_days(from.date, deadline.n, &calendar(facts).without(&deadline.holidays_in_doubt))?;
            if sure != all {
                open.push(format!("{sure} if every doubtful holiday is a business day there, {all} if none is: the earlier is used."));
            }
            Some(sure.into())
        }
    }
}

/// 45 CFR 164.412: a written statement for the time it names, an oral one for at most 30 days. The rule does not say that the time stands still: the
/// later of the usual limit and the end of the delay is the usual reading.
fn delay(facts: &Facts, due: &mut Due) {
    let request = &facts.law_enforcement;
    let Some(limit) = due.due else { return };
    let oral_end = request.oral.and_then(|day| days::add_days(day, 30));
    let written = request.written.zip(request.until);
    let Some(asked) = request.oral.into_iter().chain(request.written).min() else { return };
    if asked > limit.date {
        due.open.push(format!("Law enforcement asked to wait on {asked}, after the limit of {} had passed: it changes nothing.", limit.date));
        return;
    }
    // A written statement counts only if it came before the limit, or while an oral one still held.
    let written_end = written.filter(|(day, _)| *day <= limit.date || oral_end.is_some_and(|end| *day <= end)).map(|(_, until)| until);
    if let Some((day, _)) = written
        && written_end.is_none()
    {
        due.open.push(format!("The written request of {day} came after the oral one had lapsed: it changes nothing."));
    }
    let Some(end) = written_end.max(oral_end) else { return };
    if end > limit.date {
        due.due = Some(end.into());
        due.words.push_str(&format!(", put off by law enforcement from {} to {end}", limit.date));
        due.open.push("The rule does not say that time stands still: send at once when the delay ends.".to_string());
    }
    if request.oral.is_some() && written.is_none() && !request.official_recorded {
        due.open.push("Document the oral statement and the official's identity, or the delay does not hold.".to_string());
    }
}

/// The day on which a duty was done, if the facts tell.
pub(crate) fn sent(facts: &Facts, rule: &Rule) -> Option<Date> {
    let notices = &facts.notices;
    notices.other.get(&rule.id).copied().or(match (rule.recipient.as_str(), rule.count) {
        ("individuals", _) => notices.individuals,
        ("hhs", Measure::PhiTotal) => notices.hhs,
        ("media", Measure::PhiResidents) => notices.media,
        ("covered_entity", _) => facts.business_associate.as_ref().and_then(|ba| ba.told),
        _ => None,
    })
}

/// Whether a duty was done in time, or how long is left, in words; empty if neither is known.
pub(crate) fn progress(facts: &Facts, rule: &Rule, due: &Due) -> String {
    let days = |n: i64| if n == 1 { "1 day".to_string() } else { format!("{n} days") };
    let limit = due.due.map(|m| m.date);
    match (sent(facts, rule), limit, facts.as_of) {
        (Some(sent), Some(limit), _) => {
            let day = due.trigger.parse::<Date>().map(|trigger| format!(" (day {})", days::between(trigger, sent))).unwrap_or_default();
            let late = days::between(limit, sent);
            let verdict = if late > 0 { format!("{} after the last day", days(late)) } else { "in time".to_string() };
            format!("; done on {sent}{day}, {verdict}")
        }
        (Some(sent), None, _) => format!("; done on {sent}"),
        (None, Some(limit), Some(today)) => match days::between(today, limit) {
            left if left < 0 => format!("; the last day passed {} before {today}", days(-left)),
            left => format!("; {} left on {today}", days(left)),
        },
        _ => String::new(),
    }
}
