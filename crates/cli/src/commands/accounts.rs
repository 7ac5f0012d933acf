//! `latch accounts`: whose Close may be used.

use jiff::Timestamp;
use latch_catalog::catalog;
use latch_gateway::{AccountQuery, AccountSelector};
use latch_vault::{Account, AccountFilter, CloseIdentity, Connection, ConnectionSettings, Endpoints};
use serde_json::{Value, json};

use crate::arguments::{AccountsAction, GlobalOptions, PolicyArguments};
use crate::commands::connect;
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{
    account_json, account_lines, account_table, identity_json, identity_text, policy_json, policy_lines,
};
use crate::{environment, input};

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<AccountsAction>,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::house(global).await?;
    let gateway = &house.gateway;
    let caller = house.caller.clone();
    match action.unwrap_or(AccountsAction::List) {
        AccountsAction::List => list(&house, console).await,
        AccountsAction::Show(account) => {
            let account = gateway.account(&caller, &account.selector()).await?;
            show(&account, console)
        }
        AccountsAction::Add { account, no_check } => {
            refuse_function_name(&account.name)?;
            add(&house, &account.name, account.connection.as_deref(), !no_check, console).await
        }
        AccountsAction::Connect { account, no_browser, timeout } => {
            refuse_function_name(&account.name)?;
            let wanted = connect::Wanted {
                name: &account.name,
                connection: account.connection.as_deref(),
                open_browser: !no_browser,
                seconds: timeout,
            };
            connect::run(house, &wanted, console).await
        }
        AccountsAction::Test { name, connection } => {
            test(&house, &AccountsAction::tested(name.as_deref(), connection), console).await
        }
        AccountsAction::Policy(wanted) => policy(&house, &wanted, console).await,
        AccountsAction::Disconnect(account) => {
            let account = gateway.disconnect_account(&caller, &account.selector()).await?;
            if console.json() {
                return show(&account, console);
            }
            console.talk(&format!("{} is disconnected; its secrets are gone", account.identifier));
            if let Some(reason) = &account.status_reason {
                console.talk(reason);
            }
            Ok(())
        }
        AccountsAction::Remove { account, yes } => remove(&house, &account.selector(), yes, console).await,
    }
}

/// The account that is meant where none is named.
const DEFAULT_NAME: &str = "default";

/// In a script, functions and accounts stand side by side under `app.integrations.close`.
fn refuse_function_name(name: &str) -> Result<(), Failure> {
    if catalog().get(name).is_none() {
        return Ok(());
    }
    let message =
        format!("an account cannot be called {name:?}: that is a function of Close; nothing was stored");
    Err(Failure::unusable(message).with_hint("choose another name, such as us_team"))
}

/// Every account of the tenant.
pub(crate) async fn all(house: &House) -> Result<Vec<Account>, Failure> {
    let mut accounts = Vec::new();
    let mut query = AccountQuery { limit: Some(100), ..AccountQuery::default() };
    loop {
        let page = house.gateway.accounts(&house.caller, &query).await?;
        accounts.extend(page.accounts);
        if page.next.is_none() {
            return Ok(accounts);
        }
        query.page = page.next;
    }
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let accounts = all(house).await?;
    let environment = open::environment_account(house.tenant())?.map(|account| account.policy);
    if console.json() {
        let accounts: Vec<Value> = accounts.iter().map(account_json).collect();
        let mut answer =
            json!({"success": true, "accounts": accounts, "environment_account": environment.is_some()});
        if let Some(policy) = environment.filter(|policy| !policy.allows_everything()) {
            answer["environment_policy"] = policy_json(policy);
        }
        return console.json_document(&answer);
    }
    if accounts.is_empty() && environment.is_none() {
        let option = house.option();
        console.talk(&format!(
            "no account is connected yet: `latch accounts add NAME{option}` stores an API key, `latch accounts connect NAME{option}` asks for consent",
        ));
        return Ok(());
    }
    console.data(&account_table(&accounts, environment, Timestamp::now()))
}

fn show(account: &Account, console: &Console) -> Result<(), Failure> {
    if console.json() {
        return console.json_document(&json!({"success": true, "account": account_json(account)}));
    }
    console.data(&account_lines(account, Timestamp::now()))
}

