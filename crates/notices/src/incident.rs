//! What all letters of a case share.

use crate::typeset::printable;
use crate::words::{clean, paragraphs};
use dosimeter_case::{Config, Error, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The facts of the incident as the letters tell them. Everything is for the public: no person's data belongs here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Name of the entity, as on its letterhead.
    pub entity: String,
    /// Postal address of the entity, one line each.
    #[serde(default)]
    pub address: Vec<String>,
    /// State of the entity, two letters.
    #[serde(default)]
    pub state: String,
    /// Type of entity in the breach portal's words, for the HHS sheet.
    #[serde(default)]
    pub portal_type: String,
    /// Type of breach in the portal's words.
    #[serde(default)]
    pub breach_type: String,
    /// Location of the breached information in the portal's words.
    #[serde(default)]
    pub location: String,
    /// Toll-free number for questions; empty if there is none.
    #[serde(default)]
    pub toll_free: String,
    /// Ordinary telephone.
    #[serde(default)]
    pub phone: String,
    /// E-mail address for questions.
    #[serde(default)]
    pub email: String,
    /// Web site.
    #[serde(default)]
    pub web: String,
    /// First day of the breach, if known.
    #[serde(default)]
    pub breach_from: Option<Date>,
    /// Last day of the breach, if known.
    #[serde(default)]
    pub breach_to: Option<Date>,
    /// Day of discovery.
    pub discovered: Date,
    /// What happened, in plain words; paragraphs stand between blank lines. Empty: a neutral sentence is used.
    #[serde(default)]
    pub what_happened: String,
    /// What the entity does to investigate, to mitigate and to prevent. Empty: the place is marked for completion.
    #[serde(default)]
    pub what_we_are_doing: String,
    /// Months of credit monitoring offered at no cost; 0 for none.
    #[serde(default)]
    pub monitoring_months: i64,
    /// Date on the letters; none: left open.
    #[serde(default)]
    pub letter_date: Option<Date>,
    /// Name and title of the signer.
    #[serde(default)]
    pub signer: String,
    /// Day the HHS report was filed, if it was.
    #[serde(default)]
    pub reported_to_hhs: Option<Date>,
}

impl Incident {
    /// The facts of `case.toml`. `window` is the first and last day of the intrusion as the logs show it; dates in `case.toml` go first.
    pub fn from_config(config: &Config, window: Option<(Date, Date)>) -> Incident {
        let (entity, incident, notice) = (&config.entity, &config.incident, &config.notice);
        Incident {
            entity: entity.name.clone(),
            address: entity.address.clone(),
            state: entity.state.clone(),
            portal_type: entity.portal_type.clone(),
            breach_type: incident.breach_type.clone(),
            location: incident.location.clone(),
            toll_free: notice.toll_free.clone(),
            phone: entity.phone.clone(),
            email: entity.email.clone(),
            web: entity.web.clone(),
            breach_from: incident.from.or(window.map(|w| w.0)),
            breach_to: incident.to.or(window.map(|w| w.1)),
            discovered: incident.discovered,
            what_happened: notice.what_happened.clone(),
            what_we_are_doing: notice.what_we_are_doing.clone(),
            monitoring_months: notice.monitoring_months,
            letter_date: notice.letter_date,
            signer: entity.signer.clone(),
            reported_to_hhs: incident.reported_to_hhs,
        }
    }

    /// Fails when a text cannot be shown with the built-in fonts: better before than after half a million letters.
    pub(crate) fn check(&self) -> Result<()> {
        let texts = [
            ("entity.name", &self.entity),
            ("entity.phone", &self.phone),
            ("entity.email", &self.email),
            ("entity.web", &self.web),
            ("entity.signer", &self.signer),
            ("notice.toll_free", &self.toll_free),
            ("notice.what_happened", &self.what_happened),
            ("notice.what_we_are_doing", &self.what_we_are_doing),
        ];
        let lines = self.address.iter().map(|line| ("entity.address", line));
        match texts.into_iter().chain(lines).find(|(_, text)| !printable(&clean(text))) {
            Some((key, _)) => Err(Error::config(format!("{key} holds a character that the built-in fonts cannot show"))),
            None if clean(&self.entity).is_empty() => Err(Error::config("entity.name is empty")),
            None => Ok(()),
        }
    }

