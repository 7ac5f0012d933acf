//! Webhook endpoints: adding, changing, trying them, and looking at what was delivered.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{Vault, ends_at};
use crate::connection::check_address;
use crate::identifiers::generate;
use crate::seal::{Field, Row};
use crate::store::EndpointRow;
use crate::webhooks::{new_secret, test_payload};
use crate::{TenantId, VaultError, WebhookDelivery, WebhookEndpoint, WebhookEvent};

/// No list of deliveries is longer than this.
const LARGEST_PAGE: u32 = 500;

impl Vault {
    /// Adds an address that is told what happens to the tenant's accounts from now on: the given events, or all
    /// if none is given. Its signing secret is returned this once and kept sealed.
    pub async fn add_webhook_endpoint(
        &self,
        tenant: &TenantId,
        url: &Url,
        events: &[WebhookEvent],
    ) -> Result<(WebhookEndpoint, SecretString), VaultError> {
        check_address(url, "webhook")?;
        if !self.inner.store.has_tenant(tenant).await? {
            return Err(VaultError::not_found(format!("the environment {tenant}")));
        }
        let mut wanted: Vec<WebhookEvent> = Vec::new();
        for event in events {
            if *event != WebhookEvent::Test && !wanted.contains(event) {
                wanted.push(*event);
            }
        }
        let now = self.inner.clock.now();
        let id = generate("whe_");
        let (key, data_key) = self.inner.master_key.new_data_key(Row::webhook_endpoint(tenant, &id))?;
        let secret = new_secret()?;
        let endpoint = WebhookEndpoint {
            id,
            tenant: tenant.clone(),
            url: url.clone(),
            events: wanted,
            enabled: true,
            old_secret_until: None,
            created_at: now,
            updated_at: now,
        };
        let row = EndpointRow { endpoint, data_key };
        self.inner.store.insert_endpoint(&row, &key.seal(Field::SigningSecret, &secret)?).await?;
        Ok((row.endpoint, secret))
    }

    /// All endpoints of a tenant, oldest first.
    pub async fn webhook_endpoints(&self, tenant: &TenantId) -> Result<Vec<WebhookEndpoint>, VaultError> {
        let rows = self.inner.store.endpoints(tenant).await?;
        Ok(rows.into_iter().map(|row| row.endpoint).collect())
    }

    /// The endpoint with this id.
    pub async fn webhook_endpoint(&self, tenant: &TenantId, id: &str) -> Result<WebhookEndpoint, VaultError> {
        Ok(self.endpoint_row(tenant, id).await?.endpoint)
    }

    /// Gives an endpoint another signing secret, returned this once. For as long as `overlap` says, deliveries
    /// are signed with both.
    pub async fn rotate_webhook_secret(
        &self,
        tenant: &TenantId,
        id: &str,
        overlap: Duration,
    ) -> Result<(WebhookEndpoint, SecretString), VaultError> {
        let row = self.endpoint_row(tenant, id).await?;
        let key = self.inner.master_key.data_key(Row::webhook_endpoint(tenant, id), &row.data_key)?;
        let secret = new_secret()?;
        let sealed = key.seal(Field::SigningSecret, &secret)?;
        let ends = ends_at(&self.inner.clock, overlap);
        let now = self.inner.clock.now();
        if !self.inner.store.rotate_endpoint_secret(tenant, id, &sealed, ends, now).await? {
            return Err(missing(id));
        }
        Ok((self.webhook_endpoint(tenant, id).await?, secret))
    }

    /// Turns an endpoint off, or on again. What waits for it is kept and sent when it is on again, unless its
    /// time has passed.
    pub async fn enable_webhook_endpoint(
        &self,
        tenant: &TenantId,
        id: &str,
        enabled: bool,
    ) -> Result<WebhookEndpoint, VaultError> {
        if !self.inner.store.enable_endpoint(tenant, id, enabled, self.inner.clock.now()).await? {
            return Err(missing(id));
        }
        self.webhook_endpoint(tenant, id).await
    }

    /// Removes an endpoint, with everything that was still to be delivered to it.
    pub async fn remove_webhook_endpoint(&self, tenant: &TenantId, id: &str) -> Result<(), VaultError> {
        if self.inner.store.delete_endpoint(tenant, id).await? { Ok(()) } else { Err(missing(id)) }
    }

    /// A tenant's deliveries of the last seven days, newest event first: at most `limit`, and never more than 500.
    pub async fn webhook_deliveries(
        &self,
        tenant: &TenantId,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, VaultError> {
        Ok(self.inner.store.deliveries(tenant, limit.clamp(1, LARGEST_PAGE)).await?)
    }

    /// The deliveries of one event, one for each endpoint it is for.
    pub async fn webhook_event(
        &self,
        tenant: &TenantId,
        event_id: &str,
    ) -> Result<Vec<WebhookDelivery>, VaultError> {
        let found = self.inner.store.deliveries_of_event(tenant, event_id).await?;
        if found.is_empty() { Err(missing_event(event_id)) } else { Ok(found) }
    }

    /// Has an event delivered again to every endpoint it was for, or to one of them, under the same id.
    pub async fn redeliver_webhook(
        &self,
        tenant: &TenantId,
        event_id: &str,
        endpoint_id: Option<&str>,
    ) -> Result<Vec<WebhookDelivery>, VaultError> {
        let now = self.inner.clock.now();
        if !self.inner.store.redeliver(tenant, event_id, endpoint_id, now).await? {
            return Err(missing_event(event_id));
        }
        self.webhook_event(tenant, event_id).await
    }

    /// Has a test event (`latch.test`) delivered to an endpoint, whatever it wants to hear otherwise.
    pub async fn test_webhook(&self, tenant: &TenantId, id: &str) -> Result<WebhookDelivery, VaultError> {
        let endpoint = self.webhook_endpoint(tenant, id).await?;
        if !endpoint.enabled {
            return Err(VaultError::WebhookDisabled { id: endpoint.id });
        }
        let (event_id, now) = (generate("evt_"), self.inner.clock.now());
        let payload = test_payload(&event_id, tenant, id, now);
        self.inner.store.post_test(tenant, id, &event_id, &payload, now).await?;
        self.webhook_event(tenant, &event_id).await?.pop().ok_or_else(|| missing_event(&event_id))
    }

    async fn endpoint_row(&self, tenant: &TenantId, id: &str) -> Result<EndpointRow, VaultError> {
        self.inner.store.endpoint(tenant, id).await?.ok_or_else(|| missing(id))
    }
}

fn missing(id: &str) -> VaultError {
    VaultError::not_found(format!("the webhook endpoint {id:?}"))
}

fn missing_event(id: &str) -> VaultError {
    VaultError::not_found(format!("the webhook event {id:?} (events are kept for seven days)"))
}
