//! Log files in; [`Event`], [`Coverage`](dosimeter_case::tables::Coverage) and [`Reject`] rows out.
//!
//! **In:** one log at a time, as a byte stream (gzip and UTF-16 are recognised), with what a log does not say itself: the server, the
//! time zone for times without offset, the latest day a record without a year can be from. The format is recognised by the content.
//!
//! **Out:** one event per action (a few records give several: an audit message that names several studies), in OCSF 1.8 terms;
//! one reject with its position for every record that cannot be read; a summary. Known noise (`lstat`, sessions of cron) counts as a
//! record and gives nothing; messages of programs without a reader become API events, for rules to look into. Nothing is folded: the same request in two logs gives two events.
//!
//! **Never:** a panic, a hang or unbounded memory on any input; an error for bad evidence (errors are for a failing disk or sink);
//! a record's text in a reject; the current time or any other thing that would make two runs differ.
//!
//! # Example
//!
//! ```
//! use dosimeter_case::tables::{Event, Reject};
//! use dosimeter_case::{Id, Result};
//! use dosimeter_logs::{Sink, Source, read};
//!
//! #[derive(Default)]
//! struct Kept(Vec<Event>);
//! impl Sink for Kept {
//!     fn event(&mut self, event: Event) -> Result<()> {
//!         self.0.push(event);
//!         Ok(())
//!     }
//!     fn reject(&mut self, _: Reject) -> Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! let (zone, latest) = (jiff::tz::TimeZone::UTC, jiff::civil::date(2023, 9, 21));
//! let source = Source::new(Id::of("source", &[&"content hash"]), "fs01/samba_audit.log", "fs01", zone, latest);
//! let log = b"Sep 11 01:24:52 fs01 smbd_audit: elewis|10.20.9.37|ws-01|clinic|pread_recv|ok|/srv/clinic/list.csv\n";
//! let mut kept = Kept::default();
//! let summary = read(&source, &log[..], &mut kept)?;
//! assert_eq!((summary.app, summary.records), ("samba", 1));
//! assert_eq!(kept.0[0].object.as_deref(), Some("/srv/clinic/list.csv"));
//! # Ok::<(), dosimeter_case::Error>(())
//! ```
//!
//! # Classes and activities
//!
//! | record | class | activity | `operation` |
//! |---|---|---|---|
//! | Samba audit: open, create, opendir | 6006 file hosting | 14 open | as logged |
//! | Samba audit: read, pread, sendfile ... | 6006 | 2 download | as logged |
//! | Samba audit: write, mkdir, unlink, rename | 6006 | 3 update, 1 upload, 4 delete, 5 rename | as logged |
//! | Samba audit: connect, disconnect | 4006 SMB | 99 other | as logged |
//! | SFTP `close` (bytes read / written) | 6006 | 2 download / 1 upload | `close` |
//! | SFTP open, opendir / remove, rmdir / rename / mkdir | 6006 | 14 / 4 / 5 / 1 | as logged |
//! | logon, failed logon (sshd, Samba, nginx error log, Windows 4624/4625/4776, OpenVPN) | 3002 authentication | 1 logon | as logged; the Windows event id |
//! | logoff (sshd, Windows 4634/4647) | 3002 | 2 logoff | |
//! | explicit credentials 4648, Kerberos 4768/4769/4771, a shell over SSH | 3002 | 7, 3/4/3, 99 | |
//! | OpenVPN address given, exit | 4001 network | 1 open, 2 close | `Learn`, `exit` |
//! | web request (nginx, Apache, IIS, JSON, Orthanc) | 4002 HTTP | method | method |
//! | Apache error log: refused password / other | 3002 / 6003 | 1 / 99 | `AH01617` or the level |
//! | FTP (IIS, vsftpd, ProFTPD, Pure-FTPd, xferlog): transfer / logon / connection | 6006 / 3002 / 4001 | 2, 1, 4, 5, 14 / 1, 2 / 1, 2 | the command, `DOWNLOAD`, `o` |
//! | vsftpd's other messages | 6003 | 99 | `FTP response` |
//! | Linux audit: files / programs / connections | 1001 / 1007 process / 4001 | 1, 2, 3, 4, 5, 7, 14 / 1 / 1 | the system call |
//! | Linux audit: logon, step, session, logoff / accounts / other | 3002 / 3001 / 6003 | 1, 3, 99, 2 / 1, 3, 6, 99 / 99 | the record's type |
//! | su, sudo, PAM, login, wtmp and btmp: logon, session, logoff, other account | 3002 | 1, 99, 2, 7 | the program, `pam(su:session)`, `USER_PROCESS` |
//! | sudo's commands / useradd, passwd ... / other programs | 1007 / 3001 / 6003 | 1 / 1, 3, 6, 99 / 99 | the program |
//! | Windows 5145 / 5140 | 6006 / 4006 | 14 open / 99 | event id |
//! | Windows 4663 / 4656 | 1001 file system | 2 read, 3 update, 4 delete, by access mask / 14 open | event id |
//! | Windows, other ids and channels (Sysmon, PowerShell, RDP, services, tasks, accounts) | 1007, 1009, 3002, 4001, 4003, 1001, 201001 ...; 0 where none fits | by `windows/class.rs` | event id |
//! | ATNA 110103, 110104, 110102 | 6005 datastore | 1 read (R), 5 write or 6 create (C), 2 update (U), 7 delete (D) | `110104/R` |
//! | ATNA 110112, 110105, 110107, 110106 | 6005, 6005, 6005, 6006 | 4 query, 7 delete, 5 write, 2 download | `110112/E` |
//! | ATNA 110110, 110111 and others | 6003 API | 1 create, 2 read, 3 update, 4 delete, 99 | `110110/R` |
//! | ATNA login, logout | 3002 | 1, 2 | |
//! | EHR: view / edit / create / delete / search | 6005 | 1 / 2 / 6 / 7 / 4 | the action's word |
//! | EHR: print, export, copy, fax ... | 6006 | 2 download | the action's word |
//! | Microsoft 365: FileDownloaded, FileSyncDownloadedFull / FileAccessed / FilePreviewed / FileUploaded, FileModified, FileDeleted ... | 6006 | 2 / 14 / 9 / 1, 3, 4 ... | as logged |
//! | Microsoft 365: sharing and links | 6006 | 12 share, 13 unshare | as logged |
//! | Microsoft 365: MailItemsAccessed / HardDelete, SoftDelete ... / Create, Update / search | 6005 | 1 / 7 / 6, 2 / 4 | as logged |
//! | Microsoft 365: UserLoggedIn, UserLoginFailed, MailboxLogin | 3002 | 1 | as logged |
//! | Microsoft 365: everything else (New-InboxRule, Set-Mailbox, Add member to role, Send, alerts) | 6003 | 1 to 4 by the verb, 99 | as logged |
//! | CloudTrail S3: GetObject / PutObject / DeleteObject / CopyObject | 6006 | 2 / 1 / 4 / 6 | `eventName` |
//! | CloudTrail: secrets, parameters, DynamoDB, HealthImaging, HealthLake | 6005 | 1 read, 4 query, 5 write, 2 update, 7 delete | `eventName` |
//! | CloudTrail: ConsoleLogin / AssumeRole and its relatives | 3002 | 1 / 7 | `eventName` |
//! | CloudTrail: everything else | 6003 | 1 to 4 by the verb, 99 | `eventName` |
//! | FHIR AuditEvent: read / search / create / update / delete | 6005 | 1 / 4 / 6 / 2 / 7 | the interaction's code |
//! | FHIR AuditEvent: `$export`, `$everything`, disclosure | 6006 | 2 download | the operation |
//! | FHIR AuditEvent with DICOM codes (BALP) | as ATNA | as ATNA | `110114/E` |
//! | SQL (PostgreSQL, MySQL): SELECT / audited read of a table / INSERT / UPDATE / DELETE, DROP / CREATE | 6005 | 4 / 1 / 5 / 2 / 7 / 6 | the verb; `READ/SELECT` (pgaudit) |
//! | SQL: `COPY ... TO`, `INTO OUTFILE`, the reading of a dump program | 6006 | 2 download | the verb |
//! | SQL: accounts, rights, ALTER | 6003 | 1, 3, 4 | the verb |
//! | SQL: connection, refused connection / disconnection | 3002 | 1 / 2 | as logged |
//! | VPN table: session begins / fails / ends | 3002 / 3002 / 4001 | 1 / 1 / 2 | the action's word; `session`, `session end` |
//! | firewall table: flow / refused flow | 4001 | 6 / 5 | the action's word |
//! | Orthanc DICOM: C-FIND / C-MOVE, C-GET / C-STORE | 6005 | 4 / 1 / 5 | `C-MOVE` |
//! | Zeek conn / RDP | 4001 | 6 traffic, 3 reset, 4 fail, 5 refuse / 1 | `conn_state` / `RDP` |
//! | Zeek http | 4002 | method | method |
//! | Zeek files | 6006 | 2 download, 1 upload | the protocol |
//! | Zeek smb_files, ftp / smb_mapping | 6006 / 4006 | as Samba's / 99 | as logged / `share_type` |
//! | Zeek kerberos, ntlm, ssh | 3002 | 3, 4 (TGS) / 1 / 1 | `request_type`, `NTLM`, `SSH` |
//! | Zeek dns / notice / dce_rpc, x509 | 4003 / 2004 / 6003 | 1 / 1 / 99 | `qtype_name` / `note` / `operation` |
//! | Suricata alert / flow, tls, ssh, rdp / dns | 2004 / 4001 / 4003 | 1 / 6, 1 / 1, 2 | the signature / `flow.state`, the type / `rrtype` |
//! | Suricata http / fileinfo, ftp_data, smb, nfs / krb5, SMB session | 4002 / 6006 / 3002 | as the web logs' / as Zeek's / 3, 4 / 1 | method, command |
//! | Orthanc DICOM: association, refusal, C-ECHO | 4001 | 1, 5, 6 | `association` |
//! | dcm4chee DICOM: C-FIND / C-MOVE, C-GET / C-STORE in / N-DELETE | 6005 | 4 / 1 / 5 / 7 | `C-MOVE` |
//! | dcm4chee DICOM: C-STORE out, an instance leaves | 6006 | 2 download | `C-STORE` |
//! | dcm4chee: association, refusal, C-ECHO / web services | 4001 / 4002 | 1, 5, 6 / method | `association` / method |
//!
//! An AE title stands in `device`, not in `actor`: such events have no account.

