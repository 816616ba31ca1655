//! Calls filled in with a request and with what a link keeps: every value stays in its place.
//!
//! Input: the link's `instance`, `team` and `realmId`, the call's id, one a line, then the request.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fuzz::part;
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Value, json};
use shared::http::Timeouts;
use shared::provider::{CallRequest, Calls, Kept};
use shared::{Http, Owner, Provider};
use url::Url;

const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/calls/provider.json");
const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/calls/calls.json");

static DECLARED: LazyLock<Calls> = LazyLock::new(|| {
    let settings = [
        ("CALLS_FILE", CALLS),
        ("PROVIDER_FILE", PROVIDER),
        ("THIRD_PARTY_URL_BASE", "https://provider.example.com"),
    ];
    part(&settings, |settings, _| {
        let provider = Provider::from_settings(settings);
        Calls::from_settings(settings, &provider, Owner::User)
    })
});
static FILE: LazyLock<Value> = LazyLock::new(|| {
    let file = std::fs::read_to_string(CALLS).expect("the file");
    serde_json::from_str(&file).expect("JSON")
});
static HTTP: LazyLock<Http> = LazyLock::new(|| Http::new(Timeouts::default()));

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (instance, team, realm, id, request) = (line(), line(), line(), line(), line());
    let Ok(request) = CallRequest::parse(request) else { return Corpus::Keep };
    let Ok(call) = DECLARED.find(&request.call) else { return Corpus::Keep };
    let callback = BTreeMap::from([("realmId".to_owned(), realm.to_owned())]);
    let granted =
        BTreeMap::from([("instance".to_owned(), instance.to_owned()), ("team".to_owned(), team.to_owned())]);
    let kept = Kept { callback: &callback, granted: &granted };
    let Ok(filled) = DECLARED.fill(call, &request, kept, Some(id)) else { return Corpus::Keep };
    let only_reads = filled.only_reads();
    let sent = filled.request(&HTTP).build().expect("a request");
    let declared = &FILE["calls"][request.call.as_str()];

    let url = sent.url();
    assert!(url.scheme() == "https" && url.port().is_none() && url.fragment().is_none(), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.host_str().is_some_and(|host| host.ends_with(".example.com")), "{url}");
    assert_eq!(url.host_str(), Url::parse(instance).expect("an address").host_str());
    check_path(&format!("/v1{}", declared["path"].as_str().expect("a path")), url.path());

    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let allowed = declared["query"].as_object();
    assert!(names.iter().all(|name| allowed.is_some_and(|query| query.contains_key(name))), "{url}");
    assert!(names.windows(2).all(|two| two[0] < two[1]), "a parameter twice: {url}");
    for (_, condition) in url.query_pairs().filter(|(name, _)| name == "q") {
        assert_eq!(condition.matches('\'').count(), 4, "{condition}");
        assert!(
            !condition.contains(['"', '\\', '`']) && !condition.contains(char::is_control),
            "{condition}"
        );
    }

    assert_eq!(sent.method().as_str(), declared["method"].as_str().unwrap_or("GET"));
    assert_eq!(sent.headers().contains_key("idempotency-key"), !only_reads);
    assert!(sent.headers().values().all(|value| !value.as_bytes().contains(&b'\n')));
    let body = sent.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    if let Some(template) = declared.get("body") {
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let names = |value: &Value| value.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>());
        assert_eq!(names(&body), names(template));
        assert_eq!(body.get("by"), template.get("by"));
        assert_eq!(body.get("document"), template.get("document"));
        assert!(template.get("team").is_none() || body["team"] == json!([team]));
    }
    if declared["form"].is_array() {
        assert_eq!(body.iter().filter(|byte| **byte == b'=').count(), 2);
        assert_eq!(body.iter().filter(|byte| **byte == b'&').count(), 1);
    }
    Corpus::Keep
});

/// Segment by segment, what is declared, with something in each place that is no step and ends no segment.
fn check_path(declared: &str, path: &str) {
    let (declared, segments): (Vec<_>, Vec<_>) = (declared.split('/').collect(), path.split('/').collect());
    assert_eq!(declared.len(), segments.len(), "{path}");
    for (declared, segment) in declared.iter().zip(segments) {
        match declared.split_once('{') {
            None => assert_eq!(*declared, segment, "{path}"),
            Some((before, rest)) => {
                let after = rest.rsplit_once('}').map_or("", |(_, after)| after);
                let inner = segment.strip_prefix(before).and_then(|segment| segment.strip_suffix(after));
                assert!(
                    inner.is_some_and(|inner| !inner.is_empty() && !inner.bytes().all(|byte| byte == b'.')),
                    "{path}"
                );
                let hidden = segment.to_ascii_uppercase();
                assert!(
                    !["%2F", "%5C", "%2E", "%00", "%0A", "%0D"].iter().any(|step| hidden.contains(step)),
                    "{path}"
                );
            }
        }
    }
}
