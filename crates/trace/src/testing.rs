//! Small events for tests.

use dosimeter_case::Id;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// An empty successful event.
pub fn event(time: &str) -> Event {
    Event {
        event_id: Id::of("event", &[&time]),
        source_id: Id(0),
        record_no: 0,
        byte_offset: 0,
        host: "fs01".into(),
        time: time.parse().unwrap(),
        time_raw: time.into(),
        class_uid: 4006,
        activity_id: 0,
        outcome: Outcome::Success,
        actor: None,
        src_addr: None,
        device: None,
        app: "samba".into(),
        operation: "pread_recv".into(),
        object_kind: ObjectKind::None,
        object: None,
        patient_id: None,
        study_uid: None,
        bytes: None,
        n_instances: None,
        session_key: None,
        detail: "{}".into(),
    }
}

/// A read of a file by an account from an address.
pub fn read(time: &str, actor: &str, address: &str, path: &str) -> Event {
    Event {
        event_id: Id::of("event", &[&time, &actor, &path]),
        actor: Some(actor.into()),
        src_addr: Some(address.into()),
        object_kind: ObjectKind::File,
        object: Some(path.into()),
        ..event(time)
    }
}
