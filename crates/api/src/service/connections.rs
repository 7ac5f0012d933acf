//! Connections with AgentKit's words.

use latch_gateway::{Caller, ErrorClass};
use latch_vault::{Connection as VaultConnection, ConnectionKind, ConnectionSettings, OAuthApp};
use secrecy::SecretString;
use url::Url;

use super::shapes::moment;
use super::{Failure, PROVIDER, Part, Service, checked, is_close};
use crate::protocol::scalekit::v1::connections::connection::Settings;
use crate::protocol::scalekit::v1::connections::update_connection::Settings as NewSettings;
use crate::protocol::scalekit::v1::connections::{
    Connection, ConnectionAuthMode, ConnectionProvider, ConnectionStatus, ConnectionType,
    CreateConnectionResponse, CreateEnvironmentConnectionRequest, DeleteEnvironmentConnectionRequest,
    GetConnectionResponse, GetEnvironmentConnectionRequest, ListAppConnectionsRequest,
    ListAppConnectionsResponse, ListConnection, OAuthConnectionConfig, ToggleConnectionResponse,
    ToggleEnvironmentConnectionRequest, UpdateConnectionResponse, UpdateEnvironmentConnectionRequest,
};

const USUAL_PAGE: u32 = 10;
/// Both scopes come without being asked for (documented).
const SCOPES: [&str; 2] = ["all.full_access", "offline_access"];

impl Service {
    pub(crate) async fn list_app_connections(
        &self,
        caller: &Caller,
        request: ListAppConnectionsRequest,
    ) -> Result<ListAppConnectionsResponse, Failure> {
        checked(&request)?;
        let words = request.query.unwrap_or_default().to_lowercase();
        let is_ours = request.provider.as_deref().is_none_or(is_close);
        let found: Vec<VaultConnection> = self
            .gateway
            .connections(caller)
            .await?
            .into_iter()
            .filter(|connection| is_ours && connection.name.to_lowercase().contains(&words))
            .collect();
        let size = if request.page_size == 0 { USUAL_PAGE } else { request.page_size };
        let page = Part::of(found, &request.page_token, size as usize)?;
        Ok(ListAppConnectionsResponse {
            connections: page.items.iter().map(shown_in_list).collect(),
            next_page_token: page.next,
            prev_page_token: page.previous,
            total_size: page.total,
        })
    }

    pub(crate) async fn get_environment_connection(
        &self,
        caller: &Caller,
        request: GetEnvironmentConnectionRequest,
    ) -> Result<GetConnectionResponse, Failure> {
        checked(&request)?;
        let found = self.gateway.connection(caller, &request.connection_id).await?;
        Ok(GetConnectionResponse { connection: Some(shown(&found)) })
    }

