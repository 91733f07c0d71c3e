//! ATNA audit messages (DICOM PS3.15 A.5, RFC 3881): XML in syslog lines or in files of one or many messages.
//!
//! This file cuts the stream into messages; `atna_message.rs` reads one.

use crate::Sample;
use crate::atna_message;
use crate::input::{Lines, MAX_LINE};
use crate::out::{Out, TOO_LONG};
use dosimeter_case::Result;

const START: &str = "<AuditMessage";
const END: &str = "</AuditMessage>";
const CUT_OFF: &str = "an audit message without its end";

pub(crate) fn sniff(sample: &Sample) -> u32 {
    // `<AuditMessages>` may wrap many: only the element itself counts.
    let messages = sample.text.matches(START).count() - sample.text.matches("<AuditMessages").count();
    match messages {
        0 => 0,
        _ if sample.text.trim_start_matches('\u{feff}').trim_start().starts_with('<') => 95,
        _ => 85,
    }
}

/// Where the next message starts.
fn find_start(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(i) = text.get(from..)?.find(START) {
        let at = from + i;
        if text.as_bytes().get(at + START.len()).is_some_and(|b| b.is_ascii_whitespace() || *b == b'>') || at + START.len() == text.len() {
            return Some(at);
        }
        from = at + START.len();
    }
    None
}

/// A line that is no record: the frame around messages.
fn frame(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("<?xml") || line.starts_with("<!") || line.starts_with("<AuditMessages") || line.starts_with("</") || line == "-->"
}
fn syslog(line: &str) -> bool {
    line.strip_prefix('<')
        .and_then(|l| l.split_once('>'))
        .is_some_and(|(priority, _)| !priority.is_empty() && priority.len() <= 3 && priority.bytes().all(|b| b.is_ascii_digit()))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    // The message that began on an earlier line.
    let mut open = String::new();
    while let Some(line) = lines.next()? {
        if line.too_long {
            open.clear();
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        let mut text: &str = &line.text;
        let mut offset = line.offset;
        if !open.is_empty() && syslog(text) {
            out.reject(CUT_OFF)?;
            open.clear();
        }
        if open.is_empty() && find_start(text).is_none() {
            if !frame(text) {
                out.record(offset);
                out.reject("not an audit message")?;
            }
            continue;
        }
        while !text.trim().is_empty() {
            if open.is_empty() {
                // Between messages there is only the header of the next one, or the frame's end.
                let Some(start) = find_start(text) else { break };
                out.record(offset);
                let rest = text.get(start..).unwrap_or("");
                offset += start as i64;
                text = rest;
            }
            let Some(end) = text.find(END).map(|i| i + END.len()) else {
                if open.len() + text.len() > MAX_LINE {
                    out.reject(TOO_LONG)?;
                    open.clear();
                } else {
                    open.push_str(text);
                    open.push('\n');
                }
                break;
            };
            let (message, rest) = text.split_at(end);
            if open.is_empty() {
                atna_message::read(out, message)?;
            } else {
                open.push_str(message);
                atna_message::read(out, &open)?;
                open.clear();
            }
            offset += end as i64;
            text = rest;
        }
    }
    if !open.is_empty() {
        out.reject(CUT_OFF)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    const MESSAGE: &str = r#"<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2023-08-14T08:07:21.366-04:00" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="DICOM Instances Accessed"/></EventIdentification><ActiveParticipant UserID="GAndrews" UserIsRequestor="true" NetworkAccessPointID="10.20.4.28"/><ParticipantObjectIdentification ParticipantObjectID="1.2.3.4.5" ParticipantObjectTypeCode="2"><ParticipantObjectIDTypeCode csd-code="110180"/></ParticipantObjectIdentification></AuditMessage>"#;
    const EVENT: &str = "atna 110103/R 6005/1 success gandrews 10.20.4.28 - study 1.2.3.4.5 study=1.2.3.4.5\n";

    fn check(input: &str, events_expected: usize, rejects: &str) {
        let got = events(&source(), input.as_bytes());
        assert_eq!(got.matches(EVENT).count(), events_expected, "{input}: {got}");
        assert_eq!(got.lines().filter(|l| l.starts_with("reject")).collect::<Vec<_>>().join(","), rejects);
    }

    #[test]
    fn messages_are_cut_out() {
        let syslog = format!("<110>1 2023-08-14T08:07:21.366-04:00 pacs01 PACS01 2000 IHE+RFC-3881 - \u{feff}<?xml version=\"1.0\"?>{MESSAGE}\n");
        check(&syslog.repeat(3), 3, "");
        check(&format!("\u{feff}<?xml version=\"1.0\"?>\n{}", MESSAGE.replace('>', ">\n")), 1, "");
        check(&format!("<AuditMessages>\n{MESSAGE}{MESSAGE}\n{MESSAGE}</AuditMessages>\n"), 3, "");
        check(&format!("{}\n{syslog}", &syslog[..200]), 1, "reject 1@0: an audit message without its end");
        check(&format!("{syslog}gibberish\n"), 1, "reject 2@621: not an audit message");
        check(&MESSAGE.replace("</EventIdentification>", ""), 0, "reject 1@0: not well-formed XML");
    }
}
