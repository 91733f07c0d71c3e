//! Microsoft 365 and AWS: what an audited operation did to its object.

use super::{Extent, Touch, detail};
use dosimeter_case::tables::{Action, Event, ObjectKind};

/// Microsoft 365 unified audit log.
pub(super) fn m365(event: &Event) -> Option<Touch> {
    let operation = event.operation.to_ascii_lowercase();
    match operation.as_str() {
        "filedownloaded" | "filesyncdownloadedfull" | "filecopied" => Touch::read(Extent::Whole),
        "filesyncdownloadedpartial" => Touch::read(Extent::Some),
        // Opened in the browser or in an Office program; previews are pictures of it.
        "fileaccessed" | "fileaccessedextended" | "filepreviewed" => Touch::read(Extent::Rendering),
        "mailitemsaccessed" | "messagebind" | "folderbind" => mail(event),
        "chatretrieved" | "messageread" => Touch::read(Extent::Rendering),
        "searchexportdownloaded" | "viewedsearchexported" => Touch::read(Extent::Whole),
        "harddelete" | "softdelete" | "movetodeleteditems" => Touch::change(Action::Deleted),
        _ if event.object_kind != ObjectKind::File => None,
        _ if operation.contains("deleted") || operation.contains("recycled") => Touch::change(Action::Deleted),
        "fileuploaded" | "filemodified" | "filemodifiedextended" | "filesyncuploadedfull" | "filesyncuploadedpartial" | "filerenamed" | "filemoved" => {
            Touch::change(Action::Altered)
        }
        _ => None,
    }
}

/// A synchronised folder is in the client's copy as a whole; of a single message its protocol tells whether it was fetched or shown.
fn mail(event: &Event) -> Option<Touch> {
    if event.object_kind == ObjectKind::Folder {
        return Touch::read(if detail(event, "OperationProperties.MailAccessType").as_deref() == Some("Bind") { Extent::Some } else { Extent::Whole });
    }
    let client = event.device.as_deref().unwrap_or("").to_ascii_lowercase();
    let fetches = ["client=pop3", "client=imap4", "client=rest", "client=webservices"].iter().any(|c| client.starts_with(c));
    Touch::read(if fetches { Extent::Whole } else { Extent::Rendering })
}

/// AWS CloudTrail.
pub(super) fn aws(event: &Event) -> Option<Touch> {
    let part =
        || event.detail.contains("\"requestParameters.Range\"") || event.detail.contains("\"requestParameters.range\"") || event.detail.contains("artNumber\"");
    match event.operation.as_str() {
        "GetObject" if event.bytes.is_some() => Touch::read(if part() { Extent::Some } else { Extent::Bytes }),
        "GetObject" | "GetObjectTorrent" => Touch::read(if part() { Extent::Some } else { Extent::Whole }),
        "CopyObject" => Touch::read(Extent::Whole),
        "UploadPartCopy" | "SelectObjectContent" => Touch::read(Extent::Some),
        "PutObject" | "PostObject" | "CompleteMultipartUpload" | "PutItem" | "UpdateItem" => Touch::change(Action::Altered),
        "DeleteObject" | "DeleteObjectVersion" | "DeleteItem" => Touch::change(Action::Deleted),
        "GetSecretValue" | "GetParameter" | "GetParameters" | "GetItem" | "GetImageFrame" | "GetImageSetMetadata" | "ReadResource" | "VersionReadResource" => {
            Touch::read(Extent::Rendering)
        }
        "Scan" | "Query" if event.object_kind != ObjectKind::None => Touch::read(Extent::Some),
        // A snapshot that others may use, and an export: all of it is theirs.
        "ModifySnapshotAttribute" | "ModifyDBSnapshotAttribute" | "ModifyDBClusterSnapshotAttribute"
            if event.detail.contains(".add.") || event.detail.contains("ToAdd") =>
        {
            Touch::read(Extent::Whole)
        }
        "StartExportTask" | "StartFHIRExportJob" | "ExportTableToPointInTime" => Touch::read(Extent::Whole),
        name if name.starts_with("GetDICOM") => Touch::read(if name.contains("Metadata") { Extent::Rendering } else { Extent::Whole }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::touch;
    use crate::testing::event;
    use dosimeter_case::tables::{Event, ObjectKind};

    fn check(app: &str, operation: &str, kind: ObjectKind, device: &str, detail: &str, expect: &str) {
        let e = Event {
            app: app.into(),
            operation: operation.into(),
            object_kind: kind,
            object: Some("x".into()),
            device: Some(device.into()),
            detail: detail.into(),
            ..event("2023-09-01T00:00:00Z")
        };
        let got = touch(&e).map_or("none".to_string(), |t| format!("{} {:?}", t.action, t.extent));
        assert_eq!(got, expect, "{app} {operation} {detail}");
    }

    #[test]
    fn office() {
        check("m365", "FileDownloaded", ObjectKind::File, "", "{}", "viewed Whole");
        check("m365", "FileAccessed", ObjectKind::File, "", "{}", "viewed Rendering");
        check("m365", "FileRecycled", ObjectKind::File, "", "{}", "deleted Some");
        check("m365", "FileModified", ObjectKind::File, "", "{}", "altered Some");
        check("m365", "MailItemsAccessed", ObjectKind::Folder, "Client=MSExchangeRPC", "{\"OperationProperties.MailAccessType\":\"Sync\"}", "viewed Whole");
        check("m365", "MailItemsAccessed", ObjectKind::Other, "Client=OWA;x", "{}", "viewed Rendering");
        check("m365", "MailItemsAccessed", ObjectKind::Other, "Client=IMAP4", "{}", "viewed Whole");
        check("m365", "PageViewed", ObjectKind::Url, "", "{}", "none");
        check("m365", "UserLoggedIn", ObjectKind::Other, "", "{}", "none");
    }

    #[test]
    fn buckets_and_snapshots() {
        check("aws", "GetObject", ObjectKind::File, "", "{}", "viewed Whole");
        check("aws", "GetObject", ObjectKind::File, "", "{\"requestParameters.Range\":\"bytes=0-9\"}", "viewed Some");
        check("aws", "HeadObject", ObjectKind::File, "", "{}", "none");
        check("aws", "DeleteObject", ObjectKind::File, "", "{}", "deleted Some");
        check(
            "aws",
            "ModifySnapshotAttribute",
            ObjectKind::Other,
            "",
            "{\"requestParameters.createVolumePermission.add.items.userId\":[\"1\"]}",
            "viewed Whole",
        );
        check("aws", "ModifySnapshotAttribute", ObjectKind::Other, "", "{\"requestParameters.createVolumePermission.remove.items.userId\":[\"1\"]}", "none");
        check("aws", "DescribeInstances", ObjectKind::Other, "", "{}", "none");
    }
}
