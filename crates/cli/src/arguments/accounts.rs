//! `latch accounts`.

use clap::{Args, Subcommand};
use latch_gateway::{AccountSelector, InvalidPermission, Permission, Policy};

use super::call::select;

/// Looks after connected accounts.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AccountsArguments {
    #[command(subcommand)]
    pub(crate) action: Option<AccountsAction>,
}

/// One account.
#[derive(Debug, Args)]
pub(crate) struct OneAccount {
    /// The account's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Its connection, where several have an account of that name
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) connection: Option<String>,
}

impl OneAccount {
    /// The account that is meant.
    pub(crate) fn selector(&self) -> AccountSelector {
        select(&self.name, self.connection.clone())
    }
}

/// What may be done with an account. What is not named stays as it is.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    #[command(flatten)]
    pub(crate) account: OneAccount,
    /// Reading: allow, ask or deny
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) read: Option<Permission>,
    /// Creating and changing: allow, ask or deny
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) write: Option<Permission>,
    /// Deleting and merging: allow, ask or deny, or `write` for whatever counts for writing
    #[arg(long, value_name = "PERMISSION", value_parser = destructive)]
    pub(crate) destructive: Option<Destructive>,
}

/// What counts for deleting and merging.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Destructive {
    /// A permission of its own.
    Apart(Permission),
    /// Whatever counts for writing.
    LikeWrite,
}

fn destructive(text: &str) -> Result<Destructive, InvalidPermission> {
    match text {
        "write" => Ok(Destructive::LikeWrite),
        text => text.parse().map(Destructive::Apart),
    }
}

impl PolicyArguments {
    /// Whether there is anything to change.
    pub(crate) fn is_change(&self) -> bool {
        self.read.is_some() || self.write.is_some() || self.destructive.is_some()
    }

    /// The policy that comes of `before`.
    pub(crate) fn over(&self, before: Policy) -> Policy {
        Policy {
            read: self.read.unwrap_or(before.read),
            write: self.write.unwrap_or(before.write),
            destructive: match self.destructive {
                Some(Destructive::Apart(permission)) => Some(permission),
                Some(Destructive::LikeWrite) => None,
                None => before.destructive,
            },
        }
    }
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountsAction {
    /// List the accounts (the same as `latch accounts`)
    List,
    /// Show one account
    Show(OneAccount),
    /// Store an API key; it is read from standard input or a hidden prompt, never from an argument
    Add {
        #[command(flatten)]
        account: OneAccount,
        /// Store the key without asking Close whose it is
        #[arg(long)]
        no_check: bool,
    },
    /// Connect an account through Close's consent page (OAuth)
    Connect {
        #[command(flatten)]
        account: OneAccount,
        /// Print the link only; do not open a browser
        #[arg(long)]
        no_browser: bool,
        /// How long to wait for consent
        #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
        timeout: u64,
    },
    /// Ask Close who an account is
    Test {
        /// The account's name [default: CLOSE_API_KEY, else `default`, else the only one]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Its connection, where several have an account of that name
        #[arg(long, value_name = "CONNECTION", requires = "name")]
        connection: Option<String>,
    },
    /// Set what may be done with an account, or show it
    Policy(PolicyArguments),
    /// Give up an account's grant and forget its secrets; the account itself stays
    Disconnect(OneAccount),
    /// Disconnect an account and delete it
    Remove {
        #[command(flatten)]
        account: OneAccount,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

impl AccountsAction {
    /// The account that `test` is about.
    pub(crate) fn tested(name: Option<&str>, connection: Option<String>) -> AccountSelector {
        name.map_or(AccountSelector::Default, |name| select(name, connection))
    }
}