mod apache;
mod apache_error;
mod atna;
mod atna_message;
mod audit_record;
mod auditd;
#[cfg(test)]
mod check;
mod cloudtrail;
mod columns;
mod coverage;
mod dcm4chee;
mod ehr;
mod fhir;
mod flat;
mod input;
mod journal;
mod json;
mod json_records;
mod linux;
mod m365;
mod mysql;
mod mysql_general;
mod mysql_xml;
mod network;
mod nginx;
mod nginx_error;
mod nginx_json;
mod openvpn;
mod orthanc;
mod out;
mod postgres;
mod postgres_log;
mod proftpd;
mod pureftpd;
mod samba;
mod smbd;
mod sql;
mod sshd;
mod suricata;
mod syslog;
mod table;
mod text;
mod time;
mod utmp;
mod vsftpd;
mod w3c;
mod web;
mod windows;
mod xferlog;
mod xml;
mod zeek;

pub use coverage::{MIN_SILENCE, MIN_USUAL, coverage};

use dosimeter_case::config::Columns;
use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Id, Result};
use input::Lines;
use jiff::Timestamp;
use out::Out;
use std::collections::BTreeMap;

/// One log file as registered.
#[derive(Clone)]
pub struct Source {
    /// `evidence.source_id`.
    pub source_id: Id,
    /// Path as registered; it is shown in rejects and never decides the format.
    pub path: String,
    /// The server that wrote the log.
    pub host: String,
    /// For times without offset.
    pub zone: jiff::tz::TimeZone,
    /// A record without a year is given the latest year that puts it on or before this day, unless the records before it, which
    /// are in order, tell better.
    pub latest: jiff::civil::Date,
    /// Accounts known from elsewhere, lower case; may be empty. They settle which field of a free-form record is the account.
    pub accounts: std::collections::BTreeSet<String>,
    /// Columns of a table, stated by the user; they count more than what its header seems to say.
    pub columns: Option<Columns>,
}

