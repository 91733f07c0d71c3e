//! The pack's lists against the fact collection (`../shared/data/law/states.yaml`): what a letter must and must not say, and which data counts.
//! Every phrase of the collection has its code words here; a phrase without any fails.

use dosimeter_case::tables::ElementKind;
use dosimeter_law::{Rules, Sensitive};
use serde_norway::Value;
use std::collections::BTreeSet;

/// Phrases on the letter, with the code words that restate them; `!` for what must not be said.
const LETTER: &[(&str, &[&str])] = &[
    ("12-month ID theft service offer if entity was source and SSN/DL exposed", &["identity_protection_offer"]),
    ("CRA + FTC contacts", &["credit_bureau_contacts", "ftc_contact"]),
    ("CRA contacts", &["credit_bureau_contacts"]),
    ("CRA contacts + fraud alert/freeze info", &["credit_bureau_contacts", "fraud_alert", "security_freeze"]),
    ("CRA contacts if SSN/DL exposed", &["credit_bureau_contacts"]),
    ("CRA toll-free + addresses", &["credit_bureau_contacts"]),
    ("CRA toll-free numbers/addresses (3 largest)", &["credit_bureau_contacts"]),
    ("CRA, FTC and AG contact + freeze right", &["credit_bureau_contacts", "ftc_contact", "attorney_general_contact", "security_freeze"]),
    ("FCRA rights", &["fair_credit_rights"]),
    ("FTC + NC AG contacts", &["ftc_contact", "attorney_general_contact"]),
    ("FTC and AG contacts", &["ftc_contact", "attorney_general_contact"]),
    ("FTC contact", &["ftc_contact"]),
    ("FTC toll-free/address/site", &["ftc_contact"]),
    ("ID-theft statement", &["identity_theft_statement"]),
    ("MUST NOT: nature of the breach", &["!nature_of_breach"]),
    ("MUST NOT: number of MA residents affected", &["!count_of_residents"]),
    ("MUST: right to a police report", &["police_report_right"]),
    ("PI accessed", &["data_types"]),
    ("PI acquired", &["data_types"]),
    ("PI type", &["data_types"]),
    ("PI types", &["data_types"]),
    ("actions to restore security", &["what_is_being_done"]),
    ("advice to report ID theft", &["report_identity_theft"]),
    ("advice to report to law enforcement, AG, FTC", &["report_identity_theft", "attorney_general_contact", "ftc_contact"]),
    ("approximate date", &["date_of_breach"]),
    ("breach date/range", &["date_of_breach"]),
    ("breach date/time frame + discovery date", &["date_of_breach", "date_discovered"]),
    ("brief incident description incl. how", &["what_happened"]),
    ("business contact (toll-free if kept)", &["contact"]),
    ("categories", &["data_types"]),
    ("categories acquired", &["data_types"]),
    ("categories and specific elements accessed/acquired", &["data_types"]),
    ("clear and conspicuous", &["plain_language"]),
    ("contact", &["contact"]),
    ("contact info", &["contact"]),
    ("date of notice", &["date_of_notice"]),
    ("date/range", &["date_of_breach"]),
    ("date/range of breach", &["date_of_breach"]),
    ("description", &["what_happened"]),
    ("discovery date", &["date_discovered"]),
    ("entity contact", &["contact"]),
    ("entity name+contact", &["contact"]),
    ("fraud alert + freeze statement", &["fraud_alert", "security_freeze"]),
    ("fraud alert/security freeze statement", &["fraud_alert", "security_freeze"]),
    ("freeze is free", &["security_freeze"]),
    ("general description", &["what_happened"]),
    ("headings: What Happened / What Information Was Involved / What We Are Doing / What You Can Do / For More Information", &["five_headings"]),
    ("how to request a security freeze + what is needed", &["security_freeze"]),
    ("incident", &["what_happened"]),
    ("incident in general terms", &["what_happened"]),
    ("individual letter: not itemised; AG/Cyber Center notice: breach date, discovery date, total and Utah count, PI type, short description", &[]),
    ("info type", &["data_types"]),
    ("law-enforcement delay flag", &["law_enforcement_delay_stated"]),
    ("mitigation services offered", &["services_offered"]),
    ("must NOT state number of Illinois residents affected", &["!count_of_residents"]),
    ("not itemised in sources read (use HIPAA content)", &[]),
    ("notifier contact", &["contact"]),
    ("only: that the entity knows of the acquisition; on written request, which PI", &["knows_of_acquisition", "data_types_on_request"]),
    ("parent/affiliated company name", &["parent_company"]),
    ("phone", &["contact"]),
    ("phone if any", &["contact"]),
    ("phone/site", &["contact"]),
    ("plain language", &["plain_language"]),
    ("plain language, >=10-point type", &["plain_language"]),
    ("police report / freeze rights", &["police_report_right", "security_freeze"]),
    ("protective actions", &["protective_steps"]),
    ("protective acts", &["protective_steps"]),
    ("protective measures", &["protective_steps"]),
    ("remediation services + contacts", &["services_offered", "contact"]),
    ("review-statements advice", &["watch_statements"]),
    ("self-protection steps", &["protective_steps"]),
    ("state + federal agency phones/sites on breach response and ID theft", &["government_help_contacts"]),
    ("telephone contact", &["contact"]),
    ("title 'Notice of Data Breach'", &["title_notice_of_data_breach"]),
    ("toll-free number and web site", &["toll_free_number", "web_site"]),
    ("toll-free numbers (entity, CRAs)", &["toll_free_number", "credit_bureau_contacts"]),
    ("toll-free phone", &["toll_free_number"]),
    ("type of information", &["data_types"]),
    ("vigilance advice", &["watch_statements"]),
    ("vigilance reminder", &["watch_statements"]),
];

