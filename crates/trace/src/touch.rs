//! What one log record says was done to an object, by the semantics of its protocol.

mod cloud;
mod net;
mod pacs;
mod records;

use dosimeter_case::tables::{Action, Event, ObjectKind, Outcome};

/// How much of the object an event moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it, by the protocol's meaning.
    Whole,
    /// The number of bytes in `Event::bytes`, to be held against the object's size.
    Bytes,
    /// Some of it; the log does not say how much.
    Some,
    /// A rendering: a preview, a screen, the tags.
    Rendering,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Read, altered or deleted; a read's action is settled from its extent.
    pub action: Action,
    /// How much.
    pub extent: Extent,
}

impl Touch {
    fn read(extent: Extent) -> Option<Touch> {
        Some(Touch { action: Action::Viewed, extent })
    }
    fn change(action: Action) -> Option<Touch> {
        Some(Touch { action, extent: Extent::Some })
    }
}

/// What an event did to its object; `None` for logins, listings, queries, failures and everything else that shows no content.
pub fn touch(event: &Event) -> Option<Touch> {
    if event.outcome == Outcome::Failure || event.object.is_none() {
        return None;
    }
    match event.app.as_str() {
        "samba" => samba(event),
        "sftp" | "sshd" => sftp(event),
        "windows" => windows(event),
        "ehr" => ehr(event),
        "atna" => pacs::atna(event),
        "dcm4chee" | "orthanc" => pacs::dimse(event),
        "m365" => cloud::m365(event),
        "aws" => cloud::aws(event),
        "fhir" => records::fhir(event),
        "postgresql" | "mysql" => records::sql(event),
        "nginx" | "apache" | "http" => http(event),
        "iis" if event.class_uid == 6006 => net::ftp(event),
        "iis" => http(event),
        "zeek" | "suricata" => net::sensor(event),
        "ftp" | "vsftpd" | "proftpd" | "pure-ftpd" => net::ftp(event),
        "auditd" => net::auditd(event),
        _ => None,
    }
}

fn samba(event: &Event) -> Option<Touch> {
    // `open` and `openat` also happen to every entry when a folder is listed: only reading counts.
    match event.operation.to_ascii_lowercase().as_str() {
        "pread" | "pread_send" | "pread_recv" | "read" | "sendfile" | "recvfile_read" | "offload_read_recv" => Touch::read(Extent::Some),
        "pwrite" | "pwrite_recv" | "write" | "ftruncate" | "rename" | "renameat" => Touch::change(Action::Altered),
        "unlink" | "unlinkat" | "rmdir" => Touch::change(Action::Deleted),
        _ => None,
    }
}

fn sftp(event: &Event) -> Option<Touch> {
    match event.operation.as_str() {
        // `close … bytes read N written M` is the record of the transfer.
        "close" if event.bytes.is_some_and(|n| n > 0) => Touch::read(Extent::Bytes),
        "remove" => Touch::change(Action::Deleted),
        "rename" | "posix-rename" | "write" | "set" => Touch::change(Action::Altered),
        _ => None,
    }
}

fn windows(event: &Event) -> Option<Touch> {
    // 4663: the object was opened with these rights and they were used; 5145: the share checked that they would be granted.
    const READ_DATA: i64 = 0x1;
    const WRITE_OR_APPEND: i64 = 0x6;
    const DELETE: i64 = 0x1_0000;
    if event.object_kind != ObjectKind::File {
        return None;
    }
    let mask = detail(event, "AccessMask").or_else(|| detail(event, "access_mask")).and_then(|m| parse_mask(&m)).unwrap_or(READ_DATA);
    if mask & DELETE != 0 && event.operation.contains("4663") {
        Touch::change(Action::Deleted)
    } else if mask & READ_DATA != 0 {
        Touch::read(Extent::Some)
    } else if mask & WRITE_OR_APPEND != 0 {
        Touch::change(Action::Altered)
    } else {
        None
    }
}

fn ehr(event: &Event) -> Option<Touch> {
    let operation = event.operation.to_ascii_lowercase();
    let is = |words: &[&str]| words.iter().any(|w| operation.contains(w));
    if is(&["export", "print", "download", "copy", "release"]) {
        Touch::read(Extent::Whole)
    } else if is(&["delete", "remove"]) {
        Touch::change(Action::Deleted)
    } else if is(&["login", "logon", "logout", "logoff", "search"]) {
        None
    } else {
        // Editing a chart shows it.
        Touch::read(Extent::Rendering)
    }
}

