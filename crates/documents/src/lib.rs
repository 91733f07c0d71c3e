//! Files in, documents and passages out.
//!
//! In: one file's content and its path, a [`Budget`], the passwords that the responder knows. Out: one [`Extracted`] for the
//! file and one for everything inside it (archive members, attachments, embedded files), each with a status and, where it
//! could be read, its text in passages whose [`Layout`](dosimeter_case::tables::Layout) tells the finder how to read them.
//!
//! Content decides what a file is, never its extension. What a file format is, how it is recognised and how it is read is
//! one row of [`FORMATS`] and one file of `formats/`.
//!
//! A file's way: [`Pool`] hands its descriptor to a child process (`seat.rs`, `wire.rs`, `worker.rs`), which has confined itself
//! (`sandbox.rs`); `walk.rs` reads the file and, recursively, what it contains; a reader sees one object as a `Task` (`task.rs`).
//! Text comes back as it is read, in parts where a document is long, so that memory stays bounded on both sides.
//!
//! What never happens: the process that asks never looks into a file; bad content never is an error, a panic or a hang that costs
//! other files; patient data never reaches a reason, a log line or a temporary file; a file is never left out in silence; the
//! result never depends on the number of workers.

mod content;
mod copies;
mod formats;
mod head;
mod markup;
mod ocr;
mod passwords;
mod picture;
mod pool;
mod sandbox;
mod seat;
mod table;
mod task;
mod text;
mod walk;
mod wire;
mod worker;

pub use copies::{Copies, duplicate};
pub use formats::{FORMATS, Format, pdf_engine};
pub use head::Head;
pub use passwords::password_candidates;
pub use pool::{Delivery, Job, Pool};
pub use sandbox::reader as confine;
pub use task::Task;
pub use walk::{Extracted, extract};
pub use worker::serve;

/// How much one file may cost. What lies beyond is reported as `over_budget`, never left out in silence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Budget {
    /// Largest single object that is read, in bytes.
    pub file_bytes: u64,
    /// Most characters of text kept of one file with its members; four times their size is always granted.
    pub text_chars: u64,
    /// How deep containers may nest.
    pub depth: u32,
    /// Most objects inside one file; one for each 128 bytes of it is always granted.
    pub members: u64,
    /// Most bytes that all objects inside one file may unpack to; 20 times its size is always granted.
    pub expanded_bytes: u64,
    /// Wall clock for one object, in seconds, and as much again for each 64 MiB of it; a whole file may take 20 times as long.
    /// Time for OCR does not count: a page has as long for itself. Enforced by [`Pool`].
    pub seconds: u64,
    /// Memory of the reading process, in bytes. Enforced by [`Pool`].
    pub memory_bytes: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { file_bytes: 1 << 40, text_chars: 100_000_000, depth: 8, members: 100_000, expanded_bytes: 2 << 30, seconds: 60, memory_bytes: 3 << 30 }
    }
}

impl Budget {
    /// How many seconds an object of `bytes` may take.
    pub(crate) fn seconds_for(&self, bytes: u64) -> u64 {
        self.seconds.max(1).saturating_mul(1 + bytes / (64 << 20))
    }
}
