use std::borrow::Cow;
use std::fmt::Write as _;

use super::text::{Place, Text};
use super::values::Values;

/// What a segment may have besides its places: characters that no parser changes or gives a meaning
/// (RFC 3986 section 3.3, without `;` and `%`).
const LITERALS: &[u8] = b"-._~!$&'()*+,=:@";

/// The path of a call below the base: segments with places. A value stays within its segment.
#[derive(Debug)]
pub(super) struct Path(Vec<Text>);

impl Path {
    /// Parses a path; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let segments = text.strip_prefix('/').ok_or("must begin with /")?;
        let segments = segments.split('/').map(Text::parse).collect::<Result<Vec<_>, _>>()?;
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || LITERALS.contains(&byte);
        if !segments.iter().flat_map(Text::literals).all(|literal| literal.bytes().all(is_allowed)) {
            return Err("must have only letters, digits and -._~!$&'()*+,=:@ besides its places");
        }
        // A trailing slash leaves an empty segment at the end.
        let inner = &segments[..segments.len() - 1];
        if inner.iter().any(Text::is_empty) || segments.iter().any(Text::is_dots) {
            return Err("must not have an empty segment before its end, or one of dots alone");
        }
        Ok(Self(segments))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().flat_map(Text::places)
    }

    /// The path with its places filled; `None` if there is no value for one.
    pub(super) fn fill(&self, values: &Values<'_>) -> Option<String> {
        self.0.iter().try_fold(String::new(), |path, segment| {
            Some(path + "/" + &segment.fill_encoded(values, encode)?)
        })
    }
}

impl Text {
    fn is_empty(&self) -> bool {
        self.literals().next().is_none() && self.places().next().is_none()
    }

    fn is_dots(&self) -> bool {
        let is_constant = self.places().next().is_none();
        is_constant && !self.is_empty() && self.literals().all(|text| text.bytes().all(|byte| byte == b'.'))
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3).
fn encode(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.bytes().all(is_unreserved) {
        return text;
    }
    let encoded = text.bytes().fold(String::new(), |mut encoded, byte| {
        if is_unreserved(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    });
    encoded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_segments() {
        for path in [
            "/",
            "/a",
            "/a/",
            "/v1/contacts/{id}",
            "/Contacts('{id}')",
            "/{id}.json",
            "/a.b/...x/{kept.realmId}",
        ] {
            assert!(Path::parse(path).is_ok(), "{path}");
        }
        for path in [
            "",
            "a",
            "//a",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/../a",
            "/a/./b",
            "/a?b",
            "/a#b",
            "/a\\b",
            "/%2e%2e/a",
            "/a%2fb",
            "/a;b",
            "/a b",
            "/a\tb",
            "/é",
            "/{id",
            "/{a/b}",
            "https://example.com/",
        ] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_a_url_gives_a_meaning_is_encoded() {
        assert_eq!(encode("a-b._~".into()), "a-b._~");
        assert_eq!(encode("a+b@c d%2f/é".into()), "a%2Bb%40c%20d%252f%2F%C3%A9");
    }
}
