//! web01: the portal's nginx log in combined form with the forwarded client at the end (local time with offset), and its error log.

use super::{Client, Logs, after};
use jiff::Timestamp;

const PROXY: &str = "10.44.0.10";
const SITE: &str = "portal.lanternprairie.example";

impl Logs<'_> {
    fn request(&mut self, c: &Client, time: Timestamp, path: &str, status: u16, bytes: usize, referer: &str) {
        let user = if c.account.is_empty() { "-" } else { &c.account };
        let when = self.local(time, "%d/%b/%Y:%H:%M:%S %z");
        let line = format!("{PROXY} - {user} [{when}] \"GET {path} HTTP/1.1\" {status} {bytes} \"{referer}\" \"{}\" \"{}\"", c.device, c.address);
        self.line("web01/access.log", time, line);
    }
    /// A visit to the front page, with or without the right password.
    pub fn portal_logon(&mut self, c: &Client, time: Timestamp, ok: bool) {
        if ok {
            self.request(c, time, "/portal/index.html", 200, 94, "-");
            return;
        }
        let process = self.process();
        self.request(&Client { account: String::new(), ..c.clone() }, time, "/portal/index.html", 401, 179, "-");
        let when = self.local(time, "%Y/%m/%d %H:%M:%S");
        let line = format!(
            "{when} [error] 118#118: *{process} user \"{}\": password mismatch, client: {PROXY}, server: {SITE}, request: \"GET /portal/index.html HTTP/1.1\", host: \"{SITE}\"",
            c.account
        );
        self.line("web01/error.log", time, line);
    }
    /// The style sheet that a browser fetches, and a script does not.
    pub fn portal_style(&mut self, c: &Client, time: Timestamp) {
        self.request(c, after(time, 1), "/portal/static/site.css", 200, 31, "-");
    }
    /// Reads one document of the portal; `path` as below `evidence/files`.
    pub fn portal_read(&mut self, c: &Client, time: Timestamp, path: &str) {
        let url = format!("/portal{}", path.strip_prefix("Portal").unwrap_or(path)).replace(' ', "%20");
        let size = self.size(path);
        self.request(c, time, &url, 200, size, &format!("https://{SITE}/portal/documents/"));
        self.access(c, time, "web01", path, true, "http 200");
    }
    /// A scanner of the internet tries its luck.
    pub fn portal_noise(&mut self, time: Timestamp) {
        let path = *self.dice.pick(&["/portal/wp-login.php", "/portal/.env", "/portal/admin", "/portal/phpmyadmin/", "/portal/../etc/passwd"]);
        let device = self.dice.pick(&["curl/7.88", "Mozilla/5.0 (compatible; CensysInspect/1.1)", "python-requests/2.31", "zgrab/0.x"]).to_string();
        let address = format!("192.0.2.{}", self.dice.range(150, 254));
        self.request(&Client { account: String::new(), address, device, intruder: false }, time, path, 401, 179, "-");
    }
}
