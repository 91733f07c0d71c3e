//! What the records of each of Zeek's logs say.

use super::Record;
use crate::text::{Detail, account, address, endpoint, present};
use crate::web;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use std::borrow::Cow;

/// Fills in an event from its record; `None` when the record means nothing to us.
type Reader = fn(&mut Event, &Record, Detail) -> Option<Detail>;

/// The reader of a log by its name; `None` for logs that are read without events.
pub(super) fn reader(path: &str) -> Option<Reader> {
    Some(match path {
        // Logs of one service may be split by name (`conn_long`, `conn-summary` are others).
        "conn" | "conn_long" => conn,
        "http" => http,
        "files" => files,
        "smb_files" => smb_files,
        "smb_mapping" => smb_mapping,
        "kerberos" => kerberos,
        "ntlm" => ntlm,
        "ssh" => ssh,
        "rdp" => rdp,
        "dce_rpc" => dce_rpc,
        "dns" => dns,
        "ftp" => ftp,
        "notice" => notice,
        "x509" => x509,
        _ => return None,
    })
}

/// Class, activity, operation and the responder as the object.
fn to_responder(event: &mut Event, record: &Record, class: i64, activity: i64, operation: &str) {
    (event.class_uid, event.activity_id, event.operation) = (class, activity, operation.to_string());
    event.object = endpoint(record.get("id.resp_h").as_deref(), record.get("id.resp_p").as_deref());
    event.object_kind = if event.object.is_some() { ObjectKind::Host } else { ObjectKind::None };
}
fn outcome(truth: Option<bool>) -> Outcome {
    truth.map_or(Outcome::Unknown, |success| if success { Outcome::Success } else { Outcome::Failure })
}

fn conn(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let state = record.get("conn_state").unwrap_or(Cow::Borrowed("OTH"));
    let activity = match &*state {
        "REJ" => 5,
        "S0" | "SH" => 4,
        state if state.starts_with("RST") => 3,
        _ => 6,
    };
    to_responder(event, record, 4001, activity, &state);
    if matches!(activity, 4 | 5) {
        event.outcome = Outcome::Failure;
    }
    event.bytes = record.number("resp_bytes");
    Some(detail.maybe("dst_addr", record.get("id.resp_h").as_deref()).maybe_number("dst_port", record.number("id.resp_p")))
}

fn http(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let status = record.number("status_code");
    event.outcome = web::outcome(status.unwrap_or(0));
    event.actor = record.get("username").and_then(|user| account(&user, false));
    event.device = record.get("user_agent").as_deref().and_then(present).map(str::to_string);
    event.bytes = record.number("response_body_len");
    let detail = detail.maybe("referrer", record.get("referrer").as_deref().and_then(|r| r.split('?').next()));
    let Some(target) = record.get("uri") else {
        to_responder(event, record, 4002, 99, "none");
        return Some(detail);
    };
    // Rules for this log name the address and the agent in two ways.
    let sent = web::redacted(&target);
    let detail = detail.text("uri", &sent).text("c-uri", &sent).maybe("c-useragent", event.device.as_deref());
    let method = record.get("method").unwrap_or_default();
    Some(web::fill(event, &method, &target, detail))
}

/// A file that was seen on the wire, in whatever protocol.
fn files(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let source = record.get("source").unwrap_or_default();
    if record.get("mime_type").is_some_and(|mime| mime.starts_with("application/x-x509")) || source == "SSL" {
        // A certificate of a handshake.
        return None;
    }
    // Sent by whoever opened the connection: an upload.
    let upload = record.truth("is_orig") == Some(true);
    (event.class_uid, event.activity_id, event.operation) = (6006, if upload { 1 } else { 2 }, source.into_owned());
    let (from, to) = (record.first("tx_hosts"), record.first("rx_hosts"));
    let (client, server) = if upload { (from, to) } else { (to, from) };
    if event.src_addr.is_none() {
        event.src_addr = client.as_deref().and_then(address);
    }
    event.session_key = event.session_key.take().or_else(|| record.first("conn_uids"));
    event.bytes = record.number("seen_bytes");
    if let Some(name) = record.get("filename") {
        (event.object_kind, event.object) = (ObjectKind::File, Some(name.into_owned()));
    }
    Some(detail.maybe("dst_addr", record.get("id.resp_h").as_deref().or(server.as_deref())))
}

