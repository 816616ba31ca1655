//! The built-in providers: one file each in `providers/`.

macro_rules! presets {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../../providers/", $name, ".json")))),*]
    };
}

/// The name of each, as in `PROVIDER`, and its file.
pub(super) const PRESETS: &[(&str, &str)] = presets![
    "airtable" "asana" "atlassian" "attio" "auth0" "calendly" "discord" "docusign" "dropbox" "entra" "figma"
    "freshbooks" "github" "gitlab" "google" "hubspot" "intercom" "klaviyo" "linear" "linkedin" "mailchimp"
    "monday" "notion" "okta" "pipedrive" "quickbooks" "salesforce" "shopify" "slack" "webflow" "xero"
    "zendesk" "zoho" "zoom"
];
