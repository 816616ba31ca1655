//! A sealed set over 5000 characters is split over numbered secrets: a head, and up to three parts.
//!
//! The head is `~<slot><parts>~<first chunk>`; sealed text itself has no `~`. New parts go to the slot the
//! head does not point at, so that a half-written set never spoils the one that is in force. Two sets of
//! parts, a head and two leases are nine secrets, of the ten that a scope may hold.

/// Parts beside the head.
pub(super) const MOST_PARTS: u8 = 3;
/// Characters in each; the head's mark has room beside its chunk.
const CHUNK: usize = 4990;

/// One of the two places for parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    A,
    B,
}

impl Slot {
    pub(super) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The name of a part, counted from 1.
    pub(super) fn name(self, base: &str, part: u8) -> String {
        format!("{base}.{}{part}", self.letter())
    }

    fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
        }
    }
}

/// What the head's secret says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// It is the whole text.
    Whole(&'a str),
    /// It is the first chunk of a text with this many parts more.
    Split { slot: Slot, parts: u8, first: &'a str },
}

impl<'a> Head<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        Self::parse_split(text).unwrap_or(Self::Whole(text))
    }

    fn parse_split(text: &'a str) -> Option<Self> {
        let (mark, first) = text.strip_prefix('~')?.split_once('~')?;
        let slot = Slot::BOTH.into_iter().find(|slot| mark.starts_with(slot.letter()))?;
        let parts = mark[1..].parse().ok().filter(|parts| (1..=MOST_PARTS).contains(parts))?;
        Some(Self::Split { slot, parts, first })
    }
}

/// Where a part goes.
pub(super) struct PartName(Slot, u8);

impl PartName {
    pub(super) fn of(&self, base: &str) -> String {
        self.0.name(base, self.1)
    }
}

/// Splits text into the head's secret and the parts; none when it is too long for both.
pub(super) fn split(sealed: &str, slot: Slot) -> Option<(String, Vec<(PartName, String)>)> {
    if sealed.len() <= crate::secret_store::LONGEST_PAYLOAD {
        return Some((sealed.to_owned(), Vec::new()));
    }
    // Base64 is ASCII: bytes are characters.
    let mut chunks = sealed.as_bytes().chunks(CHUNK).map(|chunk| String::from_utf8_lossy(chunk).into_owned());
    let first = chunks.next()?;
    let numbered = (1..).zip(chunks).map(|(number, chunk)| (PartName(slot, number), chunk));
    let parts = numbered.collect::<Vec<_>>();
    if parts.len() > usize::from(MOST_PARTS) {
        return None;
    }
    Some((format!("~{}{}~{first}", slot.letter(), parts.len()), parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejoin(head: &str, parts: &[(PartName, String)]) -> String {
        match Head::parse(head) {
            Head::Whole(text) => text.to_owned(),
            Head::Split { first, .. } => parts.iter().fold(first.to_owned(), |text, (_, part)| text + part),
        }
    }

    #[test]
    fn every_length_comes_back_whole_and_fits() {
        for length in [0, 1, 4999, 5000, 5001, 9980, 9981, 19_960] {
            let text = "x".repeat(length);
            let (head, parts) = split(&text, Slot::B).unwrap();
            assert_eq!(rejoin(&head, &parts), text, "{length}");
            assert!(head.len() <= 5000 && parts.iter().all(|(_, part)| part.len() <= 5000), "{length}");
            assert_eq!(parts.is_empty(), length <= 5000, "{length}");
        }
        assert!(split(&"x".repeat(19_961), Slot::A).is_none());
    }

    #[test]
    fn the_head_tells_where_the_parts_are() {
        let (head, parts) = split(&"x".repeat(12_000), Slot::B).unwrap();
        assert!(matches!(Head::parse(&head), Head::Split { slot: Slot::B, parts: 2, .. }));
        let names: Vec<_> = parts.iter().map(|(name, _)| name.of("access_token")).collect();
        assert_eq!(names, ["access_token.b1", "access_token.b2"]);
    }

    #[test]
    fn a_strange_head_is_taken_as_text() {
        for text in ["", "~", "~a", "~~", "~c1~x", "~a0~x", "~a4~x", "~a-1~x", "~é1~x", "~a1"] {
            assert_eq!(Head::parse(text), Head::Whole(text));
        }
    }
}
