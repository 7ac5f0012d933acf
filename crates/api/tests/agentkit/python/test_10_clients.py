"""API clients: a secret is rotated without a gap, and a client that is removed is out within seconds."""

import time

import pytest
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import ScalekitUnauthorizedException
from support.house import PATIENCE


def sdk_of(house, client_id, client_secret):
    return ScalekitClient(env_url=house.url, client_id=client_id, client_secret=client_secret)


def until_refused(call):
    """How long it took until a call was refused."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        try:
            call()
        except ScalekitUnauthorizedException:
            return time.monotonic() - started
        time.sleep(0.2)
    raise AssertionError("the client is still let in")


def test_both_secrets_work_while_a_program_is_moved_to_the_new_one(house):
    client = house.new_client()
    old = sdk_of(house, client["client_id"], client["client_secret"])
    rotated = house.cli("clients", "rotate", client["client_id"])
    assert rotated["client_id"] == client["client_id"]
    assert rotated["client_secret"] != client["client_secret"]
    new = sdk_of(house, client["client_id"], rotated["client_secret"])
    overlapping = sdk_of(house, client["client_id"], client["client_secret"])
    for sdk in (old, new, overlapping):
        assert sdk.actions.list_tools(page_size=1).tools


def test_without_overlap_the_old_secret_and_its_tokens_end_at_once(house):
    client = house.new_client()
    old = sdk_of(house, client["client_id"], client["client_secret"])
    rotated = house.cli("clients", "rotate", client["client_id"], "--overlap", "0")
    assert until_refused(lambda: old.actions.list_tools(page_size=1)) < 10
    with pytest.raises(ScalekitUnauthorizedException):
        sdk_of(house, client["client_id"], client["client_secret"])
    new = sdk_of(house, client["client_id"], rotated["client_secret"])
    assert new.actions.list_tools(page_size=1).tools


def test_tokens_outlive_the_rotation_of_the_signing_key(house):
    client = house.new_client()
    sdk = sdk_of(house, client["client_id"], client["client_secret"])
    token = sdk.get_client_access_token()
    house.cli("keys", "rotate")
    assert house.rest("GET", "/api/v1/tools?page_size=1", token=token).status_code == 200
    later = sdk_of(house, client["client_id"], client["client_secret"])
    assert later.validate_access_token(token) and later.validate_access_token(later.get_client_access_token())


def test_a_removed_client_is_out_within_seconds_with_tokens_and_all(house):
    client = house.new_client()
    sdk = sdk_of(house, client["client_id"], client["client_secret"])
    token = sdk.get_client_access_token()
    assert sdk.actions.list_tools(page_size=1).tools
    house.cli("clients", "delete", client["client_id"])
    assert until_refused(lambda: sdk.actions.list_tools(page_size=1)) < 10
    assert house.rest("GET", "/api/v1/tools", token=token).status_code == 401
    with pytest.raises(ScalekitUnauthorizedException):
        sdk_of(house, client["client_id"], client["client_secret"])


def test_basic_authentication_serves_rest_as_well(house):
    import requests

    def ask(secret):
        url = f"{house.url}/api/v1/tools?page_size=1"
        return requests.get(url, auth=(house.client_id, secret), verify=house.verify, timeout=PATIENCE)

    assert ask(house.client_secret).status_code == 200
    assert ask("wrong").status_code == 401
