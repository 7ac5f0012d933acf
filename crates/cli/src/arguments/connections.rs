//! `latch connections` and `latch clients`.

use clap::{Args, Subcommand};
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
    /// Set a connection's OAuth app or its Close; what is not given stays as it is
    Set(Box<SetConnection>),
}

/// What to set.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("setting").required(true).multiple(true).args(["client_id", "close_url"]))]
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
    /// Make an API client; its secret is shown once
    Create {
        /// What to call it
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Delete an API client; its secret works no more
    Delete {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
}
