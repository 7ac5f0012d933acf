//! `latch doctor`: is everything well, and if not, what to do.

use latch_gateway::{AccountSelector, CallError, ErrorClass};
use latch_vault::{AccountStatus, CloseIdentity};
use serde_json::{Value, json};

use crate::arguments::GlobalOptions;
use crate::commands::accounts;
use crate::console::{Console, Style, plain};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::folder;
use crate::open::{self, House};
use crate::output::identity_text;

/// One thing that was looked at.
struct Finding {
    what: String,
    well: bool,
    said: String,
    hint: Option<String>,
}

impl Finding {
    fn well(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { what: what.into(), well: true, said: said.into(), hint: None }
    }

    fn wrong(what: impl Into<String>, error: &CallError) -> Self {
        Self { what: what.into(), well: false, said: error.message.clone(), hint: error.hint.clone() }
    }

    fn json(&self) -> Value {
        json!({"check": self.what, "ok": self.well, "message": self.said, "hint": self.hint})
    }
}

pub(crate) async fn run(global: &GlobalOptions, console: &Console) -> Result<(), Failure> {
    let mut findings = Vec::new();
    let place = folder::data_folder(global.data_folder.clone())?.display().to_string();
    match open::house(global).await {
        Ok(house) => {
            findings.push(Finding::well("data folder", place));
            findings.push(Finding::well("master key", "opens what is sealed"));
            connections(&house, &mut findings).await?;
            people(&house, &mut findings).await?;
            house.close().await;
        }
        Err(failure) => match failure.error() {
            Some(error) if error.class == ErrorClass::NotFound => {
                findings.push(Finding::well("data folder", place));
                findings.push(Finding::wrong("environment", error));
            }
            Some(error) => findings.push(Finding::wrong(format!("data folder {place}"), error)),
            None => return Err(failure),
        },
    }
    tell(&findings, console)?;
    if findings.iter().all(|finding| finding.well) { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

async fn connections(house: &House, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    for connection in house.vault.connections(house.tenant()).await? {
        let app = match &connection.oauth_app {
            Some(app) => format!("OAuth app {}", app.client_id),
            None => "no OAuth app, API keys only".to_owned(),
        };
        let state = if connection.enabled { "" } else { ", turned off" };
        let said = format!("{}, {app}{state}", connection.endpoints.api);
        findings.push(Finding::well(format!("connection {}", connection.name), said));
    }
    Ok(())
}

/// Asks Close who each account is.
async fn people(house: &House, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    let caller = &house.caller;
    let environment = open::environment_account(house.tenant())?.is_some();
    if environment {
        let who = house.gateway.identify(caller, &AccountSelector::Default).await;
        findings.push(person("CLOSE_API_KEY".to_owned(), who));
    }
    let accounts = accounts::all(house).await?;
    if accounts.is_empty() && !environment {
        let option = house.option();
        let variable = if option.is_empty() { "set CLOSE_API_KEY, or " } else { "" };
        findings.push(Finding {
            what: "accounts".to_owned(),
            well: false,
            said: "no account is connected yet".to_owned(),
            hint: Some(format!(
                "{variable}store a key with `latch accounts add default{option}`, or see `latch accounts connect --help`"
            )),
        });
    }
    for account in accounts {
        let what = format!("account {}", account.identifier);
        if account.status == AccountStatus::Disconnected {
            findings.push(Finding::well(what, "disconnected, as somebody asked for"));
            continue;
        }
        let who = house.gateway.identify(caller, &AccountSelector::Id(account.id.to_string())).await;
        findings.push(person(what, who));
    }
    Ok(())
}

fn person(what: String, who: Result<CloseIdentity, CallError>) -> Finding {
    match who {
        Ok(identity) => Finding::well(what, identity_text(&identity)),
        Err(error) => Finding::wrong(what, &error),
    }
}

fn tell(findings: &[Finding], console: &Console) -> Result<(), Failure> {
    let wrong = findings.iter().filter(|finding| !finding.well).count();
    if console.json() {
        let checks: Vec<Value> = findings.iter().map(Finding::json).collect();
        return console.json_document(&json!({"success": wrong == 0, "problems": wrong, "checks": checks}));
    }
    for finding in findings {
        let word = if finding.well {
            console.paint(Style::Green, "ok   ")
        } else {
            console.paint(Style::Red, "WRONG")
        };
        console.painted(&format!("{word}  {}: {}", plain(&finding.what), plain(&finding.said)))?;
        if let Some(hint) = &finding.hint {
            console.data(&format!("       {hint}"))?;
        }
    }
    let summary = match wrong {
        0 => "nothing is wrong".to_owned(),
        1 => "1 problem".to_owned(),
        more => format!("{more} problems"),
    };
    console.data(&format!("\n{summary}"))
}
