//! The Linux audit log. The records of one event (`SYSCALL`, `EXECVE`, `CWD`, `PATH` ...) become one event here; those of programs
//! (`USER_LOGIN` ...) stand alone.
//!
//! `detail` has all fields under their names; `type`, `name` and other fields that several records have are lists. For rules about
//! processes, files and connections it also has the names that those use (`Image`, `CommandLine`, `TargetFilename`, `DestinationIp`).
//! Where a user came from is known from the logon of the same session (`ses`).

use crate::Sample;
use crate::audit_record::{Record, is_record, socket, syscall};
use crate::input::Lines;
use crate::out::{Out, Parsed, TOO_LONG};
use crate::text::{Detail, account, address, clip};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use std::collections::{BTreeMap, VecDeque};

/// Events whose records are still coming: the kernel interleaves a few.
const MAX_OPEN: usize = 32;
/// Text kept of one event, bytes.
const MAX_EVENT: usize = 1024 * 1024;
/// Names kept of one event, and values of one name.
const MAX_NAMES: usize = 1000;
const MAX_VALUES: usize = 200;
/// Processes, sessions and accounts remembered.
const MAX_KNOWN: usize = 65_536;
/// `unset` as a number.
const UNSET: &str = "4294967295";

pub(crate) fn sniff(sample: &Sample) -> u32 {
    sample.share(|line| is_record(line) || line == "----" || line.starts_with("time->"))
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    while let Some(line) = lines.next()? {
        out.record(line.offset);
        let parsed = match () {
            _ if line.too_long => Err(TOO_LONG),
            _ if line.text == "----" || line.text.starts_with("time->") => {
                // `ausearch` parts events so.
                state.close();
                Ok(None)
            }
            _ => state.line(out, &line.text),
        };
        for event in state.ready() {
            out.emit(event)?;
        }
        out.take(parsed)?;
    }
    for event in state.finish() {
        out.emit(event)?;
    }
    Ok(())
}

/// An event whose records are being collected.
struct Group {
    key: String,
    event: Event,
    types: Vec<String>,
    fields: Vec<(String, Vec<String>)>,
    /// Name, kind and mode of each object.
    paths: Vec<(String, String, String)>,
    size: usize,
}

impl Group {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).and_then(|(_, values)| values.first()).map(String::as_str)
    }
    fn has(&self, kind: &str) -> bool {
        self.types.iter().any(|t| t == kind)
    }
    fn add(&mut self, record: &Record) {
        if !self.has(record.kind) && self.types.len() < MAX_VALUES {
            if record.kind == "EXECVE" {
                // The arguments of the program take the place of those of the system call.
                self.fields.retain(|(name, _)| !matches!(name.as_str(), "a0" | "a1" | "a2" | "a3"));
            }
            self.types.push(clip(record.kind, 40).to_string());
        }
        if record.kind == "PATH" && self.paths.len() < MAX_VALUES {
            let get = |name: &str| record.get(name).unwrap_or("").to_string();
            self.paths.push((get("name"), get("nametype"), get("mode")));
        }
        for (name, value) in &record.fields {
            let keep = match record.kind {
                "PATH" => matches!(&**name, "name" | "nametype" | "mode"),
                // Keystrokes: passwords among them.
                "TTY" | "USER_TTY" => name != "data",
                // Of the many ids of a process those that tell who it is.
                "SYSCALL" => {
                    !matches!(&**name, "gid" | "suid" | "fsuid" | "egid" | "sgid" | "fsgid" | "items" | "GID" | "SUID" | "FSUID" | "EGID" | "SGID" | "FSGID")
                }
                _ => true,
            };
            self.size += name.len() + value.len();
            if !keep || self.size > MAX_EVENT {
                continue;
            }
            // A long argument comes in parts: `a2[0]=... a2[1]=...`.
            let base = name.split('[').next().unwrap_or(name);
            let full = self.fields.len() >= MAX_NAMES;
            match self.fields.iter_mut().find(|(n, _)| n == base) {
                Some((_, values)) if base != name => values.iter_mut().take(1).for_each(|v| v.push_str(value)),
                Some((_, values)) if values.len() >= MAX_VALUES => {}
                Some((_, values)) if record.kind == "PATH" || !values.iter().any(|v| v == value) => values.push(value.to_string()),
                Some(_) => {}
                None if full => {}
                None => self.fields.push((base.to_string(), vec![value.to_string()])),
            }
        }
    }
}

