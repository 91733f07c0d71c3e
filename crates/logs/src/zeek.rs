//! Zeek logs, as tables (`#fields` tells the columns) or as JSON lines.
//!
//! `detail` has every field under Zeek's name, and the log's own name as `_path` (`path` is a field of the SMB logs). Who opened the
//! connection is `src_addr`; a file's bytes are those that were seen on the wire.

mod logs;

use crate::Sample;
use crate::flat::{flatten, secret};
use crate::input::Lines;
use crate::json;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::text::{Detail, address};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::Outcome;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What the lines that begin with `#` have said.
#[derive(Default)]
struct Header {
    separator: String,
    set_separator: String,
    empty: String,
    unset: String,
    path: String,
    fields: Vec<String>,
    types: Vec<String>,
    /// How each field goes to the detail.
    ways: Vec<Way>,
}

/// How a column goes to the detail.
#[derive(Clone, Copy)]
enum Way {
    Hidden,
    Number,
    Truth,
    List,
    Text,
}

impl Header {
    fn take(&mut self, line: &str) {
        if let Some(separator) = line.strip_prefix("#separator ") {
            *self = Header {
                separator: unescape(separator).into_owned(),
                set_separator: ",".into(),
                empty: "(empty)".into(),
                unset: "-".into(),
                ..Header::default()
            };
            return;
        }
        if self.separator.is_empty() {
            *self = Header { separator: "\t".into(), set_separator: ",".into(), empty: "(empty)".into(), unset: "-".into(), ..Header::default() };
        }
        let Some((key, value)) = line.split_once(&self.separator) else { return };
        let list = || value.split(&self.separator).map(str::to_string).collect();
        match key {
            "#set_separator" => self.set_separator = value.to_string(),
            "#empty_field" => self.empty = value.to_string(),
            "#unset_field" => self.unset = value.to_string(),
            "#path" => self.path = value.to_string(),
            "#fields" => (self.fields, self.types) = (list(), Vec::new()),
            "#types" => self.types = list(),
            _ => {}
        }
        let way = |(i, name): (usize, &String)| match self.types.get(i).map_or("", String::as_str) {
            _ if hidden(&self.path, name) || secret(name) => Way::Hidden,
            "count" | "int" | "port" | "double" | "interval" => Way::Number,
            "bool" => Way::Truth,
            kind if kind.starts_with("set[") || kind.starts_with("vector[") || kind.starts_with("table[") => Way::List,
            _ => Way::Text,
        };
        self.ways = self.fields.iter().enumerate().map(way).collect();
    }
}

/// What stands in columns of the event, and what may hold secrets and is written otherwise.
fn hidden(path: &str, name: &str) -> bool {
    matches!(name, "ts" | "_path" | "_write_ts") || (path == "http" && matches!(name, "uri" | "referrer"))
}

/// One record, whichever way it is written.
enum Record<'a> {
    Row(&'a Header, Vec<&'a str>),
    Object(&'a Map<String, Value>),
}

impl Record<'_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Record::Row(header, values) => {
                let value = values.get(header.fields.iter().position(|f| f == name)?)?;
                (*value != header.unset && *value != header.empty).then(|| unescape(value))
            }
            Record::Object(map) => {
                let value = map.get(name).or_else(|| json::path(map, &name.splitn(2, '.').collect::<Vec<_>>()))?;
                json::scalar(value.as_array().map_or(value, |list| list.first().unwrap_or(&Value::Null)))
            }
        }
    }
    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
    /// `T` and `F` in tables.
    fn truth(&self, name: &str) -> Option<bool> {
        match &*self.get(name)? {
            "T" | "true" => Some(true),
            "F" | "false" => Some(false),
            _ => None,
        }
    }
    /// The first member of a set.
    fn first(&self, name: &str) -> Option<String> {
        let all = self.get(name)?;
        Some(match self {
            Record::Row(header, _) => all.split(&header.set_separator).next().unwrap_or("").to_string(),
            Record::Object(_) => all.into_owned(),
        })
    }
    /// Everything under its own name, but for the time, secrets and what may hold them.
    fn detail(&self, path: &str) -> Detail {
        let detail = Detail::default().text("_path", path);
        match self {
            Record::Object(map) => flatten(map, detail, &|name| hidden(path, name)),
            Record::Row(header, values) => header.fields.iter().zip(values).zip(&header.ways).fold(detail, |detail, ((name, value), way)| {
                if *value == header.unset || *value == header.empty {
                    return detail;
                }
                match way {
                    Way::Hidden => detail,
                    Way::Number => detail.numeral(name, value),
                    Way::Truth => detail.truth(name, *value == "T"),
                    Way::List => {
                        let members: Vec<_> = value.split(&header.set_separator).map(unescape).collect();
                        detail.list(name, members.iter().map(|m| &**m))
                    }
                    Way::Text => detail.text(name, &unescape(value)),
                }
            }),
        }
    }
}

