//! Events that make a library panic, or that nobody should ever send: the process answers, and continues.

use std::fs;
use std::path::Path;

use sandbox::functions::{FUNCTIONS, Function, TOKEN};
use sandbox::testing::app::App;

use super::stage::Stage;
use crate::report::{Report, Row};

/// The fuzzer starts with the same ones.
const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/lambda_events");
const PREFIX: &str = "hostile-";
/// Odd but readable: they ask for something that does not exist.
const UNDERSTOOD: [&str; 6] = [
    "a-blank-in-the-path",
    "a-host-beyond-ascii",
    "a-host-that-is-an-address",
    "an-empty-host",
    "letters-beyond-ascii-in-the-raw-query",
    "odd-bytes-in-a-REST-APIs-query",
];

/// Sends each event to each binary behind the gateway, followed by an honest one.
pub async fn run(report: &mut Report, stage: &Stage) {
    let mut workers = Vec::new();
    for Function { name, .. } in FUNCTIONS {
        workers.push((name, stage.worker(name, &[]).await));
    }
    let mut token = stage.worker(TOKEN.name, &[]).await;
    let app = App::new(&stage.rig, "usr_events", "acct_alpine");
    let files = fs::read_dir(Path::new(EVENTS)).expect("the fuzzer's corpus").flatten();
    let mut files: Vec<_> = files.map(|file| file.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = name.strip_prefix(PREFIX) else { continue };
        let event = fs::read_to_string(&file).expect("an event");
        let mut seen = Vec::new();
        for (function, worker) in &mut workers {
            let answer = worker.invoke(&event).await;
            // Signed for no purpose, so that all refuse it in the same way.
            let next = worker.invoke(&app.event(function, "nothing", &[])).await;
            // `login` answers a browser with a page; the others answer with a code.
            let told = if answer.status == 404 { "404".to_owned() } else { answer.told() };
            seen.push(format!("{told}, then {}", next.told()));
        }
        seen.dedup();
        let answer = if UNDERSTOOD.contains(&name) { "404" } else { "400 bad_request" };
        report.row(Row {
            suite: "faults",
            case: format!("event with {name}, to all functions"),
            expected: format!("{answer}, then 400 signature_invalid"),
            seen: seen.join("; "),
        });
        let answer = token.invoke_directly(&event).await.told();
        let next = token.invoke_directly(&app.token_event().to_string()).await.told();
        report.row(Row {
            suite: "faults",
            case: format!("event with {name}, to token"),
            expected: "bad_request, then not_connected".to_owned(),
            seen: format!("{answer}, then {next}"),
        });
    }
}
