//! HL7 version 2: the separators of a message, and what the fields of its segments hold (chapters 2 to 11 of the standard).

use dosimeter_case::tables::{ElementKind as K, Role};
use std::borrow::Cow;

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    /// A value in the first component: TS, CX, EI, ST.
    Value(K),
    /// A coded element (CE, CWE): code, text, alternative code, alternative text.
    Codes(K),
    /// Persons as XCN: number, family name, given name, middle name, suffix.
    People(Role),
}
use Holds::{Codes, People, Value};

/// Fields that say something of the patient, or name who treats them.
pub(crate) const FIELDS: &[(&str, &[(usize, Holds)])] = &[
    ("ACC", &[(1, Value(K::ServiceDate))]),
    ("AIP", &[(3, People(Role::Provider)), (6, Value(K::ServiceDate))]),
    ("AIS", &[(3, Codes(K::Procedure)), (4, Value(K::ServiceDate))]),
    ("AL1", &[(3, Codes(K::Diagnosis))]),
    ("DG1", &[(3, Codes(K::Diagnosis)), (4, Codes(K::Diagnosis)), (5, Value(K::ServiceDate)), (16, People(Role::Provider))]),
    ("EVN", &[(5, People(Role::Staff))]),
    (
        "FT1",
        &[
            (4, Value(K::ServiceDate)),
            (19, Codes(K::Diagnosis)),
            (20, People(Role::Provider)),
            (21, People(Role::Provider)),
            (24, People(Role::Staff)),
            (25, Codes(K::Procedure)),
        ],
    ),
    ("IAM", &[(3, Codes(K::Diagnosis)), (11, Value(K::ServiceDate))]),
    ("MRG", &[(1, Value(K::Mrn)), (2, Value(K::Mrn)), (3, Value(K::AccountNumber)), (4, Value(K::Mrn)), (5, Value(K::CaseNumber)), (6, Value(K::CaseNumber))]),
    (
        "OBR",
        &[
            (2, Value(K::CaseNumber)),
            (3, Value(K::CaseNumber)),
            (4, Codes(K::Procedure)),
            (7, Value(K::ServiceDate)),
            (10, People(Role::Staff)),
            (16, People(Role::Provider)),
            (28, People(Role::Provider)),
            (31, Codes(K::Diagnosis)),
            (44, Codes(K::Procedure)),
        ],
    ),
    ("OBX", &[(14, Value(K::ServiceDate)), (16, People(Role::Provider)), (25, People(Role::Provider))]),
    (
        "ORC",
        &[
            (2, Value(K::CaseNumber)),
            (3, Value(K::CaseNumber)),
            (4, Value(K::CaseNumber)),
            (10, People(Role::Staff)),
            (11, People(Role::Staff)),
            (12, People(Role::Provider)),
            (19, People(Role::Staff)),
        ],
    ),
    ("PD1", &[(4, People(Role::Provider))]),
    ("PDA", &[(1, Codes(K::Diagnosis)), (3, Value(K::ServiceDate))]),
    (
        "PR1",
        &[
            (3, Codes(K::Procedure)),
            (4, Codes(K::Procedure)),
            (5, Value(K::ServiceDate)),
            (8, People(Role::Provider)),
            (11, People(Role::Provider)),
            (12, People(Role::Provider)),
            (15, Codes(K::Diagnosis)),
        ],
    ),
    ("PRB", &[(3, Codes(K::Diagnosis)), (4, Value(K::CaseNumber)), (7, Value(K::ServiceDate))]),
    ("PRT", &[(5, People(Role::Provider))]),
    (
        "PV1",
        &[
            (5, Value(K::CaseNumber)),
            (7, People(Role::Provider)),
            (8, People(Role::Provider)),
            (9, People(Role::Provider)),
            (17, People(Role::Provider)),
            (19, Value(K::CaseNumber)),
            (44, Value(K::ServiceDate)),
            (45, Value(K::ServiceDate)),
            (50, Value(K::CaseNumber)),
            (52, People(Role::Provider)),
        ],
    ),
    ("PV2", &[(3, Codes(K::Diagnosis)), (8, Value(K::ServiceDate)), (9, Value(K::ServiceDate)), (13, People(Role::Provider))]),
    ("RF1", &[(6, Value(K::CaseNumber)), (7, Value(K::ServiceDate)), (10, Codes(K::Diagnosis))]),
    ("ROL", &[(4, People(Role::Provider))]),
    ("RXA", &[(3, Value(K::ServiceDate)), (5, Codes(K::Medication)), (10, People(Role::Provider))]),
    ("RXC", &[(2, Codes(K::Medication))]),
    ("RXD", &[(2, Codes(K::Medication)), (3, Value(K::ServiceDate)), (7, Value(K::CaseNumber)), (10, People(Role::Provider))]),
    ("RXE", &[(2, Codes(K::Medication)), (13, People(Role::Provider)), (14, People(Role::Provider)), (15, Value(K::CaseNumber))]),
    ("RXG", &[(4, Codes(K::Medication))]),
    ("RXO", &[(1, Codes(K::Medication)), (14, People(Role::Provider))]),
    (
        "SCH",
        &[
            (1, Value(K::CaseNumber)),
            (2, Value(K::CaseNumber)),
            (7, Codes(K::Service)),
            (12, People(Role::Staff)),
            (16, People(Role::Staff)),
            (20, People(Role::Staff)),
        ],
    ),
    ("SPM", &[(17, Value(K::ServiceDate))]),
    (
        "TXA",
        &[
            (4, Value(K::ServiceDate)),
            (5, People(Role::Provider)),
            (9, People(Role::Provider)),
            (10, People(Role::Provider)),
            (11, People(Role::Staff)),
            (12, Value(K::CaseNumber)),
            (14, Value(K::CaseNumber)),
            (15, Value(K::CaseNumber)),
            (22, People(Role::Provider)),
        ],
    ),
];

