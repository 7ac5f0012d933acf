//! Connected accounts with AgentKit's words.

use latch_gateway::{AccountQuery, AccountSelector, CallError, Caller, ErrorClass};
use latch_vault::{Account, AccountFilter, AccountStatus, CredentialKind, LinkOptions};
use prost_types::value::Kind as ValueKind;
use prost_types::{Struct, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use super::{Failure, PROVIDER, Service, checked, is_close, selector};
use crate::protocol::latch::v1::{
    AccountState, CloseOrganization, CloseUser, DisconnectConnectedAccountRequest as DisconnectByNameRequest,
    DisconnectConnectedAccountResponse as DisconnectByNameResponse, GetOrCreateConnectedAccountRequest,
    GetOrCreateConnectedAccountResponse,
};
use crate::protocol::scalekit::v1::connected_accounts::authorization_details::Details;
use crate::protocol::scalekit::v1::connected_accounts::{
    AuthorizationDetails, ConnectedAccount, ConnectedAccountForList, ConnectorStatus, ConnectorType,
    CreateConnectedAccountRequest, CreateConnectedAccountResponse, DeleteConnectedAccountRequest,
    DeleteConnectedAccountResponse, DisconnectConnectedAccountRequest, DisconnectConnectedAccountResponse,
    GetConnectedAccountByIdentifierRequest, GetConnectedAccountByIdentifierResponse,
    GetConnectedAccountRequest, GetConnectedAccountResponse, GetMagicLinkForConnectedAccountRequest,
    GetMagicLinkForConnectedAccountResponse, ListConnectedAccountsRequest, ListConnectedAccountsResponse,
    OauthToken, ScopeSelection, SearchConnectedAccountsRequest, SearchConnectedAccountsResponse, StaticAuth,
    UpdateConnectedAccountRequest, UpdateConnectedAccountResponse, VerifyConnectedAccountUserRequest,
    VerifyConnectedAccountUserResponse,
};
use crate::structs::{to_json, to_struct};

const USUAL_PAGE: u32 = 10;
/// Members of a static credential in which callers put an API key.
const KEY_NAMES: [&str; 4] = ["api_key", "apiKey", "token", "username"];

/// A credential that came with a request.
enum Brought {
    Grant { access_token: SecretString, refresh_token: Option<SecretString> },
    ApiKey(SecretString),
}

impl Service {
    pub(crate) async fn list_connected_accounts(
        &self,
        caller: &Caller,
        request: ListConnectedAccountsRequest,
    ) -> Result<ListConnectedAccountsResponse, Failure> {
        checked(&request)?;
        let connector = request.connector.filter(|name| !name.is_empty());
        if connector.is_some() && !request.connection_names.is_empty() {
            return Err(Failure::invalid(
                "connection_names",
                "cannot be given together with connector",
                "exclusive",
            ));
        }
        if !request.provider.is_empty() && !is_close(&request.provider) {
            return Ok(ListConnectedAccountsResponse::default());
        }
        let filter = AccountFilter {
            connection: connector,
            connections: request.connection_names,
            identifier: request.identifier.filter(|identifier| !identifier.is_empty()),
            contains: containing(request.query),
            status: status(request.status)?,
            ..AccountFilter::default()
        };
        let page = self.page(caller, filter, request.page_size, request.page_token).await?;
        Ok(ListConnectedAccountsResponse {
            connected_accounts: page.accounts,
            total_size: page.total,
            next_page_token: page.next,
            prev_page_token: page.previous,
        })
    }

    pub(crate) async fn search_connected_accounts(
        &self,
        caller: &Caller,
        request: SearchConnectedAccountsRequest,
    ) -> Result<SearchConnectedAccountsResponse, Failure> {
        checked(&request)?;
        let connection = match request.connection_id.as_str() {
            "" => None,
            id => Some(self.gateway.connection(caller, id).await?.name),
        };
        let filter =
            AccountFilter { connection, contains: containing(request.query), ..AccountFilter::default() };
        let page = self.page(caller, filter, request.page_size, request.page_token).await?;
        Ok(SearchConnectedAccountsResponse {
            connected_accounts: page.accounts,
            total_size: page.total,
            next_page_token: page.next,
            prev_page_token: page.previous,
        })
    }

    pub(crate) async fn create_connected_account(
        &self,
        caller: &Caller,
        request: CreateConnectedAccountRequest,
    ) -> Result<CreateConnectedAccountResponse, Failure> {
        checked(&request)?;
        let given = request.connected_account.unwrap_or_default();
        let brought = brought(given.authorization_details)?;
        let api_config = members(given.api_config);
        let identifier = identifier(request.identifier)?;
        let connector = request.connector.filter(|name| !name.is_empty());
        let (account, created) =
            self.gateway.get_or_create_account(caller, connector.as_deref(), &identifier).await?;
        if !created {
            let message = format!(
                "there is a connected account {identifier:?} on {:?} already ({})",
                account.connection, account.id
            );
            return Err(Failure::new(ErrorClass::AlreadyExists, message));
        }
        let account = self.give(caller, account, brought).await?;
        let account = self.configure(account, api_config).await?;
        Ok(CreateConnectedAccountResponse { connected_account: Some(shown(&account)) })
    }

    pub(crate) async fn update_connected_account(
        &self,
        caller: &Caller,
        request: UpdateConnectedAccountRequest,
    ) -> Result<UpdateConnectedAccountResponse, Failure> {
        checked(&request)?;
        let given = request.connected_account.unwrap_or_default();
        let brought = brought(given.authorization_details)?;
        let api_config = members(given.api_config);
        without_scopes(request.scope_selection.as_ref())?;
        let selector = selector(request.id, request.connector, request.identifier)?;
        let account = self.gateway.account(caller, &selector).await?;
        let account = self.give(caller, account, brought).await?;
        let account = self.configure(account, api_config).await?;
        Ok(UpdateConnectedAccountResponse { connected_account: Some(shown(&account)) })
    }

    pub(crate) async fn delete_connected_account(
        &self,
        caller: &Caller,
        request: DeleteConnectedAccountRequest,
    ) -> Result<DeleteConnectedAccountResponse, Failure> {
        checked(&request)?;
        let selector = selector(request.id, request.connector, request.identifier)?;
        self.gateway.remove_account(caller, &selector).await?;
        Ok(DeleteConnectedAccountResponse {})
    }

    pub(crate) async fn get_magic_link_for_connected_account(
        &self,
        caller: &Caller,
        request: GetMagicLinkForConnectedAccountRequest,
    ) -> Result<GetMagicLinkForConnectedAccountResponse, Failure> {
        checked(&request)?;
        let selector = selector(request.id, request.connector, request.identifier)?;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let user_verify_url = match given(request.user_verify_url) {
            Some(text) => Some(Url::parse(&text).map_err(|error| {
                Failure::invalid("user_verify_url", format!("is not an address: {error}"), "pattern")
            })?),
            None => None,
        };
        let options = LinkOptions { user_verify_url, state: given(request.state) };
        let link = self.gateway.authorization_link_with(caller, &selector, &options).await?;
        Ok(GetMagicLinkForConnectedAccountResponse {
            link: link.url.to_string(),
            expiry: Some(moment(link.expires_at)),
        })
    }

    /// Credentials are never part of the answer, whatever the name of the call promises: who calls with an
    /// account never needs to see what it holds.
    pub(crate) async fn get_connected_account_auth(
        &self,
        caller: &Caller,
        request: GetConnectedAccountByIdentifierRequest,
    ) -> Result<GetConnectedAccountByIdentifierResponse, Failure> {
        checked(&request)?;
        let selector = selector(request.id, request.connector, request.identifier)?;
        let account = self.gateway.account(caller, &selector).await?;
        Ok(GetConnectedAccountByIdentifierResponse { connected_account: Some(shown(&account)) })
    }

    pub(crate) async fn get_connected_account_details(
        &self,
        caller: &Caller,
        request: GetConnectedAccountByIdentifierRequest,
    ) -> Result<GetConnectedAccountByIdentifierResponse, Failure> {
        self.get_connected_account_auth(caller, request).await
    }

    pub(crate) async fn verify_connected_account_user(
        &self,
        caller: &Caller,
        request: VerifyConnectedAccountUserRequest,
    ) -> Result<VerifyConnectedAccountUserResponse, Failure> {
        checked(&request)?;
        let id = SecretString::from(request.auth_request_id);
        self.gateway.verify_user(caller, &id, &request.identifier).await?;
        let done = self.gateway.public_url().and_then(|url| url.join("connect/verified").ok());
        let post_user_verify_redirect_url = done.map(String::from).unwrap_or_default();
        Ok(VerifyConnectedAccountUserResponse { post_user_verify_redirect_url })
    }

    pub(crate) async fn get_connected_account(
        &self,
        caller: &Caller,
        request: GetConnectedAccountRequest,
    ) -> Result<GetConnectedAccountResponse, Failure> {
        checked(&request)?;
        let account = self.gateway.account(caller, &by_id(request.id)?).await?;
        Ok(GetConnectedAccountResponse { connected_account: Some(shown(&account)) })
    }

    pub(crate) async fn disconnect_connected_account(
        &self,
        caller: &Caller,
        request: DisconnectConnectedAccountRequest,
    ) -> Result<DisconnectConnectedAccountResponse, Failure> {
        checked(&request)?;
        let account = self.gateway.disconnect_account(caller, &by_id(request.id)?).await?;
        Ok(DisconnectConnectedAccountResponse { connected_account: Some(shown(&account)) })
    }

    /// The same by the account's name; ours alone.
    pub(crate) async fn disconnect_by_name(
        &self,
        caller: &Caller,
        request: DisconnectByNameRequest,
    ) -> Result<DisconnectByNameResponse, Failure> {
        checked(&request)?;
        let connector = request.connector.or(request.connection_name);
        let selector = selector(request.id, connector, request.identifier)?;
        let account = self.gateway.disconnect_account(caller, &selector).await?;
        Ok(DisconnectByNameResponse { connected_account: Some(shown(&account)) })
    }

    /// The account of a person, made if there is none; says whether it was made. Ours alone.
    pub(crate) async fn get_or_create_connected_account(
        &self,
        caller: &Caller,
        request: GetOrCreateConnectedAccountRequest,
    ) -> Result<(GetOrCreateConnectedAccountResponse, bool), Failure> {
        checked(&request)?;
        let connector = request.connector.or(request.connection_name).filter(|name| !name.is_empty());
        let (account, created) =
            self.gateway.get_or_create_account(caller, connector.as_deref(), &request.identifier).await?;
        Ok((GetOrCreateConnectedAccountResponse { connected_account: Some(shown(&account)) }, created))
    }

    async fn page(
        &self,
        caller: &Caller,
        filter: AccountFilter,
        size: u32,
        token: String,
    ) -> Result<Listed, Failure> {
        let limit = Some(if size == 0 { USUAL_PAGE } else { size });
        let found = self.gateway.accounts(caller, &AccountQuery { filter, limit, page: Some(token) }).await?;
        Ok(Listed {
            accounts: found.accounts.iter().map(shown_in_list).collect(),
            total: u32::try_from(found.total).unwrap_or(u32::MAX),
            next: found.next.unwrap_or_default(),
            previous: found.previous.unwrap_or_default(),
        })
    }

    async fn configure(&self, account: Account, given: Map<String, Value>) -> Result<Account, Failure> {
        if given.is_empty() {
            return Ok(account);
        }
        Ok(self.gateway.merge_api_config(&account, given).await?)
    }

    /// Gives an account the credential that came with the request.
    async fn give(
        &self,
        caller: &Caller,
        account: Account,
        brought: Option<Brought>,
    ) -> Result<Account, Failure> {
        Ok(match brought {
            None => account,
            Some(Brought::Grant { access_token, refresh_token }) => {
                self.gateway.import_grant(&account, access_token, refresh_token).await?
            }
            Some(Brought::ApiKey(key)) => {
                let connection = Some(account.connection.as_str());
                let added =
                    self.gateway.add_api_key(caller, connection, &account.identifier, key, true).await;
                added.map_err(refused_key)?
            }
        })
    }
}

/// A key that Close does not know is the caller's mistake. It must not look as if the caller itself had not
/// logged in: clients would log in again, and again.
fn refused_key(error: CallError) -> CallError {
    if error.close_status == Some(401) {
        CallError { class: ErrorClass::InvalidArguments, close_status: None, ..error }
    } else {
        error
    }
}

/// A page of accounts on its way out.
struct Listed {
    accounts: Vec<ConnectedAccountForList>,
    total: u32,
    next: String,
    previous: String,
}

fn status(given: Option<String>) -> Result<Option<AccountStatus>, Failure> {
    let word = given.filter(|word| !word.is_empty());
    let parsed = word.map(|word| word.parse::<AccountStatus>()).transpose();
    parsed.map_err(|error| Failure::invalid("status", format!("is wrong: {error}"), "defined_only"))
}

fn identifier(given: Option<String>) -> Result<String, Failure> {
    given.filter(|identifier| !identifier.is_empty()).ok_or_else(|| {
        Failure::invalid("identifier", "is missing: give your own id for the person", "required")
    })
}

fn by_id(id: String) -> Result<AccountSelector, Failure> {
    if id.is_empty() {
        return Err(Failure::invalid("id", "is missing", "required"));
    }
    Ok(AccountSelector::Id(id))
}

/// Every account is one of Close's: words found in the provider choose nothing.
fn containing(query: String) -> Option<String> {
    let found_in_provider = PROVIDER.to_ascii_lowercase().contains(&query.to_ascii_lowercase());
    (!query.is_empty() && !found_in_provider).then_some(query)
}

/// What came with a request. Clients send an empty token to say that there is none.
fn brought(details: Option<AuthorizationDetails>) -> Result<Option<Brought>, Failure> {
    const FIELD: &str = "connected_account.authorization_details";
    let secret = |text: String| (!text.is_empty()).then(|| SecretString::from(text));
    match details.and_then(|details| details.details) {
        None => Ok(None),
        Some(Details::OauthToken(OauthToken { access_token, refresh_token, .. })) => {
            match (secret(access_token), secret(refresh_token)) {
                (None, None) => Ok(None),
                (None, Some(_)) => Err(Failure::invalid(FIELD, "has no access token", "required")),
                (Some(access_token), refresh_token) => {
                    Ok(Some(Brought::Grant { access_token, refresh_token }))
                }
            }
        }
        Some(Details::StaticAuth(StaticAuth { details })) => {
            let mut fields = details.unwrap_or_default().fields;
            if fields.is_empty() {
                return Ok(None);
            }
            let key = KEY_NAMES.iter().find_map(|name| match fields.remove(*name)?.kind {
                Some(ValueKind::StringValue(key)) => secret(key),
                _ => None,
            });
            let missing = || Failure::invalid(FIELD, "has no api_key", "required");
            Ok(Some(Brought::ApiKey(key.ok_or_else(missing)?)))
        }
        Some(Details::GoogleDwd(_) | Details::TrustedIdp(_)) => {
            Err(Failure::invalid(FIELD, "is of a kind that Close does not have", "kind"))
        }
    }
}

/// The members of a Struct.
fn members(given: Option<Struct>) -> Map<String, Value> {
    match to_json(given.unwrap_or_default()) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn without_scopes(given: Option<&ScopeSelection>) -> Result<(), Failure> {
    if given.is_none_or(|selection| selection.scopes.is_empty() && selection.optional_scopes.is_empty()) {
        return Ok(());
    }
    let description = "cannot be chosen: Close grants all.full_access and offline_access";
    let failure = Failure::invalid("scope_selection", description, "empty");
    Err(Failure { code: Some("INVALID_SCOPE_SELECTION"), ..failure })
}

/// A moment as the wire has it.
pub(super) fn moment(at: jiff::Timestamp) -> Timestamp {
    Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// AgentKit's word for a status. A grant that Close has revoked counts as expired there: that is the word its
/// programs watch for.
pub(crate) fn wire_status(status: AccountStatus) -> ConnectorStatus {
    match status {
        AccountStatus::Pending => ConnectorStatus::PendingAuth,
        AccountStatus::PendingVerification => ConnectorStatus::PendingVerification,
        AccountStatus::Active => ConnectorStatus::Active,
        AccountStatus::Expired | AccountStatus::Revoked => ConnectorStatus::Expired,
        AccountStatus::Disconnected => ConnectorStatus::Disconnected,
    }
}

fn wire_kind(kind: CredentialKind) -> ConnectorType {
    match kind {
        CredentialKind::ApiKey => ConnectorType::ApiKey,
        // An account that holds nothing yet will most likely hold a grant.
        CredentialKind::OAuth | CredentialKind::None => ConnectorType::Oauth,
    }
}

fn state(account: &Account) -> AccountState {
    let who = account.identity.clone();
    AccountState {
        status: account.status.to_string(),
        status_reason: account.status_reason.clone().unwrap_or_default(),
        close_user: who.user_id.map(|id| CloseUser {
            id,
            name: who.user_name.unwrap_or_default(),
            email: who.user_email.unwrap_or_default(),
        }),
        close_organization: who
            .organization_id
            .map(|id| CloseOrganization { id, name: who.organization_name.unwrap_or_default() }),
    }
}

/// An account as the wire shows it. There is nothing secret in it.
fn shown(account: &Account) -> ConnectedAccount {
    ConnectedAccount {
        identifier: account.identifier.clone(),
        provider: PROVIDER.to_owned(),
        status: wire_status(account.status).into(),
        authorization_type: wire_kind(account.credential_kind).into(),
        authorization_details: None,
        token_expires_at: account.token_expires_at.map(moment),
        updated_at: Some(moment(account.updated_at)),
        connector: account.connection.clone(),
        last_used_at: account.last_used_at.map(moment),
        id: account.id.to_string(),
        connection_id: account.connection_id.to_string(),
        api_config: (!account.api_config.is_empty()).then(|| to_struct(account.api_config.clone().into())),
        is_org_wide_credential: false,
        latch: Some(state(account)),
    }
}

fn shown_in_list(account: &Account) -> ConnectedAccountForList {
    ConnectedAccountForList {
        identifier: account.identifier.clone(),
        provider: PROVIDER.to_owned(),
        status: wire_status(account.status).into(),
        authorization_type: wire_kind(account.credential_kind).into(),
        token_expires_at: account.token_expires_at.map(moment),
        updated_at: Some(moment(account.updated_at)),
        connector: account.connection.clone(),
        last_used_at: account.last_used_at.map(moment),
        id: account.id.to_string(),
        connection_id: account.connection_id.to_string(),
        is_org_wide_credential: false,
        latch: Some(state(account)),
    }
}

/// The status of an account that cannot be used, in AgentKit's word, where that is another than ours.
pub(crate) fn other_word(error: &CallError) -> Option<&'static str> {
    let ours = error.account_status.as_deref()?;
    let theirs = wire_status(ours.parse().ok()?).as_str_name();
    (theirs != ours).then_some(theirs)
}
