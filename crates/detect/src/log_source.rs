//! Which Sigma log sources an event belongs to, and the values that rules for them expect under other names than the log's own.
//!
//! Names of products, services and categories are those of the Sigma specification's taxonomy appendix.

use crate::fields::{FieldValue, Fields};
use dosimeter_case::tables::Event;
use std::borrow::Cow;

/// The log sources of one event. A rule applies when each of its three parts is absent or is among these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LogSources {
    pub product: Cow<'static, str>,
    pub services: Vec<&'static str>,
    pub categories: Vec<&'static str>,
}

impl LogSources {
    fn new(product: &'static str, services: &[&'static str], categories: &[&'static str]) -> LogSources {
        LogSources { product: Cow::Borrowed(product), services: services.to_vec(), categories: categories.to_vec() }
    }
}

/// The log sources of an event; adds to the fields what is derived from them.
pub(crate) fn of<'a>(event: &'a Event, fields: &mut Fields<'a>) -> LogSources {
    let mut sources = by_product(event, fields);
    // Three categories of our own, by OCSF class: see `rules/sigma/README.md`.
    match event.class_uid {
        1001 | 6005 | 6006 => sources.categories.push("data_access"),
        3002 => sources.categories.push("authentication"),
        4001 => sources.categories.push("network"),
        _ => {}
    }
    sources
}

fn by_product<'a>(event: &'a Event, fields: &mut Fields<'a>) -> LogSources {
    match event.app.as_str() {
        "windows" => windows(event, fields),
        "nginx" => web(event, fields, "nginx"),
        // The error log tells of no requests.
        "apache" if event.class_uid != 4002 => LogSources::new("apache", &["apache"], &[]),
        "apache" => web(event, fields, "apache"),
        "iis" => web(event, fields, "iis"),
        "http" => web(event, fields, "http"),
        "sshd" | "sftp" => LogSources::new("linux", &["sshd", "auth", "syslog"], &[]),
        "samba" => LogSources::new("linux", &["samba"], &[]),
        "linux" => linux(fields),
        "auditd" => LogSources::new("linux", &["auditd"], auditd(event)),
        "vsftpd" => LogSources::new("linux", &["vsftpd", "syslog"], &[]),
        "aws" => LogSources::new("aws", &["cloudtrail"], &[]),
        "m365" => LogSources::new("m365", &["audit", "exchange", "threat_management", "threat_detection"], &[]),
        "zeek" => zeek(fields),
        "postgresql" => LogSources::new("postgresql", &["postgresql"], &["database"]),
        "mysql" => LogSources::new("mysql", &["mysql"], &["database"]),
        "firewall" => LogSources::new("firewall", &[], &["firewall"]),
        app => LogSources { product: Cow::Owned(app.to_string()), ..LogSources::default() },
    }
}

fn text(value: &str) -> FieldValue<'_> {
    FieldValue::Text(Cow::Borrowed(value))
}

/// Sigma's names for web server logs are those of the W3C extended log format.
fn web<'a>(event: &'a Event, fields: &mut Fields<'a>, server: &'static str) -> LogSources {
    let columns = [
        ("cs-method", Some(&event.operation)),
        ("cs-uri-stem", event.object.as_ref()),
        ("cs-user-agent", event.device.as_ref()),
        ("cs-username", event.actor.as_ref()),
        ("c-ip", event.src_addr.as_ref()),
    ];
    for (name, value) in columns {
        if let Some(value) = value {
            fields.add(name, text(value));
        }
    }
    // Public rules look for paths in the query too: they get the request as it was sent, or put together again.
    let sent = fields.text("target").map(str::to_string);
    let sent = sent.or_else(|| match (event.object.as_deref(), fields.text("query")) {
        (Some(path), Some(query)) => Some(format!("{path}?{query}")),
        (path, _) => path.map(str::to_string),
    });
    if let Some(sent) = sent {
        fields.add("cs-uri-query", FieldValue::Text(Cow::Owned(sent)));
    }
    for (name, own) in [("sc-status", "status"), ("cs-referer", "referrer")] {
        if let Some(value) = fields.get(own).cloned() {
            fields.add(name, value);
        }
    }
    LogSources::new(server, &[server], &["webserver"])
}