/// Zeek writes bytes that would disturb as `\x09`.
fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains("\\x") { web::unescape(text, true) } else { Cow::Borrowed(text) }
}

/// Which log a JSON record is from, where it does not say: fields that no other log has.
fn path_of(map: &Map<String, Value>) -> String {
    if let Some(path) = map.get("_path").and_then(Value::as_str) {
        return path.to_string();
    }
    const SIGNS: &[(&str, &[&str])] = &[
        ("conn", &["conn_state"]),
        ("http", &["trans_depth", "host"]),
        ("http", &["trans_depth", "method"]),
        ("http", &["trans_depth", "status_code"]),
        ("smb_files", &["action", "name", "id.orig_h"]),
        ("smb_files", &["action", "path", "id.orig_h"]),
        ("smb_mapping", &["share_type"]),
        ("files", &["fuid", "source", "seen_bytes"]),
        ("kerberos", &["request_type"]),
        ("kerberos", &["error_msg", "till"]),
        ("ntlm", &["hostname", "uid"]),
        ("ntlm", &["server_nb_computer_name"]),
        ("ssh", &["auth_attempts"]),
        ("rdp", &["security_protocol"]),
        ("rdp", &["cookie", "cert_count"]),
        ("dce_rpc", &["endpoint", "operation"]),
        ("dns", &["trans_id", "proto"]),
        ("ftp", &["command", "user"]),
        ("x509", &["certificate.serial"]),
        ("notice", &["note", "msg"]),
        ("weird", &["name", "peer"]),
    ];
    SIGNS.iter().find(|(_, signs)| signs.iter().all(|sign| map.contains_key(*sign))).map_or(String::new(), |(path, _)| path.to_string())
}

fn is_record(map: &Map<String, Value>) -> bool {
    map.contains_key("ts")
        && (map.contains_key("_path") || map.contains_key("id.orig_h") || map.contains_key("fuid") || matches!(&*path_of(map), "x509" | "notice" | "weird"))
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    if ["#separator ", "#fields\tts\t", "#path\t"].iter().any(|start| sample.text.starts_with(start)) { 100 } else { json::share(sample, is_record) }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    if !sample.text.starts_with('#') {
        return json::each_object(lines, out, |out, map| record(out, &path_of(map), &Record::Object(map)));
    }
    let mut header = Header::default();
    while let Some(line) = lines.next()? {
        if line.text.starts_with('#') {
            header.take(&line.text);
            continue;
        }
        out.record(line.offset);
        let values: Vec<&str> = line.text.split(&header.separator).collect();
        let parsed = match () {
            _ if line.too_long => Err(TOO_LONG),
            _ if header.fields.len() < 2 => Err("a Zeek record before the names of its fields"),
            _ if values.len() != header.fields.len() => Err("a Zeek record with another number of fields"),
            _ => record(out, &header.path, &Record::Row(&header, values)),
        };
        out.take(parsed)?;
    }
    Ok(())
}

