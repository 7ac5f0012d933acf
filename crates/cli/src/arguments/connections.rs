//! `latch connections` and `latch clients`.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Span, SpanRelativeTo};
use latch_vault::ConnectionKind;
use url::Url;

/// Looks after connections.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ConnectionsArguments {
    #[command(subcommand)]
    pub(crate) action: Option<ConnectionsAction>,
}

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionsAction {
    /// List the connections (the same as `latch connections`)
    List,
    /// Show one connection
    Show {
        /// The connection; the usual one is `close`
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make a connection or change one: its OAuth app, its Close, how people connect, on or off; what is not given
    /// stays as it is
    Set(Box<SetConnection>),
    /// Delete a connection that has no accounts, with its OAuth app
    Delete {
        /// The connection
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// How people connect their accounts, as a word of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ConnectionKindWord {
    /// On Close's consent page
    Oauth,
    /// By giving an API key on a page of Latch
    ApiKey,
}

impl ConnectionKindWord {
    /// The vault's word for it.
    pub(crate) fn kind(self) -> ConnectionKind {
        match self {
            Self::Oauth => ConnectionKind::OAuth,
            Self::ApiKey => ConnectionKind::ApiKey,
        }
    }
}

/// What to set.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("setting").required(true).multiple(true).args(["client_id", "close_url", "kind", "enable", "disable"]))]
pub(crate) struct SetConnection {
    /// The connection; the usual one is `close`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The OAuth app's client id; its secret is read from standard input or a hidden prompt
    #[arg(long, value_name = "ID", requires = "redirect_uri")]
    pub(crate) client_id: Option<String>,
    /// Where Close sends the browser back to: the gateway's address with /oauth/callback
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) redirect_uri: Option<Url>,
    /// Read the client secret from standard input even on a terminal
    #[arg(long, requires = "client_id")]
    pub(crate) client_secret_stdin: bool,
    /// Where Close is, without a path: the address of a twin, or api.close.com with https
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) close_url: Option<Url>,
    /// How people connect their accounts when they open a link
    #[arg(long, value_enum)]
    pub(crate) kind: Option<ConnectionKindWord>,
    /// Turn the connection on again
    #[arg(long, conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Turn the connection off: its accounts stay as they are and cannot be used
    #[arg(long)]
    pub(crate) disable: bool,
}

impl SetConnection {
    /// Whether the connection is to be on from now on; `None` where nothing is said about it.
    pub(crate) fn enabled(&self) -> Option<bool> {
        (self.enable || self.disable).then_some(self.enable)
    }
}

/// Looks after API clients.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ClientsArguments {
    #[command(subcommand)]
    pub(crate) action: Option<ClientsAction>,
}

/// What to do with API clients.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientsAction {
    /// List the API clients (the same as `latch clients`)
    List,
    /// Make an API client; its secret is shown once. The environment that --environment names is made if need be
    Create {
        /// What to call it
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Give an API client a new secret, shown once; those it has work on for a while
    Rotate {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        /// How long the secrets it has work on: 24h, 30m, 7d; 0 ends them at once
        #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = overlap)]
        overlap: Duration,
    },
    /// Delete an API client; its secret works no more
    Delete {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
}

/// A secret that nobody uses any more should not work for ever.
const LONGEST_OVERLAP: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn overlap(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let unfit = || "give a time such as 24h, 30m or 7d, or 0".to_owned();
    let span: Span = text.parse().map_err(|_| unfit())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| unfit())?;
    match Duration::try_from(duration) {
        Ok(duration) if duration <= LONGEST_OVERLAP => Ok(duration),
        Ok(_) => Err("give at most 365 days".to_owned()),
        Err(_) => Err(unfit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_a_time_with_its_unit_or_nothing() {
        for (text, seconds) in [("0", 0), ("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(overlap(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "5", "-1h", "soon", "1 month", "366d"] {
            assert!(overlap(text).is_err(), "{text}");
        }
    }
}
