//! The same evidence gives the same tables on any number of cores, and killing the program at any moment loses nothing.

mod common;

use common::{assert_same, clinic, expect, files, query, s};
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn one_and_two_cores_give_the_same_bytes() {
    let clinic = clinic(60, 1);
    let (one, two) = (clinic.case("one"), clinic.case("two"));
    expect(0, &["--jobs", "1", "run", s(&one)]);
    expect(0, &["--jobs", "2", "run", s(&two)]);
    let tables = files(&one.join("tables"));
    assert!(tables.len() >= 18, "{}", tables.len());
    assert_same(&tables, &files(&two.join("tables")));
    assert_same(&files(&one.join("out")), &files(&two.join("out")));
}

#[test]
fn killed_at_ten_moments_and_resumed() {
    let clinic = clinic(60, 2);
    let reference = clinic.case("reference");
    let started = std::time::Instant::now();
    expect(0, &["run", s(&reference)]);
    let whole = started.elapsed();
    let tables = files(&reference.join("tables"));
    let killed = clinic.case("killed");
    // A small generator: the moments are the same in every run of the test, as parts of the time a whole run takes.
    let mut state = 42_u64;
    for _ in 0..10 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let part = (state >> 33) as f64 / f64::from(u32::MAX >> 1);
        let mut child = Command::new(env!("CARGO_BIN_EXE_dosimeter"))
            .args(["run", "--again", s(&killed)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * part));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        // Whatever was committed is whole and readable, and the chain holds.
        expect(0, &["verify", s(&killed)]);
    }
    expect(0, &["run", s(&killed)]);
    assert_same(&tables, &files(&killed.join("tables")));
    assert!(expect(0, &["status", s(&killed)]).lines().filter(|line| line.contains(" current ")).count() >= 10);
}

#[test]
fn what_is_up_to_date_stays_and_what_is_stale_runs_again() {
    let clinic = clinic(20, 1);
    let case = clinic.case("case");
    expect(0, &["run", s(&case)]);
    assert!(!expect(0, &["run", s(&case)]).contains(" sessions,"), "nothing has changed");
    // An indicator is read by `trace`: it and what follows run again, the reading does not.
    let toml = case.join("case.toml");
    let text = fs::read_to_string(&toml).expect("case.toml");
    fs::write(&toml, format!("{text}\n[[indicator]]\naddress = \"203.0.113.250\"\n")).expect("case.toml");
    assert!(expect(0, &["status", s(&case)]).contains("trace     stale"));
    let again = expect(0, &["run", s(&case)]);
    assert!(again.contains("extract  up to date") && again.contains(" sessions,"), "{again}");
}

#[test]
fn decisions_survive_re_runs() {
    let clinic = clinic(40, 1);
    let case = clinic.case("case");
    expect(0, &["run", s(&case)]);
    let sessions = query(&case, "SELECT session_id FROM sessions WHERE verdict = 'intruder' ORDER BY objects DESC, session_id");
    let before = query(&case, "SELECT count(*) FROM accesses WHERE verdict = 'intruder'");
    expect(0, &["decide", s(&case), "session", &sessions[0], "legitimate", "--reason", "it was a test of ours"]);
    expect(2, &["decide", s(&case), "session", "0123456789abcdef", "legitimate", "--reason", "x"]);
    expect(0, &["run", s(&case)]);
    let decided = query(&case, "SELECT verdict, why FROM sessions WHERE why LIKE 'decided:%'");
    assert_eq!(decided, ["legitimate,decided: it was a test of ours"]);
    assert_ne!(before, query(&case, "SELECT count(*) FROM accesses WHERE verdict = 'intruder'"));
}
