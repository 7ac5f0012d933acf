//! Listing and finding tools, and calling them with AgentKit's words.

use latch_gateway::{AccountQuery, Caller};
use latch_vault::{Account, AccountFilter, AccountStatus, Page};

use super::definitions::{self, Definition};
use super::execute::{Execution, Wanted};
use super::{Failure, Part, Service, checked, is_close, selector};
use crate::protocol::latch::v1::{GetToolRequest, GetToolResponse};
use crate::protocol::scalekit::v1::tools::{
    ConnectionReadiness, ExecuteToolRequest, Filter, ListAvailableToolsRequest, ListAvailableToolsResponse,
    ListScopedToolsRequest, ListScopedToolsResponse, ListToolsRequest, ListToolsResponse,
    RefreshToolsRequest, RefreshToolsResponse, ScopedTool, ScopedToolFilter, SearchToolsRequest,
    SearchToolsResponse, SearchedTool, Tool, ToolReadinessState,
};
use crate::structs::{to_json, to_struct};

/// Holds every tool, so that clients that never ask for a second page see all of them.
const USUAL_PAGE: u32 = 300;
const LARGEST_PAGE: u32 = 1000;
/// The largest page of tools chosen by words.
const LARGEST_FOUND_PAGE: u32 = 100;
/// As many accounts of one person are looked at: one for each connection.
const MOST_ACCOUNTS: u32 = Page::LARGEST;

impl Service {
    /// Every tool, or those that fit the filter.
    pub(crate) async fn list_tools(
        &self,
        caller: &Caller,
        request: ListToolsRequest,
    ) -> Result<ListToolsResponse, Failure> {
        checked(&request)?;
        let filter = request.filter.unwrap_or_default();
        self.check_account(caller, &filter).await?;
        let found: Vec<&Definition> =
            definitions::all().iter().filter(|definition| fits(definition, &filter)).collect();
        let largest = if filter.query.is_some() { LARGEST_FOUND_PAGE } else { LARGEST_PAGE };
        let page = Part::of(found, &request.page_token, page_size(request.page_size, largest))?;
        let (mut tool_names, mut tools) = (Vec::new(), Vec::new());
        if filter.summary == Some(true) {
            tool_names = page.items.iter().map(|definition| definition.catalog.name.clone()).collect();
        } else {
            tools = page.items.iter().map(|definition| definition.message.clone()).collect();
        }
        Ok(ListToolsResponse {
            next_page_token: page.next,
            total_size: page.total,
            prev_page_token: page.previous,
            tool_names,
            tools,
        })
    }

    /// The tools of one person's accounts, each with the account it would be called with.
    pub(crate) async fn list_scoped_tools(
        &self,
        caller: &Caller,
        request: ListScopedToolsRequest,
    ) -> Result<ListScopedToolsResponse, Failure> {
        checked(&request)?;
        let filter: ScopedToolFilter = request.filter.unwrap_or_default();
        let named =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let chosen: Vec<&Definition> = definitions::all()
            .iter()
            .filter(|definition| named(&filter.tool_names, &definition.catalog.name))
            .filter(|_| filter.providers.is_empty() || filter.providers.iter().any(|name| is_close(name)))
            .collect();
        let accounts = self.accounts_of(caller, &request.identifier, &filter.connection_names).await?;
        let pairs: Vec<(&Account, &Definition)> = accounts
            .iter()
            .flat_map(|account| chosen.iter().map(move |definition| (account, *definition)))
            .collect();
        let page = Part::of(pairs, &request.page_token, page_size(request.page_size, LARGEST_PAGE))?;
        let tools = page.items.into_iter().map(|(account, definition)| ScopedTool {
            tool: Some(definition.message.clone()),
            identifier: account.identifier.clone(),
            connected_account_id: account.id.to_string(),
        });
        Ok(ListScopedToolsResponse {
            tools: tools.collect(),
            next_page_token: page.next,
            total_size: page.total,
            prev_page_token: page.previous,
        })
    }

    /// The tools that one person could use: all of them, for everybody can connect an account.
    #[expect(clippy::unused_async, reason = "it is one of the calls")]
    pub(crate) async fn list_available_tools(
        &self,
        _caller: &Caller,
        request: ListAvailableToolsRequest,
    ) -> Result<ListAvailableToolsResponse, Failure> {
        checked(&request)?;
        let all: Vec<&Definition> = definitions::all().iter().collect();
        let page = Part::of(all, &request.page_token, page_size(request.page_size, LARGEST_PAGE))?;
        let tools: Vec<Tool> = page.items.iter().map(|definition| definition.message.clone()).collect();
        Ok(ListAvailableToolsResponse {
            next_page_token: page.next,
            total_size: page.total,
            prev_page_token: page.previous,
            tools,
        })
    }

