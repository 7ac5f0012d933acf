//! Connected accounts with AgentKit's words.

use std::sync::Arc;

use latch_gateway::{AccountQuery, AccountSelector, Caller, ErrorClass};
use latch_vault::{Account, AccountFilter, AccountStatus, LinkOptions};
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use super::brought::{Brought, brought, members, refused_key, without_scopes};
use super::shapes::{moment, shown, shown_in_list};
use super::{Failure, PROVIDER, Service, checked, is_close, selector};
use crate::protocol::latch::v1::{
    DisconnectConnectedAccountRequest as DisconnectByNameRequest,
    DisconnectConnectedAccountResponse as DisconnectByNameResponse, GetOrCreateConnectedAccountRequest,
    GetOrCreateConnectedAccountResponse,
};
use crate::protocol::scalekit::v1::connected_accounts::{
    ConnectedAccountForList, CreateConnectedAccountRequest, CreateConnectedAccountResponse,
    DeleteConnectedAccountRequest, DeleteConnectedAccountResponse, DisconnectConnectedAccountRequest,
    DisconnectConnectedAccountResponse, GetConnectedAccountByIdentifierRequest,
    GetConnectedAccountByIdentifierResponse, GetConnectedAccountRequest, GetConnectedAccountResponse,
    GetMagicLinkForConnectedAccountRequest, GetMagicLinkForConnectedAccountResponse,
    ListConnectedAccountsRequest, ListConnectedAccountsResponse, SearchConnectedAccountsRequest,
    SearchConnectedAccountsResponse, UpdateConnectedAccountRequest, UpdateConnectedAccountResponse,
    VerifyConnectedAccountUserRequest, VerifyConnectedAccountUserResponse,
};

const USUAL_PAGE: u32 = 10;

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
            connections: connector.map_or(request.connection_names, |name| vec![name]),
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
        let connections = match request.connection_id.as_str() {
            "" => Vec::new(),
            id => vec![self.gateway.connection(caller, id).await?.name],
        };
        let filter =
            AccountFilter { connections, contains: containing(request.query), ..AccountFilter::default() };
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
        let account = self.give(caller, Arc::unwrap_or_clone(account), brought).await?;
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
