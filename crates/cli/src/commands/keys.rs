//! `latch keys`: the keys that sign access tokens.

use jiff::Timestamp;
use latch_vault::SigningKey;
use serde_json::{Value, json};

use crate::arguments::{GlobalOptions, KeysAction};
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{ago, table};

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<KeysAction>,
    console: &Console,
) -> Result<(), Failure> {
    // Keys belong to the installation, not to one of its environments.
    let house = open::any_house(global).await?;
    let outcome = match action.unwrap_or(KeysAction::List) {
        KeysAction::List => list(&house, console).await,
        KeysAction::Rotate => rotate(&house, console).await,
    };
    house.close().await;
    outcome
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let keys = house.vault.signing_keys().await?;
    // The one that signs comes first.
    let keys = keys.iter().enumerate().map(|(place, key)| (key, place == 0));
    if console.json() {
        let keys: Vec<Value> = keys.map(|(key, signs)| key_json(key, signs)).collect();
        return console.json_document(&json!({"success": true, "keys": keys}));
    }
    let now = Timestamp::now();
    let rows = keys
        .map(|(key, signs)| {
            let signs = if signs { "yes" } else { "no more" };
            [key.id.clone(), ago(key.created_at, now), signs.to_owned()]
        })
        .collect();
    console.data(&table(["KEY ID", "CREATED", "SIGNS"], rows))
}

/// A key, with what anybody needs to check tokens.
fn key_json(key: &SigningKey, signs: bool) -> Value {
    json!({"id": key.id, "created_at": key.created_at.to_string(), "signs": signs, "jwk": key.jwk})
}

async fn rotate(house: &House, console: &Console) -> Result<(), Failure> {
    let key = house.vault.rotate_signing_key().await?;
    if console.json() {
        return console.json_document(&json!({"success": true, "key": key_json(&key, true)}));
    }
    console
        .talk(&format!("{} signs access tokens from now on, in a running gateway within a minute", key.id));
    console.talk("tokens that were signed before work until they expire");
    Ok(())
}
