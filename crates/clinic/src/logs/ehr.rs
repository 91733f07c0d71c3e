//! ehr01: the electronic record's access log (CSV, local time). What stood on the screen is not collected.

use super::{Client, Logs};
use jiff::Timestamp;

impl Logs<'_> {
    /// A look into the record `mrn`.
    pub fn chart(&mut self, c: &Client, time: Timestamp, mrn: &str) {
        let module = *self.dice.pick(&["Chart", "Demographics", "Orders", "Results"]);
        let when = self.local(time, "%m/%d/%Y %I:%M:%S %p");
        self.line("ehr01/access_log.csv", time, format!("{when},{},{},{mrn},{module},VIEW", c.account.to_uppercase(), c.address));
        self.access(c, time, "ehr01", &format!("ehr:{mrn}"), false, "ehr view");
    }
}
