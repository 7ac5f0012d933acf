//! One file a command: what it reads, what it asks of the gateway, what it prints.

mod accounts;
pub(crate) mod call;
mod calls;
mod clients;
mod connect;
mod connections;
mod docs;
mod doctor;
mod lua;
mod runs;
mod search;
mod serve;
mod status;
mod tools;
mod twin;
mod up;
mod webhooks;

use clap_complete::Shell;

use crate::arguments::{self, Arguments, Command};
use crate::console::Console;
use crate::demo;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(arguments: Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Demo(demo) => demo::run(global, &demo, console).await,
        Command::Up(up) => up::run(global, &up, console).await,
        Command::Serve(serve) => serve::run(global, &serve, console).await,
        Command::Twin(twin) => twin::run(&twin, console).await,
        Command::Call(call) => call::run(&global, &call, console).await,
        Command::Lua(lua) => lua::run(&global, &lua, console).await,
        Command::Runs(runs) => runs::run(&global, &runs, console).await,
        Command::Tools(tools) => tools::run(&tools, console),
        Command::Schema(schema) => docs::schema(&schema.tool, console),
        Command::Docs(docs) => docs::run(docs.page.as_deref(), console),
        Command::Search(search) => search::run(&search, console),
        Command::Accounts(accounts) => accounts::run(&global, accounts.action, console).await,
        Command::Connections(connections) => connections::run(&global, connections.action, console).await,
        Command::Clients(clients) => clients::run(&global, clients.action, console).await,
        Command::Webhooks(webhooks) => webhooks::run(&global, webhooks.action, console).await,
        Command::Status => status::run(&global, console).await,
        Command::Calls { limit } => calls::run(&global, limit, console).await,
        Command::Doctor => doctor::run(&global, console).await,
        Command::Completions { shell } => completions(shell, console),
    }
}

fn completions(shell: Shell, console: &Console) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), "latch", &mut script);
    console.data(&String::from_utf8_lossy(&script))
}
