use serde::Serialize;
use serde_json::Value;

use crate::provider::description::Object;

/// The longest identifier, in characters.
const LONGEST_ID: usize = 255;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 512;
/// The longest address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const LONGEST_EMAIL: usize = 254;

/// What the app may fill in for one name.
#[derive(Debug)]
pub(super) enum Parameter {
    /// Values of a type.
    Typed(Type),
    /// One of these texts.
    OneOf(Vec<String>),
}

/// The syntax of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    /// Letters, digits and `._~-`: what no URL has to encode (RFC 3986 section 2.3). Not dots alone.
    Id,
    /// A whole number of at most 64 bits.
    Integer,
    /// A date of RFC 3339, such as `2026-11-26`.
    Date,
    /// An e-mail address in ASCII, without quotes.
    Email,
    /// Any text without control characters.
    Text,
}

/// A value that has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Checked<'a> {
    Text(&'a str),
    Integer(i64),
}

impl Parameter {
    /// Reads a parameter's keys: `type`, or `one_of`.
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let r#type = object.word("type", &Type::WORDS);
        let Some(one_of) = object.value("one_of") else {
            return Self::Typed(r#type.unwrap_or(Type::Id));
        };
        if r#type.is_some() {
            object.problem("type", "cannot be used together with one_of");
        }
        let texts = serde_json::from_value::<Vec<String>>(one_of).unwrap_or_default();
        if texts.is_empty() || !texts.iter().all(|text| is_plain(text)) {
            object.problem(
                "one_of",
                "must be a list of texts without quotes, slashes, backslashes and control characters, and not of dots alone",
            );
        }
        Self::OneOf(texts)
    }

    /// The value, if it is of the right type.
    pub(super) fn check<'a>(&self, value: &'a Value) -> Option<Checked<'a>> {
        match (self, value) {
            (Self::Typed(Type::Integer), Value::Number(number)) => number.as_i64().map(Checked::Integer),
            (Self::Typed(r#type), Value::String(text)) => r#type.check(text),
            (Self::OneOf(texts), Value::String(text)) if texts.contains(text) => Some(Checked::Text(text)),
            _ => None,
        }
    }

    /// Whether no value has a quote, a backslash or a slash, so that it ends neither a literal of a query
    /// language nor a segment of a path.
    pub(super) fn is_plain(&self) -> bool {
        !matches!(self, Self::Typed(Type::Text))
    }

    /// What a value must be, for whoever sent another one.
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Self::OneOf(_) => "must be one of the values that this call takes",
            Self::Typed(r#type) => r#type.rule(),
        }
    }
}

impl Type {
    const WORDS: [(&'static str, Self); 5] = [
        ("id", Self::Id),
        ("integer", Self::Integer),
        ("date", Self::Date),
        ("email", Self::Email),
        ("text", Self::Text),
    ];

    /// The text, if it has this syntax. An integer is no text.
    pub(super) fn check(self, text: &str) -> Option<Checked<'_>> {
        let fits = match self {
            Self::Id => is_id(text),
            Self::Integer => false,
            Self::Date => is_date(text),
            Self::Email => is_email(text),
            Self::Text => text.chars().count() <= LONGEST_TEXT && !text.contains(char::is_control),
        };
        fits.then_some(Checked::Text(text))
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Id => "must be letters, digits and ._~- only, at most 255 of them, and not dots alone",
            Self::Integer => "must be a whole number, not in quotes",
            Self::Date => "must be a date such as 2026-11-26",
            Self::Email => "must be an e-mail address in ASCII, without quotes",
            Self::Text => "must be text of at most 512 characters, without control characters",
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
        && !is_dots(text)
}

fn is_date(text: &str) -> bool {
    let parts = text.split('-').collect::<Vec<_>>();
    let number = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten()
    };
    let [year, month, day] = parts[..] else { return false };
    [year, month, day].map(str::len) == [4, 2, 2]
        && number(year).is_some()
        && number(month).is_some_and(|month| (1..=12).contains(&month))
        && number(day).is_some_and(|day| (1..=31).contains(&day))
}

