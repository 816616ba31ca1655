//! The paths that functions serve: `/api/oauth/<endpoint>` and no others.
//!
//! Each [`Function`](crate::Function) names its endpoints. The sandbox's gateway builds its routes from them,
//! and the tests in `deploy/tests` check `template.yaml` and the router in `Cargo.toml` against them.

/// The prefix of every path, because a Stripe App's `connect-src` needs a path.
pub const PREFIX: &str = "/api/oauth/";

/// The full path of an endpoint.
#[must_use]
pub fn path(endpoint: &str) -> String {
    format!("{PREFIX}{endpoint}")
}

/// The endpoint in a request's path.
///
/// A stage or a custom domain may put segments before the prefix. Everything after the first occurrence of
/// the prefix is the endpoint, slashes included, so `/api/oauth/x/login` names `x/login`, which no function
/// serves. The match is literal: nothing is decoded, dot segments are not resolved, and empty segments are
/// not skipped.
pub(crate) fn endpoint(path: &str) -> Option<&str> {
    let (before, endpoint) = path.split_once(PREFIX)?;
    let has_empty_segment = before.ends_with('/') || before.contains("//");
    (!has_empty_segment).then_some(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_may_come_before_the_prefix() {
        for path in
            ["/api/oauth/login", "/prod/api/oauth/login", "/a/b/api/oauth/login", "/api/api/oauth/login"]
        {
            assert_eq!(endpoint(path), Some("login"), "{path}");
        }
    }

    #[test]
    fn nothing_comes_between_the_prefix_and_the_endpoint() {
        for (path, named) in [
            ("/api/oauth/x/login", "x/login"),
            ("/api/oauth//login", "/login"),
            ("/api/oauth/login/", "login/"),
            ("/api/oauth/%6Cogin", "%6Cogin"),
            ("/api/oauth/x/api/oauth/login", "x/api/oauth/login"),
            ("/api/oauth/api/oauth/login", "api/oauth/login"),
        ] {
            assert_eq!(endpoint(path), Some(named));
        }
        for path in
            ["", "/", "/login", "/api/oauth", "/api//oauth/login", "//api/oauth/login", "/x//api/oauth/login"]
        {
            assert_eq!(endpoint(path), None, "{path}");
        }
    }
}
