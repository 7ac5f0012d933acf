"""Tools and connections over REST."""

import json

TOOLS = "/api/v1/tools"


def execute(house, **body):
    return house.rest("POST", "/api/v1/execute_tool", body)


def names(answer):
    assert answer.status_code == 200, answer.text
    return [tool["definition"]["name"] for tool in answer.json()["tools"]]


def test_listing_with_dotted_filters(house, steady):
    everything = house.rest("GET", TOOLS)
    assert len(names(everything)) == everything.json()["total_size"] >= 81
    two = [("filter.tool_name", "close_me_get"), ("filter.tool_name", "close_lead_get")]
    assert sorted(names(house.rest("GET", TOOLS, params=two))) == ["close_lead_get", "close_me_get"]
    assert names(house.rest("GET", TOOLS, params={"filter.provider": "gmail"})) == []
    assert "close_lead_create" in names(house.rest("GET", TOOLS, params={"filter.query": "create lead"}))
    short = house.rest("GET", TOOLS, params={"filter.summary": "true", "page_size": 5}).json()
    assert len(short["tool_names"]) == 5 and not short["tools"] and short["next_page_token"]
    mine = {"filter.connector": "close", "filter.identifier": steady.identifier, "page_size": 1}
    assert len(names(house.rest("GET", TOOLS, params=mine))) == 1
    mine["filter.identifier"] = "nobody"
    assert house.rest("GET", TOOLS, params=mine).status_code == 404
    for wrong in ({"filter.query": "ab"}, {"page_size": "x"}, {"filter.summary": "perhaps"}):
        assert house.rest("GET", TOOLS, params=wrong).status_code == 400, wrong


def test_scoped_available_and_searched(house, steady):
    scoped = house.rest("GET", f"{TOOLS}/scoped", params={
        "identifier": steady.identifier, "filter.connection_names": "close", "filter.tool_names": "close_lead_get",
    })
    [tool] = scoped.json()["tools"]
    assert (tool["connected_account_id"], tool["identifier"]) == (steady.id, steady.identifier)
    definition = tool["tool"]["definition"]
    assert definition["name"] == "close_lead_get" and definition["input_schema"]["required"] == ["lead_id"]
    assert definition["annotations"]["read_only_hint"] is True and tool["tool"]["provider"] == "CLOSE"
    assert house.rest("GET", f"{TOOLS}/scoped").status_code == 400
    available = house.rest("GET", f"{TOOLS}/available", params={"identifier": steady.identifier})
    assert len(names(available)) >= 81
    found = house.rest("POST", f"{TOOLS}:search", {"query": "log a call", "identifier": steady.identifier, "top_k": 3})
    assert found.status_code == 200 and 0 < len(found.json()["tools"]) <= 3
    ready = found.json()["tools"][0]["connections"][0]
    assert ready["readiness_state"] == "TOOL_READINESS_STATE_READY"


def test_executing_with_the_schema_and_with_the_documentation(house, steady):
    for given in ("params", "tool_input"):
        answer = execute(house, tool_name="close_leads_list", identifier=steady.identifier, **{given: {"_limit": 2}})
        assert answer.status_code == 200 and len(answer.json()["data"]["data"]) == 2
        assert answer.json()["execution_id"]
    by_id = execute(house, tool_name="close_me_get", connected_account_id=steady.id)
    assert by_id.json()["data"]["id"] == steady.person["user_id"]


def test_numbers_stay_integers(house, steady):
    lead = execute(house, tool_name="close_lead_create", identifier=steady.identifier, params={"name": "Numbers"})
    pipelines = execute(house, tool_name="close_pipelines_list", identifier=steady.identifier).json()["data"]
    made = execute(
        house, tool_name="close_opportunity_create", identifier=steady.identifier,
        params={
            "lead_id": lead.json()["data"]["id"], "status_id": pipelines["data"][0]["statuses"][0]["id"],
            "value": 1200000,
        },
    )
    value = json.loads(made.text, parse_float=lambda text: f"a float: {text}")["data"]["value"]
    assert value == 1200000


def test_errors_of_close_and_of_callers(house, account):
    wrong = execute(house, tool_name="close_lead_get", identifier=account.identifier, params={"id": 1})
    body = wrong.json()
    assert (wrong.status_code, body["code"], body["error"]["class"]) == (400, 3, "invalid_arguments")
    fields = [one["field"] for one in body["details"][0]["validation_error_info"]["field_violations"]]
    assert "lead_id" in fields and body["details"][0]["error_code"] == "VALIDATION_ERROR"

    none = execute(house, tool_name="close_lead_get", identifier=account.identifier, params={"lead_id": "lead_none"})
    body = none.json()
    assert (none.status_code, body["code"], body["error"]["class"]) == (404, 5, "api")
    detail = body["details"][0]
    assert detail["error_code"] == "TOOL_ERROR" and detail["tool_error_info"]["execution_id"]

    house.fault(account.person, {"rate_limited": {"reset_seconds": 3600}}, method="GET", path="/api/v1/me/")
    slow = execute(house, tool_name="close_me_get", identifier=account.identifier)
    assert slow.status_code == 429 and int(slow.headers["retry-after"]) > 0 and slow.json()["code"] == 8
    house.fault(account.person, {"status": 502}, method="GET", path="/api/v1/user/")
    broken = execute(house, tool_name="close_users_list", identifier=account.identifier)
    assert (broken.status_code, broken.json()["code"]) == (500, 13)
    unknown = execute(house, tool_name="close_nothing", identifier=account.identifier)
    assert (unknown.status_code, unknown.json()["error"]["class"]) == (404, "unknown_function")


def test_connections(house):
    listed = house.rest("GET", "/api/v1/connections/app", params={"page_size": 30}).json()
    usual = next(one for one in listed["connections"] if one["key_id"] == "close")
    assert (usual["type"], usual["status"], usual["provider_key"]) == ("OAUTH", "COMPLETED", "CLOSE")
    made = house.rest("POST", "/api/v1/connections", {"type": "OAUTH", "provider_key": "CLOSE", "key_id": "close-rest"})
    assert made.status_code in (200, 201), made.text
    path = f"/api/v1/connections/{made.json()['connection']['id']}"
    secret = "a-secret-nobody-sees"
    changed = house.rest("PATCH", path, {"oauth_config": {"client_id": "oa2client_x", "client_secret": secret}})
    assert changed.status_code == 200 and secret not in changed.text
    assert changed.json()["connection"]["oauth_config"]["client_id"] == "oa2client_x"
    assert house.rest("PATCH", f"{path}:disable").json()["enabled"] is False
    assert house.rest("PATCH", f"{path}:enable").json()["enabled"] is True
    shown = house.rest("GET", path)
    assert shown.json()["connection"]["key_id"] == "close-rest" and secret not in shown.text
    assert house.rest("DELETE", path).status_code == 200
    assert house.rest("GET", path).status_code == 404


def test_without_a_token_nothing_is_shown(house):
    import requests

    for method, path in (("GET", TOOLS), ("POST", "/api/v1/execute_tool"), ("GET", "/api/v1/connections/app")):
        answer = requests.request(method, house.url + path, json={}, verify=house.verify, timeout=10)
        assert answer.status_code == 401 and answer.json()["code"] == 16
        assert "www-authenticate" in answer.headers


def test_routes_and_methods_that_do_not_exist(house):
    assert house.rest("GET", "/api/v1/nothing").status_code == 404
    wrong = house.rest("DELETE", "/api/v1/execute_tool")
    assert wrong.status_code == 405 and "POST" in wrong.headers["allow"]
