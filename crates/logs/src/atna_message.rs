//! One ATNA audit message to events: one per study, else one per patient, else one.
//!
//! Codes stand in `csd-code`/`originalText` (DICOM) or `code`/`displayName` (RFC 3881). What an action means depends on the event:
//! 110104 with R is a retrieval, with C storing in. The requestor is the actor; an AE title or a node as requestor is a device.

use crate::out::Out;
use crate::text::{Detail, account, address, present};
use crate::web::is_uid;
use crate::xml::{self, Attributes, attributes};
use base64::Engine;
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};
use quick_xml::events::Event as Xml;

/// More parts than this in one message are not kept apart.
const MAX_PARTS: usize = 10_000;
/// What dcm4chee writes where a study is not known.
const PLACEHOLDER_STUDY: &str = "1.2.40.0.13.1.15.110.3.165.1";

#[derive(Default)]
struct Participant {
    attributes: Attributes,
    roles: Vec<String>,
    id_type: String,
}
#[derive(Default)]
struct Object {
    id: String,
    type_code: String,
    role: String,
    life_cycle: String,
    id_type: String,
    name: String,
    query: String,
    details: Vec<(String, String)>,
    accessions: Vec<String>,
    instances: i64,
    named_instances: i64,
    studies: Vec<String>,
}
#[derive(Default)]
struct Message {
    event: Attributes,
    id: String,
    id_text: String,
    types: Vec<(String, String)>,
    outcome_text: String,
    source: String,
    participants: Vec<Participant>,
    objects: Vec<Object>,
}

fn of<'a>(map: &'a Attributes, key: &str) -> &'a str {
    map.get(key).map_or("", String::as_str)
}
fn code(map: &Attributes) -> String {
    [of(map, "csd-code"), of(map, "code")].into_iter().find(|c| !c.is_empty()).unwrap_or("").trim().to_string()
}
fn code_text(map: &Attributes) -> String {
    [of(map, "originalText"), of(map, "displayName")].into_iter().find(|c| !c.is_empty()).unwrap_or("").trim().to_string()
}

/// Text content that is collected until its element ends.
fn collects(name: &str) -> bool {
    matches!(name, "ParticipantObjectName" | "ParticipantObjectQuery" | "EventOutcomeDescription")
}

