//! One line per request, which shows an operator what happened, to whom, and who was slow.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use authorize::Authorize;
use call::Call;
use lambda_http::Context;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::{Options, Party};
use serde_json::{Value, json};
use shared::Environment;
use shared::lambda::{DirectLambda, Function, Lambda};
use token::Token;
use tracing::instrument::WithSubscriber;
use userinfo::Userinfo;

use crate::app::{CALLS, parts};
use crate::rig::{Rig, TIMEOUTS};

/// What a function logs while it handles a request.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `userinfo` logs with these settings for this event.
async fn logged(rig: &Rig, settings: &[(&str, &str)], event: &str) -> String {
    logged_by::<Userinfo>(rig, settings, event).await
}

async fn logged_by<F: Function>(rig: &Rig, settings: &[(&str, &str)], event: &str) -> String {
    let environment = environment(rig, settings);
    let start = async {
        let started = Lambda::<F>::start(environment.clone(), rig.clock.clock(), TIMEOUTS).await;
        answer(&started.expect("a function"), event).await;
    };
    written(&environment, start).await
}

fn environment(rig: &Rig, settings: &[(&str, &str)]) -> Environment {
    let mut all = rig.world.settings.clone();
    all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Environment::from_iter(all)
}

async fn answer<F: Function>(function: &Lambda<F>, event: &str) {
    let mut context = Context::default();
    "request-1".clone_into(&mut context.request_id);
    context.xray_trace_id = Some("Root=1-00000000-000000000000000000000000".to_owned());
    function.answer(event, context).await;
}

/// What `work` writes to the log of this environment.
async fn written(environment: &Environment, work: impl Future<Output = ()>) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    work.with_subscriber(shared::log::subscriber(environment, move || writer.clone())).await;
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

const AS_ON_LAMBDA: [(&str, &str); 2] =
    [("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("METRICS_NAMESPACE", "my-stack")];

/// The line that `userinfo` logs for this request.
async fn request_line(rig: &Rig, event: &str) -> Value {
    the_request_line(&logged(rig, &AS_ON_LAMBDA, event).await)
}

/// The only request line among them.
fn the_request_line(text: &str) -> Value {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let mut requests = lines.filter(|line| line["message"] == "request");
    let line = requests.next().expect("a request line");
    assert!(requests.next().is_none());
    line
}

#[tokio::test]
async fn a_request_line_shows_outcome_user_and_calls() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let line = request_line(&rig, &rig.app().userinfo_event()).await;
    for (field, expected) in [
        ("route", json!("POST /userinfo")),
        ("status", json!(200)),
        ("code", json!("ok")),
        ("provider", json!("custom")),
        ("mode", json!("test")),
        ("request_id", json!("request-1")),
        ("trace_id", json!("Root=1-00000000-000000000000000000000000")),
        ("level", json!("INFO")),
        // printf 'acct_alpine|usr_ada' | sha256sum | cut -c1-16
        ("user", json!("fcfefc1e83845992")),
        ("requests", json!(1)),
    ] {
        assert_eq!(line[field], expected, "{field} in {line}");
    }
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    let calls = line["upstream"].as_array().unwrap();
    assert_eq!(
        calls.iter().map(|call| &call["call"]).collect::<Vec<_>>(),
        ["stripe.find", "provider.userinfo"]
    );
    assert!(calls.iter().all(|call| call["status"] == 200 && call["duration_ms"].as_f64().unwrap() > 0.0));
    assert!(calls[0]["request_id"].as_str().unwrap().starts_with("req_"), "{line}");
}

#[tokio::test]
async fn a_direct_invocation_is_logged_with_what_the_caller_calls_itself() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let event = json!({ "account_id": "acct_alpine", "user_id": "usr_ada", "mode": "test", "caller": "nightly/sync" });
    let environment = environment(&rig, &AS_ON_LAMBDA);
    let invoked = async {
        let function = DirectLambda::<Token>::start(environment.clone(), rig.clock.clock(), TIMEOUTS).await;
        function.expect("a function").answer(&event.to_string(), Context::default()).await;
    };
    let line = the_request_line(&written(&environment, invoked).await);
    for (field, expected) in [
        ("route", json!("token")),
        ("code", json!("ok")),
        ("caller", json!("nightly/sync")),
        ("user", json!("fcfefc1e83845992")),
        ("mode", json!("test")),
    ] {
        assert_eq!(line[field], expected, "{field} in {line}");
    }
    assert!(!line.to_string().contains("acct_alpine"), "{line}");
}

