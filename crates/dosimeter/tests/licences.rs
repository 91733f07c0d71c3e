//! No dependency binds the project: each has a licence that `deny.toml` allows.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Whether an SPDX expression can be met with allowed licences. `/` is the old way to write OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ");
    let clean = |part: &str| part.trim().trim_matches(['(', ')']).trim().to_string();
    // AND binds tighter than OR, and a bracket around an OR makes it bind tighter still: check each AND part of each side.
    if expression.contains(") AND ") || expression.contains(" AND (") {
        return expression.split(" AND ").all(|part| clean(part).split(" OR ").any(|one| allowed.contains(&clean(one))));
    }
    expression.split(" OR ").any(|side| side.split(" AND ").all(|one| allowed.contains(&clean(one))))
}

/// The licence of a package that names only a file: told by its heading, as `cargo deny` tells it by the text.
fn by_text(package: &serde_json::Value) -> Option<&'static str> {
    let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
    let text = std::fs::read_to_string(folder.join(package["license_file"].as_str()?)).ok()?;
    text.trim_start().starts_with("MIT License").then_some("MIT")
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let deny: toml::Value = toml::from_str(&std::fs::read_to_string(root.join("deny.toml")).expect("deny.toml")).expect("TOML");
    let allowed: BTreeSet<String> = deny["licenses"]["allow"].as_array().expect("a list").iter().filter_map(|l| l.as_str().map(str::to_string)).collect();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(&root)
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let refused: Vec<String> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter(|p| !p["license"].as_str().or_else(|| by_text(p)).is_some_and(|l| is_allowed(l, &allowed)))
        .map(|p| format!("{} {}: {}", p["name"], p["version"], p["license"]))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn expressions() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0"].map(str::to_string).into();
    for (expression, expect) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("(MIT OR GPL-3.0) AND Apache-2.0", true),
        ("(GPL-2.0 OR GPL-3.0) AND MIT", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expect, "{expression}");
    }
}
