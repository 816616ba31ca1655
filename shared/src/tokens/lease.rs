//! One refresh per link, however many functions run at once, without a database.
//!
//! Where refresh tokens rotate, two refreshes at once end the grant: the provider takes the second for a
//! theft. The Secret Store cannot compare and set, but Stripe runs only the first of all requests with one
//! idempotency key. Whoever's request was run refreshes; the others wait for the new tokens.

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{TokenSet, UserTokens};
use crate::error::Error;
use crate::secret_store::Claim;

/// The secret that the lease writes. What it holds does not matter.
pub(super) const NAME: &str = "refresh_lease";

impl UserTokens<'_> {
    /// Asks for the lease to refresh this set, in its present attempt.
    ///
    /// # Errors
    /// As [`UserSecrets::claim`](crate::secret_store::UserSecrets::claim).
    pub async fn claim_refresh(&self, tokens: &TokenSet) -> Result<Claim, Error> {
        let turn = format!("{}:{}", tokens.generation, tokens.attempt);
        let mut link = Sha256::new();
        for part in self.context() {
            link.update(part);
            link.update([0]);
        }
        // A link made anew begins again at generation 0, within the day that Stripe remembers keys.
        link.update(tokens.link.unwrap_or_default());
        let key = format!("refresh:{}:{turn}", hex::encode(link.finalize()));
        // The same for every contender: no clock, no name of its own.
        self.secrets.claim(&key, NAME, &SecretString::from(turn)).await
    }
}
