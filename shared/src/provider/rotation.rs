use std::time::Duration;

/// The first try and the second together take no longer.
const ANOTHER_TRY: Duration = Duration::from_secs(10);

/// What becomes of a refresh token that was used (RFC 9700 section 4.14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays the same.
    None,
    /// A new one comes with every answer; the old one ends after the grace.
    Rotating {
        /// How long the old one is taken.
        grace: Duration,
    },
    /// As rotating, and using the old one after the grace ends the whole grant.
    Strict {
        /// How long the old one is taken.
        grace: Duration,
    },
}

impl Rotation {
    /// Whether the same refresh token may be used once more at once, when the first answer was lost.
    #[must_use]
    pub fn allows_another_try(self) -> bool {
        match self {
            Self::None => true,
            Self::Rotating { grace } | Self::Strict { grace } => grace >= ANOTHER_TRY,
        }
    }
}
