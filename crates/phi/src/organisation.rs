//! Names of organisations: the words that end them, the words that give care, where they end, and what is none.

use crate::token::Words;
use std::ops::Range;
use std::sync::LazyLock;

/// Words that make an organisation one that gives care.
pub(crate) static CARE: LazyLock<Words> = LazyLock::new(|| {
    "hospital hospitals clinic clinics medical health healthcare care medicine pharmacy imaging radiology pediatrics surgery surgical oncology \
     cardiology dental dermatology orthopedics orthopaedics psychiatry behavioral counseling rehab rehabilitation hospice nursing infirmary \
     sanatorium laboratory laboratories labs diagnostics obgyn heart cancer eye therapy wellness urology neurology"
        .split(' ')
        .collect()
});

/// The last words of organisations' names: a span that ends with one is an organisation, whatever its other words look like.
pub(crate) static HEADS: LazyLock<Words> = LazyLock::new(|| {
    "academy agency associates bakery bank body cafe campus casino center centre church college company construction corp corporation daycare \
     diner elementary enterprises factory foundation grill hotel inc industries institute kindergarten library llc llp logistics ltd ministries \
     montessori mosque motel motors museum plumbing preschool prison jail restaurant salon school schools services shelter solutions synagogue \
     systems tavern temple university warehouse endocrine gastroenterology nephrology pulmonary manor lodge"
        .split(' ')
        .collect()
});
/// Words that with [`CARE`] and [`HEADS`] say what a place does and not what it is called.
static GENERIC: LazyLock<Words> = LazyLock::new(|| {
    "a an the our your their his her this that local outpatient inpatient emergency urgent primary family general internal intensive specialty \
     department dept unit room office facility ward floor team home group and of for physical occupational speech respiratory mental acute \
     palliative vascular orthopedic community public high middle grade practice"
        .split(' ')
        .collect()
});

/// Whether every word says only what it does: "our imaging center", "MEDICAL ONCOLOGY".
pub(crate) fn is_generic(written: &str) -> bool {
    let mut words = written.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.all(|w| GENERIC.contains(w) || CARE.contains(w) || HEADS.contains(w))
}

/// Kinds of health plans, which are parts of the plan's name.
const PLANS: &[&str] = &["PPO", "HMO", "EPO", "POS", "HDHP", "DSNP", "Medicare Advantage", "Medicaid"];

/// The end of a name that goes on behind `range`: "Aetna PPO", "Kroger #4417", "Gibson County Health Department".
pub(crate) fn end(text: &str, range: &Range<usize>) -> usize {
    let Some(rest) = text[range.end..].strip_prefix(' ') else { return range.end };
    let ends = |n: usize| rest.get(n..).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '-'));
    if let Some(plan) = PLANS.iter().find(|p| rest.starts_with(*p) && ends(p.len())) {
        return range.end + 1 + plan.len();
    }
    // The number of a branch.
    let digits = rest.strip_prefix('#').map_or(0, |r| r.bytes().take_while(u8::is_ascii_digit).count());
    if (1..=5).contains(&digits) && ends(1 + digits) {
        return range.end + 2 + digits;
    }
    range.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_is_none() {
        let whole = |text: &str, name: &str| text[..end(text, &(0..name.len()))].to_string();
        assert_eq!(whole("Aetna PPO, ID 5", "Aetna"), "Aetna PPO");
        assert_eq!(whole("Aetna POSTED", "Aetna"), "Aetna");
        assert_eq!(whole("Kroger #4417 on Elm", "Kroger"), "Kroger #4417");
        assert_eq!(whole("Kroger #4417-22", "Kroger"), "Kroger");
        assert!(is_generic("our imaging center") && is_generic("MEDICAL ONCOLOGY") && !is_generic("Mercy Imaging"));
    }
}