#[tokio::test]
async fn a_declared_call_is_named_and_its_values_are_not() {
    let rig = Rig::with(Options { calls: Some(CALLS.into()), ..Options::default() }).await;
    rig.app().link(Person::Ada).await;
    let line = async |call: &str| {
        let request = json!({ "call": call, "parameters": { "id": "c-3" } }).to_string();
        let event = rig.app().event("call", "call", &[("request", request.as_str())]);
        the_request_line(&logged_by::<Call>(&rig, &AS_ON_LAMBDA, &event).await)
    };
    let found = line("contacts.get").await;
    assert_eq!((&found["route"], &found["call"]), (&json!("POST /call"), &json!("contacts.get")), "{found}");
    let dimensions = &found["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(*dimensions, json!([["route", "code"], ["code"], ["call", "code"]]));
    assert_eq!(found["upstream"][1]["call"], "provider.api", "{found}");
    assert!(!found.to_string().contains("c-3"), "{found}");

    let unknown = line("contacts.delete").await;
    assert_eq!((&unknown["code"], unknown.get("call")), (&json!("unknown_call"), None), "{unknown}");
    assert!(!unknown.to_string().contains("contacts"), "{unknown}");
}

#[tokio::test]
async fn the_metrics_are_in_cloudwatchs_embedded_format() {
    let rig = Rig::session_bound().await;
    let line = request_line(&rig, &rig.app().userinfo_event()).await;
    let metadata = &line["_aws"];
    assert!(metadata["Timestamp"].as_u64().unwrap() > 1_700_000_000_000, "milliseconds");
    let [directive] = &metadata["CloudWatchMetrics"].as_array().unwrap()[..] else { panic!("{metadata}") };
    assert_eq!(directive["Namespace"], "my-stack");
    // Each dimension and metric names a field at the root: dimensions are strings, metrics are numbers.
    for dimension in
        directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap())
    {
        assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
    }
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
    }
    assert_eq!(line["code"], "not_connected");
}

#[tokio::test]
async fn lost_calls_and_invalid_events_are_logged_too() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    rig.world.faults.always(Party::Stripe, "/v1/apps/secrets/find", Fault::HangUp);
    let line = request_line(&rig, &rig.app().userinfo_event()).await;
    assert_eq!(line["code"], "secret_store_unavailable");
    let calls = line["upstream"].as_array().unwrap();
    assert!(calls.len() >= 3, "each attempt is logged: {line}");
    assert!(calls.iter().all(|call| call["call"] == "stripe.find" && call.get("status").is_none()));

    rig.world.faults.clear();
    for event in ["", "{}"] {
        let line = request_line(&rig, event).await;
        assert_eq!((&line["route"], &line["code"]), (&json!("other"), &json!("bad_request")));
        assert!(line["user"].is_null());
    }
}

#[tokio::test]
async fn reloads_of_settings_are_logged_and_unfit_ones_are_a_metric() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let environment = environment(&rig, &AS_ON_LAMBDA);
    let function = Lambda::<Userinfo>::start(environment.clone(), rig.clock.clock(), TIMEOUTS).await.unwrap();
    let line = async || {
        rig.clock.advance(361);
        let event = rig.app().userinfo_event();
        the_request_line(&written(&environment, answer(&function, &event)).await)
    };
    let fit = line().await;
    assert_eq!((&fit["upstream"][0]["call"], &fit["upstream"][0]["status"]), (&json!("ssm"), &json!(200)));
    assert_eq!(fit.get("unfit_settings"), None, "{fit}");

    rig.world.ssm.set(&rig.world.settings["STRIPE_APP_SECRET_PARAMETER"], "not-a-secret");
    let unfit = line().await;
    assert_eq!((&unfit["status"], &unfit["unfit_settings"]), (&json!(200), &json!(1)), "{unfit}");
    let metrics = unfit["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let metric =
        metrics.iter().find(|directive| directive["Metrics"][0]["Name"] == "unfit_settings").unwrap();
    assert_eq!(metric["Dimensions"], json!([[]]), "one count for all functions");
}

