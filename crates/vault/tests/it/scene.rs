//! A data folder, a clock that stands still, a provider, and the few moves every story is made of.

use std::sync::Once;
use std::time::Duration;

use jiff::Timestamp;
use latch_vault::{
    Account, CallbackQuery, Clock, ConnectionSettings, Credential, Endpoints, OAuthApp, TenantId, Vault,
    VaultError, VaultOptions,
};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use url::Url;

use crate::provider::Provider;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) provider: Provider,
    pub(crate) vault: Vault,
}

pub(crate) fn tenant() -> TenantId {
    TenantId::default()
}

pub(crate) fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

pub(crate) fn clock() -> Clock {
    Clock::fixed("2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap())
}

pub(crate) fn app(secret: &str) -> OAuthApp {
    OAuthApp {
        client_id: "oa2client_test".to_owned(),
        client_secret: secret.into(),
        redirect_uri: "https://latch.example/connect/callback".parse().unwrap(),
    }
}

impl Scene {
    /// A vault whose connection `close` has an OAuth app at the provider.
    pub(crate) async fn start() -> Self {
        install_tls_provider();
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let provider = Provider::start(clock.clone()).await;
        let vault = Vault::open(options(&folder, &clock)).await.unwrap();
        let settings = ConnectionSettings {
            endpoints: Some(Endpoints::at(provider.origin())),
            oauth_app: Some(app("app-secret")),
            ..ConnectionSettings::default()
        };
        vault.set_connection(&tenant(), "close", settings).await.unwrap();
        Self { folder, clock, provider, vault }
    }

    /// A scene with one connected account, `alice`.
    pub(crate) async fn with_alice() -> (Self, Account) {
        let scene = Self::start().await;
        let alice = scene.connect("alice").await;
        (scene, alice)
    }

    pub(crate) fn options(&self) -> VaultOptions {
        options(&self.folder, &self.clock)
    }

    /// Another program on the same folder.
    pub(crate) async fn another_vault(&self) -> Vault {
        Vault::open(self.options()).await.unwrap()
    }

    pub(crate) async fn pending(&self, identifier: &str) -> Account {
        self.vault.get_or_create_account(&tenant(), "close", identifier).await.unwrap().0
    }

    /// Goes through the whole flow as a browser would.
    pub(crate) async fn connect(&self, identifier: &str) -> Account {
        let account = self.pending(identifier).await;
        let (query, _) = self.consent(&account, "good-code").await;
        self.vault.finish_authorization(query).await.unwrap().account
    }

    /// Opens a new link and returns what Close would send the browser back with, and where it was sent before.
    pub(crate) async fn consent(&self, account: &Account, code: &str) -> (CallbackQuery, Url) {
        let token = self.link_token(account).await;
        let visit = self.vault.begin_authorization(&token).await.unwrap();
        let state = parameter(&visit, "state");
        (
            CallbackQuery { code: Some(code.into()), state: Some(state.into()), ..CallbackQuery::default() },
            visit,
        )
    }

    pub(crate) async fn link_token(&self, account: &Account) -> SecretString {
        let link = self.vault.authorization_link(&account.tenant, &account.id).await.unwrap();
        link.url.path_segments().unwrap().next_back().unwrap().into()
    }

    pub(crate) async fn reload(&self, account: &Account) -> Account {
        self.vault.account_by_id(&account.tenant, &account.id).await.unwrap()
    }

    pub(crate) async fn bearer(&self, account: &Account) -> String {
        shown(&self.vault.credential(account).await.unwrap())
    }

    /// Lets every task get as far as it can: the store answers in the order it is asked, so whoever asked before
    /// has its answer now.
    pub(crate) async fn settle(&self, account: &Account) {
        self.reload(account).await;
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    /// Everything the database has on disk.
    pub(crate) fn bytes_on_disk(&self) -> Vec<u8> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .filter_map(|entry| std::fs::read(entry.unwrap().path()).ok())
            .flatten()
            .collect()
    }
}

pub(crate) fn options(folder: &TempDir, clock: &Clock) -> VaultOptions {
    VaultOptions {
        clock: clock.clone(),
        public_url: Some("https://latch.example/base/".parse().unwrap()),
        ..VaultOptions::new(folder.path())
    }
}

pub(crate) fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

pub(crate) fn shown(credential: &Credential) -> String {
    match credential {
        Credential::Bearer { token, .. } => token.expose_secret().to_owned(),
        Credential::ApiKey { key, .. } => key.expose_secret().to_owned(),
    }
}

/// What a user would read.
pub(crate) fn complaint<T>(outcome: Result<T, VaultError>) -> String {
    outcome.err().expect("this was meant to fail").to_string()
}
