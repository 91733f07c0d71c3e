//! Suricata's EVE JSON: alerts, flows, and what it saw in HTTP, SMB, NFS, FTP, Kerberos, DNS, TLS, SSH and RDP.
//!
//! `detail` has every field under its full name (`alert.signature`, `http.hostname`), but not the bytes of packets and bodies, which
//! may be patient data.

use crate::Sample;
use crate::flat::flatten;
use crate::input::Lines;
use crate::json::{self, get, path, scalar};
use crate::out::{Out, Parsed};
use crate::text::{Detail, account, address, endpoint, present};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use serde_json::{Map, Value};

fn is_record(map: &Map<String, Value>) -> bool {
    map.contains_key("event_type") && map.contains_key("timestamp") && (map.contains_key("src_ip") || map.contains_key("flow_id") || map.contains_key("stats"))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    json::share(sample, is_record)
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    json::each_object(lines, out, record)
}

/// The first value below a path, also in a list.
fn text(map: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    let value = path(map, keys)?;
    scalar(value.as_array().map_or(value, |list| list.first().unwrap_or(&Value::Null))).map(|text| text.into_owned())
}
fn number(map: &Map<String, Value>, keys: &[&str]) -> Option<i64> {
    text(map, keys)?.parse().ok()
}

/// Bytes of traffic, and what follows from other fields.
fn skip(name: &str) -> bool {
    matches!(name, "timestamp" | "payload" | "payload_printable" | "packet" | "http.url" | "http.http_refer" | "ftp.command_data")
        || name.contains("_body")
        || name.ends_with("_printable")
        || name.starts_with("vars.")
        || name.starts_with("packet_info")
}

