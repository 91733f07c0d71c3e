//! Microsoft 365 unified audit log: the CSV export (its column `AuditData` holds JSON), `Search-UnifiedAuditLog` and Graph as JSON (the same
//! below `AuditData`), and the records themselves as JSON lines or arrays (Management Activity API).
//!
//! A record that names several messages gives one event per message; a synchronised mail folder is one event with the folder as object.
//! The object of a message is its `InternetMessageId`. Times are UTC without saying so.

use crate::Sample;
use crate::input::Lines;
use crate::json::{Flat, get, number, scalar, text};
use crate::json_records;
use crate::out::Out;
use crate::table::{cells, each_row};
use crate::text::{Detail, account, address, percent, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use serde_json::{Map, Value};

const WRAPPERS: &[&str] = &["value", "Records"];
/// The header is looked for in this many lines: PowerShell writes `#TYPE ...` above it.
const PREAMBLE: usize = 3;
/// Lines that a quoted field may go over.
const MOST_LINES: usize = 200;

struct Layout {
    before: usize,
    delimiter: u8,
    column: usize,
}

fn layout(sample: &Sample) -> Option<Layout> {
    sample.lines.iter().take(PREAMBLE).enumerate().find_map(|(before, line)| {
        let delimiter = if line.bytes().filter(|b| *b == b';').count() > line.bytes().filter(|b| *b == b',').count() { b';' } else { b',' };
        let names: Vec<String> = cells(line, delimiter).iter().map(|name| name.to_ascii_lowercase().replace(' ', "")).collect();
        let column = names.iter().position(|name| name == "auditdata")?;
        let known = names.iter().any(|name| matches!(name.as_str(), "operations" | "operation" | "userids" | "userid" | "recordtype" | "creationdate"));
        known.then_some(Layout { before, delimiter, column })
    })
}

/// The audited record itself: the object, or what it has below `AuditData` (an object, or JSON as text).
fn audit_data(map: &Map<String, Value>) -> Option<Map<String, Value>> {
    match get(map, "AuditData") {
        Some(Value::Object(data)) => Some(data.clone()),
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        _ => Some(map.clone()),
    }
}

fn is_record(map: &Map<String, Value>) -> bool {
    audit_data(map).is_some_and(|data| {
        get(&data, "Operation").is_some() && get(&data, "CreationTime").is_some() && (get(&data, "Workload").is_some() || get(&data, "RecordType").is_some())
    })
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    if layout(sample).is_some() { 95 } else { json_records::share(sample, WRAPPERS, is_record) }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    let Some(layout) = layout(sample) else {
        return json_records::each(lines, out, sample, WRAPPERS, |out, map| match audit_data(map) {
            Some(data) => record(out, &data),
            None => out.reject("AuditData that is not JSON"),
        });
    };
    each_row(lines, out, layout.before + 1, MOST_LINES, |out, row| {
        let row = cells(row, layout.delimiter);
        match row.get(layout.column).map(|data| serde_json::from_str(data)) {
            Some(Ok(Value::Object(data))) => record(out, &data),
            Some(_) => out.reject("AuditData that is not JSON"),
            None => out.reject("a row with too few columns"),
        }
    })
}

/// OCSF class and activity of an operation.
fn class(operation: &str) -> (i64, i64) {
    let name = operation.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let starts = |words: &[&str]| words.iter().any(|w| name.starts_with(w));
    match name.as_str() {
        "userloggedin" | "userloginfailed" | "mailboxlogin" | "teamssessionstarted" => (3002, 1),
        "signinevent" => (3002, 99),
        "mailitemsaccessed" | "messagebind" | "folderbind" | "chatretrieved" | "messageread" => (6005, 1),
        "harddelete" | "softdelete" | "movetodeleteditems" => (6005, 7),
        "create" | "copy" => (6005, 6),
        "update" | "move" => (6005, 2),
        _ if starts(&["searchquery", "searchstarted"]) => (6005, 4),
        _ if starts(&["searchexport", "searchpreview", "exportreport"]) || name == "viewedsearchexported" => (6006, 2),
        _ if has(&["link", "sharing"]) && has(&["removed", "deleted", "revoked", "disabled"]) => (6006, 13),
        _ if has(&["sharingset", "sharinginvitation", "linkcreated", "addedtosecurelink"]) => (6006, 12),
        "pageviewed" | "pageviewedextended" | "listviewed" | "clientviewsignaled" => (6006, 14),
        _ if starts(&["file", "folder"]) => {
            let kinds: [(&[&str], i64); 11] = [
                (&["downloaded"], 2),
                (&["previewed"], 9),
                (&["accessed"], 14),
                (&["uploaded"], 1),
                (&["deleted", "recycled"], 4),
                (&["renamed"], 5),
                (&["copied"], 6),
                (&["moved"], 7),
                (&["restored"], 8),
                (&["modified", "malware"], 3),
                (&["created"], 1),
            ];
            (6006, kinds.iter().find(|(words, _)| has(words)).map_or(99, |(_, activity)| *activity))
        }
        _ if starts(&["new-", "add", "create", "install-", "consent"]) || has(&["created", "added"]) => (6003, 1),
        _ if starts(&["get", "search", "list", "view", "aggregate"]) => (6003, 2),
        _ if starts(&["set", "update", "enable", "disable", "change", "reset", "modify"]) || has(&["updated", "changed"]) => (6003, 3),
        _ if starts(&["remove", "delete", "hard delete", "uninstall-"]) || has(&["removed", "deleted"]) => (6003, 4),
        _ => (6003, 99),
    }
}

fn record(out: &mut Out, data: &Map<String, Value>) -> Result<()> {
    let Some(operation) = text(data, &["Operation"]) else { return out.reject("an audit record without its operation") };
    let Some(raw) = text(data, &["CreationTime"]) else { return out.reject("an audit record without a time") };
    // The times are UTC, with or without saying so.
    let zoned = if raw.ends_with('Z') || raw.contains('+') || raw.starts_with('/') { raw.clone() } else { format!("{raw}Z") };
    let Some(time) = out.clock.any(&zoned, false) else { return out.reject("an audit record without a readable time") };
    let mut event = out.event(time, &raw, "m365");
    (event.class_uid, event.activity_id) = class(&operation);
    let flat = Flat::of(data, &["Folders", "AffectedItems", "Item"]);
    let value = |names: &[&str]| names.iter().find_map(|name| flat.get(name)).and_then(|v| present(&v).map(str::to_string));
    event.actor = value(&["UserId", "MailboxOwnerUPN"]).filter(|user| !matches!(user.as_str(), "Not Available" | "Unknown")).and_then(|u| account(&u, true));
    event.src_addr = value(&["ClientIP", "ClientIPAddress", "ActorIpAddress", "SenderIp"]).and_then(|a| address(&a));
    event.device = value(&["UserAgent", "ExtendedProperties.UserAgent", "ClientInfoString", "ActorInfoString"]);
    event.session_key = value(&["SessionId", "DeviceProperties.SessionId", "AppAccessContext.AADSessionId"]);
    let status = value(&["ResultStatus"]).unwrap_or_default().to_ascii_lowercase();
    event.outcome = match status.as_str() {
        _ if operation.to_ascii_lowercase().contains("loginfailed") => Outcome::Failure,
        // SharePoint records only what was done, without saying that it succeeded.
        "" | "success" | "succeeded" | "true" | "partiallysucceeded" => Outcome::Success,
        "failed" | "false" | "failure" | "fail" => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    event.object = value(&["ObjectId"]).map(|object| percent(&object).into_owned());
    event.object_kind = match (value(&["ItemType"]).as_deref(), &event.object) {
        (_, None) => ObjectKind::None,
        (Some("File"), _) => ObjectKind::File,
        (Some("Folder" | "Site" | "Web" | "DocumentLibrary" | "List"), _) => ObjectKind::Folder,
        (Some(_), _) => ObjectKind::Url,
        _ => ObjectKind::Other,
    };
    let names_query = operation.starts_with("SearchQuery");
    if names_query && let Some(query) = value(&["SearchQueryText", "QueryText"]) {
        (event.object_kind, event.object) = (ObjectKind::Query, Some(query));
    }
    event.bytes = number(data, &["FileSizeBytes", "FileSyncBytesCommitted"]).filter(|_| event.activity_id == 2 && event.class_uid == 6006);
    event.operation = operation;
    event.detail = derived(&event, &flat, flat.write(Detail::default())).finish();
    let emitted = mail(out, data, &event)?;
    if emitted { Ok(()) } else { out.emit(event) }
}

/// What SigmaHQ's rules call otherwise: the names of the cloud access broker and, without their list, the extended properties.
fn derived(event: &Event, flat: &Flat, mut detail: Detail) -> Detail {
    for name in ["RequestType", "ResultStatusDetail", "UserAgent", "UserAuthenticationMethod"] {
        if flat.get(name).is_none() {
            detail = detail.maybe(name, flat.get(&format!("ExtendedProperties.{name}")).as_deref());
        }
    }
    let workload = flat.get("Workload").unwrap_or_default();
    let alert = event.operation.starts_with("Alert");
    let name = flat.get("Name").filter(|_| alert);
    let status = match event.outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failed",
        Outcome::Unknown => "",
    };
    let parameters = flat.get("Parameters").or_else(|| flat.get("NonPIIParameters")).filter(|_| workload == "SecurityComplianceCenter");
    let detail = detail.text("eventSource", &workload).text("eventName", name.as_deref().unwrap_or(&event.operation)).text("status", status);
    match parameters {
        Some(parameters) => detail.text("Payload", &format!("{} {parameters}", event.operation)),
        None => detail,
    }
}

/// Gives an event for each message that the record names, or one for the folder that was synchronised; says whether there was any.
fn mail(out: &mut Out, data: &Map<String, Value>, common: &Event) -> Result<bool> {
    let mailbox = text(data, &["MailboxOwnerUPN", "MailboxOwnerSid"]).unwrap_or_default();
    let mut given = 0;
    let mut give = |out: &mut Out, item: Option<&Map<String, Value>>, folder: Option<&Map<String, Value>>| -> Result<()> {
        let path = folder.and_then(|f| text(f, &["Path"]).filter(|p| p != "Not Available").or_else(|| text(f, &["Name"]).map(|name| format!("\\{name}"))));
        let message = item.and_then(|item| text(item, &["InternetMessageId", "Id"]));
        let mut event = common.clone();
        (event.object_kind, event.object) = match (message, &path) {
            (Some(message), _) => (ObjectKind::Other, Some(message)),
            (None, Some(path)) => (ObjectKind::Folder, Some(format!("{mailbox}{path}"))),
            (None, None) => return Ok(()),
        };
        if given > 0 {
            event.event_id = out.another_id();
        }
        given += 1;
        event.bytes = item.and_then(|item| number(item, &["SizeInBytes"]));
        let mut detail = Detail::from(&event.detail).maybe("folder", path.as_deref());
        for (key, value) in item.into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "Id" | "ParentFolder")) {
            detail = detail.maybe(&format!("Item.{key}"), scalar(value).as_deref());
        }
        event.detail = detail.finish();
        out.emit(event)
    };
    let objects = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    for folder in objects(get(data, "Folders")) {
        let Some(folder) = folder.as_object() else { continue };
        let items = objects(get(folder, "FolderItems"));
        if items.is_empty() {
            give(out, None, Some(folder))?;
        }
        for item in &items {
            give(out, item.as_object(), Some(folder))?;
        }
    }
    for item in objects(get(data, "AffectedItems")) {
        let Some(item) = item.as_object() else { continue };
        give(out, Some(item), get(item, "ParentFolder").and_then(Value::as_object))?;
    }
    if let Some(item) = get(data, "Item").and_then(Value::as_object) {
        let folder = get(item, "ParentFolder").and_then(Value::as_object);
        // A synchronised folder stands in the place of an item: it has no message id.
        give(out, Some(item).filter(|item| get(item, "InternetMessageId").is_some()), folder)?;
    }
    Ok(given > 0)
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    // Written to the schema of the Management Activity API, with the fields of real records.
    const DOWNLOAD: &str = r#"{"CreationTime":"2023-09-15T09:47:09","Id":"1","Operation":"FileDownloaded","RecordType":6,"UserType":0,"Workload":"SharePoint","ClientIP":"198.51.100.7","ObjectId":"https://clinic.sharepoint.com/sites/hr/Shared%20Documents/a.docx","UserId":"Anna@clinic.example","ItemType":"File","UserAgent":"curl","FileSizeBytes":16941}"#;
    const BIND: &str = r#"{"CreationTime":"2023-09-15T09:48:00","Id":"2","Operation":"MailItemsAccessed","RecordType":50,"ResultStatus":"Succeeded","Workload":"Exchange","UserId":"anna@clinic.example","ClientIPAddress":"[2001:db8::1]:443","ClientInfoString":"Client=OWA","MailboxOwnerUPN":"anna@clinic.example","SessionId":"s1","OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[{"Path":"\\Inbox","FolderItems":[{"InternetMessageId":"<a@x>","SizeInBytes":10},{"InternetMessageId":"<b@x>"}]}]}"#;
    const SYNC: &str = r#"{"CreationTime":"2023-09-15T09:49:00","Id":"3","Operation":"MailItemsAccessed","RecordType":2,"ResultStatus":"Succeeded","Workload":"Exchange","UserId":"anna@clinic.example","MailboxOwnerUPN":"anna@clinic.example","OperationProperties":[{"Name":"MailAccessType","Value":"Sync"}],"Item":{"Id":"L","ParentFolder":{"Name":"Inbox","Path":"Not Available"}}}"#;
    const LOGIN: &str = r#"{"CreationTime":"2023-09-15T09:50:00","Id":"4","Operation":"UserLoggedIn","RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","ClientIP":"198.51.100.7","ObjectId":"app","UserId":"anna@clinic.example","ExtendedProperties":[{"Name":"RequestType","Value":"Cmsi:Cmsi"},{"Name":"UserAgent","Value":"M"}],"ApplicationId":"9b"}"#;
    const EXPECT: &str = "m365 FileDownloaded 6006/2 success anna 198.51.100.7 curl file https://clinic.sharepoint.com/sites/hr/Shared Documents/a.docx 16941B\n\
        m365 MailItemsAccessed 6005/1 success anna 2001:db8::1 Client=OWA other <a@x> 10B\n\
        m365 MailItemsAccessed 6005/1 success anna 2001:db8::1 Client=OWA other <b@x>\n\
        m365 MailItemsAccessed 6005/1 success anna - - folder anna@clinic.example\\Inbox\n\
        m365 UserLoggedIn 3002/1 success anna 198.51.100.7 M other app\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn the_same_records_in_every_kind_of_file() {
        let all = [DOWNLOAD, BIND, SYNC, LOGIN];
        check(&all.join("\n"), EXPECT);
        check(&format!("[{}]", all.join(",")), EXPECT);
        check(&format!("{{\"@odata.context\":\"x\",\"value\":[{}]}}", all.map(|r| format!("{{\"id\":\"1\",\"auditData\":{r}}}")).join(",")), EXPECT);
        let quoted = |r: &str| serde_json::to_string(r).unwrap();
        check(&format!("[\n{}\n]\n", all.map(|r| format!("  {{\n  \"Operations\": \"x\",\n  \"AuditData\": {}\n  }}", quoted(r))).join(",\n")), EXPECT);
        let rows = all.map(|r| format!("2023-09-15T09:47:09.0000000Z,anna@clinic.example,X,\"{}\"\n", r.replace('"', "\"\"")));
        check(&format!("#TYPE Selected\nCreationDate,UserIds,Operations,AuditData\n{}", rows.concat()), EXPECT);
        check(
            "CreationDate,UserIds,Operations,AuditData\n2023-09-15,a,b,\nx\n",
            "reject 1@42: AuditData that is not JSON\nreject 2@58: a row with too few columns\n",
        );
    }

    #[test]
    fn changes_and_failures() {
        check(&LOGIN.replace("UserLoggedIn", "UserLoginFailed"), "m365 UserLoginFailed 3002/1 failure anna 198.51.100.7 M other app\n");
        check(
            &SYNC
                .replace("MailItemsAccessed", "HardDelete")
                .replace("\"Item\":{", "\"AffectedItems\":[{\"InternetMessageId\":\"<c@x>\",\"Subject\":\"s\"}],\"x\":{"),
            "m365 HardDelete 6005/7 success anna - - other <c@x>\n",
        );
        check(
            r#"{"CreationTime":"2023-09-15T10:09:55","Operation":"New-InboxRule","RecordType":1,"ResultStatus":"True","Workload":"Exchange","ClientIP":"198.51.100.7:52378","ObjectId":"anna\\r","UserId":"anna@clinic.example","Parameters":[{"Name":"ForwardTo","Value":"x@evil.example"}]}"#,
            "m365 New-InboxRule 6003/1 success anna 198.51.100.7 - other anna\\r\n",
        );
        check(&DOWNLOAD.replace("2023-09-15T09:47:09", "x"), "reject 1@0: an audit record without a readable time\n");
    }

    #[test]
    fn names_that_rules_use() {
        let detail = details(&source(), [LOGIN, BIND].join("\n").as_bytes());
        assert_eq!((detail[0]["RequestType"].as_str(), detail[0]["eventSource"].as_str()), (Some("Cmsi:Cmsi"), Some("AzureActiveDirectory")));
        assert_eq!((detail[1]["OperationProperties.MailAccessType"].as_str(), detail[1]["folder"].as_str()), (Some("Bind"), Some("\\Inbox")));
    }
}
