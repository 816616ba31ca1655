//! Everything that `docs/threat-model.md` names exists.

use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(workspace().join("docs/threat-model.md")).expect("the page")
}

fn rows() -> Vec<String> {
    let page = page();
    let (_, table) = page.split_once("## Thirty known weaknesses").expect("the table");
    let (table, _) = table.split_once("\n## ").expect("its end");
    table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #"))
        .map(str::to_owned)
        .collect()
}

/// Links of the form ``[`name`](../file)``.
fn named(row: &str) -> Vec<(&str, &str)> {
    let links = row.split("[`").skip(1);
    links
        .filter_map(|link| link.split_once("`](../"))
        .filter_map(|(name, rest)| Some((name, rest.split_once(')')?.0)))
        .collect()
}

#[test]
fn all_thirty_are_there_each_with_a_test_or_among_what_remains() {
    let rows: Vec<_> = rows().into_iter().filter(|row| !row.starts_with("| ---")).collect();
    assert_eq!(rows.len(), 30);
    for (row, number) in rows.iter().zip(1..) {
        assert!(row.starts_with(&format!("| {number} | ")), "{row}");
        assert!(!named(row).is_empty() || row.ends_with("| remaining risk |"), "{row}");
    }
}

#[test]
fn every_test_and_case_that_is_named_exists() {
    for line in page().lines() {
        for (name, file) in named(line) {
            let source = std::fs::read_to_string(workspace().join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            let is_function = Path::new(file).extension().is_some_and(|extension| extension == "rs")
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let exists =
                if is_function { source.contains(&format!("fn {name}(")) } else { source.contains(name) };
            assert!(exists, "{file} has no {name}");
        }
    }
}

#[test]
fn every_reason_to_refuse_what_stripes_libraries_take_is_there() {
    for (reason, _) in crate::differential::REASONS {
        assert!(page().contains(&format!("\n| {reason} | ")), "{reason}");
    }
    assert!(page().contains(crate::differential::BREAKS.0));
}