async fn add(
    house: &House,
    name: &str,
    connection: Option<&str>,
    check: bool,
    console: &Console,
) -> Result<(), Failure> {
    let connection = connection.unwrap_or(Connection::DEFAULT_NAME);
    // Done first, so that nobody types a key for a connection that does not exist.
    follow_close_url(house, connection, console).await?;
    let key = input::secret("API key")?;
    let account = house.gateway.add_api_key(&house.caller, Some(connection), name, key, check).await?;
    if console.json() {
        return show(&account, console);
    }
    if check {
        console.talk(&format!("{name} is connected: {}", identity_text(&account.identity)));
    } else {
        let option = house.option();
        console.talk(&format!(
            "{name} is stored; `latch accounts test {name}{option}` asks Close whose key it is"
        ));
    }
    Ok(())
}

/// Leads a connection to `CLOSE_URL`, as long as nothing is stored on it: a stored credential never follows a
/// variable to another address.
async fn follow_close_url(house: &House, name: &str, console: &Console) -> Result<(), Failure> {
    let connection = house.vault.connection(house.tenant(), name).await?;
    let wanted = match environment::CLOSE_URL.read()? {
        Some(_) => open::close_url()?,
        None => return Ok(()),
    };
    if wanted == connection.endpoints.api {
        return Ok(());
    }
    let query = AccountQuery {
        filter: AccountFilter { connections: vec![name.to_owned()], ..AccountFilter::default() },
        ..AccountQuery::default()
    };
    let empty = house.gateway.accounts(&house.caller, &query).await?.total == 0;
    if empty && connection.oauth_app.is_none() {
        let endpoints = Endpoints { api: wanted.clone(), ..Endpoints::at(&wanted) };
        let settings = ConnectionSettings { endpoints: Some(endpoints), ..ConnectionSettings::default() };
        house.vault.set_connection(house.tenant(), name, settings).await?;
        console.talk(&format!("connection {name:?} leads to {wanted} now, as CLOSE_URL says"));
    } else {
        console.talk(&format!(
            "note: connection {name:?} leads to {} and has accounts, so CLOSE_URL does not change it; `latch connections set` does",
            connection.endpoints.api
        ));
    }
    Ok(())
}

async fn test(house: &House, selector: &AccountSelector, console: &Console) -> Result<(), Failure> {
    let identity: CloseIdentity = house.gateway.identify(&house.caller, selector).await?;
    if console.json() {
        let who = identity_json(&identity);
        return console.json_document(
            &json!({"success": true, "close_user": who["user"], "close_organization": who["organization"]}),
        );
    }
    console.data(&identity_text(&identity))
}

async fn policy(house: &House, wanted: &PolicyArguments, console: &Console) -> Result<(), Failure> {
    let caller = &house.caller;
    // Calls that name no account use the key from the environment, whatever is stored under this name.
    if wanted.account.name == DEFAULT_NAME && open::environment_account(house.tenant())?.is_some() {
        let message =
            "the default account is the one of CLOSE_API_KEY, which keeps no policy; nothing was changed";
        return Err(Failure::unusable(message)
            .with_hint("set LATCH_POLICY, for example read:allow,write:deny, or unset CLOSE_API_KEY"));
    }
    let mut account = house.gateway.account(caller, &wanted.account.selector()).await?;
    if wanted.is_change() {
        let selector = AccountSelector::Id(account.id.to_string());
        account = house.gateway.set_policy(caller, &selector, wanted.over(account.policy)).await?.into();
    }
    if console.json() {
        let policy = policy_json(account.policy);
        return console
            .json_document(&json!({"success": true, "account": account.identifier, "policy": policy}));
    }
    console.data(&policy_lines(account.policy))
}

async fn remove(
    house: &House,
    selector: &AccountSelector,
    yes: bool,
    console: &Console,
) -> Result<(), Failure> {
    let caller = &house.caller;
    let account = house.gateway.account(caller, selector).await?;
    let question = format!(
        "Remove {} on connection {:?}? Its credential is deleted, and an OAuth grant is given back to Close.",
        account.identifier, account.connection
    );
    if !yes && !input::confirm(&question, "--yes")? {
        console.talk("nothing was removed");
        return Ok(());
    }
    let account = house.gateway.remove_account(caller, &AccountSelector::Id(account.id.to_string())).await?;
    if console.json() {
        return console.json_document(&json!({"success": true, "removed": account.identifier}));
    }
    console.talk(&format!("{} is removed", account.identifier));
    Ok(())
}
