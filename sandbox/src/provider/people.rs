//! The people who have an account here.

use std::borrow::Cow;

use serde::Serialize;

/// A person with an account at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Ada Lovelace, whose e-mail address is verified.
    Ada,
    /// Grace Hopper, whose e-mail address is not.
    Grace,
    /// One of a crowd, whose e-mail address is verified. No page offers them.
    Numbered(u32),
}

/// A person's answer on the authorize page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This person signs in and allows access.
    Allow(Person),
    /// Access is refused.
    Refuse,
}

impl From<Person> for Decision {
    fn from(person: Person) -> Self {
        Self::Allow(person)
    }
}

impl Decision {
    /// Reads the `person` field of the authorize page's form.
    pub(super) fn from_field(value: &str) -> Option<Self> {
        match value {
            "ada" => Some(Self::Allow(Person::Ada)),
            "grace" => Some(Self::Allow(Person::Grace)),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// What the provider says about a person, in the terms of `OpenID` Connect.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    pub sub: Cow<'static, str>,
    pub email: Cow<'static, str>,
    pub email_verified: bool,
    pub name: Cow<'static, str>,
    pub picture: &'static str,
}

impl Person {
    /// The provider's id for them, `sub`.
    #[must_use]
    pub fn subject(self) -> Cow<'static, str> {
        match self {
            Self::Ada => "person_ada".into(),
            Self::Grace => "person_grace".into(),
            // All of the same length, so that none is a prefix of another.
            Self::Numbered(number) => format!("person_{number:010}").into(),
        }
    }

    pub(super) fn profile(self) -> Profile {
        match self {
            Self::Ada => Profile {
                sub: self.subject(),
                email: "ada@example.com".into(),
                email_verified: true,
                name: "Ada Lovelace".into(),
                picture: ADA,
            },
            Self::Grace => Profile {
                sub: self.subject(),
                email: "grace@example.com".into(),
                email_verified: false,
                name: "Grace Hopper".into(),
                picture: GRACE,
            },
            Self::Numbered(number) => Profile {
                sub: self.subject(),
                email: format!("person{number}@example.com").into(),
                email_verified: true,
                name: format!("Person {number}").into(),
                picture: NUMBERED,
            },
        }
    }
}

// Pictures that need no other request, whatever page shows them.
macro_rules! initials {
    ($letters:literal, $colour:literal) => {
        concat!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'%3E",
            "%3Crect width='40' height='40' fill='%23",
            $colour,
            "'/%3E%3Ctext x='20' y='26' text-anchor='middle' font-family='sans-serif' font-size='16' fill='white'%3E",
            $letters,
            "%3C/text%3E%3C/svg%3E"
        )
    };
}

const ADA: &str = initials!("AL", "0f766e");
const GRACE: &str = initials!("GH", "b45309");
const NUMBERED: &str = initials!("NN", "475569");