impl Source {
    /// A source of which no accounts and no columns are known.
    pub fn new(source_id: Id, path: impl Into<String>, host: impl Into<String>, zone: jiff::tz::TimeZone, latest: jiff::civil::Date) -> Source {
        Source { source_id, path: path.into(), host: host.into(), zone, latest, accounts: Default::default(), columns: None }
    }
}

/// Where rows go. An error of the sink ends the reading and is handed on.
pub trait Sink {
    /// Takes an event.
    fn event(&mut self, event: Event) -> Result<()>;
    /// Takes a reject.
    fn reject(&mut self, reject: Reject) -> Result<()>;
}

/// What was read of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The log's kind, as in [`Format::app`]; `unknown` when the format was not recognised.
    pub app: &'static str,
    /// Records, noise and refused ones included.
    pub records: i64,
    /// Rejects, those for the file among them.
    pub rejected: i64,
    /// Time of the earliest record.
    pub first: Option<Timestamp>,
    /// Time of the latest record.
    pub last: Option<Timestamp>,
    /// Records with a time per hour (hours since 1970 UTC), for the [`coverage()`].
    pub hours: BTreeMap<i64, i64>,
}

/// One log format.
pub struct Format {
    /// Name of the format.
    pub name: &'static str,
    /// Kind of log, for [`Summary::app`]. (An event's `app` is that of the program that wrote the record.)
    pub app: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// How sure it is that a sample has this format: 0 no, 100 every line.
    sniff: fn(&Sample) -> u32,
    /// Reads all records.
    parse: fn(&mut Lines, &mut Out, &Sample) -> Result<()>,
}

