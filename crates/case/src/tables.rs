//! Every table of a case: one struct per table, one field per column, one doc comment per column.
//!
//! This file is the truth. The Arrow schemas, the Parquet files, the SQL names and
//! `docs/reference/tables.md` all derive from it.
//!
//! Conventions: times are UTC with microseconds; lengths are bytes; offsets inside a passage are Unicode
//! characters; `confidence` is 0 to 1; an empty list means "none", a null means "not known".

use crate::column::{table, text_enum};
use crate::id::Id;
use jiff::Timestamp;
use std::borrow::Cow;

text_enum! {
    /// How an attempted action ended.
    pub enum Outcome { Success = "success", Failure = "failure", Unknown = "unknown" }
}
text_enum! {
    /// What an event's `object` names.
    pub enum ObjectKind {
        File = "file", Folder = "folder", Study = "study", Record = "record", Url = "url", Query = "query", Host = "host", Other = "other", None = "none"
    }
}
text_enum! {
    /// Whose session it was.
    pub enum Verdict { Intruder = "intruder", Legitimate = "legitimate", Undecided = "undecided" }
}
text_enum! {
    /// How sure a statement is: the log proves it, the log and a usual reading of it prove it, or it cannot be excluded.
    pub enum Certainty { Certain = "certain", Probable = "probable", Possible = "possible" }
}
text_enum! {
    /// What was done to an object. A whole object that left the server was copied; a part, a preview or a screen was viewed.
    pub enum Action { Viewed = "viewed", Copied = "copied", Altered = "altered", Deleted = "deleted" }
}
text_enum! {
    /// How strongly a person's data was exposed, strongest first.
    pub enum Tier { Copied = "copied", Viewed = "viewed", Reachable = "reachable", Unknown = "unknown" }
}
text_enum! {
    /// Where a stretch without log records lies. Only a silence inside one file leaves it open whether records were lost at all.
    pub enum GapKind { Before = "before_first", Between = "between_files", Inside = "inside_file", After = "after_last" }
}
text_enum! {
    /// Whether and how far a document could be read.
    pub enum DocumentStatus {
        Read = "read", Partly = "partly", Encrypted = "encrypted", NeedsOcr = "needs_ocr", Corrupt = "corrupt",
        Unsupported = "unsupported", OverBudget = "over_budget", Empty = "empty"
    }
}
text_enum! {
    /// The shape of a passage's text, which decides how `find` reads it.
    pub enum Layout {
        /// Running text.
        Text = "text",
        /// Rows separated by line feeds, cells by tabs; column names are in `columns`.
        Table = "table",
        /// One HL7 version 2 message, segments separated by line feeds.
        Hl7 = "hl7",
        /// One X12 transaction set, segments separated by line feeds, elements by `*`.
        X12 = "x12",
        /// DICOM attributes, one per line: `(gggg,eeee) Keyword: value`.
        Dicom = "dicom",
        /// An XML document (C-CDA among them), as written.
        Xml = "xml",
        /// One JSON document (FHIR among them), as written.
        Json = "json",
        /// Form fields, one per line: `name: value`.
        Form = "form",
    }
}
text_enum! {
    /// What part a person plays in a record.
    pub enum Role { Patient = "patient", Subscriber = "subscriber", Guardian = "guardian", Employee = "employee", Provider = "provider", Staff = "staff", Other = "other" }
}
text_enum! {
    /// A kind of personal data. The names are used everywhere: mentions, exposures, law, letters.
    pub enum ElementKind {
        Name = "name", Address = "address", Dob = "dob", Ssn = "ssn", Mrn = "mrn", CaseNumber = "case_number", Phone = "phone", Email = "email",
        InsuranceId = "insurance_id", Mbi = "mbi", MedicaidId = "medicaid_id", DriversLicense = "drivers_license", Passport = "passport",
        AccountNumber = "account_number", BankAccount = "bank_account", CardNumber = "card_number", Diagnosis = "diagnosis", Procedure = "procedure",
        Medication = "medication", LabResult = "lab_result", ImagingResult = "imaging_result", ServiceDate = "service_date", Service = "service",
        Provider = "provider", Image = "image", Biometric = "biometric", DeviceId = "device_id", VehicleId = "vehicle_id", IpAddress = "ip_address",
        Url = "url", Certificate = "certificate", Credentials = "credentials", Employer = "employer", Relationship = "relationship",
        SensitiveNote = "sensitive_note", Other = "other"
    }
}
text_enum! {
    /// What became of a duty to notify.
    pub enum ObligationStatus { Due = "due", NotTriggered = "not_triggered", Deemed = "deemed", Review = "review" }
}
text_enum! {
    /// How well a person can be reached by post.
    pub enum ContactQuality { Deliverable = "deliverable", Partial = "partial", Missing = "missing" }
}

