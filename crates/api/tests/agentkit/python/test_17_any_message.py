"""Messages that nobody would send, made from the definitions: every one is answered or refused for a reason."""

import random

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from scalekit.v1.connected_accounts.connected_accounts_pb2 import DESCRIPTOR as ACCOUNTS
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    CreateConnectedAccount,
    CreateConnectedAccountRequest,
)
from scalekit.v1.connections.connections_pb2 import DESCRIPTOR as CONNECTIONS
from scalekit.v1.tools.tools_pb2 import DESCRIPTOR as TOOLS
from support.wire import Wire

TEXTS = [
    "", " ", "close", "ca_1", "conn_1", "x" * 31, "x" * 5000, "é☃🚀", "a\x00b", "\r\n", "'; DROP TABLE accounts; --", "%s%n",
    "../..", "-1", "null", "{}", "[", "ACTIVE", "close_me_get", "close_leads_list", "https://app.example.com", "\u202e",
]
NUMBERS = [0, 1, 2, 29, 30, 31, 99, 100, 1000, 2**31 - 1, 2**32 - 1]
EACH = 40
SERVED = {
    TOOLS.services_by_name["ToolService"]: [
        "ListTools", "ListScopedTools", "ListAvailableTools", "SearchTools", "ExecuteTool",
    ],
    ACCOUNTS.services_by_name["ConnectedAccountService"]: [
        "ListConnectedAccounts", "SearchConnectedAccounts", "CreateConnectedAccount", "UpdateConnectedAccount",
        "DeleteConnectedAccount", "GetMagicLinkForConnectedAccount", "GetConnectedAccountAuth",
        "GetConnectedAccountDetails", "VerifyConnectedAccountUser", "GetConnectedAccount", "DisconnectConnectedAccount",
    ],
    CONNECTIONS.services_by_name["ConnectionService"]: [
        "ListAppConnections", "GetEnvironmentConnection", "CreateEnvironmentConnection", "UpdateEnvironmentConnection",
        "EnableEnvironmentConnection", "DisableEnvironmentConnection", "DeleteEnvironmentConnection",
    ],
}
METHODS = [service.methods_by_name[name] for service, names in SERVED.items() for name in names]
REASONS = {
    "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION", "PERMISSION_DENIED", "OUT_OF_RANGE",
    "UNIMPLEMENTED",
}


@pytest.fixture(scope="module")
def elsewhere(house):
    """An environment where it does not matter what becomes of it."""
    client = house.new_client("any-message")
    wire = Wire(house, house.token(client["client_id"], client["client_secret"]))
    # Names of what is there, so that messages get past the first check.
    new = CreateConnectedAccountRequest(
        connector="close", identifier="somebody", connected_account=CreateConnectedAccount()
    )
    account = wire.call(wire.accounts.CreateConnectedAccount, new).connected_account
    TEXTS.extend([account.id, account.identifier, account.connection_id] * 3)
    yield wire
    wire.close()


def fill(message, chance, depth=0):
    """Sets about half of the fields to something."""
    for field in message.DESCRIPTOR.fields:
        if depth > 4 or chance.random() < 0.5:
            continue
        count = chance.randint(0, 3) if field.is_repeated else 1
        for _ in range(count):
            _set(message, field, chance, depth)


def _set(message, field, chance, depth):
    if field.message_type and field.message_type.GetOptions().map_entry:
        getattr(message, field.name)[chance.choice(TEXTS)] = chance.choice(TEXTS) if depth < 4 else ""
    elif field.message_type and field.message_type.full_name == "google.protobuf.Struct":
        getattr(message, field.name).update({chance.choice(TEXTS): chance.choice([None, 1e308, -0.5, True, ["a"], {"b": 1}])})
    elif field.message_type:
        place = getattr(message, field.name)
        fill(place.add() if field.is_repeated else place, chance, depth + 1)
        if not field.is_repeated:
            place.SetInParent()
    else:
        kinds = {
            FieldDescriptor.TYPE_STRING: TEXTS, FieldDescriptor.TYPE_BOOL: [True, False],
            FieldDescriptor.TYPE_BYTES: [b"", b"\xff\x00"],
        }
        value = chance.choice(kinds.get(field.type, NUMBERS))
        if field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_SINT32):
            value = min(value, 2**31 - 1)
        getattr(message, field.name).append(value) if field.is_repeated else setattr(message, field.name, value)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_no_message_breaks_the_server(elsewhere, method):
    chance = random.Random(f"{method.name} 7")
    call = elsewhere.channel.unary_unary(f"/{method.containing_service.full_name}/{method.name}")
    answer_type = GetMessageClass(method.output_type)
    for _ in range(EACH):
        request = GetMessageClass(method.input_type)()
        fill(request, chance)
        try:
            answer_type.FromString(
                call(request.SerializeToString(), metadata=elsewhere.metadata, timeout=10)
            )
        except grpc.RpcError as error:
            assert error.code().name in REASONS, (request, error.code(), error.details())
