"""An older SDK that repeats every failing call three times, and asks for tokens without end when told to log in."""

import time
import uuid

import pytest
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import ScalekitServerException
from support.browser import consent
from support.house import House


@pytest.fixture(scope="module")
def house():
    return House.shared()


@pytest.fixture
def sdk(house):
    """The old SDK, which also counts how often it asks for a token."""
    client = ScalekitClient(env_url=house.url, client_id=house.client_id, client_secret=house.client_secret)
    original = client.core_client.authenticate
    client.logins = 0

    def authenticate(*arguments, **more):
        client.logins += 1
        assert client.logins < 20, "it would go on for ever"
        return original(*arguments, **more)

    client.core_client.authenticate = authenticate
    return client


@pytest.fixture
def account(house, sdk):
    """An active account of a person of its own."""
    identifier, person = f"old-{uuid.uuid4().hex[:10]}", house.new_person()
    sdk.actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    link = sdk.actions.get_authorization_link(connection_name="close", identifier=identifier)
    assert consent(link.link, person).status == 200
    return identifier, person


def run(sdk, identifier, tool="close_me_get", **given):
    return sdk.actions.execute_tool(tool_name=tool, tool_input=given, identifier=identifier)


def test_trap_06_what_works_works_the_same(sdk, account):
    identifier, person = account
    assert run(sdk, identifier).data["id"] == person["user_id"]
    assert sdk.logins == 0


def test_trap_06_a_failing_call_comes_three_times_and_is_refused_each_time(house, sdk, account):
    identifier, person = account
    name = f"Three times {identifier}"
    house.fault(person, {"status": 422}, method="POST", path="/api/v1/lead/")
    with pytest.raises(ScalekitServerException):
        run(sdk, identifier, "close_lead_create", name=name)
    assert len(house.heard("POST", "/api/v1/lead/", name)) == 3
    assert sdk.logins == 0


def test_trap_06_an_account_that_close_no_longer_lets_in_ends_the_loop(house, sdk, account):
    """The first answer may be UNAUTHENTICATED; from then on it is the account's state that is told."""
    identifier, person = account
    house.lever("POST", "/grants/revoke", account=person["user_email"])
    started = time.monotonic()
    with pytest.raises(ScalekitServerException) as refused:
        run(sdk, identifier)
    assert refused.value.grpc_status.name == "FAILED_PRECONDITION", refused.value
    assert sdk.logins <= 2 and time.monotonic() - started < 15


def test_trap_06_a_401_that_stays_ends_the_loop_too(house, sdk, account):
    identifier, person = account
    house.fault(person, {"status": 401}, path_prefix="/api/v1/")
    with pytest.raises(ScalekitServerException):
        run(sdk, identifier)
    assert sdk.logins <= 3


def test_trap_06_a_removed_client_is_told_so_once(house):
    client = house.new_client()
    sdk = ScalekitClient(env_url=house.url, client_id=client["client_id"], client_secret=client["client_secret"])
    house.cli("clients", "delete", client["client_id"])
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            sdk.actions.tools.list_tools(page_size=1)
        except ScalekitServerException as error:
            assert error.grpc_status.name == "UNAUTHENTICATED"
            return
        time.sleep(0.2)
    raise AssertionError("the client is still let in")


def test_trap_06_pending_accounts_do_not_send_it_to_the_token_endpoint(sdk):
    identifier = f"old-{uuid.uuid4().hex[:10]}"
    sdk.actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    with pytest.raises(ScalekitServerException):
        run(sdk, identifier)
    assert sdk.logins == 0
