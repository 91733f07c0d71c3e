//! Progress: a bar with count, rate and time left on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Seconds between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Progress of one stage. Shows counts only, never names or values from the evidence.
pub struct Progress {
    bar: Option<ProgressBar>,
    label: String,
    total: u64,
    done: u64,
    note: String,
    started: Instant,
    said: Instant,
}

impl Progress {
    /// Begins; `total` 0 when not known.
    pub fn new(label: &str, total: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = if total == 0 { ProgressBar::no_length() } else { ProgressBar::new(total) };
            let style = if total == 0 {
                "{prefix:>8} {human_pos} {per_sec} {elapsed} {msg}"
            } else {
                "{prefix:>8} [{bar:32}] {human_pos}/{human_len} {per_sec}, {eta} left {msg}"
            };
            bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_prefix(label.to_string());
            bar
        });
        let now = Instant::now();
        Progress { bar, label: label.into(), total, done: 0, note: String::new(), started: now, said: now }
    }
    /// Says more about it: counts, names of formats; never anything from the evidence.
    pub fn note(&mut self, note: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(note);
        } else {
            self.note = note;
        }
    }
    /// One more thing done.
    pub fn inc(&mut self, n: u64) {
        self.done += n;
        match &self.bar {
            Some(bar) => bar.inc(n),
            None if self.said.elapsed() >= PLAIN_EVERY => {
                self.said = Instant::now();
                let rate = self.done as f64 / self.started.elapsed().as_secs_f64();
                match self.total {
                    0 => eprintln!("{:>8} {} ({rate:.0}/s) {}", self.label, self.done, self.note),
                    total => eprintln!(
                        "{:>8} {}/{total} ({rate:.0}/s, {:.0} s left) {}",
                        self.label,
                        self.done,
                        total.saturating_sub(self.done) as f64 / rate,
                        self.note
                    ),
                }
            }
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
