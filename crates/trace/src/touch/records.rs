//! FHIR servers and databases: what an audited operation did to the records it names.

use super::pacs::atna;
use super::{Extent, Touch, detail};
use dosimeter_case::tables::{Action, Event, ObjectKind};

/// FHIR AuditEvent: a resource that was read, or found for a patient, was shown; an export hands out everything.
pub(super) fn fhir(event: &Event) -> Option<Touch> {
    if event.operation.starts_with("110") {
        return match event.operation.as_str() {
            "110112/E" if event.object_kind == ObjectKind::Record => Touch::read(Extent::Rendering),
            _ => atna(event),
        };
    }
    match (event.class_uid, event.activity_id) {
        (6006, 2) => Touch::read(Extent::Whole),
        (6005, 1) => Touch::read(Extent::Rendering),
        // A search answers with whole resources; without a patient nobody knows whose.
        (6005, 4) if event.object_kind == ObjectKind::Record => Touch::read(Extent::Rendering),
        (6005, 2) => Touch::change(Action::Altered),
        (6005, 7) => Touch::change(Action::Deleted),
        _ => None,
    }
}

/// SQL: an export hands out the table, a query some of its rows.
pub(super) fn sql(event: &Event) -> Option<Touch> {
    match (event.class_uid, event.activity_id) {
        (6006, 2) => Touch::read(Extent::Whole),
        // Where the log counts the rows, a query without any showed nothing.
        (6005, 1 | 4) => Touch::read(Extent::Some).filter(|_| detail(event, "rows").is_none_or(|rows| rows != "0")),
        (6005, 2 | 5) => Touch::change(Action::Altered),
        (6005, 7) => Touch::change(Action::Deleted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::touch;
    use crate::testing::event;
    use dosimeter_case::tables::{Event, ObjectKind};

    fn check(app: &str, operation: &str, (class_uid, activity_id): (i64, i64), object_kind: ObjectKind, expect: &str) {
        let e = Event {
            app: app.into(),
            operation: operation.into(),
            object_kind,
            object: Some("12".into()),
            class_uid,
            activity_id,
            ..event("2023-09-01T00:00:00Z")
        };
        let got = touch(&e).map_or("none".to_string(), |t| format!("{} {:?}", t.action, t.extent));
        assert_eq!(got, expect, "{app} {operation}");
    }

    #[test]
    fn tables() {
        check("postgresql", "READ/SELECT", (6005, 1), ObjectKind::Other, "viewed Some");
        check("postgresql", "READ/COPY", (6006, 2), ObjectKind::Other, "viewed Whole");
        check("mysql", "DELETE", (6005, 7), ObjectKind::Other, "deleted Some");
        check("mysql", "CONNECT", (3002, 1), ObjectKind::None, "none");
    }

    #[test]
    fn resources() {
        check("fhir", "read", (6005, 1), ObjectKind::Record, "viewed Rendering");
        check("fhir", "search", (6005, 4), ObjectKind::Record, "viewed Rendering");
        check("fhir", "search", (6005, 4), ObjectKind::Query, "none");
        check("fhir", "$export", (6006, 2), ObjectKind::Query, "viewed Whole");
        check("fhir", "delete", (6005, 7), ObjectKind::Record, "deleted Some");
        check("fhir", "create", (6005, 6), ObjectKind::Record, "none");
        check("fhir", "110106/R", (6006, 2), ObjectKind::Record, "viewed Whole");
        check("fhir", "110112/E", (6005, 4), ObjectKind::Record, "viewed Rendering");
    }
}
