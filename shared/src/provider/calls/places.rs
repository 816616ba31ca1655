use std::collections::{BTreeMap, BTreeSet};

use super::Declared;
use super::text::{Place, Text};

/// What may be filled into a call, and which of it has been used, while the call is read.
pub(super) struct Places<'a> {
    pub(super) parameters: &'a BTreeMap<String, Declared>,
    /// The names of what links keep.
    pub(super) keepable: &'a BTreeSet<String>,
    pub(super) used: BTreeSet<String>,
    pub(super) kept: BTreeSet<String>,
    pub(super) takes_body: bool,
}

impl Places<'_> {
    /// Notes that a value is used where it stands for itself; the error says why it cannot be.
    pub(super) fn take(&mut self, place: &Place) -> Result<(), String> {
        let (name, is_known, used) = match place {
            Place::Parameter(name) => (name, self.parameters.contains_key(name), &mut self.used),
            Place::Kept(name) => (name, self.keepable.contains(name), &mut self.kept),
        };
        if is_known {
            used.insert(name.clone());
            return Ok(());
        }
        Err(match place {
            Place::Parameter(name) => format!("has {{{name}}}, which is not in parameters"),
            Place::Kept(name) => {
                format!("has {{kept.{name}}}, which this provider's description does not keep")
            }
        })
    }

    /// As [`Places::take`], where the value is part of something longer, which it must not end.
    pub(super) fn take_within(&mut self, place: &Place) -> Result<(), String> {
        self.take(place)?;
        let (Place::Parameter(name), Some(declared)) = (place, self.declared(place)) else { return Ok(()) };
        if !declared.parameter.is_plain() {
            Err(format!("has {{{name}}} within a path or other text: its type must be another than text"))
        } else if !declared.is_required {
            Err(format!("has {{{name}}} within a path or other text: it must not be left out of a request"))
        } else {
            Ok(())
        }
    }

    /// The parameter that a place is for.
    pub(super) fn declared(&self, place: &Place) -> Option<&Declared> {
        match place {
            Place::Parameter(name) => self.parameters.get(name),
            Place::Kept(_) => None,
        }
    }

    /// Notes all places of a text.
    pub(super) fn take_all_of(&mut self, text: &Text) -> Result<(), String> {
        text.places().try_for_each(|place| {
            if text.is_one_place() { self.take(place) } else { self.take_within(place) }
        })
    }
}
