//! The ledger of accesses: what was viewed and copied in the intruder's and the undecided sessions, one row per object
//! and occasion, folded from all the log records that show it.

use crate::act::Act;
use crate::join::{Collection, Located};
use crate::sessions::Traced;
use crate::touch::{Extent, Touch};
use dosimeter_case::Id;
use dosimeter_case::tables::{Access, Action, Certainty, ObjectKind, Session, Verdict};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Records of the same object within this time are one access.
const OCCASION: SignedDuration = SignedDuration::from_mins(2);
/// Most event ids kept with an access.
const MOST_EVENTS: usize = 1000;

/// Server, kind and name of an object.
type Object = (String, ObjectKind, String);
/// One event (its index) that shows an object: what was done, and what the object is.
type Sight = (usize, Touch, Located);

/// The accesses of all sessions that are not legitimate, by time.
pub fn accesses(events: &[Act], traced: &Traced, collection: &Collection) -> Vec<Access> {
    let mut rows = Vec::new();
    for (session, members) in traced.sessions.iter().zip(&traced.members) {
        if session.verdict == Verdict::Legitimate {
            continue;
        }
        let mut objects: BTreeMap<Object, Vec<Sight>> = BTreeMap::new();
        for index in members {
            let event = &events[*index];
            let (Some(touch), Some(located)) = (event.touch, collection.locate(event)) else { continue };
            objects.entry(key(event, &located)).or_default().push((*index, touch, located));
        }
        for ((host, kind, object), touches) in objects {
            for occasion in touches.chunk_by(|a, b| events[b.0].time.duration_since(events[a.0].time) <= OCCASION) {
                rows.push(fold(events, session, &host, kind, &object, occasion));
            }
        }
    }
    rows.sort_by_key(|a| (a.time, a.access_id));
    rows
}

/// What counts as the same object. A study is one object, however many of its instances are looked at and whichever
/// of the PACS's logs tells of it.
fn key(event: &Act, located: &Located) -> Object {
    match located {
        Located::File { path, .. } => (event.host.to_string(), ObjectKind::File, path.clone()),
        Located::Study { uid, .. } => (event.host.to_string(), ObjectKind::Study, uid.clone()),
        Located::Record(number) => (event.host.to_string(), ObjectKind::Record, number.clone()),
        Located::Elsewhere(object) => (event.host.to_string(), event.object_kind, object.clone()),
    }
}

fn fold(events: &[Act], session: &Session, host: &str, kind: ObjectKind, object: &str, occasion: &[Sight]) -> Access {
    let first = &events[occasion[0].0];
    let bytes: i64 = occasion.iter().filter_map(|(i, ..)| events[*i].bytes).sum();
    let (mut action, mut certainty, mut why) = (Action::Viewed, Certainty::Possible, String::new());
    let mut rank = 0;
    for (index, touch, located) in occasion {
        let (a, c, w) = settle(&events[*index], *touch, located, occasion.len());
        let r = match a {
            Action::Viewed => 1,
            Action::Altered => 2,
            Action::Deleted => 3,
            Action::Copied => 4,
        } * 10
            + match c {
                Certainty::Certain => 3,
                Certainty::Probable => 2,
                Certainty::Possible => 1,
            };
        if r > rank {
            (rank, action, certainty, why) = (r, a, c, w);
        }
    }
    if session.verdict != Verdict::Intruder {
        certainty = Certainty::Possible;
    } else if session.certainty > certainty {
        certainty = session.certainty;
    }
    let path = occasion.iter().find_map(|(_, _, located)| match located {
        Located::File { path, .. } => Some(path.clone()),
        _ => None,
    });
    Access {
        access_id: Id::of("access", &[&session.session_id, &object, &first.event_id]),
        event_ids: occasion.iter().map(|(i, ..)| events[*i].event_id).take(MOST_EVENTS).collect(),
        session_id: session.session_id,
        verdict: session.verdict,
        time: first.time,
        actor: session.actor.clone(),
        src_addr: session.src_addr.clone(),
        host: host.to_string(),
        object_kind: kind,
        object: object.to_string(),
        path,
        study_uid: (kind == ObjectKind::Study).then(|| object.to_string()),
        patient_id: occasion.iter().find_map(|(i, ..)| events[*i].patient_id.as_deref().map(str::to_string)),
        action,
        bytes: (bytes > 0).then_some(bytes),
        certainty,
        why,
    }
}

/// Viewed or copied, how sure, and why.
fn settle(event: &Act, touch: Touch, located: &Located, records: usize) -> (Action, Certainty, String) {
    if touch.action != Action::Viewed {
        return (touch.action, Certainty::Certain, format!("{} {}", event.app, event.operation));
    }
    let size = match located {
        Located::File { bytes, .. } => Some(*bytes),
        _ => None,
    };
    let learnt = matches!(located, Located::File { stated: false, .. });
    let sure = |c: Certainty| if learnt && c == Certainty::Certain { Certainty::Probable } else { c };
    let operation = format!("{} {}", event.app, event.operation);
    match (touch.extent, size, event.bytes) {
        (Extent::Whole, ..) => (Action::Copied, sure(Certainty::Certain), format!("{operation} hands out the whole object")),
        (Extent::Rendering, ..) => (Action::Viewed, sure(Certainty::Certain), format!("{operation} shows a rendering")),
        (Extent::Bytes, Some(size), Some(sent)) if sent >= size => {
            (Action::Copied, sure(Certainty::Certain), format!("{operation}: {sent} bytes of {size} left"))
        }
        (Extent::Bytes, Some(size), Some(sent)) => (Action::Viewed, sure(Certainty::Certain), format!("{operation}: {sent} bytes of {size} left")),
        (Extent::Bytes, None, _) => (Action::Copied, Certainty::Probable, format!("{operation} of a file that was not collected")),
        // SMB clients read up to a megabyte in one request: that many requests move the whole file.
        (Extent::Some, Some(size), _) if size <= (records as i64) << 20 => {
            (Action::Copied, sure(Certainty::Certain).max(Certainty::Probable), format!("{operation}: {records} read(s) are enough for all {size} bytes"))
        }
        (Extent::Some | Extent::Bytes, ..) => (Action::Viewed, sure(Certainty::Certain), format!("{operation}: part of the object was read")),
    }
}
