//! Script runs: kept with what they printed and returned, which is sealed.

use secrecy::{ExposeSecret, SecretString};

use super::Vault;
use crate::identifiers::check_run_id;
use crate::seal::{Field, Row};
use crate::store::RunRow;
use crate::{RunRecord, RunSummary, TenantId, VaultError};

/// No list of runs is longer than this.
const LARGEST_PAGE: u32 = 500;

impl Vault {
    /// Remembers a run, for as long as calls are remembered
    /// ([`VaultOptions::record_lifetime`](crate::VaultOptions)).
    pub async fn record_run(&self, tenant: &TenantId, run: &RunRecord) -> Result<(), VaultError> {
        let summary = run.summary.clone();
        check_run_id(&summary.id)?;
        let (key, data_key) = self.inner.master_key.new_data_key(Row::run(tenant, &summary.id))?;
        let record = key.seal(Field::Record, &SecretString::from(run.record.to_string()))?;
        Ok(self.inner.store.insert_run(tenant, &RunRow { summary, data_key, record }).await?)
    }

    /// A tenant's runs, newest first: at most `limit`, and never more than 500.
    pub async fn runs(&self, tenant: &TenantId, limit: u32) -> Result<Vec<RunSummary>, VaultError> {
        Ok(self.inner.store.runs(tenant, limit.clamp(1, LARGEST_PAGE)).await?)
    }

    /// One run with all that is remembered of it.
    pub async fn run(&self, tenant: &TenantId, id: &str) -> Result<RunRecord, VaultError> {
        let found = self.inner.store.run(tenant, id).await?;
        let row = found.ok_or_else(|| VaultError::not_found(format!("the run {id:?}")))?;
        let key = self.inner.master_key.data_key(Row::run(tenant, &row.summary.id), &row.data_key)?;
        let text = key.open(Field::Record, &row.record)?;
        let record = serde_json::from_str(text.expose_secret())
            .map_err(|_| VaultError::Sealed { field: "record", row: format!("run {}", row.summary.id) })?;
        Ok(RunRecord { summary: row.summary, record })
    }
}
