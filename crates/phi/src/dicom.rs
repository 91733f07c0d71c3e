//! DICOM attributes: one patient per file, with the image when there are pixels.

use crate::finder::Context;
use crate::name::Name;
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{address, clinical, name};
use dosimeter_case::tables::{ElementKind as K, Role};

fn person_name(cx: &Context, value: &str) -> Option<Name> {
    // Alphabetic, ideographic and phonetic groups are separated by "=".
    let group = value.split('=').next().unwrap_or_default();
    let mut c = group.split('^').map(str::trim);
    let (last, first, middle, _prefix, suffix) =
        (c.next()?, c.next().unwrap_or_default(), c.next().unwrap_or_default(), c.next(), c.next().unwrap_or_default());
    if first.is_empty() && last.contains([' ', ',']) { name::parse(last, &cx.names) } else { Name::of(last, first, middle, suffix) }
}

/// Finds the patient and the physicians of one file's attributes; returns the patient.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) -> Option<usize> {
    let mut patient = None;
    let mut pixels = false;
    // (0012,0062) says that the identity was removed.
    if text.lines().any(|l| l.starts_with("(0012,0062)") && l.trim_end().to_uppercase().ends_with("YES")) {
        return None;
    }
    for line in text.lines() {
        let Some((tag, rest)) = line.trim_start().strip_prefix('(').and_then(|l| l.split_once(')')) else { continue };
        let tag = tag.replace(',', "").to_ascii_uppercase();
        let (keyword, value) = rest.split_once(':').unwrap_or((rest, ""));
        let (keyword, value) = (keyword.trim(), value.trim());
        if tag.starts_with("7FE00") || tag == "00280010" {
            pixels = true;
        }
        if value.is_empty() || crate::values::is_filler(value) {
            continue;
        }
        let at = format!("{locator} ({},{})", tag.get(..4).unwrap_or_default(), tag.get(4..).unwrap_or_default());
        let kind = match tag.as_str() {
            "00100010" | "00101001" | "00101005" => K::Name,
            "00100020" | "00101000" => K::Mrn,
            "00100030" => K::Dob,
            "00101040" => K::Address,
            "00102154" => K::Phone,
            "00102155" => K::Email,
            "00100050" | "00101090" => K::InsuranceId,
            "00080050" => K::CaseNumber,
            "00380010" => K::CaseNumber,
            "0040A160" | "00380500" | "00102180" | "001021B0" | "00104000" => K::Other,
            "00080020" | "00080022" | "00400244" | "00400002" => K::ServiceDate,
            "00081030" | "00321060" | "00400254" | "00400007" => K::Procedure,
            "00081080" | "00102110" | "00401002" | "00321030" | "00102000" => K::Diagnosis,
            "00100040" => {
                let who = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
                sink.drafts[who].record.sex = Some(value.to_string());
                continue;
            }
            "00080080" => {
                let who = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
                sink.drafts[who].record.facility = Some(value.to_string());
                continue;
            }
            _ if keyword.contains("Physician")
                || matches!(keyword, "OperatorsName" | "RequestingService" | "PersonName" | "VerifyingObserverName" | "ContentCreatorName") =>
            {
                K::Provider
            }
            _ => continue,
        };
        let who = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
        let range = range_of(value, text);
        match kind {
            K::Name => {
                if let Some(name) = person_name(cx, value) {
                    let m = sink.mention(range, K::Name, name.normal(), "dicom", 0.99, &at);
                    sink.give_name(who, m, &name);
                }
            }
            K::Provider => {
                for part in value.split('\\') {
                    if let Some(name) =
                        person_name(cx, part).filter(|_| keyword.ends_with("Name") || keyword.contains("Physician")).filter(|n| !n.last.is_empty())
                    {
                        let range = range_of(part, text);
                        let role = if keyword == "OperatorsName" { Role::Staff } else { Role::Provider };
                        let other = sink.person(role, &at);
                        let m = sink.mention(range.clone(), K::Name, name.normal(), "dicom", 0.99, &at);
                        sink.give_name(other, m, &name);
                        if role == Role::Provider {
                            let m = sink.mention(range, K::Provider, name.normal(), "dicom", 0.99, &at);
                            sink.give(who, m);
                        }
                    }
                }
            }
            K::Address => {
                let a = address::parse(value);
                let m = sink.mention(range, K::Address, a.normal(), "dicom", 0.97, &at);
                sink.give_address(who, m, &a);
            }
            K::Other => clinical::scan(cx, sink, text, range, &at, who),
            kind => {
                for part in value.split('\\') {
                    if let Some(normalised) = normalise(kind, part) {
                        let m = sink.mention(range_of(part, text), kind, normalised, "dicom", 0.99, &at);
                        sink.give(who, m);
                    }
                }
            }
        }
    }
    if let Some(who) = patient {
        let draft = &mut sink.drafts[who];
        // A file without name and number (de-identified) is nobody's.
        if draft.name.is_none() && draft.record.mrn.is_none() {
            draft.elements.clear();
            draft.mentions.clear();
        } else if pixels {
            draft.elements.insert(K::Image);
        }
    }
    patient.filter(|who| sink.drafts[*who].name.is_some())
}
