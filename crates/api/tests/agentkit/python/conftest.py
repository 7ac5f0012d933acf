"""Who takes part in the tests: Latch, the SDK, raw stubs, and people with and without a connected account."""

import uuid
from dataclasses import dataclass

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from scalekit.client import ScalekitClient
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    DeleteConnectedAccountRequest,
    ListConnectedAccountsRequest,
)
from scalekit.v1.connections.connections_pb2 import (
    OAUTH,
    CreateConnection,
    DeleteEnvironmentConnectionRequest,
    Flags,
    OAuthConnectionConfig,
    UpdateConnection,
)
from support.browser import consent
from support.house import House
from support.wire import Wire


@dataclass
class Account:
    """A connected account, and the person at Close whose it is."""

    id: str
    identifier: str
    person: dict


@pytest.fixture(scope="session")
def house():
    """The running Latch that all suites share."""
    return House.shared()


@pytest.fixture(scope="session")
def sdk(house):
    """The SDK as an application makes it."""
    return ScalekitClient(env_url=house.url, client_id=house.client_id, client_secret=house.client_secret)


@pytest.fixture(scope="session")
def actions(sdk):
    """What the page calls `actions`."""
    return sdk.actions


@pytest.fixture(scope="session")
def wire(house):
    """Raw stubs with a good token."""
    wire = Wire(house, house.token())
    yield wire
    wire.close()


@pytest.fixture
def identifier():
    """A user of the application, new in every test."""
    return f"user-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def person(house):
    """Somebody new at Close."""
    return house.new_person()


def connect(actions, identifier, person, connection="close"):
    """Takes a user from nothing to an active account."""
    actions.get_or_create_connected_account(connection_name=connection, identifier=identifier)
    link = actions.get_authorization_link(connection_name=connection, identifier=identifier)
    page = consent(link.link, person)
    assert page.status == 200, page
    account = actions.get_connected_account(connection_name=connection, identifier=identifier).connected_account
    assert account.status == "ACTIVE", page
    return Account(account.id, identifier, person)


def configure(house, sdk, connection, environment="default"):
    """Hands a connection the OAuth app that the twin knows; the operator says that its Close is the twin."""
    house.cli(
        "connections", "set", connection.key_id, "--close-url", house.told["twin_url"], "--environment", environment
    )
    app = house.told["oauth_app"]
    config = OAuthConnectionConfig(
        client_id=StringValue(value=app["client_id"]),
        client_secret=StringValue(value=app["client_secret"]),
        redirect_uri=app["redirect_uri"],
    )
    wanted = UpdateConnection(oauth_config=config)
    return sdk.connection.update_environment_connection(connection.id, wanted)[0].connection


@pytest.fixture
def account(actions, identifier, person):
    """An active account of a new user."""
    return connect(actions, identifier, person)


@pytest.fixture(scope="module")
def steady(house, actions):
    """An active account that a file of tests shares: nothing may go wrong for it, and nobody disconnects it."""
    return connect(actions, f"user-{uuid.uuid4().hex[:12]}", house.new_person())


@pytest.fixture
def second_connection(sdk, wire):
    """Another connection to Close, made by API; it is gone after the test."""
    wanted = CreateConnection(type=OAUTH, provider_key="CLOSE", key_id=f"close-{uuid.uuid4().hex[:8]}")
    made = sdk.connection.create_environment_connection(wanted, Flags(is_app=True))[0].connection
    yield made
    accounts = wire.call(wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(connector=made.key_id))
    for account in accounts.connected_accounts:
        wire.call(wire.accounts.DeleteConnectedAccount, DeleteConnectedAccountRequest(id=account.id))
    wire.call(
        wire.connections.DeleteEnvironmentConnection, DeleteEnvironmentConnectionRequest(connection_id=made.id)
    )


@pytest.fixture(scope="session")
def others(house):
    """An API client of another environment."""
    return house.new_client("other")


@pytest.fixture(scope="session")
def other_sdk(house, others):
    """The SDK of that client."""
    return ScalekitClient(
        env_url=house.url, client_id=others["client_id"], client_secret=others["client_secret"]
    )
