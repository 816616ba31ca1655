//! The built-in providers: one file each in `providers/`.

macro_rules! presets {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../../providers/", $name, ".json")))),*]
    };
}

/// The name of each, as in `PROVIDER`, and its file.
pub(super) const PRESETS: &[(&str, &str)] = presets![
    "airtable" "asana" "atlassian" "auth0" "discord" "dropbox" "entra" "figma" "github" "google" "hubspot"
    "linear" "mailchimp" "notion" "okta" "quickbooks" "salesforce" "shopify" "slack" "xero" "zendesk" "zoom"
];
