//! What was granted: codes, and the tokens issued for them.
//!
//! Codes and tokens point to a grant and work only while it lives, so that ending the grant ends them all.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use shared::UnixSeconds;

use super::error::TokenError;
use super::people::Person;
use super::pkce;

const CODE_LIVES: UnixSeconds = 60;
const ACCESS_TOKEN_LIVES: UnixSeconds = 3600;

/// What a person agreed to.
#[derive(Clone)]
pub(super) struct Consent {
    pub person: Person,
    pub scope: String,
    pub redirect_uri: String,
    pub code_challenge: String,
}

/// What a client presents for tokens.
pub(super) struct Redemption<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub code_verifier: &'a str,
}

/// The token endpoint's answer.
#[derive(Serialize)]
#[cfg_attr(test, derive(Debug, serde::Deserialize))]
pub(super) struct TokenSet {
    pub access_token: String,
    pub token_type: String,
    pub expires_in: UnixSeconds,
    pub refresh_token: String,
    pub scope: String,
}

type GrantId = u64;

struct Code {
    consent: Consent,
    expires: UnixSeconds,
    redeemed: Option<GrantId>,
}

struct AccessToken {
    grant: GrantId,
    expires: UnixSeconds,
}

struct RefreshToken {
    grant: GrantId,
    used: bool,
}

struct Grant {
    person: Person,
    scope: String,
}

/// Every grant. Used and expired codes and tokens are remembered, because their reuse reveals a theft.
#[derive(Default)]
pub(super) struct Grants {
    marker: String,
    /// Characters of padding in tokens.
    padding: usize,
    begun: GrantId,
    live: HashMap<GrantId, Grant>,
    codes: HashMap<String, Code>,
    access_tokens: HashMap<String, AccessToken>,
    refresh_tokens: HashMap<String, RefreshToken>,
}

impl Grants {
    pub(super) fn mark_tokens(&mut self, marker: &str) {
        marker.clone_into(&mut self.marker);
    }

    pub(super) fn pad_tokens(&mut self, characters: usize) {
        self.padding = characters;
    }

    pub(super) fn live(&self) -> usize {
        self.live.len()
    }

    pub(super) fn revoke_all(&mut self) {
        self.live.clear();
    }

    /// Whose access token this is, if it is valid.
    pub(super) fn owner(&self, access_token: &str, now: UnixSeconds) -> Option<Person> {
        let token = self.access_tokens.get(access_token)?;
        let grant = self.live.get(&token.grant)?;
        (now < token.expires).then_some(grant.person)
    }

    pub(super) fn issue_code(&mut self, consent: Consent, now: UnixSeconds) -> String {
        let code = self.random("code_", consent.person);
        let issued = Code { consent, expires: now + CODE_LIVES, redeemed: None };
        self.codes.insert(code.clone(), issued);
        code
    }

    /// Exchanges a code for tokens, once. A second try revokes what the first issued (RFC 6749 section 4.1.2).
    pub(super) fn redeem(
        &mut self,
        presented: &Redemption<'_>,
        now: UnixSeconds,
    ) -> Result<TokenSet, TokenError> {
        let code = self.codes.get_mut(presented.code).ok_or(TokenError::InvalidGrant("unknown code"))?;
        if let Some(grant) = code.redeemed {
            self.live.remove(&grant);
            return Err(TokenError::InvalidGrant("the code has already been used"));
        }
        if now >= code.expires {
            return Err(TokenError::InvalidGrant("the code has expired"));
        }
        if presented.redirect_uri != code.consent.redirect_uri {
            return Err(TokenError::InvalidGrant("not the same redirect_uri"));
        }
        if !pkce::verifies(presented.code_verifier, &code.consent.code_challenge) {
            return Err(TokenError::InvalidGrant("code_verifier does not match"));
        }
        self.begun += 1;
        code.redeemed = Some(self.begun);
        let Consent { person, scope, .. } = code.consent.clone();
        let answered = scope.clone();
        self.live.insert(self.begun, Grant { person, scope });
        Ok(self.issue_tokens(self.begun, person, answered, now))
    }

    /// Exchanges a refresh token for new tokens, once. A second try ends the grant (RFC 9700 section 4.14.2).
    pub(super) fn refresh(
        &mut self,
        refresh_token: &str,
        scope: Option<&str>,
        now: UnixSeconds,
    ) -> Result<TokenSet, TokenError> {
        let token = self
            .refresh_tokens
            .get_mut(refresh_token)
            .ok_or(TokenError::InvalidGrant("unknown refresh token"))?;
        let id = token.grant;
        if token.used {
            self.live.remove(&id);
            return Err(TokenError::InvalidGrant("the refresh token has already been used"));
        }
        let grant = self.live.get(&id).ok_or(TokenError::InvalidGrant("the grant was revoked"))?;
        let scope = scope.unwrap_or(&grant.scope);
        if !is_within(scope, &grant.scope) {
            return Err(TokenError::InvalidScope);
        }
        token.used = true;
        let (person, scope) = (grant.person, scope.to_owned());
        Ok(self.issue_tokens(id, person, scope, now))
    }

    /// Ends the grant that an access or refresh token belongs to; unknown tokens are fine (RFC 7009).
    pub(super) fn revoke(&mut self, token: &str) {
        let access = self.access_tokens.get(token).map(|token| token.grant);
        let refresh = self.refresh_tokens.get(token).map(|token| token.grant);
        if let Some(grant) = access.or(refresh) {
            self.live.remove(&grant);
        }
    }

