//! `out/report.html`: the face of a case. One static, self-contained page of aggregates; no patient is named in it.

use crate::stages::affected::{Affected, affected};
use dosimeter_case::tables::{
    Access, BlindSpot, ClockSkew, Comparison, Coverage, Document, DocumentStatus, HeadCount, Obligation, ObligationStatus, Question, Session, Tier,
    Unexplained, Verdict,
};
use dosimeter_case::{Case, Result, write_atomic};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const PAGE: &str = include_str!("report.html");

/// Writes the report and returns its path.
pub fn write(case: &Case) -> Result<PathBuf> {
    let path = case.out().join("report.html");
    write_atomic(&path, html(case)?.as_bytes())?;
    Ok(path)
}

fn html(case: &Case) -> Result<String> {
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let (sessions, accesses, blind) = (case.read::<Session>()?, case.read::<Access>()?, case.read::<BlindSpot>()?);
    let (people, unseen): (Vec<_>, Vec<_>) = affected(case)?.into_iter().partition(Affected::is_proved);
    let (obligations, documents) = (case.read::<Obligation>()?, case.read::<Document>()?);
    let ledger: Vec<&Access> = accesses.iter().filter(|a| a.verdict == Verdict::Intruder && crate::export::is_document(a)).collect();
    let coverage = case.read::<Coverage>()?;
    let entity = &case.config.entity;
    let parts = [
        ("TITLE", escape(&entity.name)),
        ("SUBTITLE", format!("{} · discovered {} · dosimeter {}", escape(&entity.state), case.config.incident.discovered, env!("CARGO_PKG_VERSION"))),
        ("CARDS", cards(&sessions, &ledger, &people, unseen.len(), &obligations, &blind, &zone)),
        ("TIMELINE", timeline(&ledger, &zone)),
        ("SESSIONS", session_table(&sessions, &zone)),
        ("LEDGER", ledger_table(&ledger)),
        ("STATES", states_table(&people) + &doubts(&case.read()?, &case.read()?)),
        ("ELEMENTS", elements_table(&people)),
        ("DUTIES", duties_table(&obligations)),
        ("UNREAD", unread_table(&documents, &ledger)),
        ("COVERAGE", coverage_table(&coverage, &zone) + &blind_table(&blind, &zone) + &wire_and_clocks(&case.read()?, &case.read()?)),
        ("COMPARISON", comparison_table(&case.read::<Comparison>()?)),
    ];
    Ok(parts.iter().fold(PAGE.to_string(), |page, (name, text)| page.replace(&format!("{{{{{name}}}}}"), text)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace("{{", "{ {")
}

fn thousands(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && c != '-' {
            text.push(',');
        }
        text.push(c);
    }
    text
}

fn minute(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%-d %b %Y %H:%M").to_string()
}

/// Rows as a table; `numbers` are the columns set to the right. Cells are HTML already.
fn table(header: &[&str], numbers: &[usize], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return "<p class=none>Nothing.</p>".into();
    }
    let class = |column: usize| if numbers.contains(&column) { " class=n" } else { "" };
    let mut text = String::from("<table><thead><tr>");
    for (column, name) in header.iter().enumerate() {
        text += &format!("<th{}>{name}</th>", class(column));
    }
    text += "</tr></thead><tbody>";
    for row in rows {
        text += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            text += &format!("<td{}>{cell}</td>", class(column));
        }
        text += "</tr>";
    }
    text + "</tbody></table>"
}

fn cards(
    sessions: &[Session],
    ledger: &[&Access],
    people: &[Affected],
    unseen: usize,
    obligations: &[Obligation],
    blind: &[BlindSpot],
    zone: &TimeZone,
) -> String {
    let card = |big: String, small: String| format!("<div class=card><b>{big}</b><span>{small}</span></div>");
    let window = dosimeter_trace::window(sessions);
    let days = |(a, b): (Timestamp, Timestamp)| b.duration_since(a).as_hours() as f64 / 24.0;
    let copied = people.iter().filter(|a| a.tier == Tier::Copied).count() as i64;
    let copies = ledger.iter().filter(|a| a.action == dosimeter_case::tables::Action::Copied).count() as i64;
    let next = obligations.iter().filter(|o| o.status == ObligationStatus::Due).filter_map(|o| o.due.as_deref()).min();
    [
        match window {
            Some(w) => {
                // Logs that begin when the intruder is already seen do not show the beginning.
                let open = blind.iter().any(|spot| spot.from.is_none());
                let earlier = if open { "; the logs do not reach far enough back: it may have begun earlier" } else { "" };
                card(format!("{:.1} days", days(w)), format!("intruder inside, {} – {}{earlier}", minute(w.0, zone), minute(w.1, zone)))
            }
            None => card("none".into(), "no session was found to be an intruder's".into()),
        },
        card(thousands(ledger.len() as i64), format!("accesses in the ledger, {} of them copies", thousands(copies))),
        card(thousands(people.len() as i64), {
            let more = if unseen > 0 { format!("; {} more within reach while no log covers the time", thousands(unseen as i64)) } else { String::new() };
            format!("people exposed: {} copied, {} viewed only{more}", thousands(copied), thousands(people.len() as i64 - copied))
        }),
        match next {
            Some(day) => card(escape(day), format!("first date due, of {} duties", obligations.iter().filter(|o| o.status == ObligationStatus::Due).count())),
            None => card("–".into(), "no duty with a date".into()),
        },
    ]
    .concat()
}

