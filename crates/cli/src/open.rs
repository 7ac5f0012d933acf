//! Opening the vault and the gateway as the options and the environment say.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use latch_close::{Client, ClientOptions};
use latch_gateway::{
    CallError, Caller, EnvironmentAccount, ErrorClass, Gateway, GatewayOptions, Policy, environment_option,
};
use latch_telemetry::{Metrics, RequestLog};
use latch_vault::{Connection, Endpoints, MasterKeySource, RefreshOptions, TenantId, Vault, VaultOptions};
use secrecy::SecretString;
use url::Url;

use crate::arguments::GlobalOptions;
use crate::environment;
use crate::failure::Failure;
use crate::folder::data_folder;

/// How long a server goes by what it has read: what the command line changes beside it counts after so long.
const REMEMBER_FOR: Duration = Duration::from_secs(1);

/// The parts a command works with.
#[derive(Debug, Clone)]
pub(crate) struct House {
    /// Who may do what at Close.
    pub(crate) vault: Vault,
    /// The door behind all doors.
    pub(crate) gateway: Gateway,
    /// The person at the command line, in the environment that the command is for.
    pub(crate) caller: Caller,
    /// What the parts count.
    pub(crate) metrics: Metrics,
    /// Where the lines of requests are written.
    pub(crate) request_log: RequestLog,
    /// Where the vault keeps its data.
    pub(crate) folder: PathBuf,
}

/// Opens everything a command at the command line needs. `CLOSE_API_KEY` counts in the environment `default`.
///
/// # Errors
///
/// `not_found` if there is no such environment.
pub(crate) async fn house(global: &GlobalOptions) -> Result<House, Failure> {
    let house = any_house(global).await?;
    house.require_environment().await?;
    Ok(house)
}

/// The same, whether or not there is such an environment.
pub(crate) async fn any_house(global: &GlobalOptions) -> Result<House, Failure> {
    let folder = data_folder(global.data_folder.clone())?;
    let tenant = selected(global)?;
    let environment_account = environment_account(&tenant)?;
    let house = open(&folder, VaultOptions::new(&folder), environment_account).await?;
    Ok(House { caller: Caller::command_line_in(tenant), ..house })
}

/// Opens everything a server needs. `CLOSE_API_KEY` does not count: a server acts for many people.
/// `issuer` is the address that programs use, if that is another than the one for browsers.
pub(crate) async fn serving(folder: &Path, public_url: Url, issuer: Option<Url>) -> Result<House, Failure> {
    let options = VaultOptions {
        public_url: Some(public_url),
        issuer,
        remember_for: REMEMBER_FOR,
        ..VaultOptions::new(folder)
    };
    open(folder, options, None).await
}

async fn open(
    folder: &Path,
    vault: VaultOptions,
    environment_account: Option<EnvironmentAccount>,
) -> Result<House, Failure> {
    let is_server = vault.public_url.is_some();
    latch_close::install_tls_provider();
    let metrics = Metrics::new();
    let refresh = RefreshOptions { observer: Some(Arc::new(metrics.clone())), ..RefreshOptions::default() };
    let options = VaultOptions { master_key: master_key()?, refresh, ..vault };
    let vault = Vault::open(options).await?;
    let options = ClientOptions { observer: Some(Arc::new(metrics.clone())), ..ClientOptions::default() };
    let client = Client::new(options);
    let options = GatewayOptions {
        environment_account,
        record_in_groups: is_server,
        observer: Some(Arc::new(metrics.clone())),
        ..GatewayOptions::default()
    };
    let gateway = Gateway::new(client, vault.clone(), options);
    let caller = Caller::command_line();
    Ok(House { vault, gateway, caller, metrics, request_log: RequestLog::start(), folder: folder.to_owned() })
}

impl House {
    /// The environment that the command is for.
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.caller.tenant
    }

    /// What a command that is advised needs at its end to be for the same environment.
    pub(crate) fn option(&self) -> String {
        environment_option(self.tenant())
    }

    async fn require_environment(&self) -> Result<(), Failure> {
        let wanted = self.tenant();
        let known = self.vault.tenants().await?;
        if known.contains(wanted) {
            return Ok(());
        }
        let names: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        let message = format!("the environment {:?} was not found", wanted.as_str());
        let hint =
            format!("environments: {}; `latch environments create {wanted}` makes one", names.join(", "));
        Err(Failure::from(CallError::new(ErrorClass::NotFound, message)).with_hint(hint))
    }

    /// Everything stored, the database closed, every request in the log.
    pub(crate) async fn close(self) {
        self.vault.close().await;
        self.request_log.flush().await;
    }
}

/// The environment that the command line names, else `LATCH_ENVIRONMENT`, else `default`.
fn selected(global: &GlobalOptions) -> Result<TenantId, Failure> {
    if let Some(given) = &global.environment {
        return Ok(given.clone());
    }
    let Some(text) = environment::LATCH_ENVIRONMENT.read()? else { return Ok(TenantId::default()) };
    TenantId::new(text.trim()).map_err(|error| Failure::unusable(format!("LATCH_ENVIRONMENT: {error}")))
}

fn master_key() -> Result<MasterKeySource, Failure> {
    match (environment::LATCH_MASTER_KEY.read()?, environment::LATCH_MASTER_KEY_FILE.read()?) {
        (Some(_), Some(_)) => {
            Err(Failure::local("LATCH_MASTER_KEY and LATCH_MASTER_KEY_FILE are both set: unset one of them"))
        }
        (Some(key), None) => Ok(MasterKeySource::Environment(SecretString::from(key))),
        (None, Some(path)) => Ok(MasterKeySource::File(PathBuf::from(path))),
        (None, None) => Ok(MasterKeySource::Folder),
    }
}

/// The account that needs no setting up. It is one of the environment `default` alone: whoever names another one
/// means what is stored there, whatever key the shell has.
pub(crate) fn environment_account(tenant: &TenantId) -> Result<Option<EnvironmentAccount>, Failure> {
    if *tenant != TenantId::default() {
        return Ok(None);
    }
    let Some(key) = environment::CLOSE_API_KEY.read()? else { return Ok(None) };
    let policy = match environment::LATCH_POLICY.read()? {
        // A policy that cannot be read must not end in everything being allowed.
        Some(text) => text.parse().map_err(|error| {
            Failure::unusable(format!("LATCH_POLICY: {error}"))
                .with_hint("it looks like read:allow,write:ask,destructive:deny; no call was made")
        })?,
        None => Policy::ALLOW,
    };
    Ok(Some(EnvironmentAccount { api: close_url()?, api_key: SecretString::from(key.trim()), policy }))
}

/// The API that `CLOSE_URL` names, without a slash at its end; the real Close by default.
pub(crate) fn close_url() -> Result<Url, Failure> {
    let Some(text) = environment::CLOSE_URL.read()? else { return Ok(Endpoints::close().api) };
    Url::parse(text.trim().trim_end_matches('/')).ok().filter(Url::has_host).ok_or_else(|| {
        Failure::unusable("CLOSE_URL is not an address; no call was made")
            .with_hint("it is the base of the API, for example https://api.close.com/api/v1")
    })
}

/// Says whether a connection leads to a Close on this machine, such as a twin.
pub(crate) fn is_local(connection: &Connection) -> bool {
    connection.endpoints.api.scheme() == "http"
}
