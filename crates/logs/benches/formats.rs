//! Throughput of the formats that large cases consist of, over generated lines.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Id, Result};
use dosimeter_logs::{Sink, Source, read};
use std::hint::black_box;

struct Count(u64);
impl Sink for Count {
    fn event(&mut self, event: Event) -> Result<()> {
        black_box(&event);
        self.0 += 1;
        Ok(())
    }
    fn reject(&mut self, _: Reject) -> Result<()> {
        Ok(())
    }
}

const LINES: u64 = 20_000;

fn samba() -> String {
    (0..LINES)
        .map(|i| {
            format!(
                "Sep 11 {:02}:{:02}:{:02} fs01 smbd_audit: user{}|10.20.4.{}|ws-clini-{:02}|clinic|pread_recv|ok|/srv/clinic/Radiology/Reports/2021/A{i}.pdf\n",
                i / 3600 % 24,
                i / 60 % 60,
                i % 60,
                i % 40,
                i % 200,
                i % 40
            )
        })
        .collect()
}
fn nginx() -> String {
    (0..LINES).map(|i| format!("10.20.0.10 - {} [18/Sep/2023:{:02}:{:02}:{:02} -0400] \"GET /portal/documents/ff87d3c2/A{i}.pdf HTTP/1.1\" 200 {} \"https://portal.clinic.example/portal/documents/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36\" \"198.51.100.{}\"\n", 1_000_000 + i % 500, i / 3600 % 24, i / 60 % 60, i % 60, 1000 + i, i % 250)).collect()
}
fn atna() -> String {
    (0..LINES / 10).map(|i| format!("<110>1 2023-08-14T08:07:21.366-04:00 pacs01 PACS01 {i} IHE+RFC-3881 - <?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage><EventIdentification EventActionCode=\"R\" EventDateTime=\"2023-08-14T08:07:21.366-04:00\" EventOutcomeIndicator=\"0\"><EventID csd-code=\"110103\" codeSystemName=\"DCM\" originalText=\"DICOM Instances Accessed\"/></EventIdentification><ActiveParticipant UserID=\"user{}\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.20.4.28\" NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110152\" codeSystemName=\"DCM\" originalText=\"Destination Role ID\"/></ActiveParticipant><AuditSourceIdentification AuditSourceID=\"PACS01\"/><ParticipantObjectIdentification ParticipantObjectID=\"1.2.826.0.1.{i}\" ParticipantObjectTypeCode=\"2\" ParticipantObjectTypeCodeRole=\"3\"><ParticipantObjectIDTypeCode csd-code=\"110180\" codeSystemName=\"DCM\" originalText=\"Study Instance UID\"/></ParticipantObjectIdentification></AuditMessage>\n", i % 40)).collect()
}

fn zeek() -> String {
    let head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n";
    let rows = (0..LINES).map(|i| {
        format!(
            "{}.486539\tCx{i}\t10.20.4.{}\t{}\t10.20.0.5\t445\ttcp\tsmb\t1.250\t{i}\t{}\tSF\tT\tT\t0\tShADadfF\t12\t900\t14\t{}\t-\n",
            1_695_000_000 + i,
            i % 200,
            49152 + i % 9000,
            i * 7,
            i * 8
        )
    });
    std::iter::once(head.to_string()).chain(rows).collect()
}

fn formats(c: &mut Criterion) {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-4));
    let source = Source::new(Id(1), "bench", "h", zone, jiff::civil::date(2023, 9, 21));
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    for (name, text) in [("samba", samba()), ("nginx", nginx()), ("atna", atna()), ("zeek", zeek())] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut count = Count(0);
                read(&source, text.as_bytes(), &mut count).map(|summary| (summary.records, count.0)).ok()
            })
        });
    }
    group.finish();
}

criterion_group!(benches, formats);
criterion_main!(benches);