/// What is remembered of earlier records.
#[derive(Default)]
pub(crate) struct State {
    open: VecDeque<Group>,
    ready: Vec<Event>,
    /// Address and account of a session.
    sessions: BTreeMap<String, (Option<String>, Option<String>)>,
    /// Program and command line of a process.
    processes: BTreeMap<String, (String, String)>,
}

impl State {
    /// Events that are now complete.
    pub fn ready(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.ready)
    }
    /// Events whose last record has not been seen.
    pub fn finish(mut self) -> Vec<Event> {
        self.close();
        self.ready
    }
    /// Ends every event that is open.
    fn close(&mut self) {
        while let Some(group) = self.open.pop_front() {
            self.complete(group);
        }
    }

    /// Reads one record. What it completes is [`ready`](State::ready).
    pub fn line(&mut self, out: &mut Out, line: &str) -> Parsed {
        let record = Record::find(&out.clock, line)?;
        let at = match self.open.iter().rposition(|group| group.key == record.key) {
            Some(at) => at,
            None if record.kind == "EOE" => return Ok(None),
            None => {
                let event = out.event(record.time, record.time_raw, "auditd");
                self.open.push_back(Group { key: record.key.clone(), event, types: Vec::new(), fields: Vec::new(), paths: Vec::new(), size: 0 });
                self.open.len() - 1
            }
        };
        if let Some(group) = self.open.get_mut(at).filter(|_| record.kind != "EOE") {
            group.add(&record);
        }
        // In the log PROCTITLE is the last record; `ausearch` shows it first.
        let last = record.kind == "EOE" || (record.kind == "PROCTITLE" && self.open.get(at).is_some_and(|group| group.types.len() > 1));
        if (record.from_program || last)
            && let Some(group) = self.open.remove(at)
        {
            self.complete(group);
        }
        if self.open.len() > MAX_OPEN
            && let Some(group) = self.open.pop_front()
        {
            self.complete(group);
        }
        Ok(None)
    }

    fn complete(&mut self, mut group: Group) {
        let mut event = std::mem::replace(&mut group.event, Event::blank(dosimeter_case::Id(0), dosimeter_case::Id(0), jiff::Timestamp::UNIX_EPOCH));
        let session = group.get("ses").filter(|s| *s != UNSET && *s != "unset").map(str::to_string);
        event.session_key = session.clone();
        event.src_addr = group.get("addr").and_then(address);
        event.outcome = match group.get("success").or_else(|| group.get("res")) {
            Some("yes" | "success" | "1") => Outcome::Success,
            Some("no" | "failed" | "0") => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let mut detail = Detail::default().list("type", group.types.iter().map(String::as_str));
        for (name, values) in &group.fields {
            let values: Vec<_> = values.iter().map(|v| without_secrets(v)).collect();
            detail = match values.as_slice() {
                [one] => detail.numeral(name, one),
                many => detail.list(name, many.iter().map(|v| &**v)),
            };
        }
        if let Some(name) = group.get("SYSCALL").is_none().then(|| call(&group)).flatten() {
            detail = detail.text("SYSCALL", name);
        }
        detail = if group.has("SYSCALL") && !group.has("CONFIG_CHANGE") {
            self.by_kernel(&mut event, &group, detail)
        } else {
            self.by_program(&mut event, &group, detail)
        };
        if let Some((from, user)) = session.as_ref().and_then(|s| self.sessions.get(s)) {
            if event.src_addr.is_none() && from.is_some() {
                event.src_addr = from.clone();
                detail = detail.text("src_addr_from", "the logon of the same session");
            }
            // A number says less than the name given at the logon.
            if event.actor.as_ref().is_none_or(|actor| actor.bytes().all(|b| b.is_ascii_digit())) && user.is_some() {
                event.actor = user.clone();
            }
        }
        event.detail = detail.finish();
        self.ready.push(event);
    }

    /// A system call.
    fn by_kernel(&mut self, event: &mut Event, group: &Group, detail: Detail) -> Detail {
        let call = group.get("SYSCALL").or_else(|| call(group)).unwrap_or("SYSCALL");
        event.operation = call.to_string();
        event.actor = who(group);
        let (exe, cwd) = (group.get("exe").unwrap_or(""), group.get("cwd").unwrap_or(""));
        let user = group.get("UID").or_else(|| group.get("uid")).unwrap_or("");
        let detail = detail.text("Image", exe);
        if group.has("EXECVE") || call.starts_with("execve") {
            (event.class_uid, event.activity_id) = (1007, 1);
            (event.object_kind, event.object) = (ObjectKind::Other, (!exe.is_empty()).then(|| exe.to_string()));
            let arguments: Vec<_> = (0..400).map_while(|i| group.get(&format!("a{i}"))).map(without_secrets).collect();
            let line = if group.has("EXECVE") { arguments.join(" ") } else { group.get("proctitle").map(without_secrets).unwrap_or_default().into_owned() };
            let parent = group.get("ppid").and_then(|pid| self.processes.get(pid)).cloned().unwrap_or_default();
            if let Some(pid) = group.get("pid") {
                if self.processes.len() > MAX_KNOWN {
                    self.processes.clear();
                }
                self.processes.insert(pid.to_string(), (exe.to_string(), clip(&line, 1024).to_string()));
            }
            return detail
                .text("CommandLine", &line)
                .text("CurrentDirectory", cwd)
                .text("User", user)
                .text("ParentImage", &parent.0)
                .text("ParentCommandLine", &parent.1);
        }
        let told = || group.get("laddr").zip(group.get("lport")).and_then(|(address, port)| Some((address.to_string(), port.parse().ok()?)));
        if let Some((address, port)) = group.get("saddr").and_then(socket).or_else(told) {
            (event.class_uid, event.activity_id) = (4001, if call.starts_with("accept") { 2 } else { 1 });
            (event.object_kind, event.object) = (ObjectKind::Host, crate::text::endpoint(Some(&address), Some(&port.to_string())));
            return detail
                .text("DestinationIp", &address)
                .number("DestinationPort", port.into())
                .text("Initiated", if call == "connect" { "true" } else { "false" });
        }
        if group.has("SOCKADDR") {
            // A socket of the machine itself.
            (event.class_uid, event.activity_id) = (6003, 99);
            return detail;
        }
        let item = |kind: &str| group.paths.iter().find(|(name, k, _)| k == kind && !name.is_empty());
        let object = item("DELETE").or_else(|| item("CREATE")).or_else(|| group.paths.iter().find(|(name, kind, _)| kind != "PARENT" && !name.is_empty()));
        let Some((name, kind, mode)) = object else {
            (event.class_uid, event.activity_id) = (6003, 99);
            return detail;
        };
        let absolute = |name: &str| {
            if name.starts_with('/') || cwd.is_empty() { name.to_string() } else { format!("{}/{}", cwd.trim_end_matches('/'), name.trim_start_matches("./")) }
        };
        let object = absolute(name);
        event.class_uid = 1001;
        event.activity_id = match call {
            "unlink" | "unlinkat" | "rmdir" => 4,
            _ if call.starts_with("rename") => 5,
            _ if call.contains("chmod") || call.contains("chown") || call.contains("setxattr") => 7,
            "truncate" => 3,
            _ if kind == "CREATE" => 1,
            _ if call.starts_with("open") || call == "creat" => opened(group, call),
            "mkdir" | "mkdirat" | "mknod" | "mknodat" | "link" | "linkat" | "symlink" | "symlinkat" => 1,
            _ => 14,
        };
        event.object_kind = if mode.starts_with("04") || mode.starts_with("dir") { ObjectKind::Folder } else { ObjectKind::File };
        let mut detail = detail;
        if event.activity_id == 5
            && let Some((to, ..)) = item("CREATE")
        {
            detail = detail.text("to", &absolute(to));
        }
        if matches!(event.activity_id, 1 | 3 | 5) {
            detail = detail.text("TargetFilename", &object);
        }
        event.object = Some(object);
        detail
    }

    /// A record of a program (or of the kernel about the audit itself).
    fn by_program(&mut self, event: &mut Event, group: &Group, detail: Detail) -> Detail {
        let kind = if group.has("CONFIG_CHANGE") { "CONFIG_CHANGE" } else { group.types.first().map_or("", String::as_str) };
        event.operation = kind.to_string();
        let subject = group
            .get("acct")
            .or_else(|| group.get("ID"))
            .filter(|name| !name.starts_with("unknown("))
            .or_else(|| group.get("id"))
            .map(|a| a.trim_start_matches("unknown(").trim_matches(['(', ')']));
        (event.class_uid, event.activity_id) = match kind {
            "USER_LOGIN" => (3002, 1),
            "USER_AUTH" => (3002, 3),
            "USER_START" => (3002, 99),
            "USER_END" | "USER_LOGOUT" => (3002, 2),
            "ADD_USER" => (3001, 1),
            "DEL_USER" => (3001, 6),
            "USER_CHAUTHTOK" => (3001, 3),
            "ADD_GROUP" | "DEL_GROUP" | "USER_MGMT" | "GRP_MGMT" | "ACCT_LOCK" | "ACCT_UNLOCK" => (3001, 99),
            "USER_CMD" => (1007, 1),
            _ => (6003, 99),
        };
        match event.class_uid {
            3002 => event.actor = subject.and_then(|user| account(user, true)),
            3001 => {
                event.actor = who(group);
                (event.object_kind, event.object) = (ObjectKind::Other, subject.map(str::to_string));
            }
            1007 => {
                event.actor = who(group);
                let program = group.get("cmd").and_then(|cmd| cmd.split(' ').next()).filter(|p| !p.is_empty());
                (event.object_kind, event.object) = (ObjectKind::Other, program.map(str::to_string));
            }
            _ => {
                event.actor = who(group);
                if let Some(unit) = group.get("unit") {
                    (event.object_kind, event.object) = (ObjectKind::Other, Some(unit.to_string()));
                }
            }
        }
        if matches!(kind, "USER_LOGIN" | "USER_START")
            && event.outcome == Outcome::Success
            && let Some(session) = &event.session_key
        {
            if self.sessions.len() > MAX_KNOWN {
                self.sessions.clear();
            }
            let known = self.sessions.entry(session.clone()).or_default();
            if known.0.is_none() {
                known.0 = event.src_addr.clone();
            }
            // `su` within a session opens another's, but it stays the session of who logged on.
            if known.1.is_none() {
                known.1 = event.actor.clone().filter(|actor| !actor.bytes().all(|b| b.is_ascii_digit()));
            }
        }
        let command = group.get("cmd").map(without_secrets).unwrap_or_default();
        if kind == "USER_CMD" {
            detail.text("CommandLine", &command).maybe("CurrentDirectory", group.get("cwd")).maybe("User", group.get("UID"))
        } else {
            detail
        }
    }
}

