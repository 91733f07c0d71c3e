//! fs01: Samba's `full_audit` log (local time, no year) and its authentication log (three lines an event, the last one JSON).

use super::{Client, Logs};
use jiff::Timestamp;

const AUDIT: &str = "fs01/samba_audit.log";
const AUTH: &str = "fs01/log.smbd";

/// One connection to the share.
pub struct Share {
    client: Client,
}

impl Logs<'_> {
    fn audit(&mut self, c: &Client, time: Timestamp, rest: &str) {
        let line = format!("{} fs01 smbd_audit: {}|{}|{}|clinic|{rest}", self.local(time, "%b %e %H:%M:%S"), c.account, c.address, c.device.to_lowercase());
        self.line(AUDIT, time, line);
    }
    fn path(path: &str) -> String {
        format!("/srv/clinic{}", path.strip_prefix("Clinic").unwrap_or(path))
    }
    /// A log-on to the file server, successful or not.
    pub fn share_logon(&mut self, c: &Client, time: Timestamp, ok: bool) {
        let (micros, port) = (self.dice.range(0, 999_999), self.port());
        let stamp = format!("{}.{micros:06}", self.local(time, "%Y/%m/%d %H:%M:%S"));
        let long = format!("{}.{micros:06} {}", self.local(time, "%a, %d %b %Y %H:%M:%S"), self.local(time, "%Z"));
        let (event, status) = if ok { (4624, "NT_STATUS_OK") } else { (4625, "NT_STATUS_WRONG_PASSWORD") };
        let rid = 1000 + c.account.bytes().map(u32::from).sum::<u32>() % 97;
        let sid = format!("S-1-5-21-1180441-7720913-40022617-{rid}");
        let station = c.device.to_uppercase();
        let became = if ok { format!("became [FS01]\\[{}] [{sid}]", c.account) } else { format!("mapped to []\\[{}]", c.account) };
        let human = format!(
            "  Auth: [SMB2,(null)] user []\\[{}] at [{long}] with [NTLMv2] status [{status}] workstation [{station}] remote host [ipv4:{}:{port}] {became}. local host [ipv4:10.44.1.5:445] ",
            c.account, c.address
        );
        // By hand: Samba writes its keys in this order and with these spaces.
        let quoted = |text: &str| if ok { format!("\"{text}\"") } else { "null".into() };
        let when = format!("{}.{micros:06}{}", self.local(time, "%Y-%m-%dT%H:%M:%S"), self.local(time, "%z"));
        let (account, address, duration) = (&c.account, &c.address, 2000 + micros % 3000);
        let json = format!(
            "{{\"timestamp\": \"{when}\", \"type\": \"Authentication\", \"Authentication\": {{\"version\": {{\"major\": 1, \"minor\": 2}}, \"eventId\": {event}, \"logonId\": \"0\", \"logonType\": 3, \"status\": \"{status}\", \"localAddress\": \"ipv4:10.44.1.5:445\", \"remoteAddress\": \"ipv4:{address}:{port}\", \"serviceDescription\": \"SMB2\", \"authDescription\": null, \"clientDomain\": \"\", \"clientAccount\": \"{account}\", \"workstation\": \"{station}\", \"becameAccount\": {}, \"becameDomain\": {}, \"becameSid\": {}, \"mappedAccount\": \"{account}\", \"mappedDomain\": \"\", \"netlogonComputer\": null, \"passwordType\": \"NTLMv2\", \"duration\": {duration}}}}}",
            quoted(account),
            quoted("FS01"),
            quoted(&sid)
        );
        let level = if ok { 3 } else { 2 };
        let text = format!("[{stamp},  {level}] ../../auth/auth_log.c:647(log_authentication_event_human_readable)\n{human}\n  {json}");
        self.line(AUTH, time, text);
    }
    /// Connects to the share.
    pub fn share(&mut self, c: &Client, time: Timestamp) -> Share {
        self.share_logon(c, time, true);
        self.audit(c, time, "connect|ok|clinic");
        self.audit(c, time, "openat|ok|r|/srv/clinic/");
        Share { client: c.clone() }
    }
    /// Looks into a folder: Samba opens every entry, which is no reading.
    pub fn share_list(&mut self, share: &Share, time: Timestamp, folder: &str) {
        let at = Self::path(folder);
        let entries: Vec<String> = self.folders.get(folder).map(|f| f.iter().map(|p| Self::path(p)).collect()).unwrap_or_default();
        let around = [at.clone(), at.clone(), format!("{at}/."), format!("{at}/..")];
        for path in around.iter().chain(&entries) {
            self.audit(&share.client, time, &format!("openat|ok|r|{path}"));
        }
    }
    /// Reads a file to its end.
    pub fn share_read(&mut self, share: &Share, time: Timestamp, path: &str, how: &'static str) {
        let c = &share.client;
        let full = Self::path(path);
        self.audit(c, time, "openat|ok|r|/srv/clinic/");
        for _ in 0..2 {
            self.audit(c, time, &format!("openat|ok|r|{full}"));
        }
        // One record for every megabyte, as clients ask for it.
        for _ in 0..=self.size(path) / 1_048_576 {
            self.audit(c, time, &format!("pread_recv|ok|{full}"));
        }
        self.access(c, time, "fs01", path, true, how);
    }
    /// Saves a scratch file beside a document and removes it: writing, not reading.
    pub fn share_scratch(&mut self, share: &Share, time: Timestamp, path: &str) {
        let folder = path.rsplit_once('/').map_or("Clinic", |(f, _)| f);
        let full = format!("{}/~$tmp{}.docx", Self::path(folder), self.dice.range(1, 999));
        let c = &share.client;
        self.audit(c, time, &format!("openat|fail (No such file or directory)|r|{full}"));
        for rest in ["openat|ok|w|", "pwrite_recv|ok|", "unlinkat|ok|"] {
            self.audit(c, time, &format!("{rest}{full}"));
        }
    }
    /// Leaves.
    pub fn share_close(&mut self, share: Share, time: Timestamp) {
        self.audit(&share.client, time, "disconnect|ok|clinic");
    }
}
