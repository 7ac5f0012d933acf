"""Where servers for this SDK have stumbled before: logging in, and what travels beside a call.

One test for each trap, named after its number."""

import socket
import ssl
from urllib.parse import urlsplit

import grpc
import pytest
import requests
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import ScalekitServerException, ScalekitServiceUnavailableException
from scalekit.tools import ToolsClient
from scalekit.v1.tools.tools_pb2 import ListToolsRequest
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