/// The common part of RFC 5321: no quoted names, no literal addresses. Leaves out `'`, `` ` ``, `/`, `%`, `|` and
/// braces, which an address may have, but which mean something in a path or a query language.
fn is_email(text: &str) -> bool {
    let is_in = |part: &str, marks: &[u8]| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || marks.contains(&byte);
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    text.len() <= LONGEST_EMAIL
        && text.split_once('@').is_some_and(|(name, domain)| {
            is_in(name, b".!#$&*+-=?^_~") && domain.split('.').all(|label| is_in(label, b"-"))
        })
}

fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_TEXT
        && !text.contains(|it: char| it.is_control() || ['"', '\'', '`', '/', '\\'].contains(&it))
        && !is_dots(text)
}

/// `.` and `..` are no names but steps in a path (RFC 3986 section 3.3).
fn is_dots(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admits(r#type: Type, value: &Value) -> bool {
        Parameter::Typed(r#type).check(value).is_some()
    }

    #[test]
    fn an_id_is_one_segment() {
        for id in ["1", "a-b_c.d~e", "...a", "-", &"x".repeat(255)] {
            assert!(admits(Type::Id, &json!(id)), "{id}");
        }
        for other in [
            "",
            ".",
            "..",
            "...",
            "a/b",
            "a\\b",
            "%2e%2e",
            "a%2fb",
            "a b",
            "a\tb",
            "a\r\nb",
            "a\0",
            "é",
            "\u{2024}\u{2024}",
            "\u{ff0e}",
            "a;b",
            "a?b",
            "a#b",
            "a:b",
            "a@b",
            "a'b",
            &"x".repeat(256),
        ] {
            assert!(!admits(Type::Id, &json!(other)), "{other:?}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let all = [Type::Id, Type::Integer, Type::Date, Type::Email, Type::Text];
        for value in
            [json!(null), json!(true), json!([]), json!(["a"]), json!({}), json!({"a": "a"}), json!(1.5)]
        {
            for r#type in all {
                assert!(!admits(r#type, &value), "{type:?} {value}");
            }
            assert!(Parameter::OneOf(vec!["a".to_owned()]).check(&value).is_none(), "{value}");
        }
        for r#type in [Type::Id, Type::Date, Type::Email, Type::Text] {
            assert!(!admits(r#type, &json!(1)), "{type:?}");
        }
        assert!(!admits(Type::Integer, &json!("1")));
        assert!(!admits(Type::Integer, &json!(u64::MAX)));
        assert!(admits(Type::Integer, &json!(i64::MIN)));
    }

    #[test]
    fn a_date_has_a_month_and_a_day() {
        for (date, allowed) in [
            ("2026-11-26", true),
            ("2026-02-31", true),
            ("2026-13-01", false),
            ("2026-00-01", false),
            ("2026-01-32", false),
            ("26-11-26", false),
            ("2026-11-26T00:00:00Z", false),
            ("2026-1-26", false),
            ("+026-11-26", false),
            ("2026-11-26 ", false),
            ("", false),
        ] {
            assert_eq!(admits(Type::Date, &json!(date)), allowed, "{date}");
        }
    }

    #[test]
    fn an_address_ends_no_literal() {
        for address in ["jenny@example.com", "j.o-n+2_x@mail.example.co.uk", "a@b"] {
            assert!(admits(Type::Email, &json!(address)), "{address}");
        }
        for other in [
            "",
            "jenny",
            "@example.com",
            "jenny@",
            "jenny@.com",
            "jenny@example..com",
            "a@b@c",
            "\"jenny\"@example.com",
            "o'brien@example.com",
            "a\\@example.com",
            "a`b@example.com",
            "a/b@example.com",
            "a b@example.com",
            "a@example.com'",
            "a@example.com\n",
            "a@[127.0.0.1]",
            "jörg@example.com",
        ] {
            assert!(!admits(Type::Email, &json!(other)), "{other}");
        }
        assert!(!admits(Type::Email, &json!(format!("a@{}", "b".repeat(253)))));
    }

    #[test]
    fn text_is_counted_in_characters() {
        assert!(admits(Type::Text, &json!("é".repeat(512))));
        assert!(!admits(Type::Text, &json!("é".repeat(513))));
        assert!(admits(Type::Text, &json!("'\"\\/ any")));
        for control in ["\r\n", "\0", "\u{85}", "a\tb"] {
            assert!(!admits(Type::Text, &json!(control)), "{control:?}");
        }
    }
}
