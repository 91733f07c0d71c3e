//! Every jurisdiction has duties that are tested: 1,200 residents with name, identity number and diagnosis, discovered on 2026-03-10 and determined
//! on 2026-03-20. The dates were worked out by hand from the fact collection, not from the program.

mod common;

use common::{provider, row};
use dosimeter_case::tables::ElementKind::{Diagnosis, Name, Ssn};
use dosimeter_law::{EntityKind, Rules, assess};

/// State; its people under a covered entity; its people under an entity outside HIPAA; its main authority under the latter (`-`: none).
const EXPECT: &str = "
AK  due -                     due -             ak-ag not_triggered -
AL  deemed 2026-05-09         due 2026-05-04    al-ag due 2026-05-04
AR  due -                     due -             ar-ag due 2026-05-04
AZ  deemed 2026-05-09         due 2026-05-04    az-homeland due 2026-05-04
CA  due 2026-04-09            due 2026-04-09    ca-ag due -
CO  due 2026-04-19            due 2026-04-19    co-ag due 2026-04-19
CT  deemed 2026-05-09         due 2026-05-09    ct-ag due 2026-05-09
DC  deemed 2026-05-09         due -             dc-ag due -
DE  deemed 2026-05-09         due 2026-05-19    de-ag due 2026-05-19
FL  deemed 2026-05-09         due 2026-04-19    fl-ag due 2026-04-19
GA  not_triggered -           not_triggered -   ga-cra not_triggered -
GU  due -                     due -             -
HI  deemed 2026-05-09         due -             hi-consumer-affairs due -
IA  deemed 2026-05-09         due -             ia-ag due -
ID  due -                     due -             id-ag not_triggered -
IL  deemed 2026-05-09         due -             il-ag due -
IN  due 2026-04-24            due 2026-04-24    in-ag due 2026-04-24
KS  due -                     due -             ks-cra due -
KY  not_triggered -           due -             ky-cra due -
LA  due 2026-05-09            due 2026-05-09    la-ag due -
MA  due -                     due -             ma-consumer-affairs due -
MD  deemed 2026-05-09         due 2026-04-24    md-ag due 2026-04-24
ME  due 2026-04-19            due 2026-04-19    me-ag due 2026-04-19
MI  deemed 2026-05-09         due -             mi-cra due -
MN  due -                     due -             mn-cra due 2026-03-22T00:00
MO  due -                     due -             mo-ag due -
MS  due -                     due -             -
MT  due -                     due -             mt-ag due -
NC  due -                     due -             nc-ag due -
ND  deemed 2026-05-09         due -             nd-ag due -
NE  due -                     due -             ne-ag due -
NH  due -                     due -             nh-ag due -
NJ  due -                     due -             nj-police due -
NM  not_triggered -           due 2026-04-24    nm-ag due 2026-04-24
NV  due -                     due -             nv-cra due -
NY  due 2026-04-09            due 2026-04-09    ny-state-department due 2026-04-09
OH  not_triggered -           due 2026-04-24    oh-cra due -
OK  deemed 2026-05-09         due -             ok-ag due -
OR  deemed 2026-05-09         due 2026-04-24    or-ag due 2026-04-24
PA  due -                     due -             pa-ag due -
PR  due -                     due -             pr-consumer-affairs due 2026-03-20
RI  deemed 2026-05-09         due 2026-05-04    ri-ag due 2026-05-04
SC  due -                     due -             sc-consumer-affairs due -
SD  deemed 2026-05-09         due 2026-05-09    sd-ag due 2026-05-09
TN  not_triggered -           due 2026-04-24    tn-cra due -
TX  due 2026-05-19            due 2026-05-19    tx-ag due 2026-04-19
UT  due -                     due -             ut-cyber due -
VA  due -                     due -             va-ag-detail due -
VI  due -                     due -             -
VT  due 2026-04-24            due 2026-04-24    vt-ag due 2026-03-30
WA  deemed 2026-05-09         due 2026-04-09    wa-ag due 2026-04-09
WI  deemed 2026-05-09         due 2026-04-24    wi-cra due -
WV  due -                     due -             wv-cra due -
WY  deemed 2026-05-09         due -             -
";

#[test]
fn every_jurisdiction_has_tested_duties() {
    let rules = Rules::builtin().unwrap();
    let mut states: Vec<&str> = Vec::new();
    for line in EXPECT.trim().lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let state = words[0];
        states.push(state);
        let mut facts = provider("2026-03-10", &[(state, 1_200)], &[Name, Ssn, Diagnosis]);
        facts.incident.determined = Some("2026-03-20".to_string().try_into().unwrap());
        let got = |kind: EntityKind, rule: &str| {
            let facts = dosimeter_law::Facts { entity: dosimeter_law::Entity { kind, ..facts.entity.clone() }, ..facts.clone() };
            let rows = assess(&facts, &rules);
            let row = row(&rows, state, rule);
            format!("{} {}", row.status, row.due.as_deref().unwrap_or("-"))
        };
        let people = format!("{}-individuals", state.to_lowercase());
        assert_eq!(got(EntityKind::CoveredEntity, &people), words[1..3].join(" "), "{state}: covered entity");
        assert_eq!(got(EntityKind::Other, &people), words[3..5].join(" "), "{state}: outside HIPAA");
        if words[5] != "-" {
            assert_eq!(got(EntityKind::Other, words[5]), words[6..8].join(" "), "{state}: {}", words[5]);
        }
    }
    let pack: Vec<&str> = rules.jurisdictions()[1..].iter().map(|j| j.jurisdiction.as_str()).collect();
    assert_eq!(states, pack);
}
