//! Which of the two link flows is in use.

use crate::error::Error;
use crate::settings::Settings;

/// How linking an account is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFlow {
    /// The callback stores nothing; the Dashboard session that started the link completes it with a signed
    /// request.
    SessionBound,
    /// The callback itself exchanges the code and stores the tokens, as the article of 2022 does.
    Direct,
}

impl LinkFlow {
    /// Reads `LINK_FLOW`.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        settings.choice("LINK_FLOW", &[Self::SessionBound, Self::Direct].map(|flow| (flow.word(), flow)))
    }

    /// Rejects a route of the other flow.
    ///
    /// # Errors
    /// `flow_disabled`.
    pub fn require(self, needed: Self) -> Result<(), Error> {
        if self == needed { Ok(()) } else { Err(Error::FlowDisabled(needed.word())) }
    }

    /// The flow's name in `LINK_FLOW`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SessionBound => "session_bound",
            Self::Direct => "direct",
        }
    }
}