/// Accesses per day and server, as a bar chart.
fn timeline(ledger: &[&Access], zone: &TimeZone) -> String {
    let mut per_day: BTreeMap<Date, BTreeMap<&str, i64>> = BTreeMap::new();
    for access in ledger {
        *per_day.entry(access.time.to_zoned(zone.clone()).date()).or_default().entry(&access.host).or_default() += 1;
    }
    let (Some(first), Some(last)) = (per_day.keys().next().copied(), per_day.keys().last().copied()) else {
        return "<p class=none>Nothing.</p>".into();
    };
    let hosts: Vec<&str> = ledger.iter().map(|a| a.host.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let days: Vec<Date> = first.series(jiff::ToSpan::days(1)).take_while(|d| *d <= last).take(366).collect();
    let most = per_day.values().map(|h| h.values().sum::<i64>()).max().unwrap_or(1).max(1);
    let (width, height) = (880.0, 180.0);
    let step = width / days.len() as f64;
    let mut svg =
        format!("<svg viewBox='0 0 900 235' role=img aria-label='Accesses per day and server'><line x1=10 y1={0} x2=890 y2={0} class=axis />", height + 10.0);
    for (n, day) in days.iter().enumerate() {
        let x = 10.0 + n as f64 * step;
        let mut y = height + 10.0;
        for (h, host) in hosts.iter().enumerate() {
            let count = per_day.get(day).and_then(|d| d.get(host)).copied().unwrap_or(0);
            if count > 0 {
                let bar = count as f64 / most as f64 * height;
                y -= bar;
                svg += &format!(
                    "<rect x={:.1} y={y:.1} width={:.1} height={bar:.1} class=h{}><title>{day} {}: {count}</title></rect>",
                    x + 1.0,
                    (step - 2.0).max(0.5),
                    h % 6,
                    escape(host)
                );
            }
        }
        if n % days.len().div_ceil(10).max(1) == 0 {
            svg += &format!("<text x={:.1} y={:.1}>{}</text>", x, height + 27.0, day.strftime("%-d %b"));
        }
    }
    for (h, host) in hosts.iter().enumerate() {
        svg += &format!(
            "<rect x={} y={:.0} width=10 height=10 class=h{} /><text x={} y={:.0}>{}</text>",
            10 + h * 110,
            height + 38.0,
            h % 6,
            25 + h * 110,
            height + 47.0,
            escape(host)
        );
    }
    svg + "</svg>"
}

fn session_table(sessions: &[Session], zone: &TimeZone) -> String {
    let rows: Vec<Vec<String>> = sessions
        .iter()
        .filter(|s| s.verdict != Verdict::Legitimate)
        .map(|s| {
            let outer = s.outer_addr.as_ref().map_or(String::new(), |a| format!(" ({})", escape(a)));
            vec![
                minute(s.first, zone),
                minute(s.last, zone),
                escape(&s.actor),
                format!("{}{outer}", escape(&s.src_addr)),
                escape(&s.hosts.join(", ")),
                thousands(s.objects),
                format!("<span class=\"v {0}\">{0}</span>", s.verdict),
                escape(&s.why),
            ]
        })
        .collect();
    table(&["from", "to", "account", "address", "servers", "objects", "verdict", "because"], &[5], &rows)
}

fn ledger_table(ledger: &[&Access]) -> String {
    #[derive(Default)]
    struct Sum<'a> {
        accesses: i64,
        objects: BTreeSet<&'a str>,
        bytes: i64,
    }
    let mut groups: BTreeMap<[&str; 4], Sum> = BTreeMap::new();
    for access in ledger {
        let sum = groups.entry([&access.host, &access.actor, &access.src_addr, access.action.as_str()]).or_default();
        sum.accesses += 1;
        sum.objects.insert(&access.object);
        sum.bytes += access.bytes.unwrap_or(0);
    }
    let rows: Vec<Vec<String>> = groups
        .into_iter()
        .map(|(names, sum)| {
            let bytes = if sum.bytes > 0 { thousands(sum.bytes) } else { "not logged".into() };
            let numbers = [thousands(sum.accesses), thousands(sum.objects.len() as i64), bytes];
            names.map(escape).into_iter().chain(numbers).collect()
        })
        .collect();
    table(&["server", "account", "address", "action", "accesses", "objects", "bytes"], &[4, 5, 6], &rows)
}

