//! The vault itself: what it is made of, and how it is opened and closed.

mod accounts;
mod authorize;
mod calls;
mod clients;
mod connections;
mod credentials;
mod grants;
mod recorder;
mod runs;
mod tokens;
mod verify;
mod webhooks;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

pub(crate) use credentials::active;
pub(crate) use grants::missing_account;

use crate::clock::later;
use crate::oauth::OAuthClient;
use crate::refresh::Gates;
use crate::seal::MasterKey;
use crate::signing::Signing;
use crate::store::{self, NewConnection, Store, StoreError};
use crate::webhooks::Sender;
use crate::{Clock, Connection, ConnectionId, Endpoints, RefreshOptions, TenantId, VaultError, VaultOptions};
use crate::{files, identifiers, master_key};

/// Links and flows are kept this long after they ended, so that late visitors are told what happened.
const KEPT_AFTER_END: Duration = Duration::from_secs(24 * 60 * 60);
/// Webhook events are kept this long after they happened.
const EVENTS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Every credential of this installation, and all that is done with them. Cheap to clone; clones are the same
/// vault. All of it may be used from several programs on one data folder at once.
#[derive(Clone)]
pub struct Vault {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) master_key: MasterKey,
    pub(crate) oauth: OAuthClient,
    pub(crate) clock: Clock,
    pub(crate) refresh: RefreshOptions,
    /// How long a lease lasts: as set, and never too short for a request to end within it.
    pub(crate) lease: Duration,
    pub(crate) gates: Gates,
    /// Told when a grant has a new schedule.
    pub(crate) rescheduled: Notify,
    /// Work that must not be cut off, and the background refresher.
    pub(crate) tasks: Tasks,
    pub(crate) stop: CancellationToken,
    /// What this opening of the vault is called in leases.
    pub(crate) instance: String,
    pub(crate) public_url: Option<Url>,
    pub(crate) issuer: Option<Url>,
    pub(crate) link_lifetime: Duration,
    pub(crate) signing: Signing,
    pub(crate) sender: Sender,
    pub(crate) recorder: recorder::Recorder,
    record_lifetime: Duration,
    data_folder: PathBuf,
}

/// Work that must not be cut off. It runs where the vault was opened: whoever asks for it may do so from a runtime that
/// ends sooner.
#[derive(Debug)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    home: Handle,
}

