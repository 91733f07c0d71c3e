//! The code words of the rule files: whom a notice goes to, and what it must or must not say.

/// Recipients, with what they are called in text.
pub const RECIPIENTS: &[(&str, &str)] = &[
    ("attorney_general", "the Attorney General"),
    ("consumer_affairs", "the State's consumer-protection office"),
    ("consumer_reporting_agencies", "the nationwide credit bureaus"),
    ("covered_entity", "the covered entity"),
    ("cyber_center", "the State's cyber center"),
    ("data_owner", "the owner of the data"),
    ("department_of_state", "the Department of State"),
    ("financial_services", "the Department of Financial Services"),
    ("ftc", "the Federal Trade Commission"),
    ("guardians", "parents and guardians of minors"),
    ("health_department", "the health department"),
    ("hhs", "the Secretary of Health and Human Services"),
    ("homeland_security", "the State's Department of Homeland Security"),
    ("identity_protection", "the people: a service to be offered"),
    ("individuals", "the people"),
    ("media", "prominent media"),
    ("next_of_kin", "next of kin of the deceased"),
    ("sec", "the Securities and Exchange Commission"),
    ("state_police", "the State Police"),
    ("substitute_notice", "people without a good address"),
];

/// What a notice must, or must not, say.
pub const CONTENT: &[(&str, &str)] = &[
    ("attorney_general_contact", "how to reach the State's Attorney General"),
    ("contact", "how to reach the entity"),
    ("copy_of_letter", "a copy of the letter"),
    ("count_of_people", "how many people are affected in all"),
    ("count_of_residents", "how many residents are affected"),
    ("credit_bureau_contacts", "how to reach the nationwide credit bureaus"),
    ("data_types", "the kinds of data, not their values"),
    ("data_types_on_request", "the kinds of data, if the person asks in writing"),
    ("date_discovered", "when it was discovered"),
    ("date_of_breach", "when it happened, or between which days"),
    ("date_of_notice", "the date of the letters"),
    ("fair_credit_rights", "rights under the Fair Credit Reporting Act"),
    ("five_headings", "the five headings of the California form"),
    ("fraud_alert", "what a fraud alert is"),
    ("ftc_contact", "how to reach the Federal Trade Commission"),
    ("government_help_contacts", "State and federal agencies that help with identity theft"),
    ("identity_protection_offer", "the offer of a free service"),
    ("identity_theft_statement", "where to learn how to avoid identity theft"),
    ("knows_of_acquisition", "that the entity knows of the acquisition"),
    ("law_enforcement_delay_stated", "whether law enforcement delayed the letter"),
    ("law_enforcement_involvement", "whether law enforcement investigates"),
    ("method_of_notice", "how the people are told"),
    ("monetary_impact", "an estimate of the monetary impact"),
    ("names_of_patients", "the names of the patients"),
    ("nature_of_breach", "what kind of breach it was"),
    ("parent_company", "the parent or affiliated company"),
    ("plain_language", "written plainly"),
    ("police_report_right", "the right to a police report"),
    ("protective_steps", "what people can do"),
    ("report_identity_theft", "advice to report identity theft"),
    ("safeguards", "which safeguards were in place"),
    ("security_freeze", "how to get a free security freeze"),
    ("security_program", "whether a written information security program exists"),
    ("services_offered", "what services are offered"),
    ("title_notice_of_data_breach", "the title \"Notice of Data Breach\""),
    ("toll_free_number", "a toll-free number"),
    ("watch_statements", "advice to watch accounts and statements"),
    ("web_site", "a web site"),
    ("what_happened", "a short account of what happened"),
    ("what_is_being_done", "what the entity does about it"),
];

/// What a code word means.
pub fn meaning(word: &str) -> Option<&'static str> {
    RECIPIENTS.iter().chain(CONTENT).find(|(w, _)| *w == word).map(|(_, meaning)| *meaning)
}
