//! Connected accounts.

use jiff::Timestamp;
use latch_vault::{Account, CloseIdentity};
use serde_json::{Value, json};

use super::table::{ago, table};

/// One account for programs, with the same members as the REST door has.
pub(crate) fn account_json(account: &Account) -> Value {
    json!({
        "id": account.id.to_string(),
        "identifier": account.identifier,
        "connection": account.connection,
        "status": account.status.as_str(),
        "status_reason": account.status_reason,
        "credential": account.credential_kind.as_str(),
        "close_user": identity_json(&account.identity)["user"],
        "close_organization": identity_json(&account.identity)["organization"],
        "token_expires_at": account.token_expires_at.map(|at| at.to_string()),
        "created_at": account.created_at.to_string(),
        "updated_at": account.updated_at.to_string(),
        "last_used_at": account.last_used_at.map(|at| at.to_string()),
    })
}

/// Who somebody is at Close.
pub(crate) fn identity_json(identity: &CloseIdentity) -> Value {
    json!({
        "user": {"id": identity.user_id, "name": identity.user_name, "email": identity.user_email},
        "organization": {"id": identity.organization_id, "name": identity.organization_name},
    })
}

/// Who somebody is at Close, in a few words.
pub(crate) fn identity_text(identity: &CloseIdentity) -> String {
    let user = match (&identity.user_name, &identity.user_email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => return "-".to_owned(),
    };
    match &identity.organization_name {
        Some(organization) => format!("{user}, {organization}"),
        None => user,
    }
}

/// Accounts for people. `environment` is the account of `CLOSE_API_KEY`.
pub(crate) fn account_table(accounts: &[Account], environment: bool, now: Timestamp) -> String {
    let mut rows = Vec::new();
    if environment {
        rows.push(["default", "(CLOSE_API_KEY)", "ACTIVE", "API_KEY", "-", "-"].map(str::to_owned));
    }
    rows.extend(accounts.iter().map(|account| {
        [
            account.identifier.clone(),
            account.connection.clone(),
            account.status.as_str().to_owned(),
            account.credential_kind.as_str().to_owned(),
            identity_text(&account.identity),
            account.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(at, now)),
        ]
    }));
    table(["NAME", "CONNECTION", "STATUS", "CREDENTIAL", "AT CLOSE", "LAST USED"], rows)
}

/// One account for people, line by line.
pub(crate) fn account_lines(account: &Account, now: Timestamp) -> String {
    let mut lines = vec![
        format!("name        {}", account.identifier),
        format!("id          {}", account.id),
        format!("connection  {}", account.connection),
        format!("status      {}", account.status),
    ];
    if let Some(reason) = &account.status_reason {
        lines.push(format!("because     {reason}"));
    }
    lines.push(format!("credential  {}", account.credential_kind.as_str()));
    lines.push(format!("at Close    {}", identity_text(&account.identity)));
    if let Some(at) = account.token_expires_at {
        lines.push(format!("token until {at}"));
    }
    lines.push(format!("created     {}", ago(account.created_at, now)));
    lines.push(format!(
        "last used   {}",
        account.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(at, now))
    ));
    lines.join("\n")
}
