//! The OCSF class and activity of a Windows event, by its channel and id.

/// Process activity.
const PROCESS: i64 = 1007;
const LAUNCH: (i64, i64) = (PROCESS, 1);
const TERMINATE: (i64, i64) = (PROCESS, 2);
const OPEN: (i64, i64) = (PROCESS, 3);
const INJECT: (i64, i64) = (PROCESS, 4);
/// Registry key activity of OCSF's Windows extension.
const REGISTRY: i64 = 201_001;
/// An event of no class.
const BASE: (i64, i64) = (0, 99);

/// Class and activity; `(0, 99)`, OCSF's base event, where none fits.
pub(crate) fn of(channel: &str, provider: &str, id: i64) -> (i64, i64) {
    let has = |part: &str| channel.len() >= part.len() && channel.to_ascii_lowercase().contains(part);
    if channel.eq_ignore_ascii_case("security") || channel.is_empty() && (provider.is_empty() || provider.contains("Security-Auditing")) {
        security(id)
    } else if has("sysmon") || provider.eq_ignore_ascii_case("Microsoft-Windows-Sysmon") {
        sysmon(id)
    } else if has("powershell") {
        match id {
            400 | 403 | 600 => (PROCESS, 99),
            // A script or a command was run.
            _ => (1009, 1),
        }
    } else if has("terminalservices") || has("rdpcorets") {
        match id {
            21 | 25 | 1149 => (3002, 1),
            23 | 24 => (3002, 2),
            131 | 140 => (4001, 1),
            _ => BASE,
        }
    } else if channel.eq_ignore_ascii_case("system") {
        match id {
            // A log was cleared.
            104 => (1001, 4),
            // A service was installed; one changed its state.
            7045 => (201_004, 1),
            7036 | 7040 => (201_004, 99),
            _ => BASE,
        }
    } else {
        BASE
    }
}

fn security(id: i64) -> (i64, i64) {
    match id {
        4624 | 4625 | 4776 => (3002, 1),
        4634 | 4647 => (3002, 2),
        4648 => (3002, 7),
        4768 | 4771 => (3002, 3),
        4769 => (3002, 4),
        1102 => (1001, 4),
        5145 => (6006, 14),
        5140 => (4006, 99),
        4656 | 4660 | 4663 | 4670 => (1001, 99),
        4657 => (REGISTRY, 3),
        4688 => LAUNCH,
        4689 => TERMINATE,
        4697 => (201_004, 1),
        4698..=4702 => (1006, 99),
        4720 => (3001, 1),
        4722..=4726 | 4738 | 4740 | 4767 | 4781 => (3001, 99),
        4727..=4735 | 4737 | 4754..=4758 => (3006, 99),
        5156 | 5158 => (4001, 1),
        5152 | 5157 => (4001, 5),
        _ => BASE,
    }
}

/// By the event ids of Sysmon 15.
fn sysmon(id: i64) -> (i64, i64) {
    match id {
        1 => LAUNCH,
        5 => TERMINATE,
        8 => INJECT,
        10 => OPEN,
        2 => (1001, 6),
        11 | 15 => (1001, 1),
        23 | 26 => (1001, 4),
        27..=29 => (1001, 99),
        3 => (4001, 1),
        22 => (4003, 1),
        6 | 7 => (1005, 1),
        12..=14 => (REGISTRY, 99),
        _ => (PROCESS, 99),
    }
}