fn states_table(people: &[Affected]) -> String {
    let mut places: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    for a in people {
        let person = &a.person;
        let place = match (&person.country, &person.state) {
            (Some(country), state) if country != "US" => format!("{} {}", state.clone().unwrap_or_default(), country),
            (_, Some(state)) => state.clone(),
            _ => "not known".into(),
        };
        let counts = places.entry(place).or_default();
        counts[0] += 1;
        counts[1] += i64::from(a.tier == Tier::Copied);
        counts[2] += i64::from(a.elements.contains_key(&dosimeter_case::tables::ElementKind::Ssn));
        counts[3] += i64::from(person.is_minor);
        counts[4] += i64::from(person.deceased_on.is_some());
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by(|a, b| b.1[0].cmp(&a.1[0]).then_with(|| a.0.cmp(&b.0)));
    let rows: Vec<Vec<String>> = places.into_iter().map(|(place, counts)| std::iter::once(escape(&place)).chain(counts.map(thousands)).collect()).collect();
    table(&["residence", "people", "copied", "with SSN", "minors", "deceased"], &[1, 2, 3, 4, 5], &rows)
}

/// How sure the number of people is, and what a person should decide. The counts are of all people in the files, exposed or not.
fn doubts(counts: &[HeadCount], questions: &[Question]) -> String {
    let Some(all) = counts.iter().find(|count| count.state.is_none()) else { return String::new() };
    format!(
        "<p>All files together name {} people; there may be {} to {}. Whether two are one, or one is two, is open in {} cases: <code>questions.csv</code> has \
         those that concern exposed people, first what moves a duty; answer with <code>dosimeter decide</code>.</p>",
        thousands(all.people),
        thousands(all.low),
        thousands(all.high),
        thousands(questions.len() as i64)
    )
}

fn elements_table(people: &[Affected]) -> String {
    let mut kinds: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for (kind, tier) in people.iter().flat_map(|a| &a.elements) {
        let counts = kinds.entry(kind.as_str()).or_default();
        counts[usize::from(*tier != Tier::Copied)] += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| (b.1[0] + b.1[1]).cmp(&(a.1[0] + a.1[1])).then_with(|| a.0.cmp(b.0)));
    let rows: Vec<Vec<String>> = kinds.into_iter().map(|(kind, [copied, viewed])| vec![kind.replace('_', " "), thousands(copied), thousands(viewed)]).collect();
    table(&["kind of data", "people: copied", "viewed only"], &[1, 2], &rows)
}

fn duties_table(obligations: &[Obligation]) -> String {
    let mut open: Vec<&Obligation> = obligations.iter().filter(|o| o.status != ObligationStatus::NotTriggered).collect();
    open.sort_by_key(|o| (o.due.is_none(), o.due.clone(), o.jurisdiction.clone(), o.rule_id.clone()));
    let rows: Vec<Vec<String>> = open
        .into_iter()
        .map(|o| {
            let open = if o.conflicts.is_empty() {
                String::new()
            } else {
                format!(
                    "<details><summary>{} open point(s)</summary>{}</details>",
                    o.conflicts.len(),
                    o.conflicts.iter().map(|c| escape(c)).collect::<Vec<_>>().join("<br>")
                )
            };
            vec![
                o.due.clone().unwrap_or_else(|| "without unreasonable delay".into()),
                escape(&o.jurisdiction),
                escape(&o.recipient.replace('_', " ")),
                thousands(o.count),
                format!("<span class=\"v {0}\">{0}</span>", o.status),
                format!("{}{open}", escape(&o.reason)),
                escape(&format!("{} ({})", o.citation, o.confidence.replace('_', " "))),
            ]
        })
        .collect();
    let not = obligations.iter().filter(|o| o.status == ObligationStatus::NotTriggered).count();
    table(&["due", "law of", "to", "people", "status", "because", "source"], &[3], &rows)
        + &format!("<p class=none>{not} further duties were looked at and are not triggered (table <code>obligations</code>).</p>")
}

/// What could not be read, by status and reason, with how much of it the intruder reached.
fn unread_table(documents: &[Document], ledger: &[&Access]) -> String {
    let reached: BTreeSet<&str> = ledger.iter().filter_map(|a| a.path.as_deref()).collect();
    let mut groups: BTreeMap<(String, String), [i64; 2]> = BTreeMap::new();
    for d in documents.iter().filter(|d| d.status != DocumentStatus::Read) {
        let counts = groups.entry((d.status.to_string(), d.reason.clone().unwrap_or_default())).or_default();
        counts[0] += 1;
        counts[1] += i64::from(reached.contains(d.path.as_str()));
    }
    let rows: Vec<Vec<String>> =
        groups.into_iter().map(|((status, reason), [all, hit])| vec![status, escape(&reason), thousands(all), thousands(hit)]).collect();
    let read = documents.iter().filter(|d| d.status == DocumentStatus::Read).count() as i64;
    format!("<p>{} of {} documents were read in full.</p>", thousands(read), thousands(documents.len() as i64))
        + &table(&["status", "reason", "documents", "reached by the intruder"], &[2, 3], &rows)
}

/// Where the intruder may have acted unseen.
fn blind_table(blind: &[BlindSpot], zone: &TimeZone) -> String {
    if blind.is_empty() {
        return "<p class=none>The logs cover the whole time in which the intruder is seen.</p>".into();
    }
    let end = |time: Option<Timestamp>, open: &str| time.map_or(open.to_string(), |t| minute(t, zone));
    let rows: Vec<Vec<String>> = blind
        .iter()
        .map(|spot| {
            let folders = |list: &[String]| if list.is_empty() { "–".into() } else { escape(&list.join(", ")) };
            vec![escape(&spot.actor), escape(&spot.host), end(spot.from, "not known"), end(spot.to, "open"), folders(&spot.reached), escape(&spot.why)]
        })
        .collect();
    table(&["account", "server", "unseen from", "to", "folders within its reach", "because"], &[], &rows)
}

/// Bytes beyond the ledger, and clocks that do not agree.
fn wire_and_clocks(unexplained: &[Unexplained], clocks: &[ClockSkew]) -> String {
    // Two seconds are what the estimate can tell.
    let wrong = clocks.iter().filter(|c| c.seconds.abs() > 2).map(|c| &c.why);
    let lines: Vec<String> = unexplained.iter().map(|u| &u.why).chain(wrong).map(|why| format!("<li>{}</li>", escape(why))).collect();
    if lines.is_empty() { String::new() } else { format!("<ul>{}</ul>", lines.concat()) }
}

fn coverage_table(coverage: &[Coverage], zone: &TimeZone) -> String {
    #[derive(Default)]
    struct Log {
        records: i64,
        rejected: i64,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    }
    let time = |time: Option<Timestamp>| time.map_or(String::new(), |t| minute(t, zone));
    let mut logs: BTreeMap<(&str, &str), Log> = BTreeMap::new();
    let mut gaps = Vec::new();
    for c in coverage {
        match &c.gap_reason {
            Some(reason) => gaps.push(vec![escape(&c.host), escape(&c.app), time(c.from), time(c.to), escape(reason)]),
            None => {
                let log = logs.entry((&c.host, &c.app)).or_default();
                log.records += c.records;
                log.rejected += c.rejected;
                log.from = [log.from, c.from].into_iter().flatten().min();
                log.to = [log.to, c.to].into_iter().flatten().max();
            }
        }
    }
    let row = |((host, app), log): ((&str, &str), Log)| {
        vec![escape(host), escape(app), time(log.from), time(log.to), thousands(log.records), thousands(log.rejected)]
    };
    let rows: Vec<Vec<String>> = logs.into_iter().map(row).collect();
    let gap_table = if gaps.is_empty() { "<p class=none>No gap was found.</p>".into() } else { table(&["server", "log", "from", "to", "gap"], &[], &gaps) };
    table(&["server", "log", "from", "to", "records", "refused"], &[4, 5], &rows) + &gap_table
}

fn comparison_table(comparisons: &[Comparison]) -> String {
    let number = |x: f64| if x.is_nan() { "–".to_string() } else { thousands(x.round() as i64) };
    let rows: Vec<Vec<String>> = comparisons
        .iter()
        .map(|c| {
            vec![
                escape(&c.measure),
                escape(&c.cohort),
                thousands(c.n),
                number(c.value),
                number(c.median),
                if c.percentile.is_nan() { "–".into() } else { format!("{:.0}", c.percentile) },
                escape(&c.as_of),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "<p class=none>No export of the portal was registered (<code>dosimeter add CASE portal FILE</code>).</p>".into();
    }
    table(&["measure", "among", "incidents", "this case", "median", "percentile", "as of"], &[2, 3, 4, 5], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_text() {
        assert_eq!(thousands(605_809), "605,809");
        assert_eq!(thousands(12), "12");
        assert_eq!(escape("<b>{{TITLE}}"), "&lt;b&gt;{ {TITLE}}");
        assert_eq!(table(&["a"], &[], &[]), "<p class=none>Nothing.</p>");
    }
}
