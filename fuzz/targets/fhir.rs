//! The bytes are a JSON document, FHIR or not.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dosimeter_fuzz::one(Layout::Json, bytes));