    pub(crate) async fn create_environment_connection(
        &self,
        caller: &Caller,
        request: CreateEnvironmentConnectionRequest,
    ) -> Result<CreateConnectionResponse, Failure> {
        checked(&request)?;
        let wanted = request.connection.unwrap_or_default();
        check_provider("connection.provider_key", &wanted.provider_key)?;
        let kind = kind_of("connection.type", wanted.r#type)?.unwrap_or_default();
        let name = match wanted.key_id.filter(|name| !name.is_empty()) {
            Some(name) => name,
            None => self.free_name(caller).await?,
        };
        let settings = ConnectionSettings { kind: Some(kind), ..ConnectionSettings::default() };
        let made = self.gateway.create_connection(caller, &name, settings).await?;
        Ok(CreateConnectionResponse { connection: Some(shown(&made)) })
    }

    pub(crate) async fn update_environment_connection(
        &self,
        caller: &Caller,
        request: UpdateEnvironmentConnectionRequest,
    ) -> Result<UpdateConnectionResponse, Failure> {
        checked(&request)?;
        let wanted = request.connection.unwrap_or_default();
        check_provider("connection.provider_key", &wanted.provider_key)?;
        let before = self.gateway.connection(caller, &request.connection_id).await?;
        if wanted.key_id.as_deref().is_some_and(|name| !name.is_empty() && name != before.name) {
            let description = "cannot be changed: accounts are addressed by the connection's name";
            return Err(Failure::invalid("connection.key_id", description, "immutable"));
        }
        let oauth_app = match wanted.settings {
            Some(NewSettings::OauthConfig(config)) => self.app(&before, config)?,
            _ => None,
        };
        let settings = ConnectionSettings {
            kind: kind_of("connection.type", wanted.r#type)?,
            oauth_app,
            ..ConnectionSettings::default()
        };
        let changed = self.gateway.change_connection(caller, &request.connection_id, settings).await?;
        Ok(UpdateConnectionResponse { connection: Some(shown(&changed)) })
    }

    pub(crate) async fn enable_environment_connection(
        &self,
        caller: &Caller,
        request: ToggleEnvironmentConnectionRequest,
    ) -> Result<ToggleConnectionResponse, Failure> {
        self.turn(caller, &request, true).await
    }

    pub(crate) async fn disable_environment_connection(
        &self,
        caller: &Caller,
        request: ToggleEnvironmentConnectionRequest,
    ) -> Result<ToggleConnectionResponse, Failure> {
        self.turn(caller, &request, false).await
    }

    pub(crate) async fn delete_environment_connection(
        &self,
        caller: &Caller,
        request: DeleteEnvironmentConnectionRequest,
    ) -> Result<(), Failure> {
        checked(&request)?;
        Ok(self.gateway.delete_connection(caller, &request.connection_id).await?)
    }

    async fn turn(
        &self,
        caller: &Caller,
        request: &ToggleEnvironmentConnectionRequest,
        enabled: bool,
    ) -> Result<ToggleConnectionResponse, Failure> {
        checked(request)?;
        let settings = ConnectionSettings { enabled: Some(enabled), ..ConnectionSettings::default() };
        let changed = self.gateway.change_connection(caller, &request.connection_id, settings).await?;
        Ok(ToggleConnectionResponse { enabled: changed.enabled, error_message: None })
    }

    /// The OAuth app that the settings name; none if they name none.
    fn app(
        &self,
        connection: &VaultConnection,
        config: OAuthConnectionConfig,
    ) -> Result<Option<OAuthApp>, Failure> {
        for (field, given, present) in [
            ("authorize_uri", &config.authorize_uri, &connection.endpoints.authorize),
            ("token_uri", &config.token_uri, &connection.endpoints.token),
        ] {
            if given.as_deref().is_some_and(|given| !given.is_empty() && given != present.as_str()) {
                let description =
                    "cannot be changed here: where credentials are sent is the operator's to say";
                return Err(Failure::invalid(
                    &format!("connection.oauth_config.{field}"),
                    description,
                    "immutable",
                ));
            }
        }
        let client_id = config.client_id.filter(|id| !id.is_empty());
        let secret = config.client_secret.filter(|secret| !secret.is_empty());
        let known = connection.oauth_app.as_ref();
        let (client_id, secret) = match (client_id, secret) {
            (None, None) => return Ok(None),
            (Some(client_id), Some(secret)) => (client_id, secret),
            (None, Some(secret)) => match known {
                Some(app) => (app.client_id.clone(), secret),
                None => return Err(incomplete("client_id")),
            },
            // The same app as before, as a client sends it back that has read it here.
            (Some(client_id), None) if known.is_some_and(|app| app.client_id == client_id) => {
                return Ok(None);
            }
            (Some(_), None) => return Err(incomplete("client_secret")),
        };
        let redirect_uri = match config.redirect_uri.as_str() {
            "" => known.map(|app| app.redirect_uri.clone()).or_else(|| self.callback_of(connection)),
            text => Some(Url::parse(text).map_err(|error| {
                let description = format!("is not an address: {error}");
                Failure::invalid("connection.oauth_config.redirect_uri", description, "pattern")
            })?),
        };
        let redirect_uri = redirect_uri.ok_or_else(|| incomplete("redirect_uri"))?;
        Ok(Some(OAuthApp { client_id, client_secret: SecretString::from(secret), redirect_uri }))
    }

    /// Where Close sends browsers back to, unless another address is set.
    fn callback_of(&self, connection: &VaultConnection) -> Option<Url> {
        self.gateway.public_url()?.join(&format!("sso/v1/oauth/{}/callback", connection.id)).ok()
    }

    /// A name that no connection has yet.
    async fn free_name(&self, caller: &Caller) -> Result<String, Failure> {
        let taken = self.gateway.connections(caller).await?;
        (1..=taken.len() + 1)
            .map(|number| if number == 1 { "close".to_owned() } else { format!("close-{number}") })
            .find(|name| !taken.iter().any(|connection| connection.name == *name))
            .ok_or_else(|| Failure::new(ErrorClass::Internal, "there is no name left for a connection"))
    }
}

fn incomplete(field: &str) -> Failure {
    Failure::invalid(&format!("connection.oauth_config.{field}"), "is missing", "required")
}

fn check_provider(field: &str, given: &str) -> Result<(), Failure> {
    if given.is_empty() || is_close(given) {
        return Ok(());
    }
    Err(Failure::invalid(field, "must be CLOSE, the one provider there is", "provider"))
}

/// The kind that a request asks for; none if it asks for none.
fn kind_of(field: &str, given: i32) -> Result<Option<ConnectionKind>, Failure> {
    match ConnectionType::try_from(given) {
        Ok(ConnectionType::Invalid) => Ok(None),
        Ok(ConnectionType::Oauth) => Ok(Some(ConnectionKind::OAuth)),
        Ok(ConnectionType::ApiKey | ConnectionType::Basic) => Ok(Some(ConnectionKind::ApiKey)),
        _ => Err(Failure::invalid(field, "must be OAUTH or API_KEY: Close has no other way", "kind")),
    }
}

fn wire_kind(connection: &VaultConnection) -> ConnectionType {
    match connection.kind {
        ConnectionKind::OAuth => ConnectionType::Oauth,
        ConnectionKind::ApiKey => ConnectionType::ApiKey,
    }
}

/// A connection is set up once people can connect on it.
fn wire_status(connection: &VaultConnection) -> ConnectionStatus {
    if connection.kind == ConnectionKind::ApiKey || connection.oauth_app.is_some() {
        ConnectionStatus::Completed
    } else {
        ConnectionStatus::Draft
    }
}

fn shown_in_list(connection: &VaultConnection) -> ListConnection {
    ListConnection {
        id: connection.id.to_string(),
        provider: ConnectionProvider::Unspecified.into(),
        r#type: wire_kind(connection).into(),
        status: wire_status(connection).into(),
        enabled: connection.enabled,
        provider_key: PROVIDER.to_owned(),
        key_id: connection.name.clone(),
        created_at: Some(moment(connection.created_at)),
        auth_mode: ConnectionAuthMode::User.into(),
        ..ListConnection::default()
    }
}

fn shown(connection: &VaultConnection) -> Connection {
    let endpoints = &connection.endpoints;
    let config = connection.oauth_app.as_ref().map(|app| OAuthConnectionConfig {
        authorize_uri: Some(endpoints.authorize.to_string()),
        token_uri: Some(endpoints.token.to_string()),
        client_id: Some(app.client_id.clone()),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        redirect_uri: app.redirect_uri.to_string(),
        pkce_enabled: Some(true),
        use_platform_creds: Some(false),
        ..OAuthConnectionConfig::default()
    });
    Connection {
        id: connection.id.to_string(),
        r#type: wire_kind(connection).into(),
        status: wire_status(connection).into(),
        enabled: connection.enabled,
        create_time: Some(moment(connection.created_at)),
        update_time: Some(moment(connection.updated_at)),
        key_id: Some(connection.name.clone()),
        provider_key: PROVIDER.to_owned(),
        auth_mode: ConnectionAuthMode::User.into(),
        settings: config.map(Settings::OauthConfig),
        ..Connection::default()
    }
}
