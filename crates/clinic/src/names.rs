//! The lists that people, streets and texts are put together from. Written for this project; Latin-1 only, so that every format can hold them.

use std::sync::LazyLock;

/// Given names of women.
pub static WOMEN: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/women.txt").lines().collect());

/// Given names of men.
pub static MEN: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/men.txt").lines().collect());

/// Family names; the first twenty are drawn more often.
pub static LAST: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/last.txt").lines().collect());

/// Given name and what friends say, joined by `=`; see [`nickname`].
pub static NICKNAMES: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/nicknames.txt").lines().collect());
/// A pair of [`NICKNAMES`].
pub fn nickname(pair: &'static str) -> (&'static str, &'static str) {
    pair.split_once('=').unwrap_or((pair, pair))
}

/// City, State, postal code: the home State first (Missouri), then Kansas across the river.
pub const HOME: &[(&str, &str, &str)] = &[
    ("Kansas City", "MO", "64108"),
    ("Kansas City", "MO", "64111"),
    ("Kansas City", "MO", "64131"),
    ("Independence", "MO", "64055"),
    ("Lee's Summit", "MO", "64063"),
    ("Liberty", "MO", "64068"),
    ("Blue Springs", "MO", "64015"),
    ("Raytown", "MO", "64133"),
    ("Belton", "MO", "64012"),
    ("Grandview", "MO", "64030"),
];
/// The neighbouring State.
pub const NEAR: &[(&str, &str, &str)] =
    &[("Overland Park", "KS", "66204"), ("Olathe", "KS", "66061"), ("Kansas City", "KS", "66102"), ("Lenexa", "KS", "66215"), ("Leavenworth", "KS", "66048")];
/// Further away.
pub const FAR: &[(&str, &str, &str)] = &[
    ("Omaha", "NE", "68104"),
    ("Tulsa", "OK", "74105"),
    ("Des Moines", "IA", "50310"),
    ("Fayetteville", "AR", "72701"),
    ("Austin", "TX", "78704"),
    ("Phoenix", "AZ", "85016"),
    ("Springfield", "IL", "62704"),
    ("Sacramento", "CA", "95816"),
    ("Albany", "NY", "12203"),
    ("Tacoma", "WA", "98405"),
];
/// Addresses abroad: street, city, postal code, ISO country.
pub const ABROAD: &[(&str, &str, &str, &str)] = &[
    ("14 rue des Lilas", "Lyon", "69003", "FR"),
    ("Av. Juárez 214", "Puebla", "72000", "MX"),
    ("8 Birchmount Road", "Toronto", "M1N 3J5", "CA"),
    ("Lindenweg 5", "Bonn", "53115", "DE"),
];

/// Street names.
pub static STREETS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/streets.txt").lines().collect());

/// Insurer and the first letters of its member numbers.
pub const PAYERS: &[(&str, &str)] =
    &[("Heartland Mutual Health", "HMH"), ("Great Plains PPO", "GPP"), ("Riverbend Community Plan", "RCP"), ("Meridian Health Partners", "MHP")];

/// Study: modality, description.
pub const STUDIES: &[(&str, &str)] = &[
    ("CT", "CT Chest with contrast"),
    ("CT", "CT Abdomen and Pelvis without contrast"),
    ("CT", "CT Head without contrast"),
    ("MR", "MRI Brain with and without contrast"),
    ("MR", "MRI Left Knee without contrast"),
    ("MR", "MRI Cervical Spine without contrast"),
    ("CR", "Chest radiograph, two views"),
    ("CR", "Right wrist radiograph, three views"),
    ("US", "Ultrasound Abdomen complete"),
    ("US", "Ultrasound Thyroid"),
    ("MG", "Digital screening mammogram, bilateral"),
    ("NM", "Bone scan, whole body"),
    ("MR", "MRI Lumbar Spine without contrast"),
];

/// Diagnosis, its ICD-10-CM code, a finding in the words of a report, and the [`STUDIES`] that find it.
pub const DIAGNOSES: &[(&str, &str, &str, &[usize])] = &[
    ("Solitary pulmonary nodule", "R91.1", "A 7 mm solid nodule is seen in the right upper lobe.", &[0, 6]),
    ("Cholelithiasis", "K80.20", "Several mobile gallstones without wall thickening.", &[8, 1]),
    ("Low back pain", "M54.50", "Mild facet arthropathy at L4-L5, no canal stenosis.", &[12]),
    ("Tear of medial meniscus", "S83.241A", "Oblique tear of the posterior horn of the medial meniscus.", &[4]),
    ("Migraine", "G43.909", "No mass, haemorrhage or restricted diffusion.", &[3, 2]),
    ("Type 2 diabetes mellitus", "E11.9", "Vascular calcification, otherwise unremarkable.", &[1]),
    ("Essential hypertension", "I10", "Heart size at the upper limit of normal.", &[6]),
    ("Parkinson disease", "G20.A1", "Preserved nigrosome signal is not identified.", &[3]),
    ("Hodgkin lymphoma", "C81.90", "Bulky mediastinal adenopathy, 6.1 cm in greatest dimension.", &[0]),
    ("Nontoxic single thyroid nodule", "E04.1", "A 14 mm hypoechoic nodule in the left lobe, TI-RADS 4.", &[9]),
    ("Crohn disease", "K50.90", "Mural thickening of the terminal ileum over 8 cm.", &[1]),
    ("HIV disease", "B20", "Resolving bilateral ground-glass opacities.", &[0]),
    ("Major depressive disorder", "F33.1", "No acute intracranial abnormality.", &[3, 2]),
    ("Alcohol dependence", "F10.20", "Diffuse hepatic steatosis.", &[8, 1]),
    ("Fracture of distal radius", "S52.501A", "Impacted fracture of the distal radius with 10 degrees of dorsal tilt.", &[7]),
    ("Asthma", "J45.909", "Lungs hyperinflated without consolidation.", &[6]),
    ("Secondary malignant neoplasm of bone", "C79.51", "Increased uptake in the left iliac wing and in T9.", &[11]),
    ("Cervicalgia", "M54.2", "Disc protrusion at C5-C6 without cord compression.", &[5]),
    ("Encounter for screening mammogram", "Z12.31", "No suspicious mass or calcification, BI-RADS 1.", &[10]),
];
