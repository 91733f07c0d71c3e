//! [`Phi`]: a value that must not reach a log line, an error text or a panic message.

use std::fmt;

/// Patient data (or a password) that prints as `[redacted]`; take it out with [`Phi::expose`] where it is meant to be written.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Phi<T> {
        Phi(value)
    }
    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
    /// The value itself, by value.
    pub fn into_inner(self) -> T {
        self.0
    }
}
impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
impl<T> fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_printed() {
        let ssn = Phi::new("219-09-9999".to_string());
        assert_eq!(format!("{ssn} {ssn:?}"), "[redacted] [redacted]");
        assert_eq!(ssn.expose(), "219-09-9999");
    }
}
