//! Files in OLE object cells: what Access wraps around them.

/// A file in a cell.
#[derive(Debug, PartialEq)]
pub(super) struct Wrapped<'b> {
    pub name: Option<String>,
    pub content: &'b [u8],
}

/// The file in Access's wrapping: its own header, then an OLE 1 object, whose data may be a package that names the file.
pub(super) fn unwrap(bytes: &[u8]) -> Option<Wrapped<'_>> {
    // Signature 0x1c15, then the header's length.
    if bytes.get(..2)? != [0x15, 0x1c] {
        return None;
    }
    let mut rest = bytes.get(usize::from(u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]))..)?;
    // Version, kind (2: embedded), class, topic, item, content.
    long(&mut rest)?;
    let kind = long(&mut rest)?;
    let class = counted(&mut rest)?;
    counted(&mut rest)?;
    counted(&mut rest)?;
    if kind != 2 {
        return None;
    }
    let content = counted(&mut rest)?;
    if class.strip_suffix(b"\0").unwrap_or(class).eq_ignore_ascii_case(b"package")
        && let Some(package) = package(content)
    {
        return Some(package);
    }
    Some(Wrapped { name: None, content })
}

/// The file in an OLE package.
fn package(mut rest: &[u8]) -> Option<Wrapped<'_>> {
    rest = rest.get(2..)?;
    let name = string(&mut rest)?;
    string(&mut rest)?;
    // Zero, then 3: the file itself is in the package.
    if rest.get(..4)? != [0, 0, 3, 0] {
        return None;
    }
    rest = rest.get(4..)?;
    counted(&mut rest)?;
    let content = counted(&mut rest)?;
    let name = crate::text::decode(name).unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_string();
    Some(Wrapped { name: (!name.is_empty()).then_some(name), content })
}

fn long(rest: &mut &[u8]) -> Option<u32> {
    let (value, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*value))
}

fn counted<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(long(rest)?).ok()?;
    let (value, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(value)
}

fn string<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = memchr::memchr(0, rest)?;
    let (value, after) = rest.split_at(end);
    *rest = after.get(1..)?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped() {
        let counted = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes(), bytes].concat();
        let cell = |class: &[u8], content: &[u8]| {
            [&[0x15, 0x1c, 6, 0, 0, 0, 1, 5, 0, 0, 2, 0, 0, 0][..], &counted(class), &counted(b""), &counted(b""), &counted(content), b"rest"].concat()
        };
        let package = [&b"\x02\0scan.pdf\0C:\\scan.pdf\0\0\0\x03\0"[..], &counted(b"C:\\tmp\0"), &counted(b"%PDF"), b"\0"].concat();
        assert_eq!(unwrap(&cell(b"Package\0", &package)), Some(Wrapped { name: Some("scan.pdf".into()), content: b"%PDF" }));
        assert_eq!(unwrap(&cell(b"PBrush\0", b"BM")), Some(Wrapped { name: None, content: b"BM" }));
        assert_eq!(unwrap(b"\x15\x1c\xff"), None);
        assert_eq!(unwrap(b"BM"), None);
    }
}