/// Every format, in order of preference where two are equally sure. A new format is one file and one row here.
pub const FORMATS: &[Format] = &[
    Format { name: "evtx", app: "windows", what: "Windows event log (EVTX)", sniff: windows::evtx::sniff, parse: windows::evtx::parse },
    Format { name: "atna", app: "atna", what: "ATNA audit messages (DICOM PS3.15 A.5) in syslog or as XML", sniff: atna::sniff, parse: atna::parse },
    Format {
        name: "samba_audit",
        app: "samba",
        what: "Samba full_audit in syslog",
        sniff: |s| syslog::sniff(s, &[syslog::Program::Samba]),
        parse: syslog::parse,
    },
    Format { name: "samba_log", app: "samba-auth", what: "Samba log.smbd with authentication audit", sniff: smbd::sniff, parse: smbd::parse },
    Format { name: "sshd", app: "sshd", what: "OpenSSH and its SFTP server in syslog", sniff: sshd::sniff, parse: syslog::parse },
    Format { name: "openvpn_syslog", app: "openvpn", what: "OpenVPN in syslog", sniff: openvpn::sniff_syslog, parse: syslog::parse },
    Format { name: "openvpn", app: "openvpn", what: "OpenVPN's own log file", sniff: openvpn::sniff, parse: openvpn::parse },
    Format { name: "windows_xml", app: "windows", what: "Windows events as XML", sniff: windows::xml::sniff, parse: windows::xml::parse },
    Format { name: "windows_json", app: "windows", what: "Windows events as JSON lines", sniff: windows::json::sniff, parse: windows::json::parse },
    Format { name: "zeek", app: "zeek", what: "Zeek logs as tables or JSON lines", sniff: zeek::sniff, parse: zeek::parse },
    Format { name: "suricata", app: "suricata", what: "Suricata EVE JSON", sniff: suricata::sniff, parse: suricata::parse },
    Format { name: "iis", app: "iis", what: "W3C extended log of IIS (web and FTP)", sniff: w3c::sniff, parse: w3c::parse },
    Format { name: "utmp", app: "utmp", what: "wtmp or btmp, binary", sniff: utmp::sniff, parse: utmp::parse },
    Format { name: "utmpdump", app: "utmp", what: "wtmp or btmp as utmpdump shows it", sniff: utmp::sniff_dump, parse: utmp::parse_dump },
    Format { name: "journal", app: "journal", what: "systemd journal, export format", sniff: journal::sniff, parse: journal::parse },
    Format { name: "journal_json", app: "journal", what: "systemd journal as JSON", sniff: journal::sniff_json, parse: journal::parse_json },
    Format { name: "auditd", app: "auditd", what: "Linux audit log, raw or enriched", sniff: auditd::sniff, parse: auditd::parse },
    Format { name: "xferlog", app: "ftp", what: "FTP transfer log (vsftpd, ProFTPD)", sniff: xferlog::sniff, parse: xferlog::parse },
    Format { name: "vsftpd", app: "vsftpd", what: "vsftpd's own log", sniff: vsftpd::sniff, parse: vsftpd::parse },
    Format { name: "proftpd", app: "proftpd", what: "ProFTPD's own log", sniff: proftpd::sniff, parse: syslog::parse },
    Format { name: "proftpd_extended", app: "proftpd", what: "ProFTPD ExtendedLog", sniff: proftpd::sniff_extended, parse: proftpd::parse_extended },
    Format { name: "apache_json", app: "apache", what: "Apache access log as JSON lines", sniff: nginx_json::sniff_apache, parse: nginx_json::parse },
    Format { name: "apache_access", app: "apache", what: "Apache access log, combined format", sniff: apache::sniff, parse: nginx::parse },
    Format { name: "apache_error", app: "apache", what: "Apache error log", sniff: apache_error::sniff, parse: apache_error::parse },
    Format { name: "m365", app: "m365", what: "Microsoft 365 unified audit log, CSV or JSON", sniff: m365::sniff, parse: m365::parse },
    Format { name: "cloudtrail", app: "aws", what: "AWS CloudTrail records", sniff: cloudtrail::sniff, parse: cloudtrail::parse },
    Format { name: "fhir", app: "fhir", what: "FHIR AuditEvent resources as NDJSON, array or Bundle", sniff: fhir::sniff, parse: fhir::parse },
    Format { name: "postgresql_json", app: "postgresql", what: "PostgreSQL's jsonlog", sniff: postgres_log::sniff_json, parse: postgres_log::parse_json },
    Format {
        name: "postgresql",
        app: "postgresql",
        what: "PostgreSQL's csvlog or text log, with pgaudit",
        sniff: postgres_log::sniff,
        parse: postgres_log::parse,
    },
    Format { name: "mysql_json", app: "mysql", what: "MySQL Enterprise or Percona audit as JSON", sniff: mysql::sniff_json, parse: mysql::parse_json },
    Format {
        name: "mysql_xml",
        app: "mysql",
        what: "MySQL Enterprise or Percona audit as XML, new and old style",
        sniff: mysql_xml::sniff,
        parse: mysql_xml::parse,
    },
    Format { name: "mariadb_audit", app: "mysql", what: "MariaDB server_audit", sniff: mysql::sniff_mariadb, parse: mysql::parse_mariadb },
    Format { name: "percona_csv", app: "mysql", what: "Percona audit as CSV", sniff: mysql::sniff_percona, parse: mysql::parse_percona },
    Format { name: "mysql_general", app: "mysql", what: "general query log of MySQL and MariaDB", sniff: mysql_general::sniff, parse: mysql_general::parse },
    Format { name: "nginx_json", app: "nginx", what: "web access log as JSON lines", sniff: nginx_json::sniff, parse: nginx_json::parse },
    Format { name: "nginx_access", app: "nginx", what: "web access log, combined format", sniff: nginx::sniff, parse: nginx::parse },
    Format { name: "nginx_error", app: "nginx-error", what: "nginx error log", sniff: nginx_error::sniff, parse: nginx_error::parse },
    Format { name: "apache_custom", app: "apache", what: "web access log in another order", sniff: apache::sniff_custom, parse: apache::parse_custom },
    Format { name: "orthanc", app: "orthanc", what: "Orthanc's verbose log", sniff: orthanc::sniff, parse: orthanc::parse },
    Format { name: "dcm4chee", app: "dcm4chee", what: "dcm4chee-arc's server.log (WildFly)", sniff: dcm4chee::sniff, parse: dcm4chee::parse },
    Format { name: "columns", app: "columns", what: "CSV whose columns the user states", sniff: columns::sniff_stated, parse: columns::parse_stated },
    Format { name: "vpn_csv", app: "vpn", what: "VPN sessions as CSV", sniff: columns::sniff_vpn, parse: columns::parse_vpn },
    Format { name: "firewall_csv", app: "firewall", what: "firewall traffic as CSV", sniff: columns::sniff_firewall, parse: columns::parse_firewall },
    Format { name: "ehr_csv", app: "ehr", what: "access log of an electronic record as CSV", sniff: columns::sniff_ehr, parse: columns::parse_ehr },
    Format { name: "syslog", app: "syslog", what: "other syslog, whose known programs are read", sniff: syslog::sniff_any, parse: syslog::parse },
];

