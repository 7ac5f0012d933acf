//! `latch runs`: the record of runs of scripts.

use jiff::Timestamp;
use latch_gateway::RunRecord;
use serde_json::{Value, json};

use crate::arguments::{GlobalOptions, RunsArguments};
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{kept_run_text, run_table};

/// How many runs are looked through for the end of an id.
const LOOKED_THROUGH: u32 = 500;

pub(crate) async fn run(
    global: &GlobalOptions,
    wanted: &RunsArguments,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::house(global).await?;
    let outcome = match &wanted.id {
        Some(id) => one(&house, id, console).await,
        None => list(&house, wanted.limit, console).await,
    };
    house.close().await;
    outcome
}

async fn list(house: &House, limit: u32, console: &Console) -> Result<(), Failure> {
    let runs = house.gateway.runs(&house.caller, limit).await?;
    if console.json() {
        let runs: Vec<Value> = runs.iter().map(|run| serde_json::to_value(run).unwrap_or_default()).collect();
        return console.json_document(&json!({"success": true, "runs": runs}));
    }
    if runs.is_empty() {
        console.talk("no script has been run yet; `latch lua FILE` runs one");
        return Ok(());
    }
    console.data(&run_table(&runs, Timestamp::now()))
}

async fn one(house: &House, id: &str, console: &Console) -> Result<(), Failure> {
    let run = find(house, id).await?;
    if console.json() {
        return console.json_document(&run.record);
    }
    console.data(&kept_run_text(&run, Timestamp::now()))
}

/// The run with that id, or the only one whose id ends so.
async fn find(house: &House, id: &str) -> Result<RunRecord, Failure> {
    let (gateway, caller) = (&house.gateway, &house.caller);
    let whole = match gateway.run(caller, id).await {
        Ok(run) => return Ok(run),
        Err(error) => error,
    };
    let runs = gateway.runs(caller, LOOKED_THROUGH).await?;
    let mut fitting = runs.iter().filter(|run| run.id.ends_with(id));
    match (fitting.next(), fitting.next()) {
        (Some(run), None) => Ok(gateway.run(caller, &run.id).await?),
        (Some(_), Some(_)) => Err(Failure::unusable(format!("the ids of several runs end with {id:?}"))
            .with_hint("give more of it; `latch runs --json` shows whole ids")),
        (None, _) => Err(Failure::from(whole).with_hint("`latch runs` lists the runs that are kept")),
    }
}
