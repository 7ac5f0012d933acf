//! Each call of each service, handed on.

use latch_gateway::Answer;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::deadline::deadline;
use super::{Grpc, refused};
use crate::protocol::ExecuteToolResponse;
use crate::protocol::scalekit::v1::connected_accounts::connected_account_service_server::ConnectedAccountService;
use crate::protocol::scalekit::v1::connected_accounts::{
    CreateConnectedAccountRequest, CreateConnectedAccountResponse, DeleteConnectedAccountRequest,
    DeleteConnectedAccountResponse, DisconnectConnectedAccountRequest, DisconnectConnectedAccountResponse,
    GetConnectedAccountByIdentifierRequest, GetConnectedAccountByIdentifierResponse,
    GetConnectedAccountRequest, GetConnectedAccountResponse, GetMagicLinkForConnectedAccountRequest,
    GetMagicLinkForConnectedAccountResponse, ListConnectedAccountsRequest, ListConnectedAccountsResponse,
    SearchConnectedAccountsRequest, SearchConnectedAccountsResponse, UpdateConnectedAccountRequest,
    UpdateConnectedAccountResponse, VerifyConnectedAccountUserRequest, VerifyConnectedAccountUserResponse,
};
use crate::protocol::scalekit::v1::connections::connection_service_server::ConnectionService;
use crate::protocol::scalekit::v1::connections::{
    CreateConnectionResponse, CreateEnvironmentConnectionRequest, DeleteEnvironmentConnectionRequest,
    GetConnectionResponse, GetEnvironmentConnectionRequest, ListAppConnectionsRequest,
    ListAppConnectionsResponse, ToggleConnectionResponse, ToggleEnvironmentConnectionRequest,
    UpdateConnectionResponse, UpdateEnvironmentConnectionRequest,
};
use crate::protocol::scalekit::v1::tools::tool_service_server::ToolService;
use crate::protocol::scalekit::v1::tools::{
    ExecuteToolRequest, ListAvailableToolsRequest, ListAvailableToolsResponse, ListScopedToolsRequest,
    ListScopedToolsResponse, ListToolsRequest, ListToolsResponse, RefreshToolsRequest, RefreshToolsResponse,
    SearchToolsRequest, SearchToolsResponse,
};
use crate::service::{Execution, LARGEST_RESULT, too_large, unwritten};
use crate::struct_bytes;

/// A service whose methods hand a request to the service method of the same name; what follows `also` is written
/// out. The whole is one macro because the trait's own attribute has to see every method.
macro_rules! serve {
    (
        $service:ident { $($method:ident: $request:ty => $response:ty;)* }
        $(also { $($written_out:tt)* })?
    ) => {
        #[tonic::async_trait]
        impl $service for Grpc {
            $(
                async fn $method(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                    let (caller, _admission) = self.enter(request.metadata().as_ref()).await?;
                    let answer = self.service.$method(&caller, request.into_inner()).await;
                    answer.map(Response::new).map_err(refused)
                }
            )*
            $($($written_out)*)?
        }
    };
}

serve! {
    ToolService {
        list_tools: ListToolsRequest => ListToolsResponse;
        list_scoped_tools: ListScopedToolsRequest => ListScopedToolsResponse;
        list_available_tools: ListAvailableToolsRequest => ListAvailableToolsResponse;
        search_tools: SearchToolsRequest => SearchToolsResponse;
        refresh_tools: RefreshToolsRequest => RefreshToolsResponse;
    }
    also {
        async fn execute_tool(
            &self,
            request: Request<ExecuteToolRequest>,
        ) -> Result<Response<ExecuteToolResponse>, Status> {
            let (caller, _admission) = self.enter(request.metadata().as_ref()).await?;
            let deadline = deadline(request.metadata().as_ref());
            let outcome = self.service.execute_tool(&caller, request.into_inner(), deadline).await;
            answer(outcome.map_err(refused)?).map(Response::new)
        }
    }
}

serve! {
    ConnectedAccountService {
        list_connected_accounts: ListConnectedAccountsRequest => ListConnectedAccountsResponse;
        search_connected_accounts: SearchConnectedAccountsRequest => SearchConnectedAccountsResponse;
        create_connected_account: CreateConnectedAccountRequest => CreateConnectedAccountResponse;
        update_connected_account: UpdateConnectedAccountRequest => UpdateConnectedAccountResponse;
        delete_connected_account: DeleteConnectedAccountRequest => DeleteConnectedAccountResponse;
        get_magic_link_for_connected_account:
            GetMagicLinkForConnectedAccountRequest => GetMagicLinkForConnectedAccountResponse;
        get_connected_account_auth:
            GetConnectedAccountByIdentifierRequest => GetConnectedAccountByIdentifierResponse;
        get_connected_account_details:
            GetConnectedAccountByIdentifierRequest => GetConnectedAccountByIdentifierResponse;
        verify_connected_account_user:
            VerifyConnectedAccountUserRequest => VerifyConnectedAccountUserResponse;
        get_connected_account: GetConnectedAccountRequest => GetConnectedAccountResponse;
        disconnect_connected_account:
            DisconnectConnectedAccountRequest => DisconnectConnectedAccountResponse;
    }
}

serve! {
    ConnectionService {
        list_app_connections: ListAppConnectionsRequest => ListAppConnectionsResponse;
        get_environment_connection: GetEnvironmentConnectionRequest => GetConnectionResponse;
        create_environment_connection: CreateEnvironmentConnectionRequest => CreateConnectionResponse;
        update_environment_connection: UpdateEnvironmentConnectionRequest => UpdateConnectionResponse;
        enable_environment_connection: ToggleEnvironmentConnectionRequest => ToggleConnectionResponse;
        disable_environment_connection: ToggleEnvironmentConnectionRequest => ToggleConnectionResponse;
        delete_environment_connection: DeleteEnvironmentConnectionRequest => ();
    }
}

fn answer(mut outcome: Execution) -> Result<ExecuteToolResponse, Status> {
    let data = match std::mem::take(&mut outcome.data) {
        Answer::Text(text) => struct_bytes::of_text(&text),
        Answer::Value(value) => struct_bytes::of_value(value),
    };
    let data = data.map_err(|error| refused(unwritten(&error)))?;
    let response = ExecuteToolResponse { data: Some(data), execution_id: outcome.call_id.clone() };
    let bytes = response.encoded_len();
    if bytes > LARGEST_RESULT { Err(refused(too_large(&outcome, bytes))) } else { Ok(response) }
}
