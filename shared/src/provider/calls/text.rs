//! Text of a call, such as a value of the query, with places for values: `{name}` for a parameter,
//! `{kept.name}` for what is kept with the link.

use std::borrow::Cow;

use super::parameter::Checked;
use super::values::Values;

/// Text with places.
#[derive(Debug)]
pub(super) struct Text(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Literal(String),
    Place(Place),
}

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A parameter's, by its name.
    Parameter(String),
    /// What is kept with the link under this name.
    Kept(String),
}

impl Text {
    /// Finds the places; the error says what is wrong with the braces.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const WHY: &str =
            "must have a name in each pair of braces, such as {id} or {kept.id}, and no other braces";
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, from_place)) = rest.split_once('{') {
            let (place, after) = from_place.split_once('}').ok_or(WHY)?;
            pieces.extend(Piece::literal(literal));
            pieces.push(Piece::Place(Place::parse(place).ok_or(WHY)?));
            rest = after;
        }
        pieces.extend(Piece::literal(rest));
        let is_closed =
            pieces.iter().all(|piece| !matches!(piece, Piece::Literal(text) if text.contains('}')));
        is_closed.then_some(Self(pieces)).ok_or(WHY)
    }

    /// A parameter and nothing else.
    pub(super) fn place(parameter: String) -> Self {
        Self(vec![Piece::Place(Place::Parameter(parameter))])
    }

    /// The text outside of the places.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Place(_) => None,
        })
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Place(place) => Some(place),
        })
    }

    /// Whether the text is one place and nothing else.
    pub(super) fn is_one_place(&self) -> bool {
        matches!(self.0[..], [Piece::Place(_)])
    }

    /// The text with its places filled; `None` if there is no value for one.
    pub(super) fn fill(&self, values: &Values<'_>) -> Option<String> {
        self.fill_encoded(values, |text| text)
    }

    /// As [`Text::fill`], with each value, but no literal, encoded.
    pub(super) fn fill_encoded(
        &self,
        values: &Values<'_>,
        encode: impl Fn(Cow<'_, str>) -> Cow<'_, str>,
    ) -> Option<String> {
        self.0.iter().try_fold(String::new(), |filled, piece| {
            Some(match piece {
                Piece::Literal(text) => filled + text,
                Piece::Place(place) => filled + &encode(values.at(place)?.text()),
            })
        })
    }
}

impl Piece {
    fn literal(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Literal(text.to_owned()))
    }
}

impl Place {
    /// Parses what is between the braces.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("kept.") {
            Some(name) => is_kept_name(name).then(|| Self::Kept(name.to_owned())),
            None => is_name(text).then(|| Self::Parameter(text.to_owned())),
        }
    }
}

impl<'a> Checked<'a> {
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text.into(),
            Self::Integer(number) => number.to_string().into(),
        }
    }
}

/// Whether a parameter may have this name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Names of callback parameters and of kept fields are the provider's or the description's.
fn is_kept_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_names() {
        let text = Text::parse("Email = '{email}' AND Team = '{kept.team-id}'").unwrap();
        let places = [Place::Parameter("email".to_owned()), Place::Kept("team-id".to_owned())];
        assert_eq!(text.places().cloned().collect::<Vec<_>>(), places);
        assert_eq!(text.literals().collect::<Vec<_>>(), ["Email = '", "' AND Team = '", "'"]);
        assert!(!text.is_one_place());
        assert!(Text::parse("{id}").unwrap().is_one_place());
        for wrong in [
            "{",
            "}",
            "{}",
            "{a",
            "a}",
            "{a}}",
            "{{a}}",
            "{a b}",
            "{1}",
            "{kept.}",
            "{kept}.{",
            "{a.b}",
            "{__proto__}",
        ] {
            assert!(Text::parse(wrong).is_err(), "{wrong}");
        }
    }
}