fn record(out: &mut Out, map: &Map<String, Value>) -> Parsed {
    let raw = text(map, &["timestamp"]).ok_or("a Suricata record without a time")?;
    let time = out.clock.any(&raw, false).ok_or("a Suricata record without a readable time")?;
    let kind = text(map, &["event_type"]).ok_or("a Suricata record without its type")?;
    let mut event = out.event(time, &raw, "suricata");
    // A flow has a direction, a packet that set off an alert may be an answer.
    let mut client = text(map, &["flow", "src_ip"]).or_else(|| text(map, &["src_ip"]));
    let (mut server, mut port) = match path(map, &["flow", "dest_ip"]) {
        Some(_) => (text(map, &["flow", "dest_ip"]), text(map, &["flow", "dest_port"])),
        None => (text(map, &["dest_ip"]), text(map, &["dest_port"])),
    };
    if kind == "fileinfo" && sent_by_server(map) {
        client = text(map, &["dest_ip"]);
        (server, port) = (text(map, &["src_ip"]), text(map, &["src_port"]));
    }
    event.src_addr = client.as_deref().and_then(address);
    event.session_key = text(map, &["flow_id"]);
    event.operation = kind.clone();
    event.object = endpoint(server.as_deref(), port.as_deref());
    event.object_kind = if event.object.is_some() { ObjectKind::Host } else { ObjectKind::None };
    event.outcome = Outcome::Success;
    let mut detail = flatten(map, Detail::default(), &skip);
    (event.class_uid, event.activity_id) = match kind.as_str() {
        "alert" | "drop" => {
            event.operation = text(map, &["alert", "signature"]).unwrap_or(kind);
            if text(map, &["alert", "action"]).as_deref() == Some("blocked") {
                event.outcome = Outcome::Failure;
            }
            (2004, 1)
        }
        "flow" => {
            event.bytes = number(map, &["flow", "bytes_toclient"]);
            event.operation = text(map, &["flow", "state"]).unwrap_or(kind);
            detail = detail
                .maybe("dst_addr", server.as_deref())
                .maybe_number("dst_port", port.as_deref().and_then(|p| p.parse().ok()))
                .maybe("service", text(map, &["app_proto"]).as_deref())
                .maybe_number("orig_bytes", number(map, &["flow", "bytes_toserver"]))
                .maybe_number("resp_bytes", event.bytes);
            (4001, if event.operation == "new" { 4 } else { 6 })
        }
        "http" => {
            event.detail = http(&mut event, map, detail).finish();
            return Ok(Some(event));
        }
        "fileinfo" => {
            event.bytes = number(map, &["fileinfo", "size"]);
            named(&mut event, text(map, &["fileinfo", "filename"]));
            (6006, if sent_by_server(map) { 2 } else { 1 })
        }
        "ftp_data" => {
            named(&mut event, text(map, &["ftp_data", "filename"]));
            event.operation = text(map, &["ftp_data", "command"]).unwrap_or(kind);
            let activity = transfer(&event.operation);
            (6006, activity)
        }
        "ftp" => match ftp(&mut event, map) {
            Some(class) => class,
            None => {
                out.seen(time);
                return Ok(None);
            }
        },
        "smb" => smb(&mut event, map),
        "nfs" => {
            event.operation = text(map, &["nfs", "procedure"]).unwrap_or(kind);
            named(&mut event, text(map, &["nfs", "filename"]));
            if text(map, &["nfs", "status"]).is_some_and(|status| status != "OK") {
                event.outcome = Outcome::Failure;
            }
            let activity = match event.operation.as_str() {
                "READ" => 2,
                "WRITE" | "SETATTR" => 3,
                "CREATE" | "MKDIR" => 1,
                "REMOVE" | "RMDIR" => 4,
                "RENAME" => 5,
                "OPEN" => 14,
                _ => 99,
            };
            (6006, activity)
        }
        "krb5" => {
            event.operation = text(map, &["krb5", "msg_type"]).unwrap_or(kind);
            event.actor = text(map, &["krb5", "cname"]).and_then(|name| account(&name, true));
            if event.operation == "KRB_ERROR" {
                event.outcome = Outcome::Failure;
            }
            (3002, if event.operation.contains("TGS") || text(map, &["krb5", "failed_request"]).is_some_and(|r| r.contains("TGS")) { 4 } else { 3 })
        }
        "dns" => {
            let name = text(map, &["dns", "rrname"]).or_else(|| first_query(map, "rrname"));
            event.operation = text(map, &["dns", "rrtype"]).or_else(|| first_query(map, "rrtype")).unwrap_or(kind);
            if name.is_some() {
                event.object = name;
            }
            match text(map, &["dns", "rcode"]).as_deref() {
                None | Some("NOERROR") => {}
                Some(_) => event.outcome = Outcome::Failure,
            }
            (4003, if matches!(text(map, &["dns", "type"]).as_deref(), Some("answer" | "response")) { 2 } else { 1 })
        }
        "rdp" => {
            event.actor = text(map, &["rdp", "cookie"]).and_then(|cookie| account(&cookie, true));
            event.device = text(map, &["rdp", "client", "client_name"]).map(|name| name.to_lowercase());
            (4001, 1)
        }
        "tls" | "ssh" | "dcerpc" | "smtp" | "tftp" | "rfb" | "quic" => (4001, 6),
        // Statistics, one-way flows (both ways stand in `flow`), oddities of the protocols.
        _ => {
            out.seen(time);
            return Ok(None);
        }
    };
    event.detail = detail.finish();
    Ok(Some(event))
}

/// Whether the file of a `fileinfo` record went from the server to the client.
fn sent_by_server(map: &Map<String, Value>) -> bool {
    match text(map, &["direction"]).as_deref() {
        Some("to_client") => true,
        Some("to_server") => false,
        // The sender is the source of the record; a server's port is the lower one.
        _ => match (number(map, &["src_port"]), number(map, &["dest_port"])) {
            (Some(from), Some(to)) => from < to,
            _ => true,
        },
    }
}

fn first_query(map: &Map<String, Value>, key: &str) -> Option<String> {
    let first = path(map, &["dns", "queries"])?.as_array()?.first()?.as_object()?;
    get(first, key).and_then(scalar).map(|text| text.into_owned())
}

fn named(event: &mut Event, name: Option<String>) {
    if let Some(name) = name.as_deref().and_then(present) {
        (event.object_kind, event.object) = (ObjectKind::File, Some(name.split('?').next().unwrap_or(name).to_string()));
    }
}

fn transfer(command: &str) -> i64 {
    match command {
        "RETR" => 2,
        "STOR" | "STOU" | "APPE" => 1,
        "DELE" => 4,
        _ => 99,
    }
}

