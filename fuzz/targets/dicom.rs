//! The bytes are DICOM attributes.
#![no_main]

use dosimeter_case::tables::Layout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dosimeter_fuzz::one(Layout::Dicom, bytes));
