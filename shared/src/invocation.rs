//! One request of ours, with what its handler needs to know besides.

use lambda_http::http::Method;
use lambda_http::{Request, RequestExt};

use crate::clock::{Clock, UnixSeconds};
use crate::error::Error;
use crate::http::Deadline;

/// The longest body we take.
const LONGEST_BODY: usize = 8 * 1024;

/// A request, when it came, and by when it must be answered. It has no `Debug`: headers and bodies hold
/// signatures and codes.
pub struct Invocation {
    request: Request,
    /// The time of day.
    pub(crate) clock: Clock,
    /// When the request came.
    pub now: UnixSeconds,
    /// By when it must be answered.
    pub deadline: Deadline,
    /// Lambda's id of this request, told in every error answer.
    pub request_id: String,
}

impl Invocation {
    pub(crate) fn new(request: Request, clock: Clock, deadline: Deadline, request_id: String) -> Self {
        Self { request, now: clock.now(), clock, deadline, request_id }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// A header that is there once, not blank, and text.
    ///
    /// # Errors
    /// `Err` with `refusal` when it is repeated or not text.
    pub(crate) fn header(&self, name: &str, refusal: Error) -> Result<Option<&str>, Error> {
        let mut values = self.request.headers().get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(refusal),
            (Some(value), None) => match value.to_str() {
                Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
                Err(_) => Err(refusal),
            },
        }
    }

    /// A query parameter that is there once, not blank, and no longer than `longest` bytes.
    ///
    /// # Errors
    /// `bad_request` when it is repeated (RFC 6749 section 3.1) or too long.
    pub fn query(&self, name: &str, longest: usize) -> Result<Option<&str>, Error> {
        let parameters = self.request.query_string_parameters_ref();
        match parameters.and_then(|parameters| parameters.all(name)).as_deref() {
            None | Some([] | [""]) => Ok(None),
            Some([value]) if value.len() <= longest => Ok(Some(value)),
            Some([_]) => Err(Error::BadRequest("A query parameter is too long.")),
            Some(_) => Err(Error::BadRequest("A query parameter is repeated. Send it once.")),
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// `bad_request` when it is over 8 KiB or not UTF-8.
    pub(crate) fn body(&self) -> Result<&str, Error> {
        let body = self.request.body().as_ref();
        if body.len() > LONGEST_BODY {
            return Err(Error::BadRequest("The body is too long: at most 8 KiB."));
        }
        std::str::from_utf8(body).map_err(|_| Error::BadRequest("The body is not UTF-8 text."))
    }
}