/// Messages of programs in syslog: each has the service of its program, and the general ones.
fn linux(fields: &Fields) -> LogSources {
    let program = fields.text("program").unwrap_or("");
    let own: &[&str] = match program {
        "sudo" => &["sudo", "auth", "syslog"],
        "cron" | "CRON" | "crond" => &["cron", "syslog"],
        "clamd" | "freshclam" | "clamav" => &["clamav", "syslog"],
        "guacd" | "guacamole" => &["guacamole", "syslog"],
        _ => &["auth", "syslog"],
    };
    LogSources::new("linux", own, &[])
}

fn auditd(event: &Event) -> &'static [&'static str] {
    match (event.class_uid, event.activity_id) {
        (1007, 1) => &["process_creation"],
        (4001, _) => &["network_connection"],
        // Created.
        (1001, 1) => &["file_event"],
        (1001, 4) => &["file_delete"],
        _ => &[],
    }
}

fn zeek(fields: &Fields) -> LogSources {
    const LOGS: &[(&str, &str)] = &[
        ("conn", "firewall"),
        ("dns", "dns"),
        ("http", "proxy"),
        ("files", ""),
        ("smb_files", ""),
        ("smb_mapping", ""),
        ("kerberos", ""),
        ("ntlm", ""),
        ("ssh", ""),
        ("rdp", ""),
        ("dce_rpc", ""),
        ("ftp", ""),
        ("x509", ""),
        ("ssl", ""),
        ("notice", ""),
    ];
    let own = fields.text("_path").and_then(|path| LOGS.iter().find(|(name, _)| *name == path));
    match own {
        Some((name, "")) => LogSources::new("zeek", &[name], &[]),
        Some((name, category)) => LogSources::new("zeek", &[name], &[category]),
        None => LogSources::new("zeek", &[], &[]),
    }
}

fn windows<'a>(event: &'a Event, fields: &mut Fields<'a>) -> LogSources {
    let id: i64 = event.operation.parse().unwrap_or(0);
    let channel = fields.text("Channel").unwrap_or("").to_ascii_lowercase();
    let provider = fields.text("Provider_Name").unwrap_or("");
    let services = services(&channel, provider);
    let kind = fields.text("EventType").unwrap_or("");
    let categories: &[&str] = match (services.first().copied(), id) {
        (Some("sysmon"), _) => sysmon(id, kind),
        (Some("security"), 4688) => {
            process_start(fields);
            &["process_creation"]
        }
        (Some("security"), 4657) => {
            registry_change(fields);
            &["registry_set", "registry_event"]
        }
        (Some("security"), 4663) => {
            alias(fields, "FileName", "ObjectName", str::to_string);
            alias(fields, "Image", "ProcessName", str::to_string);
            &["file_access"]
        }
        (Some("kernel-file"), 12) => &["file_access"],
        (Some("kernel-file"), 19 | 27) => &["file_rename"],
        (Some("powershell"), 4103) => &["ps_module"],
        (Some("powershell"), 4104) => &["ps_script"],
        (Some("powershell-classic"), 400) => &["ps_classic_start"],
        (Some("powershell-classic"), 600) => &["ps_classic_provider_start"],
        (Some("powershell-classic"), 800) => &["ps_classic_script"],
        (Some("windefend"), 1006..=1009 | 1116..=1119) => {
            malware_found(fields);
            &["antivirus"]
        }
        _ => &[],
    };
    LogSources::new("windows", &services, categories)
}

/// Sysmon's event ids as Sigma categories (Sysmon 15).
fn sysmon(id: i64, kind: &str) -> &'static [&'static str] {
    match id {
        1 => &["process_creation"],
        2 => &["file_change"],
        3 => &["network_connection"],
        4 | 16 => &["sysmon_status"],
        5 => &["process_termination"],
        6 => &["driver_load"],
        7 => &["image_load"],
        8 => &["create_remote_thread"],
        9 => &["raw_access_thread"],
        10 => &["process_access"],
        11 => &["file_event"],
        12 if kind.starts_with("Delete") => &["registry_delete", "registry_event"],
        12 => &["registry_add", "registry_event"],
        13 => &["registry_set", "registry_event"],
        14 => &["registry_rename", "registry_event"],
        15 => &["create_stream_hash"],
        17 | 18 => &["pipe_created"],
        19..=21 => &["wmi_event"],
        22 => &["dns_query"],
        23 | 26 => &["file_delete"],
        24 => &["clipboard_capture"],
        25 => &["process_tampering"],
        27 => &["file_block_executable"],
        28 => &["file_block_shredding"],
        29 => &["file_executable_detected"],
        255 => &["sysmon_error"],
        _ => &[],
    }
}