fn http(event: &mut Event, map: &Map<String, Value>, detail: Detail) -> Detail {
    event.outcome = web::outcome(number(map, &["http", "status"]).unwrap_or(0));
    event.device = text(map, &["http", "http_user_agent"]).as_deref().and_then(present).map(str::to_string);
    event.bytes = number(map, &["http", "length"]);
    let forwarded = text(map, &["http", "xff"]);
    let mut detail = detail.maybe("http.http_refer", text(map, &["http", "http_refer"]).as_deref().and_then(|r| r.split('?').next()));
    if let Some(forwarded) = forwarded {
        let proxy = event.src_addr.take().unwrap_or_default();
        detail = web::client(event, &proxy, Some(&forwarded), detail);
    }
    let (method, target) = (text(map, &["http", "http_method"]).unwrap_or_default(), text(map, &["http", "url"]));
    match target {
        Some(target) => web::fill(event, &method, &target, detail.text("http.url", &web::redacted(&target))),
        None => {
            (event.class_uid, event.activity_id) = (4002, 99);
            detail
        }
    }
}

fn ftp(event: &mut Event, map: &Map<String, Value>) -> Option<(i64, i64)> {
    let command = text(map, &["ftp", "command"])?;
    let data = text(map, &["ftp", "command_data"]);
    let code = number(map, &["ftp", "completion_code"]);
    if code.is_some_and(|code| code >= 400) {
        event.outcome = Outcome::Failure;
    }
    event.operation = command;
    match event.operation.as_str() {
        // The transfer itself is in `ftp_data`; what did not come about is only here.
        "RETR" | "STOR" if event.outcome != Outcome::Failure => None,
        "RETR" | "STOR" | "DELE" => {
            named(event, data);
            Some((6006, transfer(&event.operation)))
        }
        "USER" => {
            event.actor = data.and_then(|user| account(&user, true));
            Some((3002, 99))
        }
        // What follows is the password.
        "PASS" => Some((3002, 1)),
        _ => None,
    }
}

