//! `latch tools`, `schema`, `docs` and `search`.

use clap::{Args, ValueEnum};
use latch_catalog::Kind;

/// Lists tools.
#[derive(Debug, Args)]
pub(crate) struct ToolsArguments {
    /// Only those of one kind of object: lead, contact, opportunity, …
    #[arg(long, value_name = "OBJECT")]
    pub(crate) object: Option<String>,
    /// Only those that read, write, or destroy
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindWord>,
}

/// A kind of tool as a word of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum KindWord {
    /// Changes nothing
    Read,
    /// Creates or changes something
    Write,
    /// Deletes or merges
    Destructive,
}

impl KindWord {
    /// The catalogue's word for it.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Read => Kind::Read,
            Self::Write => Kind::Write,
            Self::Destructive => Kind::Destructive,
        }
    }
}

/// Prints a schema.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// The tool, under any of its names
    #[arg(value_name = "NAME")]
    pub(crate) tool: String,
}

/// Prints documentation.
#[derive(Debug, Args)]
pub(crate) struct DocsArguments {
    /// A tool, an object such as leads, a guide such as errors, or integrations.close; nothing for the list of all
    #[arg(value_name = "NAME")]
    pub(crate) page: Option<String>,
}

/// Finds tools.
#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    /// What the tool should do, in a few words
    #[arg(required = true, value_name = "WORDS")]
    pub(crate) words: Vec<String>,
    /// How many at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
}
