//! Imports in this crate run one way: a module imports only from lower layers, so that it can be read and
//! changed without those above.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The modules, the lowest layer first.
const LAYERS: [&[&str]; 11] = [
    &["authorization_code", "clock", "environment", "error", "json", "pkce", "route", "stripe_user"],
    &["owner"],
    &["log", "response"],
    &["http"],
    &["invocation", "settings"],
    &["dashboard", "direct_invocation", "flow", "sealed", "signed_request"],
    &["link_scope", "secret_store"],
    &["provider"],
    &["tokens"],
    &["access"],
    &["lambda"],
];

/// Adds the modules that the file or folder imports, each with the line that imports it.
fn imports(path: &Path, found: &mut BTreeMap<String, String>) {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().for_each(|entry| imports(&entry.unwrap().path(), found));
    }
    if path.file_name().unwrap() == "tests.rs" {
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for import in line.split("crate::").skip(1) {
            let name = import.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').next().unwrap();
            found.insert(name.to_owned(), format!("{}: {}", path.display(), line.trim()));
        }
    }
}

#[test]
fn a_module_imports_only_from_lower_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layer = |name: &str| LAYERS.iter().position(|modules| modules.contains(&name));
    let mut count = 0;
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "lib" || path.extension().is_some_and(|extension| extension != "rs") {
            continue;
        }
        let own = layer(&name).unwrap_or_else(|| panic!("{name} is in no layer"));
        let mut found = BTreeMap::new();
        imports(&path, &mut found);
        for (import, line) in found.into_iter().filter(|(import, _)| *import != name) {
            let below =
                layer(&import).unwrap_or_else(|| panic!("import from the module, not from lib.rs: {line}"));
            assert!(below < own, "{name} is not above {import}: {line}");
            count += 1;
        }
    }
    assert!(count > 50, "only {count} imports were found");
}
