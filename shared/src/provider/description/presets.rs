//! The providers that come with this crate: the files of `providers/`, one each.

macro_rules! presets {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../../providers/", $name, ".json")))),*]
    };
}

/// Each by its name, the value of `PROVIDER`.
pub(super) const PRESETS: &[(&str, &str)] = presets![
    "airtable" "asana" "atlassian" "auth0" "discord" "dropbox" "entra" "figma" "github" "google" "hubspot"
    "linear" "mailchimp" "notion" "okta" "quickbooks" "salesforce" "shopify" "slack" "xero" "zendesk" "zoom"
];
