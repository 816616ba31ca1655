//! An incoming request and the context its handler needs.

use std::ops::Deref;

use lambda_http::http::Method;
use lambda_http::{Request, RequestExt};

use crate::clock::{Clock, UnixSeconds};
use crate::error::Error;
use crate::http::Deadline;

/// How long a request body may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyLimit {
    /// 8 KiB: ids, a state, a code.
    Short,
    /// 160 KiB: JSON of the app's own, with every quote escaped twice.
    Long,
}

/// When an event arrived, and when it must be answered. Every kind of invocation has one, and can be used as one.
pub struct Timing {
    /// The source of the current time.
    pub(crate) clock: Clock,
    /// When the event arrived.
    pub now: UnixSeconds,
    /// The time by which it must be answered.
    pub deadline: Deadline,
}

impl Timing {
    /// Of an event that has just arrived.
    pub(crate) fn new(clock: Clock, deadline: Deadline) -> Self {
        Self { now: clock.now(), clock, deadline }
    }
}

/// An HTTP request with its timing. It has no `Debug`: headers and bodies hold signatures and codes.
pub struct Invocation {
    request: Request,
    timing: Timing,
    /// Lambda's id for this request, included in every error response.
    pub request_id: String,
}

impl Deref for Invocation {
    type Target = Timing;

    fn deref(&self) -> &Timing {
        &self.timing
    }
}

impl Invocation {
    /// A request that has just arrived.
    #[must_use]
    pub fn new(request: Request, clock: Clock, deadline: Deadline, request_id: String) -> Self {
        Self::of(request, Timing::new(clock, deadline), request_id)
    }

    /// A request that arrived at this time.
    pub(crate) fn of(request: Request, timing: Timing, request_id: String) -> Self {
        Self { request, timing, request_id }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The text of a header; `None` if it is absent or blank.
    ///
    /// # Errors
    /// `refusal` if the header is repeated or not text.
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

    /// The value of a query parameter, at most `longest` bytes; `None` if it is absent or empty.
    ///
    /// # Errors
    /// `bad_request` if it is repeated (RFC 6749 section 3.1) or too long.
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
    /// `bad_request` if it is too long or not UTF-8.
    pub(crate) fn body(&self, limit: BodyLimit) -> Result<&str, Error> {
        let body = self.request.body().as_ref();
        let (longest, refusal) = match limit {
            BodyLimit::Short => (8 * 1024, "The body is too long: at most 8 KiB."),
            BodyLimit::Long => (160 * 1024, "The body is too long: at most 160 KiB."),
        };
        if body.len() > longest {
            return Err(Error::BadRequest(refusal));
        }
        std::str::from_utf8(body).map_err(|_| Error::BadRequest("The body is not UTF-8 text."))
    }
}
