//! AWS CloudTrail: files as delivered (`{"Records":[...]}` on one line), JSON lines, `lookup-events` answers (the record as text below
//! `CloudTrailEvent`), EventBridge messages (the record below `detail`).
//!
//! An object in S3 is named `s3://bucket/key`. The account is the user's name; of an assumed role it is the person that a single sign-on
//! names, else the role: the names of sessions are chosen freely.

use crate::Sample;
use crate::input::Lines;
use crate::json::{Flat, get, path, scalar, text, without_secrets};
use crate::json_records;
use crate::out::{Out, Parsed};
use crate::text::{Detail, account, address, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use serde_json::{Map, Value};
use std::borrow::Cow;

const WRAPPERS: &[&str] = &["Records", "Events"];
/// What is kept as JSON text beside its values, for rules that search in all of it.
const WHOLE: &[&str] = &["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];

/// The record itself.
fn inner(map: &Map<String, Value>) -> Option<Cow<'_, Map<String, Value>>> {
    match (map.get("CloudTrailEvent"), map.get("detail")) {
        (Some(Value::String(text)), _) => serde_json::from_str(text).ok().map(Cow::Owned),
        (_, Some(Value::Object(detail))) if detail.contains_key("eventName") => Some(Cow::Borrowed(detail)),
        _ => Some(Cow::Borrowed(map)),
    }
}
fn is_record(map: &Map<String, Value>) -> bool {
    inner(map).is_some_and(|m| ["eventName", "eventTime", "eventSource"].iter().all(|key| m.contains_key(*key)) && m.contains_key("userIdentity"))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let share = json_records::share(sample, WRAPPERS, is_record);
    // A first record that is longer than the head, or a delivery without records.
    let start: String = sample.text.chars().filter(|c| !c.is_whitespace()).take(30).collect();
    if share == 0 && (start == "{\"Records\":[]}" || start.starts_with("{\"Records\":[{\"eventVersion")) { 50 } else { share }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    json_records::each(lines, out, sample, WRAPPERS, |out, map| {
        let parsed = match inner(map) {
            Some(map) => record(out, &map),
            None => Err("a CloudTrailEvent that is not JSON"),
        };
        out.take(parsed)
    })
}

/// OCSF class and activity of an event.
fn class(source: &str, name: &str) -> (i64, i64) {
    let service = source.split('.').next().unwrap_or("");
    match (service, name) {
        ("s3" | "s3express", "GetObject" | "GetObjectTorrent") => (6006, 2),
        ("s3" | "s3express", "PutObject" | "PostObject" | "CreateMultipartUpload" | "CompleteMultipartUpload" | "UploadPart") => (6006, 1),
        ("s3" | "s3express", "DeleteObject" | "DeleteObjects" | "DeleteObjectVersion") => (6006, 4),
        ("s3" | "s3express", "CopyObject" | "UploadPartCopy") => (6006, 6),
        ("s3" | "s3express", "RestoreObject") => (6006, 8),
        ("s3" | "s3express", "HeadObject") => (6006, 99),
        ("s3", "SelectObjectContent") => (6005, 4),
        ("secretsmanager", "GetSecretValue" | "BatchGetSecretValue")
        | ("ssm", "GetParameter" | "GetParameters" | "GetParametersByPath" | "GetParameterHistory") => (6005, 1),
        ("dynamodb", "GetItem" | "BatchGetItem" | "TransactGetItems") => (6005, 1),
        ("dynamodb", "Query" | "Scan" | "ExecuteStatement" | "BatchExecuteStatement") | ("rds-data", "ExecuteStatement" | "BatchExecuteStatement") => (6005, 4),
        ("dynamodb", "PutItem" | "BatchWriteItem") => (6005, 5),
        ("dynamodb", "UpdateItem" | "TransactWriteItems") => (6005, 2),
        ("dynamodb", "DeleteItem") => (6005, 7),
        ("medical-imaging", "GetImageFrame" | "GetImageSetMetadata" | "GetImageSet") | ("healthlake", "ReadResource" | "VersionReadResource") => (6005, 1),
        ("medical-imaging", "SearchImageSets") => (6005, 4),
        ("medical-imaging", _) if name.starts_with("GetDICOM") => (6005, 1),
        ("healthlake", "StartFHIRExportJob") | ("dynamodb", "ExportTableToPointInTime") | ("rds", "StartExportTask") => (6006, 2),
        ("healthlake", _) if name.starts_with("Search") => (6005, 4),
        ("signin", "ConsoleLogin") => (3002, 1),
        ("signin", "SwitchRole") | ("sts", "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" | "GetSessionToken" | "GetFederationToken") => {
            (3002, 7)
        }
        _ => {
            let verb = |verbs: &[&str]| verbs.iter().any(|v| name.starts_with(v));
            let activity = match () {
                _ if verb(&["Create", "Run", "Put", "Add", "Register", "Start", "Import", "Upload", "Attach"]) => 1,
                _ if verb(&["Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "BatchGet", "Scan", "Select", "Download"]) => 2,
                _ if verb(&["Update", "Modify", "Set", "Enable", "Disable", "Change", "Reset", "Tag", "Untag"]) => 3,
                _ if verb(&["Delete", "Remove", "Terminate", "Deregister", "Detach", "Revoke"]) => 4,
                _ => 99,
            };
            (6003, activity)
        }
    }
}

fn actor(flat: &Flat) -> Option<String> {
    let of = |name: &str| flat.get(&format!("userIdentity.{name}")).map(Cow::into_owned);
    let arn = of("arn").unwrap_or_default();
    let name = match of("type").as_deref() {
        Some("Root") => Some("root".to_string()),
        Some("AWSService") => None,
        Some("AssumedRole") => {
            let mut parts = arn.rsplit('/');
            let (session, role) = (parts.next().unwrap_or(""), parts.next());
            let role = role.map(str::to_string).or_else(|| of("sessionContext.sessionIssuer.userName"));
            match role {
                Some(role) if !role.starts_with("AWSReservedSSO_") && !session.contains('@') => Some(role),
                _ => Some(session.to_string()),
            }
        }
        _ => of("userName").or_else(|| of("onBehalfOf.userId")).or_else(|| arn.rsplit('/').next().filter(|n| !n.is_empty()).map(str::to_string)),
    };
    name.filter(|name| name != "HIDDEN_DUE_TO_SECURITY_REASONS").and_then(|name| account(&name, true))
}

/// What the request was about: an object in S3, or the first of the usual names.
fn object(event: &mut Event, map: &Map<String, Value>, source: &str) {
    let request = |name: &str| path(map, &["requestParameters", name]).and_then(scalar).map(Cow::into_owned);
    if source.starts_with("s3")
        && let Some(bucket) = request("bucketName")
    {
        // Of a copy the source is what was read; where it went is in the request.
        let from = request("x-amz-copy-source").map(|from| crate::text::percent(from.trim_start_matches('/')).into_owned());
        let key = request("key").map(|key| format!("s3://{bucket}/{key}"));
        event.object_kind = if key.is_some() { ObjectKind::File } else { ObjectKind::Folder };
        event.object = from.map(|from| format!("s3://{from}")).or(key).or_else(|| Some(format!("s3://{bucket}")));
        return;
    }
    const NAMES: &[&str] = &[
        "secretId",
        "tableName",
        "imageSetId",
        "datastoreId",
        "snapshotId",
        "dBSnapshotIdentifier",
        "dBClusterSnapshotIdentifier",
        "dBInstanceIdentifier",
        "sourceArn",
        "roleArn",
        "userName",
        "roleName",
        "groupName",
        "policyArn",
        "instanceId",
        "functionName",
        "name",
        "trailName",
        "keyId",
        "resourceArn",
        "resourceId",
    ];
    let arn = || map.get("resources").and_then(Value::as_array).and_then(|r| text(r.first()?.as_object()?, &["ARN", "arn"]));
    event.object = NAMES.iter().find_map(|name| request(name)).or_else(arn).filter(|o| present(o).is_some());
    event.object_kind = match &event.object {
        None => ObjectKind::None,
        Some(_) if event.class_uid == 6005 && event.activity_id != 4 => ObjectKind::Record,
        Some(_) => ObjectKind::Other,
    };
}

fn record(out: &mut Out, map: &Map<String, Value>) -> Parsed {
    let name = text(map, &["eventName"]).ok_or("a CloudTrail record without eventName")?;
    let raw = text(map, &["eventTime"]).ok_or("a CloudTrail record without a time")?;
    let time = out.clock.any(&raw, false).ok_or("a CloudTrail record without a readable time")?;
    let source = text(map, &["eventSource"]).unwrap_or_default();
    let flat = Flat::of(map, &[]);
    let value = |name: &str| flat.get(name).and_then(|v| present(&v).map(str::to_string));
    let mut event = out.event(time, &raw, "aws");
    (event.class_uid, event.activity_id) = class(&source, &name);
    event.actor = actor(&flat);
    event.src_addr = value("sourceIPAddress").and_then(|a| address(&a));
    event.device = value("userAgent").or_else(|| value("userIdentity.invokedBy"));
    event.session_key = value("userIdentity.accessKeyId");
    let failed = map.get("errorCode").is_some_and(|e| !e.is_null() && e != "Success") || value("responseElements.ConsoleLogin").is_some_and(|r| r == "Failure");
    event.outcome = if failed { Outcome::Failure } else { Outcome::Success };
    object(&mut event, map, &source);
    if event.class_uid == 6006 || event.class_uid == 6005 {
        let bytes = if event.activity_id == 1 { "additionalEventData.bytesTransferredIn" } else { "additionalEventData.bytesTransferredOut" };
        event.bytes = value(bytes).and_then(|n| n.parse::<f64>().ok()).filter(|n| (0.0..9e15).contains(n)).map(|n| n as i64);
    }
    let mut detail = flat.write(Detail::default());
    for name in WHOLE {
        if let Some(whole) = get(map, name).filter(|v| v.is_object() || v.is_array()) {
            detail = detail.text(name, &without_secrets(whole).to_string());
        }
    }
    event.operation = name;
    event.detail = detail.finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    // Written to the CloudTrail record reference; the identifiers are those of its examples.
    const GET: &str = r#"{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Backup/aws-go-sdk-1","accessKeyId":"ASIA1","sessionContext":{"sessionIssuer":{"type":"Role","userName":"Backup"}}},"eventTime":"2023-09-18T02:05:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"[aws-cli/2]","requestParameters":{"bucketName":"clinic","Host":"x","key":"Fax/a 1.pdf"},"responseElements":null,"additionalEventData":{"bytesTransferredIn":0,"bytesTransferredOut":1234.0},"eventType":"AwsApiCall","managementEvent":false}"#;
    const LOGIN: &str = r#"{"userIdentity":{"type":"IAMUser","userName":"Anna","arn":"arn:aws:iam::111122223333:user/Anna"},"eventTime":"2023-09-18T02:06:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"198.51.100.7","userAgent":"M","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"},"errorMessage":"Failed authentication"}"#;
    const ROLE: &str = r#"{"userIdentity":{"type":"AWSService","invokedBy":"rds.amazonaws.com"},"eventTime":"2023-09-18T02:07:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"rds.amazonaws.com","userAgent":"rds","requestParameters":{"roleArn":"arn:r"},"responseElements":{"credentials":{"accessKeyId":"A","sessionToken":"IQo="}}}"#;
    const EXPECT: &str = "aws GetObject 6006/2 success backup 198.51.100.7 [aws-cli/2] file s3://clinic/Fax/a 1.pdf 1234B\n\
        aws ConsoleLogin 3002/1 failure anna 198.51.100.7 M none -\n\
        aws AssumeRole 3002/7 success - - rds other arn:r\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn the_same_records_in_every_kind_of_file() {
        let all = [GET, LOGIN, ROLE];
        check(&format!("{{\"Records\":[{}]}}", all.join(",")), EXPECT);
        check(&all.join("\n"), EXPECT);
        let quoted = |r: &str| format!("{{\"EventId\":\"1\",\"Username\":\"x\",\"CloudTrailEvent\":{}}}", serde_json::to_string(r).unwrap());
        check(&format!("{{\n    \"Events\": [\n        {}\n    ]\n}}\n", all.map(quoted).join(",\n        ")), EXPECT);
        check(&all.map(|r| format!("{{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{r}}}")).join("\n"), EXPECT);
        check("{\"Records\":[]}", "");
    }

    #[test]
    fn longer_than_any_line() {
        let input = format!("{{\"Records\":[{}]}}", vec![GET; 8000].join(","));
        assert!(input.len() > crate::input::MAX_LINE);
        assert_eq!(events(&source(), input.as_bytes()).lines().count(), 8000);
    }

    #[test]
    fn accounts_and_copies() {
        check(
            &GET.replace("Backup/aws-go-sdk-1", "AWSReservedSSO_Admin_1/anna@clinic.example").replace("GetObject", "DeleteObject"),
            "aws DeleteObject 6006/4 success anna 198.51.100.7 [aws-cli/2] file s3://clinic/Fax/a 1.pdf 1234B\n",
        );
        check(
            &GET.replace("GetObject", "CopyObject").replace("\"Host\":\"x\"", "\"x-amz-copy-source\":\"records/b%201.pdf\""),
            "aws CopyObject 6006/6 success backup 198.51.100.7 [aws-cli/2] file s3://records/b 1.pdf 1234B\n",
        );
    }

    #[test]
    fn names_that_rules_use_and_no_secrets() {
        let detail = details(&source(), [GET, LOGIN, ROLE].join("\n").as_bytes());
        assert_eq!((detail[0]["userIdentity.type"].as_str(), detail[1]["additionalEventData.MFAUsed"].as_str()), (Some("AssumedRole"), Some("No")));
        assert!(detail[0]["requestParameters"].as_str().unwrap().contains("\"bucketName\":\"clinic\""));
        assert!(!detail[2].to_string().contains("IQo"));
    }
}
