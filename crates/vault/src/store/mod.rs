//! The store.

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
#[error("the database failed")]
pub struct StoreError {
    #[source]
    source: sqlx::Error,
}
