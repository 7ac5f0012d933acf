"""What a caller did wrong: the exception, its code and details, and that Close was not asked."""

import pytest
import requests
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitNotFoundException,
    ScalekitNotImplementedException,
    ScalekitUnauthorizedException,
)
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    DisconnectConnectedAccountRequest,
    GetConnectedAccountByIdentifierRequest,
    GetMagicLinkForConnectedAccountRequest,
)
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListToolsRequest
from support.wire import Wire

ENDED = {"DISCONNECTED": "disconnect", "EXPIRED": "revoke"}


def violations(error):
    """Field and constraint of each violation."""
    info = error._unpacked_details[0]
    return {one.field: one.description for one in info.validation_error_info.field_violations}


@pytest.mark.parametrize("token", [None, "no-token", "a.b.c"], ids=["missing", "not a token", "a forged one"])
def test_no_or_a_bad_bearer(house, token):
    wire = Wire(house, token)
    refused = wire.refused(wire.tools.ListTools, ListToolsRequest())
    assert refused.code.name == "UNAUTHENTICATED"
    assert refused.info is None or refused.info.error_code != "TOOL_ERROR"
    wire.close()


def test_a_wrong_secret_or_client(house):
    for wrong in ({"client_secret": "not-the-secret"}, {"client_id": "skc_1"}):
        given = {"client_id": house.client_id, "client_secret": house.client_secret, **wrong}
        with pytest.raises(ScalekitUnauthorizedException) as refused:
            ScalekitClient(env_url=house.url, **given)
        error = refused.value
        assert type(error) is ScalekitUnauthorizedException
        assert (error.http_status.value, error.error_code) == (401, "Unauthorized")
        assert '"invalid_client"' in error.err_details and given["client_secret"] not in error.err_details


def test_a_token_request_that_is_not_one(house):
    answers = [
        house.authenticate(grant_type="password"),
        requests.post(f"{house.url}/oauth/token", data={"grant_type": "client_credentials"}, verify=house.verify),
        requests.post(f"{house.url}/oauth/token", json={"grant_type": "client_credentials"}, verify=house.verify),
    ]
    assert [answer.json()["error"] for answer in answers[:1]] == ["unsupported_grant_type"]
    assert [answer.status_code for answer in answers[:2]] == [400, 400]
    assert 400 <= answers[2].status_code < 500
    assert house.authenticate().headers["cache-control"] == "no-store"


def test_an_unknown_tool(actions, steady):
    with pytest.raises(ScalekitNotFoundException) as refused:
        actions.execute_tool(tool_name="close_lead_crate", tool_input={}, identifier=steady.identifier)
    error = refused.value
    assert type(error) is ScalekitNotFoundException
    assert (error.error_code, error.http_status.value) == ("RESOURCE_NOT_FOUND", 404)
    assert "close_lead_create" in error.message, "it says which one was meant"


def test_missing_mistyped_and_unknown_input_in_one_message_and_nothing_is_sent(house, actions, account):
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(
            tool_name="close_opportunity_create",
            tool_input={"lead_id": "lead_1", "value": "a lot", "colour": "red"},
            identifier=account.identifier,
        )
    error = refused.value
    assert type(error) is ScalekitBadRequestException
    assert (error.error_code, error.http_status.value) == ("VALIDATION_ERROR", 400)
    assert error.grpc_status.name == "INVALID_ARGUMENT"
    told = violations(error)
    assert {"status_id", "value", "colour"} <= set(told), told
    for name in ("status_id", "value", "colour"):
        assert name in error.message and told[name]
    assert not house.heard("POST", "/api/v1/opportunity/", "a lot")


def test_a_null_for_what_is_required_is_missing(actions, steady):
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_lead_get", tool_input={"lead_id": None}, identifier=steady.identifier)
    assert "lead_id" in violations(refused.value)


def test_nobody_to_act_for(actions, wire):
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_me_get", tool_input={})
    assert refused.value.error_code == "VALIDATION_ERROR"
    calls = [
        (wire.accounts.GetConnectedAccountAuth, GetConnectedAccountByIdentifierRequest()),
        (wire.accounts.GetConnectedAccountAuth, GetConnectedAccountByIdentifierRequest(connector="close")),
        (wire.accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest()),
    ]
    for method, request in calls:
        refused = wire.refused(method, request)
        assert (refused.code.name, refused.info.error_code) == ("INVALID_ARGUMENT", "VALIDATION_ERROR"), request


def test_accounts_and_connections_that_are_not_there(actions, wire):
    nowhere = [
        {"identifier": "nobody"},
        {"identifier": "nobody", "connection_name": "close"},
        {"identifier": "nobody", "connection_name": "nowhere"},
        {"connected_account_id": "ca_123456789012345678"},
    ]
    for account in nowhere:
        with pytest.raises(ScalekitNotFoundException) as refused:
            actions.execute_tool(tool_name="close_me_get", tool_input={}, **account)
        assert refused.value.error_code == "RESOURCE_NOT_FOUND", account
    for connection in ("close", "nowhere"):
        with pytest.raises(ScalekitNotFoundException) as refused:
            actions.get_connected_account(connection_name=connection, identifier="nobody")
        assert refused.value.error_code == "RESOURCE_NOT_FOUND"
    with pytest.raises(ScalekitNotFoundException) as refused:
        actions.get_authorization_link(connection_name="nowhere", identifier="nobody")
    assert refused.value.error_code == "RESOURCE_NOT_FOUND"
    with pytest.raises(ScalekitNotFoundException):
        actions.create_connected_account(connection_name="nowhere", identifier="nobody")
    with pytest.raises(ScalekitNotFoundException):
        actions.verify_connected_account_user(auth_request_id="never-given-out", identifier="nobody")


def test_an_id_that_is_none(wire):
    refused = wire.refused(
        wire.accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest(id="not-an-id")
    )
    assert (refused.code.name, refused.info.error_code) == ("INVALID_ARGUMENT", "VALIDATION_ERROR")


def test_a_pending_account_says_so_and_has_a_link(actions, identifier):
    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
    error = refused.value
    assert type(error) is ScalekitBadRequestException
    assert error.grpc_status.name == "FAILED_PRECONDITION" and error.http_status.value == 400
    assert error.error_code == "CONNECTED_ACCOUNT_NOT_ACTIVE" and "PENDING_AUTH" in error.message


@pytest.mark.parametrize("status", ENDED)
def test_an_account_that_ended_says_how(house, actions, wire, account, status):
    if ENDED[status] == "disconnect":
        wire.call(wire.accounts.DisconnectConnectedAccount, DisconnectConnectedAccountRequest(id=account.id))
    else:
        house.lever("POST", "/grants/revoke", account=account.person["user_email"])
        with pytest.raises(Exception):
            actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    assert refused.value.grpc_status.name == "FAILED_PRECONDITION" and status in refused.value.message


def test_what_is_not_served_says_so_at_once(sdk):
    calls = [
        lambda: sdk.organization.list_organizations(page_size=1),
        lambda: sdk.users.list_users(page_size=1),
        lambda: sdk.roles.list_roles(),
        lambda: sdk.connection.list_connections("org_1"),
    ]
    for call in calls:
        with pytest.raises(ScalekitNotImplementedException) as refused:
            call()
        assert refused.value.http_status.value == 501


def test_a_tool_of_another_provider_is_refused_before_anything_is_sent(wire, steady):
    request = ExecuteToolRequest(tool_name="gmail_fetch_mails", connected_account_id=steady.id)
    assert wire.refused(wire.tools.ExecuteTool, request).code.name in ("NOT_FOUND", "INVALID_ARGUMENT")
