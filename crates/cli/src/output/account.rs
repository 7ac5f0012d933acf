//! Connected accounts.

use jiff::Timestamp;
use latch_gateway::Policy;
use latch_vault::{Account, CloseIdentity};
use serde_json::{Value, json};

use super::table::{ago, table};

/// One account for programs, with the members that the REST door has, and the policy where it restricts
/// something.
pub(crate) fn account_json(account: &Account) -> Value {
    let mut shown = json!({
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
    });
    if !account.policy.allows_everything() {
        shown["policy"] = policy_json(account.policy);
    }
    shown
}

/// What may be done, with what counts for deleting whether or not it is set apart.
pub(crate) fn policy_json(policy: Policy) -> Value {
    json!({
        "read": policy.for_read(),
        "write": policy.for_write(),
        "destructive": policy.for_destructive(),
        "destructive_set_apart": policy.destructive.is_some(),
    })
}

/// What may be done, line by line.
pub(crate) fn policy_lines(policy: Policy) -> String {
    let note = if policy.destructive.is_some() { "" } else { " (as write)" };
    format!(
        "read         {}\nwrite        {}\ndestructive  {}{note}",
        policy.for_read(),
        policy.for_write(),
        policy.for_destructive()
    )
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

const HEADER: [&str; 6] = ["NAME", "CONNECTION", "STATUS", "CREDENTIAL", "AT CLOSE", "LAST USED"];

/// Accounts for people. `environment` is the account of `CLOSE_API_KEY`.
pub(crate) fn account_table(accounts: &[Account], environment: Option<Policy>, now: Timestamp) -> String {
    let mut rows = Vec::new();
    if let Some(policy) = environment {
        let row = ["default", "(CLOSE_API_KEY)", "ACTIVE", "API_KEY", "-", "-"].map(str::to_owned);
        rows.push((row, policy));
    }
    rows.extend(accounts.iter().map(|account| {
        let row = [
            account.identifier.clone(),
            account.connection.clone(),
            account.status.as_str().to_owned(),
            account.credential_kind.as_str().to_owned(),
            identity_text(&account.identity),
            account.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(at, now)),
        ];
        (row, account.policy)
    }));
    if rows.iter().all(|(_, policy)| policy.allows_everything()) {
        return table(HEADER, rows.into_iter().map(|(row, _)| row).collect());
    }
    let [name, connection, status, credential, at_close, last_used] = HEADER;
    let rows = rows.into_iter().map(|(row, policy)| {
        let [name, connection, status, credential, at_close, last_used] = row;
        let policy = if policy.allows_everything() { "-".to_owned() } else { policy.to_string() };
        [name, connection, status, credential, at_close, last_used, policy]
    });
    table([name, connection, status, credential, at_close, last_used, "POLICY"], rows.collect())
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
    if !account.policy.allows_everything() {
        lines.push(format!("policy      {}", account.policy));
    }
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
