//! The record of calls.

use super::Vault;
use crate::{CallRecord, TenantId, VaultError};

/// No list of calls is longer than this.
const LARGEST_PAGE: u32 = 500;

impl Vault {
    /// Records a call. Records are kept for [`VaultOptions::record_lifetime`](crate::VaultOptions).
    pub async fn record_call(&self, record: &CallRecord) -> Result<(), VaultError> {
        Ok(self.inner.store.insert_calls(std::slice::from_ref(record)).await?)
    }

    /// A tenant's calls, newest first: at most `limit` (and never more than 500), after the call with the id
    /// `before`.
    pub async fn calls(
        &self,
        tenant: &TenantId,
        limit: u32,
        before: Option<&str>,
    ) -> Result<Vec<CallRecord>, VaultError> {
        Ok(self.inner.store.calls(tenant, limit.clamp(1, LARGEST_PAGE), before).await?)
    }
}
