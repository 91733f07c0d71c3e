//! The fields that are compared, the levels of agreement of each, and how likely each level is to begin with:
//! between records of one person, of two random people, and of two people of one household.

use crate::prior;

/// Number of fields.
pub(crate) const FIELDS: usize = 14;
/// Levels per field, `missing` among them.
pub(crate) const LEVELS: usize = 12;

pub(crate) const FIRST: usize = 0;
pub(crate) const LAST: usize = 1;
pub(crate) const MIDDLE: usize = 2;
pub(crate) const SUFFIX: usize = 3;
pub(crate) const SEX: usize = 4;
pub(crate) const DOB: usize = 5;
pub(crate) const SSN: usize = 6;
pub(crate) const MRN: usize = 7;
pub(crate) const MEMBER: usize = 8;
pub(crate) const PHONE: usize = 9;
pub(crate) const EMAIL: usize = 10;
pub(crate) const STREET: usize = 11;
pub(crate) const PLACE: usize = 12;
pub(crate) const FACILITY: usize = 13;

/// Field names, as in `links.comparison`.
pub(crate) const NAMES: [&str; FIELDS] =
    ["first", "last", "middle", "suffix", "sex", "dob", "ssn", "mrn", "member_id", "phone", "email", "street", "place", "facility"];

/// The agreement of two values; not every field knows every one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub name: &'static str,
    /// Share among records of one person, before training.
    pub m: f32,
    /// Share among random people; 0 where it follows from the value itself.
    pub u: f32,
    /// Share among two people of one household; 0: as among random people.
    pub h: f32,
    /// Levels of one group are alternatives of one another.
    pub group: u8,
    /// Whether `m` is learnt from the data.
    pub learnt: bool,
}

const fn level(name: &'static str, m: f32, u: f32, h: f32, group: u8) -> Level {
    Level { name, m, u, h, group, learnt: true }
}

pub(crate) const FIRST_EXACT: u8 = 1;
pub(crate) const FIRST_NICKNAME: u8 = 2;
pub(crate) const FIRST_INITIAL: u8 = 3;
pub(crate) const FIRST_NEAR: u8 = 4;
pub(crate) const FIRST_SIMILAR: u8 = 5;
pub(crate) const FIRST_PART: u8 = 6;
pub(crate) const FIRST_MIDDLE: u8 = 7;
pub(crate) const FIRST_SWAPPED: u8 = 8;
pub(crate) const FIRST_DIFFERENT: u8 = 9;
pub(crate) const FIRST_OTHER_INITIAL: u8 = 10;
pub(crate) const FIRST_MIDDLE_INITIAL: u8 = 11;
pub(crate) const LAST_EXACT: u8 = 1;
pub(crate) const LAST_NEAR: u8 = 2;
pub(crate) const LAST_SIMILAR: u8 = 3;
pub(crate) const LAST_PART: u8 = 4;
pub(crate) const LAST_SWAPPED: u8 = 5;
pub(crate) const LAST_DIFFERENT: u8 = 6;
pub(crate) const DOB_EXACT: u8 = 1;
pub(crate) const DOB_SWAPPED: u8 = 2;
pub(crate) const DOB_NEAR: u8 = 3;
pub(crate) const DOB_PARTIAL: u8 = 4;
pub(crate) const DOB_TWO_PARTS: u8 = 5;
pub(crate) const DOB_SAME_YEAR: u8 = 6;
pub(crate) const DOB_DIFFERENT: u8 = 7;
pub(crate) const DOB_PARTIAL_DIFFERENT: u8 = 8;
pub(crate) const DOB_JANUARY: u8 = 9;
pub(crate) const SSN_EXACT: u8 = 1;
pub(crate) const SSN_NEAR: u8 = 2;
pub(crate) const SSN_LAST4: u8 = 3;
pub(crate) const SSN_LAST4_DIFFERENT: u8 = 4;
pub(crate) const SSN_DIFFERENT: u8 = 5;
pub(crate) const MRN_EXACT: u8 = 1;
pub(crate) const MRN_OTHER_FACILITY: u8 = 2;
pub(crate) const MRN_DIFFERENT: u8 = 3;
pub(crate) const MRN_ELSEWHERE: u8 = 4;
pub(crate) const MRN_NEAR: u8 = 5;
pub(crate) const MEMBER_POLICY: u8 = 5;

