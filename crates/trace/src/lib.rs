//! Events and detections in; sessions, the ledger of accesses and exposures out.
//!
//! - [`Population`] learns who the accounts are and where they normally work.
//! - [`sessions()`] cuts the events into sessions and says whose each was, with the reason.
//! - [`accesses`] folds the log records of the intruder's sessions into the ledger, joined to the collected files.
//! - [`blind_spots`] says where and when the intruder may have acted unseen, because logs are missing.
//! - [`unexplained`] holds the bytes on the wire against the ledger.
//! - [`clock_skew`] says how far the clocks of servers are apart.
//! - [`exposures`] says whose data the ledger's objects held.
//!
//! Pure functions of their arguments: no input or output, no clock. An account is never accused as a whole.

mod act;
mod blind;
mod evidence;
mod expose;
mod join;
mod ledger;
mod population;
mod sessions;
mod skew;
#[cfg(test)]
mod testing;
mod touch;
mod wire;

pub use act::{Act, Acts};
pub use blind::{CLEAN, blind_spots};
pub use expose::{Findings, exposures, log_document, log_records};
pub use join::{Collection, Located};
pub use ledger::accesses;
pub use population::{AccountKind, Population, is_private};
pub use sessions::{Clues, Traced, Tunnel, sessions, tunnels};
pub use skew::clock_skew;
pub use touch::{Extent, Touch, touch};
pub use wire::unexplained;

use dosimeter_case::tables::{Session, Verdict};
use jiff::Timestamp;

/// First and last event of the intruder's sessions; `None` when there is no such session.
pub fn window(sessions: &[Session]) -> Option<(Timestamp, Timestamp)> {
    let mut intruder = sessions.iter().filter(|s| s.verdict == Verdict::Intruder);
    let first = intruder.next()?;
    Some(intruder.fold((first.first, first.last), |(a, b), s| (a.min(s.first), b.max(s.last))))
}
