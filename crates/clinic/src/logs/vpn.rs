//! vpn01: OpenVPN (local time, no year).

use super::Logs;
use jiff::Timestamp;

const FILE: &str = "vpn01/openvpn.log";

impl Logs<'_> {
    fn vpn(&mut self, time: Timestamp, text: &str) {
        let line = format!("{} vpn01 openvpn[674]: {text}", self.local(time, "%b %e %H:%M:%S"));
        self.line(FILE, time, line);
    }
    /// A tunnel from `start` to `end`.
    pub fn tunnel(&mut self, account: &str, outer: &str, inner: &str, start: Timestamp, end: Timestamp) {
        let port = self.port();
        self.vpn(start, &format!("{outer}:{port} [{account}] Peer Connection Initiated with [AF_INET]{outer}:{port}"));
        self.vpn(start, &format!("{account}/{outer}:{port} MULTI: Learn: {inner} -> {account}/{outer}:{port}"));
        self.vpn(end, &format!("{account}/{outer}:{port} SIGTERM[soft,remote-exit] received, client-instance exiting"));
    }
    /// A wrong password.
    pub fn tunnel_refused(&mut self, outer: &str, time: Timestamp) {
        let port = self.port();
        self.vpn(time, &format!("{outer}:{port} TLS Auth Error: Auth Username/Password verification failed for peer"));
    }
}
