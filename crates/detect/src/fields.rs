//! An event as Sigma rules see it: named values.

use dosimeter_case::tables::Event;
use rsigma_eval::event::{Event as SigmaEvent, EventValue};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// One value of an event's detail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FieldValue<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    Bool(bool),
    List(Vec<FieldValue<'a>>),
    Null,
}

impl FieldValue<'_> {
    fn view(&self) -> EventValue<'_> {
        match self {
            FieldValue::Text(text) => EventValue::Str(Cow::Borrowed(text)),
            FieldValue::Int(n) => EventValue::Int(*n),
            FieldValue::Float(n) => EventValue::Float(*n),
            FieldValue::Bool(b) => EventValue::Bool(*b),
            FieldValue::List(items) => EventValue::Array(items.iter().map(FieldValue::view).collect()),
            FieldValue::Null => EventValue::Null,
        }
    }
    fn visit(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            FieldValue::Text(text) => visit(text),
            FieldValue::List(items) => items.iter().for_each(|item| item.visit(visit)),
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for FieldValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;
impl<'de> Visitor<'de> for ValueVisitor {
    type Value = FieldValue<'de>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(FieldValue::Text(Cow::Borrowed(v)))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(FieldValue::Text(Cow::Owned(v.to_string())))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(FieldValue::Int(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(v).map_or(FieldValue::Float(v as f64), FieldValue::Int))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        Ok(FieldValue::Float(v))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok(FieldValue::Bool(v))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(FieldValue::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(FieldValue::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        // The readers flatten objects; one that is left stands for its values.
        let mut items = Vec::new();
        while let Some((_, item)) = map.next_entry::<serde::de::IgnoredAny, FieldValue>()? {
            items.push(item);
        }
        Ok(FieldValue::List(items))
    }
}

/// All named values of one event: those of its detail under the log's own names, and the columns of the table under theirs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, FieldValue<'a>)>);

impl<'a> Fields<'a> {
    /// Detail and columns of an event.
    pub fn of(event: &'a Event) -> Fields<'a> {
        let mut fields: Fields = serde_json::from_str(&event.detail).unwrap_or_default();
        let columns = [
            ("operation", Some(&event.operation)),
            ("app", Some(&event.app)),
            ("host", Some(&event.host)),
            ("actor", event.actor.as_ref()),
            ("src_addr", event.src_addr.as_ref()),
            ("device", event.device.as_ref()),
            ("object", event.object.as_ref()),
            ("patient_id", event.patient_id.as_ref()),
            ("study_uid", event.study_uid.as_ref()),
        ];
        for (name, value) in columns {
            if let Some(value) = value {
                fields.add(name, FieldValue::Text(Cow::Borrowed(value)));
            }
        }
        fields.add("outcome", FieldValue::Text(Cow::Borrowed(event.outcome.as_str())));
        fields.add("object_kind", FieldValue::Text(Cow::Borrowed(event.object_kind.as_str())));
        fields.add("class_uid", FieldValue::Int(event.class_uid));
        fields.add("activity_id", FieldValue::Int(event.activity_id));
        for (name, value) in [("bytes", event.bytes), ("n_instances", event.n_instances)] {
            if let Some(value) = value {
                fields.add(name, FieldValue::Int(value));
            }
        }
        fields
    }
    /// Adds a value, unless the log has one of that name.
    pub fn add(&mut self, name: impl Into<Cow<'a, str>>, value: FieldValue<'a>) {
        let name = name.into();
        if self.get(&name).is_none() {
            self.0.push((name, value));
        }
    }
    /// Sets the value that correlations refer to the event by.
    pub fn identify(&mut self, id: String) {
        self.0.retain(|(name, _)| name != "id");
        self.0.push((Cow::Borrowed("id"), FieldValue::Text(Cow::Owned(id))));
    }
    pub fn get(&self, name: &str) -> Option<&FieldValue<'a>> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            FieldValue::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some((FieldValue::Text(name), value)) = map.next_entry::<FieldValue, FieldValue>()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

impl SigmaEvent for Fields<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        self.get(path).map(FieldValue::view)
    }
    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        let mut found = false;
        self.visit_string_values(&mut |text| found |= pred(text));
        found
    }
    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut all = Vec::new();
        self.visit_string_values(&mut |text| all.push(Cow::Owned(text.to_string())));
        all
    }
    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        self.0.iter().for_each(|(_, value)| value.visit(visit));
    }
    fn to_json(&self) -> Value {
        self.0.iter().map(|(name, value)| (name.to_string(), value.view().to_json())).collect::<serde_json::Map<_, _>>().into()
    }
    fn top_level_keys(&self) -> Option<Vec<Cow<'_, str>>> {
        Some(self.0.iter().map(|(name, _)| Cow::Borrowed(name.as_ref())).collect())
    }
    fn visit_top_level_keys(&self, visit: &mut dyn FnMut(&str)) -> bool {
        self.0.iter().for_each(|(name, _)| visit(name));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::Id;

    #[test]
    fn values_of_the_detail_and_of_the_columns() {
        let detail = r#"{"EventID":4624,"IpAddress":"10.0.0.1","Data":["a","b\n"],"outcome":"own","id.orig_h":"x","nothing":null,"more":{"a":{"b":"c"}}}"#;
        let event = Event { detail: detail.into(), actor: Some("anna".into()), bytes: Some(7), ..Event::blank(Id(1), Id(2), jiff::Timestamp::UNIX_EPOCH) };
        let fields = Fields::of(&event);
        let get = |name: &str| fields.get_field(name).map(|v| v.to_json().to_string()).unwrap_or_default();
        for (name, expect) in [
            ("EventID", "4624"),
            ("Data", r#"["a","b\n"]"#),
            ("outcome", r#""own""#),
            ("id.orig_h", r#""x""#),
            ("nothing", "null"),
            ("more", r#"[["c"]]"#),
            ("actor", r#""anna""#),
            ("bytes", "7"),
            ("device", ""),
        ] {
            assert_eq!(get(name), expect, "{name}");
        }
        assert!(fields.any_string_value(&|text| text == "c") && !fields.any_string_value(&|text| text == "d"));
    }
}
