//! Accounts: finding, listing, making, removing them.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::credentials::read;
use super::outbox::post;
use super::{AccountRecord, Store, StoreError, statements};
use crate::webhooks::Occurrence;
use crate::{
    AccountFilter, AccountId, AccountStatus, CloseIdentity, ConnectionId, CredentialKind, Page, Policy,
    TenantId, WebhookEvent,
};

/// An account to make.
pub(crate) struct NewAccount<'a> {
    pub(crate) id: &'a AccountId,
    pub(crate) connection_id: &'a ConnectionId,
    pub(crate) identifier: &'a str,
    pub(crate) data_key: Vec<u8>,
}

/// What came of merging.
pub(crate) enum Merged {
    Done,
    /// It would have been too large; nothing was changed.
    TooLarge,
}

impl Store {
    pub(crate) async fn account(
        &self,
        tenant: &TenantId,
        id: &AccountId,
    ) -> Result<Option<AccountRecord>, StoreError> {
        Ok(sqlx::query_as(statements::ACCOUNT)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?)
    }

    /// The same, as it was at most a moment ago; it stands alone in what is returned.
    pub(crate) async fn recent_account(
        &self,
        tenant: &TenantId,
        id: &AccountId,
    ) -> Result<Option<Arc<Vec<AccountRecord>>>, StoreError> {
        let read = || async { Ok::<_, StoreError>(Vec::from_iter(self.account(tenant, id).await?)) };
        self.recent.accounts(|| format!("{tenant}|{id}"), read).await
    }

    /// The accounts with an identifier, on one connection or on all, as they were at most a moment ago.
    pub(crate) async fn recent_accounts(
        &self,
        tenant: &TenantId,
        connection: Option<&str>,
        identifier: &str,
    ) -> Result<Option<Arc<Vec<AccountRecord>>>, StoreError> {
        let read = || async {
            Ok::<_, StoreError>(match connection {
                Some(connection) => {
                    Vec::from_iter(self.account_on_connection(tenant, connection, identifier).await?)
                }
                None => self.accounts_by_identifier(tenant, identifier).await?,
            })
        };
        // No name holds a `|`; the identifier, which may, comes last.
        let key = || format!("{tenant}|{}|{identifier}", connection.unwrap_or_default());
        self.recent.accounts(key, read).await
    }

    pub(crate) async fn account_on_connection(
        &self,
        tenant: &TenantId,
        connection: &str,
        identifier: &str,
    ) -> Result<Option<AccountRecord>, StoreError> {
        Ok(sqlx::query_as(statements::ACCOUNT_ON_CONNECTION)
            .bind(tenant.as_str())
            .bind(connection)
            .bind(identifier)
            .fetch_optional(&self.reader)
            .await?)
    }

    pub(crate) async fn accounts_by_identifier(
        &self,
        tenant: &TenantId,
        identifier: &str,
    ) -> Result<Vec<AccountRecord>, StoreError> {
        Ok(sqlx::query_as(statements::ACCOUNTS_BY_IDENTIFIER)
            .bind(tenant.as_str())
            .bind(identifier)
            .fetch_all(&self.reader)
            .await?)
    }

    /// Up to `limit` accounts after the page's start, or before its end, and how many match in all.
    pub(crate) async fn accounts(
        &self,
        tenant: &TenantId,
        filter: &AccountFilter,
        page: &Page,
        limit: u32,
    ) -> Result<(Vec<AccountRecord>, u64), StoreError> {
        let status = filter.status.map(AccountStatus::as_str);
        let pattern = filter.identifier_contains.as_deref().map(like_pattern);
        let text = filter.contains.as_deref().map(like_pattern);
        let names = (!filter.connections.is_empty()).then(|| listed(&filter.connections));
        let (statement, start) = match &page.before {
            Some(before) => (statements::ACCOUNTS_BEFORE, Some(before)),
            None => (statements::ACCOUNTS, page.after.as_ref()),
        };
        let mut rows: Vec<AccountRecord> = sqlx::query_as(statement)
            .bind(tenant.as_str())
            .bind(names.as_deref())
            .bind(status)
            .bind(pattern.as_deref())
            .bind(filter.identifier.as_deref())
            .bind(text.as_deref())
            .bind(start.map(AccountId::as_str))
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        if page.before.is_some() {
            rows.reverse();
        }
        let total: i64 = sqlx::query_scalar(statements::COUNT_ACCOUNTS)
            .bind(tenant.as_str())
            .bind(names.as_deref())
            .bind(status)
            .bind(pattern.as_deref())
            .bind(filter.identifier.as_deref())
            .bind(text.as_deref())
            .fetch_one(&self.reader)
            .await?;
        Ok((rows, u64::try_from(total).unwrap_or_default()))
    }

