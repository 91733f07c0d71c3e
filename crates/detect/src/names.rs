//! One copy of each name.

use std::collections::BTreeSet;
use std::rc::Rc;

/// Names seen so far.
#[derive(Default)]
pub(crate) struct Names(BTreeSet<Rc<str>>);

impl Names {
    /// The one copy of a name.
    pub fn of(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let name: Rc<str> = text.into();
        self.0.insert(name.clone());
        name
    }
}