/// Below this a format is not taken as recognised.
const SURE_ENOUGH: u32 = 10;
/// Lines of the head that are looked at.
const SAMPLE_LINES: usize = 400;

/// The head of a source.
pub(crate) struct Sample<'a> {
    source: &'a Source,
    /// The first bytes (decompressed), for formats that are not text.
    bytes: &'a [u8],
    text: &'a str,
    /// Complete lines that are not blank.
    lines: Vec<&'a str>,
}

impl<'a> Sample<'a> {
    fn new(source: &'a Source, bytes: &'a [u8], text: &'a str, whole: bool) -> Sample<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The last line of a cut head is not complete.
        let complete = if whole { text } else { text.rfind('\n').and_then(|i| text.get(..i)).unwrap_or(text) };
        let lines = complete.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE_LINES).collect();
        Sample { source, bytes, text, lines }
    }
    /// A clock of its own, so that looking ahead does not disturb the reading.
    fn clock(&self) -> time::Clock {
        time::Clock::new(self.source.zone.clone(), self.source.latest)
    }
    /// Percent of the lines that are `good`; at least 1 if any is.
    fn share(&self, mut good: impl FnMut(&str) -> bool) -> u32 {
        let n = self.lines.iter().filter(|line| good(line)).count();
        if n == 0 { 0 } else { (100 * n / self.lines.len()).max(1) as u32 }
    }
}

