//! Compares our signature verifier with Stripe's own, from npm and from `PyPI`, on generated headers.
//!
//! Whatever ours accepts, theirs must accept. Whatever ours refuses and theirs accept, ours refuses for one of
//! [`REASONS`], which `docs/threat-model.md` lists.

mod headers;
mod theirs;

use shared::http::Timeouts;
use shared::settings::Source;
use shared::signed_request::Verifier;
use shared::{Clock, Environment, Http};

use crate::report::{Report, Row};
use headers::{ACCOUNT, NOW, SECRET, USER};
use theirs::{Library, Verdict};

/// A property of a header: its name, and whether a header has it.
pub type Property = (&'static str, fn(&str) -> bool);

/// Why ours refuses what theirs accept.
pub const REASONS: [Property; 5] = [
    ("longer than 4096 bytes", |header| header.len() > 4096),
    ("an item that is not one scheme and one value", |header| {
        items(header).any(|item| item.matches('=').count() != 1)
    }),
    ("a second t", |header| values(header, "t").count() > 1),
    ("a t that is not plain digits", |header| values(header, "t").any(|time| !is_plain(time))),
    ("a t more than 60 s ahead", |header| values(header, "t").any(is_ahead)),
];
/// Where theirs throw a different kind of error, and ours continues.
pub const BREAKS: Property = ("an empty or non-ASCII v1 next to a right one", |header| {
    values(header, "v1").any(|value| value.is_empty() || !value.is_ascii())
});

/// Compares ours with theirs on this many headers from this seed.
pub async fn run(report: &mut Report, count: usize, seed: u64) {
    let verifier = ours().await;
    let headers = headers::generate(seed, count);
    let mut ours = Vec::with_capacity(headers.len());
    for header in &headers {
        ours.push(accepts(&verifier, header));
    }
    report.say(&format!(
        "differential: {count} headers of seed {seed}, {} accepted by ours",
        ours.iter().filter(|ours| **ours).count()
    ));
    for library in Library::ALL {
        match tokio::task::block_in_place(|| library.verdicts(&headers)) {
            Ok(theirs) => compare(report, library.name(), &headers, &ours, &theirs),
            Err(why) => report.not_run(&format!("the comparison with {} ({why})", library.name())),
        }
    }
}

fn compare(report: &mut Report, library: &str, headers: &[String], ours: &[bool], theirs: &[Verdict]) {
    let mut both = 0;
    let mut broken = 0;
    let mut unlike = Vec::new();
    let mut seen = [0; REASONS.len()];
    for ((header, ours), theirs) in headers.iter().zip(ours).zip(theirs) {
        match (ours, theirs) {
            (true, Verdict::Accepts) => both += 1,
            (true, Verdict::Breaks) if BREAKS.1(header) => broken += 1,
            (true, _) => unlike.push(format!("only ours accepts {header:?}")),
            (false, Verdict::Accepts) => match REASONS.iter().position(|(_, has)| has(header)) {
                Some(reason) => seen[reason] += 1,
                None => unlike.push(format!("only theirs accepts {header:?}")),
            },
            (false, _) => {}
        }
    }
    for line in unlike.iter().take(10) {
        report.say(line);
    }
    let mut row = |case: String, expected: &str, seen: String| {
        report.row(Row {
            suite: "differential",
            case: format!("{library}: {case}"),
            expected: expected.to_owned(),
            seen,
        });
    };
    row(
        "answered for every header".to_owned(),
        "all",
        if theirs.len() == headers.len() { "all".to_owned() } else { theirs.len().to_string() },
    );
    row(format!("unlike ours for no listed reason ({both} accepted by both)"), "0", unlike.len().to_string());
    let was = |count: usize| if count == 0 { "never" } else { "seen" }.to_owned();
    row("some are accepted by both".to_owned(), "seen", was(both));
    for ((reason, _), count) in REASONS.iter().zip(seen) {
        row(format!("accepts what ours refuses: {reason} ({count})"), "seen", was(count));
    }
    row(format!("throws where ours continues: {} ({broken})", BREAKS.0), "seen", was(broken));
}

async fn ours() -> Verifier {
    let environment = Environment::from_iter([("STRIPE_APP_SECRET", SECRET)]);
    let http = Http::new(Timeouts::default());
    let read = Source::new(environment, &http, Clock::system()).load(Verifier::from_settings).await;
    read.expect("the secret is well formed")
}

/// The article's `state` accepts any text as a signature, so no HTTP stack is involved.
fn accepts(verifier: &Verifier, header: &str) -> bool {
    let state = serde_json::json!({ "userId": USER, "accountId": ACCOUNT, "signature": header });
    verifier.extract_state(&state.to_string(), NOW).is_ok()
}

fn items(header: &str) -> impl Iterator<Item = &str> {
    header.split(',')
}

fn values<'a>(header: &'a str, scheme: &str) -> impl Iterator<Item = &'a str> {
    items(header)
        .filter_map(move |item| item.split_once('=').filter(|(name, _)| *name == scheme))
        .map(|(_, value)| value)
}

/// However long the number is.
fn is_ahead(time: &str) -> bool {
    is_plain(time) && time.parse().map_or(true, |time: u64| time > NOW + 60)
}

fn is_plain(time: &str) -> bool {
    !time.is_empty() && !time.starts_with('0') && time.bytes().all(|byte| byte.is_ascii_digit())
}
