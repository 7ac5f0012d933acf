"""ConnectedAccountService: the life of a connected account; with the SDK and with its bare stubs."""

from datetime import datetime, timedelta

import pytest
from conftest import connect
from scalekit.common.exceptions import ScalekitConflictException, ScalekitNotFoundException
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    ACTIVE,
    API_KEY,
    DISCONNECTED,
    OAUTH,
    PENDING_AUTH,
    AuthorizationDetails,
    CreateConnectedAccount,
    CreateConnectedAccountRequest,
    DisconnectConnectedAccountRequest,
    GetConnectedAccountByIdentifierRequest,
    GetConnectedAccountRequest,
    GetMagicLinkForConnectedAccountRequest,
    OauthToken,
    SearchConnectedAccountsRequest,
)
from support.browser import consent


def test_from_creation_to_deletion(actions, identifier, person):
    made = actions.create_connected_account(connection_name="close", identifier=identifier).connected_account
    assert (made.status, made.provider, made.connector, made.identifier) == (
        "PENDING_AUTH", "CLOSE", "close", identifier
    )
    assert made.id.startswith("ca_") and len(made.id) <= 32
    with pytest.raises(ScalekitConflictException):
        actions.create_connected_account(connection_name="close", identifier=identifier)

    connected = connect(actions, identifier, person)
    assert connected.id == made.id
    details = actions.get_connected_account_details(connection_name="close", identifier=identifier).connected_account
    assert (details.status, details.authorization_type, details.id) == ("ACTIVE", "OAUTH", made.id)
    now = datetime.utcnow()
    assert now < details.token_expires_at < now + timedelta(hours=1, minutes=1)
    assert now - timedelta(minutes=2) < details.updated_at < now + timedelta(minutes=2)
    assert not details.authorization_details
    by_id = actions.get_connected_account(
        connection_name="close", identifier=identifier, connected_account_id=made.id
    )
    assert by_id.connected_account.id == made.id

    actions.delete_connected_account(connection_name="close", identifier=identifier)
    for gone in (actions.get_connected_account, actions.get_connected_account_details):
        with pytest.raises(ScalekitNotFoundException):
            gone(connection_name="close", identifier=identifier)
    with pytest.raises(ScalekitNotFoundException):
        actions.delete_connected_account(connection_name="close", identifier=identifier)
    fresh = actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    assert fresh.connected_account.id != made.id and fresh.connected_account.status == "PENDING_AUTH"


def test_deleting_gives_the_grant_back_to_close(house, actions, account):
    actions.delete_connected_account(connection_name="close", identifier=account.identifier)
    revoked = house.heard("POST", "/oauth2/revoke/")
    assert revoked and revoked[-1]["status"] == 200


def test_using_an_account_is_remembered(actions, account):
    actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    after = actions.get_connected_account(connection_name="close", identifier=account.identifier).connected_account
    assert after.last_used_at > datetime.utcnow() - timedelta(minutes=2)


def test_a_link_leads_to_consent_and_works_for_an_active_account_too(house, actions, wire, account):
    link = actions.get_authorization_link(connection_name="close", identifier=account.identifier)
    left = link.expiry - datetime.utcnow()
    assert timedelta(seconds=30) < left < timedelta(hours=1)
    page = consent(link.link, account.person)
    assert page.status == 200 and any(house.told["twin_url"] in url for url in page.seen), page.seen
    again = actions.get_connected_account(connection_name="close", identifier=account.identifier).connected_account
    assert (again.id, again.status) == (account.id, "ACTIVE")
    by_id = wire.call(
        wire.accounts.GetMagicLinkForConnectedAccount, GetMagicLinkForConnectedAccountRequest(id=account.id)
    )
    assert by_id.link and by_id.HasField("expiry") and by_id.link != link.link


def test_refusing_leaves_the_account_pending(actions, identifier, person):
    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    link = actions.get_authorization_link(connection_name="close", identifier=identifier)
    page = consent(link.link, person, decision="refuse")
    assert page.heading and page.status < 500
    still = actions.get_connected_account(connection_name="close", identifier=identifier).connected_account
    assert still.status == "PENDING_AUTH"


