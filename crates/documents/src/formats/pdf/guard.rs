//! A look at a file before an engine has it: streams that unpack without end, and forms that draw one another without end.
//!
//! Engines follow both until they are killed, which costs the time that the budget allows. Dictionaries of streams always lie
//! open in the file, so that both can be seen without reading the document. What is hidden better is left to the budget.

use super::metadata::position;
use flate2::read::ZlibDecoder;
use std::collections::BTreeMap;
use std::io::Read;

/// Shorter streams are harmless unless packed twice: packed data unpacks to a thousand times its length at most.
const SHORT: usize = 1 << 10;
/// What of a stream is unpacked to see how densely it is packed.
const PROBE: u64 = 16 << 10;
/// Streams packed denser than this, beyond this length, are bombs: text and drawings pack to a tenth.
const DENSE: u64 = 100;
const LONG: u64 = 16 << 20;
/// Most times that forms may be drawn for one form.
const DRAWN: u64 = 100_000;
/// Most bytes of a dictionary, of a form's content.
const DICTIONARY: usize = 4096;
const FORM: u64 = 256 << 10;
/// Most forms looked at.
const FORMS: usize = 20_000;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Danger {
    /// A stream unpacks to far more than a page can hold.
    Bomb,
    /// Forms draw many of one another, which draw many more.
    Laughs,
    /// A form draws itself.
    Circle,
}

/// Whether the file should not be given to an engine that follows everything.
pub(super) fn danger(content: &[u8]) -> Option<Danger> {
    let mut forms: BTreeMap<u64, (&[u8], &[u8])> = BTreeMap::new();
    let mut from = 0;
    while let Some(at) = content.get(from..).and_then(|rest| position(rest, b"stream")) {
        let (start, end) = (from + at, from + at + 6);
        let body = content.get(end..).unwrap_or_default();
        let before = content.get(start.saturating_sub(DICTIONARY).max(from)..start).unwrap_or_default();
        from = end;
        if before.ends_with(b"end") {
            continue;
        }
        let dictionary = before.get(last(before, b"obj").unwrap_or(0)..).unwrap_or_default();
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let length = position(body, b"stream").unwrap_or(body.len());
        let body = body.get(..length).unwrap_or_default();
        let has = |name: &[u8]| position(dictionary, name).is_some();
        // Pictures are only unpacked to be drawn, line by line; attached files within the budget of their container.
        let twice = position(dictionary, b"Fl").and_then(|at| position(dictionary.get(at + 2..)?, b"Fl")).is_some();
        if (length >= SHORT || twice) && has(b"Fl") && !has(b"/Image") && !has(b"/EmbeddedFile") && bomb(body, twice) {
            return Some(Danger::Bomb);
        }
        if has(b"/Form") && forms.len() < FORMS {
            forms.extend(number(before).map(|number| (number, (dictionary, body))));
        }
    }
    endless(content, &forms)
}

fn bomb(body: &[u8], twice: bool) -> bool {
    let mut probe = ZlibDecoder::new(body);
    let produced = std::io::copy(&mut (&mut probe).take(PROBE), &mut std::io::sink()).unwrap_or(0);
    if !twice && probe.total_in() * DENSE > produced {
        return false;
    }
    let count = |packed: &mut dyn Read| std::io::copy(&mut packed.take(LONG), &mut std::io::sink()).unwrap_or(0);
    if twice { count(&mut ZlibDecoder::new(ZlibDecoder::new(body))) >= LONG } else { count(&mut ZlibDecoder::new(body)) >= LONG }
}

/// Where `pattern` stands last.
fn last(content: &[u8], pattern: &[u8]) -> Option<usize> {
    content.windows(pattern.len()).rposition(|window| window == pattern)
}

/// The number of the object whose dictionary ends `before`.
fn number(before: &[u8]) -> Option<u64> {
    let head = before.get(..last(before, b"obj")?)?;
    let head = head.get(head.len().saturating_sub(24)..)?;
    let mut words = head.split(u8::is_ascii_whitespace).rev().filter(|word| !word.is_empty());
    words.next()?;
    let digits = words.next()?;
    let digits = digits.get(digits.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1)..)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Names with the objects they refer to: `/Name 12 0 R`.
fn references(text: &[u8]) -> Vec<(&[u8], u64)> {
    let mut out = Vec::new();
    for entry in text.split(|&byte| byte == b'/').skip(1) {
        let mut words = entry.split(|byte| byte.is_ascii_whitespace() || b"<>[]".contains(byte)).filter(|word| !word.is_empty());
        let (Some(name), Some(number), Some(_), Some(b"R")) = (words.next(), words.next(), words.next(), words.next()) else { continue };
        out.extend(std::str::from_utf8(number).ok().and_then(|number| number.parse().ok()).map(|number| (name, number)));
    }
    out
}

