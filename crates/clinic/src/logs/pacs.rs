//! pacs01: nginx before Orthanc (JSON, local time with offset) and ATNA audit messages (RFC 5424, UTC).

use super::{Client, Logs};
use crate::documents::Study;
use crate::people::Style;
use crate::truth::Access;
use jiff::Timestamp;
use serde_json::json;

impl Logs<'_> {
    fn pacs(&mut self, c: &Client, time: Timestamp, uri: &str, status: u16, bytes: usize) {
        let line = format!(
            "{{\"time\":\"{}\",\"remote_addr\":\"{}\",\"user\":\"{}\",\"method\":\"GET\",\"uri\":\"{uri}\",\"status\":{status},\"bytes\":{bytes},\"request_time\":0.0{:02},\"referer\":\"\",\"agent\":{}}}",
            self.iso(time),
            c.address,
            c.account,
            self.dice.range(1, 40),
            json!(c.device)
        );
        self.line("pacs01/nginx_access.json", time, line);
    }
    fn audit_message(&mut self, c: &Client, time: Timestamp, study: &Study, export: bool) {
        let (code, meaning) = if export { ("110106", "Export") } else { ("110103", "DICOM Instances Accessed") };
        let when = format!("{}.{:03}Z", time.strftime("%Y-%m-%dT%H:%M:%S"), self.dice.range(0, 999));
        let p = &self.shelf.people[study.patient];
        let name = crate::documents::xml(&p.name(Style::Caret, 2024));
        let process = self.process();
        let line = format!(
            "<110>1 {when} pacs01 PACS01 {process} IHE+RFC-3881 - \u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage><EventIdentification EventActionCode=\"R\" EventDateTime=\"{when}\" EventOutcomeIndicator=\"0\"><EventID csd-code=\"{code}\" codeSystemName=\"DCM\" originalText=\"{meaning}\"/></EventIdentification><ActiveParticipant UserID=\"{}\" UserIsRequestor=\"true\" NetworkAccessPointID=\"{}\" NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110152\" codeSystemName=\"DCM\" originalText=\"Destination Role ID\"/></ActiveParticipant><ActiveParticipant UserID=\"PACS01\" UserIsRequestor=\"false\" NetworkAccessPointID=\"10.44.1.8\" NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110153\" codeSystemName=\"DCM\" originalText=\"Source Role ID\"/></ActiveParticipant><AuditSourceIdentification AuditSourceID=\"PACS01\"/><ParticipantObjectIdentification ParticipantObjectID=\"{}\" ParticipantObjectTypeCode=\"2\" ParticipantObjectTypeCodeRole=\"3\"><ParticipantObjectIDTypeCode csd-code=\"110180\" codeSystemName=\"DCM\" originalText=\"Study Instance UID\"/></ParticipantObjectIdentification><ParticipantObjectIdentification ParticipantObjectID=\"{}\" ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\"><ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\" originalText=\"Patient Number\"/><ParticipantObjectName>{name}</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>",
            c.account, c.address, study.uid, p.mrn
        );
        self.line("pacs01/atna_audit.log", time, line);
    }
    fn study_access(&mut self, c: &Client, time: Timestamp, study: &Study, whole: bool, how: &'static str) {
        for i in &study.instances {
            self.accesses.push(Access {
                time,
                account: c.account.clone(),
                source: c.address.clone(),
                server: "pacs01",
                path: i.path.clone(),
                study: study.uid.clone(),
                whole,
                bytes: if whole { i.bytes } else { i.bytes / 3 },
                how,
                intruder: c.intruder,
            });
        }
    }
    /// Opens a study in the viewer: previews and tags, not the files.
    pub fn study_view(&mut self, c: &Client, time: Timestamp, index: usize) {
        let shelf = self.shelf;
        let Some(study) = shelf.studies.get(index) else { return };
        self.pacs(c, time, &format!("/studies/{}", study.orthanc), 200, 840);
        self.pacs(c, time, &format!("/studies/{}/series", study.orthanc), 200, 670);
        for i in &study.instances {
            self.pacs(c, time, &format!("/instances/{}/simplified-tags", i.orthanc), 200, 1090);
            self.pacs(c, time, &format!("/instances/{}/preview", i.orthanc), 200, i.bytes / 3);
        }
        self.audit_message(c, time, study, false);
        self.study_access(c, time, study, false, "pacs preview");
    }
    /// Downloads a study as an archive.
    pub fn study_archive(&mut self, c: &Client, time: Timestamp, index: usize) {
        let shelf = self.shelf;
        let Some(study) = shelf.studies.get(index) else { return };
        let bytes = study.instances.iter().map(|i| i.bytes / 2 + 150).sum();
        self.pacs(c, time, &format!("/studies/{}/archive", study.orthanc), 200, bytes);
        self.audit_message(c, time, study, true);
        self.study_access(c, time, study, true, "pacs archive download");
    }
}
