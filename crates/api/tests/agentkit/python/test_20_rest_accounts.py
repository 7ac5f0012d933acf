"""Connected accounts over REST: the routes and JSON of the gateway that stands beside the RPCs."""

import re

import pytest
from support.browser import consent

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
ACCOUNTS = "/api/v1/connected_accounts"


def create(house, identifier, **more):
    body = {"connector": "close", "identifier": identifier, "connected_account": {}, **more}
    return house.rest("POST", ACCOUNTS, body)


def test_the_life_of_an_account(house, identifier, person):
    made = create(house, identifier)
    assert made.status_code == 201 and made.headers["content-type"].startswith("application/json")
    account = made.json()["connected_account"]
    assert account["id"].startswith("ca_") and account["connection_id"].startswith("conn_")
    assert (account["provider"], account["connector"], account["identifier"]) == ("CLOSE", "close", identifier)
    assert (account["status"], account["authorization_type"]) == ("PENDING_AUTH", "OAUTH")
    assert account["latch"]["status"] == "PENDING"
    assert MOMENT.match(account["updated_at"]), account["updated_at"]

    again = create(house, identifier)
    assert again.status_code == 409 and again.json()["code"] == 6

    link = house.rest("POST", f"{ACCOUNTS}/magic_link", {"connector": "close", "identifier": identifier})
    assert link.status_code == 200 and MOMENT.match(link.json()["expiry"])
    assert consent(link.json()["link"], person).status == 200

    query = {"connector": "close", "identifier": identifier}
    for path in (f"{ACCOUNTS}/auth", f"{ACCOUNTS}/details"):
        shown = house.rest("GET", path, params=query).json()["connected_account"]
        assert (shown["id"], shown["status"]) == (account["id"], "ACTIVE")
        assert MOMENT.match(shown["token_expires_at"]) and not shown.get("authorization_details")
        assert shown["latch"]["close_user"]["email"] == person["user_email"]
    by_id = [f"{ACCOUNTS}/{account['id']}", f"{ACCOUNTS}/this?id={account['id']}", f"{ACCOUNTS}/auth?id={account['id']}"]
    for path in by_id:
        assert house.rest("GET", path).json()["connected_account"]["identifier"] == identifier, path

    gone = house.rest("POST", f"{ACCOUNTS}/{account['id']}:disconnect", {})
    assert gone.status_code == 200 and gone.json()["connected_account"]["status"] == "DISCONNECTED"
    deleted = house.rest("POST", f"{ACCOUNTS}:delete", query)
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert house.rest("GET", f"{ACCOUNTS}/auth", params=query).status_code == 404
    assert house.rest("POST", f"{ACCOUNTS}:delete", query).status_code == 404


@pytest.mark.parametrize("path", ["-:disconnect", "this:disconnect"])
def test_disconnecting_what_the_body_names(house, account, path):
    gone = house.rest("POST", f"{ACCOUNTS}/{path}", {"id": account.id})
    assert gone.status_code == 200 and gone.json()["connected_account"]["id"] == account.id


def test_get_or_create_says_which_it_was(house, identifier):
    body = {"identifier": identifier, "connector": "close"}
    first = house.rest("POST", f"{ACCOUNTS}:get_or_create", body)
    second = house.rest("POST", f"{ACCOUNTS}:get_or_create", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["connected_account"]["id"] == second.json()["connected_account"]["id"]


def test_credentials_and_settings_are_updated(house, identifier, person):
    create(house, identifier)
    changed = house.rest("PUT", ACCOUNTS, {
        "connector": "close", "identifier": identifier,
        "connected_account": {
            "authorization_details": {"static_auth": {"details": {"api_key": person["key"]}}},
            "api_config": {"team": "north", "size": 3},
        },
    })
    assert changed.status_code == 200, changed.text
    account = changed.json()["connected_account"]
    assert (account["status"], account["authorization_type"]) == ("ACTIVE", "API_KEY")
    assert account["api_config"] == {"team": "north", "size": 3} and person["key"] not in changed.text


def test_lists_and_searches(house, account):
    listed = house.rest("GET", ACCOUNTS, params={"connector": "close", "identifier": account.identifier})
    assert listed.status_code == 200
    body = listed.json()
    assert [one["id"] for one in body["connected_accounts"]] == [account.id]
    assert (body["total_size"], body["next_page_token"], body["prev_page_token"]) == (1, "", "")
    several = [("connection_names", "close"), ("connection_names", "else"), ("query", account.identifier.upper())]
    assert house.rest("GET", ACCOUNTS, params=several).json()["total_size"] == 1
    found = house.rest("GET", f"{ACCOUNTS}:search", params={"query": account.identifier[5:]})
    assert [one["id"] for one in found.json()["connected_accounts"]] == [account.id]
    for wrong in ({"page_size": "100"}, {"page_size": "many"}, {"connector": "close", "connection_names": "close"}):
        assert house.rest("GET", ACCOUNTS, params=wrong).status_code == 400, wrong
    assert house.rest("GET", f"{ACCOUNTS}:search", params={"query": "ab"}).status_code == 400


def test_verifying_a_user(house, actions, identifier, person):
    create(house, identifier)
    link = house.rest("POST", f"{ACCOUNTS}/magic_link", {
        "connector": "close", "identifier": identifier, "state": "s", "user_verify_url": "https://app.example.com/v",
    })
    back = consent(link.json()["link"], person).url
    request_id = re.search(r"auth_request_id=([^&]+)", back).group(1)
    verify = f"{ACCOUNTS}/user/verify"
    wrong = house.rest("POST", verify, {"auth_request_id": request_id, "identifier": "another"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, 7)
    shown = house.rest("GET", f"{ACCOUNTS}/auth", params={"connector": "close", "identifier": identifier}).json()
    assert shown["connected_account"]["status"] in ("PENDING_VERIFICATION", "PENDING_AUTH")
    unknown = house.rest("POST", verify, {"auth_request_id": "never", "identifier": identifier})
    assert (unknown.status_code, unknown.json()["code"]) == (404, 5)


def test_an_error_says_the_same_twice(house):
    """In the words of the RPCs, and in those of Latch."""
    answer = house.rest("GET", f"{ACCOUNTS}/ca_1")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (404, 5) and body["message"]
    [detail] = body["details"]
    assert detail["@type"] == "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
    assert detail["error_code"] == "RESOURCE_NOT_FOUND"
    assert body["error"]["class"] == "not_found" and body["message"].startswith(body["error"]["message"])


def test_what_cannot_be_read_is_refused(house, identifier):
    wrong = [
        (ACCOUNTS, "not json at all"), (ACCOUNTS, ["a list"]), (ACCOUNTS, {"connector": 5, "identifier": identifier}),
        (ACCOUNTS, {"connector": "close"}), (f"{ACCOUNTS}/magic_link", {}), (f"{ACCOUNTS}:delete", {}),
    ]
    for path, body in wrong:
        answer = house.rest("POST", path, body)
        assert answer.status_code == 400 and answer.json()["code"] == 3, (path, body, answer.text)
