"""Another environment: what is not theirs does not exist for them, on every way in."""

import pytest
from conftest import configure, connect
from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    DeleteConnectedAccountRequest,
    DisconnectConnectedAccountRequest,
    GetConnectedAccountByIdentifierRequest,
    GetConnectedAccountRequest,
    GetMagicLinkForConnectedAccountRequest,
    SearchConnectedAccountsRequest,
    UpdateConnectedAccount,
    UpdateConnectedAccountRequest,
)
from scalekit.v1.connections.connections_pb2 import (
    DeleteEnvironmentConnectionRequest,
    GetEnvironmentConnectionRequest,
    ToggleEnvironmentConnectionRequest,
    UpdateConnection,
    UpdateEnvironmentConnectionRequest,
)
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, Filter, ListScopedToolsRequest, ListToolsRequest
from support.browser import consent
from support.wire import Wire


@pytest.fixture(scope="module")
def their_token(house, others):
    return house.token(others["client_id"], others["client_secret"])


@pytest.fixture(scope="module")
def theirs(house, their_token):
    """Raw stubs of the other environment."""
    wire = Wire(house, their_token)
    yield wire
    wire.close()


def test_every_call_by_id_finds_nothing_there(sdk, theirs, steady):
    connection = sdk.connection.list_app_connections()[0].connections[0].id
    accounts, tools, connections = theirs.accounts, theirs.tools, theirs.connections
    calls = [
        (accounts.GetConnectedAccount, GetConnectedAccountRequest(id=steady.id)),
        (accounts.GetConnectedAccountAuth, GetConnectedAccountByIdentifierRequest(id=steady.id)),
        (accounts.GetConnectedAccountDetails, GetConnectedAccountByIdentifierRequest(id=steady.id)),
        (accounts.GetConnectedAccountAuth, GetConnectedAccountByIdentifierRequest(
            connector="close", identifier=steady.identifier)),
        (accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest(id=steady.id)),
        (accounts.UpdateConnectedAccount, UpdateConnectedAccountRequest(
            id=steady.id, connected_account=UpdateConnectedAccount())),
        (accounts.DeleteConnectedAccount, DeleteConnectedAccountRequest(id=steady.id)),
        (accounts.DisconnectConnectedAccount, DisconnectConnectedAccountRequest(id=steady.id)),
        (tools.ExecuteTool, ExecuteToolRequest(tool_name="close_me_get", connected_account_id=steady.id)),
        (tools.ExecuteTool, ExecuteToolRequest(tool_name="close_me_get", identifier=steady.identifier)),
        (tools.ListTools, ListToolsRequest(filter=Filter(connected_account_id=steady.id))),
        (connections.GetEnvironmentConnection, GetEnvironmentConnectionRequest(connection_id=connection)),
        (connections.UpdateEnvironmentConnection, UpdateEnvironmentConnectionRequest(
            connection_id=connection, connection=UpdateConnection())),
        (connections.DisableEnvironmentConnection, ToggleEnvironmentConnectionRequest(connection_id=connection)),
        (connections.DeleteEnvironmentConnection, DeleteEnvironmentConnectionRequest(connection_id=connection)),
    ]
    for method, request in calls:
        refused = theirs.refused(method, request)
        assert (refused.code.name, refused.info.error_code) == ("NOT_FOUND", "RESOURCE_NOT_FOUND"), request
        assert steady.person["user_email"] not in refused.message


def test_their_answers_do_not_differ_from_those_for_what_was_never_there(theirs, steady):
    def said(account_id):
        refused = theirs.refused(theirs.accounts.GetConnectedAccount, GetConnectedAccountRequest(id=account_id))
        return refused.message.replace(account_id, "…")

    never = steady.id[:-1] + ("0" if steady.id[-1] != "0" else "1")
    assert said(steady.id) == said(never)


def test_lists_and_searches_of_theirs_are_empty_of_ours(other_sdk, theirs, steady):
    listed = other_sdk.actions.list_connected_accounts()
    assert steady.identifier not in [one.identifier for one in listed.connected_accounts]
    found = theirs.call(
        theirs.accounts.SearchConnectedAccounts, SearchConnectedAccountsRequest(query=steady.identifier)
    )
    assert found.total_size == 0 and not found.connected_accounts
    scoped = theirs.call(theirs.tools.ListScopedTools, ListScopedToolsRequest(identifier=steady.identifier))
    assert not scoped.tools


def test_rest_and_the_proxy_find_nothing_either(house, their_token, steady):
    calls = [
        ("GET", f"/api/v1/connected_accounts/{steady.id}", None, {}),
        ("GET", f"/api/v1/connected_accounts/auth?id={steady.id}", None, {}),
        ("POST", "/api/v1/connected_accounts:delete", {"id": steady.id}, {}),
        ("POST", f"/api/v1/connected_accounts/{steady.id}:disconnect", {}, {}),
        ("POST", "/api/v1/connected_accounts/magic_link", {"id": steady.id}, {}),
        ("POST", "/api/v1/execute_tool", {"tool_name": "close_me_get", "connected_account_id": steady.id}, {}),
        ("GET", "/proxy/api/v1/me/", None, {"connection_name": "close", "identifier": steady.identifier}),
    ]
    for method, path, body, headers in calls:
        answer = house.rest(method, path, body, token=their_token, headers=headers)
        assert answer.status_code == 404, (path, answer.status_code, answer.text)


def test_the_same_names_mean_different_accounts(house, sdk, other_sdk, steady, person):
    """An environment of its own has connections of its own, which may be called the same."""
    [close] = [one for one in other_sdk.connection.list_app_connections()[0].connections if one.key_id == "close"]
    configure(house, other_sdk, close, environment="other")
    mine = other_sdk.actions.get_or_create_connected_account(
        connection_name="close", identifier=steady.identifier
    ).connected_account
    assert mine.id != steady.id and mine.status == "PENDING_AUTH"
    connected = connect(other_sdk.actions, steady.identifier, person)
    theirs = other_sdk.actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=steady.identifier)
    ours = sdk.actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=steady.identifier)
    assert connected.id == mine.id
    assert (theirs.data["id"], ours.data["id"]) == (person["user_id"], steady.person["user_id"])
    still = sdk.actions.get_connected_account(connection_name="close", identifier=steady.identifier)
    assert (still.connected_account.id, still.connected_account.status) == (steady.id, "ACTIVE")
    with pytest.raises(ScalekitNotFoundException):
        sdk.actions.execute_tool(tool_name="close_me_get", tool_input={}, connected_account_id=mine.id)


def test_a_link_of_ours_connects_our_account_whoever_opens_it(actions, identifier, person):
    """The grant that comes of a link belongs to the account it was made for, and to no other."""
    for name in (identifier, f"{identifier}-2"):
        actions.get_or_create_connected_account(connection_name="close", identifier=name)
    link = actions.get_authorization_link(connection_name="close", identifier=identifier)
    assert consent(link.link, person).status == 200
    statuses = [
        actions.get_connected_account(connection_name="close", identifier=name).connected_account.status
        for name in (identifier, f"{identifier}-2")
    ]
    assert statuses == ["ACTIVE", "PENDING_AUTH"]
    assert consent(link.link, person).status >= 400, "it works once"
