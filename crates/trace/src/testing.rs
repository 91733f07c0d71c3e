//! Small events for tests.

use dosimeter_case::Id;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// An empty successful event.
pub fn event(time: &str) -> Event {
    Event {
        host: "fs01".into(),
        class_uid: 4006,
        outcome: Outcome::Success,
        app: "samba".into(),
        operation: "pread_recv".into(),
        detail: "{}".into(),
        ..Event::blank(Id::of("event", &[&time]), Id(0), time.parse().unwrap())
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

/// Events as tracing takes them.
pub fn acts(events: &[Event]) -> Vec<crate::act::Act> {
    crate::act::Acts::of(events)
}
