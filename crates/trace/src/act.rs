//! What tracing needs of an event, and no more: ten million of them must fit into memory, several times over.

use crate::touch::{Touch, detail, touch};
use dosimeter_case::Id;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

/// An event without what only its log's reader and the rules need. Names that occur often are kept once.
#[derive(Clone, Debug)]
pub struct Act {
    /// `events.event_id`.
    pub event_id: Id,
    /// `events.source_id`.
    pub source_id: Id,
    /// `events.record_no`.
    pub record_no: i64,
    /// When.
    pub time: Timestamp,
    /// The server that wrote the record.
    pub host: Arc<str>,
    /// The service that wrote it.
    pub app: Arc<str>,
    /// The operation in the log's word.
    pub operation: Arc<str>,
    /// OCSF class.
    pub class_uid: i64,
    /// OCSF activity.
    pub activity_id: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// Account.
    pub actor: Option<Arc<str>>,
    /// Address of the client.
    pub src_addr: Option<Arc<str>>,
    /// Work station, AE title or user agent.
    pub device: Option<Arc<str>>,
    /// What `object` names.
    pub object_kind: ObjectKind,
    /// The object as the log wrote it.
    pub object: Option<Arc<str>>,
    /// Patient that the record names.
    pub patient_id: Option<Arc<str>>,
    /// Study that the record names.
    pub study_uid: Option<Arc<str>>,
    /// Bytes.
    pub bytes: Option<i64>,
    /// What it did to its object.
    pub touch: Option<Touch>,
    /// For a VPN: the address that the client was given inside.
    pub inner: Option<Arc<str>>,
}

/// Events as they are read, made small.
#[derive(Default)]
pub struct Acts {
    names: HashSet<Arc<str>>,
    all: Vec<Act>,
}

impl Acts {
    /// Takes an event.
    pub fn push(&mut self, event: &Event) {
        let touch = touch(event);
        let is_vpn = matches!(event.app.as_str(), "openvpn" | "vpn");
        let act = Act {
            event_id: event.event_id,
            source_id: event.source_id,
            record_no: event.record_no,
            time: event.time,
            host: self.name(&event.host),
            app: self.name(&event.app),
            operation: self.name(&event.operation),
            class_uid: event.class_uid,
            activity_id: event.activity_id,
            outcome: event.outcome,
            actor: self.maybe(&event.actor),
            src_addr: self.maybe(&event.src_addr),
            device: self.maybe(&event.device),
            object_kind: event.object_kind,
            object: self.maybe(&event.object),
            patient_id: self.maybe(&event.patient_id),
            study_uid: self.maybe(&event.study_uid),
            bytes: event.bytes,
            touch,
            inner: is_vpn.then(|| detail(event, "inner")).flatten().map(|inner| self.name(&inner)),
        };
        self.all.push(act);
    }
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        self.names.insert(name.clone());
        name
    }
    fn maybe(&mut self, text: &Option<String>) -> Option<Arc<str>> {
        text.as_deref().map(|text| self.name(text))
    }
    /// All of them, in the order in which they were taken.
    pub fn finish(self) -> Vec<Act> {
        self.all
    }
    /// All of these events.
    pub fn of<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<Act> {
        let mut acts = Acts::default();
        events.into_iter().for_each(|event| acts.push(event));
        acts.finish()
    }
}
