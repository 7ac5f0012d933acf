//! One file a command: what it reads, what it asks of the gateway, what it prints.

mod accounts;
pub(crate) mod call;
mod calls;
mod clients;
mod connect;
mod connections;
mod docs;
mod doctor;
mod environments;
mod keys;
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

use crate::arguments::{self, Arguments, Command, GlobalOptions};
use crate::console::Console;
use crate::demo;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(arguments: Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { global, command } = arguments;
    refuse_environment(&global, &command)?;
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
        Command::Environments(environments) => environments::run(&global, environments.action, console).await,
        Command::Keys(keys) => keys::run(&global, keys.action, console).await,
        Command::Webhooks(webhooks) => webhooks::run(&global, webhooks.action, console).await,
        Command::Status => status::run(&global, console).await,
        Command::Calls { limit } => calls::run(&global, limit, console).await,
        Command::Doctor => doctor::run(&global, console).await,
        Command::Completions { shell } => completions(shell, console),
    }
}

/// A server is in all environments, so that whoever names one expects something that will not be.
fn refuse_environment(global: &GlobalOptions, command: &Command) -> Result<(), Failure> {
    let Some(given) = &global.environment else { return Ok(()) };
    if !matches!(command, Command::Demo(_) | Command::Up(_) | Command::Serve(_)) {
        return Ok(());
    }
    Err(Failure::unusable("--environment is not for servers: they serve every environment at once")
        .with_hint(format!(
            "leave it out; `latch clients create NAME --environment {given}` makes a client there"
        )))
}

fn completions(shell: Shell, console: &Console) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), "latch", &mut script);
    console.data(&String::from_utf8_lossy(&script))
}