    /// The tools that do what some words say, and whether the person can use them now.
    pub(crate) async fn search_tools(
        &self,
        caller: &Caller,
        request: SearchToolsRequest,
    ) -> Result<SearchToolsResponse, Failure> {
        const USUAL: u32 = 10;
        const MOST: u32 = 50;
        checked(&request)?;
        let limit = if request.top_k == 0 { USUAL } else { request.top_k.min(MOST) };
        let connections = match request.identifier.filter(|identifier| !identifier.is_empty()) {
            Some(identifier) => self.readiness(caller, &identifier).await?,
            None => Vec::new(),
        };
        let catalog = self.gateway.catalog();
        let tools = catalog.search(&request.query, limit as usize).into_iter().map(|hit| SearchedTool {
            name: hit.tool.name.clone(),
            provider: super::PROVIDER.to_owned(),
            description: catalog.address(hit.tool, latch_catalog::Vocabulary::AgentKit).description(),
            score: f64::from(hit.score),
            connections: connections.clone(),
        });
        Ok(SearchToolsResponse { tools: tools.collect() })
    }

    /// Nothing is to be done: the catalogue is part of the program.
    #[expect(clippy::unused_async, reason = "it is one of the calls")]
    pub(crate) async fn refresh_tools(
        &self,
        _caller: &Caller,
        _request: RefreshToolsRequest,
    ) -> Result<RefreshToolsResponse, Failure> {
        Ok(RefreshToolsResponse {})
    }

    /// Calls a tool.
    pub(crate) async fn execute_tool(
        &self,
        caller: &Caller,
        request: ExecuteToolRequest,
        deadline: Option<std::time::Duration>,
    ) -> Result<Execution, Failure> {
        checked(&request)?;
        let wanted = Wanted {
            tool_name: request.tool_name,
            params: to_json(request.params.unwrap_or_default()),
            connected_account_id: request.connected_account_id,
            connector: request.connector,
            identifier: request.identifier,
            agent_run_id: request.agent_run_id,
            deadline,
            ..Wanted::default()
        };
        self.execute(caller, wanted).await
    }

    /// One tool with its documentation.
    #[expect(clippy::unused_async, reason = "it is one of the calls")]
    pub(crate) async fn get_tool(
        &self,
        _caller: &Caller,
        request: GetToolRequest,
    ) -> Result<GetToolResponse, Failure> {
        checked(&request)?;
        let address = self.gateway.catalog().find(&request.name).map_err(latch_gateway::CallError::from)?;
        let tool = address.tool();
        Ok(GetToolResponse {
            name: address.name().to_owned(),
            function: tool.function.clone(),
            provider: super::PROVIDER.to_owned(),
            title: tool.title.clone(),
            kind: tool.kind.as_str().to_owned(),
            description: address.description(),
            input_schema: Some(to_struct(address.schema())),
            documentation: address.page(),
        })
    }

    /// A filter may name an account; one that is not there is said so.
    async fn check_account(&self, caller: &Caller, filter: &Filter) -> Result<(), Failure> {
        let by_id = filter.connected_account_id.clone().filter(|id| !id.is_empty());
        let connector = filter.connector.clone().filter(|name| !name.is_empty());
        if by_id.is_none() && connector.is_some() && filter.identifier.is_empty() {
            return Err(Failure::invalid(
                "filter.connector",
                "names an account only together with filter.identifier",
                "required",
            ));
        }
        if by_id.is_some() || connector.is_some() {
            let selector = selector(by_id, connector, Some(filter.identifier.clone()))?;
            self.gateway.account(caller, &selector).await?;
        }
        Ok(())
    }

    async fn accounts_of(
        &self,
        caller: &Caller,
        identifier: &str,
        connections: &[String],
    ) -> Result<Vec<Account>, Failure> {
        let filter = AccountFilter {
            identifier: Some(identifier.to_owned()),
            connections: connections.to_vec(),
            ..AccountFilter::default()
        };
        let query = AccountQuery { filter, limit: Some(MOST_ACCOUNTS), page: None };
        Ok(self.gateway.accounts(caller, &query).await?.accounts)
    }

    /// Whether the person can call tools through each connection.
    async fn readiness(
        &self,
        caller: &Caller,
        identifier: &str,
    ) -> Result<Vec<ConnectionReadiness>, Failure> {
        let accounts = self.accounts_of(caller, identifier, &[]).await?;
        let connections = self.gateway.connections(caller).await?;
        let ready = connections.into_iter().map(|connection| {
            let account = accounts.iter().find(|account| account.connection_id == connection.id);
            let usable = account.filter(|_| connection.enabled);
            let state = match usable.map(|account| account.status) {
                Some(AccountStatus::Active) => ToolReadinessState::Ready,
                Some(AccountStatus::Expired | AccountStatus::Revoked) => ToolReadinessState::NeedsReauth,
                _ => ToolReadinessState::NeedsConnection,
            };
            ConnectionReadiness {
                connection_name: connection.name,
                connected_account_id: account.map(|account| account.id.to_string()).unwrap_or_default(),
                readiness_state: state.into(),
            }
        });
        Ok(ready.collect())
    }
}

fn fits(definition: &Definition, filter: &Filter) -> bool {
    let name = &definition.catalog.name;
    let words = filter.query.as_deref().unwrap_or_default().to_lowercase();
    let has_all = words.split([' ', '_']).all(|word| name.contains(word));
    let is_named = || filter.tool_name.iter().any(|wanted| wanted == name);
    has_all
        && (filter.provider.is_empty() || is_close(&filter.provider))
        && (filter.tool_name.is_empty() || is_named())
}

fn page_size(given: u32, largest: u32) -> usize {
    (if given == 0 { USUAL_PAGE } else { given }).min(largest) as usize
}
