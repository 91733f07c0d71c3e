//! Programs of a Linux system in syslog: `su`, `sudo`, PAM, `useradd` and its like, `login`, the session manager. Messages of all other
//! programs become events of no particular kind, so that rules can look into them.

use crate::out::{Out, Parsed};
use crate::syslog::Header;
use crate::text::{Detail, account, address, between, present};
use dosimeter_case::tables::{Event, ObjectKind, Outcome};

/// Reads one message.
pub(crate) fn message(out: &mut Out, header: &Header) -> Parsed {
    if header.program.is_empty() || header.message.is_empty() || header.message.starts_with("pam_unix(cron:session)") {
        return Ok(None);
    }
    let mut event = out.event(header.time, header.time_raw, "linux");
    (event.class_uid, event.activity_id) = (6003, 99);
    event.operation = header.program.to_string();
    event.session_key = header.pid.map(str::to_string);
    let mut detail = Detail::default().text("program", header.program).text("message", header.message);
    let text = header.message;
    if let Some((service, rest)) = between(text, "pam_", ": ").and_then(|module| Some((between(module, "(", ")")?, text.split_once("): ")?.1))) {
        pam(&mut event, service, rest);
    } else {
        match header.program.rsplit('/').next().unwrap_or("") {
            "sudo" => detail = sudo(&mut event, text, detail),
            "su" => su(&mut event, text),
            "login" => login(&mut event, text),
            "useradd" | "usermod" | "userdel" | "groupadd" | "groupdel" | "groupmod" | "gpasswd" | "adduser" | "passwd" | "chage" => accounts(&mut event, text),
            "systemd-logind" => {
                if let Some(user) = text.strip_prefix("New session ").and_then(|t| t.split_once(" of user ")).map(|(_, user)| user.trim_end_matches('.')) {
                    (event.class_uid, event.activity_id, event.outcome) = (3002, 99, Outcome::Success);
                    event.actor = account(user, true);
                }
            }
            _ => {}
        }
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

/// `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root`, `session opened for user root(uid=0) by ann(uid=1000)`.
fn pam(event: &mut Event, service: &str, text: &str) {
    let value = |name: &str| text.split([' ', ';']).find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).and_then(present);
    if text.starts_with("authentication failure") {
        (event.class_uid, event.activity_id, event.outcome) = (3002, 1, Outcome::Failure);
        event.actor = value("user").or_else(|| value("ruser")).and_then(|user| account(user, true));
        event.src_addr = value("rhost").map(|host| address(host).unwrap_or_else(|| host.to_string()));
    } else if let Some(user) = text.strip_prefix("session opened for user ") {
        (event.class_uid, event.activity_id, event.outcome) = (3002, 99, Outcome::Success);
        event.actor = account(user.split(['(', ' ']).next().unwrap_or(user), true);
    } else if let Some(user) = text.strip_prefix("session closed for user ") {
        (event.class_uid, event.activity_id, event.outcome) = (3002, 2, Outcome::Success);
        event.actor = account(user, true);
    } else if let Some(user) = text.strip_prefix("password changed for ") {
        (event.class_uid, event.activity_id, event.outcome) = (3001, 3, Outcome::Success);
        (event.object_kind, event.object) = (ObjectKind::Other, Some(user.to_string()));
    }
    event.operation = format!("pam({service})");
}

/// `ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/id`, with the reason before `TTY` where it was refused.
fn sudo(event: &mut Event, text: &str, mut detail: Detail) -> Detail {
    let Some((user, rest)) = text.split_once(" : ") else { return detail };
    let mut refused = None;
    // The command comes last and may hold anything.
    let (front, command) = rest.split_once("COMMAND=").unwrap_or((rest, ""));
    for part in front.split(" ; ") {
        match part.trim().split_once('=') {
            Some((name, value)) if name.bytes().all(|b| b.is_ascii_uppercase()) => detail = detail.text(name, value),
            _ if !part.trim().is_empty() => refused = Some(part.trim()),
            _ => {}
        }
    }
    event.actor = account(user.trim(), true);
    if let Some(reason) = refused {
        let password = reason.contains("password");
        (event.class_uid, event.activity_id, event.outcome) = if password { (3002, 1, Outcome::Failure) } else { (1007, 1, Outcome::Failure) };
        detail = detail.text("reason", reason);
    } else {
        (event.class_uid, event.activity_id, event.outcome) = (1007, 1, Outcome::Success);
    }
    if !command.is_empty() {
        (event.object_kind, event.object) = (ObjectKind::Other, command.split(' ').next().map(str::to_string));
        detail = detail.text("COMMAND", command);
    }
    detail
}

/// `(to root) ann on pts/0`, `FAILED SU (to root) ann on pts/0`, and older forms.
fn su(event: &mut Event, text: &str) {
    let failed = text.starts_with("FAILED") || text.starts_with('-') || text.starts_with("BAD SU");
    let pair = between(text, "(to ", ") ").map(|to| (text.split_once(") ").map_or("", |(_, r)| r), to)).or_else(|| {
        let (to, from) = text.split_once(" su for ")?.1.split_once(" by ")?;
        Some((from, to))
    });
    let Some((from, to)) = pair else { return };
    (event.class_uid, event.activity_id) = (3002, 7);
    event.outcome = if failed { Outcome::Failure } else { Outcome::Success };
    event.actor = account(from.split(' ').next().unwrap_or(""), true);
    (event.object_kind, event.object) = (ObjectKind::Other, present(to).map(str::to_string));
}

/// `LOGIN ON tty1 BY ann FROM host`, `ROOT LOGIN ON tty1`, `FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure`.
fn login(event: &mut Event, text: &str) {
    let failed = text.starts_with("FAILED LOGIN");
    let user = if failed {
        between(text, "FOR '", "'").or_else(|| between(text, " FOR ", ","))
    } else if text.starts_with("ROOT LOGIN") {
        Some("root")
    } else {
        text.strip_prefix("LOGIN ON ").and_then(|t| t.split_once(" BY ")).and_then(|(_, user)| user.split(' ').next())
    };
    let Some(user) = user else { return };
    (event.class_uid, event.activity_id) = (3002, 1);
    event.outcome = if failed { Outcome::Failure } else { Outcome::Success };
    event.actor = account(user, true);
    event.src_addr = text.rsplit_once(" FROM ").and_then(|(_, host)| address(host.trim_matches('\'')).or_else(|| present(host).map(str::to_string)));
}

/// `new user: name=eve, UID=1001, ...`, `add 'eve' to group 'sudo'`, `delete user 'eve'`, `change user 'eve' password`.
fn accounts(event: &mut Event, text: &str) {
    let activity = match () {
        _ if text.starts_with("new user: ") => 1,
        _ if text.starts_with("delete user ") => 6,
        _ if text.contains("password") => 3,
        _ if ["new group: ", "group added ", "add '", "change user ", "delete '", "removed group ", "user "].iter().any(|start| text.starts_with(start)) => 99,
        _ => return,
    };
    (event.class_uid, event.activity_id) = (3001, activity);
    event.outcome = if text.contains("failed") || text.contains("failure") { Outcome::Failure } else { Outcome::Success };
    let name = between(text, "name=", ",").or_else(|| between(text, "'", "'"));
    (event.object_kind, event.object) = (ObjectKind::Other, name.map(str::to_string));
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    fn check(lines: &[&str], expect: &str) {
        let input: String = lines.iter().map(|l| format!("Sep 18 02:13:00 app01 {l}\n")).collect();
        assert_eq!(events(&source(), input.as_bytes()), expect, "{lines:?}");
    }

    /// To the messages of Linux-PAM, sudo, shadow and util-linux (their sources).
    #[test]
    fn logons_and_accounts() {
        check(
            &[
                "sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow",
                "sudo:      ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id",
                "sudo:      eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id",
                "sudo: pam_unix(sudo:session): session opened for user root(uid=0) by ann(uid=1000)",
                "sudo: pam_unix(sudo:session): session closed for user root",
                "su: (to root) ann on pts/0",
                "su[7]: FAILED SU (to root) eve on pts/0",
                "login[8]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure",
                "vsftpd-x: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=svc rhost=192.0.2.7  user=svc",
                "useradd[1337]: new user: name=eve, UID=1000, GID=0, home=/root, shell=/bin/bash",
                "usermod[1338]: add 'eve' to group 'sudo'",
                "passwd[9]: pam_unix(passwd:chauthtok): password changed for root",
                "systemd-logind[1]: New session 4 of user ann.",
                "CRON[9]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
                "crontab[10]: (root) REPLACE (root)",
            ],
            "linux sudo 1007/1 success ann - - other /usr/bin/cat\n\
             linux sudo 3002/1 failure ann - - other /usr/bin/id\n\
             linux sudo 1007/1 failure eve - - other /usr/bin/id\n\
             linux pam(sudo:session) 3002/99 success root - - none -\n\
             linux pam(sudo:session) 3002/2 success root - - none -\n\
             linux su 3002/7 success ann - - other root\n\
             linux su 3002/7 failure eve - - other root\n\
             linux login 3002/1 failure root - - none -\n\
             linux pam(vsftpd:auth) 3002/1 failure svc 192.0.2.7 - none -\n\
             linux useradd 3001/1 success - - - other eve\n\
             linux usermod 3001/99 success - - - other eve\n\
             linux pam(passwd:chauthtok) 3001/3 success - - - other root\n\
             linux systemd-logind 3002/99 success ann - - none -\n\
             linux crontab 6003/99 unknown - - - none -\n",
        );
        let detail = details(&source(), b"Sep 18 02:13:00 app01 sudo: ann : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/usr/bin/id a ; b\n");
        let message = "ann : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/usr/bin/id a ; b";
        assert_eq!(
            detail,
            [serde_json::json!({"program": "sudo", "message": message, "TTY": "pts/0", "PWD": "/", "USER": "#-1", "COMMAND": "/usr/bin/id a ; b"})]
        );
    }
}