/// Sigma's service names by channel, lower case; an exporter may have left the channel out and named the provider only.
fn services(channel: &str, provider: &str) -> Vec<&'static str> {
    const CHANNELS: &[(&str, &str)] = &[
        ("security", "security"),
        ("system", "system"),
        ("application", "application"),
        ("microsoft-windows-sysmon/operational", "sysmon"),
        ("microsoft-windows-powershell/operational", "powershell"),
        ("powershellcore/operational", "powershell"),
        ("windows powershell", "powershell-classic"),
        ("microsoft-windows-windows defender/operational", "windefend"),
        ("microsoft-windows-taskscheduler/operational", "taskscheduler"),
        ("microsoft-windows-wmi-activity/operational", "wmi"),
        ("microsoft-windows-bits-client/operational", "bits-client"),
        ("microsoft-windows-codeintegrity/operational", "codeintegrity-operational"),
        ("microsoft-windows-windows firewall with advanced security/firewall", "firewall-as"),
        ("microsoft-windows-dns-client/operational", "dns-client"),
        ("microsoft-windows-dns client events/operational", "dns-client"),
        ("dns server", "dns-server"),
        ("microsoft-windows-dnsserver/audit", "dns-server-audit"),
        ("microsoft-windows-dnsserver/analytical", "dns-server-analytic"),
        ("microsoft-windows-ntlm/operational", "ntlm"),
        ("directory service", "ldap"),
        ("microsoft-windows-ldap-client/debug", "ldap_debug"),
        ("microsoft-windows-printservice/admin", "printservice-admin"),
        ("microsoft-windows-printservice/operational", "printservice-operational"),
        ("microsoft-windows-driverframeworks-usermode/operational", "driver-framework"),
        ("microsoft-windows-smbclient/security", "smbclient-security"),
        ("microsoft-windows-smbclient/connectivity", "smbclient-connectivity"),
        ("microsoft-windows-smbserver/connectivity", "smbserver-connectivity"),
        ("microsoft-windows-smbserver/operational", "smbserver-operational"),
        ("microsoft-windows-applocker/msi and script", "applocker"),
        ("microsoft-windows-applocker/exe and dll", "applocker"),
        ("microsoft-windows-applocker/packaged app-deployment", "applocker"),
        ("microsoft-windows-applocker/packaged app-execution", "applocker"),
        ("microsoft-windows-appxdeploymentserver/operational", "appxdeployment-server"),
        ("microsoft-windows-appxpackaging/operational", "appxpackaging-om"),
        ("microsoft-windows-appmodel-runtime/admin", "appmodel-runtime"),
        ("microsoft-windows-security-mitigations/kernel mode", "security-mitigations"),
        ("microsoft-windows-security-mitigations/user mode", "security-mitigations"),
        ("microsoft-windows-terminalservices-localsessionmanager/operational", "terminalservices-localsessionmanager"),
        ("microsoft-windows-shell-core/operational", "shell-core"),
        ("microsoft-windows-lsa/operational", "lsa-server"),
        ("microsoft-windows-capi2/operational", "capi2"),
        ("microsoft-windows-certificateservicesclient-lifecycle-system/operational", "certificateservicesclient-lifecycle-system"),
        ("microsoft-windows-diagnosis-scripted/operational", "diagnosis-scripted"),
        ("microsoft-windows-hyper-v-worker-admin", "hyper-v-worker"),
        ("microsoft-windows-kernel-event tracing/admin", "kernel-event-tracing"),
        ("microsoft-windows-vhdmp/operational", "vhdmp"),
        ("microsoft-iis-configuration/operational", "iis-configuration"),
        ("microsoft-servicebus-client", "microsoft-servicebus-client"),
        ("microsoft-servicebus-client/operational", "microsoft-servicebus-client"),
        ("microsoft-servicebus-client/admin", "microsoft-servicebus-client"),
        ("msexchange management", "msexchange-management"),
        ("openssh/operational", "openssh"),
        ("microsoft-windows-sense/operational", "sense"),
    ];
    let found = CHANNELS.iter().find(|(name, _)| *name == channel).map(|(_, service)| *service);
    let by_provider = || match provider {
        "Microsoft-Windows-Sysmon" => Some("sysmon"),
        "Microsoft-Windows-Security-Auditing" => Some("security"),
        "Microsoft-Windows-PowerShell" => Some("powershell"),
        "PowerShell" => Some("powershell-classic"),
        "Microsoft-Windows-Kernel-File" => Some("kernel-file"),
        "" if channel.is_empty() => Some("security"),
        _ => None,
    };
    found.or_else(by_provider).into_iter().collect()
}

