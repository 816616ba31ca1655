//! The parts of `docs/providers/which.md` that are made from the presets.

use std::fmt::Write as _;

use serde_json::Value;

use super::PRESETS;

const PAGE: &str = include_str!("../../../../docs/providers/which.md");

#[test]
fn the_page_says_what_the_files_say() {
    for part in [table(), unverified()] {
        assert!(PAGE.contains(&part), "docs/providers/which.md must contain\n\n{part}");
    }
}

/// Each preset's name and file.
fn presets() -> impl Iterator<Item = (&'static str, Value)> {
    PRESETS.iter().map(|(name, text)| (*name, serde_json::from_str(text).unwrap()))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn table() -> String {
    let mut table = concat!(
        "| provider | `PROVIDER` | what to register there | default scopes | tenant, such as ",
        "| says whether the e-mail is verified | refresh token | revoked at logout |\n",
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    .to_owned();
    for (name, file) in presets() {
        let cells = [
            text(&file, "/name").unwrap().to_owned(),
            format!("`{name}`"),
            text(&file, "/register").unwrap().to_owned(),
            scopes(&file),
            tenant(&file),
            verified(&file).to_owned(),
            refresh_token(&file),
            revoked(&file),
        ];
        writeln!(table, "| {} |", cells.join(" | ")).unwrap();
    }
    table
}

fn scopes(file: &Value) -> String {
    let scopes = file.pointer("/authorization/scopes").and_then(Value::as_array);
    scopes.map_or_else(none, |scopes| {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str().unwrap()).collect();
        format!("`{}`", scopes.join(" "))
    })
}

fn tenant(file: &Value) -> String {
    match (text(file, "/tenant/example"), text(file, "/tenant/default")) {
        (Some(example), Some(default)) => format!("`{example}` (default `{default}`)"),
        (Some(example), None) => format!("`{example}`"),
        _ => none(),
    }
}

fn verified(file: &Value) -> &'static str {
    let is_never_told = file.pointer("/userinfo/email_verified") == Some(&Value::Array(Vec::new()));
    if is_never_told { "no" } else { "yes" }
}

fn refresh_token(file: &Value) -> String {
    let grace = match file.pointer("/token/grace_seconds").and_then(Value::as_u64) {
        None => String::new(),
        Some(seconds) if seconds % 86400 == 0 => format!(", {} days grace", seconds / 86400),
        Some(seconds) if seconds % 60 == 0 => format!(", {} min grace", seconds / 60),
        Some(seconds) => format!(", {seconds} s grace"),
    };
    match text(file, "/token/rotation") {
        Some("none") => "stays".to_owned(),
        Some("rotating") => format!("rotates{grace}"),
        Some(_) => format!("rotates, strict{grace}"),
        None => none(),
    }
}

fn revoked(file: &Value) -> String {
    if text(file, "/revocation/url").is_none() {
        return none();
    }
    if file.pointer("/revocation/shared") == Some(&Value::Bool(true)) {
        return "no: others share it".to_owned();
    }
    let method = text(file, "/revocation/method").unwrap_or("POST");
    let token = text(file, "/revocation/tokens").unwrap_or("refresh_token").replace('_', " ");
    format!("{method}, {token}")
}

fn none() -> String {
    "–".to_owned()
}

fn unverified() -> String {
    let mut list = String::new();
    for (_, file) in presets() {
        let notes = file["unverified"].as_array().unwrap();
        if !notes.is_empty() {
            let notes: Vec<_> = notes.iter().map(|note| note.as_str().unwrap()).collect();
            writeln!(list, "- **{}**: {}.", text(&file, "/name").unwrap(), notes.join("; ")).unwrap();
        }
    }
    list
}
