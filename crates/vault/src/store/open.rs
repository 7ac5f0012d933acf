//! Opening a database: what fits is brought up to date, what does not is left alone.
//!
//! Promises that the value which recognises the master key can be read before anything is written, and that two
//! programs which create the same database at once end up with one.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, SqlSafeStr};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Store, StoreError, statements};
use crate::TenantId;

/// The name of the database in the data folder.
pub(crate) const DATABASE_FILE: &str = "latch.db";

/// The name under which the value that recognises the master key is kept.
const MASTER_KEY_CHECK: &str = "master-key-check";

/// How long to wait for another program that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to go on trying while another program is creating the same database: turning on the write-ahead log
/// is the one step that the engine refuses at once instead of waiting.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);
const READERS: u32 = 4;

/// The migrations, oldest first. One that was released never changes.
fn migrations() -> Migrator {
    let migration = |version, description: &'static str, sql: &'static str| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
        migration(2, "policy and runs", include_str!("../../migrations/sqlite/0002_policy_and_runs.sql")),
        migration(3, "environments", include_str!("../../migrations/sqlite/0003_environments.sql")),
        migration(4, "webhooks", include_str!("../../migrations/sqlite/0004_webhooks.sql")),
    ])
}

/// What an existing database keeps to recognise its master key by; `None` if nothing was ever sealed in it.
pub(crate) async fn check_value(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await?;
    let known: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'")
            .fetch_one(&mut connection)
            .await?;
    let value = if known == 0 {
        None
    } else {
        sqlx::query_scalar(statements::META).bind(MASTER_KEY_CHECK).fetch_optional(&mut connection).await?
    };
    connection.close().await?;
    Ok(value)
}

impl Store {
    /// Opens or creates the database at `path`, brings it up to date and makes sure that it has a value to
    /// recognise the master key by (`new_check_value`, unless there is one). Returns the one it has.
    /// What was read is remembered for `remember_for`.
    pub(crate) async fn open(
        path: &Path,
        new_check_value: &[u8],
        remember_for: Duration,
    ) -> Result<(Self, Vec<u8>), StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A refresh token works once: a pair that was stored must not be lost to a power cut.
            .synchronous(SqliteSynchronous::Full)
            // What was wiped is overwritten, not only unlinked.
            .pragma("secure_delete", "ON");
        let writer = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
        let reader =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        let store =
            Self { writer, reader, posted: Notify::new(), recent: super::recent::Recent::new(remember_for) };
        let started = Instant::now();
        let outcome = loop {
            match store.prepare(new_check_value).await {
                Err(StoreError::Busy) if started.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                outcome => break outcome,
            }
        };
        match outcome {
            Ok(check_value) => Ok((store, check_value)),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// One transaction around all migrations: a database is never half up to date.
    async fn prepare(&self, new_check_value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut transaction = self.write().await?;
        let connection: &mut SqliteConnection = &mut transaction;
        migrations().run_direct(None, connection, false).await?;
        sqlx::query(statements::SET_META)
            .bind(MASTER_KEY_CHECK)
            .bind(new_check_value)
            .execute(&mut *transaction)
            .await?;
        let check_value =
            sqlx::query_scalar(statements::META).bind(MASTER_KEY_CHECK).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(check_value)
    }

    /// Makes a tenant and its first connection unless they are there.
    pub(crate) async fn ensure_tenant(
        &self,
        tenant: &TenantId,
        first_connection: &super::NewConnection<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let made = sqlx::query(statements::INSERT_TENANT)
            .bind(tenant.as_str())
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if made.rows_affected() == 1 {
            first_connection.insert(&mut transaction, tenant, now).await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(crate) async fn tenants(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(statements::TENANTS).fetch_all(&self.reader).await?)
    }

    pub(crate) async fn has_tenant(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let found: Option<String> =
            sqlx::query_scalar(statements::TENANT).bind(tenant.as_str()).fetch_optional(&self.reader).await?;
        Ok(found.is_some())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Executor;

    use super::*;

    #[tokio::test]
    async fn the_engine_accepts_every_statement() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) =
            Store::open(&folder.path().join(DATABASE_FILE), b"check", Duration::ZERO).await.unwrap();
        for (name, text) in statements::ALL {
            let prepared = (&store.reader).prepare(sqlx::AssertSqlSafe(*text).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
        store.close().await;
    }

    #[tokio::test]
    async fn opening_twice_keeps_the_first_check_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        assert_eq!(check_value(&path).await.unwrap(), None);
        let (first, _) = Store::open(&path, b"one", Duration::ZERO).await.unwrap();
        let (second, kept) = Store::open(&path, b"two", Duration::ZERO).await.unwrap();
        assert_eq!(kept, b"one");
        assert_eq!(check_value(&path).await.unwrap().as_deref(), Some(b"one".as_slice()));
        first.close().await;
        second.close().await;
    }
}
