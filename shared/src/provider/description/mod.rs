//! How providers differ, as data: one JSON file each. `docs/providers/description.md` documents every key.
//!
//! The files in `providers/` are part of the binary; only the chosen one is parsed. For any other provider,
//! `PROVIDER_FILE` names a file in the deployment package. A provider that keeps to the RFCs needs no file,
//! only settings.

mod authorization;
mod client_authentication;
mod data_center;
mod host_suffixes;
mod kept;
mod pointers;
mod presets;
mod protected_resource;
mod reader;
mod refusal;
mod revocation;
mod tenant;
#[cfg(test)]
mod tests;
mod token;
mod url_template;
mod userinfo;
#[cfg(test)]
mod which;

use std::borrow::Cow;

use super::client::Authentication;
use crate::settings::Settings;
use presets::PRESETS;

pub(super) use authorization::{Authorization, QUERY, RESPONSE_MODE};
pub(super) use client_authentication::ClientAuthentication;
pub(super) use data_center::DataCenter;
use host_suffixes::HostSuffixes;
pub(super) use kept::KeptField;
pub(super) use pointers::Pointers;
pub(crate) use protected_resource::ProtectedResource;
pub(super) use reader::{Object, Problems};
pub(super) use refusal::{Codes, Refusal, meaning};
pub(super) use revocation::{Revocation, Revoked, TokenPlace};
pub(super) use tenant::Tenant;
pub(super) use token::{REDIRECT_URI, Token, TokenFields};
pub(super) use url_template::{TOKEN, UrlTemplate};
pub(super) use userinfo::{Content, Emails, Userinfo};

/// A provider without a preset.
const CUSTOM: &str = "custom";

/// Names and values of request parameters.
pub(super) type Parameters = Vec<(String, String)>;

/// The description of one provider.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// The issuer identifier (RFC 9207 section 2).
    pub(super) issuer: Option<String>,
    /// Whether every callback must contain it.
    pub(super) issuer_required: bool,
    /// How clients authenticate at the token endpoint.
    pub(super) authentication: Authentication,
    /// Which of the provider's servers has the user's account.
    pub(super) data_center: Option<DataCenter>,
    /// The tenant that was filled in, if this provider has tenants.
    pub(super) tenant: Option<Tenant>,
    pub(super) authorization: Authorization,
    pub(super) token: Token,
    pub(super) userinfo: Userinfo,
    /// How the provider's API takes access tokens.
    pub(super) api: ProtectedResource,
    pub(super) revocation: Revocation,
}

/// The provider's name, `PROVIDER`.
pub(super) fn name(settings: &mut Settings) -> Option<&'static str> {
    let presets = PRESETS.iter().map(|&(name, _)| (name, name));
    settings.choice("PROVIDER", &[(CUSTOM, CUSTOM)].into_iter().chain(presets).collect::<Vec<_>>())
}

impl Description {
    /// Reads the preset of this name, or the file that `PROVIDER_FILE` names, with `THIRD_PARTY_TENANT`
    /// filled in.
    pub(super) fn from_settings(name: &str, settings: &mut Settings) -> Option<Self> {
        let file = settings.optional("PROVIDER_FILE");
        let preset = PRESETS.iter().find(|(preset, _)| *preset == name);
        let (file, text) = match (preset, file) {
            (Some((name, text)), None) => (format!("providers/{name}.json"), Cow::Borrowed(*text)),
            (Some(_), Some(_)) => {
                settings.problem("PROVIDER_FILE", "is only for PROVIDER=custom: unset one of them");
                return None;
            }
            // No description: the RFCs and the settings apply.
            (None, None) => (String::new(), Cow::Borrowed("{}")),
            (None, Some(file)) => match std::fs::read_to_string(&file) {
                Ok(text) => (file, Cow::Owned(text)),
                Err(error) => {
                    settings.problem("PROVIDER_FILE", &format!("cannot be read: {}", error.kind()));
                    return None;
                }
            },
        };
        let tenant = settings.optional("THIRD_PARTY_TENANT");
        Self::read(&file, &text, tenant.as_deref())
            .map_err(|problems| {
                for (what, why) in problems {
                    settings.problem(&what, &why);
                }
            })
            .ok()
    }

    /// Reads a file. The error lists every mistake in it, by key and reason.
    pub(super) fn read(file: &str, text: &str, tenant: Option<&str>) -> Result<Self, Vec<(String, String)>> {
        let mut problems = Problems::default();
        let description = Object::read(file, text, &mut problems, |object| Self::from_object(object, tenant));
        match (description, problems.into_vec()) {
            (Some(description), problems) if problems.is_empty() => Ok(description),
            (_, problems) => Err(problems),
        }
    }

    fn from_object(object: &mut Object<'_>, tenant_setting: Option<&str>) -> Self {
        // For human readers only.
        object.text("name");
        object.text("register");
        object.texts("sources");
        object.text("read");
        object.texts("unverified");
        let tenant = object.object("tenant", |tenant| Tenant::read(tenant, tenant_setting));
        if tenant.is_none() && tenant_setting.is_some() {
            object.setting_problem("THIRD_PARTY_TENANT", "is set, but this provider has no tenants");
        }
        let filled_in = tenant.clone();
        let tenant = tenant.as_ref();
        let userinfo = object.object_or_empty("userinfo", |it| Userinfo::read(it, tenant));
        let api = object.object_or_empty("api", |it| userinfo.resource.of_api(it));
        Self {
            tenant: filled_in,
            issuer: object.text("issuer"),
            issuer_required: object.flag("issuer_required", true),
            authentication: object
                .word("client_authentication", &Authentication::WORDS)
                .unwrap_or(Authentication::Post),
            data_center: object.object("data_center", DataCenter::read).flatten(),
            authorization: object.object_or_empty("authorization", |it| Authorization::read(it, tenant)),
            token: object.object_or_empty("token", |it| Token::read(it, tenant)),
            userinfo,
            api,
            revocation: object.object_or_empty("revocation", |it| Revocation::read(it, tenant)),
        }
    }
}