/// A value of the log under the name that Sigma's categories use.
fn alias<'a>(fields: &mut Fields<'a>, name: &'static str, own: &str, change: impl Fn(&str) -> String) {
    if let Some(value) = fields.text(own).map(change) {
        fields.add(name, FieldValue::Text(Cow::Owned(value)));
    }
}

/// Security 4688 in Sysmon's terms.
fn process_start(fields: &mut Fields) {
    for (name, own) in [("Image", "NewProcessName"), ("ParentImage", "ParentProcessName"), ("User", "SubjectUserName")] {
        alias(fields, name, own, str::to_string);
    }
    // Mandatory labels: MS-DTYP 2.4.2.4.
    alias(fields, "IntegrityLevel", "MandatoryLabel", |label| match label {
        "S-1-16-4096" => "Low".into(),
        "S-1-16-8192" => "Medium".into(),
        "S-1-16-12288" => "High".into(),
        "S-1-16-16384" => "System".into(),
        other => other.into(),
    });
}

/// Security 4657 in Sysmon's terms.
fn registry_change(fields: &mut Fields) {
    let short = |key: &str| match key.strip_prefix("\\REGISTRY\\MACHINE") {
        Some(rest) => format!("HKLM{rest}"),
        None => key.replacen("\\REGISTRY\\USER", "HKU", 1),
    };
    if let (Some(key), Some(value)) = (fields.text("ObjectName").map(short), fields.text("ObjectValueName")) {
        let target = format!("{key}\\{value}");
        fields.add("TargetObject", FieldValue::Text(Cow::Owned(target)));
    }
    alias(fields, "Details", "NewValue", str::to_string);
    alias(fields, "Image", "ProcessName", str::to_string);
}

/// What Defender found, in the terms of any virus scanner.
fn malware_found(fields: &mut Fields) {
    alias(fields, "Signature", "Threat Name", str::to_string);
    alias(fields, "Filename", "Path", str::to_string);
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::Id;

    fn check(app: &str, operation: &str, detail: &str, expect: &str) {
        let event = Event { app: app.into(), operation: operation.into(), detail: detail.into(), ..Event::blank(Id(1), Id(1), jiff::Timestamp::UNIX_EPOCH) };
        let mut fields = Fields::of(&event);
        let sources = of(&event, &mut fields);
        let image = fields.text("Image").map(|i| format!(" {i}")).unwrap_or_default();
        assert_eq!(format!("{} {} {}{image}", sources.product, sources.services.join(","), sources.categories.join(",")), expect);
    }

    #[test]
    fn products_services_categories() {
        check("windows", "4688", r#"{"Channel":"Security","NewProcessName":"C:\\a.exe"}"#, r"windows security process_creation C:\a.exe");
        check("windows", "1", r#"{"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"x"}"#, "windows sysmon process_creation x");
        check("windows", "12", r#"{"Provider_Name":"Microsoft-Windows-Sysmon","EventType":"DeleteValue"}"#, "windows sysmon registry_delete,registry_event");
        check("windows", "4104", r#"{"Channel":"Microsoft-Windows-PowerShell/Operational"}"#, "windows powershell ps_script");
        check("windows", "7045", r#"{"Channel":"System"}"#, "windows system ");
        check("windows", "4624", "{}", "windows security ");
        check("linux", "sudo", r#"{"program":"sudo"}"#, "linux sudo,auth,syslog ");
        check("zeek", "DELETE", r#"{"_path":"smb_files"}"#, "zeek smb_files ");
        check("m365", "MailItemsAccessed", "{}", "m365 audit,exchange,threat_management,threat_detection ");
        check("nginx", "GET", "{}", "nginx nginx webserver");
        check("ehr", "VIEW", "{}", "ehr  ");
    }
}