/// Who logged on (`auid`), or for a service who it runs as; a name where the log has one.
fn who(group: &Group) -> Option<String> {
    let set = |name: &str| {
        group.get(name).filter(|user| !matches!(*user, UNSET | "-1" | "unset")).map(|user| user.trim_start_matches("unknown(").trim_end_matches(')'))
    };
    set("AUID").or_else(|| set("auid")).or_else(|| set("UID")).or_else(|| set("uid")).and_then(|user| account(user, true))
}

fn call(group: &Group) -> Option<&str> {
    let number = group.get("syscall")?;
    if number.bytes().all(|b| b.is_ascii_digit()) { syscall(group.get("arch")?, number) } else { Some(number) }
}

/// What a file was opened for: OCSF 1001's read, update or (unknown) open.
fn opened(group: &Group, call: &str) -> i64 {
    const WRITE: i64 = 0x3;
    const TRUNCATE: i64 = 0x200;
    const DIRECTORY: i64 = 0x1_0000;
    let flags = match call {
        "open" => group.get("a1"),
        "openat" | "open_by_handle_at" => group.get("a2"),
        "creat" => return 3,
        // Its flags stand in a structure.
        _ => None,
    };
    if let Some(flags) = flags.filter(|flags| flags.starts_with("O_")) {
        // As `ausearch -i` shows them.
        let has = |word: &str| flags.split('|').any(|flag| flag == word);
        return if has("O_WRONLY") || has("O_RDWR") || has("O_TRUNC") {
            3
        } else if has("O_DIRECTORY") {
            14
        } else {
            2
        };
    }
    match flags.and_then(|flags| i64::from_str_radix(flags, 16).ok()) {
        Some(flags) if flags & (WRITE | TRUNCATE) != 0 => 3,
        Some(flags) if flags & DIRECTORY != 0 => 14,
        Some(_) => 2,
        None => 14,
    }
}