fn http(event: &Event) -> Option<Touch> {
    let path = event.object.as_deref()?.to_ascii_lowercase();
    // Each log has its own name for it.
    let status = ["status", "sc-status", "status_code", "http.status"].iter().find_map(|name| detail(event, name));
    let partial = status.as_deref() == Some("206");
    match event.operation.as_str() {
        "GET" | "POST" => {}
        "DELETE" => return Touch::change(Action::Deleted),
        _ => return None,
    }
    if event.bytes == Some(0) || status.as_deref() == Some("304") {
        return None;
    }
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    // Orthanc's REST API and DICOMweb (PS3.18).
    let dicomweb = ["/instances/", "/studies/", "/series/", "/patients/", "/wado"].iter().any(|p| path.contains(p)) || path.ends_with("/wado");
    if dicomweb {
        return match last {
            "archive" | "media" | "file" => Touch::read(Extent::Whole),
            "preview" | "rendered" | "thumbnail" | "image-uint8" | "image-uint16" | "image-int16" | "matlab" | "pdf" => Touch::read(Extent::Rendering),
            "simplified-tags" | "tags" | "metadata" | "header" | "shared-tags" => Touch::read(Extent::Rendering),
            "wado"
                if detail(event, "query")
                    .is_some_and(|q| q.to_ascii_lowercase().contains("application%2fdicom") || q.to_ascii_lowercase().contains("application/dicom")) =>
            {
                Touch::read(Extent::Whole)
            }
            "wado" => Touch::read(Extent::Rendering),
            "series" | "instances" | "studies" | "patients" | "statistics" | "labels" => None,
            // `/dicom-web/studies/UID` and below retrieve; Orthanc's `/studies/ID` only describes.
            _ if path.contains("dicom-web") || path.contains("/rs/") => Touch::read(Extent::Whole),
            _ => None,
        };
    }
    if partial { Touch::read(Extent::Some) } else { Touch::read(Extent::Bytes) }
}

/// A value of the event's `detail`, as text.
pub fn detail(event: &Event, key: &str) -> Option<String> {
    // Most events have little detail: look for the key before parsing.
    if !event.detail.contains(key) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(&event.detail).ok()?;
    match value.get(key)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn parse_mask(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::event;

    fn check(app: &str, operation: &str, object: &str, expect: &str) {
        let e = Event { app: app.into(), operation: operation.into(), object: Some(object.into()), bytes: Some(10), ..event("2023-09-01T00:00:00Z") };
        let got = touch(&e).map_or("none".to_string(), |t| format!("{} {:?}", t.action, t.extent));
        assert_eq!(got, expect, "{app} {operation} {object}");
    }

    #[test]
    fn meanings() {
        check("samba", "openat", "/srv/a.pdf", "none");
        check("samba", "pread_recv", "/srv/a.pdf", "viewed Some");
        check("samba", "unlinkat", "/srv/a.pdf", "deleted Some");
        check("sftp", "close", "/srv/a.pdf", "viewed Bytes");
        check("sftp", "lstat", "/srv/a.pdf", "none");
        check("nginx", "GET", "/portal/documents/1/a.pdf", "viewed Bytes");
        check("nginx", "HEAD", "/portal/documents/1/a.pdf", "none");
        check("nginx", "GET", "/studies/0adb7a38-d29e5ea8/archive", "viewed Whole");
        check("nginx", "GET", "/studies/0adb7a38-d29e5ea8", "none");
        check("nginx", "GET", "/instances/0adb7a38-d29e5ea8/preview", "viewed Rendering");
        check("nginx", "GET", "/dicom-web/studies/1.2.3/series/1.2.4", "viewed Whole");
        check("nginx", "GET", "/dicom-web/studies/1.2.3/series/1.2.4/rendered", "viewed Rendering");
        check("nginx", "GET", "/dicom-web/studies/1.2.3/series", "none");
        check("atna", "110103/R", "1.2.3", "viewed Rendering");
        check("atna", "110104/C", "1.2.3", "none");
        check("atna", "110104/R", "1.2.3", "viewed Whole");
        check("ehr", "VIEW", "1001", "viewed Rendering");
        check("ehr", "EXPORT", "1001", "viewed Whole");
        check("openvpn", "connect", "10.0.0.1", "none");
    }

    #[test]
    fn windows_masks() {
        for (mask, expect) in [("0x1", Some(Action::Viewed)), ("0x120089", Some(Action::Viewed)), ("0x2", Some(Action::Altered)), ("0x80", None)] {
            let e = Event {
                app: "windows".into(),
                operation: "5145".into(),
                object: Some("a".into()),
                object_kind: ObjectKind::File,
                detail: format!("{{\"AccessMask\":\"{mask}\"}}"),
                ..event("2023-09-01T00:00:00Z")
            };
            assert_eq!(touch(&e).map(|t| t.action), expect, "{mask}");
        }
    }
}
