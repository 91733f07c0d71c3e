//! What a parser writes to: numbers the records, fills in what all events share, keeps the sums.

use crate::input::Lines;
use crate::time::Clock;
use crate::{Sink, Source, Summary};
use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Id, Result};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// More hours than this (about 45 years) are not kept apart: the rest of a source with such times is not counted per hour.
const MAX_HOURS: usize = 400_000;

/// What became of one record: an event, known noise (`None`), or the reason why it cannot be read.
pub(crate) type Parsed = Result<Option<Event>, &'static str>;

pub(crate) struct Out<'a> {
    pub source: &'a Source,
    pub clock: Clock,
    sink: &'a mut dyn Sink,
    summary: Summary,
    offset: i64,
    ordinal: i64,
    hour: (i64, i64),
}

impl<'a> Out<'a> {
    pub fn new(source: &'a Source, app: &'static str, sink: &'a mut dyn Sink) -> Out<'a> {
        let clock = Clock::new(source.zone.clone(), source.latest);
        let summary = Summary { app, records: 0, rejected: 0, first: None, last: None, hours: BTreeMap::new() };
        Out { source, clock, sink, summary, offset: 0, ordinal: 0, hour: (i64::MIN, 0) }
    }

    /// The kind of log, as in [`crate::Format::app`].
    pub fn app(&self) -> &'static str {
        self.summary.app
    }
    /// Names the source's kind of log where the format alone does not tell it.
    pub fn is_of(&mut self, app: &'static str) {
        self.summary.app = app;
    }

    /// Begins the next record.
    pub fn record(&mut self, offset: i64) {
        self.summary.records += 1;
        self.offset = offset;
        self.ordinal = 0;
    }

    /// Notes when a record was written, for the coverage.
    pub fn seen(&mut self, time: Timestamp) {
        if self.summary.first.is_none_or(|first| time < first) {
            self.summary.first = Some(time);
        }
        if self.summary.last.is_none_or(|last| time > last) {
            self.summary.last = Some(time);
        }
        let hour = time.as_second().div_euclid(3600);
        if hour != self.hour.0 {
            self.keep_hour();
            self.hour.0 = hour;
        }
        self.hour.1 += 1;
    }
    fn keep_hour(&mut self) {
        if self.hour.1 > 0 && (self.summary.hours.len() < MAX_HOURS || self.summary.hours.contains_key(&self.hour.0)) {
            *self.summary.hours.entry(self.hour.0).or_default() += self.hour.1;
        }
        self.hour.1 = 0;
    }

    /// An event of the current record with everything that all events share; the rest is unknown.
    pub fn event(&mut self, time: Timestamp, time_raw: &str, app: &'static str) -> Event {
        let event_id = match self.ordinal {
            0 => Id::of("event", &[&self.source.source_id, &self.summary.records]),
            more => Id::of("event", &[&self.source.source_id, &self.summary.records, &more]),
        };
        self.ordinal += 1;
        Event {
            record_no: self.summary.records,
            byte_offset: self.offset,
            host: self.source.host.clone(),
            time_raw: time_raw.to_string(),
            app: app.to_string(),
            ..Event::blank(event_id, self.source.source_id, time)
        }
    }

    /// A further id for the current record.
    pub fn another_id(&mut self) -> Id {
        self.ordinal += 1;
        Id::of("event", &[&self.source.source_id, &self.summary.records, &(self.ordinal - 1)])
    }

    /// Hands an event on.
    pub fn emit(&mut self, mut event: Event) -> Result<()> {
        if event.detail.is_empty() {
            event.detail.push_str("{}");
        }
        self.seen(event.time);
        self.sink.event(event)
    }

    /// Refuses the current record.
    pub fn reject(&mut self, reason: &str) -> Result<()> {
        self.reject_at(self.summary.records, self.offset, reason)
    }
    /// Refuses something at a position.
    pub fn reject_at(&mut self, record_no: i64, byte_offset: i64, reason: &str) -> Result<()> {
        self.summary.rejected += 1;
        let source = self.source;
        self.sink.reject(Reject { source_id: source.source_id, path: source.path.clone(), record_no, byte_offset, reason: reason.to_string() })
    }

    /// Hands on what became of the current record.
    pub fn take(&mut self, parsed: Parsed) -> Result<()> {
        match parsed {
            Ok(Some(event)) => self.emit(event),
            Ok(None) => Ok(()),
            Err(reason) => self.reject(reason),
        }
    }

    /// Ends the source.
    pub fn finish(mut self, lines: &Lines) -> Result<Summary> {
        if let Some(reason) = lines.stopped() {
            self.reject_at(self.summary.records + 1, lines.offset(), reason)?;
        }
        self.keep_hour();
        Ok(self.summary)
    }
}

/// Reason for a line over the limit.
pub(crate) const TOO_LONG: &str = "the line is longer than 4 MiB";

/// One record per line.
pub(crate) fn each_line(lines: &mut Lines, out: &mut Out, mut parse: impl FnMut(&mut Out, &str) -> Parsed) -> Result<()> {
    while let Some(line) = lines.next()? {
        out.record(line.offset);
        let parsed = if line.too_long { Err(TOO_LONG) } else { parse(out, &line.text) };
        out.take(parsed)?;
    }
    Ok(())
}
