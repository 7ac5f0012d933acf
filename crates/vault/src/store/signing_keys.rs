//! The keys that access tokens are signed with.

use jiff::Timestamp;

use super::{SigningKeyRecord, Store, StoreError, statements};

impl Store {
    pub(crate) async fn insert_signing_key(&self, key: &SigningKeyRecord) -> Result<(), StoreError> {
        sqlx::query(statements::INSERT_SIGNING_KEY)
            .bind(&key.id)
            .bind(&key.data_key)
            .bind(&key.private_key)
            .bind(key.created_at.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Every key, the one that signs first.
    pub(crate) async fn signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        Ok(sqlx::query_as(statements::SIGNING_KEYS).fetch_all(&self.reader).await?)
    }

    /// Forgets the keys whose successor was there before `before` already.
    pub(crate) async fn delete_old_signing_keys(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query(statements::DELETE_OLD_SIGNING_KEYS)
            .bind(before.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