    fn issue_tokens(&mut self, grant: GrantId, person: Person, scope: String, now: UnixSeconds) -> TokenSet {
        let tokens = TokenSet {
            access_token: self.padded("at_", person),
            token_type: "Bearer".to_owned(),
            expires_in: ACCESS_TOKEN_LIVES,
            refresh_token: self.padded("rt_", person),
            scope,
        };
        let expires = now + ACCESS_TOKEN_LIVES;
        self.access_tokens.insert(tokens.access_token.clone(), AccessToken { grant, expires });
        self.refresh_tokens.insert(tokens.refresh_token.clone(), RefreshToken { grant, used: false });
        tokens
    }

    fn padded(&self, prefix: &str, person: Person) -> String {
        self.random(prefix, person) + &"x".repeat(self.padding)
    }

    /// Contains whose it is, so that a fault can select the calls about one person.
    fn random(&self, prefix: &str, person: Person) -> String {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).expect("the system has a random source");
        format!("{prefix}{}.{}.{}", self.marker, person.subject(), BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn is_within(scope: &str, granted: &str) -> bool {
    scope.split(' ').all(|wanted| granted.split(' ').any(|held| held == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::{CHALLENGE, REDIRECT_URI, VERIFIER};

    const NOW: UnixSeconds = 1_000;

    fn code(grants: &mut Grants) -> String {
        let consent = Consent {
            person: Person::Ada,
            scope: "openid email".to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            code_challenge: CHALLENGE.to_owned(),
        };
        grants.issue_code(consent, NOW)
    }

    fn right(code: &str) -> Redemption<'_> {
        Redemption { code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
    }

    fn tokens(grants: &mut Grants) -> TokenSet {
        let code = code(grants);
        grants.redeem(&right(&code), NOW).unwrap()
    }

    #[test]
    fn a_replayed_code_ends_what_it_began() {
        let mut grants = Grants::default();
        let code = code(&mut grants);
        let tokens = grants.redeem(&right(&code), NOW).unwrap();
        // After the code has expired, a replay is still a replay.
        assert!(grants.redeem(&right(&code), NOW + 600).is_err());
        assert_eq!(grants.owner(&tokens.access_token, NOW), None);
        assert!(grants.refresh(&tokens.refresh_token, None, NOW).is_err());
        assert_eq!(grants.live(), 0);
    }

    #[test]
    fn a_code_lives_a_minute() {
        let mut grants = Grants::default();
        let (early, late) = (code(&mut grants), code(&mut grants));
        assert!(grants.redeem(&right(&early), NOW + 59).is_ok());
        assert!(grants.redeem(&right(&late), NOW + 60).is_err());
    }

    #[test]
    fn a_wrong_try_leaves_the_code_to_its_owner() {
        let mut grants = Grants::default();
        let code = code(&mut grants);
        let redirected = Redemption { redirect_uri: "https://elsewhere.example", ..right(&code) };
        assert!(grants.redeem(&redirected, NOW).is_err());
        let unproved = Redemption { code_verifier: CHALLENGE, ..right(&code) };
        assert!(grants.redeem(&unproved, NOW).is_err());
        assert!(grants.redeem(&right(&code), NOW).is_ok());
    }

    #[test]
    fn an_access_token_lives_an_hour() {
        let mut grants = Grants::default();
        let tokens = tokens(&mut grants);
        assert_eq!(grants.owner(&tokens.access_token, NOW + 3599), Some(Person::Ada));
        assert_eq!(grants.owner(&tokens.access_token, NOW + 3600), None);
        assert_eq!(grants.owner(&tokens.refresh_token, NOW), None);
    }

    #[test]
    fn refresh_tokens_rotate_and_a_used_one_ends_the_family() {
        let mut grants = Grants::default();
        let first = tokens(&mut grants);
        let second = grants.refresh(&first.refresh_token, None, NOW).unwrap();
        assert_ne!(first.refresh_token, second.refresh_token);
        assert_ne!(first.access_token, second.access_token);
        assert_eq!(grants.owner(&second.access_token, NOW), Some(Person::Ada));

        assert!(grants.refresh(&first.refresh_token, None, NOW).is_err());
        assert_eq!(grants.owner(&second.access_token, NOW), None);
        assert!(grants.refresh(&second.refresh_token, None, NOW).is_err());
    }

    #[test]
    fn a_refresh_may_ask_for_less_and_not_for_more() {
        let mut grants = Grants::default();
        let first = tokens(&mut grants);
        let more = grants.refresh(&first.refresh_token, Some("openid admin"), NOW);
        assert_eq!(more.err(), Some(TokenError::InvalidScope));
        let less = grants.refresh(&first.refresh_token, Some("email"), NOW);
        assert_eq!(less.unwrap().scope, "email");
    }

    #[test]
    fn revoking_either_token_ends_the_grant_and_no_other() {
        let mut grants = Grants::default();
        let (by_access, by_refresh, other) = (tokens(&mut grants), tokens(&mut grants), tokens(&mut grants));
        grants.revoke(&by_access.access_token);
        grants.revoke(&by_refresh.refresh_token);
        grants.revoke("at_unknown");
        assert!(grants.refresh(&by_access.refresh_token, None, NOW).is_err());
        assert_eq!(grants.owner(&by_refresh.access_token, NOW), None);
        assert_eq!(grants.owner(&other.access_token, NOW), Some(Person::Ada));
    }
}