/// Words for data, with the kinds that stand for it; `~` for what stands in `also_covers` under a word that holds this, `+` for a sensitive class.
const DATA: &[(&str, &[&str])] = &[
    ("ssn", &["ssn"]),
    ("ssn_standalone", &["ssn"]),
    ("drivers_licence", &["drivers_license"]),
    ("driver_authorization_card", &["~authorisation"]),
    ("drivers_licence_voter_id", &["~voter"]),
    ("financial_account", &["bank_account", "card_number", "account_number"]),
    ("account_or_card_with_code_standalone", &["bank_account", "card_number"]),
    ("account_number_usable_without_code", &["~without a code"]),
    ("account_passwords", &["credentials"]),
    ("financial_passwords_pins", &["credentials"]),
    ("credit_card", &["card_number"]),
    ("online_", &["credentials"]),
    ("email_", &["credentials"]),
    ("pins", &["~PIN"]),
    ("passport", &["passport"]),
    ("student_military_passport_id", &["passport", "~military", "~student"]),
    ("military_id", &["~military"]),
    ("other_gov_id", &["~government"]),
    ("passport_or_federal_id", &["passport", "~federal"]),
    ("federal_id", &["~federal"]),
    ("tax_", &["~tax"]),
    ("irs_pin", &["~IRS"]),
    ("tribal_id", &["~tribal"]),
    ("medical_info", &["diagnosis", "procedure", "medication", "lab_result", "imaging_result", "image", "service", "sensitive_note"]),
    ("medical_record_info", &["diagnosis", "procedure", "medication"]),
    ("medical_id_number", &["mrn"]),
    ("health_info", &["diagnosis", "procedure", "medication", "lab_result"]),
    ("health_records_diagnosis_treatment", &["diagnosis", "procedure", "medication"]),
    ("mental_health", &["diagnosis"]),
    ("health_insurance", &["insurance_id", "mbi", "medicaid_id"]),
    ("biometric", &["biometric"]),
    ("biometric_and_geolocation", &["biometric", "~geolocation"]),
    ("dna_profile", &["+genetic"]),
    ("genetic_", &["+genetic"]),
    ("dob", &["dob"]),
    ("birth_or_marriage_certificate", &["certificate"]),
    ("alpr_data", &["~plate"]),
    ("private_", &["~signature keys"]),
    ("digital_signature", &["~signature"]),
    ("electronic_signature", &["~signature"]),
    ("unique_electronic_id", &["~electronic identifiers"]),
    ("employee_id_with_code", &["~employee"]),
    ("employee_id_with_code_or_biometric", &["~employee", "biometric"]),
    ("mothers_maiden_name", &["~maiden"]),
    ("shared_secrets_tokens", &["~secrets"]),
    ("other_financial_access_numbers", &["~access to money"]),
    ("work_evaluations", &["~evaluations"]),
    ("any_", &["~without a name"]),
    ("elements_without_name", &["~without a name"]),
    ("dissociated_data", &["~linked data"]),
];

