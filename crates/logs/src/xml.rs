//! What readers of XML records share.

use quick_xml::events::{BytesRef, BytesStart};
use std::collections::BTreeMap;

/// Attributes by their local names.
pub(crate) type Attributes = BTreeMap<String, String>;

/// The attributes of an element; `None` when they are not well-formed.
pub(crate) fn attributes(element: &BytesStart) -> Option<Attributes> {
    let mut map = Attributes::new();
    for attribute in element.attributes() {
        let attribute = attribute.ok()?;
        map.insert(attribute.key.local_name().as_ref().to_string(), attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned());
    }
    Some(map)
}

/// Adds what a reference (`&amp;`, `&#10;`) stands for; unknown names stand for nothing.
pub(crate) fn reference(text: &mut String, reference: &BytesRef) {
    let name: &str = reference;
    match name {
        "amp" => text.push('&'),
        "lt" => text.push('<'),
        "gt" => text.push('>'),
        "quot" => text.push('"'),
        "apos" => text.push('\''),
        _ => text.extend(reference.resolve_char_ref().ok().flatten()),
    }
}
