//! The glue of each stage: reads its tables, calls the crate that does the work, writes its tables.

pub mod affected;
pub mod assess;
pub mod compare;
pub mod detect;
pub mod draft;
pub mod expose;
pub mod extract;
pub mod find;
pub mod import;
pub mod resolve;
pub mod trace;