fn states() -> Vec<(String, Value)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/law/states.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared/data/law/states.yaml is missing");
        return Vec::new();
    };
    let source: Value = serde_norway::from_str(&text).unwrap();
    source["states"].as_mapping().unwrap().iter().map(|(code, entry)| (code.as_str().unwrap().to_string(), entry.clone())).collect()
}
fn strings(value: &Value) -> Vec<&str> {
    value.as_sequence().map_or_else(|| value.as_str().into_iter().collect(), |list| list.iter().filter_map(Value::as_str).collect())
}

#[test]
fn letters_say_what_the_collection_says() {
    let rules = Rules::builtin().unwrap();
    for (code, entry) in states() {
        let (mut must, mut must_not) = (BTreeSet::new(), BTreeSet::new());
        for phrase in strings(&entry["letter_content"]) {
            let (_, words) = LETTER.iter().find(|(known, _)| *known == phrase).unwrap_or_else(|| panic!("{code}: {phrase:?} has no code words"));
            for word in *words {
                _ = match word.strip_prefix('!') {
                    Some(word) => must_not.insert(word),
                    None => must.insert(*word),
                };
            }
        }
        let letter = &rules.jurisdiction(&code).unwrap().letter;
        assert_eq!(letter.must.iter().map(String::as_str).collect::<BTreeSet<_>>(), must, "{code}: must");
        assert_eq!(letter.must_not.iter().map(String::as_str).collect::<BTreeSet<_>>(), must_not, "{code}: must not");
    }
}

#[test]
fn the_data_is_what_the_collection_says() {
    let rules = Rules::builtin().unwrap();
    for (code, entry) in states() {
        let j = rules.jurisdiction(&code).unwrap();
        let (mut kinds, mut classes) = (BTreeSet::new(), BTreeSet::new());
        for token in strings(&entry["personal_information"]) {
            // The longest word that begins the token explains it.
            let (_, words) =
                DATA.iter().filter(|(known, _)| token.starts_with(known)).max_by_key(|(known, _)| known.len()).unwrap_or_else(|| panic!("{code}: {token:?}"));
            for word in *words {
                if let Some(part) = word.strip_prefix('~') {
                    assert!(j.also_covers.iter().any(|also| also.contains(part)), "{code}: {token} is not in also_covers");
                } else if let Some(class) = word.strip_prefix('+') {
                    classes.insert(class);
                } else {
                    assert!(j.data.iter().any(|d| d.kinds.iter().any(|k| k.as_str() == *word)), "{code}: {token} brings {word}");
                    kinds.insert(*word);
                }
            }
        }
        // And nothing more, but kinds that only show that care was given, and are asked about.
        let shows_care = [ElementKind::ServiceDate, ElementKind::Mrn, ElementKind::CaseNumber, ElementKind::Provider];
        let medical = kinds.contains("diagnosis");
        for kind in j.data.iter().flat_map(|d| &d.kinds) {
            let licence = *kind == ElementKind::DriversLicense;
            let whole = ["medication", "lab_result"].iter().any(|k| kinds.contains(k));
            let of_medical = medical && whole && ["lab_result", "imaging_result", "image", "service", "sensitive_note"].contains(&kind.as_str());
            assert!(
                kinds.contains(kind.as_str()) || licence || of_medical || medical && shows_care.contains(kind),
                "{code}: {kind:?} is not in the collection"
            );
        }
        let genetic = j.data.iter().any(|d| d.sensitive.contains(&Sensitive::Genetic));
        assert_eq!(genetic, classes.contains("genetic"), "{code}: genetic data");
        assert_eq!(genetic, entry["flags"]["genetic"].as_bool() != Some(false) || code == "DE" && genetic || code == "WI" && genetic, "{code}: genetic flag");
        for (flag, kind) in [
            ("medical_info", "diagnosis"),
            ("health_insurance", "insurance_id"),
            ("biometric", "biometric"),
            ("online_credentials", "credentials"),
            ("dob", "dob"),
        ] {
            if entry["flags"][flag].as_bool() == Some(true) {
                assert!(kinds.contains(kind), "{code}: flag {flag}");
            }
        }
        let ssn_alone = j.data.iter().any(|d| d.alone && d.kinds.contains(&ElementKind::Ssn));
        assert_eq!(ssn_alone, strings(&entry["personal_information"]).contains(&"ssn_standalone"), "{code}: SSN alone");
    }
}
