//! The two people who have an account here.

use serde::Serialize;

/// A person with an account at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Ada Lovelace, whose e-mail address is verified.
    Ada,
    /// Grace Hopper, whose e-mail address is not.
    Grace,
}

/// What somebody answers on the authorize page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This person signs in and allows it.
    Allow(Person),
    /// Nobody does.
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

/// What the provider tells about a person, in the words of `OpenID` Connect.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    pub sub: &'static str,
    pub email: &'static str,
    pub email_verified: bool,
    pub name: &'static str,
    pub picture: &'static str,
}

impl Person {
    pub(super) fn profile(self) -> Profile {
        match self {
            Self::Ada => Profile {
                sub: "person_ada",
                email: "ada@example.com",
                email_verified: true,
                name: "Ada Lovelace",
                picture: ADA,
            },
            Self::Grace => Profile {
                sub: "person_grace",
                email: "grace@example.com",
                email_verified: false,
                name: "Grace Hopper",
                picture: GRACE,
            },
        }
    }
}

// Pictures that need no further request, whatever page shows them.
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
