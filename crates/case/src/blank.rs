//! Rows with nothing but their place filled in, to be completed with struct update syntax.

use crate::id::Id;
use crate::tables::{Document, DocumentStatus, Event, ObjectKind, Outcome, Record, Role};
use jiff::Timestamp;

impl Event {
    /// An event of which only id, source and time are known.
    pub fn blank(event_id: Id, source_id: Id, time: Timestamp) -> Event {
        Event {
            event_id,
            source_id,
            record_no: 0,
            byte_offset: 0,
            host: String::new(),
            time,
            time_raw: String::new(),
            class_uid: 0,
            activity_id: 0,
            outcome: Outcome::Unknown,
            actor: None,
            src_addr: None,
            device: None,
            app: String::new(),
            operation: String::new(),
            object_kind: ObjectKind::None,
            object: None,
            patient_id: None,
            study_uid: None,
            bytes: None,
            n_instances: None,
            session_key: None,
            detail: String::new(),
        }
    }
}

impl Document {
    /// A readable document of which only id and path are known.
    pub fn blank(document_id: Id, path: &str) -> Document {
        Document {
            document_id,
            path: path.to_string(),
            member: None,
            parent_id: None,
            sha256: String::new(),
            bytes: 0,
            media_type: String::new(),
            pages: 0,
            chars: 0,
            method: "none".into(),
            engine: String::new(),
            ocr_confidence: None,
            status: DocumentStatus::Read,
            reason: None,
            duplicate_of: None,
            study_uid: None,
            series_uid: None,
            sop_uid: None,
            patient_id: None,
        }
    }
}

impl Record {
    /// A person of whom only the place and the role are known.
    pub fn blank(record_id: Id, document_id: Id, passage_id: Id, locator: &str, role: Role) -> Record {
        Record {
            record_id,
            document_id,
            passage_id,
            locator: locator.to_string(),
            role,
            name: None,
            first: None,
            middle: None,
            last: None,
            suffix: None,
            dob: None,
            sex: None,
            ssn: None,
            mrn: None,
            facility: None,
            member_id: None,
            mbi: None,
            street: None,
            city: None,
            state: None,
            zip: None,
            country: None,
            phone: None,
            email: None,
            deceased_on: None,
            related_record_id: None,
            elements: vec![],
            mention_ids: vec![],
        }
    }
}
