//! How often records of one person agree at each level: pairs per 10000 people of each training set.
//! Made by `examples/train_prior.rs` from generated populations; the command stands in `data/README.md`.

use crate::fields::{FIELDS, LEVELS};

/// By field and level, from level 1.
#[rustfmt::skip]
pub(crate) const ONE: [[u32; LEVELS]; FIELDS] = [
    [49201, 1839, 1965, 3621, 85, 153, 189, 934, 530, 69, 311, 0], // first
    [52723, 4051, 70, 376, 934, 1823, 0, 0, 0, 0, 0, 0], // last
    [2467, 13065, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0], // middle
    [223, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // suffix
    [27988, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // sex
    [41587, 109, 1282, 732, 227, 44, 32, 54, 416, 0, 0, 0], // dob
    [10337, 628, 300, 9, 233, 0, 0, 0, 0, 0, 0, 0], // ssn
    [15414, 0, 80, 7468, 238, 0, 0, 0, 0, 0, 0, 0], // mrn
    [3797, 0, 0, 0, 1492, 0, 0, 0, 0, 0, 0, 0], // member_id
    [11608, 444, 4650, 0, 0, 0, 0, 0, 0, 0, 0, 0], // phone
    [1547, 56, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], // email
    [25856, 1702, 3586, 0, 0, 0, 0, 0, 0, 0, 0, 0], // street
    [637, 76, 2872, 27558, 0, 0, 0, 0, 0, 0, 0, 0], // place
    [40762, 19238, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // facility
];
