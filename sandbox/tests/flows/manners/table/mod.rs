//! The providers in `providers/`, one row each, written from the facts and not from those files.

mod airtable_to_figma;
mod freshbooks_to_monday;
mod notion_to_zoom;

use super::manner::Manner;

/// All rows. Whatever follows the RFCs is left out.
pub fn rows() -> Vec<Manner> {
    [airtable_to_figma::rows(), freshbooks_to_monday::rows(), notion_to_zoom::rows()]
        .into_iter()
        .flatten()
        .collect()
}
