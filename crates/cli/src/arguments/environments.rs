//! `latch environments` and `latch keys`.

use clap::{Args, Subcommand};
use latch_vault::TenantId;

/// Looks after environments.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct EnvironmentsArguments {
    #[command(subcommand)]
    pub(crate) action: Option<EnvironmentsAction>,
}

/// What to do with environments.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvironmentsAction {
    /// List the environments (the same as `latch environments`)
    List,
    /// Make an environment; its connection `close` leads where that of the environment default leads
    Create {
        /// What to call it: letters, digits, _, - and .
        #[arg(value_name = "NAME")]
        name: TenantId,
    },
}

/// Looks after signing keys.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    pub(crate) action: Option<KeysAction>,
}

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// List the signing keys (the same as `latch keys`)
    List,
    /// Make a new key, which signs from now on; tokens that were signed before work until they expire
    Rotate,
}
