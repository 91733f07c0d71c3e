//! The reading process alone, for the tests of the pool; the product starts its own binary instead.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("probe") {
        return probe();
    }
    dosimeter_documents::serve()
}

/// Confines itself, then tries what a taken-over reader would try. Prints what held and what was possible.
fn probe() -> ExitCode {
    let listener = std::net::TcpListener::bind("127.0.0.1:0");
    let address = listener.as_ref().ok().and_then(|listener| listener.local_addr().ok());
    let held = dosimeter_documents::confine(1 << 30);
    let possible: Vec<&str> = [
        ("read", std::fs::read("/etc/passwd").is_ok()),
        ("list", std::fs::read_dir("/").is_ok()),
        ("write", std::fs::write(std::env::temp_dir().join("dosimeter-probe"), "x").is_ok()),
        ("connect", address.is_some_and(|address| std::net::TcpStream::connect(address).is_ok())),
        ("run", std::process::Command::new("/bin/true").status().is_ok()),
        ("allocate", Vec::<u8>::new().try_reserve_exact(8 << 30).is_ok()),
    ]
    .into_iter()
    .filter_map(|(what, done)| done.then_some(what))
    .collect();
    println!("{held}: {}", possible.join(" "));
    ExitCode::SUCCESS
}
