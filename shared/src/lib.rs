//! What the four functions share.
pub mod clock;
pub mod http;
pub mod stripe_user;
pub use clock::{Clock, UnixSeconds};
pub use stripe_user::Mode;