/// Levels of each field, from level 1; level 0 is "missing" and says nothing.
pub(crate) const TABLE: [&[Level]; FIELDS] = [
    &[
        level("exact", 0.78, 0.0, 0.03, 0),
        level("nickname", 0.07, 0.0, 0.01, 0),
        level("initial", 0.95, 0.0, 0.09, 1),
        level("near", 0.05, 0.0, 0.004, 0),
        level("similar", 0.012, 0.01, 0.01, 0),
        level("part", 0.01, 0.0, 0.005, 0),
        level("middle", 0.01, 0.0, 0.02, 0),
        level("swapped", 0.006, 0.0, 0.001, 0),
        level("different", 0.012, 0.93, 0.95, 0),
        level("other initial", 0.05, 0.93, 0.91, 1),
        // Known by the middle name, of which the other record has the initial.
        level("middle initial", 0.01, 0.0, 0.06, 0),
    ],
    &[
        level("exact", 0.87, 0.0, 0.75, 0),
        level("near", 0.045, 0.0, 0.01, 0),
        level("similar", 0.015, 0.008, 0.01, 0),
        level("part", 0.02, 0.0, 0.02, 0),
        // A swap is weighed once, under the given name.
        Level { name: "swapped", m: 1.0, u: 0.0, h: 0.5, group: 1, learnt: false },
        level("different", 0.04, 0.98, 0.2, 0),
    ],
    &[
        level("exact", 0.82, 0.0, 0.02, 0),
        level("initial", 0.92, 0.0, 0.09, 1),
        level("near", 0.06, 0.01, 0.01, 0),
        level("different", 0.12, 0.97, 0.97, 0),
        level("other initial", 0.08, 0.92, 0.91, 1),
    ],
    &[level("same", 0.95, 0.35, 0.2, 0), level("different", 0.05, 0.65, 0.8, 0)],
    &[level("same", 0.98, 0.5, 0.5, 0), level("different", 0.02, 0.5, 0.5, 0)],
    &[
        level("exact", 0.86, 0.0, 0.02, 0),
        level("swapped", 0.015, 0.0008, 0.0008, 0),
        level("near", 0.045, 0.002, 0.002, 0),
        level("partial", 0.9, 0.014, 0.016, 1),
        level("two parts", 0.02, 0.004, 0.004, 0),
        level("same year", 0.01, 0.013, 0.013, 0),
        level("different", 0.03, 0.96, 0.94, 0),
        level("partial, different", 0.1, 0.986, 0.984, 1),
        // The first of January often stands for a year.
        level("first of January", 0.01, 2e-4, 2e-4, 0),
    ],
    &[
        level("exact", 0.9, 0.0, 0.01, 0),
        level("near", 0.04, 2e-6, 0.004, 0),
        level("last four", 0.93, 1.2e-4, 0.005, 1),
        level("last four differ", 0.07, 1.0, 0.995, 1),
        level("different", 0.06, 1.0, 0.986, 0),
    ],
    &[
        // One provider gives a patient one number; a second one by mistake is rare.
        level("exact", 0.97, 0.0, 0.0005, 0),
        level("exact, other facility", 0.05, 1e-6, 1e-6, 1),
        level("different", 0.03, 1.0, 1.0, 0),
        level("other facility", 0.95, 1.0, 1.0, 1),
        // One slip that is not in the last digit: numbers given one after another differ there.
        level("near", 0.02, 1e-5, 1e-4, 0),
    ],
    &[
        level("exact", 0.8, 0.0, 0.35, 0),
        level("different", 0.15, 1.0, 0.3, 0),
        level("exact (Medicare)", 0.95, 0.0, 0.001, 1),
        level("different (Medicare)", 0.05, 1.0, 1.0, 1),
        // Of one policy, but for the last two digits, which tell a family's members apart.
        level("same policy", 0.05, 1e-6, 0.35, 0),
    ],
    &[level("exact", 0.6, 0.0, 0.5, 0), level("near", 0.02, 1e-5, 0.01, 0), level("different", 0.38, 1.0, 0.49, 0)],
    &[level("exact", 0.8, 0.0, 0.1, 0), level("near", 0.05, 2e-5, 0.02, 0), level("different", 0.15, 1.0, 0.88, 0)],
    &[level("exact", 0.6, 0.0, 0.8, 0), level("near", 0.08, 0.0, 0.08, 0), level("different", 0.32, 1.0, 0.12, 0)],
    &[
        level("same", 0.5, 0.0, 0.3, 0),
        level("near", 0.1, 0.005, 0.02, 0),
        level("different", 0.4, 0.97, 0.68, 0),
        // Where the street agrees, town and postal code follow from it.
        level("same, with street", 0.95, 0.6, 0.96, 1),
        level("differs, with street", 0.05, 0.4, 0.04, 1),
    ],
    // Patients mostly return to one facility of a provider; how much that says is measured on the case, also for households.
    &[level("same", 0.75, 0.4, 0.6, 0), level("other", 0.25, 0.6, 0.4, 0)],
];

/// Training pairs as much as which a share set by hand counts, as much as one training set: invented people never have the wrong sex.
const BY_HAND: f32 = 10_000.0;

/// Share of a level (from 0 for level 1) among records of one person, of the levels of its group: what training counted, with the share
/// set by hand behind it. Shares in households stay as set: relatives of one name are what invented people lack.
pub(crate) fn share_of_one(field: usize, at: usize) -> f32 {
    let level = TABLE[field][at];
    if !level.learnt {
        return level.m;
    }
    let total: u32 = TABLE[field].iter().zip(&prior::ONE[field]).filter(|(other, _)| other.group == level.group).map(|(_, count)| count).sum();
    (prior::ONE[field][at] as f32 + BY_HAND * level.m) / (total as f32 + BY_HAND)
}

/// Levels per field packed, four bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Levels(pub u64);

impl Levels {
    pub fn get(self, field: usize) -> u8 {
        (self.0 >> (4 * field) & 15) as u8
    }
    pub fn set(&mut self, field: usize, level: u8) {
        self.0 = self.0 & !(15 << (4 * field)) | u64::from(level) << (4 * field);
    }
    /// `first=exact dob=near`; fields that one of the records does not have are left out.
    pub fn text(self) -> String {
        let mut out = String::with_capacity(160);
        for (field, name) in NAMES.iter().enumerate() {
            if let Some(level) = known(field, self.get(field)) {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(name);
                out.push('=');
                // `partial, different` becomes `partial/different`, `two parts` becomes `two_parts`.
                let mut mark = None;
                for word in level.name.split(' ') {
                    out.extend(mark);
                    out.push_str(word.trim_end_matches(','));
                    mark = Some(if word.ends_with(',') { '/' } else { '_' });
                }
            }
        }
        out
    }
}

/// The level, unless it is "missing".
pub(crate) fn known(field: usize, level: u8) -> Option<&'static Level> {
    TABLE.get(field)?.get(usize::from(level).checked_sub(1)?)
}
