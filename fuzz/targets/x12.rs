//! The bytes are one X12 transaction set.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| dosimeter_fuzz::one(Layout::X12, bytes));
