//! What all web server logs share: requests, forwarded clients, studies named in addresses.

use crate::text::{Detail, address, percent, present};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// OCSF 4002 activity of a method.
pub(crate) fn activity(method: &str) -> i64 {
    match method {
        "CONNECT" => 1,
        "DELETE" => 2,
        "GET" => 3,
        "HEAD" => 4,
        "OPTIONS" => 5,
        "POST" => 6,
        "PUT" => 7,
        "TRACE" => 8,
        _ => 99,
    }
}

/// `GET /path HTTP/1.1` as method and target.
pub(crate) fn request(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    if method.is_empty() || method.len() > 20 || !method.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'-') {
        return None;
    }
    let target = match rest.rsplit_once(' ') {
        Some((target, protocol)) if protocol.starts_with("HTTP/") => target,
        _ => rest,
    };
    Some((method, target))
}

/// Fills in everything that follows from method and target; gives the detail on.
pub(crate) fn fill(event: &mut Event, method: &str, target: &str, detail: Detail) -> Detail {
    event.class_uid = 4002;
    event.activity_id = activity(method);
    event.operation = method.to_string();
    event.object_kind = ObjectKind::Url;
    // A full URL in the request line (proxies): the path is what names the object.
    let target = match target.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => rest.find('/').and_then(|i| rest.get(i..)).unwrap_or("/"),
        _ => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = percent(path);
    event.study_uid = study(&path, query);
    event.object = (!path.is_empty()).then(|| path.into_owned());
    // Rules look for attacks in what was sent, before it was decoded.
    let detail = if target.contains('%') { detail.text("target", &redacted(target)) } else { detail };
    if query.is_empty() { detail } else { detail.text("query", &without_secrets(query, true)) }
}

/// A request target as it was sent, without the values of parameters that may open something.
pub(crate) fn redacted(target: &str) -> String {
    match target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", without_secrets(query, false)),
        None => target.to_string(),
    }
}

/// Whether a request with this status was served.
pub(crate) fn outcome(status: i64) -> Outcome {
    match status {
        100..400 => Outcome::Success,
        400..600 => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

/// nginx writes `"` and control characters as `\x22`, Apache as `\"`; both are read. With `only_hex`, a `\` before anything else stays.
pub(crate) fn unescape(text: &str, only_hex: bool) -> std::borrow::Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'x') if bytes.peek().is_some_and(u8::is_ascii_hexdigit) => {
                let hex: Vec<u8> = std::iter::from_fn(|| bytes.next_if(u8::is_ascii_hexdigit)).take(2).collect();
                out.push(std::str::from_utf8(&hex).ok().and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(b'?'));
            }
            Some(other) if only_hex => out.extend([b'\\', other]),
            Some(other) => out.push(other),
            None => out.push(b'\\'),
        }
    }
    String::from_utf8_lossy(&out).into_owned().into()
}

/// Replaces the values of parameters that may open something.
pub(crate) fn without_secrets(query: &str, decode: bool) -> String {
    let mut out = String::with_capacity(query.len());
    for (i, part) in query.split('&').enumerate() {
        if i > 0 {
            out.push('&');
        }
        match part.split_once('=') {
            Some((key, _)) if secret(key) => {
                out.push_str(key);
                out.push_str("=[removed]");
            }
            _ if decode => out.push_str(&percent(part)),
            _ => out.push_str(part),
        }
    }
    out
}
fn secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["token", "password", "passwd", "pwd", "secret", "apikey", "api_key", "signature", "jwt", "auth", "session", "sid", "ticket", "credential", "otp"]
        .iter()
        .any(|word| key.contains(word))
        || matches!(key.as_str(), "pass" | "key" | "sig" | "code" | "state")
}

/// The Study Instance UID that a DICOMweb path or a WADO query names.
fn study(path: &str, query: &str) -> Option<String> {
    if let Some((_, rest)) = path.split_once("/studies/") {
        let uid = rest.split('/').next()?;
        return is_uid(uid).then(|| uid.to_string());
    }
    let value = query
        .split('&')
        .find_map(|part| part.split_once('=').filter(|(key, _)| key.eq_ignore_ascii_case("studyUID") || key.eq_ignore_ascii_case("StudyInstanceUID")))?;
    is_uid(value.1).then(|| value.1.to_string())
}
/// Digits and dots, with at least three dots.
pub(crate) fn is_uid(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().filter(|&b| b == b'.').count() >= 3
}

/// Sets the client from the address of the connection and, behind a proxy, the forwarded addresses: the first of them is the client
/// (a client may forge it: the whole list goes to the detail when it has more than one).
pub(crate) fn client(event: &mut Event, remote: &str, forwarded: Option<&str>, detail: Detail) -> Detail {
    // A server that looks names up logs a name.
    let remote = address(remote).or_else(|| present(remote).map(str::to_string));
    let Some((list, first)) = forwarded.and_then(|list| Some((list, list.split(',').find_map(address)?))) else {
        event.src_addr = remote;
        return detail;
    };
    let detail = if list.contains(',') { detail.text("forwarded", list) } else { detail };
    event.src_addr = Some(first);
    match remote {
        Some(proxy) if event.src_addr.as_deref() != Some(&proxy) => detail.text("proxy", &proxy),
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_stay() {
        assert_eq!(without_secrets("a=1&access_token=abc&b=%20x&Password=q", true), "a=1&access_token=[removed]&b= x&Password=[removed]");
        assert_eq!(redacted("/a%2e?k=%20x&token=1"), "/a%2e?k=%20x&token=[removed]");
    }

    #[test]
    fn studies_in_addresses() {
        for (path, query, expect) in [
            ("/dicom-web/studies/1.2.840.1.5/series", "", Some("1.2.840.1.5")),
            ("/studies/d7ee161b-3d3659d6/archive", "", None),
            ("/wado", "requestType=WADO&studyUID=1.2.3.4", Some("1.2.3.4")),
        ] {
            assert_eq!(study(path, query).as_deref(), expect);
        }
    }
}
