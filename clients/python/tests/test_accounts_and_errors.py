"""Accounts from first to last, and errors that say what to do."""

import asyncio
from typing import Any

import pytest
from person import agree

import latch


def test_an_account_is_listed_disconnected_and_deleted(
    client: latch.LatchClient, identifier: str
) -> None:
    actions = client.actions
    listed = list(actions.iterate_connected_accounts("close", page_size=1))
    assert identifier in {one.identifier for one in listed} and len(listed) > 1
    assert len({one.id for one in listed}) == len(listed)
    assert actions.disconnect("close", identifier).connected_account.status == "DISCONNECTED"
    with pytest.raises(latch.AccountNotActiveError) as refused:
        actions.execute_tool("close_leads_list", {}, identifier)
    assert refused.value.account_status == "DISCONNECTED"
    actions.delete_connected_account("close", identifier)
    with pytest.raises(latch.NotFoundError):
        actions.get_connected_account("close", identifier)


def test_an_unfinished_account_comes_with_its_link(client: latch.LatchClient) -> None:
    client.actions.get_or_create_connected_account("close", "late")
    with pytest.raises(latch.AccountNotActiveError) as refused:
        client.actions.execute_tool("close_leads_list", {}, "late")
    assert refused.value.authorization_link and refused.value.authorization_link.startswith("http")
    assert not refused.value.retryable and refused.value.outcome == "none"


def test_wrong_arguments_are_named_one_by_one(client: latch.LatchClient) -> None:
    with pytest.raises(latch.InvalidArgumentsError) as wrong:
        client.actions.execute_tool("close_lead_create", {"nam": "x"}, "default")
    kinds = {(one.kind, one.parameter) for one in wrong.value.problems}
    assert kinds == {("missing", "name"), ("unknown", "nam")}
    assert wrong.value.http_status == 400 and wrong.value.execution_id


def test_other_errors_have_their_own_class(client: latch.LatchClient) -> None:
    run = client.actions.execute_tool
    with pytest.raises(latch.CloseError) as refused:
        run("close_lead_get", {"lead_id": "lead_none"}, "default")
    assert refused.value.close_status == 404 and refused.value.hint
    with pytest.raises(latch.UnknownToolError):
        run("close_fly", {}, "default")
    with pytest.raises(latch.NotFoundError):
        run("close_leads_list", {}, "nobody")
    with pytest.raises(latch.InvalidArgumentsError):
        run("close_leads_list", {})


def test_one_failing_call_leaves_the_others_alone(client: latch.LatchClient) -> None:
    with pytest.raises(latch.LatchError):
        client.actions.execute_tool("close_lead_create", {}, "default")
    assert client.actions.execute_tool("close_me_get", {}, "default")["id"].startswith("user_")


def test_a_wrong_secret_is_refused_and_never_shown() -> None:
    with latch.LatchClient(client_secret="not-the-secret") as client:
        with pytest.raises(latch.UnauthenticatedError) as refused:
            client.actions.list_tools()
    assert "not-the-secret" not in f"{refused.value!r}{refused.value}{vars(client)}"


def test_missing_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LATCH_ENV_URL")
    with pytest.raises(latch.NotConfiguredError, match="LATCH_ENV_URL"):
        latch.LatchClient()


def test_the_proxy_passes_closes_answer_through(client: latch.LatchClient) -> None:
    answer = client.actions.request("close", "default", "/api/v1/me/", query_params={"_fields": "id"})
    assert answer.status_code == 200 and set(answer.json()) == {"id"}
    made = client.actions.request(
        "close", "default", "/api/v1/lead/", "POST", body={"name": "By proxy"}
    )
    assert made.json()["name"] == "By proxy"
    missing = client.actions.request("close", "default", "/api/v1/lead/lead_none/")
    assert missing.status_code == 404


def test_tools_are_listed_page_by_page(client: latch.LatchClient) -> None:
    first = client.actions.list_tools(page_size=2)
    second = client.actions.list_tools(page_size=2, page_token=first.next_page_token)
    assert {t.name for t in first.items}.isdisjoint(t.name for t in second.items)
    scoped = list(client.actions.iterate_scoped_tools("default", page_size=40))
    assert len(scoped) == first.total_size


def test_the_asynchronous_client_does_the_same(up: dict[str, Any]) -> None:
    async def program() -> None:
        async with latch.AsyncLatchClient() as client:
            run = client.actions.execute_tool
            made = await asyncio.gather(
                *(run("close_lead_create", {"name": f"Lead {n}"}, "default") for n in range(8))
            )
            assert [one["name"] for one in made] == [f"Lead {n}" for n in range(8)]
            assert [a async for a in client.actions.iterate_connected_accounts(page_size=1)]
            with pytest.raises(latch.InvalidArgumentsError):
                await run("close_lead_create", {}, "default")

    asyncio.run(program())


def test_a_verified_account_needs_the_right_person(
    client: latch.LatchClient, up: dict[str, Any]
) -> None:
    client.actions.get_or_create_connected_account("close", "to_verify")
    back = f"{up.get('cleartext_url') or up['gateway_url']}/keys"
    link = client.actions.get_authorization_link(
        "close", "to_verify", state="mine", user_verify_url=back
    )
    arrived = agree(link.link, up["twin_api_keys"][0]).url
    assert arrived.params["state"] == "mine"
    get = client.actions.get_connected_account
    assert get("close", "to_verify").connected_account.status == "PENDING_VERIFICATION"
    request = arrived.params["auth_request_id"]
    with pytest.raises(latch.LatchError):
        client.actions.verify_connected_account_user(request, "somebody_else")
    client.actions.verify_connected_account_user(request, "to_verify")
    assert get("close", "to_verify").connected_account.status == "ACTIVE"
