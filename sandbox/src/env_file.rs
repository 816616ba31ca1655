//! Files of settings, one `NAME=value` on each line.

use std::path::Path;
use std::{fmt, fs, io};

/// Why a file gives no settings. It never tells a value.
#[derive(Debug)]
pub enum NotRead {
    /// The file cannot be read.
    File(io::Error),
    /// The line of this number, counted from 1, is no setting.
    Line(usize),
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "cannot be read: {error}"),
            Self::Line(number) => write!(f, "line {number} must be NAME=value"),
        }
    }
}

impl std::error::Error for NotRead {}

/// Reads names and values. Empty lines and lines that begin with `#` are left out, as are double quotes around a value.
///
/// # Errors
/// [`NotRead`].
pub fn read(path: &Path) -> Result<Vec<(String, String)>, NotRead> {
    let text = fs::read_to_string(path).map_err(NotRead::File)?;
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_start()));
    let settings = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    settings.map(|(number, line)| setting(line).ok_or(NotRead::Line(number))).collect()
}

fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_every_character() {
        for (line, expected) in [
            ("A=b", Some(("A", "b"))),
            (r#"A="b c""#, Some(("A", "b c"))),
            (r#"A="b"#, Some(("A", r#""b"#))),
            ("A=s3cr+t/ %:&=x#", Some(("A", "s3cr+t/ %:&=x#"))),
            ("A=", Some(("A", ""))),
            ("A", None),
            ("=b", None),
            ("export A=b", None),
            ("A = b", None),
        ] {
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(setting(line), expected, "{line}");
        }
    }
}
