//! The bytes are form fields.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| dosimeter_fuzz::one(Layout::Form, bytes));
