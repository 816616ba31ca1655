//! The providers in `providers/`, one row each, written from the facts and not from those files.

mod airtable_to_hubspot;
mod linear_to_zoom;

use super::manner::Manner;

/// All rows. Whatever follows the RFCs is left out.
pub fn rows() -> Vec<Manner> {
    let mut rows = airtable_to_hubspot::rows();
    rows.extend(linear_to_zoom::rows());
    rows
}
