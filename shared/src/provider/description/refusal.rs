use serde_json::Value;

use super::Pointers;
use super::reader::Object;

/// How an answer says no, whatever its status.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Refusal {
    /// A flag that is true where all went well.
    ok: Pointers,
    /// The error code.
    error: Pointers,
    /// The provider's own codes, as those of the RFCs.
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

    /// The error code in an answer, as the RFCs call it; empty where the answer is a refusal without one.
    pub(in crate::provider) fn of(&self, document: &Value) -> Option<String> {
        let is_refused = self.ok.find(document).is_some_and(|ok| *ok != Value::Bool(true));
        let Some(told) = self.error.text(document) else {
            return is_refused.then(String::new);
        };
        let standard = self.codes.iter().find(|(own, _)| *own == told).map(|(_, standard)| standard.clone());
        Some(standard.unwrap_or(told))
    }
}