fn record(out: &mut Out, path: &str, record: &Record) -> Parsed {
    let raw = record.get("ts").ok_or("a Zeek record without a time")?;
    let time = out.clock.any(&raw, false).ok_or("a Zeek record without a readable time")?;
    let Some(fill) = logs::reader(path) else {
        out.seen(time);
        return Ok(None);
    };
    let mut event = out.event(time, &raw, "zeek");
    event.src_addr = record.get("id.orig_h").as_deref().and_then(address);
    event.session_key = record.get("uid").map(Cow::into_owned);
    event.outcome = Outcome::Success;
    match fill(&mut event, record, record.detail(path)) {
        Some(detail) => {
            event.detail = detail.finish();
            Ok(Some(event))
        }
        None => {
            out.seen(time);
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    /// A table with the types that Zeek gives these fields.
    fn table(path: &str, fields: &[(&str, &str, &str)]) -> String {
        let column = |i: usize| fields.iter().map(|f| [f.0, f.1, f.2][i]).collect::<Vec<_>>().join("\t");
        format!(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{path}\n#open\t2023-09-18-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t{}\n#types\ttime\tstring\taddr\tport\taddr\tport\t{}\n1695031935.486539\tCx1\t10.20.9.37\t49152\t10.20.0.5\t445\t{}\n#close\t2023-09-19-00-00-00\n",
            column(0),
            column(1),
            column(2)
        )
    }
    fn check(path: &str, fields: &[(&str, &str, &str)], expect: &str) {
        assert_eq!(events(&source(), table(path, fields).as_bytes()), expect, "{path}");
    }

    #[test]
    fn tables() {
        check(
            "conn",
            &[
                ("proto", "enum", "tcp"),
                ("service", "string", "smb"),
                ("orig_bytes", "count", "912"),
                ("resp_bytes", "count", "81000"),
                ("conn_state", "string", "SF"),
            ],
            "zeek SF 4001/6 success - 10.20.9.37 - host 10.20.0.5:445 81000B\n",
        );
        check("conn", &[("resp_bytes", "count", "-"), ("conn_state", "string", "S0")], "zeek S0 4001/4 failure - 10.20.9.37 - host 10.20.0.5:445\n");
        check(
            "http",
            &[
                ("method", "string", "GET"),
                ("host", "string", "pacs01"),
                ("uri", "string", "/wado?studyUID=1.2.3.4&token=x"),
                ("user_agent", "string", "curl\\x09/8"),
                ("response_body_len", "count", "51"),
                ("status_code", "count", "200"),
                ("username", "string", "Ann"),
                ("password", "string", "hunter2"),
            ],
            "zeek GET 4002/3 success ann 10.20.9.37 curl\t/8 url /wado study=1.2.3.4 51B\n",
        );
        check(
            "files",
            &[
                ("fuid", "string", "F1"),
                ("source", "string", "SMB"),
                ("is_orig", "bool", "F"),
                ("filename", "string", "Radiology\\a.pdf"),
                ("seen_bytes", "count", "700"),
                ("total_bytes", "count", "700"),
            ],
            "zeek SMB 6006/2 success - 10.20.9.37 - file Radiology\\a.pdf 700B\n",
        );
        check(
            "smb_files",
            &[("action", "enum", "SMB::FILE_OPEN"), ("path", "string", "\\\\fs01\\clinic"), ("name", "string", "a\\b.pdf"), ("size", "count", "12")],
            "zeek SMB::FILE_OPEN 6006/14 success - 10.20.9.37 - file \\\\fs01\\clinic\\a\\b.pdf\n",
        );
        check(
            "smb_mapping",
            &[("path", "string", "\\\\fs01\\clinic"), ("service", "string", "-"), ("share_type", "string", "DISK")],
            "zeek DISK 4006/99 success - 10.20.9.37 - folder \\\\fs01\\clinic\n",
        );
        check(
            "kerberos",
            &[("request_type", "string", "TGS"), ("client", "string", "JDoe/CLINIC.EXAMPLE"), ("service", "string", "cifs/fs01"), ("success", "bool", "F")],
            "zeek TGS 3002/4 failure jdoe 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check(
            "ntlm",
            &[("username", "string", "elewis"), ("hostname", "string", "WS-01"), ("domainname", "string", "CLINIC"), ("success", "bool", "T")],
            "zeek NTLM 3002/1 success elewis 10.20.9.37 ws-01 host 10.20.0.5:445\n",
        );
        check("ssh", &[("version", "count", "2"), ("auth_success", "bool", "-")], "zeek SSH 3002/1 unknown - 10.20.9.37 - host 10.20.0.5:445\n");
        check(
            "rdp",
            &[("cookie", "string", "ELEWIS"), ("result", "string", "encrypted"), ("client_name", "string", "-")],
            "zeek RDP 4001/1 success elewis 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check(
            "dce_rpc",
            &[("named_pipe", "string", "\\\\pipe\\\\svcctl"), ("endpoint", "string", "svcctl"), ("operation", "string", "CreateServiceW")],
            "zeek CreateServiceW 6003/99 success - 10.20.9.37 - other svcctl\n",
        );
        check(
            "dns",
            &[("query", "string", "a.onion"), ("qtype_name", "string", "A"), ("rcode_name", "string", "NXDOMAIN"), ("answers", "vector[string]", "-")],
            "zeek A 4003/1 failure - 10.20.9.37 - host a.onion\n",
        );
        check(
            "ftp",
            &[
                ("user", "string", "svc"),
                ("password", "string", "hunter2"),
                ("command", "string", "RETR"),
                ("arg", "string", "ftp://10.20.0.5/./x/a.csv"),
                ("file_size", "count", "77"),
                ("reply_code", "count", "226"),
            ],
            "zeek RETR 6006/2 success svc 10.20.9.37 - file /x/a.csv 77B\n",
        );
        check(
            "notice",
            &[("note", "enum", "Scan::Port_Scan"), ("msg", "string", "x")],
            "zeek Scan::Port_Scan 2004/1 unknown - 10.20.9.37 - host 10.20.0.5:445\n",
        );
        check("weird", &[("name", "string", "bad_TCP_checksum")], "");
    }

    #[test]
    fn json() {
        let line = r#"{"ts":1695031935.486539,"uid":"Cx1","id.orig_h":"10.20.9.37","id.orig_p":49152,"id.resp_h":"2001:db8::1","id.resp_p":443,"proto":"tcp","service":"ssl","orig_bytes":1,"resp_bytes":2,"conn_state":"RSTO","local_orig":true}"#;
        assert_eq!(events(&source(), line.as_bytes()), "zeek RSTO 4001/3 success - 10.20.9.37 - host [2001:db8::1]:443 2B\n");
        let line = r#"{"_path":"files","ts":"2023-09-18T10:12:15.486539Z","fuid":"F","tx_hosts":["10.20.0.5"],"rx_hosts":["10.20.9.37"],"conn_uids":["Cx1"],"source":"HTTP","is_orig":false,"seen_bytes":5,"filename":"a.zip"}"#;
        assert_eq!(events(&source(), line.as_bytes()), "zeek HTTP 6006/2 success - 10.20.9.37 - file a.zip 5B\n");
        let line = r#"{"ts":1695031935.4,"id":"F","certificate.serial":"8BB00EE","certificate.subject":"CN=x"}"#;
        assert_eq!(events(&source(), line.as_bytes()), "zeek x509 6003/99 success - - - other CN=x\n");
    }

    #[test]
    fn the_detail_has_zeeks_names_and_no_secrets() {
        let input = table(
            "http",
            &[
                ("uri", "string", "/a?b=%2e&sid=9"),
                ("password", "string", "hunter2"),
                ("resp_mime_types", "vector[string]", "a,b"),
                ("method", "string", "GET"),
                ("trans_depth", "count", "1"),
            ],
        );
        let expect = serde_json::json!({
            "_path": "http", "uid": "Cx1", "id.orig_h": "10.20.9.37", "id.orig_p": 49152, "id.resp_h": "10.20.0.5", "id.resp_p": 445, "resp_mime_types": ["a", "b"],
            "method": "GET", "trans_depth": 1, "uri": "/a?b=%2e&sid=[removed]", "c-uri": "/a?b=%2e&sid=[removed]", "target": "/a?b=%2e&sid=[removed]", "query": "b=.&sid=[removed]"
        });
        assert_eq!(details(&source(), input.as_bytes()), [expect]);
    }

    #[test]
    fn damage() {
        let input = "#separator \\x09\n#path\tconn\n1\tx\n#fields\tts\tuid\tconn_state\n1695031935\tC\tOTH\n1695031935\n?\tC\tSF\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "reject 1@27: a Zeek record before the names of its fields\n\
             zeek OTH 4001/6 success - - - none -\n\
             reject 3@74: a Zeek record with another number of fields\nreject 4@85: a Zeek record without a readable time\n"
        );
    }
}