fn take_apart(message: &str) -> Option<Message> {
    let mut reader = quick_xml::Reader::from_str(message);
    let mut message = Message::default();
    let (mut text, mut depth) = (String::new(), 0_i64);
    loop {
        match reader.read_event().ok()? {
            Xml::Start(element) => {
                depth += 1;
                let name = element.local_name().as_ref().to_string();
                if collects(&name) {
                    text.clear();
                }
                start(&mut message, &name, &attributes(&element)?);
            }
            Xml::Empty(element) => start(&mut message, element.local_name().as_ref(), &attributes(&element)?),
            Xml::Text(piece) => text.push_str(&piece.xml10_content()),
            Xml::GeneralRef(reference) => xml::reference(&mut text, &reference),
            Xml::CData(piece) => text.push_str(&piece.xml10_content()),
            Xml::End(element) => {
                depth -= 1;
                match element.local_name().as_ref() {
                    "EventOutcomeDescription" => message.outcome_text = text.trim().to_string(),
                    "ParticipantObjectName" => message.objects.last_mut()?.name = text.trim().to_string(),
                    "ParticipantObjectQuery" => message.objects.last_mut()?.query = text.trim().to_string(),
                    _ => {}
                }
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    (depth == 0).then_some(message)
}

fn start(message: &mut Message, name: &str, map: &Attributes) {
    if name == "ParticipantObjectIdentification" && message.objects.len() < MAX_PARTS {
        let object = |key| of(map, key).to_string();
        message.objects.push(Object {
            id: object("ParticipantObjectID"),
            type_code: object("ParticipantObjectTypeCode"),
            role: object("ParticipantObjectTypeCodeRole"),
            life_cycle: object("ParticipantObjectDataLifeCycle"),
            ..Object::default()
        });
        return;
    }
    let object = message.objects.last_mut();
    match name {
        "EventIdentification" => message.event = map.clone(),
        "EventID" => (message.id, message.id_text) = (code(map), code_text(map)),
        "EventTypeCode" if message.types.len() < MAX_PARTS => message.types.push((code(map), code_text(map))),
        "AuditSourceIdentification" => message.source = of(map, "AuditSourceID").to_string(),
        "ActiveParticipant" if message.participants.len() < MAX_PARTS => {
            message.participants.push(Participant { attributes: map.clone(), ..Participant::default() })
        }
        "RoleIDCode" => {
            if let Some(participant) = message.participants.last_mut().filter(|p| p.roles.len() < MAX_PARTS) {
                participant.roles.push(code(map));
            }
        }
        "UserIDTypeCode" => {
            if let Some(participant) = message.participants.last_mut() {
                participant.id_type = code(map);
            }
        }
        "ParticipantObjectIDTypeCode" => {
            if let Some(object) = object {
                object.id_type = code(map);
            }
        }
        "ParticipantObjectDetail" => {
            if let Some(object) = object.filter(|o| o.details.len() < 100) {
                object.details.push((of(map, "type").to_string(), of(map, "value").to_string()));
            }
        }
        "Accession" => {
            if let Some(object) = object.filter(|o| o.accessions.len() < MAX_PARTS) {
                object.accessions.extend(present(of(map, "Number")).map(str::to_string));
            }
        }
        "SOPClass" => {
            if let Some(object) = object {
                object.instances = object.instances.saturating_add(of(map, "NumberOfInstances").trim().parse().unwrap_or(0).max(0));
            }
        }
        "Instance" => {
            if let Some(object) = object {
                object.named_instances += 1;
            }
        }
        "StudyIDs" => {
            if let Some(object) = object.filter(|o| o.studies.len() < MAX_PARTS) {
                object.studies.push(of(map, "UID").to_string());
            }
        }
        _ => {}
    }
}

/// OCSF class and activity of an event and its action.
pub(crate) fn class(id: &str, types: &[(String, String)], action: &str) -> (i64, i64) {
    let type_is = |code: &str| id == code || types.iter().any(|(t, _)| t == code);
    match id {
        _ if type_is("110122") => (3002, 1),
        _ if type_is("110123") => (3002, 2),
        "110114" => (3002, 99),
        "110112" => (6005, 4),
        "110106" => (6006, 2),
        "110107" => (6005, 5),
        "110105" => (6005, 7),
        "110102" | "110103" | "110104" => {
            let storing = if id == "110103" { 6 } else { 5 };
            (6005, action_number(action, storing, 1, 2, 7, 1))
        }
        _ => (6003, action_number(action, 1, 2, 3, 4, 99)),
    }
}
fn action_number(action: &str, c: i64, r: i64, u: i64, d: i64, e: i64) -> i64 {
    match action {
        "C" => c,
        "R" => r,
        "U" => u,
        "D" => d,
        "E" => e,
        _ => 0,
    }
}

/// Base64 content, if it is readable text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).then_some(text)
}

/// Reads one message.
pub(crate) fn read(out: &mut Out, xml: &str) -> Result<()> {
    let Some(message) = take_apart(xml) else { return out.reject("not well-formed XML") };
    if message.id.is_empty() {
        return out.reject("an audit message without event id");
    }
    let time_raw = of(&message.event, "EventDateTime").trim();
    if time_raw.is_empty() {
        return out.reject("an audit message without a time");
    }
    let Some(time) = out.clock.any(time_raw, false) else { return out.reject("an audit message without a readable time") };
    let action = of(&message.event, "EventActionCode").trim();

    let requestor = requestor(&message.participants);
    let named = |p: &Participant| {
        let id = of(&p.attributes, "UserID");
        match of(&p.attributes, "NetworkAccessPointID") {
            "" => id.to_string(),
            point if id.is_empty() || id == point => point.to_string(),
            point => format!("{id}@{point}"),
        }
    };
    let with_role = |role: &str| message.participants.iter().filter(|p| p.roles.iter().any(|r| r == role)).map(named).collect::<Vec<_>>();
    let others: Vec<String> = message.participants.iter().filter(|p| requestor.is_none_or(|r| !std::ptr::eq(*p, r))).map(named).collect();

    let mut common = Detail::default()
        .text("event", &message.id_text)
        .list("types", message.types.iter().map(|(code, text)| if code.is_empty() { text.as_str() } else { code.as_str() }))
        .text("audit_source", &message.source)
        .list("source", with_role("110153").iter().map(String::as_str))
        .list("destination", with_role("110152").iter().map(String::as_str))
        .list("participants", others.iter().map(String::as_str))
        .text("failure", if of(&message.event, "EventOutcomeIndicator") == "0" { "" } else { &message.outcome_text });
    let mut event = out.event(time, time_raw, "atna");
    (event.class_uid, event.activity_id) = class(&message.id, &message.types, action);
    event.operation = if action.is_empty() { message.id.clone() } else { format!("{}/{action}", message.id) };
    event.outcome = match of(&message.event, "EventOutcomeIndicator").trim() {
        "0" => Outcome::Success,
        "4" | "8" | "12" => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    if let Some(p) = requestor {
        let id = of(&p.attributes, "UserID");
        let ae = of(&p.attributes, "AlternativeUserID").strip_prefix("AETITLE=").filter(|ae| !ae.is_empty());
        // 110119 an AE title, 113877 a device, HL7APP application and facility, 110182 a node, 12 a URI: no accounts.
        match p.id_type.as_str() {
            "110119" | "113877" | "HL7APP" => event.device = present(id).map(str::to_string),
            "110182" | "12" => {}
            _ if address(id).is_some() || matches!(id, "unknown" | "anonymous") => {}
            _ => event.actor = account(id, true),
        }
        event.device = event.device.or_else(|| ae.map(str::to_string));
        let point = of(&p.attributes, "NetworkAccessPointID");
        event.src_addr = address(point).or_else(|| address(id));
        if event.src_addr.is_none() && event.device.is_none() {
            event.device = present(point).map(str::to_string);
        }
        common = common.maybe("user_name", present(of(&p.attributes, "UserName")).filter(|name| Some(*name) != event.actor.as_deref()));
    }

    // Data life cycle 4, verification: a storage commitment or a check of the storage; nothing is transferred whatever the event is called.
    if message.objects.iter().any(|o| o.id_type == "110180" && o.life_cycle == "4") {
        event.activity_id = 99;
        common = common.text("life_cycle", "verification");
    }
    let is_patient = |o: &&Object| o.id_type == "2" || (o.type_code == "1" && o.role == "1");
    let patients: Vec<&Object> = message.objects.iter().filter(is_patient).collect();
    let studies: Vec<&Object> = message.objects.iter().filter(|o| o.id_type == "110180" && !is_patient(o)).collect();
    for object in message.objects.iter().filter(|o| !is_patient(o) && o.id_type != "110180") {
        // A query: its address or name, and what was asked.
        event.object_kind = if object.query.is_empty() && object.role != "24" { ObjectKind::Other } else { ObjectKind::Query };
        event.object = event.object.or_else(|| present(&object.id).map(str::to_string));
        if !object.query.is_empty() {
            common = match decoded(&object.query) {
                Some(query) => common.text("query", &query),
                None => common.number("query_bytes", object.query.len() as i64 * 3 / 4),
            };
        }
    }
    let events = studies.len().max(if studies.is_empty() { patients.len() } else { 0 }).max(1);
    let common = common.finish();
    for i in 0..events {
        let mut event = event.clone();
        if i > 0 {
            event.event_id = out.another_id();
        }
        let mut detail = Detail::from(&common);
        // With one patient he is the patient of every study; with as many patients as studies they stand in order.
        let patient = if studies.is_empty() || patients.len() == studies.len() { patients.get(i) } else { patients.first().filter(|_| patients.len() == 1) };
        if let Some(patient) = patient {
            let number = patient.id.split("^^^").next().unwrap_or("");
            event.patient_id = present(number).map(str::to_string);
            detail = detail
                .text("patient_name", present(&patient.name).unwrap_or(""))
                .text("patient_authority", patient.id.split_once("^^^").map_or("", |(_, authority)| authority));
            if studies.is_empty() && event.object.is_none() && event.patient_id.is_some() {
                event.object_kind = ObjectKind::Record;
                event.object = event.patient_id.clone();
            }
        } else if patients.len() > 1 {
            detail = detail.list("patients", patients.iter().map(|p| p.id.as_str()));
        }
        if let Some(study) = studies.get(i) {
            let uid = study.studies.first().map_or(study.id.trim(), |uid| if is_uid(study.id.trim()) { study.id.trim() } else { uid.trim() });
            event.object_kind = ObjectKind::Study;
            event.object = present(uid).map(str::to_string);
            if uid == PLACEHOLDER_STUDY {
                detail = detail.text("study", "placeholder");
            } else {
                event.study_uid = event.object.clone().filter(|uid| is_uid(uid));
            }
            event.n_instances = [study.instances, study.named_instances].into_iter().find(|&n| n > 0);
            detail = detail.list("accessions", study.accessions.iter().map(String::as_str));
            for (kind, value) in study.details.iter().filter(|(kind, _)| kind == "StudyDate") {
                detail = detail.text(kind, &decoded(value).unwrap_or_default());
            }
        }
        event.detail = detail.finish();
        out.emit(event)?;
    }
    Ok(())
}

/// Who asked: the participant that says so (a person before a node or a service); else the destination, which is who received.
fn requestor(participants: &[Participant]) -> Option<&Participant> {
    let asks = |p: &&Participant| of(&p.attributes, "UserIsRequestor").eq_ignore_ascii_case("true");
    let person =
        |p: &&Participant| !matches!(p.id_type.as_str(), "110119" | "110182" | "113877" | "HL7APP" | "12") && address(of(&p.attributes, "UserID")).is_none();
    let received = |p: &&Participant| p.roles.iter().any(|r| r == "110152") && p.id_type != "12";
    let mut asking = participants.iter().filter(asks);
    asking.clone().find(person).or_else(|| asking.next()).or_else(|| participants.iter().find(received)).or_else(|| participants.first())
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    fn check(body: &str, expect: &str) {
        let input = format!("<AuditMessage>{body}</AuditMessage>\n");
        assert_eq!(events(&source(), input.as_bytes()), expect, "{body}");
    }
    fn identification(code: &str, action: &str) -> String {
        format!(
            "<EventIdentification EventActionCode=\"{action}\" EventDateTime=\"2023-08-14T08:07:21Z\" EventOutcomeIndicator=\"0\"><EventID code=\"{code}\" displayName=\"x\"/></EventIdentification>"
        )
    }
    const ANNA: &str = "<ActiveParticipant UserID=\"Anna\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.0.0.1\" AlternativeUserID=\"AETITLE=CT1\"/>";
    fn study(uid: &str) -> String {
        format!(
            "<ParticipantObjectIdentification ParticipantObjectID=\"{uid}\" ParticipantObjectTypeCode=\"2\"><ParticipantObjectIDTypeCode code=\"110180\"/><ParticipantObjectDescription><SOPClass UID=\"1\" NumberOfInstances=\"3\"/><SOPClass UID=\"2\" NumberOfInstances=\"4\"/></ParticipantObjectDescription></ParticipantObjectIdentification>"
        )
    }
    const PATIENT: &str = "<ParticipantObjectIdentification ParticipantObjectID=\"P1^^^X&amp;1.2&amp;ISO\" ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\"><ParticipantObjectIDTypeCode code=\"2\"/><ParticipantObjectName>O&apos;Brien^Ann</ParticipantObjectName></ParticipantObjectIdentification>";

    #[test]
    fn studies_and_patients() {
        check(
            &(identification("110104", "R") + ANNA + &study("1.2.3.4") + &study("1.2.3.5") + PATIENT),
            "atna 110104/R 6005/1 success anna 10.0.0.1 CT1 study 1.2.3.4 study=1.2.3.4 patient=P1 n=7\natna 110104/R 6005/1 success anna 10.0.0.1 CT1 study 1.2.3.5 study=1.2.3.5 patient=P1 n=7\n",
        );
        check(
            &(identification("110104", "C") + ANNA + &study(super::PLACEHOLDER_STUDY)),
            "atna 110104/C 6005/5 success anna 10.0.0.1 CT1 study 1.2.40.0.13.1.15.110.3.165.1 n=7\n",
        );
        check(&(identification("110110", "R") + ANNA + PATIENT), "atna 110110/R 6003/2 success anna 10.0.0.1 CT1 record P1 patient=P1\n");
        check(
            &(identification("110103", "R") + ANNA + &PATIENT.replace("P1^^^X", "&lt;none&gt;^^^X")),
            "atna 110103/R 6005/1 success anna 10.0.0.1 CT1 none -\n",
        );
        check(&identification("", "R"), "reject 1@0: an audit message without event id\n");
    }

    #[test]
    fn requestors_that_are_no_accounts() {
        let ae = "<ActiveParticipant UserID=\"ROGUE\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.0.0.66\"><UserIDTypeCode code=\"110119\"/></ActiveParticipant>";
        check(&(identification("110104", "R") + ae + &study("1.2.3.4")), "atna 110104/R 6005/1 success - 10.0.0.66 ROGUE study 1.2.3.4 study=1.2.3.4 n=7\n");
        for (kind, id) in [("HL7APP", "ADT|EAST"), ("113877", "archive")] {
            let program = format!(
                "<ActiveParticipant UserID=\"{id}\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.0.0.66\"><UserIDTypeCode csd-code=\"{kind}\"/></ActiveParticipant>"
            );
            check(&(identification("110110", "R") + &program), &format!("atna 110110/R 6003/2 success - 10.0.0.66 {id} none -\n"));
        }
        let node = "<ActiveParticipant UserID=\"127.0.0.1\" UserIsRequestor=\"true\"/>";
        check(&(identification("110112", "E") + node), "atna 110112/E 6005/4 success - 127.0.0.1 - none -\n");
    }

    #[test]
    fn a_verification_is_no_transfer() {
        let verified = study("1.2.3.4").replace("ParticipantObjectTypeCode=\"2\"", "ParticipantObjectTypeCode=\"2\" ParticipantObjectDataLifeCycle=\"4\"");
        check(&(identification("110104", "R") + ANNA + &verified), "atna 110104/R 6005/99 success anna 10.0.0.1 CT1 study 1.2.3.4 study=1.2.3.4 n=7\n");
    }

    #[test]
    fn queries_and_names_are_kept_in_the_detail() {
        let query = "<ParticipantObjectIdentification ParticipantObjectID=\"SearchForStudies\" ParticipantObjectTypeCode=\"2\" ParticipantObjectTypeCodeRole=\"24\"><ParticipantObjectQuery>L3N0dWRpZXM/eD0x</ParticipantObjectQuery></ParticipantObjectIdentification>";
        let input = format!("<AuditMessage>{}{ANNA}{query}{PATIENT}</AuditMessage>", identification("110112", "E"));
        let detail = details(&source(), input.as_bytes()).remove(0);
        assert_eq!((detail["query"].as_str(), detail["patient_name"].as_str()), (Some("/studies?x=1"), Some("O'Brien^Ann")));
    }
}
