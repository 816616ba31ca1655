use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

use super::*;

const TARGET: &str = "AmazonSSM.GetParameters";

fn ssm() -> Ssm {
    let pairs = [("/app/a", "value-a"), ("/app/b", "value-b"), ("c", "value-c")];
    let parameters = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ssm::new(parameters.into(), Clock::from_fn(|| 1_700_000_000))
}

async fn send(ssm: &Ssm, target: &str, authorization: &str, body: String) -> (u16, Value) {
    let request = Request::post("/")
        .header("content-type", CONTENT_TYPE)
        .header("x-amz-target", target)
        .header("authorization", authorization)
        .body(Body::from(body))
        .expect("a request");
    let response = ssm.router().oneshot(request).await.expect("an answer");
    assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, serde_json::from_slice(&body).expect("JSON"))
}

async fn get(ssm: &Ssm, names: &[&str], decrypt: bool) -> (u16, Value) {
    let body = json!({ "Names": names, "WithDecryption": decrypt }).to_string();
    send(ssm, TARGET, "AWS4-HMAC-SHA256 Credential=x", body).await
}

#[tokio::test]
async fn known_parameters_come_in_another_order_and_unknown_ones_by_name() {
    let ssm = ssm();
    let (status, answer) = get(&ssm, &["/app/a", "no", "c"], true).await;
    assert_eq!(status, 200);
    assert_eq!(answer["InvalidParameters"], json!(["no"]));
    let expected = json!({
        "Name": "/app/a",
        "Type": "SecureString",
        "Value": "value-a",
        "Version": 1,
        "LastModifiedDate": 1_700_000_000,
        "ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/app/a",
        "DataType": "text",
    });
    assert_eq!(answer["Parameters"][0]["Name"], "c");
    assert_eq!(answer["Parameters"][1], expected);
    assert_eq!(ssm.calls(), 1);
}

#[tokio::test]
async fn a_version_is_asked_for_by_number_or_label_and_a_parameter_by_its_arn() {
    let ssm = ssm();
    ssm.set("/app/a", "second");
    ssm.label("/app/a", 1, "in-use");
    let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/app/a";
    for (asked, selector, value) in [
        ("/app/a:1".to_owned(), json!(":1"), "value-a"),
        ("/app/a:in-use".to_owned(), json!(":in-use"), "value-a"),
        (arn.to_owned(), Value::Null, "second"),
        (format!("{arn}:2"), json!(":2"), "second"),
    ] {
        let (_, answer) = get(&ssm, &[&asked], true).await;
        let parameter = &answer["Parameters"][0];
        assert_eq!((&parameter["Name"], &parameter["ARN"]), (&json!("/app/a"), &json!(arn)), "{asked}");
        assert_eq!((&parameter["Selector"], &parameter["Value"]), (&selector, &json!(value)), "{asked}");
    }
    let (_, answer) = get(&ssm, &["/app/a:3", "/app/a:other", "/app/a:0"], true).await;
    assert_eq!(answer["InvalidParameters"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn parameters_can_change() {
    let ssm = ssm();
    ssm.set("c", "new");
    ssm.remove("/app/a");
    let (_, answer) = get(&ssm, &["c", "/app/a"], true).await;
    assert_eq!(answer["Parameters"][0]["Value"], "new");
    assert_eq!(answer["InvalidParameters"], json!(["/app/a"]));
}

#[tokio::test]
async fn a_put_makes_a_version_and_old_ones_stay_to_be_read() {
    let ssm = ssm();
    let put = async |value: &str, overwrite: bool| {
        let body = json!({ "Name": "c", "Value": value, "Type": "SecureString", "Overwrite": overwrite });
        send(&ssm, "AmazonSSM.PutParameter", "AWS4-HMAC-SHA256 x", body.to_string()).await
    };
    let (status, answer) = put("second", false).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("ParameterAlreadyExists")));
    let (status, answer) = put("second", true).await;
    assert_eq!((status, &answer["Version"]), (200, &json!(2)));
    for (selector, value) in [("c", "second"), ("c:2", "second"), ("c:1", "value-c")] {
        let (_, answer) = get(&ssm, &[selector], true).await;
        assert_eq!(answer["Parameters"][0]["Value"], value, "{selector}");
        assert_eq!(answer["Parameters"][0]["Name"], "c");
    }
    for selector in ["c:0", "c:3", "c:x", "d:1"] {
        let (_, answer) = get(&ssm, &[selector], true).await;
        assert_eq!(answer["InvalidParameters"], json!([selector]));
    }
}

#[tokio::test]
async fn without_decryption_the_value_is_opaque() {
    let (_, answer) = get(&ssm(), &["c"], false).await;
    let value = answer["Parameters"][0]["Value"].as_str().expect("a value");
    assert!(!value.is_empty() && !value.contains("value-c"));
}

#[tokio::test]
async fn one_to_ten_different_names_are_asked() {
    let ssm = ssm();
    let eleven: Vec<String> = (0..11).map(|number| number.to_string()).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    assert_eq!(get(&ssm, &eleven[..10], true).await.0, 200);
    for names in [&eleven[..], &[], &["c", "c"]] {
        let (status, answer) = get(&ssm, names, true).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")));
    }
}

#[tokio::test]
async fn anything_but_a_signed_get_or_put_is_refused() {
    let ssm = ssm();
    for (target, authorization, kind) in [
        ("AmazonSSM.DeleteParameter", "AWS4-HMAC-SHA256 x", "UnknownOperationException"),
        (TARGET, "Bearer x", "MissingAuthenticationTokenException"),
    ] {
        let (status, answer) = send(&ssm, target, authorization, "{}".to_owned()).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(kind)));
    }
    assert_eq!(ssm.calls(), 0);
    let (status, answer) = send(&ssm, TARGET, "AWS4-HMAC-SHA256 x", "[".to_owned()).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("SerializationException")));
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", ssm()), "Ssm { .. }");
}
