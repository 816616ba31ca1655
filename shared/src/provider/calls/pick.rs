use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::provider::description::{Object, Pointers};

/// Which parts of a response the app gets.
#[derive(Debug)]
pub(super) enum Pick {
    List(List),
    Parts(BTreeMap<String, Part>),
}

/// One part of a response.
#[derive(Debug)]
pub(super) enum Part {
    Value(Pointers),
    List(List),
}

/// A list, with some values of each of its elements.
#[derive(Debug)]
pub(super) struct List {
    at: Pointers,
    each: BTreeMap<String, Pointers>,
}

/// What was picked, as written in the response: a parsed number could lose digits.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Picked<'a> {
    Value(Option<&'a RawValue>),
    List(Option<Vec<BTreeMap<&'a str, Option<&'a RawValue>>>>),
    Parts(BTreeMap<&'a str, Picked<'a>>),
}

impl Pick {
    /// Reads a list, if there are its keys; else names, each with a pointer or a list.
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let names = object.names();
        if names.iter().any(|name| ["at", "each"].contains(&name.as_str())) {
            return Self::List(List::read(object));
        }
        let parts = names.into_iter().map(|name| {
            let list = object.object_if(&name, List::read).map(Part::List);
            let part = list.unwrap_or_else(|| Part::Value(object.pointers(&name, &[])));
            (name, part)
        });
        Self::Parts(parts.collect())
    }

    /// Picks from a response; what is not there is `null`.
    pub(super) fn of<'a>(&'a self, response: &'a RawValue) -> Picked<'a> {
        match self {
            Self::List(list) => list.of(response),
            Self::Parts(parts) => {
                let parts = parts.iter().map(|(name, part)| {
                    let picked = match part {
                        Part::Value(at) => Picked::Value(at.find_below(response)),
                        Part::List(list) => list.of(response),
                    };
                    (name.as_str(), picked)
                });
                Picked::Parts(parts.collect())
            }
        }
    }
}

impl List {
    /// Reads the keys `each` and `at`; without `at`, the list is the whole response.
    fn read(object: &mut Object<'_>) -> Self {
        object.require("each");
        let each = object.object_or_empty("each", |each| {
            let fields = each.names().into_iter().map(|name| {
                let at = each.pointers(&name, &[]);
                (name, at)
            });
            fields.collect()
        });
        Self { at: object.pointers("at", &[""]), each }
    }

    fn of<'a>(&'a self, response: &'a RawValue) -> Picked<'a> {
        let list = self.at.find_below(response);
        let list = list.and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok());
        let element =
            |element| self.each.iter().map(|(name, at)| (name.as_str(), at.find_below(element))).collect();
        Picked::List(list.map(|list| list.into_iter().map(element).collect()))
    }
}
