//! A twin, a vault and a gateway between them.

use latch_close::{Client, ClientOptions};
use latch_gateway::{AccountSelector, CallError, CallOutcome, Caller, Gateway, GatewayOptions, ToolCall};
use latch_twin::{Twin, TwinOptions};
use latch_vault::{
    Clock, ConnectionSettings, Endpoints, OAuthApp, RefreshOptions, TenantId, Vault, VaultOptions,
};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

/// What a house is built with.
#[derive(Debug, Clone)]
pub struct HouseOptions {
    /// How the twin is started; no generated leads by default.
    pub twin: TwinOptions,
    /// The vault's clock.
    pub clock: Clock,
    /// Where browsers reach the gateway's pages.
    pub public_url: Url,
    /// How Close is spoken to.
    pub close: ClientOptions,
    /// How grants are refreshed.
    pub refresh: RefreshOptions,
    /// The gateway's settings.
    pub gateway: GatewayOptions,
}

impl Default for HouseOptions {
    fn default() -> Self {
        Self {
            twin: TwinOptions { leads: 0, ..TwinOptions::default() },
            clock: Clock::system(),
            public_url: Url::parse("http://127.0.0.1:9/").expect("a fixed address"),
            close: ClientOptions::default(),
            refresh: RefreshOptions::default(),
            gateway: GatewayOptions::default(),
        }
    }
}

/// Everything, running.
#[derive(Debug)]
pub struct House {
    /// The local Close.
    pub twin: Twin,
    /// The vault.
    pub vault: Vault,
    /// The gateway.
    pub gateway: Gateway,
    /// A caller of the default tenant.
    pub caller: Caller,
    folder: TempDir,
}

impl House {
    /// A house with the usual options.
    pub async fn start() -> Self {
        Self::start_with(HouseOptions::default()).await
    }

    /// A house with these options. The connection `close` leads to the twin and has an OAuth app there.
    ///
    /// # Panics
    ///
    /// If a part does not start: no test can go on without it.
    pub async fn start_with(options: HouseOptions) -> Self {
        latch_close::install_tls_provider();
        let twin = Twin::start(options.twin).await.expect("the twin starts");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let vault = Vault::open(VaultOptions {
            public_url: Some(options.public_url.clone()),
            clock: options.clock,
            refresh: options.refresh,
            ..VaultOptions::new(folder.path().join("data"))
        })
        .await
        .expect("the vault opens");
        let redirect = options.public_url.join("oauth/callback").expect("an address below the public one");
        let app = twin.register_oauth_app("Sales Assistant", redirect.as_str());
        let origin = Url::parse(&twin.url()).expect("the twin's address");
        let settings = ConnectionSettings {
            endpoints: Some(Endpoints::at(&origin)),
            oauth_app: Some(OAuthApp {
                client_id: app.client_id,
                client_secret: SecretString::from(app.client_secret),
                redirect_uri: redirect,
            }),
            ..ConnectionSettings::default()
        };
        vault
            .set_connection(&TenantId::default(), "close", settings)
            .await
            .expect("the connection is stored");
        let close = Client::new(options.close);
        let gateway = Gateway::new(close, vault.clone(), options.gateway);
        Self {
            twin,
            vault,
            gateway,
            caller: Caller { tenant: TenantId::default(), name: "test".to_owned() },
            folder,
        }
    }

    /// The data folder.
    pub fn data_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Ann's API key at the twin, for looking behind the gateway's back.
    ///
    /// # Panics
    ///
    /// If the twin has no key.
    pub fn ann_key(&self) -> String {
        self.twin.api_keys().into_iter().next().expect("the twin has keys").key
    }

    /// Stores Ann's API key for `identifier`, as `latch accounts add` does.
    ///
    /// # Panics
    ///
    /// If the key is refused.
    pub async fn connect_with_key(&self, identifier: &str) {
        let key = SecretString::from(self.ann_key());
        self.gateway
            .add_api_key(&self.caller, None, identifier, key, true)
            .await
            .expect("the twin knows the key");
    }

    /// Calls a tool for `identifier`.
    ///
    /// # Errors
    ///
    /// Those of the gateway.
    pub async fn call(
        &self,
        identifier: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<CallOutcome, CallError> {
        let call = ToolCall::new(tool, arguments).on(AccountSelector::identifier(identifier));
        self.gateway.execute(&self.caller, call).await
    }

    /// What Close itself says at `path` (below `/api/v1`) to Ann.
    ///
    /// # Panics
    ///
    /// If the twin does not answer with JSON.
    pub async fn at_close(&self, path: &str) -> Value {
        let url = format!("{}/api/v1{path}", self.twin.url());
        let answer = reqwest::Client::new().get(url).basic_auth(self.ann_key(), Some("")).send().await;
        answer.expect("the twin answers").json().await.expect("in JSON")
    }
}
