//! Words that column names of health, billing and staff tables use.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Separated by spaces.
const WORDS: &str = "\
    accession account acct addr address age amount appointment appt balance bank birth birthdate born card case cell charge charges chart city client code \
    comment comments contact copay country county cpt created date day department dept desc description diagnosis dl dob doctor dos dose dr drug due dx \
    e-mail email employee end ethnicity exam facility family fax first fname full gender given group guarantor guardian icd icd10 id ins insurance insured \
    item lab language last license lname location login mail mbi medicaid medicare medication member mi middle mobile modality month mr mrn name no note \
    notes npi nr num number order ordering paid parent passport password pat patient payer person phone physician plan policy position postal price proc \
    procedure provider pt qty quantity race reason record referring relation relationship result risk room routing salary score sex social source ss ssn \
    st staff start state status street study subscriber suffix surname tel telephone test time title total town type unit updated user username value \
    visit year zip zipcode";

static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

/// Whether a cell has such a word: `PatientName`, `visit date`, `ZIP`.
pub(super) fn known(cell: &str) -> bool {
    let mut spaced = String::with_capacity(cell.len() + 4);
    let mut lower = false;
    for c in cell.chars() {
        if c.is_uppercase() && lower {
            spaced.push(' ');
        }
        lower = c.is_lowercase();
        spaced.extend(c.to_lowercase());
    }
    spaced.split(|c: char| !c.is_alphanumeric()).any(|word| SET.contains(word))
}
