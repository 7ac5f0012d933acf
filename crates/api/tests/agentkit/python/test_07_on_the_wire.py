"""How answers and errors travel: status and headers agree, texts survive, and nothing else is served."""

import time

import grpc
import pytest
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    CreateConnectedAccount,
    CreateConnectedAccountRequest,
    GetConnectedAccountByIdentifierRequest,
    GetConnectedAccountRequest,
    ListConnectedAccountsRequest,
)
from scalekit.v1.connections.connections_pb2 import GetEnvironmentConnectionRequest
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListScopedToolsRequest, SearchToolsRequest
from support.sockets import Http2Client
from support.wire import Wire, refusal

REFLECTION = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]


def test_trap_04_the_status_repeats_code_and_message_exactly(wire, account, house):
    house.fault(account.person, {"status": 418}, method="GET", path="/api/v1/me/")
    house.fault(account.person, {"answer": {"status": 400, "body": {"error": "naïve ☃ 100% \n wrong"}}},
                method="GET", path="/api/v1/lead/")
    new = CreateConnectedAccount()
    calls = [
        (wire.tools.ExecuteTool, ExecuteToolRequest(tool_name="close_lëad_☃%25", identifier=account.identifier)),
        (wire.tools.ExecuteTool, ExecuteToolRequest(tool_name="close_me_get", identifier=account.identifier)),
        (wire.tools.ExecuteTool, ExecuteToolRequest(tool_name="close_leads_list", identifier=account.identifier)),
        (wire.tools.ExecuteTool, ExecuteToolRequest(tool_name="close_me_get", identifier="日本 % user")),
        (wire.tools.ExecuteTool, ExecuteToolRequest(tool_name="close_lead_get", identifier=account.identifier)),
        (wire.tools.ListScopedTools, ListScopedToolsRequest()),
        (wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id="ca_1")),
        (wire.accounts.GetConnectedAccountAuth, GetConnectedAccountByIdentifierRequest(connector="ünknown")),
        (wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(page_size=100)),
        (wire.accounts.CreateConnectedAccount, CreateConnectedAccountRequest(
            connector="close", identifier=account.identifier, connected_account=new)),
        (wire.connections.GetEnvironmentConnection, GetEnvironmentConnectionRequest(connection_id="conn_1")),
    ]
    codes = set()
    for method, request in calls:
        refused = wire.refused(method, request)
        assert refused.status is not None, (refused.code, refused.message)
        assert (refused.status.code, refused.status.message) == (refused.code.value[0], refused.message)
        assert refused.info is not None and refused.info.error_code, refused
        codes.add(refused.code.name)
    assert {"INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS"} <= codes


def test_an_expired_or_missing_token_agrees_with_itself_too(house):
    wire = Wire(house)
    refused = wire.refused(wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id="ca_1"))
    if refused.status is not None:
        assert (refused.status.code, refused.status.message) == (16, refused.message)
    wire.close()


def test_texts_of_all_scripts_and_sizes_survive(actions, steady):
    texts = ["Grüße 日本語 العربية 🚀", "line\nbreak\ttab \"quotes\" \\", "x" * 20000, "null", "123", "true", " "]
    for text in texts:
        lead = actions.execute_tool(
            tool_name="close_lead_create", tool_input={"name": "Texts", "description": text},
            identifier=steady.identifier,
        )
        assert lead.data["description"] == text


@pytest.mark.parametrize("service", REFLECTION)
def test_reflection_is_off(house, wire, service):
    method = wire.channel.stream_stream(f"/{service}/ServerReflectionInfo")
    with pytest.raises(grpc.RpcError) as refused:
        # list_services: "*"
        list(method(iter([b"\x3a\x01\x2a"]), metadata=wire.metadata, timeout=10))
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_service_or_method_that_does_not_exist(wire):
    for path in ("/scalekit.v1.tools.ToolService/NoSuchMethod", "/no.such.Service/Method", "/Method"):
        with pytest.raises(grpc.RpcError) as refused:
            wire.channel.unary_unary(path)(b"", metadata=wire.metadata, timeout=10)
        assert refusal(refused.value).code == grpc.StatusCode.UNIMPLEMENTED, path


def test_a_message_that_is_no_protobuf(house, wire):
    """Field 1 says that it is longer than the message."""
    method = wire.channel.unary_unary("/scalekit.v1.tools.ToolService/ExecuteTool")
    for broken in (b"\x0a\xff\xff\xff\x0f", b"\xff" * 40, b"\x0a\x02\xff\xfe"):
        with pytest.raises(grpc.RpcError) as refused:
            method(broken, metadata=wire.metadata, timeout=10)
        assert refused.value.code().name in ("INVALID_ARGUMENT", "INTERNAL"), broken


def test_what_is_newer_than_the_server_is_ignored(wire, steady):
    """A field that the server has never heard of does not disturb a call."""
    request = ExecuteToolRequest(tool_name="close_me_get", identifier=steady.identifier).SerializeToString()
    method = wire.channel.unary_unary("/scalekit.v1.tools.ToolService/ExecuteTool")
    assert method(request + b"\xfa\x3e\x03new", metadata=wire.metadata, timeout=30)


def test_compressed_requests_are_read_or_refused_in_words(house, wire, steady):
    for algorithm in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        request = ExecuteToolRequest(tool_name="close_me_get", identifier=steady.identifier)
        try:
            answer = wire.tools.ExecuteTool(request, metadata=wire.metadata, timeout=30, compression=algorithm)
            assert answer.data["id"] == steady.person["user_id"]
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED and "compressed" in error.details()


@pytest.mark.parametrize("timeout", ["20S", "20100m", "1M", "60000m", "2H", "15000000u", "99999999n", None])
@pytest.mark.parametrize("content_type", ["application/grpc", "application/grpc+proto"])
def test_every_form_of_deadline_and_content_type(house, timeout, content_type):
    client = Http2Client(house, "tls")
    headers = [("content-type", content_type), ("te", "trailers"), ("authorization", f"Bearer {house.token()}")]
    if timeout:
        headers.append(("grpc-timeout", timeout))
    stream = client.start("/scalekit.v1.tools.ToolService/SearchTools", headers)
    request = SearchToolsRequest(query="log a call").SerializeToString()
    client.body(stream, b"\x00" + len(request).to_bytes(4, "big") + request)
    answer, body = client.answer(stream)
    client.close()
    assert answer[":status"] == "200" and answer["grpc-status"] == "0", answer
    assert answer["content-type"] in ("application/grpc", "application/grpc+proto")
    assert body[0] == 0 and len(body) == 5 + int.from_bytes(body[1:5], "big")


def test_what_waits_longer_than_its_deadline_is_ended(house, account):
    """Also where the client's own clock does not help: the server keeps to the deadline it was told."""
    house.fault(account.person, {"delay_seconds": 25}, method="GET", path="/api/v1/me/")
    client = Http2Client(house, "tls")
    headers = [
        ("content-type", "application/grpc"), ("te", "trailers"), ("authorization", f"Bearer {house.token()}"),
        ("grpc-timeout", "2S"),
    ]
    stream = client.start("/scalekit.v1.tools.ToolService/ExecuteTool", headers)
    request = ExecuteToolRequest(tool_name="close_me_get", identifier=account.identifier).SerializeToString()
    started = time.monotonic()
    client.body(stream, b"\x00" + len(request).to_bytes(4, "big") + request)
    answer, _ = client.answer(stream)
    client.close()
    assert answer.get("grpc-status") == "4" and time.monotonic() - started < 8, answer
