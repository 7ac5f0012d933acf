//! The store: everything the vault remembers, and the only place with SQL in it.
//!
//! Promises that what it acknowledged survives a crash, that writers never meet half-way (one connection writes,
//! in transactions that claim the right to write when they begin), and that every row it hands out belongs to the
//! tenant that was asked for. It sees sealed values only, and decides nothing.

mod accounts;
mod authorizations;
mod calls;
mod clients;
mod connections;
mod credentials;
mod error;
mod leases;
mod open;
mod outbox;
mod recent;
mod rows;
mod runs;
mod signing_keys;
mod statements;
mod verifications;
mod webhooks;

use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::Notify;

pub(crate) use accounts::{Merged, NewAccount};
pub(crate) use authorizations::{
    AfterConsent, LinkRecord, LinkUse, NewAuthorization, NewLink, StateUse, TakenAuthorization,
};
pub(crate) use clients::NewClientSecret;
pub(crate) use connections::{NewConnection, NewOAuthApp};
pub(crate) use credentials::{Change, NewCredential};
pub use error::StoreError;
pub(crate) use leases::{Lease, RefreshFailure};
pub(crate) use open::{DATABASE_FILE, check_value};
pub(crate) use outbox::{DueDelivery, Settled};
pub(crate) use rows::{AccountRecord, ConnectionRecord, OAuthAppRecord, SigningKeyRecord};
pub(crate) use runs::RunRow;
pub(crate) use verifications::{Verification, Verified};
pub(crate) use webhooks::EndpointRow;

/// A database that is open and up to date.
#[derive(Debug)]
pub(crate) struct Store {
    /// One connection, so that writers queue here rather than at the file.
    writer: SqlitePool,
    reader: SqlitePool,
    /// Told when there may be something new in the outbox.
    posted: Notify,
    recent: recent::Recent,
}

impl Store {
    /// Begins a transaction that holds the right to write from its first moment. One that asks for it later may
    /// find that what it read has changed meanwhile, and fail.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes every connection; what is under way is finished first.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
