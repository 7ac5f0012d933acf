"""Where servers for this SDK have stumbled before: statuses, ids and the limits of names.

One test for each trap, named after its number."""

import uuid

import pytest
from conftest import connect
from scalekit.common.exceptions import ScalekitServerException
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    ConnectorStatus,
    ConnectorType,
    CreateConnectedAccount,
    CreateConnectedAccountRequest,
    DisconnectConnectedAccountRequest,
    GetConnectedAccountRequest,
    GetMagicLinkForConnectedAccountRequest,
    ListConnectedAccountsRequest,
    VerifyConnectedAccountUserRequest,
)
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListScopedToolsRequest
from support.browser import consent


def test_trap_10_every_status_is_one_that_the_sdk_knows(house, actions, wire, account, identifier, person):
    actions.create_connected_account(connection_name="close", identifier=f"{account.identifier}-pending")
    verifying = f"{account.identifier}-verifying"
    actions.create_connected_account(connection_name="close", identifier=verifying)
    link = actions.get_authorization_link(
        connection_name="close", identifier=verifying, user_verify_url="https://app.example.com/verify"
    )
    consent(link.link, person)
    gone = connect(actions, f"{account.identifier}-gone", person)
    wire.call(wire.accounts.DisconnectConnectedAccount, DisconnectConnectedAccountRequest(id=gone.id))
    revoked = connect(actions, f"{account.identifier}-revoked", house.new_person())
    house.lever("POST", "/grants/revoke", account=revoked.person["user_email"])
    with pytest.raises(ScalekitServerException):
        actions.execute_tool(tool_name="close_me_get", tool_input={}, connected_account_id=revoked.id)
    seen = {}
    for state in ("", "-pending", "-verifying", "-gone", "-revoked"):
        shown = actions.get_connected_account(connection_name="close", identifier=account.identifier + state)
        seen[state] = shown.connected_account.status
    assert seen == {
        "": "ACTIVE", "-pending": "PENDING_AUTH", "-verifying": "PENDING_VERIFICATION", "-gone": "DISCONNECTED",
        "-revoked": "EXPIRED",
    }
    everything = wire.call(wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(page_size=99))
    for one in everything.connected_accounts:
        assert ConnectorStatus.Name(one.status) and ConnectorType.Name(one.authorization_type)


def test_trap_14_ids_fit_into_32_characters(sdk, wire, steady):
    account = wire.call(wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id=steady.id)).connected_account
    assert account.id.startswith("ca_") and len(account.id) <= 32
    assert account.connection_id.startswith("conn_") and len(account.connection_id) <= 32
    for tool in sdk.tools.list_tools()[0].tools:
        assert tool.id.startswith("tol_") and len(tool.id) <= 32


def test_trap_15_how_long_an_identifier_may_be(wire, actions):
    start = uuid.uuid4().hex
    longest = start + "é" * (100 - len(start))  # counted in characters
    made = actions.create_connected_account(connection_name="close", identifier=longest).connected_account
    assert made.identifier == longest
    too_long = [
        (wire.accounts.CreateConnectedAccount, CreateConnectedAccountRequest(
            connector="close", identifier="i" * 101, connected_account=CreateConnectedAccount())),
        (wire.accounts.CreateConnectedAccount, CreateConnectedAccountRequest(
            connector="c" * 401, identifier="i", connected_account=CreateConnectedAccount())),
        (wire.accounts.CreateConnectedAccount, CreateConnectedAccountRequest(
            connector="close/eu", identifier="i", connected_account=CreateConnectedAccount())),
        (wire.tools.ListScopedTools, ListScopedToolsRequest(identifier="i" * 101)),
        (wire.accounts.VerifyConnectedAccountUser, VerifyConnectedAccountUserRequest(
            auth_request_id="a", identifier="i" * 201)),
        (wire.accounts.VerifyConnectedAccountUser, VerifyConnectedAccountUserRequest(
            auth_request_id="a" * 1001, identifier="i")),
        (wire.accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest(
            connector="close", identifier=longest, state="s" * 513)),
        (wire.accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest(
            connector="close", identifier=longest, user_verify_url="ftp://app.example.com")),
        (wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(page_size=100)),
        (wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(page_token="t" * 101)),
        (wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(connection_names=["c"] * 21)),
        (wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(
            connector="close", connection_names=["close"])),
        (wire.tools.ExecuteTool, ExecuteToolRequest(
            tool_name="close_me_get", identifier=longest, agent_run_id="r" * 256)),
    ]
    for method, request in too_long:
        refused = wire.refused(method, request)
        assert (refused.code.name, refused.info.error_code) == ("INVALID_ARGUMENT", "VALIDATION_ERROR"), request
    # The identifier of a verification may be longer, so this one is not there rather than too long.
    fits = VerifyConnectedAccountUserRequest(auth_request_id="a", identifier="i" * 200)
    assert wire.refused(wire.accounts.VerifyConnectedAccountUser, fits).code.name == "NOT_FOUND"
