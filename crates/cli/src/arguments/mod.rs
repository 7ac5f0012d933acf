//! The command line, declared in one place: parsing, help, completions and usage errors all come from here.

#![expect(clippy::doc_markdown, reason = "these comments are help pages, which are plain text")]

mod accounts;
mod call;
mod catalog;
mod connections;
mod environments;
mod help;
mod lua;
mod serving;
mod split;
mod webhooks;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use latch_vault::TenantId;
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;

pub(crate) use accounts::{AccountsAction, AccountsArguments, PolicyArguments};
pub(crate) use call::CallArguments;
pub(crate) use catalog::{DocsArguments, SchemaArguments, SearchArguments, ToolsArguments};
pub(crate) use connections::{
    ClientsAction, ClientsArguments, ConnectionKindWord, ConnectionsAction, ConnectionsArguments,
    SetConnection,
};
pub(crate) use environments::{EnvironmentsAction, EnvironmentsArguments, KeysAction, KeysArguments};
pub(crate) use lua::{LuaArguments, RunsArguments};
pub(crate) use serving::{DemoArguments, ServeArguments, TwinArguments, TwinData, UpArguments};
pub(crate) use split::belongs_to_flag;
pub(crate) use webhooks::{WebhooksAction, WebhooksArguments};

/// Safe hands for AI agents in Close CRM.
///
/// Latch holds each person's Close credentials, keeps them fresh, and lets programs and agents call Close
/// through typed tools. It brings a local Close, the twin, so that everything can be tried without an account.
#[derive(Debug, Parser)]
#[command(name = "latch", version, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct GlobalOptions {
    /// Folder that holds accounts, sealed secrets and the record of calls [default: LATCH_HOME, else
    /// ~/.local/share/latch]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) data_folder: Option<PathBuf>,
    /// The environment: clients, connections and accounts of one are not found from another [default:
    /// LATCH_ENVIRONMENT, else default]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) environment: Option<TenantId>,
    /// Answer in JSON, errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How to log on standard error [default: LATCH_LOG_FORMAT, else text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    // For people. Not a help text: with one for each value, every help page becomes a long one.
    Text,
    // One JSON object a line, for programs.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try everything once: a local Close, a connected account, a sale from search to sequence
    #[command(after_help = help::DEMO)]
    Demo(DemoArguments),
    /// Start a local Close and the gateway, for use from other programs
    #[command(after_help = help::UP)]
    Up(UpArguments),
    /// Start the gateway alone, in front of the Close that the connections name
    #[command(after_help = help::SERVE)]
    Serve(ServeArguments),
    /// Start a local Close alone
    #[command(after_help = help::TWIN)]
    Twin(TwinArguments),
    /// Call a tool
    #[command(after_help = help::CALL)]
    Call(CallArguments),
    /// Run a Lua script that calls Close
    #[command(after_help = help::LUA)]
    Lua(LuaArguments),
    /// Show the record of runs of scripts, or one run
    #[command(after_help = help::RUNS)]
    Runs(RunsArguments),
    /// List the tools
    #[command(after_help = help::TOOLS)]
    Tools(ToolsArguments),
    /// Print the JSON Schema of a tool's arguments
    #[command(after_help = help::SCHEMA)]
    Schema(SchemaArguments),
    /// Print a tool's documentation
    #[command(after_help = help::DOCS)]
    Docs(DocsArguments),
    /// Find tools by what they do
    #[command(after_help = help::SEARCH)]
    Search(SearchArguments),
    /// Connected accounts: list, add, connect, test, policy, disconnect, remove
    #[command(after_help = help::ACCOUNTS)]
    Accounts(AccountsArguments),
    /// Connections: where Close is, and the OAuth app that accounts are connected with
    #[command(after_help = help::CONNECTIONS)]
    Connections(ConnectionsArguments),
    /// API clients: the programs that may use the gateway
    #[command(after_help = help::CLIENTS)]
    Clients(ClientsArguments),
    /// Environments: list them with what is in each, or make one
    #[command(after_help = help::ENVIRONMENTS)]
    Environments(EnvironmentsArguments),
    /// Keys that sign access tokens: list them, or make a new one
    #[command(after_help = help::KEYS)]
    Keys(KeysArguments),
    /// Webhooks: addresses that are told what happens to accounts
    #[command(after_help = help::WEBHOOKS)]
    Webhooks(WebhooksArguments),
    /// Show the data folder, the accounts by status and the last calls
    #[command(after_help = help::STATUS)]
    Status,
    /// Show the record of calls
    #[command(after_help = help::CALLS)]
    Calls {
        /// How many, newest first
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Check the data folder, the master key, and each account at Close
    #[command(after_help = help::DOCTOR)]
    Doctor,
    /// Print a completion script for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The whole command line, with its help pages complete.
pub(crate) fn command() -> clap::Command {
    Arguments::command().after_help(help::top())
}

/// A command line that cannot be used, or that asks for help.
#[derive(Debug)]
pub(crate) struct Unusable {
    error: Box<clap::Error>,
    json: bool,
}

/// Understands a command line.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, Unusable> {
    let words: Vec<OsString> = words.into_iter().collect();
    let json = words.iter().any(|word| word == "--json");
    let command = command();
    let words = split::set_parameters_apart(&command, words);
    command
        .try_get_matches_from(words)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(|error| Unusable { error: Box::new(error), json })
}

impl Unusable {
    /// Prints the help that was asked for, or what is wrong, and gives the exit code.
    pub(crate) fn report(&self) -> Exit {
        let asked_for = !self.error.use_stderr();
        let bare = self.error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if self.json && !asked_for && !bare {
            let text = self.error.render().to_string();
            let first = text.lines().next().unwrap_or_default();
            let message = first.strip_prefix("error: ").unwrap_or(first);
            let envelope = json!({
                "success": false,
                "error": message,
                "error_class": "invalid_arguments",
                "hint": "`latch --help` and `latch COMMAND --help` show what can be given",
            });
            // Nothing can be said where nothing can be written.
            let _ = Console::new(true).json_document(&envelope);
        } else {
            let _ = self.error.print();
        }
        if asked_for { Exit::Success } else { Exit::Unusable }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        command().debug_assert();
    }
}
