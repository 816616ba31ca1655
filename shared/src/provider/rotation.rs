use std::time::Duration;

/// The longest that a first and a second attempt take together.
const ANOTHER_TRY: Duration = Duration::from_secs(10);

/// What happens to a refresh token once it has been used (RFC 9700 section 4.14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays the same.
    None,
    /// Every response brings a new one; the old one ends after the grace period.
    Rotating {
        /// How long the old one is still accepted.
        grace: Duration,
    },
    /// As rotating, but using the old one after the grace period ends the whole grant.
    Strict {
        /// How long the old one is still accepted.
        grace: Duration,
    },
}

impl Rotation {
    /// Whether the same refresh token may be used again at once if the first response was lost.
    #[must_use]
    pub fn allows_another_try(self) -> bool {
        match self {
            Self::None => true,
            Self::Rotating { grace } | Self::Strict { grace } => grace >= ANOTHER_TRY,
        }
    }
}
