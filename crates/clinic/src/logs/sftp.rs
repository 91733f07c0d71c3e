//! sftp01: OpenSSH with `internal-sftp` (local time, no year).

use super::{Client, Logs, after};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::Timestamp;

const FILE: &str = "sftp01/auth.log";

impl Logs<'_> {
    fn ssh(&mut self, time: Timestamp, program: &str, process: usize, text: &str) {
        let line = format!("{} sftp01 {program}[{process}]: {text}", self.local(time, "%b %e %H:%M:%S"));
        self.line(FILE, time, line);
    }
    /// One session: lists `folders`, fetches `paths` (below `evidence/files`), and leaves. Returns when.
    pub fn sftp(&mut self, c: &Client, start: Timestamp, password: bool, folders: &[&str], paths: &[&str], pause: i64) -> Timestamp {
        let (process, port) = (self.process(), self.port());
        let (user, from) = (&c.account, format!("{} port {port}", c.address));
        self.ssh(start, "sshd", process, &format!("Connection from {from} on 10.44.1.7 port 22 rdomain \"\""));
        let print = STANDARD_NO_PAD.encode(crate::dice::hash(&[b"key", user.as_bytes()]));
        let key = format!("ED25519 SHA256:{print}");
        if password {
            self.ssh(start, "sshd", process, &format!("Accepted password for {user} from {from} ssh2"));
        } else {
            self.ssh(start, "sshd", process, &format!("Accepted key {key} found at /home/{user}/.ssh/authorized_keys:1"));
            self.ssh(start, "sshd", process, &format!("Postponed publickey for {user} from {from} ssh2 [preauth]"));
            self.ssh(start, "sshd", process, &format!("Accepted publickey for {user} from {from} ssh2: {key}"));
        }
        let (child, worker) = (process + 1, process + 2);
        self.ssh(start, "sshd", process, &format!("User child is on pid {child}"));
        self.ssh(
            start,
            "sshd",
            child,
            &format!("Starting session: forced-command (config) 'internal-sftp -l VERBOSE -f AUTH -d /srv/exchange' for {user} from {from} id 0"),
        );
        self.ssh(start, "internal-sftp", worker, &format!("session opened for local user {user} from [{}]", c.address));
        self.ssh(start, "internal-sftp", worker, "received client version 3");
        self.ssh(start, "internal-sftp", worker, "realpath \".\"");
        let mut time = after(start, 1);
        for folder in folders {
            let at = format!("/srv/exchange{}", folder.strip_prefix("Exchange").unwrap_or(folder));
            self.ssh(time, "internal-sftp", worker, &format!("lstat name \"{at}\""));
            self.ssh(time, "internal-sftp", worker, &format!("opendir \"{at}/\""));
            self.ssh(time, "internal-sftp", worker, &format!("closedir \"{at}/\""));
            time = after(time, self.dice.range(1, 4));
        }
        for path in paths {
            let at = format!("/srv/exchange{}", path.strip_prefix("Exchange").unwrap_or(path));
            let size = self.size(path);
            self.ssh(time, "internal-sftp", worker, &format!("stat name \"{at}\""));
            self.ssh(time, "internal-sftp", worker, &format!("open \"{at}\" flags READ mode 0666"));
            self.ssh(time, "internal-sftp", worker, &format!("close \"{at}\" bytes read {size} written 0"));
            self.access(c, time, "sftp01", path, true, "sftp get");
            time = after(time, self.dice.range(1, pause.max(1)));
        }
        self.ssh(time, "internal-sftp", worker, &format!("session closed for local user {user} from [{}]", c.address));
        self.ssh(time, "sshd", child, &format!("Received disconnect from {from}:11: disconnected by user"));
        self.ssh(time, "sshd", child, &format!("Disconnected from user {user} {from}"));
        time
    }
    /// Somebody guesses a password.
    pub fn ssh_failed(&mut self, account: &str, known: bool, address: &str, time: Timestamp) {
        let (process, port) = (self.process(), self.port());
        let from = format!("{address} port {port}");
        self.ssh(time, "sshd", process, &format!("Connection from {from} on 10.44.1.7 port 22 rdomain \"\""));
        if known {
            self.ssh(time, "sshd", process, &format!("Failed password for {account} from {from} ssh2"));
            self.ssh(time, "sshd", process, &format!("Connection closed by authenticating user {account} {from} [preauth]"));
        } else {
            self.ssh(time, "sshd", process, &format!("Invalid user {account} from {from}"));
            self.ssh(time, "sshd", process, &format!("Failed password for invalid user {account} from {from} ssh2"));
            self.ssh(time, "sshd", process, &format!("Connection closed by invalid user {account} {from} [preauth]"));
        }
    }
}
