//! Arbitrary and damaged input: never a panic, every record accounted for, the same result twice.

use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Id, Result};
use dosimeter_logs::{Sink, Source, Summary, coverage, read};
use proptest::prelude::*;

#[derive(Default)]
struct Kept {
    events: Vec<Event>,
    rejects: Vec<Reject>,
}
impl Sink for Kept {
    fn event(&mut self, event: Event) -> Result<()> {
        self.events.push(event);
        Ok(())
    }
    fn reject(&mut self, reject: Reject) -> Result<()> {
        self.rejects.push(reject);
        Ok(())
    }
}

/// Typical lines of every format; damage is done to them.
const LINES: &[&str] = &[
    "Sep 11 01:24:52 fs01 smbd_audit: elewis|10.20.9.37|ws-01|clinic|pread_recv|ok|/srv/clinic/caf\u{e9} 1.csv",
    "[2023/09/11 01:24:52.591415,  3] ../../auth/auth_log.c:647(log_authentication_event_human_readable)\n  Auth: [SMB2,(null)] user []\\[elewis] at [x] with [NTLMv2] status [NT_STATUS_OK] workstation [D] remote host [ipv4:10.20.9.37:34791] became\n  {\"timestamp\": \"2023-09-11T01:24:52.591415-0400\", \"type\": \"Authentication\", \"Authentication\": {\"status\": \"NT_STATUS_OK\", \"remoteAddress\": \"ipv4:10.20.9.37:34791\", \"clientAccount\": \"e\"}}",
    "Sep 11 01:24:52 h sshd[1]: Accepted password for elewis from 203.0.113.140 port 40907 ssh2",
    "Sep 11 01:24:52 h internal-sftp[630]: close \"/srv/exchange/x\" bytes read 16764 written 0",
    "Sep 11 01:24:12 vpn01 openvpn[811]: 203.0.113.140:49852 [elewis] Peer Connection Initiated with [AF_INET]203.0.113.140:49852",
    "2023-09-11 01:24:12 elewis/203.0.113.140:49852 MULTI: Learn: 10.20.9.37 -> elewis/203.0.113.140:49852",
    "10.20.0.10 - 1065089 [18/Sep/2023:10:01:16 -0400] \"GET /portal/%69?a=b HTTP/1.1\" 200 89 \"-\" \"M\" \"198.51.100.150\"",
    "2023/09/18 19:53:45 [error] 132#132: *6475 user \"1088376\": password mismatch, client: 10.20.0.10, server: p, request: \"GET /x HTTP/1.1\", host: \"p\"",
    "{\"time\":\"2023-09-18T02:05:05-04:00\",\"remote_addr\":\"10.20.9.37\",\"user\":\"m\",\"method\":\"GET\",\"uri\":\"/studies/d7/archive\",\"status\":200,\"bytes\":43719}",
    "{\"TimeCreated\":\"2023-08-14T15:29:48Z\",\"EventId\":4663,\"Computer\":\"W\",\"EventData\":{\"SubjectUserName\":\"c\",\"ObjectName\":\"D:\\\\a.pdf\",\"AccessMask\":\"0x1\"}}",
    "<Event><System><Provider Name='P'/><EventID>4624</EventID><TimeCreated SystemTime='2023-08-14T15:29:48Z'/><Channel>Security</Channel></System><EventData><Data Name='TargetUserName'>c</Data></EventData></Event>",
    "I0918 02:05:05.254173 HttpServer.cpp:1244] (http) GET /studies/d7ee161b/archive",
    "I0918 02:05:06.254173 main.cpp:1] Incoming Move request from AET ROGUE on IP 10.0.0.66, calling AET PACS01",
    "Access Time,User ID,Workstation,Record,Module,Action\n08/14/2023 07:49:40 AM,MPETERS,10.20.4.23,1033780,Results,VIEW",
    "#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tmethod\turi\ttags\n#types\ttime\tstring\taddr\tstring\tstring\tset[enum]\n1695031935.486539\tC\t10.20.9.37\tGET\t/\\xe9?a=%20\t(empty)",
    "{\"ts\":1695031935.486539,\"uid\":\"C\",\"id.orig_h\":\"10.20.9.37\",\"id.resp_h\":\"10.20.0.5\",\"id.resp_p\":445,\"action\":\"SMB::FILE_OPEN\",\"path\":\"\\\\\\\\fs\\\\c\",\"name\":\"a.pdf\",\"size\":12}",
    "{\"timestamp\":\"2023-09-18T10:12:15.486539-0400\",\"flow_id\":7,\"event_type\":\"http\",\"src_ip\":\"10.20.9.37\",\"dest_ip\":\"10.20.0.5\",\"dest_port\":80,\"http\":{\"url\":\"/a?b=%20\",\"http_method\":\"GET\",\"status\":200,\"length\":7}}",
    "[26/Nov/2026:01:24:54 +0000] - 192.0.2.7:55054 192.0.2.1 ann GET /b%20c.txt?x=%2e HTTP/1.1 200 3 242",
    "[Thu Nov 26 01:24:54.090509 2026] [auth_basic:error] [pid 7016:tid 7063] [client 192.0.2.7:55074] AH01617: user jdoe: authentication failure for \"/p\": Password Mismatch",
    "{\"time\":\"[26/Nov/2026:01:24:54 +0000]\",\"remoteIP\":\"192.0.2.7\",\"request\":\"/b\",\"query\":\"?x=1\",\"method\":\"GET\",\"status\":\"200\",\"userAgent\":\"\\x16\",\"bytes\":\"229\"}",
    "#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent)\n2023-09-18 07:52:20 192.0.2.7 ann GET /a%20b x=%2e 200 2117 M+(W)",
    "Thu Nov 26 01:31:22 2026 0 192.0.2.7 5000 /srv/a_b.csv b _ o r svc ftp 0 * c",
    "Thu Nov 26 01:30:56 2026 [pid 2] [svc] OK DOWNLOAD: Client \"192.0.2.7\", \"/srv/a b.csv\", 5000 bytes, 21.4Kbyte/sec",
    "2026-11-26 01:31:22,918 vm proftpd[12047] 192.0.2.1 (ws[192.0.2.7]): USER svc: Login successful.",
    "192.0.2.7 UNKNOWN svc [26/Nov/2026:01:31:22 +0000] \"RETR a b.csv\" 226 5000",
    "Sep 18 02:13:00 ftp01 pure-ftpd: (svc@192.0.2.7) [NOTICE] /srv//a.csv downloaded  (5000 bytes, 210.53KB/sec)",
    "type=SYSCALL msg=audit(1795656999.068:8): arch=c000003e syscall=257 success=yes a2=0 auid=1001 ses=4 exe=\"/usr/bin/cat\"\u{1d}SYSCALL=openat AUID=\"e\"\ntype=CWD msg=audit(1795656999.068:8): cwd=\"/srv\"\ntype=PATH msg=audit(1795656999.068:8): item=0 name=6120622E747874 mode=0100644 nametype=NORMAL\ntype=PROCTITLE msg=audit(1795656999.068:8): proctitle=6361740061",
    "Sep 18 02:13:00 app01 sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow",
    "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1695003180000000\nSYSLOG_IDENTIFIER=su\nMESSAGE\n\u{1a}\0\0\0\0\0\0\0(to root) ann on pts/0 \n\n  \n",
    "{\"__REALTIME_TIMESTAMP\":\"1695003180000000\",\"_COMM\":\"su\",\"MESSAGE\":[40,116,111,32,114,41,32,97]}",
    "[7] [00812] [ts/0] [elewis  ] [pts/0       ] [203.0.113.140       ] [203.0.113.140  ] [2023-09-18T01:31:24,500000+00:00]",
    "{\"CreationTime\":\"2023-09-15T09:47:09\",\"Operation\":\"FileDownloaded\",\"RecordType\":6,\"Workload\":\"SharePoint\",\"ClientIP\":\"198.51.100.7\",\"ObjectId\":\"https://c/a.docx\",\"UserId\":\"anna@c\",\"ItemType\":\"File\"}",
    "{\"Records\":[{\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"anna\"},\"eventTime\":\"2023-09-18T02:05:05Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\"sourceIPAddress\":\"198.51.100.7\",\"requestParameters\":{\"bucketName\":\"b\",\"key\":\"k\"}}]}",
    "{\"resourceType\":\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"subtype\":[{\"code\":\"read\"}],\"action\":\"R\",\"recorded\":\"2023-09-18T02:05:05Z\",\"outcome\":\"0\",\"agent\":[{\"altId\":\"anna\",\"requestor\":true,\"network\":{\"address\":\"10.0.0.7\"}}],\"entity\":[{\"what\":{\"reference\":\"Patient/12\"}}]}",
    "2023-09-18 20:28:24.163 EDT [9421] anna@clinic 10.0.0.7 psql LOG:  AUDIT: SESSION,3,1,READ,SELECT,TABLE,public.patients,\"select * from patients where name='x'\",<not logged>,1",
    "2023-09-18 20:28:24.154 EDT,\"anna\",\"clinic\",9421,\"10.0.0.7:59712\",6b078b38.24cd,10,\"idle\",2023-09-18 20:28:24 EDT,3/8,0,LOG,00000,\"statement: select * from patients p, b where a='x' and c=$a$x$a$\",,,,,,,,,\"psql\",\"client backend\",,0",
    "20230918 02:05:05,vm,anna,10.0.0.7,5,9,QUERY,clinic,'select * from patients where name=\\'Doe, Jane\\'',0",
    "<AUDIT_RECORD TIMESTAMP=\"2023-09-18T06:05:05 UTC\" NAME=\"Query\" CONNECTION_ID=\"5\" STATUS=\"0\" SQLTEXT=\"select * from a\" USER=\"anna\" IP=\"10.0.0.7\" DB=\"c\"/>",
    "{\"timestamp\":\"2023-09-18 06:05:06\",\"id\":1,\"class\":\"general\",\"event\":\"status\",\"connection_id\":5,\"login\":{\"user\":\"anna\",\"ip\":\"10.0.0.7\"},\"general_data\":{\"query\":\"select * from a\",\"status\":0}}",
    "\"Query\",\"2_x\",\"2023-09-18T06:05:05 UTC\",\"select\",\"5\",0,\"select * from a\",\"anna[anna] @  [10.0.0.7]\",\"\",\"\",\"10.0.0.7\",\"clinic\"",
    "230918  2:05:05\t     5 Query\tselect * from patients",
    "2023-09-18 02:05:05,254 INFO  [org.dcm4che3.net.Dimse] (EE-Thread-13) ARCHIVE<-ROGUE(9) >> 2:C-MOVE-RQ[pcid=3, prior=0\n  cuid=1.2.840\n2023-09-18 02:05:06,254 INFO  [org.dcm4chee.arc] (EE-Thread-13) ARCHIVE<-ROGUE(9): Process C-MOVE RQ:\n(0020,000D) UI [1.2.3.4] StudyInstanceUID",
    "2023-09-18 02:05:05,254 INFO  [org.dcm4chee.arc.wado.WadoRS] (default task-12) Process GET /dcm4chee-arc/aets/A/rs/studies/1.2.3.4/thumbnail from anna@10.0.0.7",
    "Username,Assigned IP,Public IP,Login Time,Client\nanna,10.20.9.37,203.0.113.9,09/11/2023 01:24:12,ws-1",
    "Receive Time,Source address,Destination address,Destination Port,Action,Bytes Sent,Bytes Received\n2023/09/11 01:24:12,10.0.4.21,198.51.100.7,443,allow,900000,1200",
    "<110>1 2023-08-14T08:07:21.366-04:00 p P 2000 I - <AuditMessage><EventIdentification EventActionCode=\"R\" EventDateTime=\"2023-08-14T08:07:21.366-04:00\" EventOutcomeIndicator=\"0\"><EventID csd-code=\"110103\"/></EventIdentification><ActiveParticipant UserID=\"g\" UserIsRequestor=\"true\"/></AuditMessage>",
];

