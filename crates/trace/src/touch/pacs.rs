//! Image archives: what their audit messages and logs say was done to a study.

use super::{Extent, Touch, detail, http};
use dosimeter_case::tables::{Action, Event};

/// ATNA, DICOM PS3.15 A.5.3. In dcm4chee a retrieval is 110104 with action R, while C is storing in.
pub(super) fn atna(event: &Event) -> Option<Touch> {
    // A storage commitment or another check: nothing was transferred.
    if event.activity_id == 99 {
        return None;
    }
    let (code, action) = event.operation.split_once('/').unwrap_or((&event.operation, ""));
    match (code, action) {
        ("110104" | "110106", "R" | "" | "E") => Touch::read(if rendered(event) { Extent::Rendering } else { Extent::Whole }),
        ("110103", "R" | "") => Touch::read(Extent::Rendering),
        ("110105", _) | ("110103", "D") => Touch::change(Action::Deleted),
        ("110110", "R") => Touch::read(Extent::Rendering),
        _ => None,
    }
}

/// Web services are participants under their address, which says whether pictures or tags were asked for instead of the objects.
fn rendered(event: &Event) -> bool {
    let pictures = ["/metadata", "/rendered", "/thumbnail", "contentType=image/", "contentType=image%2F", "contentType=text/"];
    event.detail.contains("http") && detail(event, "participants").is_some_and(|p| pictures.iter().any(|w| p.contains(w)))
}

/// An archive's own log (dcm4chee, Orthanc): what was moved or sent is a copy; web requests are as on any server.
pub(super) fn dimse(event: &Event) -> Option<Touch> {
    match (event.class_uid, event.activity_id, event.operation.as_str()) {
        (6005, 1, "C-MOVE" | "C-GET") | (6006, 2, "C-STORE") => Touch::read(Extent::Whole),
        (6005, 7, _) => Touch::change(Action::Deleted),
        (4002, ..) => http(event),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::touch;
    use crate::testing::event;
    use dosimeter_case::tables::Event;

    fn check(app: &str, operation: &str, (class_uid, activity_id): (i64, i64), detail: &str, expect: &str) {
        let e = Event {
            app: app.into(),
            operation: operation.into(),
            object: Some("/dcm4chee-arc/aets/A/rs/studies/1.2.3".into()),
            class_uid,
            activity_id,
            detail: detail.into(),
            ..event("2023-09-01T00:00:00Z")
        };
        let got = touch(&e).map_or("none".to_string(), |t| format!("{} {:?}", t.action, t.extent));
        assert_eq!(got, expect, "{app} {operation} {detail}");
    }

    #[test]
    fn retrievals() {
        check("atna", "110104/R", (6005, 1), "{}", "viewed Whole");
        check("atna", "110104/R", (6005, 99), "{}", "none");
        check("atna", "110104/R", (6005, 1), "{\"participants\":[\"http://h/rs/studies/1.2/metadata@h\"]}", "viewed Rendering");
        check("dcm4chee", "C-MOVE", (6005, 1), "{}", "viewed Whole");
        check("dcm4chee", "C-STORE", (6006, 2), "{}", "viewed Whole");
        check("dcm4chee", "C-STORE", (6005, 5), "{}", "none");
        check("dcm4chee", "C-FIND", (6005, 4), "{}", "none");
        check("orthanc", "C-MOVE", (6005, 1), "{}", "viewed Whole");
        check("dcm4chee", "GET", (4002, 3), "{}", "viewed Whole");
    }
}
