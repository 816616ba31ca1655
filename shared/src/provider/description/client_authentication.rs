use super::reader::Object;
use crate::provider::client::Authentication;

/// How requests to an endpoint other than the token endpoint are authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provider) enum ClientAuthentication {
    /// Like the token request.
    AsAtTokenEndpoint,
    /// With its own method.
    Own(Authentication),
    /// Not at all: whoever has the token may use it.
    None,
}

impl ClientAuthentication {
    /// Reads the key `client_authentication`.
    pub(super) fn read(object: &mut Object<'_>) -> Option<Self> {
        let own = Authentication::WORDS.map(|(word, own)| (word, Self::Own(own)));
        let words = own.into_iter().chain([("none", Self::None)]).collect::<Vec<_>>();
        object.word("client_authentication", &words)
    }
}
