"""User verification: consent alone does not connect an account when the application wants to check who came back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitForbiddenException,
    ScalekitNotFoundException,
)
from support.browser import consent

VERIFY = "https://app.example.com/verify?kept=yes"


@pytest.fixture
def came_back(actions, identifier, person):
    """Consent is given; the browser is at the application's own page."""
    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    link = actions.get_authorization_link(
        connection_name="close", identifier=identifier, user_verify_url=VERIFY, state="state of the app/1?&"
    )
    page = consent(link.link, person)
    where = urlsplit(page.url)
    assert (where.hostname, where.path) == ("app.example.com", "/verify"), page.seen
    return parse_qs(where.query)


def status(actions, identifier):
    shown = actions.get_connected_account(connection_name="close", identifier=identifier)
    return shown.connected_account.status


def test_the_right_user_makes_the_account_active(actions, identifier, person, came_back):
    assert came_back["state"] == ["state of the app/1?&"] and came_back["kept"] == ["yes"]
    assert status(actions, identifier) == "PENDING_VERIFICATION"
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
    assert "PENDING_VERIFICATION" in refused.value.message

    request_id = came_back["auth_request_id"][0]
    verified = actions.verify_connected_account_user(auth_request_id=request_id, identifier=identifier)
    assert urlsplit(verified.post_user_verify_redirect_url).scheme in ("http", "https")
    assert status(actions, identifier) == "ACTIVE"
    me = actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=identifier)
    assert me.data["id"] == person["user_id"]

    with pytest.raises(ScalekitNotFoundException):
        actions.verify_connected_account_user(auth_request_id=request_id, identifier=identifier)
    assert status(actions, identifier) == "ACTIVE"


def test_another_user_is_turned_away_and_nothing_is_connected(actions, identifier, came_back):
    request_id = came_back["auth_request_id"][0]
    with pytest.raises(ScalekitForbiddenException) as refused:
        actions.verify_connected_account_user(auth_request_id=request_id, identifier="somebody-else")
    assert type(refused.value) is ScalekitForbiddenException and refused.value.http_status.value == 403
    assert status(actions, identifier) != "ACTIVE"


def test_another_environment_cannot_verify(other_sdk, actions, identifier, came_back):
    request_id = came_back["auth_request_id"][0]
    with pytest.raises(ScalekitNotFoundException):
        other_sdk.actions.verify_connected_account_user(auth_request_id=request_id, identifier=identifier)
    assert status(actions, identifier) == "PENDING_VERIFICATION"


def test_without_a_verify_url_consent_is_enough(actions, identifier, person):
    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    link = actions.get_authorization_link(connection_name="close", identifier=identifier)
    assert consent(link.link, person).status == 200
    assert status(actions, identifier) == "ACTIVE"