fn smb(event: &mut Event, map: &Map<String, Value>) -> (i64, i64) {
    let value = |key: &str| text(map, &["smb", key]);
    event.operation = value("command").unwrap_or("smb".to_string());
    event.actor = text(map, &["smb", "ntlmssp", "user"]).and_then(|user| account(&user, true));
    event.device = text(map, &["smb", "ntlmssp", "host"]).as_deref().and_then(present).map(str::to_lowercase);
    match value("status").as_deref() {
        None | Some("STATUS_SUCCESS" | "STATUS_MORE_PROCESSING_REQUIRED" | "STATUS_PENDING" | "STATUS_END_OF_FILE" | "STATUS_NO_MORE_FILES") => {}
        Some(_) => event.outcome = Outcome::Failure,
    }
    let command = event.operation.to_ascii_uppercase();
    let is = |word: &str| command.contains(word);
    if is("SESSION_SETUP") {
        return (3002, 1);
    }
    if is("TREE_CONNECT") {
        if let Some(share) = value("share") {
            (event.object_kind, event.object) = (ObjectKind::Folder, Some(share));
        }
        return (4006, 99);
    }
    let file = value("filename").or_else(|| text(map, &["smb", "rename", "from"]));
    if file.is_none() {
        return (4006, 99);
    }
    let share = value("share").unwrap_or_default();
    named(event, file.map(|file| if share.is_empty() { file } else { format!("{}\\{}", share.trim_end_matches('\\'), file.trim_start_matches('\\')) }));
    let activity = match () {
        _ if text(map, &["smb", "rename", "from"]).is_some() => 5,
        _ if is("CREATE") || is("OPEN") => 14,
        _ if is("READ") => 2,
        _ if is("WRITE") || is("SET_INFO") => 3,
        _ if is("DELETE") => 4,
        _ => 99,
    };
    (6006, activity)
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    fn check(kind: &str, more: &str, expect: &str) {
        let line = format!(
            r#"{{"timestamp":"2023-09-18T10:12:15.486539-0400","flow_id":77,"event_type":"{kind}","src_ip":"10.20.9.37","src_port":49152,"dest_ip":"10.20.0.5","dest_port":445,"proto":"TCP",{more}}}"#
        );
        assert_eq!(events(&source(), line.as_bytes()), expect, "{kind}");
    }

    #[test]
    fn kinds() {
        check(
            "alert",
            r#""alert":{"action":"blocked","signature_id":1,"signature":"ET SCAN x","severity":2},"payload":"cGF0aWVudA==""#,
            "suricata ET SCAN x 2004/1 failure - 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check(
            "flow",
            r#""app_proto":"smb","flow":{"bytes_toserver":100,"bytes_toclient":9000,"state":"closed"}"#,
            "suricata closed 4001/6 success - 10.20.9.37 - host 10.20.0.5:445 9000B\n",
        );
        check(
            "http",
            r#""http":{"hostname":"pacs","url":"/studies/d7/archive?token=x","http_method":"GET","status":200,"length":7,"http_user_agent":"curl"}"#,
            "suricata GET 4002/3 success - 10.20.9.37 curl url /studies/d7/archive 7B\n",
        );
        check(
            "smb",
            r#""smb":{"command":"SMB2_COMMAND_CREATE","status":"STATUS_ACCESS_DENIED","filename":"a\\b.pdf","share":"\\\\fs01\\clinic"}"#,
            "suricata SMB2_COMMAND_CREATE 6006/14 failure - 10.20.9.37 - file \\\\fs01\\clinic\\a\\b.pdf\n",
        );
        check(
            "smb",
            r#""smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_SUCCESS","ntlmssp":{"domain":"C","user":"ELewis","host":"WS-1"}}"#,
            "suricata SMB2_COMMAND_SESSION_SETUP 3002/1 success elewis 10.20.9.37 ws-1 host 10.20.0.5:445\n",
        );
        check("ftp_data", r#""ftp_data":{"filename":"a.csv","command":"RETR"}"#, "suricata RETR 6006/2 success - 10.20.9.37 - file a.csv\n");
        check(
            "ftp",
            r#""ftp":{"command":"PASS","command_data":"hunter2","completion_code":["530"]}"#,
            "suricata PASS 3002/1 failure - 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check(
            "krb5",
            r#""krb5":{"msg_type":"KRB_TGS_REP","cname":"elewis","sname":"cifs/fs01"}"#,
            "suricata KRB_TGS_REP 3002/4 success elewis 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check(
            "dns",
            r#""dns":{"type":"request","queries":[{"rrname":"x.example","rrtype":"TXT"}]}"#,
            "suricata TXT 4003/1 success - 10.20.9.37 - host x.example\n",
        );
        check("tls", r#""tls":{"sni":"x"}"#, "suricata tls 4001/6 success - 10.20.9.37 - host 10.20.0.5:445\n");
        check("anomaly", r#""anomaly":{"type":"stream"}"#, "");
    }

    #[test]
    fn a_file_belongs_to_the_side_that_did_not_send_it() {
        let line = r#"{"timestamp":"2023-09-18T10:12:15-0400","event_type":"fileinfo","src_ip":"10.20.0.5","src_port":80,"dest_ip":"10.20.9.37","dest_port":49152,"fileinfo":{"filename":"/a/b.pdf","state":"CLOSED","size":31,"sha256":"00"}}"#;
        assert_eq!(events(&source(), line.as_bytes()), "suricata fileinfo 6006/2 success - 10.20.9.37 - file /a/b.pdf 31B\n");
    }

    #[test]
    fn no_secrets_and_no_bodies() {
        let line = r#"[{"timestamp":"2023-09-18T10:12:15-0400","event_type":"alert","src_ip":"1.2.3.4","payload_printable":"SSN","ftp":{"command":"PASS","command_data":"hunter2"},"http":{"url":"/a?sid=1","http_response_body":"SSN"},"alert":{"signature":"s","metadata":{"tag":["a","b"]}}}]"#;
        let expect =
            serde_json::json!({"event_type": "alert", "src_ip": "1.2.3.4", "ftp.command": "PASS", "alert.signature": "s", "alert.metadata.tag": ["a", "b"]});
        assert_eq!(details(&source(), line.as_bytes()), [expect]);
    }
}
