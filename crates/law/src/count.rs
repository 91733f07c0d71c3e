//! [`Count`]: a number of people as an interval, and how it meets a threshold.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::Add;

/// A number of people: fewest, best, most. In a file a plain number, or `{low, best, high}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Written", into = "Written")]
pub struct Count {
    /// Fewest.
    pub low: i64,
    /// Best estimate.
    pub best: i64,
    /// Most.
    pub high: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Written {
    Exact(i64),
    Interval(Interval),
}
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Interval {
    low: i64,
    best: i64,
    high: i64,
}
impl From<Written> for Count {
    fn from(written: Written) -> Count {
        match written {
            Written::Exact(n) => n.into(),
            Written::Interval(Interval { low, best, high }) => Count { low, best, high },
        }
    }
}
impl From<Count> for Written {
    fn from(Count { low, best, high }: Count) -> Written {
        if low == best && best == high { Written::Exact(best) } else { Written::Interval(Interval { low, best, high }) }
    }
}
impl From<i64> for Count {
    fn from(n: i64) -> Count {
        Count { low: n, best: n, high: n }
    }
}
impl Add for Count {
    type Output = Count;
    fn add(self, other: Count) -> Count {
        Count { low: self.low.saturating_add(other.low), best: self.best.saturating_add(other.best), high: self.high.saturating_add(other.high) }
    }
}
impl Sum for Count {
    fn sum<I: Iterator<Item = Count>>(counts: I) -> Count {
        counts.fold(Count::default(), Count::add)
    }
}

/// How an interval meets a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Every number of the interval meets it.
    Yes,
    /// None does.
    No,
    /// Some do.
    Perhaps,
}

/// What number of people a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// `n` or more.
    AtLeast(i64),
    /// More than `n`.
    MoreThan(i64),
    /// At least one, and fewer than `n`.
    FewerThan(i64),
}

impl Threshold {
    /// Whether so many people meet it.
    pub fn holds(self, n: i64) -> bool {
        match self {
            Threshold::AtLeast(t) => n >= t,
            Threshold::MoreThan(t) => n > t,
            Threshold::FewerThan(t) => (1..t).contains(&n),
        }
    }
    /// Holds for all, none or some numbers of the interval.
    pub fn met(self, count: Count) -> Met {
        let some = match self {
            // Both ends may fail while a number between them holds: 0 to 900 against "fewer than 500".
            Threshold::FewerThan(t) => count.low < t && count.low.max(1) <= count.high.min(t.saturating_sub(1)),
            _ => self.holds(count.low) || self.holds(count.high),
        };
        match (self.holds(count.low) && self.holds(count.high), some) {
            (true, _) => Met::Yes,
            (false, true) => Met::Perhaps,
            (false, false) => Met::No,
        }
    }
    /// In words.
    pub fn words(self) -> String {
        match self {
            Threshold::AtLeast(1) => "any number".to_string(),
            Threshold::AtLeast(n) => format!("{} or more", thousands(n)),
            Threshold::MoreThan(n) => format!("more than {}", thousands(n)),
            Threshold::FewerThan(n) => format!("fewer than {}", thousands(n)),
        }
    }
}

impl Count {
    /// Nobody has counted yet. The upper end stands for "any number": it is more than the people of the United States.
    pub const UNKNOWN: Count = Count { low: 0, best: 0, high: 1_000_000_000 };

    /// Low, best and high in order, none below 0.
    pub fn is_ordered(self) -> bool {
        0 <= self.low && self.low <= self.best && self.best <= self.high
    }
    /// What is left, never below 0, of a whole of which `part` is known.
    pub fn minus(self, part: Count) -> Count {
        let best = self.best.saturating_sub(part.best).max(0);
        let low = self.low.saturating_sub(part.best).clamp(0, best);
        Count { low, best, high: self.high.saturating_sub(part.best).max(best) }
    }
    /// The same people, if it is open whether they count: from none to all of them.
    pub fn perhaps(self) -> Count {
        Count { low: 0, ..self }
    }
    /// In words: `605,809`, `480 to 510 (best 495)`, or `an unknown number of`.
    pub fn words(self) -> String {
        if self.high >= Count::UNKNOWN.high {
            if self.low == 0 { "an unknown number of".to_string() } else { format!("{} or more", thousands(self.low)) }
        } else if self.low == self.high {
            thousands(self.best)
        } else {
            format!("{} to {} (best {})", thousands(self.low), thousands(self.high), thousands(self.best))
        }
    }
}

/// `605809` as `605,809`.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(threshold: Threshold, low: i64, high: i64, expect: Met) {
        assert_eq!(threshold.met(Count { low, best: low, high }), expect, "{threshold:?} {low}..{high}");
    }

    #[test]
    fn thresholds() {
        check(Threshold::AtLeast(500), 499, 499, Met::No);
        check(Threshold::AtLeast(500), 500, 500, Met::Yes);
        check(Threshold::MoreThan(500), 500, 500, Met::No);
        check(Threshold::MoreThan(500), 501, 501, Met::Yes);
        check(Threshold::MoreThan(500), 480, 501, Met::Perhaps);
        check(Threshold::FewerThan(500), 0, 0, Met::No);
        check(Threshold::FewerThan(500), 0, 900, Met::Perhaps);
        check(Threshold::FewerThan(500), 500, 900, Met::No);
        check(Threshold::FewerThan(10), 9, 9, Met::Yes);
    }

    #[test]
    fn words() {
        assert_eq!(thousands(605_809), "605,809");
        assert_eq!(thousands(11), "11");
        assert_eq!(Count { low: 1, best: 2, high: 1_000 }.words(), "1 to 1,000 (best 2)");
    }

    proptest! {
        #[test]
        fn an_interval_agrees_with_its_numbers(low in 0_i64..40, width in 0_i64..40, t in 1_i64..40, kind in 0_usize..3) {
            let threshold: Threshold = [Threshold::AtLeast(t), Threshold::MoreThan(t), Threshold::FewerThan(t)][kind];
            let held = (low..=low + width).filter(|n| threshold.holds(*n)).count() as i64;
            let expect = if held == width + 1 { Met::Yes } else if held == 0 { Met::No } else { Met::Perhaps };
            prop_assert_eq!(threshold.met(Count { low, best: low, high: low + width }), expect);
        }
    }
}
