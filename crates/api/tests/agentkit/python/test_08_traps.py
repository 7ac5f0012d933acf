"""Where servers for this SDK have stumbled before: one test for each trap, named after its number."""

import json
import socket
import ssl
from urllib.parse import urlsplit

import grpc
import pytest
import requests
from conftest import connect
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitServerException,
    ScalekitServiceUnavailableException,
    ScalekitTooManyRequestsException,
)
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
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListScopedToolsRequest, ListToolsRequest
from support.wire import Wire


def test_trap_01_the_second_authorization_header_goes_stale(house):
    good = house.token()
    for wire in (Wire(house, good, channel_token="stale"), Wire(house, "stale", channel_token=good)):
        assert wire.call(wire.tools.ListTools, ListToolsRequest(page_size=1)).tools
        wire.close()
    wire = Wire(house, "stale", channel_token="staler")
    assert wire.refused(wire.tools.ListTools, ListToolsRequest()).code.name == "UNAUTHENTICATED"
    wire.close()


def test_trap_01_the_sdk_goes_on_after_it_has_logged_in_again(house):
    client = ScalekitClient(env_url=house.url, client_id=house.client_id, client_secret=house.client_secret)
    core = client.core_client
    core.access_token = "stale"
    core.grpc_secure_channel.close()
    core._CoreClient__grpc_secure_channel()  # both headers are stale now, as after a night
    from scalekit.tools import ToolsClient

    tools = ToolsClient(core)
    assert tools.list_tools(page_size=1)[0].tools, "the SDK logs in again and repeats the call"
    assert core.access_token != "stale"


def test_trap_02_a_missing_token_is_unauthenticated_everywhere(house):
    wire = Wire(house)
    services = {
        "scalekit.v1.tools.ToolService": [
            "ListTools", "ListScopedTools", "ListAvailableTools", "SearchTools", "ExecuteTool",
        ],
        "scalekit.v1.connected_accounts.ConnectedAccountService": [
            "ListConnectedAccounts", "SearchConnectedAccounts", "CreateConnectedAccount", "UpdateConnectedAccount",
            "DeleteConnectedAccount", "GetMagicLinkForConnectedAccount", "GetConnectedAccountAuth",
            "GetConnectedAccountDetails", "VerifyConnectedAccountUser", "GetConnectedAccount",
            "DisconnectConnectedAccount",
        ],
        "scalekit.v1.connections.ConnectionService": [
            "ListAppConnections", "GetEnvironmentConnection", "CreateEnvironmentConnection",
            "UpdateEnvironmentConnection", "EnableEnvironmentConnection", "DisableEnvironmentConnection",
            "DeleteEnvironmentConnection",
        ],
    }
    for service, methods in services.items():
        for method in methods:
            with pytest.raises(grpc.RpcError) as refused:
                wire.channel.unary_unary(f"/{service}/{method}")(b"", timeout=10)
            assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED, method
    wire.close()


def test_trap_03_the_token_request_may_carry_a_stale_bearer(house):
    form = {
        "grant_type": "client_credentials", "client_id": house.client_id, "client_secret": house.client_secret,
    }
    for path in ("/oauth/token", "//oauth/token"):
        for bearer in ("Bearer stale", "Basic c3RhbGU6c3RhbGU=", "nonsense"):
            answer = requests.post(
                house.url + path, data=form, headers={"authorization": bearer}, verify=house.verify, timeout=10
            )
            assert answer.status_code == 200, (path, bearer, answer.text)
            assert answer.json()["token_type"] == "Bearer" and answer.json()["expires_in"] > 0


def test_trap_05_a_call_that_may_have_reached_close_is_never_unavailable(house, actions, account):
    for kind in ({"status": 503}, "drop_before", "drop_after", {"status": 429}):
        number = house.fault(account.person, kind, method="POST", path="/api/v1/lead/")
        with pytest.raises(ScalekitServerException) as failed:
            actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "T"}, identifier=account.identifier)
        assert not isinstance(failed.value, ScalekitServiceUnavailableException), kind
        assert failed.value.error_code == "TOOL_ERROR"
        house.heal(number)


def test_trap_07_numbers_are_doubles_and_leave_as_integers(house, actions, account):
    mark = account.identifier
    actions.execute_tool(tool_name="close_leads_list", tool_input={"query": mark, "_limit": 10, "_skip": 0.0},
                         identifier=account.identifier)
    sent = house.heard("GET", "/api/v1/lead/", mark)[-1]["query"]
    assert "_limit=10&" in f"{sent}&" and "_skip=0&" in f"{sent}&", sent
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": mark}, identifier=account.identifier)
    pipelines = actions.execute_tool(tool_name="close_pipelines_list", tool_input={}, identifier=account.identifier)
    status = pipelines.data["data"][0]["statuses"][0]["id"]
    made = actions.execute_tool(
        tool_name="close_opportunity_create",
        tool_input={"lead_id": lead.data["id"], "status_id": status, "value": 1200000, "confidence": 40},
        identifier=account.identifier,
    )
    body = house.heard("POST", "/api/v1/opportunity/", lead.data["id"])[-1]["body"]
    assert json.loads(body)["value"] == 1200000 and "1200000.0" not in body and "40.0" not in body, body
    assert made.data["value"] == 1200000
    with pytest.raises(ScalekitBadRequestException):
        actions.execute_tool(tool_name="close_leads_list", tool_input={"_limit": 1.5}, identifier=account.identifier)


