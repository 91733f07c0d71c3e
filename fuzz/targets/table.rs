//! The bytes are a table of a spreadsheet or delimited file: its column names, then rows.
#![no_main]

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| {
    dosimeter_fuzz::check(&[dosimeter_fuzz::table(0, "Sheet1!rows 1-9", &String::from_utf8_lossy(bytes))]);
});
