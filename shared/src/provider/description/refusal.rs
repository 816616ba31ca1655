use lambda_http::http::StatusCode;
use serde_json::Value;

use super::Pointers;
use super::reader::Object;
use crate::http::Reply;
use crate::provider::error_code::ErrorCode;

/// The provider's own words, and what each means.
pub(in crate::provider) type Codes = Vec<(String, ErrorCode)>;

/// How a response reports an error.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Refusal {
    /// A flag that is true on success.
    ok: Pointers,
    /// The error code.
    error: Pointers,
    /// The provider's own error codes; an error without a code has an empty one.
    codes: Codes,
    /// Whole bodies that are not JSON.
    texts: Codes,
    /// HTTP statuses, for responses whose body says nothing that is listed.
    statuses: Codes,
}

impl Refusal {
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let statuses = object.codes("statuses");
        for (status, _) in &statuses {
            let status = StatusCode::from_bytes(status.as_bytes());
            if !status.is_ok_and(|it| it.is_client_error() && it != StatusCode::TOO_MANY_REQUESTS) {
                object.problem("statuses", "must have HTTP statuses from 400 to 499 as names, without 429");
            }
        }
        Self {
            ok: object.pointers("ok", &[]),
            error: object.pointers("error", &["/error"]),
            codes: object.codes("codes"),
            texts: object.codes("texts"),
            statuses,
        }
    }

    /// The error in a response with this JSON body, if it is one; `None` if nothing but its status may say so.
    pub(in crate::provider) fn of(&self, reply: &Reply, document: Option<&Value>) -> Option<ErrorCode> {
        let told: Vec<_> = document.into_iter().flat_map(|document| self.error.codes(document)).collect();
        let words = || told.iter().filter(|word| !word.is_empty());
        let text = || reply.text().filter(|_| document.is_none()).map(str::trim);
        let ok = document.and_then(|document| self.ok.find(document));
        let is_refused = !told.is_empty() || ok.is_some_and(|ok| *ok != Value::Bool(true));
        words()
            .find_map(|word| meaning(&self.codes, word))
            .or_else(|| meaning(&self.texts, text()?))
            .or_else(|| meaning(&self.statuses, reply.status.as_str()))
            .or_else(|| words().find_map(|word| ErrorCode::standard(word)))
            .or_else(|| words().next().map(|_| ErrorCode::Unknown))
            .or_else(|| is_refused.then(|| meaning(&self.codes, "").unwrap_or(ErrorCode::Unknown)))
    }
}

/// What a word of the provider means.
pub(in crate::provider) fn meaning(codes: &Codes, word: &str) -> Option<ErrorCode> {
    codes.iter().find(|(own, _)| own == word).map(|(_, code)| *code)
}

impl Object<'_> {
    /// The provider's own words, and the standard codes that they stand for.
    pub(super) fn codes(&mut self, key: &str) -> Codes {
        let pairs = self.pairs(key);
        let codes = pairs.into_iter().filter_map(|(own, standard)| {
            let code = ErrorCode::standard(&standard);
            if code.is_none() {
                let words = ErrorCode::WORDS.map(|(word, _)| word).join(", ");
                self.problem(&format!("{key}.{own}"), &format!("must be one of: {words}"));
            }
            Some((own, code?))
        });
        codes.collect()
    }
}