/// A record of `wtmp`, which is no text.
fn logon() -> Vec<u8> {
    let mut bytes = vec![0; 384];
    for (at, part) in
        [(0, &[7, 0][..]), (8, b"pts/0"), (44, b"elewis"), (76, b"203.0.113.140"), (340, &1_695_000_100_u32.to_le_bytes()), (348, &[203, 0, 113, 140])]
    {
        bytes[at..at + part.len()].copy_from_slice(part);
    }
    bytes
}

fn run(input: &[u8]) -> (Kept, Source, Summary) {
    let source = Source::new(Id(1), "p", "h", jiff::tz::TimeZone::UTC, jiff::civil::date(2023, 9, 21));
    let mut kept = Kept::default();
    let summary = read(&source, input, &mut kept).unwrap();
    (kept, source, summary)
}

fn sound(input: &[u8]) {
    let (kept, source, summary) = run(input);
    let (again, ..) = run(input);
    assert!(kept.events == again.events && kept.rejects == again.rejects, "two runs differ");
    assert_eq!(summary.rejected, kept.rejects.len() as i64);
    for event in &kept.events {
        assert!((1..=summary.records).contains(&event.record_no));
        assert!(serde_json::from_str::<serde_json::Value>(&event.detail).is_ok_and(|d| d.is_object()));
    }
    assert_eq!(coverage(&[(source, summary)]).first().map(|row| row.rejected), Some(kept.rejects.len() as i64));
}