    /// What happened, by paragraphs.
    pub(crate) fn happened(&self) -> Vec<String> {
        match paragraphs(&self.what_happened) {
            list if !list.is_empty() => list,
            _ => vec!["An unauthorized person gained access to part of our computer systems that held information about individuals.".to_string()],
        }
    }
    /// The sentence with the date of the breach, if known, and that of its discovery (45 CFR 164.404(c)(1)(A)).
    pub(crate) fn dates(&self) -> String {
        let when = match (self.breach_from, self.breach_to) {
            (Some(from), Some(to)) if from == to => format!("The breach took place on {}.", long(from)),
            (Some(from), Some(to)) => format!("The breach took place between {} and {}.", long(from), long(to)),
            (Some(from), None) => format!("The breach began on {}.", long(from)),
            (None, Some(to)) => format!("The breach ended on {}; we do not know when it began.", long(to)),
            (None, None) => "We do not know when the breach began.".to_string(),
        };
        format!("{when} We discovered it on {}.", long(self.discovered))
    }
    /// What the entity does, by paragraphs.
    pub(crate) fn doing(&self) -> Vec<String> {
        match paragraphs(&self.what_we_are_doing) {
            list if !list.is_empty() => list,
            _ => vec!["[To be completed: what we do to investigate the breach, to limit harm, and to protect against further breaches.]".to_string()],
        }
    }
    /// The offer of credit monitoring.
    pub(crate) fn monitoring(&self) -> Option<String> {
        let months = self.monitoring_months;
        let how = if self.toll_free.trim().is_empty() { "use one of the contacts below".to_string() } else { format!("call {}", clean(&self.toll_free)) };
        (months > 0).then(|| {
            format!(
                "We offer {months} month{} of credit monitoring at no cost. To enroll, {how} and give the reference at the top of this letter.",
                if months == 1 { "" } else { "s" }
            )
        })
    }
    /// Ways to ask (45 CFR 164.404(c)(1)(E)).
    pub(crate) fn contacts(&self) -> Vec<String> {
        let by = |label: &str, text: &str| Some(clean(text)).filter(|t| !t.is_empty()).map(|t| format!("{label}: {t}"));
        let address = self.address.iter().map(|line| clean(line)).collect::<Vec<_>>().join(", ");
        let phone = if self.toll_free.trim().is_empty() { by("Telephone", &self.phone) } else { by("Toll-free", &self.toll_free) };
        let post = if address.is_empty() { None } else { Some(format!("By post: {}, {address}", clean(&self.entity))) };
        [phone, by("E-mail", &self.email), by("Web", &self.web), post].into_iter().flatten().collect()
    }
    /// The lines below the closing.
    pub(crate) fn signer_lines(&self) -> Vec<String> {
        [clean(&self.signer), clean(&self.entity)].into_iter().filter(|line| !line.is_empty()).collect()
    }
    /// The date on letters and drafts.
    pub(crate) fn date_line(&self) -> String {
        self.letter_date.map_or_else(|| "[date of mailing]".to_string(), long)
    }
    /// The letterhead's address.
    pub(crate) fn head_lines(&self) -> Vec<String> {
        let tail = [&self.phone, &self.web].map(|text| clean(text)).into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
        self.address.iter().take(5).map(|line| clean(line)).chain([tail]).filter(|line| !line.is_empty()).collect()
    }
}

/// `September 20, 2023`.
pub(crate) fn long(day: Date) -> String {
    day.strftime("%B %-d, %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_sentence_with_the_dates() {
        fn check(from: Option<Date>, to: Option<Date>, expect: &str) {
            let incident = Incident { breach_from: from, breach_to: to, discovered: date(2023, 9, 20), ..Incident::default() };
            assert_eq!(incident.dates(), format!("{expect} We discovered it on September 20, 2023."));
        }
        let (from, to) = (Some(date(2023, 8, 31)), Some(date(2023, 9, 20)));
        check(from, to, "The breach took place between August 31, 2023 and September 20, 2023.");
        check(to, to, "The breach took place on September 20, 2023.");
        check(from, None, "The breach began on August 31, 2023.");
        check(None, to, "The breach ended on September 20, 2023; we do not know when it began.");
        check(None, None, "We do not know when the breach began.");
    }

    #[test]
    fn contacts_that_exist() {
        let bare = Incident { entity: "Clinic".to_string(), phone: "555-0100".to_string(), ..Incident::default() };
        assert_eq!(bare.contacts(), ["Telephone: 555-0100"]);
        let full = Incident {
            toll_free: "1-800-555-0100".to_string(),
            email: "privacy@example.org".to_string(),
            address: vec!["1 Main St".to_string(), "Town, OH".to_string()],
            ..bare
        };
        assert_eq!(full.contacts(), ["Toll-free: 1-800-555-0100", "E-mail: privacy@example.org", "By post: Clinic, 1 Main St, Town, OH"]);
    }

    #[test]
    fn read_from_a_case() {
        let config = Config::parse("[entity]\nname = \"A\"\nstate = \"OH\"\n[incident]\ndiscovered = \"2023-09-20\"\nto = \"2023-09-19\"\n").unwrap();
        let incident = Incident::from_config(&config, Some((date(2023, 8, 31), date(2023, 9, 20))));
        assert_eq!((incident.breach_from, incident.breach_to), (Some(date(2023, 8, 31)), Some(date(2023, 9, 19))));
        assert!(incident.check().is_ok());
        assert!(Incident { what_happened: "a \u{4e2d}".to_string(), ..incident }.check().is_err());
    }
}