/// In the account's scope, any member can overwrite it.
#[tokio::test]
async fn a_link_that_does_not_open_is_a_metric() {
    let rig = Rig::of_the_account().await;
    rig.administrator().link(Person::Ada).await;
    let line = request_line(&rig, &rig.member().userinfo_event()).await;
    assert_eq!((&line["code"], line.get("unopened_links")), (&json!("ok"), None));
    rig.member().put("access_token", "planted");
    let line = request_line(&rig, &rig.member().userinfo_event()).await;
    assert_eq!((&line["code"], &line["unopened_links"]), (&json!("reconnect_required"), &json!(1)), "{line}");
    let metrics = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    assert!(metrics.iter().any(|directive| directive["Metrics"][0]["Name"] == "unopened_links"), "{line}");
}

/// A provider's refusal goes back to the Dashboard, so the response is no error. It must still be counted
/// under its code, because alarms are set on codes.
#[tokio::test]
async fn errors_sent_back_to_the_dashboard_count_by_their_code() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let callback = async |answer: &str| {
        let (_, request) = parts(&app.begin().await.authorization_url);
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/authorize/get.json")).unwrap();
        let (state, issuer) = (&request["state"], &rig.world.addresses.provider);
        event["rawQueryString"] = format!("{answer}&state={state}&iss={issuer}").into();
        logged_by::<Authorize>(&rig, &AS_ON_LAMBDA, &event.to_string()).await
    };
    for (answer, code, is_an_error_of_ours) in [
        ("code=x", "ok", false),
        ("error=access_denied", "access_denied", false),
        ("error=server_error", "provider_unavailable", false),
        ("error=unauthorized_client", "client_misconfigured", true),
        ("error=invalid_scope", "client_misconfigured", true),
        ("error=something_else", "provider_error", false),
    ] {
        let text = callback(answer).await;
        let line = the_request_line(&text);
        assert_eq!(
            (&line["route"], &line["status"], &line["code"]),
            (&json!("GET /authorize"), &json!(303), &json!(code)),
            "{answer}"
        );
        // The line that the documentation tells operators to look for as well.
        assert_eq!(text.contains(r#""level":"ERROR""#), is_an_error_of_ours, "{text}");
        assert!(!is_an_error_of_ours || text.contains(answer.trim_start_matches("error=")), "{text}");
    }
}

#[tokio::test]
async fn unserved_routes_share_one_name() {
    let rig = Rig::session_bound().await;
    let mut event: Value = serde_json::from_str(&rig.app().userinfo_event()).unwrap();
    for (method, path, route) in [
        ("PATCH", "/api/oauth/userinfo", "other"),
        ("OPTIONS", "/api/oauth/userinfo", "other"),
        ("GET", "/api/oauth/x/userinfo", "other"),
        ("GET", "/api/oauth/wp-login.php", "other"),
        ("GET", "/api/oauth/userinfo", "GET /userinfo"),
    ] {
        event["requestContext"]["http"]["method"] = json!(method);
        event["rawPath"] = json!(path);
        assert_eq!(request_line(&rig, &event.to_string()).await["route"], route);
    }
}

#[tokio::test]
async fn request_lines_ignore_the_level_and_text_is_for_people() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let event = rig.app().userinfo_event();
    let refused = event.replace("v1=", "v1=0");
    let quiet = [("LOG_LEVEL", "error"), ("AWS_LAMBDA_LOG_FORMAT", "JSON")];
    let lines = logged(&rig, &quiet, &refused).await;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains(r#""code":"signature_invalid""#));
    let lines = logged(&rig, &[("AWS_LAMBDA_LOG_FORMAT", "JSON")], &refused).await;
    assert!(
        lines.contains("signature refused") && lines.contains(r#""span":{"request_id":"request-1""#),
        "{lines}"
    );

    let text = logged(&rig, &[("AWS_LAMBDA_LOG_FORMAT", "Text")], &event).await;
    assert!(text.contains("POST /userinfo 200 ok in ") && text.contains("stripe.find 200 in "), "{text}");
}

#[tokio::test]
async fn the_trace_is_passed_on_with_every_call() {
    let rig = Rig::session_bound().await;
    let (told, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let stripe = axum::Router::new().fallback(move |headers: axum::http::HeaderMap| async move {
        told.send(headers.get("x-amzn-trace-id").cloned()).unwrap();
        axum::http::StatusCode::NOT_FOUND
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, stripe).await });
    logged(&rig, &[("STRIPE_API_BASE", &address)], &rig.app().userinfo_event()).await;
    assert_eq!(seen.recv().await.unwrap().unwrap(), "Root=1-00000000-000000000000000000000000");
}
