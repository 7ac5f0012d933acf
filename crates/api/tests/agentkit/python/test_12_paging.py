"""Many accounts, page by page: each once, whatever is narrowed down, also while others arrive."""

import uuid

import pytest
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    ListConnectedAccountsRequest,
    SearchConnectedAccountsRequest,
)

MANY = 45


@pytest.fixture(scope="module")
def crowd(actions):
    """Accounts that share a part of their identifiers."""
    tag = uuid.uuid4().hex[:10]
    names = [f"{tag}-{number:03}" for number in range(MANY)]
    for name in names:
        actions.create_connected_account(connection_name="close", identifier=name)
    return tag, names


def pages(wire, method, make):
    """Every page of a list, until there is no next one."""
    token = ""
    while True:
        answer = wire.call(method, make(token))
        yield answer
        token = answer.next_page_token
        if not token:
            return
        assert len(token) <= 32


def test_a_list_holds_each_account_once_and_counts_them_all(wire, crowd):
    tag, names = crowd
    seen = []
    make = lambda token: ListConnectedAccountsRequest(query=tag.upper(), page_size=10, page_token=token)
    for page in pages(wire, wire.accounts.ListConnectedAccounts, make):
        assert page.total_size == MANY and len(page.connected_accounts) <= 10
        seen += [one.identifier for one in page.connected_accounts]
    assert sorted(seen) == names and len(seen) == len(set(seen))


def test_the_usual_page_is_small_and_99_is_the_most(wire, actions, crowd):
    tag, _ = crowd
    usual = wire.call(wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(query=tag))
    assert 5 <= len(usual.connected_accounts) <= 30 and usual.next_page_token
    large = wire.call(wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(query=tag, page_size=99))
    assert len(large.connected_accounts) == MANY and not large.next_page_token


def test_a_search_is_paged_as_well(wire, crowd):
    tag, names = crowd
    seen = []
    make = lambda token: SearchConnectedAccountsRequest(query=tag, page_size=30, page_token=token)
    for page in pages(wire, wire.accounts.SearchConnectedAccounts, make):
        assert page.total_size == MANY
        seen += [one.identifier for one in page.connected_accounts]
    assert sorted(seen) == names
    for refused in (SearchConnectedAccountsRequest(query="ab"), SearchConnectedAccountsRequest(query=tag, page_size=31)):
        assert wire.refused(wire.accounts.SearchConnectedAccounts, refused).code.name == "INVALID_ARGUMENT"


def test_accounts_that_arrive_meanwhile_do_not_move_the_pages(actions, crowd):
    tag, names = crowd
    first = actions.list_connected_accounts(connection_name="close", page_size=20)
    seen, token = [one.identifier for one in first.connected_accounts], first.next_page_token
    actions.create_connected_account(connection_name="close", identifier=f"late-{uuid.uuid4().hex[:8]}")
    while token:
        page = actions.list_connected_accounts(connection_name="close", page_size=20, page_token=token)
        seen += [one.identifier for one in page.connected_accounts]
        token = page.next_page_token
    assert len(seen) == len(set(seen)) and set(names) <= set(seen)


def test_the_page_before_can_be_asked_for(wire, crowd):
    tag, _ = crowd
    make = lambda token: ListConnectedAccountsRequest(query=tag, page_size=10, page_token=token)
    first = wire.call(wire.accounts.ListConnectedAccounts, make(""))
    second = wire.call(wire.accounts.ListConnectedAccounts, make(first.next_page_token))
    assert not first.prev_page_token
    if second.prev_page_token:
        back = wire.call(wire.accounts.ListConnectedAccounts, make(second.prev_page_token))
        assert [one.id for one in back.connected_accounts] == [one.id for one in first.connected_accounts]


def test_a_token_of_another_list_is_refused(wire):
    for token in ("nonsense", "-1", "99999999", "'; --"):
        refused = wire.refused(
            wire.accounts.ListConnectedAccounts, ListConnectedAccountsRequest(page_token=token)
        )
        assert refused.code.name == "INVALID_ARGUMENT", token
