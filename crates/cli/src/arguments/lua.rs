//! `latch lua` and `latch runs`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use latch_gateway::{AccountSelector, Policy};
use latch_lua::WantedLimits;

use super::call::select;

/// Runs a Lua script.
#[derive(Debug, Args)]
pub(crate) struct LuaArguments {
    /// The script's file; `-` or nothing reads standard input
    #[arg(value_name = "FILE", conflicts_with_all = ["eval", "repl"])]
    pub(crate) file: Option<PathBuf>,
    /// The script itself
    #[arg(short, long, value_name = "CODE", conflicts_with = "repl", allow_hyphen_values = true)]
    pub(crate) eval: Option<String>,
    /// Read entries and show what they come to, until `:quit` or the end of input
    #[arg(long)]
    pub(crate) repl: bool,
    /// The account that is meant where the script names none [default: as for `latch call`]
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// The account's connection, where several have an account of that name
    #[arg(long, value_name = "NAME", requires = "account")]
    pub(crate) connection: Option<String>,
    /// Plan the writes instead of making them; reads are made
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Allow less than the accounts do: read:allow,write:ask,destructive:deny
    #[arg(long, value_name = "POLICY", default_value = "read:allow", hide_default_value = true)]
    pub(crate) policy: Policy,
    /// Skip the read and write policy for this run; the record says so
    #[arg(long)]
    pub(crate) force: bool,
    /// The longest the script may compute; waiting for Close does not count
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cpu_limit: Option<Duration>,
    /// The longest it may take in all
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) wall_limit: Option<Duration>,
    /// The most memory it may use
    #[arg(long, value_name = "BYTES")]
    pub(crate) memory_limit: Option<usize>,
    /// The most calls it may make
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_calls: Option<u32>,
    /// The most calls among them that may write
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_writes: Option<u32>,
}

impl LuaArguments {
    /// The account that is meant.
    pub(crate) fn selector(&self) -> AccountSelector {
        self.account.as_deref().map_or(AccountSelector::Default, |name| select(name, self.connection.clone()))
    }

    /// The limits that are asked for.
    pub(crate) fn limits(&self) -> WantedLimits {
        WantedLimits {
            cpu: self.cpu_limit,
            wall: self.wall_limit,
            memory: self.memory_limit,
            calls: self.max_calls,
            writes: self.max_writes,
            ..WantedLimits::default()
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("{text:?} is not a number of seconds above 0, such as 5 or 0.5"))
}

/// Shows the record of runs.
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    /// The run to show whole: its id, or enough of its end to tell it apart
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// How many, newest first
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
}