def test_trap_07_empty_parameters_are_absent_and_empty_data_is_set(wire, actions, steady):
    request = ExecuteToolRequest(tool_name="close_me_get", identifier=steady.identifier)
    assert not request.HasField("params")
    assert wire.call(wire.tools.ExecuteTool, request).data["id"]
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "Gone soon"}, identifier=steady.identifier)
    delete = ExecuteToolRequest(tool_name="close_lead_delete", identifier=steady.identifier)
    delete.params.update({"lead_id": lead.data["id"]})
    answer = wire.call(wire.tools.ExecuteTool, delete)
    assert answer.HasField("data") and answer.execution_id


def test_trap_08_a_result_larger_than_the_client_reads_is_explained(house, actions, account):
    for number in range(3):
        house.close(account.person, "POST", "/lead/", {"name": f"Large {number}", "description": "y" * 1_800_000})
    try:
        answer = actions.execute_tool(
            tool_name="close_leads_list", tool_input={"query": "Large", "_limit": 10}, identifier=account.identifier
        )
        assert answer.data
    except ScalekitServerException as error:
        assert not isinstance(error, ScalekitTooManyRequestsException), error.message
        assert "large" in error.message and error.http_status.value in (400, 500)
    small = actions.execute_tool(
        tool_name="close_leads_list", tool_input={"query": "Large", "_limit": 1}, identifier=account.identifier
    )
    assert len(small.data["data"]) == 1, "a smaller page is read"


def test_trap_09_an_absent_filter_and_no_pages_show_all_tools(wire, actions, steady):
    request = ListScopedToolsRequest(identifier=steady.identifier)
    assert not request.HasField("filter")
    answer = wire.call(wire.tools.ListScopedTools, request)
    assert len(answer.tools) == answer.total_size == len(actions.list_tools().tools) and not answer.next_page_token


def test_trap_10_every_status_is_one_that_the_sdk_knows(house, actions, wire, account, identifier, person):
    actions.create_connected_account(connection_name="close", identifier=f"{account.identifier}-pending")
    verifying = f"{account.identifier}-verifying"
    actions.create_connected_account(connection_name="close", identifier=verifying)
    from support.browser import consent

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


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(["h2"], "h2"), (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "h2"), ([], None)],
    ids=["gRPC", "REST from Python", "a browser", "REST from Node"],
)
def test_trap_11_both_protocols_are_offered_on_one_port(house, offered, chosen):
    context = ssl.create_default_context(cafile=house.ca_file)
    if offered:
        context.set_alpn_protocols(offered)
    where = urlsplit(house.url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname=where.hostname) as secure:
            assert secure.selected_alpn_protocol() == chosen
            if chosen != "h2":
                secure.sendall(b"GET /keys HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                assert secure.recv(64).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["connection_name", "Connection_name", "CONNECTION_NAME"])
def test_trap_12_header_names_with_underscores_arrive(house, steady, name):
    answer = house.rest("GET", "/proxy/api/v1/me/", headers={name: "close", "identifier": steady.identifier})
    assert answer.status_code == 200 and answer.json()["id"] == steady.person["user_id"], answer.text


def test_trap_13_lists_are_strings_that_hold_json(actions, steady):
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "Strings"}, identifier=steady.identifier)
    emails = [{"email": "a@strings.example.com", "type": "office"}]
    for given in (json.dumps(emails), emails):
        contact = actions.execute_tool(
            tool_name="close_contact_create",
            tool_input={"lead_id": lead.data["id"], "name": "S", "emails": given, "phones": "[]"},
            identifier=steady.identifier,
        )
        assert contact.data["emails"][0]["email"] == "a@strings.example.com"
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(
            tool_name="close_contact_create", tool_input={"lead_id": lead.data["id"], "emails": "[{"},
            identifier=steady.identifier,
        )
    assert "emails" in refused.value.message
    events = '[{"object_type": "lead", "action": "created"}]'
    hook = actions.execute_tool(
        tool_name="close_webhook_create", tool_input={"url": "https://hooks.example.com/x", "events": events},
        identifier=steady.identifier,
    )
    assert [(one["object_type"], one["action"]) for one in hook.data["events"]] == [("lead", "created")]
    actions.execute_tool(
        tool_name="close_webhook_delete", tool_input={"webhook_id": hook.data["id"]}, identifier=steady.identifier
    )


def test_trap_14_ids_fit_into_32_characters(sdk, wire, steady):
    account = wire.call(wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id=steady.id)).connected_account
    assert account.id.startswith("ca_") and len(account.id) <= 32
    assert account.connection_id.startswith("conn_") and len(account.connection_id) <= 32
    for tool in sdk.tools.list_tools()[0].tools:
        assert tool.id.startswith("tol_") and len(tool.id) <= 32


def test_trap_15_how_long_an_identifier_may_be(wire, actions):
    import uuid

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
