//! The bytes are the tables of a dump or database, apart by form feeds, whose rows may refer to one another.
#![no_main]

libfuzzer_sys::fuzz_target!(init: dosimeter_fuzz::ready(), |bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let tables: Vec<_> = text
        .split('\u{c}')
        .take(8)
        .enumerate()
        .map(|(n, table)| dosimeter_fuzz::table(n as i64, &format!("{}!rows 1-9", ["patients", "visits", "staff", "t"][n % 4]), table))
        .collect();
    dosimeter_fuzz::check(&tables);
});
