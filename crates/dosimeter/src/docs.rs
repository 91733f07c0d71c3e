//! The generated pages of the documentation: tables and stages. A test fails when the committed pages differ.

use dosimeter_case::tables as t;
use dosimeter_case::{Error, Result, Row};
use std::path::Path;

/// Name and text of every generated page.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![("tables.md", tables()), ("stages.md", crate::run::describe_stages()), ("commands.md", commands())]
}

/// Writes the pages into a folder.
pub fn write(dir: &Path) -> Result<()> {
    for (name, text) in pages() {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|e| Error::io(&path, e))?;
    }
    Ok(())
}

fn table<T: Row>(text: &mut String) {
    let clean = |doc: &str| doc.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().replace('|', "\\|");
    *text += &format!("\n## {}\n\n{}\n\n| column | type | what |\n|---|---|---|\n", T::TABLE, clean(T::DOC));
    for (field, (name, doc)) in T::schema().fields().iter().zip(T::COLUMNS) {
        let kind = format!("{}{}", field.data_type(), if field.is_nullable() { ", or null" } else { "" }).replace('|', "\\|");
        *text += &format!("| `{name}` | {kind} | {} |\n", clean(doc));
    }
}

fn tables() -> String {
    let mut text = String::from(
        "# Tables\n\nGenerated from `crates/case/src/tables.rs` by `dosimeter docs`; a test keeps it true. Ids are unsigned 64-bit numbers in the files and 16 hexadecimal digits wherever they are shown.\n",
    );
    table::<t::Evidence>(&mut text);
    table::<t::Event>(&mut text);
    table::<t::Coverage>(&mut text);
    table::<t::Reject>(&mut text);
    table::<t::Detection>(&mut text);
    table::<t::Session>(&mut text);
    table::<t::Access>(&mut text);
    table::<t::BlindSpot>(&mut text);
    table::<t::Unexplained>(&mut text);
    table::<t::ClockSkew>(&mut text);
    table::<t::Document>(&mut text);
    table::<t::Passage>(&mut text);
    table::<t::Mention>(&mut text);
    table::<t::Record>(&mut text);
    table::<t::Link>(&mut text);
    table::<t::Person>(&mut text);
    table::<t::PersonRecord>(&mut text);
    table::<t::HeadCount>(&mut text);
    table::<t::Question>(&mut text);
    table::<t::Exposure>(&mut text);
    table::<t::Obligation>(&mut text);
    table::<t::Notice>(&mut text);
    table::<t::PastIncident>(&mut text);
    table::<t::Comparison>(&mut text);
    text
}

fn commands() -> String {
    use clap::CommandFactory;
    let mut text = String::from(
        "# Commands\n\nGenerated from `crates/dosimeter/src/cli.rs` by `dosimeter docs`; a test keeps it true.\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 a person must decide.\n",
    );
    let command = crate::cli::Cli::command().term_width(100);
    for sub in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        let mut sub = sub.clone().bin_name(format!("dosimeter {}", sub.get_name())).term_width(100);
        let help = sub.render_long_help().to_string();
        text += &format!("\n## {}\n\n```text\n{}\n```\n", sub.get_name(), help.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_pages_are_true() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
        for (name, text) in pages() {
            let committed = std::fs::read_to_string(dir.join(name)).unwrap_or_default();
            assert!(committed == text, "docs/reference/{name} is out of date: run `cargo run -p dosimeter -- docs docs/reference`");
        }
    }

    #[test]
    fn every_table_of_the_pipeline_is_documented() {
        let text = tables();
        for table in crate::pipeline::STAGES.iter().flat_map(|s| s.writes) {
            assert!(text.contains(&format!("\n## {table}\n")), "{table}");
        }
    }
}