/// An argument without what follows `password=` and its like.
fn without_secrets(text: &str) -> std::borrow::Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    for word in ["password=", "passwd=", "token=", "secret="] {
        if let Some(at) = lower.find(word) {
            let from = at + word.len();
            let end = text[from..].find([' ', '&']).map_or(text.len(), |i| from + i);
            return format!("{}[removed]{}", &text[..from], &text[end..]).into();
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    /// Records as auditd 3.0.9 (enriched) wrote them on loopback, with other accounts, addresses and paths.
    const FILES: &str = "type=SYSCALL msg=audit(1795656999.068:8): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffcc0d89ae5 a2=0 a3=0 items=1 ppid=14645 pid=14674 auid=1001 uid=0 gid=0 euid=0 tty=(none) ses=4 comm=\"cat\" exe=\"/usr/bin/cat\" key=\"clinic\"\u{1d}ARCH=x86_64 SYSCALL=openat AUID=\"elewis\" UID=\"root\"\n\
        type=CWD msg=audit(1795656999.068:8): cwd=\"/srv/clinic\"\n\
        type=SYSCALL msg=audit(1795656999.072:9): arch=c000003e syscall=316 success=yes exit=0 a0=ffffff9c a1=7ffe59b23ae1 a2=ffffff9c a3=7ffe59b23ae9 items=4 ppid=14645 pid=14675 auid=4294967295 uid=0 ses=4294967295 comm=\"mv\" exe=\"/usr/bin/mv\" key=\"clinic\"\u{1d}ARCH=x86_64 SYSCALL=renameat2 AUID=\"unset\" UID=\"root\"\n\
        type=PATH msg=audit(1795656999.068:8): item=0 name=6120622E747874 inode=10076710 dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0\u{1d}OUID=\"root\"\n\
        type=PROCTITLE msg=audit(1795656999.068:8): proctitle=636174006120622E747874\n\
        type=CWD msg=audit(1795656999.072:9): cwd=\"/srv/clinic\"\n\
        type=PATH msg=audit(1795656999.072:9): item=0 name=\"/srv/clinic\" mode=040777 nametype=PARENT\n\
        type=PATH msg=audit(1795656999.072:9): item=2 name=6120622E747874 mode=0100644 nametype=DELETE\n\
        type=PATH msg=audit(1795656999.072:9): item=3 name=\"c.txt\" mode=0100644 nametype=CREATE\n";

    #[test]
    fn records_of_one_event_are_put_together() {
        assert_eq!(
            events(&source(), FILES.as_bytes()),
            "auditd openat 1001/2 success elewis - - file /srv/clinic/a b.txt\nauditd renameat2 1001/5 success root - - file /srv/clinic/a b.txt\n"
        );
        let details = details(&source(), FILES.as_bytes());
        assert_eq!(details[0]["type"], serde_json::json!(["SYSCALL", "CWD", "PATH", "PROCTITLE"]));
        assert_eq!((&details[0]["SYSCALL"], &details[0]["name"], &details[0]["key"]), (&"openat".into(), &"a b.txt".into(), &"clinic".into()));
        assert_eq!((&details[1]["nametype"], &details[1]["to"]), (&serde_json::json!(["PARENT", "DELETE", "CREATE"]), &"/srv/clinic/c.txt".into()));
    }

    #[test]
    fn programs_and_connections() {
        let input = "type=SYSCALL msg=audit(1795656999.104:17): arch=c000003e syscall=59 success=yes exit=0 a0=55e6c1b7d550 a1=1 a2=2 a3=3 ppid=14677 pid=14679 auid=4294967295 uid=1001 ses=4294967295 comm=\"curl\" exe=\"/usr/bin/curl\" key=\"exec\"\n\
            type=EXECVE msg=audit(1795656999.104:17): argc=3 a0=\"curl\" a1=782079 a2=\"token=abc\"\n\
            type=CWD msg=audit(1795656999.104:17): cwd=\"/tmp\"\n\
            type=PATH msg=audit(1795656999.104:17): item=0 name=\"/bin/curl\" mode=0100755 nametype=NORMAL\n\
            type=SYSCALL msg=audit(1795656999.120:21): arch=c000003e syscall=42 success=no exit=-115 a0=5 uid=1001 auid=1001 ses=4 exe=\"/usr/bin/curl\"\n\
            type=SOCKADDR msg=audit(1795656999.120:21): saddr=02000050CB00718C0000000000000000\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "auditd execve 1007/1 success 1001 - - other /usr/bin/curl\nauditd connect 4001/1 failure 1001 - - host 203.0.113.140:80\n"
        );
        let details = details(&source(), input.as_bytes());
        assert_eq!((&details[0]["a0"], &details[0]["a1"], &details[0]["a3"]), (&"curl".into(), &"x y".into(), &serde_json::Value::Null));
        assert_eq!(details[0]["CommandLine"], "curl x y token=[removed]");
        assert_eq!((&details[1]["DestinationIp"], &details[1]["DestinationPort"]), (&"203.0.113.140".into(), &80.into()));
    }

    #[test]
    fn logons_tell_where_a_session_came_from() {
        let input = "type=USER_AUTH msg=audit(1795656999.084:10): pid=14676 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct=\"elewis\" exe=\"/usr/sbin/sshd\" hostname=203.0.113.140 addr=203.0.113.140 terminal=ssh res=failed'\u{1d}UID=\"root\" AUID=\"unset\"\n\
            type=USER_LOGIN msg=audit(1795656999.090:11): pid=14676 uid=0 auid=1001 ses=4 msg='op=login id=1001 exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.140 terminal=ssh res=success'\u{1d}UID=\"root\" AUID=\"elewis\" ID=\"elewis\"\n\
            type=SYSCALL msg=audit(1795656999.100:12): arch=c000003e syscall=87 success=yes auid=1001 uid=1001 ses=4 exe=\"/usr/bin/rm\"\n\
            type=PATH msg=audit(1795656999.100:12): item=1 name=\"/srv/c.txt\" mode=0100644 nametype=DELETE\n\
            type=ADD_USER msg=audit(1795656999.156:26): pid=1 uid=0 auid=1001 ses=4 msg='op=adding user id=1002 exe=\"/usr/sbin/useradd\" res=success'\n\
            type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=28696E76616C6964207573657229 exe=\"/usr/sbin/sshd\" addr=192.0.2.1 res=failed'\n\
            type=SERVICE_STOP msg=audit(1795656999.200:30): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=ufw comm=\"systemd\" res=success'\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "auditd USER_AUTH 3002/3 failure elewis 203.0.113.140 - none -\n\
             auditd USER_LOGIN 3002/1 success elewis 203.0.113.140 - none -\n\
             auditd ADD_USER 3001/1 success elewis 203.0.113.140 - other 1002\n\
             auditd USER_LOGIN 3002/1 failure invalid user 192.0.2.1 - none -\n\
             auditd SERVICE_STOP 6003/99 success 0 - - other ufw\n\
             auditd unlink 1001/4 success elewis 203.0.113.140 - file /srv/c.txt\n"
        );
    }

    /// As `ausearch -i` showed them.
    #[test]
    fn interpreted() {
        let input = "----\n\
            type=PROCTITLE msg=audit(11/26/26 01:36:39.072:9) : proctitle=mv a b.txt c.txt \n\
            type=PATH msg=audit(11/26/26 01:36:39.072:9) : item=3 name=c.txt mode=file,644 nametype=CREATE \n\
            type=PATH msg=audit(11/26/26 01:36:39.072:9) : item=2 name=a b.txt mode=file,644 nametype=DELETE \n\
            type=CWD msg=audit(11/26/26 01:36:39.072:9) : cwd=/srv/clinic \n\
            type=SYSCALL msg=audit(11/26/26 01:36:39.072:9) : arch=x86_64 syscall=renameat2 success=yes exit=0 auid=elewis uid=root ses=4 tty=(none) exe=/usr/bin/mv \n\
            ----\n\
            type=PROCTITLE msg=audit(11/26/26 01:36:39.104:17) : proctitle=/bin/echo x y z \n\
            type=EXECVE msg=audit(11/26/26 01:36:39.104:17) : argc=3 a0=/bin/echo a1=x y a2=z \n\
            type=SYSCALL msg=audit(11/26/26 01:36:39.104:17) : arch=x86_64 syscall=execve success=yes exit=0 a0=0x55e6 a1=0x1 auid=elewis uid=root ses=4 exe=/usr/bin/echo \n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "auditd renameat2 1001/5 success elewis - - file /srv/clinic/a b.txt\nauditd execve 1007/1 success elewis - - other /usr/bin/echo\n"
        );
        assert_eq!(details(&source(), input.as_bytes())[1]["CommandLine"], "/bin/echo x y z");
    }

    #[test]
    fn damage() {
        let input = "type=SYSCALL msg=audit(1795656999.068:8): syscall=257\ntype=X msg=audit(1)\ntype=X msg=audit(x:1): a\ngarbage\n";
        assert_eq!(
            events(&source(), input.as_bytes()),
            "reject 2@54: an audit record without its serial number\nreject 3@74: an audit record without a readable time\n\
             reject 4@99: not an audit record\nauditd SYSCALL 6003/99 unknown - - - none -\n"
        );
    }
}
