use serde_json::Value;

use super::Pointers;
use super::reader::Object;

/// How a response reports an error, whatever its status.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Refusal {
    /// A flag that is true on success.
    ok: Pointers,
    /// The error code.
    error: Pointers,
    /// The provider's own codes, and the RFC codes they stand for.
    codes: Vec<(String, String)>,
}

impl Refusal {
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        Self {
            ok: object.pointers("ok", &[]),
            error: object.pointers("error", &["/error"]),
            codes: object.pairs("codes"),
        }
    }

    /// The error code in a response, as the RFCs name it; empty if the response is an error without a code,
    /// `None` if it is no error.
    pub(in crate::provider) fn of(&self, document: &Value) -> Option<String> {
        let is_refused = self.ok.find(document).is_some_and(|ok| *ok != Value::Bool(true));
        let Some(told) = self.error.text(document) else {
            return is_refused.then(String::new);
        };
        let standard = self.codes.iter().find(|(own, _)| *own == told).map(|(_, standard)| standard.clone());
        Some(standard.unwrap_or(told))
    }
}
