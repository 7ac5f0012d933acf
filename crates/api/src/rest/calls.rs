//! From the name of a call to the service that answers it.

use latch_gateway::{Caller, ErrorClass};
use prost::Message;

use crate::protocol::latch::v1 as ours;
use crate::protocol::scalekit::v1::{connected_accounts as accounts, connections, tools};
use crate::service::{Failure, Service};

/// Answers a call whose message and answer are bytes.
macro_rules! calls {
    ($service:expr, $caller:expr, $call:expr, $bytes:expr, { $($name:literal: $request:ty => $method:ident;)* }) => {
        match $call {
            $($name => Ok($service.$method($caller, read::<$request>($bytes)?).await?.encode_to_vec()),)*
            other => Err(Failure::new(ErrorClass::Internal, format!("nothing answers {other}"))),
        }
    };
}

fn read<T: Message + Default>(bytes: &[u8]) -> Result<T, Failure> {
    T::decode(bytes).map_err(|_| Failure::new(ErrorClass::Internal, "the request cannot be handed on"))
}

/// Answers the call of a route, which is named without its package.
pub(super) async fn answer(
    service: &Service,
    caller: &Caller,
    call: &str,
    bytes: &[u8],
) -> Result<Vec<u8>, Failure> {
    let call = call.trim_start_matches("scalekit.v1.").trim_start_matches("latch.v1.");
    calls!(service, caller, call, bytes, {
        "tools.ToolService.ListTools": tools::ListToolsRequest => list_tools;
        "tools.ToolService.ListScopedTools": tools::ListScopedToolsRequest => list_scoped_tools;
        "tools.ToolService.ListAvailableTools": tools::ListAvailableToolsRequest => list_available_tools;
        "tools.ToolService.SearchTools": tools::SearchToolsRequest => search_tools;
        "tools.ToolService.RefreshTools": tools::RefreshToolsRequest => refresh_tools;
        "connected_accounts.ConnectedAccountService.ListConnectedAccounts":
            accounts::ListConnectedAccountsRequest => list_connected_accounts;
        "connected_accounts.ConnectedAccountService.SearchConnectedAccounts":
            accounts::SearchConnectedAccountsRequest => search_connected_accounts;
        "connected_accounts.ConnectedAccountService.CreateConnectedAccount":
            accounts::CreateConnectedAccountRequest => create_connected_account;
        "connected_accounts.ConnectedAccountService.UpdateConnectedAccount":
            accounts::UpdateConnectedAccountRequest => update_connected_account;
        "connected_accounts.ConnectedAccountService.DeleteConnectedAccount":
            accounts::DeleteConnectedAccountRequest => delete_connected_account;
        "connected_accounts.ConnectedAccountService.GetMagicLinkForConnectedAccount":
            accounts::GetMagicLinkForConnectedAccountRequest => get_magic_link_for_connected_account;
        "connected_accounts.ConnectedAccountService.GetConnectedAccountAuth":
            accounts::GetConnectedAccountByIdentifierRequest => get_connected_account_auth;
        "connected_accounts.ConnectedAccountService.GetConnectedAccountDetails":
            accounts::GetConnectedAccountByIdentifierRequest => get_connected_account_details;
        "connected_accounts.ConnectedAccountService.VerifyConnectedAccountUser":
            accounts::VerifyConnectedAccountUserRequest => verify_connected_account_user;
        "connected_accounts.ConnectedAccountService.GetConnectedAccount":
            accounts::GetConnectedAccountRequest => get_connected_account;
        "connected_accounts.ConnectedAccountService.DisconnectConnectedAccount":
            accounts::DisconnectConnectedAccountRequest => disconnect_connected_account;
        "connections.ConnectionService.ListAppConnections":
            connections::ListAppConnectionsRequest => list_app_connections;
        "connections.ConnectionService.GetEnvironmentConnection":
            connections::GetEnvironmentConnectionRequest => get_environment_connection;
        "connections.ConnectionService.CreateEnvironmentConnection":
            connections::CreateEnvironmentConnectionRequest => create_environment_connection;
        "connections.ConnectionService.UpdateEnvironmentConnection":
            connections::UpdateEnvironmentConnectionRequest => update_environment_connection;
        "connections.ConnectionService.EnableEnvironmentConnection":
            connections::ToggleEnvironmentConnectionRequest => enable_environment_connection;
        "connections.ConnectionService.DisableEnvironmentConnection":
            connections::ToggleEnvironmentConnectionRequest => disable_environment_connection;
        "connections.ConnectionService.DeleteEnvironmentConnection":
            connections::DeleteEnvironmentConnectionRequest => delete_environment_connection;
        "LatchService.DisconnectConnectedAccount":
            ours::DisconnectConnectedAccountRequest => disconnect_by_name;
        "LatchService.GetTool": ours::GetToolRequest => get_tool;
    })
}
