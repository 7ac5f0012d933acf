//! `latch calls`: the record.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::arguments::GlobalOptions;
use crate::console::Console;
use crate::failure::Failure;
use crate::open;
use crate::output::{call_json, call_table};

pub(crate) async fn run(global: &GlobalOptions, limit: u32, console: &Console) -> Result<(), Failure> {
    let house = open::house(global).await?;
    let records = house.gateway.calls(&house.caller, limit).await?;
    house.close().await;
    if console.json() {
        let calls: Vec<Value> = records.iter().map(call_json).collect();
        return console.json_document(&json!({"success": true, "calls": calls}));
    }
    if records.is_empty() {
        console.talk("no call has been made yet");
        return Ok(());
    }
    console.data(&call_table(&records, Timestamp::now()))
}
