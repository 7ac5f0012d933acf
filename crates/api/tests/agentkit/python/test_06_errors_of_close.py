"""What goes wrong at Close: the exception of each case, what it carries, and how often Close was asked."""

import time

import pytest
from scalekit.client import ScalekitClient
from scalekit.common.exceptions import (
    ScalekitToolException,
    ScalekitToolForbiddenException,
    ScalekitToolRateLimitException,
    ScalekitToolUnauthorizedException,
)

TROUBLE = [
    # What Close does, for reading and for writing; the exception, its gRPC status, its HTTP status.
    ({"status": 401}, ScalekitToolUnauthorizedException, "UNAUTHENTICATED", 401),
    ({"status": 403}, ScalekitToolForbiddenException, "PERMISSION_DENIED", 403),
    ({"rate_limited": {"reset_seconds": 3600}}, ScalekitToolRateLimitException, "RESOURCE_EXHAUSTED", 429),
    ({"status": 400}, ScalekitToolException, "INVALID_ARGUMENT", 400),
    ({"status": 404}, ScalekitToolException, "NOT_FOUND", 404),
    ({"status": 422}, ScalekitToolException, "INVALID_ARGUMENT", 400),
    ({"status": 500}, ScalekitToolException, "INTERNAL", 500),
    ({"status": 503}, ScalekitToolException, "INTERNAL", 500),
    ("html", ScalekitToolException, "INTERNAL", 500),
    ("malformed_json", ScalekitToolException, "INTERNAL", 500),
    ("truncated", ScalekitToolException, "INTERNAL", 500),
    ("drop_before", ScalekitToolException, "INTERNAL", 500),
    ("drop_after", ScalekitToolException, "INTERNAL", 500),
]


def name_of(kind):
    return kind if isinstance(kind, str) else "_".join(f"{key}_{value}" for key, value in kind.items())[:20]


def check(error, kind, grpc_status, http_status):
    """What every error from Close has in common."""
    assert type(error) is kind, type(error)
    assert (error.error_code, error.grpc_status.name, error.http_status.value) == (
        "TOOL_ERROR", grpc_status, http_status
    )
    assert error.execution_id and error.tool_error_message and error.tool_error_code
    assert error.message and error.message == error.args[0].details()


@pytest.mark.parametrize("trouble", TROUBLE, ids=[name_of(kind) for kind, *_ in TROUBLE])
def test_reading_while_close_is_in_trouble(house, actions, account, trouble):
    kind, exception, grpc_status, http_status = trouble
    house.fault(account.person, kind, method="GET", path="/api/v1/lead/")
    with pytest.raises(ScalekitToolException) as failed:
        actions.execute_tool(tool_name="close_leads_list", tool_input={}, identifier=account.identifier)
    check(failed.value, exception, grpc_status, http_status)


@pytest.mark.parametrize("trouble", TROUBLE[5:], ids=[name_of(kind) for kind, *_ in TROUBLE[5:]])
def test_a_write_reaches_close_once_however_it_ends(house, actions, account, trouble):
    kind, exception, grpc_status, http_status = trouble
    house.fault(account.person, kind, method="POST", path="/api/v1/lead/")
    name = f"Once only {account.identifier}"
    with pytest.raises(ScalekitToolException) as failed:
        actions.execute_tool(
            tool_name="close_lead_create", tool_input={"name": name}, identifier=account.identifier
        )
    check(failed.value, exception, grpc_status, http_status)
    assert len(house.heard("POST", "/api/v1/lead/", name)) == 1
    if grpc_status == "INTERNAL":
        assert "not known" in failed.value.message, "whether it was done is not known, and that is said"


def test_what_close_says_about_fields_is_passed_on(actions, steady):
    with pytest.raises(ScalekitToolException) as failed:
        actions.execute_tool(
            tool_name="close_opportunity_create",
            tool_input={"lead_id": "lead_none", "status_id": "stat_none", "value": 1},
            identifier=steady.identifier,
        )
    check(failed.value, ScalekitToolException, "INVALID_ARGUMENT", 400)
    fields = failed.value._unpacked_details[0].validation_error_info.field_violations
    assert {"lead", "status"} <= {one.field for one in fields}
    assert "Object does not exist" in failed.value.tool_error_message


def test_what_close_has_not_is_not_found(actions, steady):
    with pytest.raises(ScalekitToolException) as failed:
        actions.execute_tool(
            tool_name="close_lead_get", tool_input={"lead_id": "lead_none"}, identifier=steady.identifier
        )
    check(failed.value, ScalekitToolException, "NOT_FOUND", 404)


def test_what_the_person_may_not_do_is_forbidden(house, actions, identifier):
    from conftest import connect

    limited = connect(actions, identifier, house.new_person(role="user"))
    with pytest.raises(ScalekitToolForbiddenException) as failed:
        actions.execute_tool(
            tool_name="close_custom_field_lead_create", tool_input={"name": "Colour", "type": "text"},
            identifier=limited.identifier,
        )
    check(failed.value, ScalekitToolForbiddenException, "PERMISSION_DENIED", 403)


def test_a_short_wait_that_close_asks_for_is_waited(house, actions, account):
    house.fault(account.person, {"rate_limited": {"reset_seconds": 1}}, method="GET", path="/api/v1/me/", times=1)
    answer = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    assert answer.data["id"] == account.person["user_id"]


def test_close_slower_than_the_caller_can_wait(house, account):
    """The answer comes before the client's own deadline, so that it carries what happened."""
    hasty = ScalekitClient(
        env_url=house.url, client_id=house.client_id, client_secret=house.client_secret, tool_call_timeout_s=6
    )
    number = house.fault(account.person, {"delay_seconds": 30}, method="GET", path="/api/v1/me/")
    started = time.monotonic()
    with pytest.raises(ScalekitToolException) as failed:
        hasty.actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    assert time.monotonic() - started < 6
    check(failed.value, ScalekitToolException, "DEADLINE_EXCEEDED", 504)
    house.heal(number)


def test_nobody_listens_where_close_should_be(house, actions, identifier):
    house.cli("connections", "set", "gone", "--close-url", "http://127.0.0.1:9")
    house.cli("accounts", "add", identifier, "--connection", "gone", "--no-check", given="api_some.key")
    for tool, given in (("close_me_get", {}), ("close_lead_create", {"name": "Nobody"})):
        with pytest.raises(ScalekitToolException) as failed:
            actions.execute_tool(tool_name=tool, tool_input=given, identifier=identifier)
        check(failed.value, ScalekitToolException, "INTERNAL", 500)


def test_a_conflict_at_close(house, actions, account):
    house.fault(account.person, {"status": 409}, method="POST", path="/api/v1/lead/")
    with pytest.raises(ScalekitToolException) as failed:
        actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "X"}, identifier=account.identifier)
    assert type(failed.value) is ScalekitToolException and failed.value.error_code == "TOOL_ERROR"
    assert 400 <= failed.value.http_status.value < 500
