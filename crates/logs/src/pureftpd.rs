//! Pure-FTPd in syslog: `(svc@192.0.2.7) [NOTICE] /srv//a.csv downloaded  (5000 bytes, 210.53KB/sec)`. Its CLF log has the form of a
//! web log (`GET`, `PUT`) and is read as one.

use crate::out::{Out, Parsed};
use crate::syslog::Header;
use crate::text::{Detail, account, address, between};
use dosimeter_case::tables::{ObjectKind, Outcome};

/// Reads one line.
pub(crate) fn message(out: &mut Out, header: &Header) -> Parsed {
    let Some((who, rest)) = header.message.strip_prefix('(').and_then(|m| m.split_once(") [")) else { return Ok(None) };
    let Some((level, text)) = rest.split_once("] ") else { return Ok(None) };
    let (user, client) = who.rsplit_once('@').unwrap_or(("", who));
    let mut event = out.event(header.time, header.time_raw, "pure-ftpd");
    event.actor = account(user.trim_matches('?'), false);
    event.src_addr = address(client).or_else(|| Some(client.to_string()));
    event.session_key = header.pid.map(str::to_string);
    event.outcome = Outcome::Success;
    let transfer = |word: &str| text.split_once(word).map(|(path, rest)| (path.replace("//", "/"), between(rest, "(", " bytes").and_then(|n| n.parse().ok())));
    if let Some((activity, word, (path, bytes))) =
        transfer(" downloaded  ").map(|t| (2, "downloaded", t)).or_else(|| transfer(" uploaded  ").map(|t| (1, "uploaded", t)))
    {
        (event.class_uid, event.activity_id, event.operation) = (6006, activity, word.to_string());
        (event.object_kind, event.object, event.bytes) = (ObjectKind::File, Some(path), bytes);
    } else if let Some(path) = text.strip_prefix("Deleted ") {
        (event.class_uid, event.activity_id, event.operation) = (6006, 4, "Deleted".to_string());
        (event.object_kind, event.object) = (ObjectKind::File, Some(path.to_string()));
    } else if let Some(user) = text.strip_suffix(" is now logged in") {
        (event.class_uid, event.activity_id, event.operation) = (3002, 1, "logged in".to_string());
        event.actor = account(user, false);
    } else if let Some(user) = between(text, "Authentication failed for user [", "]") {
        (event.class_uid, event.activity_id, event.operation, event.outcome) = (3002, 1, "Authentication failed".to_string(), Outcome::Failure);
        event.actor = account(user, false);
    } else if text.starts_with("Logout") {
        (event.class_uid, event.activity_id, event.operation) = (3002, 2, "Logout".to_string());
    } else if text.starts_with("New connection from ") {
        (event.class_uid, event.activity_id, event.operation) = (4001, 1, "New connection".to_string());
    } else {
        return Ok(None);
    }
    event.detail = Detail::default().text("level", level).finish();
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    /// To the texts in Pure-FTPd's `messages_en.h`.
    #[test]
    fn lines() {
        let input: String = [
            "(?@192.0.2.7) [INFO] New connection from 192.0.2.7",
            "(?@192.0.2.7) [INFO] svc is now logged in",
            "(svc@192.0.2.7) [NOTICE] /srv//a b.csv downloaded  (5000 bytes, 210.53KB/sec)",
            "(?@192.0.2.7) [WARNING] Authentication failed for user [root]",
            "(svc@192.0.2.7) [NOTICE] Deleted a.csv",
            "(svc@192.0.2.7) [DEBUG] Command [cwd] [/]",
        ]
        .iter()
        .map(|line| format!("Sep 18 02:13:00 ftp01 pure-ftpd: {line}\n"))
        .collect();
        assert_eq!(
            events(&source(), input.as_bytes()),
            "pure-ftpd New connection 4001/1 success - 192.0.2.7 - none -\n\
             pure-ftpd logged in 3002/1 success svc 192.0.2.7 - none -\n\
             pure-ftpd downloaded 6006/2 success svc 192.0.2.7 - file /srv/a b.csv 5000B\n\
             pure-ftpd Authentication failed 3002/1 failure root 192.0.2.7 - none -\n\
             pure-ftpd Deleted 6006/4 success svc 192.0.2.7 - file a.csv\n"
        );
    }
}
