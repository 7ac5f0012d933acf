"""`actions.request`: any path of Close on behalf of an account, as it is."""

import http.client
from urllib.parse import urlsplit

import pytest
from conftest import connect


def ask(actions, account, path, method="GET", **more):
    return actions.request(connection_name="close", identifier=account.identifier, path=path, method=method, **more)


def test_reading_and_writing_go_through_as_they_are(house, actions, steady):
    me = ask(actions, steady, "/api/v1/me/")
    assert me.status_code == 200 and me.json()["id"] == steady.person["user_id"]
    made = ask(actions, steady, "/api/v1/lead/", "POST", body={"name": "By proxy", "description": "naïve"})
    assert made.status_code in (200, 201) and made.json()["description"] == "naïve"
    path = f"/api/v1/lead/{made.json()['id']}/"
    assert ask(actions, steady, path, "PUT", body={"name": "Renamed"}).json()["display_name"] == "Renamed"
    assert ask(actions, steady, path, query_params={"_fields": "display_name"}).json() == {"display_name": "Renamed"}
    assert ask(actions, steady, path, "DELETE").status_code in (200, 204)
    assert ask(actions, steady, path).status_code == 404


def test_the_query_arrives_untouched(house, actions, steady):
    mark = steady.identifier
    ask(actions, steady, "/api/v1/lead/", query_params={"query": f"{mark} a&b=c/ü", "_limit": 1, "x": ["1", "2"]})
    sent = house.heard("GET", "/api/v1/lead/", mark)[-1]["query"]
    assert "a%26b%3Dc%2F%C3%BC" in sent and "x=1&x=2" in sent


def test_bodies_of_other_kinds_and_headers_pass(house, actions, steady):
    form = ask(actions, steady, "/api/v1/lead/", "POST", form_data={"name": steady.identifier})
    assert form.status_code == 415, "Close takes JSON only, and that is its answer"
    assert house.heard("POST", "/api/v1/lead/", f"name={steady.identifier}")
    raw = ask(
        actions, steady, "/api/v1/lead/", "POST", raw_body='{"name": "Raw"}',
        headers={"Content-Type": "application/json"},
    )
    assert raw.json()["display_name"] == "Raw"


def test_what_close_answers_is_passed_on_with_its_headers(actions, steady):
    answer = ask(actions, steady, "/api/v1/lead/lead_none/")
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("application/json")
    assert "ratelimit" in {name.lower() for name in answer.headers}, dict(answer.headers)


def test_a_token_that_ran_out_is_refreshed_before_the_caller_sees_a_401(house, actions, account):
    house.lever("POST", "/tokens/expire", account=account.person["user_email"])
    answer = ask(actions, account, "/api/v1/me/")
    assert answer.status_code == 200 and answer.json()["id"] == account.person["user_id"]


@pytest.mark.parametrize("who", ["nobody", "pending", "nowhere"])
def test_an_account_that_cannot_be_used_is_a_4xx_other_than_401(actions, identifier, who):
    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    answer = actions.request(
        connection_name="nowhere" if who == "nowhere" else "close",
        identifier=identifier if who == "pending" else "nobody", path="/api/v1/me/",
    )
    assert answer.status_code in ((400, 409, 412, 403) if who == "pending" else (404,)), answer.text
    if who == "pending":
        assert "PENDING" in answer.text


def test_the_way_leads_to_close_and_nowhere_else(house, actions, steady):
    ways = [
        "/@example.com/", "//example.com/api/v1/me/", "/../../keys", "/%2e%2e/%2e%2e/keys", "/api/v1/../../oauth2/token/",
        "/http://example.com/", "/\\example.com/", "/api/v1/me/%0d%0aHost:%20example.com", "",
        "/api/v1/%2e%2e/%2e%2e/_twin/ready", ":9/", "/.", "/?", "/#x",
    ]
    where = urlsplit(house.clear_url)
    for path in ways:
        # Sent as it is written: other libraries tidy such paths up first.
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        connection.request("GET", f"/proxy{path}", headers={
            "authorization": f"Bearer {house.token()}", "connection_name": "close", "identifier": steady.identifier,
        })
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status < 500 and answer.status not in (200, 401), (path, answer.status, text)
        connection.close()


def test_credentials_of_the_caller_and_hop_by_hop_headers_stay_here(house, actions, steady):
    answer = ask(
        actions, steady, "/api/v1/me/",
        headers={"cookie": "session=1", "x-forwarded-host": "example.com", "te": "trailers", "accept": "application/json"},
    )
    assert answer.status_code == 200
    heard = house.heard("GET", "/api/v1/me/")[-1]
    assert heard["authorization_kind"] == "bearer", "the account's own token, not the caller's"
    # A client that puts its own credentials in the query or asks as somebody else is still the account.
    assert answer.json()["id"] == steady.person["user_id"]


def test_without_the_headers_or_a_token_nothing_is_sent(house, steady):
    import requests

    assert house.rest("GET", "/proxy/api/v1/me/").status_code == 400
    assert house.rest("GET", "/proxy/api/v1/me/", headers={"connection_name": "close"}).status_code == 400
    bare = requests.get(
        f"{house.url}/proxy/api/v1/me/", verify=house.verify, timeout=10,
        headers={"connection_name": "close", "identifier": steady.identifier},
    )
    assert bare.status_code == 401


def test_a_stale_token_is_renewed_by_the_sdk_and_the_request_repeated(house, actions, identifier, person):
    from scalekit.client import ScalekitClient

    mine = ScalekitClient(env_url=house.url, client_id=house.client_id, client_secret=house.client_secret)
    account = connect(mine.actions, identifier, person)
    mine.core_client.access_token = "stale"
    assert ask(mine.actions, account, "/api/v1/me/").status_code == 200
