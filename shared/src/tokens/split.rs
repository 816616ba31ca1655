//! A sealed set of more than 5000 characters is split into several secrets: a head, and up to three parts.
//!
//! The head is `~<slot><parts>~<first chunk>`; sealed text itself has no `~`. Every write puts its parts into
//! a new slot with a random name, and writes the head last. So no write touches the parts of another set, and
//! the head alone decides which set is current.

use super::name::LinkName;
use crate::sealed::{SealingFailed, random};
use crate::secret_store::LONGEST_PAYLOAD;

/// Parts in addition to the head. With the parts of the set being replaced and two leases, that makes nine
/// secrets of the ten that a scope may hold.
const MOST_PARTS: u8 = 3;
/// Characters in each chunk; the head also holds its mark.
const CHUNK: usize = 4985;
/// Hexadecimal digits in the name of a slot.
const SLOT: usize = 8;

/// Where the parts of one set are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    slot: String,
    count: u8,
}

impl Parts {
    /// The names of their secrets, in order.
    pub(super) fn names(&self, link: &LinkName) -> Vec<String> {
        (1..=self.count).map(|number| link.part(&self.slot, number)).collect()
    }
}

/// The content of the head's secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// The whole text.
    Whole(&'a str),
    /// The first chunk of a text that continues in these parts.
    Split { parts: Parts, first: &'a str },
}

impl<'a> Head<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        Self::parse_split(text).unwrap_or(Self::Whole(text))
    }

    fn parse_split(text: &'a str) -> Option<Self> {
        let (mark, first) = text.strip_prefix('~')?.split_once('~')?;
        let (slot, count) = mark.split_at_checked(SLOT)?;
        let is_slot = slot.bytes().all(|byte| byte.is_ascii_hexdigit());
        let count = count.parse().ok().filter(|count| is_slot && (1..=MOST_PARTS).contains(count))?;
        Some(Self::Split { parts: Parts { slot: slot.to_owned(), count }, first })
    }
}

/// A sealed text, as it is stored in the Secret Store.
pub(super) struct Split {
    /// The payload of the head's secret.
    pub(super) head: String,
    /// The names of the parts' secrets, if there are parts.
    pub(super) parts: Option<Parts>,
    /// Their payloads, in order.
    pub(super) chunks: Vec<String>,
}

impl Split {
    /// Splits a text, with its parts in a new slot; `None` if it is too long even for that.
    ///
    /// # Errors
    /// Only if the system cannot provide random bytes.
    pub(super) fn of(sealed: &str) -> Result<Option<Self>, SealingFailed> {
        Ok(Self::into_slot(sealed, hex::encode(random::<{ SLOT / 2 }>()?)))
    }

    /// Splits a text, with its parts overwriting those of another set.
    pub(super) fn over(sealed: &str, parts: &Parts) -> Option<Self> {
        Self::into_slot(sealed, parts.slot.clone())
    }

    fn into_slot(sealed: &str, slot: String) -> Option<Self> {
        if sealed.len() <= LONGEST_PAYLOAD {
            return Some(Self { head: sealed.to_owned(), parts: None, chunks: Vec::new() });
        }
        // Base64 is ASCII: bytes are characters.
        let chunks = sealed.as_bytes().chunks(CHUNK).map(|chunk| String::from_utf8_lossy(chunk).into_owned());
        let mut chunks = chunks.collect::<Vec<_>>();
        let first = chunks.remove(0);
        let count = u8::try_from(chunks.len()).ok().filter(|count| *count <= MOST_PARTS)?;
        Some(Self { head: format!("~{slot}{count}~{first}"), parts: Some(Parts { slot, count }), chunks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn split(length: usize) -> Option<Split> {
        Split::of(&"x".repeat(length)).unwrap()
    }

    #[test]
    fn every_length_comes_back_whole_and_fits() {
        for length in [0, 1, 4999, 5000, 5001, 9970, 9971, 19_940] {
            let Split { head, parts, chunks } = split(length).unwrap();
            let joined = match Head::parse(&head) {
                Head::Whole(text) => text.to_owned(),
                Head::Split { parts: told, first } => {
                    assert_eq!(Some(told), parts, "{length}");
                    first.to_owned() + &chunks.concat()
                }
            };
            assert_eq!(joined, "x".repeat(length), "{length}");
            assert!(head.len() <= 5000 && chunks.iter().all(|chunk| chunk.len() <= 5000), "{length}");
            assert_eq!(chunks.is_empty(), length <= 5000, "{length}");
        }
        assert!(split(19_941).is_none());
    }

    #[test]
    fn each_write_has_a_slot_of_its_own() {
        let (one, other) = (split(12_000).unwrap().parts.unwrap(), split(12_000).unwrap().parts.unwrap());
        assert_ne!(one, other);
        let link = LinkName::from_settings(&mut Settings::of(&[("LINK_NAME", "crm")])).unwrap();
        let names = [1, 2].map(|number| format!("crm.{}.{number}", one.slot));
        assert_eq!(one.names(&link), names);
    }

    #[test]
    fn a_malformed_head_is_read_as_text() {
        let wrong = ["", "~", "~a", "~~", "~0123456~x", "~01234567~x", "~012345670~x", "~012345674~x"];
        for text in wrong.into_iter().chain(["~01234567-1~x", "~0123456é1~x", "~x12345671~x", "~012345671"])
        {
            assert_eq!(Head::parse(text), Head::Whole(text));
        }
    }
}
