//! Kinds of data in plain words, and what follows from them.

use dosimeter_case::tables::ElementKind;

/// A kind of data as a letter names it.
pub fn element_words(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Name => "name",
        ElementKind::Address => "postal address",
        ElementKind::Dob => "date of birth",
        ElementKind::Ssn => "Social Security number",
        ElementKind::Mrn => "medical record number",
        ElementKind::CaseNumber => "case or visit number",
        ElementKind::Phone => "telephone number",
        ElementKind::Email => "e-mail address",
        ElementKind::InsuranceId => "health insurance number",
        ElementKind::Mbi => "Medicare number",
        ElementKind::MedicaidId => "Medicaid number",
        ElementKind::DriversLicense => "driver's license or State identification number",
        ElementKind::Passport => "passport number",
        ElementKind::AccountNumber => "patient or billing account number",
        ElementKind::BankAccount => "bank account number",
        ElementKind::CardNumber => "credit or debit card number",
        ElementKind::Diagnosis => "diagnosis or health condition",
        ElementKind::Procedure => "procedure or treatment",
        ElementKind::Medication => "medication",
        ElementKind::LabResult => "laboratory result",
        ElementKind::ImagingResult => "result of an imaging exam",
        ElementKind::ServiceDate => "date of service",
        ElementKind::Service => "type of service received",
        ElementKind::Provider => "name of a doctor or other provider",
        ElementKind::Image => "photograph or medical image",
        ElementKind::Biometric => "fingerprint or other biometric data",
        ElementKind::DeviceId => "number of a medical or other device",
        ElementKind::VehicleId => "vehicle or license plate number",
        ElementKind::IpAddress => "internet (IP) address",
        ElementKind::Url => "web address",
        ElementKind::Certificate => "certificate or license number",
        ElementKind::Credentials => "user name and password",
        ElementKind::Employer => "employer",
        ElementKind::Relationship => "family relationship or emergency contact",
        ElementKind::SensitiveNote => "notes from a visit",
        ElementKind::Other => "other information in the record",
    }
}

/// What a person should do, by the kinds of data: names of the paragraphs in `letter.typ`.
pub(crate) fn advice(kinds: &[ElementKind]) -> Vec<&'static str> {
    use ElementKind::*;
    let any = |wanted: &[ElementKind]| kinds.iter().any(|k| wanted.contains(k));
    let mut flags = Vec::new();
    let health = [
        Mrn,
        CaseNumber,
        InsuranceId,
        Mbi,
        MedicaidId,
        Diagnosis,
        Procedure,
        Medication,
        LabResult,
        ImagingResult,
        ServiceDate,
        Service,
        Provider,
        Image,
        SensitiveNote,
    ];
    if any(&health) {
        flags.push("insurance");
    }
    if any(&[BankAccount, CardNumber, AccountNumber]) {
        flags.push("money");
    }
    if any(&[Credentials]) {
        flags.push("credentials");
    }
    if any(&[Phone, Email, Credentials]) {
        flags.push("contact");
    }
    if any(&[Ssn, DriversLicense, Passport, BankAccount, CardNumber, Biometric]) || (any(&[Name]) && any(&[Dob])) {
        flags.push("identity");
    }
    flags
}

/// Groups and sub-options of the HHS form: clinical, demographic, financial, other.
pub(crate) fn form_groups(kinds: &[ElementKind]) -> [Vec<&'static str>; 4] {
    use ElementKind::*;
    let mut groups: [Vec<&'static str>; 4] = Default::default();
    for kind in kinds {
        let (group, option) = match kind {
            Diagnosis => (0, "Diagnosis/Conditions"),
            LabResult => (0, "Lab Results"),
            Medication => (0, "Medications"),
            Procedure | ImagingResult | ServiceDate | Service | Provider | Image | SensitiveNote | CaseNumber => (0, "Other Treatment Information"),
            Address => (1, "Address/ZIP"),
            Dob => (1, "Date of Birth"),
            DriversLicense => (1, "Driver's License"),
            Name => (1, "Name"),
            Ssn => (1, "SSN"),
            Mrn | Phone | Email | Passport | Biometric | DeviceId | VehicleId | IpAddress | Url | Certificate | Employer | Relationship => {
                (1, "Other Identifier")
            }
            InsuranceId | Mbi | MedicaidId => (2, "Claims Information"),
            BankAccount | CardNumber => (2, "Credit Card/Bank Acct #"),
            AccountNumber => (2, "Other Financial Information"),
            Credentials => (3, "user names and passwords"),
            Other => (3, "other information"),
        };
        if let Some(list) = groups.get_mut(group)
            && !list.contains(&option)
        {
            list.push(option);
        }
    }
    groups.each_mut().map(|group| {
        group.sort_unstable();
        std::mem::take(group)
    })
}

/// Without control characters, invisible format characters and repeated white space.
pub(crate) fn clean(text: &str) -> String {
    let format = |c: char| matches!(u32::from(c), 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f);
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !format(*c)).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paragraphs, which stand between blank lines.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let mut list = vec![String::new()];
    for line in text.lines() {
        match list.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                last.push_str(line);
                last.push('\n');
            }
            _ => list.push(String::new()),
        }
    }
    list.iter().map(|p| clean(p)).filter(|p| !p.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_and_a_place_in_the_form() {
        for kind in ElementKind::ALL {
            assert!(!element_words(*kind).is_empty() && !element_words(*kind).contains('_'), "{kind}");
            assert_eq!(form_groups(&[*kind]).iter().map(Vec::len).sum::<usize>(), 1, "{kind}");
        }
    }

    #[test]
    fn advice_follows_the_kinds() {
        fn check(kinds: &[ElementKind], expect: &[&str]) {
            assert_eq!(advice(kinds), expect);
        }
        check(&[ElementKind::Name], &[]);
        check(&[ElementKind::Name, ElementKind::Diagnosis], &["insurance"]);
        check(&[ElementKind::Name, ElementKind::Ssn], &["identity"]);
        check(&[ElementKind::Email, ElementKind::Credentials], &["credentials", "contact"]);
    }

    #[test]
    fn cleaned() {
        assert_eq!(clean(" Ann\u{202e}\n\tDoe\0 "), "Ann Doe");
        assert_eq!(paragraphs("a\nb\n\n \nc\r\n"), ["a b", "c"]);
    }
}
