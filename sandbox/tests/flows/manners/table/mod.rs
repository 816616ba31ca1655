//! The providers of `providers/`, one row each, written from facts and not from those files.

mod airtable_to_hubspot;
mod linear_to_zoom;

use super::manner::Manner;

/// All of them. What is as the RFCs have it is left out.
pub fn rows() -> Vec<Manner> {
    let mut rows = airtable_to_hubspot::rows();
    rows.extend(linear_to_zoom::rows());
    rows
}
