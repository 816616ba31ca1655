//! Who is asking.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The half of an account's data a request is about; each has keys and secrets of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real money.
    Live,
    /// The account's test mode.
    Test,
    /// An install into a Stripe sandbox, which talks to the app owner's managed sandbox.
    Sandbox,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Test => "test",
            Self::Sandbox => "sandbox",
        })
    }
}
