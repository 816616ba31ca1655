//! The table to paste into an issue.

use std::fmt;

use shared::http::Failure;
use tokio::net::lookup_host;
use url::Url;

/// What was found out about a provider. It prints as Markdown.
pub struct Report {
    /// `PROVIDER`.
    pub provider: String,
    /// The names of the settings.
    pub settings: Vec<String>,
    /// Step by step.
    pub rows: Vec<Row>,
}

/// One step.
pub struct Row {
    /// What was asked.
    pub(super) step: &'static str,
    /// Method and address.
    pub(super) request: String,
    pub(super) host: Option<Host>,
    pub(super) answer: Answer,
    /// What follows.
    pub finding: Finding,
}

/// A host, and its port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Host {
    name: String,
    port: u16,
}

/// What came back.
pub(super) enum Answer {
    /// An answer, told without secrets.
    Told(String),
    /// No whole answer.
    Missing(Failure),
}

/// Whether the provider is as its description says, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is.
    Yes(String),
    /// It is not.
    No(String),
    /// That cannot be told without a person.
    Unclear(String),
}

impl Report {
    /// Whether nothing contradicts the description.
    #[must_use]
    pub fn is_as_described(&self) -> bool {
        !self.rows.iter().any(|row| matches!(row.finding, Finding::No(_)))
    }
}

impl Host {
    pub(super) fn of(url: &Url) -> Option<Self> {
        Some(Self { name: url.host_str()?.to_owned(), port: url.port_or_known_default()? })
    }
}

impl Row {
    /// Whether the host has an address.
    pub(super) async fn of_host(host: Host) -> Self {
        let resolves = lookup_host((host.name.trim_matches(['[', ']']), host.port)).await;
        let resolves = resolves.is_ok_and(|mut addresses| addresses.next().is_some());
        let (answer, finding) = if resolves {
            ("resolves", Finding::Yes(String::new()))
        } else {
            ("does not resolve", Finding::No(String::new()))
        };
        Self {
            step: "host",
            request: host.name,
            host: None,
            answer: Answer::Told(answer.to_owned()),
            finding,
        }
    }

    /// What is wrong with a host that does not answer.
    pub(super) fn into_problem(self) -> String {
        match self.finding {
            Finding::Yes(_) => format!("{} resolves, but does not answer", self.request),
            _ => format!("{} does not resolve", self.request),
        }
    }

    /// Whether a server answered.
    pub(super) fn is_answered(&self) -> bool {
        self.host.is_some() && matches!(self.answer, Answer::Told(_) | Answer::Missing(Failure::TooLong))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(
            f,
            "`check-provider {}`, stripe-app-oauth {version}. Set: {}.\n",
            self.provider,
            self.settings.join(", ")
        )?;
        writeln!(f, "| step | request | answer | as described |")?;
        writeln!(f, "| --- | --- | --- | --- |")?;
        for Row { step, request, answer, finding, .. } in &self.rows {
            writeln!(f, "| {step} | {request} | {answer} | {finding} |")?;
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Told(answer) => answer,
            Self::Missing(Failure::NotConnected) => "no connection",
            Self::Missing(Failure::Lost) => "not in time, or the connection broke",
            Self::Missing(Failure::TooLong) => "a long page",
            Self::Missing(Failure::Malformed) => "the request cannot be sent",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, why) = match self {
            Self::Yes(why) => ("yes", why),
            Self::No(why) => ("**no**", why),
            Self::Unclear(why) => ("unclear", why),
        };
        if why.is_empty() { f.write_str(word) } else { write!(f, "{word}: {why}") }
    }
}
