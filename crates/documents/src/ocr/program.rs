//! Tesseract as a separate program, when it is installed: pictures go in by standard input, nothing is written to disk.

use super::Sheet;
use crate::sandbox;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Whether the program is on the search path.
pub(crate) fn available() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join("tesseract").is_file())
    })
}

/// The program, as found on the search path.
pub(crate) fn program() -> Command {
    Command::new("tesseract")
}

/// The program behind a process of ours that confines itself before it becomes Tesseract; it may use so many seconds of processor time.
pub(crate) fn confined(exe: &Path, seconds: u64) -> Command {
    let mut command = Command::new(exe);
    command.arg("ocr-worker").arg(seconds.to_string());
    command
}

/// Confines this process and turns it into Tesseract; returns only when that fails. The first argument is its processor time in seconds.
pub(crate) fn become_tesseract(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(seconds) = arguments.next().and_then(|word| word.to_str()?.parse().ok()) else { return ExitCode::FAILURE };
    let models = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    let system = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives", "/opt", "/nix/store", "/proc/self", "/dev/null"].map(Path::new);
    let readable: Vec<&Path> = system.into_iter().chain(models.as_deref()).collect();
    sandbox::ocr(&readable, seconds);
    let _ = program().args(arguments).exec();
    ExitCode::FAILURE
}

/// Runs the program on one picture; its output as TSV. `None` when it is missing, fails, or takes four times as long as
/// `seconds`: on a busy machine a page is not lost for the work of others.
pub(crate) fn tesseract(mut program: Command, sheet: &Sheet, seconds: u64) -> Option<String> {
    if !available() {
        return None;
    }
    let mut child = program
        .args(["stdin", "stdout", "--psm", &sheet.segmentation.to_string(), "--dpi", &sheet.dpi.to_string(), "tsv"])
        // One thread: the same result everywhere, and the workers already use every core.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let mut output = child.stdout.take()?;
    let deadline = Instant::now() + Duration::from_secs(seconds.saturating_mul(4).max(20));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops reading is noticed by its exit.
            let _ = input.write_all(&sheet.picture);
        });
        let reader = scope.spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).ok().map(|_| text)
        });
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status.success(),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break false;
                }
            }
        };
        let text = reader.join().ok()??;
        status.then_some(text)
    })
}
