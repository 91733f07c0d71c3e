//! The case folder. In: evidence paths, rows, decisions. Out: the same, kept so that a crash loses nothing and every
//! change can be proven. Patient data never reaches an error, a log line or a file outside the case folder.

mod blank;
mod column;
pub mod config;
mod error;
mod folder;
mod id;
mod ledger;
mod phi;
mod progress;
mod store;
pub mod tables;

pub use column::{Column, Row};
pub use config::Config;
pub use error::{Error, Kind, Result};
pub use folder::{Case, Output, file_hash, write_atomic};
pub use id::{Id, IdPart};
pub use ledger::{Decision, FORMAT, Ledger, Run, TableFile};
pub use phi::Phi;
pub use progress::Progress;
pub use store::{Scan, TableWriter, scan, write_table};
