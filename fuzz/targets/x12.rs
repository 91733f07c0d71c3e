//! The bytes are one X12 transaction set.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dosimeter_fuzz::one(Layout::X12, bytes));
