"""The tokens of Close behind an account: refreshed unseen, once, and noticed when they are taken back."""

from concurrent.futures import ThreadPoolExecutor

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from conftest import connect
from scalekit.v1.connected_accounts.connected_accounts_pb2 import EXPIRED, GetConnectedAccountRequest


def test_access_taken_back_at_close_is_noticed(house, actions, wire, account):
    house.lever("POST", "/grants/revoke", account=account.person["user_email"])
    with pytest.raises(Exception):
        actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    raw = wire.call(wire.accounts.GetConnectedAccount, GetConnectedAccountRequest(id=account.id)).connected_account
    assert raw.status == EXPIRED
    assert connect(actions, account.identifier, account.person).id == account.id


def test_a_token_that_ran_out_is_refreshed_unseen(house, actions, account):
    house.lever("POST", "/tokens/expire", account=account.person["user_email"])
    answer = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    assert answer.data["id"] == account.person["user_id"]


def test_many_calls_at_once_refresh_once(house, actions, account):
    """A refresh token is good for one use, so a second refresh would end the grant."""
    house.lever("POST", "/tokens/expire", account=account.person["user_email"])
    before = len(house.heard("POST", "/oauth2/token/", "grant_type=refresh_token"))
    with ThreadPoolExecutor(16) as pool:
        run = lambda _: actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
        ids = {answer.data["id"] for answer in pool.map(run, range(32))}
    assert ids == {account.person["user_id"]}
    refreshes = house.heard("POST", "/oauth2/token/", "grant_type=refresh_token")[before:]
    assert {one["status"] for one in refreshes} == {200}
    shown = actions.get_connected_account(connection_name="close", identifier=account.identifier)
    assert shown.connected_account.status == "ACTIVE"


def tokens_from_close(house, person):
    """What an application has that did the OAuth flow by itself."""
    app, close = house.told["oauth_app"], house.told["twin_url"]
    asked = {
        "client_id": app["client_id"], "response_type": "code", "redirect_uri": app["redirect_uri"],
        "membership": f"{person['user_id']}|{person['organization_id']}", "decision": "approve",
    }
    agreed = requests.post(f"{close}/oauth2/authorize/", data=asked, allow_redirects=False, timeout=10)
    [code] = parse_qs(urlsplit(agreed.headers["location"]).query)["code"]
    answer = requests.post(
        f"{close}/oauth2/token/", timeout=10,
        data={
            "grant_type": "authorization_code", "code": code, "redirect_uri": app["redirect_uri"],
            "client_id": app["client_id"], "client_secret": app["client_secret"],
        },
    )
    return answer.json()


def test_tokens_may_be_brought_along_and_are_refreshed_from_then_on(house, actions, identifier, person):
    tokens = tokens_from_close(house, person)
    made = actions.create_connected_account(
        connection_name="close", identifier=identifier,
        authorization_details={
            "oauth_token": {
                "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"],
                "scopes": ["all.full_access", "offline_access"],
            }
        },
    ).connected_account
    assert (made.status, made.authorization_type) == ("ACTIVE", "OAUTH") and not made.authorization_details
    for expire in (False, True):
        if expire:
            house.lever("POST", "/tokens/expire", account=person["user_email"])
        me = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
        assert me.data["id"] == person["user_id"]
