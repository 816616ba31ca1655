//! Where the browser returns: the Dashboard's OAuth redirect page.

use url::Url;

use crate::settings::Settings;
use crate::stripe_user::Mode;

/// The return URL. It comes from the settings, never from a request.
pub enum Dashboard {
    /// `<base>/[test/]apps-oauth/<app id>`, depending on the mode.
    App {
        /// The Dashboard's origin.
        base: Url,
        /// The app's id, as in its manifest.
        app_id: String,
    },
    /// The same URL in every mode.
    Fixed(Url),
}

impl Dashboard {
    /// Reads `STRIPE_APP_ID` or `STRIPE_REDIRECT_URL`, and `STRIPE_DASHBOARD_BASE` for local development.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        match (settings.optional("STRIPE_APP_ID"), settings.optional("STRIPE_REDIRECT_URL")) {
            (Some(_), Some(_)) => {
                settings.problem(
                    "STRIPE_REDIRECT_URL",
                    "is set as well as STRIPE_APP_ID: set only one of the two",
                );
                None
            }
            (None, Some(_)) => settings.optional_url("STRIPE_REDIRECT_URL").map(Self::Fixed),
            (app_id, None) => {
                let app_id = match app_id {
                    Some(app_id) if is_app_id(&app_id) => app_id,
                    Some(_) => {
                        settings.problem(
                            "STRIPE_APP_ID",
                            "must be the id of the app manifest, like com.example.app",
                        );
                        return None;
                    }
                    None => {
                        settings.problem("STRIPE_APP_ID", "is not set, and neither is STRIPE_REDIRECT_URL");
                        return None;
                    }
                };
                let base = match settings.optional("STRIPE_DASHBOARD_BASE") {
                    Some(_) => settings.optional_url("STRIPE_DASHBOARD_BASE"),
                    None => Url::parse("https://dashboard.stripe.com").ok(),
                };
                Some(Self::App { base: base?, app_id })
            }
        }
    }

    /// The URL for a mode, with query parameters. Sandboxes use the `test` path as well.
    #[must_use]
    pub fn return_url(&self, mode: Mode, parameters: &[(&str, &str)]) -> Url {
        let mut url = match self {
            Self::Fixed(url) => url.clone(),
            Self::App { base, app_id } => {
                let mut url = base.clone();
                if let Ok(mut segments) = url.path_segments_mut() {
                    segments.pop_if_empty();
                    if mode != Mode::Live {
                        segments.push("test");
                    }
                    segments.extend(["apps-oauth", app_id]);
                }
                url
            }
        };
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url
    }
}

fn is_app_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashboard(values: &[(&'static str, &str)]) -> Result<Dashboard, String> {
        let mut settings = Settings::of(values);
        Dashboard::from_settings(&mut settings).ok_or_else(|| settings.problems().join("; "))
    }

    #[test]
    fn the_mode_is_in_the_path() {
        let dashboard = dashboard(&[("STRIPE_APP_ID", "com.example.app")]).ok().unwrap();
        for (mode, expected) in [
            (Mode::Live, "https://dashboard.stripe.com/apps-oauth/com.example.app?code=K&state=S%26x"),
            (Mode::Test, "https://dashboard.stripe.com/test/apps-oauth/com.example.app?code=K&state=S%26x"),
            (
                Mode::Sandbox,
                "https://dashboard.stripe.com/test/apps-oauth/com.example.app?code=K&state=S%26x",
            ),
        ] {
            assert_eq!(dashboard.return_url(mode, &[("code", "K"), ("state", "S&x")]).as_str(), expected);
        }
    }

    #[test]
    fn the_articles_address_is_taken_as_it_is() {
        let address = "https://dashboard.stripe.com/test/apps-oauth/your.app.id";
        let dashboard = dashboard(&[("STRIPE_REDIRECT_URL", address)]).ok().unwrap();
        assert_eq!(dashboard.return_url(Mode::Live, &[]).as_str(), address);
    }

    #[test]
    fn wrong_settings_are_named() {
        for values in [
            &[][..],
            &[("STRIPE_APP_ID", "../evil")],
            &[("STRIPE_APP_ID", "a"), ("STRIPE_REDIRECT_URL", "https://dashboard.stripe.com/apps-oauth/a")],
            &[("STRIPE_REDIRECT_URL", "http://dashboard.stripe.com/")],
        ] {
            assert!(dashboard(values).err().unwrap().contains("STRIPE_"), "{values:?}");
        }
    }
}
