//! The bytes are DICOM attributes.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| dosimeter_fuzz::one(Layout::Dicom, bytes));
