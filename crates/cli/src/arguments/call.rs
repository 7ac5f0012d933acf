//! `latch call`.

use clap::Args;
use latch_gateway::{AccountSelector, Policy};

/// Calls a tool.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// The tool, under any of its names: list_leads, close_leads_list, close.list_leads
    #[arg(value_name = "NAME")]
    pub(crate) tool: String,
    /// The arguments as a JSON object; `-` waits for it on standard input, where a pipe that delivers at once is
    /// read in any case
    #[arg(value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) payload: Option<String>,
    /// One argument; may be repeated. For parameters that are called like an option of this command
    #[arg(long = "arg", value_name = "KEY=VALUE")]
    pub(crate) pairs: Vec<String>,
    /// Whose Close: the name of a connected account [default: CLOSE_API_KEY, else `default`, else the only one]
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// The account's connection, where several have an account of that name
    #[arg(long, value_name = "NAME", requires = "account")]
    pub(crate) connection: Option<String>,
    /// Show the HTTP request instead of sending it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// What this call may do at most: read:allow,write:deny. Narrows the account's own policy, never widens it
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<Policy>,
    /// Make the call whatever the account's policy says; it is marked in the record of calls
    #[arg(long)]
    pub(crate) force: bool,
    /// The longest the call may take, waiting for rate limits included [default: 50]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) deadline: Option<u64>,
    /// The tool's own parameters as flags: --query Acme --limit 10 (see `latch docs NAME`)
    #[arg(last = true, value_name = "--PARAMETER VALUE", allow_hyphen_values = true)]
    pub(crate) parameters: Vec<String>,
}

impl CallArguments {
    /// The account that is meant.
    pub(crate) fn selector(&self) -> AccountSelector {
        self.account.as_deref().map_or(AccountSelector::Default, |name| select(name, self.connection.clone()))
    }
}

/// An account by the name a person gave: an identifier, or the id Latch shows.
pub(crate) fn select(name: &str, connection: Option<String>) -> AccountSelector {
    const ID_LENGTH: usize = 29;
    if name.starts_with("ca_") && name.len() == ID_LENGTH {
        AccountSelector::Id(name.to_owned())
    } else {
        AccountSelector::Identifier { connection, identifier: name.to_owned() }
    }
}