def test_credentials_may_be_brought_along(house, actions, wire, account, identifier):
    """An application that holds an API key hands it over instead of asking for consent."""
    given = {"static_auth": {"api_key": account.person["key"]}}
    made = actions.get_or_create_connected_account(
        connection_name="close", identifier=identifier, authorization_details=given
    ).connected_account
    assert (made.status, made.authorization_type) == ("ACTIVE", "API_KEY")
    me = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
    assert me.data["id"] == account.person["user_id"]
    raw = wire.call(
        wire.accounts.GetConnectedAccountAuth,
        GetConnectedAccountByIdentifierRequest(connector="close", identifier=identifier),
    )
    assert raw.connected_account.authorization_type == API_KEY
    assert account.person["key"] not in str(raw)

    other = house.new_person()
    replaced = actions.update_connected_account(
        connection_name="close", identifier=identifier,
        authorization_details={"static_auth": {"api_key": other["key"]}},
    ).connected_account
    assert (replaced.id, replaced.status) == (made.id, "ACTIVE")
    me = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
    assert me.data["id"] == other["user_id"]


def test_a_key_that_close_refuses_does_not_become_an_active_account(actions, identifier):
    from scalekit.common.exceptions import ScalekitServerException

    with pytest.raises(ScalekitServerException) as refused:
        actions.create_connected_account(
            connection_name="close", identifier=identifier,
            authorization_details={"static_auth": {"api_key": "api_wrong.wrong"}},
        )
    assert refused.value.http_status.value in (400, 403) and "api_wrong" not in str(refused.value)


def test_api_config_is_merged_key_by_key(actions, identifier):
    actions.create_connected_account(connection_name="close", identifier=identifier, api_config={"a": 1, "b": "x"})
    actions.update_connected_account(connection_name="close", identifier=identifier, api_config={"b": "y", "c": True})
    now = actions.get_connected_account(connection_name="close", identifier=identifier).connected_account
    assert now.api_config == {"a": 1, "b": "y", "c": True}
    assert now.status == "PENDING_AUTH"


def test_the_two_ways_to_say_no_credentials_yet(wire, identifier):
    empty = CreateConnectedAccountRequest(
        connector="close", identifier=identifier, connected_account=CreateConnectedAccount()
    )
    as_node = CreateConnectedAccountRequest(
        connector="close", identifier=f"{identifier}-node",
        connected_account=CreateConnectedAccount(
            authorization_details=AuthorizationDetails(oauth_token=OauthToken())
        ),
    )
    for request in (empty, as_node):
        made = wire.call(wire.accounts.CreateConnectedAccount, request).connected_account
        assert (made.status, made.authorization_type) == (PENDING_AUTH, OAUTH)
        assert made.connection_id.startswith("conn_") and len(made.connection_id) <= 32


def test_lists_are_narrowed_and_searched(actions, wire, account):
    listed = actions.list_connected_accounts(connection_name="close", identifier=account.identifier)
    assert [(one.identifier, one.status) for one in listed.connected_accounts] == [(account.identifier, "ACTIVE")]
    assert listed.total_count == 1 and not listed.next_page_token
    assert actions.list_connected_accounts(
        connection_names=["close", "somewhere"], identifier=account.identifier
    ).total_count == 1
    assert actions.list_connected_accounts(provider="close", identifier=account.identifier).total_count == 1
    assert not actions.list_connected_accounts(provider="gmail", identifier=account.identifier).connected_accounts

    part = account.identifier[5:].upper()
    found = wire.call(wire.accounts.SearchConnectedAccounts, SearchConnectedAccountsRequest(query=part))
    assert [one.id for one in found.connected_accounts] == [account.id]
    elsewhere = SearchConnectedAccountsRequest(query=part, connection_id="conn_1")
    assert wire.refused(wire.accounts.SearchConnectedAccounts, elsewhere).code.name == "NOT_FOUND"


def test_disconnecting_keeps_the_account_and_consent_revives_it(actions, wire, account):
    raw = wire.call(wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id=account.id)).connected_account
    assert (raw.status, raw.identifier) == (ACTIVE, account.identifier)
    gone = wire.call(
        wire.accounts.DisconnectConnectedAccount, DisconnectConnectedAccountRequest(id=account.id)
    ).connected_account
    assert (gone.id, gone.status) == (account.id, DISCONNECTED)
    assert connect(actions, account.identifier, account.person).id == account.id
