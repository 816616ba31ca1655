//! Values from the terminal, hidden, or from standard input, one per line.

use std::io::{self, IsTerminal, Write};

use secrecy::SecretString;

use crate::check::Values;

/// Whether there is someone to ask.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// On a terminal, asks for each of `names` with its prompt; a blank answer skips one. Otherwise reads lines `NAME=value`.
pub fn read(names: &[(&'static str, String)]) -> Result<Values, String> {
    if !is_terminal() {
        let text = io::read_to_string(io::stdin()).map_err(|error| format!("standard input: {error}"))?;
        return parse(&text, names);
    }
    let mut values = Values::new();
    for (name, prompt) in names {
        let value = rpassword::prompt_password(format!("{name} ({prompt}): "));
        let value = value.map_err(|error| format!("the terminal: {error}"))?;
        if !value.trim().is_empty() {
            values.insert(name, value.into());
        }
    }
    Ok(values)
}

/// Asks for confirmation, on a terminal; without one, the answer is no.
pub fn confirm(question: &str) -> Result<bool, String> {
    if !is_terminal() {
        return Ok(false);
    }
    let ask = || {
        eprint!("{question} [y/N] ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "yes"))
    };
    ask().map_err(|error: io::Error| format!("the terminal: {error}"))
}

/// Skips blank lines and lines that start with `#`. An unknown name before `=` is not repeated: it may be part of a
/// secret.
fn parse(text: &str, names: &[(&'static str, String)]) -> Result<Values, String> {
    let mut values = Values::new();
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let known = line.split_once('=').and_then(|(given, value)| {
            let (name, _) = names.iter().find(|(name, _)| *name == given)?;
            Some((*name, value))
        });
        match known {
            None => problems.push(format!("line {} does not start with a known name", index + 1)),
            Some((name, value)) if value.trim().is_empty() => problems.push(format!("{name} is blank")),
            Some((name, value)) => {
                if values.insert(name, SecretString::from(value)).is_some() {
                    problems.push(format!("{name} is given twice"));
                }
            }
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems.join("\n")) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn parsed(text: &str) -> Result<Vec<(&'static str, String)>, String> {
        let names = [("SEALING_KEY", String::new()), ("STRIPE_API_KEY", String::new())];
        let values = parse(text, &names)?;
        Ok(values.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
    }

    #[test]
    fn a_value_is_all_behind_the_first_equals_sign() {
        let values = parsed("# mine\n\nSTRIPE_API_KEY= a = b \r\nSEALING_KEY=YQ==\n");
        let expected = [("SEALING_KEY", "YQ==".to_owned()), ("STRIPE_API_KEY", " a = b ".to_owned())];
        assert_eq!(values, Ok(expected.into()));
    }

    #[test]
    fn every_wrong_line_is_told_and_nothing_of_what_is_in_it() {
        let problems =
            parsed("UExBTlRFRA==\nPLANTED\nSTRIPE_API_KEY=\nSEALING_KEY=a\nSEALING_KEY=b\n").unwrap_err();
        for problem in ["line 1", "line 2", "STRIPE_API_KEY is blank", "SEALING_KEY is given twice"] {
            assert!(problems.contains(problem), "{problem} in: {problems}");
        }
        assert!(!problems.contains("UExB") && !problems.contains("PLANTED"), "{problems}");
    }
}
