"""ConnectionService: where Close is and the OAuth app that belongs to it; with the SDK and with its bare stubs."""

import pytest
from conftest import configure, connect
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitConflictException,
    ScalekitNotFoundException,
)
from scalekit.v1.connections.connections_pb2 import (
    COMPLETED,
    OAUTH,
    CreateConnection,
    DeleteEnvironmentConnectionRequest,
    ToggleEnvironmentConnectionRequest,
    UpdateConnection,
)


def test_the_connection_of_the_page_is_there(sdk):
    listed = sdk.connection.list_app_connections(page_size=30)[0]
    usual = next(one for one in listed.connections if one.key_id == "close")
    assert usual.id.startswith("conn_") and len(usual.id) <= 32
    assert (usual.provider_key, usual.type, usual.status, usual.enabled) == ("CLOSE", OAUTH, COMPLETED, True)
    assert usual.HasField("created_at") and listed.total_size == len(listed.connections)
    assert usual.id in [one.id for one in sdk.connection.list_app_connections(query="clos")[0].connections]
    assert usual.id in [one.id for one in sdk.connection.list_app_connections(provider="CLOSE")[0].connections]
    assert not sdk.connection.list_app_connections(provider="GMAIL")[0].connections


def test_the_secret_of_the_app_is_not_shown(house, sdk):
    usual = next(one for one in sdk.connection.list_app_connections()[0].connections if one.key_id == "close")
    shown = sdk.connection.get_environment_connection(usual.id)[0].connection
    assert shown.oauth_config.client_id.value == house.told["oauth_app"]["client_id"]
    assert shown.oauth_config.redirect_uri == house.told["oauth_app"]["redirect_uri"]
    assert house.told["oauth_app"]["client_secret"] not in str(shown)


def test_a_connection_of_ones_own_from_creation_to_its_first_account(
    house, sdk, actions, second_connection, identifier, person
):
    assert second_connection.status != COMPLETED, "it has no client id and secret yet"
    updated = configure(house, sdk, second_connection)
    assert updated.oauth_config.client_id.value == house.told["oauth_app"]["client_id"]
    shown = sdk.connection.get_environment_connection(second_connection.id)[0].connection
    assert (shown.key_id, shown.status) == (second_connection.key_id, COMPLETED)
    account = connect(actions, identifier, person, connection=second_connection.key_id)
    me = actions.execute_tool(tool_name="close_me_get", tool_input={}, connected_account_id=account.id)
    assert me.data["id"] == person["user_id"]


def test_a_disabled_connection_is_not_used_until_it_is_enabled(house, sdk, actions, wire, second_connection, identifier, person):
    configure(house, sdk, second_connection)
    account = connect(actions, identifier, person, connection=second_connection.key_id)
    toggle = ToggleEnvironmentConnectionRequest(connection_id=second_connection.id)
    assert not wire.call(wire.connections.DisableEnvironmentConnection, toggle).enabled
    with pytest.raises(ScalekitBadRequestException):
        actions.execute_tool(tool_name="close_me_get", tool_input={}, connected_account_id=account.id)
    assert wire.call(wire.connections.EnableEnvironmentConnection, toggle).enabled
    actions.execute_tool(tool_name="close_me_get", tool_input={}, connected_account_id=account.id)


def test_what_is_not_there_and_what_is_there_already(sdk, wire, second_connection):
    for name in ("close", second_connection.key_id):
        with pytest.raises(ScalekitConflictException):
            wanted = CreateConnection(type=OAUTH, provider_key="CLOSE", key_id=name)
            sdk.connection.create_environment_connection(wanted)
    with pytest.raises(ScalekitNotFoundException):
        sdk.connection.get_environment_connection("conn_1")
    with pytest.raises(ScalekitNotFoundException):
        sdk.connection.update_environment_connection("conn_1", UpdateConnection())
    refused = wire.refused(
        wire.connections.DeleteEnvironmentConnection, DeleteEnvironmentConnectionRequest(connection_id="conn_1")
    )
    assert (refused.code.name, refused.info.error_code) == ("NOT_FOUND", "RESOURCE_NOT_FOUND")


def test_limits_of_a_page_of_connections(sdk):
    with pytest.raises(ScalekitBadRequestException):
        sdk.connection.list_app_connections(page_size=31)
    with pytest.raises(ScalekitBadRequestException):
        sdk.connection.list_app_connections(query="cl")
