//! Files in, documents and passages out.
//!
//! In: one file's content and its path, a [`Budget`], the passwords that the responder knows. Out: one [`Extracted`] for the
//! file and one for everything inside it (archive members, attachments, embedded files), each with a status and, where it
//! could be read, its text in passages whose [`Layout`](dosimeter_case::tables::Layout) tells the finder how to read them.
//!
//! Content decides what a file is, never its extension. What a file format is, how it is recognised and how it is read is
//! one row of [`FORMATS`] and one file of `formats/`.
//!
//! What never happens: bad content never is an error, a panic or a hang that costs other files (the [`Pool`] reads in child
//! processes with a wall clock and a memory limit); patient data never reaches a reason, a log line or a temporary file;
//! a file is never left out in silence; the result never depends on the number of workers.

mod formats;
mod head;
mod markup;
mod ocr;
mod passwords;
mod picture;
mod pool;
mod table;
mod task;
mod text;
mod walk;
mod wire;
mod worker;

pub use formats::{FORMATS, Format};
pub use head::Head;
pub use passwords::password_candidates;
pub use pool::{Job, Pool};
pub use task::Task;
pub use walk::{Extracted, duplicate, extract};
pub use worker::serve;

/// How much one file may cost. What lies beyond is reported as `over_budget`, never left out in silence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Budget {
    /// Largest single object that is read, in bytes.
    pub file_bytes: u64,
    /// Most characters of text kept of one object.
    pub text_chars: u64,
    /// How deep containers may nest.
    pub depth: u32,
    /// Most objects inside one file.
    pub members: u64,
    /// Most bytes that all objects inside one file may unpack to.
    pub expanded_bytes: u64,
    /// Wall clock for one object, in seconds; a whole file may take 20 times as long. Enforced by [`Pool`].
    pub seconds: u64,
    /// Resident memory of the reading process, in bytes. Enforced by [`Pool`].
    pub memory_bytes: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { file_bytes: 512 << 20, text_chars: 100_000_000, depth: 8, members: 100_000, expanded_bytes: 2 << 30, seconds: 60, memory_bytes: 3 << 30 }
    }
}
