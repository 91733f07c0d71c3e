//! Files that a network sensor saw, that an FTP server handed out, and that the kernel's audit names.

use super::{Touch, detail, http};
use crate::touch::Extent;
use dosimeter_case::tables::{Action, Event, ObjectKind};

/// OCSF 6006, as the readers of these logs set it.
const UPLOAD: i64 = 1;
const DOWNLOAD: i64 = 2;
const UPDATE: i64 = 3;
const DELETE: i64 = 4;
const RENAME: i64 = 5;

fn number(event: &Event, key: &str) -> Option<i64> {
    detail(event, key)?.parse().ok()
}

/// Zeek and Suricata.
pub(super) fn sensor(event: &Event) -> Option<Touch> {
    if event.class_uid == 4002 {
        return http(event);
    }
    if event.class_uid != 6006 || event.object_kind != ObjectKind::File {
        return None;
    }
    match event.activity_id {
        DOWNLOAD => {
            // A record of a whole file says how long it was and how much of it was seen.
            let whole = match (number(event, "seen_bytes"), number(event, "total_bytes")) {
                (Some(seen), Some(total)) => total > 0 && seen >= total,
                _ => detail(event, "fileinfo.state").as_deref() == Some("CLOSED") || detail(event, "reply_code").as_deref() == Some("226"),
            };
            let request = event.operation.contains("FILE_READ") || event.operation.contains("COMMAND_READ");
            Touch::read(if whole {
                Extent::Whole
            } else if request || event.bytes.is_none() {
                Extent::Some
            } else {
                Extent::Bytes
            })
        }
        other => change(other),
    }
}

/// Transfers by an FTP server.
pub(super) fn ftp(event: &Event) -> Option<Touch> {
    match event.activity_id {
        _ if event.class_uid != 6006 || event.object_kind != ObjectKind::File => None,
        // The server says whether the transfer was complete; some say it only by how many bytes were sent.
        DOWNLOAD if detail(event, "completion").as_deref() == Some("c") => Touch::read(Extent::Whole),
        DOWNLOAD => Touch::read(if event.bytes.is_some() { Extent::Bytes } else { Extent::Some }),
        other => change(other),
    }
}

/// The kernel tells that a file was opened, not what was read of it.
pub(super) fn auditd(event: &Event) -> Option<Touch> {
    match (event.class_uid, event.activity_id) {
        _ if event.object_kind != ObjectKind::File => None,
        (1001, 2) => Touch::read(Extent::Some),
        (1001, 1 | 3) => Touch::change(Action::Altered),
        (1001, 4) => Touch::change(Action::Deleted),
        (1001, 5) => Touch::change(Action::Altered),
        _ => None,
    }
}

fn change(activity: i64) -> Option<Touch> {
    match activity {
        UPLOAD | UPDATE | RENAME => Touch::change(Action::Altered),
        DELETE => Touch::change(Action::Deleted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::event;
    use crate::touch::touch;
    use dosimeter_case::tables::{Event, ObjectKind};

    fn check(app: &str, class_uid: i64, activity_id: i64, operation: &str, detail: &str, expect: &str) {
        let object_kind = if class_uid == 4002 { ObjectKind::Url } else { ObjectKind::File };
        let e = Event {
            app: app.into(),
            class_uid,
            activity_id,
            operation: operation.into(),
            object_kind,
            object: Some("/a".into()),
            bytes: Some(10),
            detail: detail.into(),
            ..event("2023-09-01T00:00:00Z")
        };
        let got = touch(&e).map_or("none".to_string(), |t| format!("{} {:?}", t.action, t.extent));
        assert_eq!(got, expect, "{app} {operation} {detail}");
    }

    #[test]
    fn sensors() {
        check("zeek", 4001, 6, "SF", "{}", "none");
        check("zeek", 4002, 3, "GET", "{\"status_code\":200}", "viewed Bytes");
        check("zeek", 4002, 3, "GET", "{\"status_code\":206}", "viewed Some");
        check("zeek", 4002, 3, "GET", "{\"status_code\":304}", "none");
        check("zeek", 6006, 2, "SMB", "{\"seen_bytes\":10,\"total_bytes\":10}", "viewed Whole");
        check("zeek", 6006, 2, "SMB", "{\"seen_bytes\":10,\"total_bytes\":11}", "viewed Bytes");
        check("zeek", 6006, 2, "SMB::FILE_READ", "{}", "viewed Some");
        check("zeek", 6006, 14, "SMB::FILE_OPEN", "{}", "none");
        check("zeek", 6006, 4, "SMB::FILE_DELETE", "{}", "deleted Some");
        check("zeek", 6006, 2, "RETR", "{\"reply_code\":226}", "viewed Whole");
        check("suricata", 6006, 2, "fileinfo", "{\"fileinfo.state\":\"CLOSED\"}", "viewed Whole");
        check("suricata", 6006, 2, "fileinfo", "{\"fileinfo.state\":\"TRUNCATED\"}", "viewed Bytes");
        check("suricata", 6006, 2, "SMB2_COMMAND_READ", "{}", "viewed Some");
    }

    #[test]
    fn servers() {
        check("ftp", 6006, 2, "o", "{\"completion\":\"c\"}", "viewed Whole");
        check("ftp", 6006, 2, "o", "{\"completion\":\"i\"}", "viewed Bytes");
        check("vsftpd", 6006, 1, "UPLOAD", "{}", "altered Some");
        check("proftpd", 3002, 1, "PASS", "{}", "none");
        check("auditd", 1001, 2, "openat", "{}", "viewed Some");
        check("auditd", 1001, 4, "unlink", "{}", "deleted Some");
        check("auditd", 1007, 1, "execve", "{}", "none");
    }
}