/// Separators of a message.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    pub field: char,
    pub component: char,
    pub repeat: char,
    pub escape: char,
    pub sub: char,
}

impl Marks {
    /// From the MSH segment; the usual ones where it names none.
    pub fn of(msh: &str) -> Marks {
        let mut chars = msh.chars().skip(3);
        let field = chars.next().unwrap_or('|');
        let mut next = |usual: char| chars.next().filter(|c| *c != field && !c.is_alphanumeric()).unwrap_or(usual);
        Marks { field, component: next('^'), repeat: next('~'), escape: next('\\'), sub: next('&') }
    }

    pub fn component(self, text: &str, c: usize) -> &str {
        text.split(self.component).nth(c).unwrap_or_default()
    }

    /// The first subcomponent of component `c`.
    pub fn part(self, text: &str, c: usize) -> &str {
        self.component(text, c).split(self.sub).next().unwrap_or_default().trim()
    }

    /// Escape sequences resolved: `\\T\\`, `\\X0D\\`, `\\.br\\`.
    pub fn plain<'t>(self, text: &'t str) -> Cow<'t, str> {
        if !text.contains(self.escape) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut parts = text.split(self.escape);
        out.push_str(parts.next().unwrap_or_default());
        while let Some(code) = parts.next() {
            let Some(after) = parts.next() else {
                // A lone escape character stands for itself.
                out.push(self.escape);
                out.push_str(code);
                break;
            };
            match code {
                "F" => out.push(self.field),
                "S" => out.push(self.component),
                "T" => out.push(self.sub),
                "R" => out.push(self.repeat),
                "E" => out.push(self.escape),
                _ if code.starts_with('X') && code.is_ascii() => {
                    let pairs = code.as_bytes()[1..].chunks(2).filter_map(|p| std::str::from_utf8(p).ok());
                    out.extend(pairs.filter_map(|p| u8::from_str_radix(p, 16).ok()).map(char::from));
                }
                _ => out.push(' '),
            }
            out.push_str(after);
        }
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let marks = Marks::of("MSH|^~\\&|");
        assert_eq!(marks.plain(text), expect, "{text}");
    }

    #[test]
    fn fields_are_in_order() {
        assert!(FIELDS.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn escapes() {
        check("Smith \\T\\ Sons", "Smith & Sons");
        check("a\\X0A\\b\\.br\\c", "a\nb c");
        check("C:\\x", "C:\\x");
        check("\\Xé\\", " ");
    }

    #[test]
    fn marks() {
        let marks = Marks::of("MSH$*!\\@$");
        assert_eq!((marks.field, marks.component, marks.repeat, marks.sub), ('$', '*', '!', '@'));
        assert_eq!(Marks::of("MSH|").component, '^');
    }
}