#[test]
fn every_typical_line_is_understood() {
    for line in LINES {
        let (kept, _, summary) = run(line.as_bytes());
        assert!(
            kept.events.len() == 1 && kept.rejects.is_empty(),
            "{line}: {} {} {:?}",
            summary.app,
            kept.events.len(),
            kept.rejects.first().map(|r| &r.reason)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(input in proptest::collection::vec(any::<u8>(), 0..2000)) {
        sound(&input);
    }

    #[test]
    fn arbitrary_bytes_after_good_lines(which in 0..LINES.len(), input in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut text = format!("{}\n", LINES[which]).repeat(3).into_bytes();
        text.extend(input);
        text.extend(format!("\n{}\n", LINES[which]).bytes());
        sound(&text);
    }

    #[test]
    fn damaged_lines(which in 0..LINES.len(), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6)) {
        let line = LINES[which].as_bytes().to_vec();
        let mut damaged = line.clone();
        for (at, byte, how) in cuts {
            if damaged.is_empty() {
                break;
            }
            let at = at.index(damaged.len());
            match how {
                0 => damaged[at] = byte,
                1 => damaged.insert(at, byte),
                2 => { damaged.remove(at); }
                _ => damaged.truncate(at),
            }
        }
        let whole = [&line[..], b"\n", &line, b"\n", &damaged, b"\n", &line].concat();
        sound(&whole);
        sound(&damaged);
    }

    #[test]
    fn damaged_logons(changes in proptest::collection::vec((0_usize..1152, any::<u8>()), 0..6), length in 0_usize..1152) {
        let mut input = logon().repeat(3);
        for (at, byte) in changes {
            input[at] = byte;
        }
        sound(&input);
        sound(&input[..length]);
    }

    #[test]
    fn damaged_text_of_other_alphabets(which in 0..LINES.len(), at in any::<prop::sample::Index>(), text in "\\PC{0,8}") {
        let line = LINES[which];
        let at = (0..=at.index(line.len())).rev().find(|&i| line.is_char_boundary(i)).unwrap_or(0);
        sound(format!("{line}\n{line}\n{}{text}{}\n", &line[..at], &line[at..]).as_bytes());
        sound(format!("{line}\n{line}\n{}{text}\n", &line[..at]).as_bytes());
    }
}

/// Lines that are long in every way that a reader could take badly: they must be read in a time that grows with their length.
#[test]
fn long_lines() {
    let started = std::time::Instant::now();
    for line in LINES {
        for part in
            ["[", " [", "msg='", "a=", "a ", "\"", "\\", " \"", "{\"a\":", "x=1 ", "] [", " ; ", "=", "%", "&a", "GET ", ": ", "(", "\u{1d}", "aa[0]=b "]
        {
            let long = part.repeat(300_000 / part.len());
            run(format!("{line}\n{long}\n{line}{long}\n").as_bytes());
            run(long.as_bytes());
        }
    }
    eprintln!("{:?}", started.elapsed());
}