impl Tasks {
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tracker.spawn_on(work, &self.home)
    }

    /// Waits until all of it is done.
    async fn end(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl Vault {
    /// Opens the vault in a data folder, which is created on first use: for its owner only, with a database, the
    /// tenant `default` and its connection `close`. The master key is checked before anything is written; a
    /// wrong one changes nothing.
    pub async fn open(options: VaultOptions) -> Result<Self, VaultError> {
        let oauth = OAuthClient::new(&options.http)?;
        let sender = Sender::new(options.webhook_timeout)?;
        let folder = options.data_folder;
        let in_folder = |source| VaultError::DataFolder { path: folder.clone(), source };
        files::create_folder(&folder).map_err(in_folder)?;
        let path = folder.join(store::DATABASE_FILE);
        let in_database = |source: StoreError| VaultError::DatabaseFile { path: path.clone(), source };

        let known = store::check_value(&path).await.map_err(in_database)?;
        let key = master_key::obtain(&options.master_key, &folder, known.is_some())?;
        let master_key = MasterKey::new(&key)?;
        let wrong_key = || VaultError::WrongMasterKey { data_folder: folder.clone() };
        if known.is_some_and(|check_value| !master_key.fits(&check_value)) {
            return Err(wrong_key());
        }

        files::ensure_private(&path)
            .map_err(|source| VaultError::DataFolder { path: path.clone(), source })?;
        let (store, kept) = Store::open(&path, &master_key.check_value()?, options.remember_for)
            .await
            .map_err(in_database)?;
        // Another program may have created the same database meanwhile, with another key.
        if !master_key.fits(&kept) {
            store.close().await;
            return Err(wrong_key());
        }

        let vault = Self {
            inner: Arc::new(Inner {
                store,
                master_key,
                oauth,
                clock: options.clock,
                lease: options.refresh.lease.max(options.http.timeout.saturating_mul(2)),
                refresh: options.refresh,
                gates: Gates::default(),
                rescheduled: Notify::new(),
                tasks: Tasks { tracker: TaskTracker::new(), home: Handle::current() },
                stop: CancellationToken::new(),
                instance: identifiers::generate("vault_"),
                issuer: options.issuer.or_else(|| options.public_url.clone()),
                public_url: options.public_url,
                link_lifetime: options.link_lifetime,
                signing: Signing::default(),
                sender,
                recorder: recorder::Recorder::new(),
                record_lifetime: options.record_lifetime,
                data_folder: folder,
            }),
        };
        vault.create_tenant(&TenantId::default()).await?;
        vault.tidy().await?;
        Ok(vault)
    }

    /// Stops the background refresher, waits until what is under way has been stored, and closes the database.
    /// Everything that is asked of the vault afterwards fails.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.end().await;
        self.inner.store.close().await;
    }

    /// Makes a tenant, with a connection named [`Connection::DEFAULT_NAME`]. It leads where the connection of
    /// that name of the tenant `default` leads, to the real Close if there is none; the OAuth app of that one
    /// stays its own. Nothing happens if there is such a tenant.
    pub async fn create_tenant(&self, tenant: &TenantId) -> Result<(), VaultError> {
        let model = self.inner.store.connection(&TenantId::default(), Connection::DEFAULT_NAME).await?;
        let endpoints = model.map_or_else(Endpoints::close, |record| record.connection.endpoints);
        let first = NewConnection {
            id: ConnectionId::generate(),
            name: Connection::DEFAULT_NAME,
            endpoints: &endpoints,
        };
        Ok(self.inner.store.ensure_tenant(tenant, &first, self.inner.clock.now()).await?)
    }

    /// Where people reach this program, if that is known.
    pub fn public_url(&self) -> Option<&Url> {
        self.inner.public_url.as_ref()
    }

    /// Every tenant of this installation.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, VaultError> {
        self.inner.store.tenants().await?.into_iter().map(TenantId::new).collect()
    }

    /// Removes what nobody needs any more.
    pub(crate) async fn tidy(&self) -> Result<(), VaultError> {
        let now = self.inner.clock.now();
        self.inner.store.delete_old_authorizations(before(now, KEPT_AFTER_END)).await?;
        self.inner.store.delete_old_signing_keys(before(now, KEPT_AFTER_END)).await?;
        self.forget_unverified(now).await?;
        self.inner.store.delete_old_deliveries(before(now, EVENTS_KEPT)).await?;
        let oldest = before(now, self.inner.record_lifetime);
        self.inner.store.delete_old_runs(oldest).await?;
        Ok(self.inner.store.delete_old_calls(oldest).await?)
    }

    /// Runs work to its end that nobody waits for any more; [`close`](Self::close) does.
    pub fn finish_in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(work);
    }

    /// Runs work that Close may already have acted on: once begun it goes on even if whoever asked for it is no
    /// longer there to hear the end.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, VaultError>> + Send + 'static,
    ) -> Result<T, VaultError> {
        match self.inner.tasks.spawn(work).await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(VaultError::ShuttingDown),
            },
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").field("data_folder", &self.inner.data_folder).finish_non_exhaustive()
    }
}

fn before(now: jiff::Timestamp, by: Duration) -> jiff::Timestamp {
    let by = jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX);
    now.saturating_sub(by).unwrap_or(jiff::Timestamp::MIN)
}

/// When something that begins now and lasts `lifetime` ends.
pub(crate) fn ends_at(clock: &Clock, lifetime: Duration) -> jiff::Timestamp {
    later(clock.now(), lifetime)
}
