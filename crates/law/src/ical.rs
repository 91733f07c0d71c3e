//! [`calendar`]: the last days as an iCalendar file (RFC 5545), for anybody's calendar program.

use crate::DISCLAIMER;
use dosimeter_case::tables::{Obligation, ObligationStatus};

/// One event for each duty that is due or for review and has a last day, with reminders 7 days and 1 day before. `name` is the calendar's.
/// Dates are whole days; where hours count the time is local ("floating"). The same rows give the same bytes: the stamp is the day the clock began.
pub fn calendar(name: &str, rows: &[Obligation]) -> String {
    let mut out = String::new();
    let mut line = |text: String| fold(&text, &mut out);
    for head in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Dosimeter//law//EN", "CALSCALE:GREGORIAN"] {
        line(head.to_string());
    }
    line(format!("X-WR-CALNAME:{}", escape(name)));
    for row in rows.iter().filter(|r| matches!(r.status, ObligationStatus::Due | ObligationStatus::Review)) {
        let Some(due) = &row.due else { continue };
        let digits: String = due.chars().filter(char::is_ascii_digit).collect();
        let day = digits.get(..8).unwrap_or_default();
        let stamp: String = row.trigger_date.chars().filter(char::is_ascii_digit).collect();
        line("BEGIN:VEVENT".to_string());
        line(format!("UID:{}@dosimeter", row.obligation_id));
        line(format!("DTSTAMP:{}T000000Z", if stamp.len() == 8 { stamp.as_str() } else { day }));
        match digits.get(8..12) {
            Some(time) => line(format!("DTSTART:{day}T{time}00")),
            None => line(format!("DTSTART;VALUE=DATE:{day}")),
        }
        let mark = if row.status == ObligationStatus::Review { " (to be decided)" } else { "" };
        line(format!("SUMMARY:{}", escape(&format!("Last day{mark}: {}, {} ({})", row.jurisdiction, row.recipient.replace('_', " "), row.rule_id))));
        let text = format!("{}\n{}\nConfidence of the rule: {}. {DISCLAIMER}", row.reason, row.citation, row.confidence);
        line(format!("DESCRIPTION:{}", escape(&text)));
        line(format!("CATEGORIES:{}", escape(&row.jurisdiction)));
        line("TRANSP:TRANSPARENT".to_string());
        for before in ["-P7D", "-P1D"] {
            for part in ["BEGIN:VALARM", "ACTION:DISPLAY"] {
                line(part.to_string());
            }
            line(format!("DESCRIPTION:{}", escape(&row.rule_id)));
            line(format!("TRIGGER:{before}"));
            line("END:VALARM".to_string());
        }
        line("END:VEVENT".to_string());
    }
    line("END:VCALENDAR".to_string());
    out
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// One content line: at most 75 octets, continued after a line end and a space.
fn fold(text: &str, out: &mut String) {
    let mut width = 0;
    for c in text.chars() {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Affected, EntityKind, Facts, Rules, Standing, assess};
    use dosimeter_case::tables::ElementKind::{Diagnosis, Name, Ssn};

    #[test]
    fn events() {
        let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 2, 2));
        facts.entity.standing = vec![Standing::NyGeneralHospital];
        facts.incident.determined = Some("2026-02-02T10:00".to_string().try_into().unwrap());
        facts.affected.insert("NY".to_string(), Affected::new(2_000, &[Name, Ssn, Diagnosis]));
        let rows = assess(&facts, &Rules::builtin().unwrap());
        let text = calendar("A; clinic", &rows);
        let dated = rows.iter().filter(|r| r.due.is_some() && matches!(r.status, ObligationStatus::Due | ObligationStatus::Review)).count();
        assert!(dated > 5);
        assert_eq!(text.matches("BEGIN:VEVENT").count(), dated);
        assert!(
            text.contains("DTSTART:20260205T100000\r\n") && text.contains("DTSTART;VALUE=DATE:20260403\r\n") && text.contains("X-WR-CALNAME:A\\; clinic\r\n")
        );
        assert!(text.lines().all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"));
        let unfolded = text.replace("\r\n ", "");
        assert_eq!(unfolded.matches("Not legal advice").count(), dated);
        assert_eq!(unfolded.matches("Confidence of the rule: ").count(), dated);
        assert_eq!(text, calendar("A; clinic", &rows));
    }
}
