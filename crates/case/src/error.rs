//! The one error type: a failing environment or a wrong instruction. Bad evidence is never an error, it is a row.

use std::fmt;
use std::path::{Path, PathBuf};

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is; decides the exit code and the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reading or writing failed: disk full, no permission, missing file.
    Io,
    /// `case.toml`, a rule or another instruction of the user is wrong.
    Config,
    /// The case folder is damaged, or was written by another version.
    Case,
    /// The command cannot be carried out as given.
    Usage,
    /// A person must decide before this can go on.
    Decision,
}

/// A failure with its place and its cause. Never holds evidence text.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    path: Option<PathBuf>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of `kind` in words.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), path: None, cause: None }
    }
    /// An input or output failure at `path`.
    pub fn io(path: impl AsRef<Path>, cause: std::io::Error) -> Error {
        let message = match cause.kind() {
            std::io::ErrorKind::StorageFull => "the disk is full (earlier results are intact)".to_string(),
            std::io::ErrorKind::PermissionDenied => "no permission".to_string(),
            std::io::ErrorKind::NotFound => "no such file or folder".to_string(),
            std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_string(),
            _ => cause.to_string(),
        };
        Error { kind: Kind::Io, message, path: Some(path.as_ref().into()), cause: Some(Box::new(cause)) }
    }
    /// A wrong instruction.
    pub fn config(message: impl Into<String>) -> Error {
        Error::new(Kind::Config, message)
    }
    /// A wrong command.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(Kind::Usage, message)
    }
    /// A damaged case.
    pub fn case(message: impl Into<String>) -> Error {
        Error::new(Kind::Case, message)
    }
    /// A table that does not fit this version.
    pub fn table(table: &str, what: impl fmt::Display) -> Error {
        Error::case(format!("table {table}: {what}"))
    }
    /// The same failure, at `path`.
    pub fn at(mut self, path: impl AsRef<Path>) -> Error {
        self.path.get_or_insert_with(|| path.as_ref().into());
        self
    }
    /// What kind of failure.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: {}", path.display(), self.message),
            None => f.write_str(&self.message),
        }
    }
}
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
        let (kind, message) = match cause.sqlite_error_code() {
            Some(DiskFull) => (Kind::Io, "case.sqlite: the disk is full (earlier results are intact)".to_string()),
            // SQLite says no more than this when it cannot make its working files.
            Some(SystemIoFailure) => (Kind::Io, "case.sqlite: writing failed: is the disk full? (earlier results are intact)".to_string()),
            Some(ReadOnly) => (Kind::Io, "case.sqlite: it may not be written".to_string()),
            _ => (Kind::Case, format!("case.sqlite: {cause}")),
        };
        Error { kind, message, path: None, cause: Some(Box::new(cause)) }
    }
}