/// Recognises the format of a source by the first bytes (decompressed) of its content: the surest, and of several the first in the list.
fn recognise(sample: &Sample) -> Option<&'static Format> {
    let mut best: Option<(u32, &'static Format)> = None;
    for format in FORMATS {
        let score = (format.sniff)(sample);
        if score >= SURE_ENOUGH && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, format));
        }
        // Nobody can be surer.
        if score >= 100 {
            break;
        }
    }
    best.map(|(_, format)| format)
}

/// Reads one source to the end. A format that is not recognised gives one reject for the whole file (record 0) and the app `unknown`.
///
/// Memory is bounded whatever the size of the source. Damage in a compressed source ends it with a reject.
///
/// # Errors
/// Only when `input` fails (not when its content is bad) or the sink does.
pub fn read(source: &Source, input: impl std::io::Read, sink: &mut dyn Sink) -> Result<Summary> {
    let (mut lines, head) = Lines::open(&source.path, input)?;
    let text = String::from_utf8_lossy(&head);
    let sample = Sample::new(source, &head, &text, head.len() < input::HEAD);
    let Some(format) = recognise(&sample) else {
        let mut out = Out::new(source, "unknown", sink);
        let reason = match &source.columns {
            _ if sample.text.trim().is_empty() => "the file is empty",
            Some(_) => "the format is not recognised; it has not the columns that are stated",
            None => "the format is not recognised",
        };
        out.reject_at(0, 0, reason)?;
        return out.finish(&lines);
    };
    let mut out = Out::new(source, format.app, sink);
    (format.parse)(&mut lines, &mut out, &sample)?;
    out.finish(&lines)
}