/// Whether drawing one of the forms means drawing forms without end, or nearly so.
fn endless(content: &[u8], forms: &BTreeMap<u64, (&[u8], &[u8])>) -> Option<Danger> {
    // Only forms that may draw others are of interest.
    let mut drawn: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for (&number, &(dictionary, body)) in forms {
        let mut names = references(dictionary);
        // Resources may stand elsewhere, and their list of forms elsewhere again.
        for step in [&b"Resources"[..], b"XObject"] {
            let elsewhere: Vec<u64> = names.iter().filter(|(name, _)| *name == step).map(|(_, number)| *number).collect();
            names.extend(elsewhere.into_iter().take(2).filter_map(|number| object(content, number)).flat_map(references));
        }
        names.retain(|(_, target)| forms.contains_key(target));
        if !names.is_empty() {
            drawn.insert(number, draws(body, &names));
        }
    }
    // From the leaves up; what never is complete goes round in a circle.
    let mut worth: BTreeMap<u64, u64> = BTreeMap::new();
    loop {
        let ready: Vec<(u64, u64)> = drawn
            .iter()
            .filter(|(number, _)| !worth.contains_key(number))
            .filter_map(|(&number, inner)| {
                let each = inner.iter().map(|(target, times)| Some(times.saturating_mul(if drawn.contains_key(target) { *worth.get(target)? } else { 1 })));
                Some((number, each.sum::<Option<u64>>()?.saturating_add(1)))
            })
            .collect();
        if ready.iter().any(|(_, worth)| *worth > DRAWN) {
            return Some(Danger::Laughs);
        }
        if ready.is_empty() {
            return (worth.len() < drawn.len()).then_some(Danger::Circle);
        }
        worth.extend(ready);
    }
}

/// The beginning of object `number`, where it lies open in the file.
fn object(content: &[u8], number: u64) -> Option<&[u8]> {
    let head = format!("{number} 0 obj");
    let mut from = 0;
    loop {
        let at = from + position(content.get(from..)?, head.as_bytes())?;
        if at == 0 || content.get(at - 1).is_some_and(|byte| !byte.is_ascii_digit()) {
            let text = content.get(at + head.len()..)?;
            let text = text.get(..DICTIONARY).unwrap_or(text);
            return text.get(..position(text, b"endobj").unwrap_or(text.len()));
        }
        from = at + 1;
    }
}

/// The forms that a form's content draws, and how often.
fn draws(body: &[u8], names: &[(&[u8], u64)]) -> Vec<(u64, u64)> {
    let mut text = Vec::new();
    let _ = ZlibDecoder::new(body).take(FORM).read_to_end(&mut text);
    let text = if text.is_empty() { body } else { &text };
    let mut times: BTreeMap<u64, u64> = BTreeMap::new();
    for part in text.split(|&byte| byte == b'/').skip(1) {
        let mut words = part.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (Some(name), Some(b"Do")) = (words.next(), words.next()) else { continue };
        if let Some((_, target)) = names.iter().find(|(known, _)| *known == name) {
            *times.entry(*target).or_default() += 1;
        }
    }
    times.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{Danger, danger};
    use std::io::Write;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    fn stream(number: u32, dictionary: &str, body: &[u8]) -> Vec<u8> {
        [format!("{number} 0 obj\n<<{dictionary}>>\nstream\n").as_bytes(), body, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn bombs() {
        let zeros = packed(&vec![b' '; 20 << 20]);
        let bomb = Some(Danger::Bomb);
        let check = |dictionary: &str, body: &[u8], expect| assert_eq!(danger(&stream(4, dictionary, body)), expect, "{dictionary}");
        check("/Filter/FlateDecode", &zeros, bomb);
        check("/Filter[/FlateDecode/FlateDecode]", &packed(&packed(&vec![b' '; 64 << 20])), bomb);
        check("/Subtype/Image/Filter/FlateDecode", &zeros, None);
        check("/Filter/FlateDecode", &packed(&vec![b' '; 1 << 20]), None);
    }

    #[test]
    fn forms() {
        let circle = Some(Danger::Circle);
        let form = |number, names: &str, body: &str| stream(number, &format!("/Subtype/Form/Resources<</XObject<<{names}>>>>"), body.as_bytes());
        assert_eq!(danger(&form(5, "/X 5 0 R", "/X Do")), circle);
        // Known, but not drawn.
        assert_eq!(danger(&form(5, "/X 5 0 R /Y 6 0 R", "/Y Do")), None);
        let chain = |times: usize| (0..6).flat_map(|n| form(10 + n, &format!("/X {} 0 R", 11 + n), &"/X Do ".repeat(times))).collect::<Vec<u8>>();
        let leaf = stream(16, "/Subtype/Form", b"(x) Tj");
        assert_eq!(danger(&[chain(10), leaf.clone()].concat()), Some(Danger::Laughs));
        assert_eq!(danger(&[chain(2), leaf].concat()), None);
        let elsewhere =
            [stream(5, "/Subtype/Form/Resources 7 0 R", &packed(b"q /X Do Q")), b"7 0 obj <</XObject 8 0 R>> endobj 8 0 obj <</X 5 0 R>> endobj".to_vec()];
        assert_eq!(danger(&elsewhere.concat()), circle);
    }
}