text_enum! {
    /// What a registered file is evidence of.
    pub enum EvidenceKind { Logs = "logs", Files = "files", Roster = "roster", Portal = "portal" }
}

table! {
    /// One row per registered evidence file (kept in `evidence.parquet`). Evidence itself is never copied nor modified.
    pub struct Evidence in "evidence" {
        /// Derived from kind, path and content hash.
        source_id: Id,
        /// What it is evidence of.
        kind: EvidenceKind,
        /// Path below the registered root, `/` between parts.
        path: String,
        /// Where it lies on this machine.
        file: String,
        /// SHA-256 of the content, hexadecimal.
        sha256: String,
        /// Size.
        bytes: i64,
        /// The server it came from, as `case.toml` names it; empty if not known.
        host: String,
        /// Who handed it over.
        custodian: String,
        /// When it was registered.
        registered: Timestamp,
        /// Number of the `add` that registered it, from 1.
        batch: i64,
    }
}
table! {
    /// One row per action that a log records, in OCSF 1.8 terms.
    pub struct Event in "events" {
        /// Derived from the source's content hash and the record number.
        event_id: Id,
        /// The evidence file: `evidence.source_id`.
        source_id: Id,
        /// Number of the record in the (decompressed) source, from 1.
        record_no: i64,
        /// Offset of the record's first byte in the decompressed source.
        byte_offset: i64,
        /// The server that wrote the log, as `case.toml` names it.
        host: String,
        /// When it happened, UTC.
        time: Timestamp,
        /// The time as the log wrote it.
        time_raw: String,
        /// OCSF class: 1001 file system, 3002 authentication, 4001 network, 4002 HTTP, 4006 SMB, 6003 API, 6005 datastore, 6006 file hosting.
        class_uid: i64,
        /// OCSF activity within the class.
        activity_id: i64,
        /// Whether it succeeded.
        outcome: Outcome,
        /// The account, lower case, without its domain.
        actor: Option<String>,
        /// Address of the client nearest to the person (behind a proxy: the forwarded one).
        src_addr: Option<String>,
        /// Work station, AE title or user agent.
        device: Option<String>,
        /// The service that wrote the record: `samba`, `nginx`, `sshd`, `sftp`, `atna`, `ehr`, `openvpn`, `vpn`, `firewall`, `windows`, `orthanc`, `dcm4chee`, `fhir`, `m365`, `aws`, `postgresql`, `mysql`, `zeek`, `suricata`, `apache`, `iis`, `vsftpd`, `proftpd`, `pure-ftpd`, `ftp`, `auditd`, `linux`, `utmp`, `http`.
        app: String,
        /// The operation in the log's own word: `pread_recv`, `GET`, `close`, `110103/R`.
        operation: String,
        /// What `object` names.
        object_kind: ObjectKind,
        /// Path, URL, study or record, as the log wrote it (percent-decoded).
        object: Option<String>,
        /// The patient number that the record itself names.
        patient_id: Option<String>,
        /// Study Instance UID that the record itself names.
        study_uid: Option<String>,
        /// Bytes sent or read.
        bytes: Option<i64>,
        /// DICOM instances named.
        n_instances: Option<i64>,
        /// Key that ties the records of one connection together in its log (process id, session id, tunnel address).
        session_key: Option<String>,
        /// Everything else of use, as a JSON object.
        detail: String,
    }
}
table! {
    /// Where logs exist and where they do not: one row per source, and one per gap.
    pub struct Coverage in "coverage" {
        /// The evidence file; null for a gap between files.
        source_id: Option<Id>,
        /// Path of the source as registered.
        path: String,
        /// The server.
        host: String,
        /// Log format.
        app: String,
        /// First time covered (or: the gap begins).
        from: Option<Timestamp>,
        /// Last time covered (or: the gap ends).
        to: Option<Timestamp>,
        /// Records read.
        records: i64,
        /// Records refused (see `rejects`).
        rejected: i64,
        /// Time zone applied to times without offset.
        zone: String,
        /// Where the gap lies; null for a source.
        gap: Option<GapKind>,
        /// Null where logs exist; otherwise why they do not.
        gap_reason: Option<String>,
    }
}
table! {
    /// One row per log record, or log file, that could not be read.
    pub struct Reject in "rejects" {
        /// The evidence file.
        source_id: Id,
        /// Path of the source as registered.
        path: String,
        /// Number of the record, from 1; 0 for the whole file.
        record_no: i64,
        /// Offset of the record's first byte.
        byte_offset: i64,
        /// Why; never the record's text.
        reason: String,
    }
}
table! {
    /// Where the intruder may have acted unseen: one row per account in the intruder's hands, server, and stretch of time that the server's
    /// logs do not cover. What was seen before and after says how far the account reached.
    pub struct BlindSpot in "blind_spots" {
        /// Derived from account, server, log and beginning.
        blind_spot_id: Id,
        /// The account (or application entity) in the intruder's hands.
        actor: String,
        /// The server.
        host: String,
        /// The log that is missing.
        app: String,
        /// Where it begins; null when no log reaches so far back: the intrusion may have begun earlier.
        from: Option<Timestamp>,
        /// Where it ends; null when the logs end while the intruder is inside.
        to: Option<Timestamp>,
        /// The first part of the paths below which the server's collected files lie; null when none were collected from it.
        root: Option<String>,
        /// Folders that the account is seen to read or list at any time: within its reach while nobody looked.
        reached: Vec<String>,
        /// Folders where it is only seen to be refused.
        refused: Vec<String>,
        /// One sentence that a privacy officer understands.
        why: String,
    }
}
table! {
    /// Audit-gap reconciliation: bytes that the network shows to have gone from a server to the intruder beyond what the objects in the
    /// ledger explain. One row per address of the intruder, server and stretch of time.
    pub struct Unexplained in "unexplained" {
        /// Derived from address, server and beginning.
        unexplained_id: Id,
        /// The intruder's address.
        src_addr: String,
        /// The server.
        host: String,
        /// First flow.
        from: Timestamp,
        /// Last flow.
        to: Timestamp,
        /// Flows.
        flows: i64,
        /// Bytes from the server to the address on the wire.
        wire_bytes: i64,
        /// Bytes of the objects that the ledger shows in that time, each at its full size.
        explained_bytes: i64,
        /// An upper bound of what left besides: wire less explained.
        unexplained_bytes: i64,
        /// One sentence.
        why: String,
    }
}
table! {
    /// How far the clocks of two servers are apart, from logins and reads that both have logged: one row per pair of servers with enough of
    /// them. Times are not corrected: a difference of whole hours points to a wrong zone in `case.toml`, another to a clock.
    pub struct ClockSkew in "clock_skew" {
        /// One server.
        host: String,
        /// The other.
        other: String,
        /// Seconds by which the first server's records are later than the other's, for the same action.
        seconds: i64,
        /// Pairs of records that agree with it, to two seconds.
        pairs: i64,
        /// Their part of all actions that both servers have logged.
        share: f64,
        /// One sentence.
        why: String,
    }
}
table! {
    /// One row per finding of a rule over the events.
    pub struct Detection in "detections" {
        /// Derived from the rule and the events.
        detection_id: Id,
        /// The rule's name or Sigma id.
        rule_id: String,
        /// Version of the rule.
        rule_version: String,
        /// `informational`, `low`, `medium`, `high`, `critical`.
        severity: String,
        /// ATT&CK technique, if any.
        technique: Option<String>,
        /// First event.
        first: Timestamp,
        /// Last event.
        last: Timestamp,
        /// Account concerned.
        actor: Option<String>,
        /// Address concerned.
        src_addr: Option<String>,
        /// The events (the first 1,000).
        event_ids: Vec<Id>,
        /// One sentence that a privacy officer understands.
        explanation: String,
    }
}
table! {
    /// One row per stretch of activity of one account from one address.
    pub struct Session in "sessions" {
        /// Derived from account, address and first event.
        session_id: Id,
        /// The account.
        actor: String,
        /// The address.
        src_addr: String,
        /// Address behind a VPN address, if a VPN log tells.
        outer_addr: Option<String>,
        /// Work stations and user agents seen.
        devices: Vec<String>,
        /// Servers touched.
        hosts: Vec<String>,
        /// First event.
        first: Timestamp,
        /// Last event.
        last: Timestamp,
        /// Number of events.
        events: i64,
        /// Number of different objects read.
        objects: i64,
        /// Whose session it was.
        verdict: Verdict,
        /// How sure the verdict is.
        certainty: Certainty,
        /// Sum of the evidence in bits: above 0 speaks for an intruder.
        score: f64,
        /// The reason in one sentence.
        why: String,
    }
}
table! {
    /// The ledger: one row per object and action in a session that is the intruder's or undecided.
    pub struct Access in "accesses" {
        /// Derived from the session, the object and the first event.
        access_id: Id,
        /// The log records that show it (the first 1,000).
        event_ids: Vec<Id>,
        /// The session.
        session_id: Id,
        /// The session's verdict.
        verdict: Verdict,
        /// When it began.
        time: Timestamp,
        /// The account.
        actor: String,
        /// The address.
        src_addr: String,
        /// The server.
        host: String,
        /// What kind of object.
        object_kind: ObjectKind,
        /// The object as the log names it.
        object: String,
        /// Path of the collected file (`documents.path`), if the object was joined to one.
        path: Option<String>,
        /// Study Instance UID, if the object is a study or an instance of one.
        study_uid: Option<String>,
        /// Patient number, if the log or the object tells.
        patient_id: Option<String>,
        /// What was done.
        action: Action,
        /// Bytes that left.
        bytes: Option<i64>,
        /// How sure.
        certainty: Certainty,
        /// The reason in one sentence.
        why: String,
    }
}
table! {
    /// One row per object of the collected evidence: files, and members of containers.
    pub struct Document in "documents" {
        /// Derived from the path, the member path and the content hash.
        document_id: Id,
        /// Path below the registered root, `/` between parts.
        path: String,
        /// Path inside the container(s), if any.
        member: Option<String>,
        /// The container's document.
        parent_id: Option<Id>,
        /// SHA-256 of the content, hexadecimal.
        sha256: String,
        /// Size of the content.
        bytes: i64,
        /// Media type as recognised from the content.
        media_type: String,
        /// Pages, sheets or messages.
        pages: i64,
        /// Characters of text found.
        chars: i64,
        /// How the text was had: `text`, `tags`, `table`, `form`, `ocr`, `strings`, `none`.
        method: String,
        /// Which reader it was: the format's name, for PDF the library's.
        engine: String,
        /// Mean confidence of OCR, if used.
        ocr_confidence: Option<f64>,
        /// Whether and how far it was read.
        status: DocumentStatus,
        /// Why not, or why only partly.
        reason: Option<String>,
        /// The document with the same content that was extracted instead.
        duplicate_of: Option<Id>,
        /// Study Instance UID of a DICOM file.
        study_uid: Option<String>,
        /// Series Instance UID of a DICOM file.
        series_uid: Option<String>,
        /// SOP Instance UID of a DICOM file.
        sop_uid: Option<String>,
        /// Patient ID of a DICOM file.
        patient_id: Option<String>,
    }
}
table! {
    /// One row per page, table part, message, tag list or body of a document.
    pub struct Passage in "passages" {
        /// Derived from the document and the position.
        passage_id: Id,
        /// The document.
        document_id: Id,
        /// Position in the document, from 0.
        ordinal: i64,
        /// Where it stands: `page 2`, `Sheet1`, `message 3`, `part 1`, `tags`.
        locator: String,
        /// The shape of the text.
        layout: Layout,
        /// Column names of a table, if a header row was recognised.
        columns: Vec<String>,
        /// Number in the source of the table's first row (from 1).
        first_row: i64,
        /// The text.
        text: String,
    }
}
table! {
    /// One row per piece of personal data found.
    pub struct Mention in "mentions" {
        /// Derived from the passage, the span and the kind.
        mention_id: Id,
        /// The document.
        document_id: Id,
        /// The passage.
        passage_id: Id,
        /// Where in the source: the passage's locator, made finer by cell, segment or field.
        locator: String,
        /// First character in the passage's text.
        start: i64,
        /// One past the last character.
        end: i64,
        /// What kind of data.
        kind: ElementKind,
        /// As written.
        text: String,
        /// In normal form: ISO date, digits of a number, `Last, First Middle`.
        normalised: String,
        /// The finder that found it.
        finder: Cow<'static, str>,
        /// 0 to 1.
        confidence: f64,
    }
}
table! {
    /// One person as seen in one place.
    pub struct Record in "records" {
        /// Derived from the document, the locator and the position.
        record_id: Id,
        /// The document.
        document_id: Id,
        /// The passage.
        passage_id: Id,
        /// Where in the source.
        locator: String,
        /// What part the person plays.
        role: Role,
        /// Name as written.
        name: Option<String>,
        /// Given name, normalised to upper case.
        first: Option<String>,
        /// Middle name or initial.
        middle: Option<String>,
        /// Family name.
        last: Option<String>,
        /// `JR`, `SR`, `II`, `III`, `IV`.
        suffix: Option<String>,
        /// Birth date, ISO; shorter where only year or month is known.
        dob: Option<String>,
        /// `M`, `F` or other code.
        sex: Option<String>,
        /// Nine digits.
        ssn: Option<String>,
        /// Medical record number as written, without separators.
        mrn: Option<String>,
        /// Whose medical record number it is.
        facility: Option<String>,
        /// Insurance member number.
        member_id: Option<String>,
        /// Medicare beneficiary identifier.
        mbi: Option<String>,
        /// Street and house number.
        street: Option<String>,
        /// Town.
        city: Option<String>,
        /// State or territory, two letters.
        state: Option<String>,
        /// Postal code.
        zip: Option<String>,
        /// ISO country code, when not the United States.
        country: Option<String>,
        /// Digits of the telephone number.
        phone: Option<String>,
        /// E-mail address, lower case.
        email: Option<String>,
        /// Day of death, ISO, if stated.
        deceased_on: Option<String>,
        /// For a guardian, subscriber or relative: the record of the patient.
        related_record_id: Option<Id>,
        /// Kinds of data that stand with this person here.
        elements: Vec<ElementKind>,
        /// The mentions that make up the record.
        mention_ids: Vec<Id>,
    }
}
table! {
    /// One row per compared pair of records that was joined, or nearly.
    pub struct Link in "links" {
        /// One record.
        left: Id,
        /// The other.
        right: Id,
        /// Agreement per field, for example `name=exact dob=exact ssn=missing`.
        comparison: String,
        /// Sum of the evidence in bits.
        weight: f64,
        /// Whether the two are one person.
        joined: bool,
        /// `score`, `identifier`, `rule: …` or `decision: …`.
        decided_by: String,
    }
}
table! {
    /// One row per individual.
    pub struct Person in "people" {
        /// Derived from the person's record that came first: by batch of evidence, then by id. Later evidence does not change it, unless
        /// it shows that two people are one or one is two.
        person_id: Id,
        /// Strongest role: patient before subscriber, guardian, employee, provider, staff, other.
        role: Role,
        /// Best name, `First Middle Last Suffix`.
        name: String,
        /// Given name.
        first: Option<String>,
        /// Middle name.
        middle: Option<String>,
        /// Family name.
        last: Option<String>,
        /// Suffix.
        suffix: Option<String>,
        /// Birth date, ISO.
        dob: Option<String>,
        /// Sex.
        sex: Option<String>,
        /// Nine digits.
        ssn: Option<String>,
        /// All medical record numbers.
        mrns: Vec<String>,
        /// All member numbers, Medicare's among them.
        member_ids: Vec<String>,
        /// Street.
        street: Option<String>,
        /// Town.
        city: Option<String>,
        /// State of residence.
        state: Option<String>,
        /// Postal code.
        zip: Option<String>,
        /// Country, when not the United States.
        country: Option<String>,
        /// Record that the address was taken from.
        address_record_id: Option<Id>,
        /// Telephone.
        phone: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Day of death.
        deceased_on: Option<String>,
        /// Under 18 on the day of discovery.
        is_minor: bool,
        /// Name of the guardian, for a minor, if known.
        guardian: Option<String>,
        /// Person of the guardian, if known.
        guardian_id: Option<Id>,
        /// How well the person can be reached.
        contact: ContactQuality,
        /// Number of records.
        records: i64,
        /// Probability that the weakest join in this person is right.
        confidence: f64,
    }
}
table! {
    /// Which records make up which person.
    pub struct PersonRecord in "person_records" {
        /// The person.
        person_id: Id,
        /// The record.
        record_id: Id,
    }
}
table! {
    /// How many people there are, in total and per State of residence: all people of the records, exposed or not.
    pub struct HeadCount in "head_counts" {
        /// Two letters; empty for people without a known State; null for the total.
        state: Option<String>,
        /// People found.
        people: i64,
        /// Fewest there may be.
        low: i64,
        /// Expected number.
        best: i64,
        /// Most there may be.
        high: i64,
    }
}
table! {
    /// What a person should decide (`dosimeter decide DIR records`): whether two records are one person; the most telling first.
    pub struct Question in "questions" {
        /// Place in the queue, from 1.
        rank: i64,
        /// A record of the one.
        left: Id,
        /// A record of the other.
        right: Id,
        /// Person of the first record as things stand.
        left_person: Id,
        /// Person of the second: the same one where the two are joined.
        right_person: Id,
        /// How likely the two are one person, 0 to 1.
        probability: f64,
        /// Records of all people concerned.
        records: i64,
        /// States of residence whose counts the answer moves.
        states: Vec<String>,
        /// Why it is a question.
        reason: String,
    }
}
table! {
    /// One row per person, kind of data and document (or server-side record) that was exposed.
    pub struct Exposure in "exposures" {
        /// The person.
        person_id: Id,
        /// What kind of data.
        kind: ElementKind,
        /// The document; null for a record seen on a screen.
        document_id: Option<Id>,
        /// How strongly.
        tier: Tier,
        /// How sure.
        certainty: Certainty,
        /// The accesses that exposed it (the first 100).
        access_ids: Vec<Id>,
        /// The mentions (the first 100).
        mention_ids: Vec<Id>,
    }
}
table! {
    /// One row per duty to notify, whether triggered or not.
    pub struct Obligation in "obligations" {
        /// Derived from the rule and the jurisdiction.
        obligation_id: Id,
        /// `US` or two letters of the State or territory.
        jurisdiction: String,
        /// The rule's name in `rules/law`.
        rule_id: String,
        /// Date from which this version of the rule is in force.
        rule_version: String,
        /// The legal source.
        citation: String,
        /// `individuals`, `hhs`, `media`, `attorney_general`, …
        recipient: String,
        /// Fewest people concerned.
        count_low: i64,
        /// Best count.
        count: i64,
        /// Most people concerned.
        count_high: i64,
        /// What starts the clock, ISO date.
        trigger_date: String,
        /// Last day, ISO; null where the law names none.
        due: Option<String>,
        /// What became of it.
        status: ObligationStatus,
        /// Why, in one sentence.
        reason: String,
        /// Where two laws pull apart, or a fact must be confirmed.
        conflicts: Vec<String>,
        /// Rules on whose doing, or date, this duty hangs.
        depends_on: Vec<String>,
        /// What the notice must say, in the code words of `rules/law/README.md`; empty: the law as far as read names nothing.
        must_say: Vec<String>,
        /// What it must not say.
        must_not_say: Vec<String>,
        /// `confirmed`, `one_source` or `unconfirmed`.
        confidence: String,
    }
}
table! {
    /// One row per drafted document.
    pub struct Notice in "notices" {
        /// Derived from the obligation, the person and the template.
        notice_id: Id,
        /// The duty it answers.
        obligation_id: Id,
        /// The addressee, for an individual letter.
        person_id: Option<Id>,
        /// Name of the template.
        template: String,
        /// Hash of the template.
        template_hash: String,
        /// Language tag.
        language: String,
        /// `mail`, `email`, `web_form`, `media`.
        channel: String,
        /// File in `out/`.
        file: String,
        /// First page of the letter in the file, from 1.
        page: i64,
        /// SHA-256 of the file.
        sha256: String,
    }
}
table! {
    /// One row per incident of the breach portal.
    pub struct PastIncident in "past_incidents" {
        /// Derived from entity, State, date and count.
        incident_id: Id,
        /// Covered entity.
        entity: String,
        /// Its State.
        state: String,
        /// Type of entity.
        entity_type: String,
        /// People.
        individuals: i64,
        /// Date submitted to HHS, ISO.
        submitted: String,
        /// Type of breach.
        breach_type: String,
        /// Location of the breached information.
        location: String,
        /// The export it was read from.
        source_id: Id,
    }
}
table! {
    /// One row per statistic of this case among past incidents.
    pub struct Comparison in "comparisons" {
        /// Which past incidents it was compared with, in words.
        cohort: String,
        /// Number of incidents in the cohort.
        n: i64,
        /// What is compared.
        measure: String,
        /// This case's value.
        value: f64,
        /// Share of the cohort with a smaller value, 0 to 100.
        percentile: f64,
        /// The cohort's median.
        median: f64,
        /// Newest submission in the export, ISO.
        as_of: String,
    }
}