fn smb_files(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let action = record.get("action").unwrap_or_default();
    let word = action.strip_prefix("SMB::").unwrap_or(&action);
    event.class_uid = 6006;
    event.activity_id = match word {
        "FILE_OPEN" | "PRINT_OPEN" | "PIPE_OPEN" => 14,
        "FILE_READ" | "PRINT_READ" | "PIPE_READ" => 2,
        "FILE_WRITE" | "PRINT_WRITE" | "PIPE_WRITE" | "FILE_SET_ATTRIBUTE" => 3,
        "FILE_DELETE" => 4,
        "FILE_RENAME" => 5,
        _ => 99,
    };
    event.operation = action.to_string();
    event.object_kind = if word.starts_with("FILE") { ObjectKind::File } else { ObjectKind::Other };
    // A rename happens to the file that had the old name.
    let name = record.get("prev_name").or_else(|| record.get("name")).unwrap_or_default();
    let share = record.get("path").unwrap_or_default();
    event.object = match (share.trim_end_matches('\\'), name.trim_start_matches('\\')) {
        ("", "") => None,
        ("", name) => Some(name.to_string()),
        (share, name) => Some(format!("{share}\\{name}")),
    };
    if word == "FILE_READ" {
        event.bytes = record.number("size");
    }
    Some(detail)
}

fn smb_mapping(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    (event.class_uid, event.activity_id) = (4006, 99);
    event.operation = record.get("share_type").unwrap_or(Cow::Borrowed("tree")).into_owned();
    (event.object_kind, event.object) = (ObjectKind::Folder, record.get("path").map(Cow::into_owned));
    Some(detail)
}

fn kerberos(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let request = record.get("request_type").unwrap_or(Cow::Borrowed("unknown"));
    to_responder(event, record, 3002, if request == "TGS" { 4 } else { 3 }, &request);
    event.outcome = outcome(record.truth("success"));
    // `account/REALM`; a computer's account may itself hold a `/`.
    event.actor = record.get("client").and_then(|client| account(client.rsplit_once('/').map_or(&*client, |(account, _)| account), true));
    Some(detail)
}

fn ntlm(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    to_responder(event, record, 3002, 1, "NTLM");
    event.outcome = outcome(record.truth("success"));
    event.actor = record.get("username").and_then(|user| account(&user, true));
    event.device = record.get("hostname").as_deref().and_then(present).map(str::to_lowercase);
    Some(detail)
}

fn ssh(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    // The account is encrypted; success is Zeek's guess from the sizes of packets.
    to_responder(event, record, 3002, 1, "SSH");
    event.outcome = outcome(record.truth("auth_success"));
    Some(detail)
}

fn rdp(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    to_responder(event, record, 4001, 1, "RDP");
    // The cookie is the account that the client offered, cut to nine characters by some; it proves no logon.
    event.actor = record.get("cookie").and_then(|cookie| account(&cookie, true));
    event.device = record.get("client_name").as_deref().and_then(present).map(str::to_lowercase);
    Some(detail)
}

fn dce_rpc(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    (event.class_uid, event.activity_id) = (6003, 99);
    event.operation = record.get("operation").unwrap_or(Cow::Borrowed("unknown")).into_owned();
    (event.object_kind, event.object) = (ObjectKind::Other, record.get("endpoint").map(Cow::into_owned));
    Some(detail)
}

fn dns(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    (event.class_uid, event.activity_id) = (4003, 1);
    event.operation = record.get("qtype_name").unwrap_or(Cow::Borrowed("query")).into_owned();
    event.outcome = match record.get("rcode_name").as_deref() {
        None => Outcome::Unknown,
        Some("NOERROR") => Outcome::Success,
        Some(_) => Outcome::Failure,
    };
    if let Some(query) = record.get("query") {
        (event.object_kind, event.object) = (ObjectKind::Host, Some(query.into_owned()));
    }
    Some(detail)
}

fn ftp(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    let command = record.get("command")?;
    event.class_uid = 6006;
    event.activity_id = match &*command {
        "RETR" => 2,
        "STOR" | "STOU" | "APPE" => 1,
        "DELE" => 4,
        // PORT, PASV and others open the channel of a transfer.
        _ => return None,
    };
    event.operation = command.into_owned();
    event.actor = record.get("user").and_then(|user| account(&user, true));
    event.outcome = match record.number("reply_code") {
        Some(100..400) => Outcome::Success,
        Some(_) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    event.bytes = record.number("file_size");
    // `ftp://192.0.2.1/./folder/file`
    event.object = record.get("arg").map(|arg| {
        let path = arg.strip_prefix("ftp://").map_or(&*arg, |rest| rest.find('/').and_then(|i| rest.get(i..)).unwrap_or(rest));
        path.replace("/./", "/")
    });
    event.object_kind = if event.object.is_some() { ObjectKind::File } else { ObjectKind::None };
    Some(detail)
}

fn notice(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    to_responder(event, record, 2004, 1, &record.get("note").unwrap_or_default());
    event.src_addr = event.src_addr.take().or_else(|| record.get("src").as_deref().and_then(address));
    event.outcome = Outcome::Unknown;
    Some(detail)
}

fn x509(event: &mut Event, record: &Record, detail: Detail) -> Option<Detail> {
    (event.class_uid, event.activity_id, event.operation) = (6003, 99, "x509".to_string());
    (event.object_kind, event.object) = (ObjectKind::Other, record.get("certificate.subject").map(Cow::into_owned));
    Some(detail)
}
