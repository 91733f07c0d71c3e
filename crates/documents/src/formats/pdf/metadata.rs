//! XML that PDFs carry: the XMP packet and the packets of XFA forms.

use crate::formats::blocks::squeeze;
use crate::markup::{Markup, Token, attribute};

/// Longest packet looked at.
const PACKET: usize = 4 << 20;
/// Elements of an XMP packet, and what they are called.
const PROPERTIES: &[(&str, &str)] =
    &[("title", "Title"), ("creator", "Author"), ("Author", "Author"), ("description", "Subject"), ("subject", "Keywords"), ("Keywords", "Keywords")];

/// XMP packets as they lie in the file: they are meant to be found without reading the PDF around them.
pub(super) fn packets(content: &[u8]) -> Vec<&str> {
    let (begin, end) = (&b"<?xpacket begin"[..], &b"<?xpacket end"[..]);
    let mut found = Vec::new();
    let mut rest = content;
    while let (Some(at), true) = (position(rest, begin), found.len() < 16) {
        let packet = rest.get(at..).unwrap_or_default();
        let most = packet.get(..PACKET).unwrap_or(packet);
        let length = position(most, end).unwrap_or(most.len().min(1024));
        found.extend(packet.get(..length).and_then(|packet| std::str::from_utf8(packet).ok()));
        rest = packet.get(length.max(1)..).unwrap_or_default();
    }
    found
}

/// Where `pattern` begins.
pub(super) fn position(content: &[u8], pattern: &[u8]) -> Option<usize> {
    let first = *pattern.first()?;
    let mut from = 0;
    loop {
        let at = from + content.get(from..)?.iter().position(|&byte| byte == first)?;
        if content.get(at..)?.starts_with(pattern) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Title, author, subject and keywords of an XMP packet.
pub(super) fn properties(packet: &str) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut inside = None;
    let named = |name: &str| PROPERTIES.iter().find(|(element, _)| *element == name).map(|(_, label)| *label);
    for token in Markup::xml(packet) {
        match token {
            Token::Open { name, attributes, empty } => {
                if name == "Description" {
                    let written = PROPERTIES.iter().filter_map(|(element, label)| Some((*label, squeeze(&attribute(attributes, element)?))));
                    out.extend(written.filter(|(_, value)| !value.is_empty()));
                } else if !empty && inside.is_none() {
                    inside = named(name).map(|label| (name, label));
                }
            }
            Token::Text(text) => {
                let value = squeeze(&text);
                out.extend(inside.filter(|_| !value.is_empty()).map(|(_, label)| (label, value)));
            }
            Token::Close(name) => {
                if inside.is_some_and(|(element, _)| element == name) {
                    inside = None;
                }
            }
        }
    }
    out
}

/// The values of an XFA form's data as `name: value`, and the words of its template.
pub(super) fn form(packets: &[(String, String)]) -> (Vec<String>, Vec<String>) {
    let (mut values, mut words) = (Vec::new(), Vec::new());
    for (name, packet) in packets {
        let whole = name.is_empty();
        // In one packet, data and template are elements of their own.
        let (mut data, mut template) = (name == "datasets", name == "template");
        let (mut element, mut in_text) = ("", 0_usize);
        for token in Markup::xml(packet) {
            match token {
                Token::Open { name, empty, .. } => {
                    if whole {
                        data |= name == "datasets";
                        template |= name == "template";
                    }
                    element = name;
                    in_text += usize::from(!empty && matches!(name, "text" | "exData"));
                }
                Token::Text(text) => {
                    let text = squeeze(&text);
                    // Pictures are carried as base64.
                    if text.is_empty() || text.len() > 4000 && !text.contains(' ') {
                        continue;
                    }
                    if data {
                        values.push(format!("{element}: {text}"));
                    } else if template && in_text > 0 {
                        words.push(text);
                    }
                }
                Token::Close(name) => {
                    if whole {
                        data &= name != "datasets";
                        template &= name != "template";
                    }
                    in_text = in_text.saturating_sub(usize::from(matches!(name, "text" | "exData")));
                }
            }
        }
    }
    (values, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xmp() {
        let packet = "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta><rdf:RDF><rdf:Description pdf:Keywords='mri'>\
            <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Report of\nAnn Lee</rdf:li></rdf:Alt></dc:title>\
            <dc:creator><rdf:Seq><rdf:li>Dr. Kim</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>";
        let content = format!("\u{1}<<?x{packet}>>");
        let found: Vec<_> = packets(content.as_bytes()).into_iter().flat_map(properties).collect();
        assert_eq!(found, [("Keywords", "mri".to_string()), ("Title", "Report of Ann Lee".into()), ("Author", "Dr. Kim".into())]);
        assert!(packets(b"<?xpacket begin").iter().all(|packet| properties(packet).is_empty()));
    }

    #[test]
    fn xfa() {
        let packets = [
            ("template".to_string(), "<template><draw><value><text>Date of birth</text></value></draw><name>x</name></template>".to_string()),
            ("datasets".to_string(), "<xfa:datasets><xfa:data><form1><Name>Ann Lee</Name><DOB>1980-01-02</DOB><Sex/></form1></xfa:data></xfa:datasets>".into()),
        ];
        let lines = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let expect = (lines(&["Name: Ann Lee", "DOB: 1980-01-02"]), lines(&["Date of birth"]));
        assert_eq!(form(&packets), expect);
        let whole: String = packets.iter().map(|(_, packet)| packet.as_str()).collect();
        assert_eq!(form(&[(String::new(), format!("<xdp>{whole}</xdp>"))]), expect);
    }
}