    /// Makes a pending account unless the connection has one with that identifier; says whether it did.
    pub(crate) async fn insert_account(
        &self,
        tenant: &TenantId,
        new: &NewAccount<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(statements::INSERT_ACCOUNT)
            .bind(new.id.as_str())
            .bind(tenant.as_str())
            .bind(new.connection_id.as_str())
            .bind(new.identifier)
            .bind(AccountStatus::Pending.as_str())
            .bind(CredentialKind::None.as_str())
            .bind(&new.data_key)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        let made = done.rows_affected() == 1;
        if made && let Some(record) = read(&mut transaction, tenant, new.id).await? {
            post(&mut transaction, Occurrence::new(WebhookEvent::Created, &record.account), now).await?;
        }
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(made)
    }

    /// Removes an account with its links and authorizations; says whether there was one.
    pub(crate) async fn delete_account(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let Some(record) = read(&mut transaction, tenant, id).await? else { return Ok(false) };
        sqlx::query(statements::DELETE_ACCOUNT)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        post(&mut transaction, Occurrence::new(WebhookEvent::Deleted, &record.account), now).await?;
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(true)
    }

    pub(crate) async fn set_identity(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        who: &CloseIdentity,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let before = read(&mut transaction, tenant, id).await?;
        sqlx::query(statements::SET_IDENTITY)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(who.user_id.as_deref())
            .bind(who.user_name.as_deref())
            .bind(who.user_email.as_deref())
            .bind(who.organization_id.as_deref())
            .bind(who.organization_name.as_deref())
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if before.is_some_and(|before| before.account.identity != *who)
            && let Some(after) = read(&mut transaction, tenant, id).await?
        {
            post(&mut transaction, Occurrence::new(WebhookEvent::Updated, &after.account), now).await?;
        }
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(())
    }

    /// Says whether there was such an account.
    pub(crate) async fn set_policy(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let text = (*policy != Policy::ALLOW).then(|| policy.to_string());
        let mut transaction = self.write().await?;
        let before = read(&mut transaction, tenant, id).await?;
        let done = sqlx::query(statements::SET_POLICY)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(text)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if before.is_some_and(|before| before.account.policy != *policy)
            && let Some(after) = read(&mut transaction, tenant, id).await?
        {
            post(&mut transaction, Occurrence::new(WebhookEvent::Updated, &after.account), now).await?;
        }
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(done.rows_affected() == 1)
    }

    /// Merges members into what the application keeps with an account; null removes one. Returns what it is then;
    /// `None` if there is no such account.
    pub(crate) async fn merge_api_config(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        given: Map<String, Value>,
        longest: usize,
        now: Timestamp,
    ) -> Result<Option<Merged>, StoreError> {
        let mut transaction = self.write().await?;
        let Some(before) = super::credentials::read(&mut transaction, tenant, id).await? else {
            return Ok(None);
        };
        let mut merged = before.account.api_config.clone();
        for (name, value) in given {
            if value.is_null() {
                merged.remove(&name);
            } else {
                merged.insert(name, value);
            }
        }
        let text = Value::Object(merged).to_string();
        if text.len() > longest {
            return Ok(Some(Merged::TooLarge));
        }
        sqlx::query(statements::SET_API_CONFIG)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(text)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.recent.changed();
        Ok(Some(Merged::Done))
    }

    pub(crate) async fn touch(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(statements::TOUCH)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(now.as_microsecond())
            .execute(&self.writer)
            .await?;
        self.recent.changed();
        Ok(())
    }
}

/// Names of connections as one text, each between bars. None holds a bar itself: a text that does names nothing.
fn listed(names: &[String]) -> String {
    let possible: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.contains('|')).collect();
    format!("|{}|", possible.join("||"))
}

/// A LIKE pattern that finds `text` itself anywhere, whatever wildcards it holds.
fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_ascii_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_one_stands_for_none_and_not_for_several() {
        assert_eq!(listed(&["a".to_owned(), "b||c".to_owned(), "d".to_owned()]), "|a||d|");
        assert_eq!(listed(&["b||c".to_owned()]), "||");
    }

    #[test]
    fn wildcards_in_a_search_stand_for_themselves() {
        assert_eq!(like_pattern(r"A_b%\"), r"%a\_b\%\\%");
    }
}
