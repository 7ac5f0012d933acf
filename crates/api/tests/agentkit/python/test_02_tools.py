"""ToolService: what tools there are, for whom, and running one; with the SDK and with its bare stubs."""

import pytest
from scalekit.common.exceptions import ScalekitBadRequestException, ScalekitNotFoundException
from scalekit.v1.tools.tools_pb2 import (
    TOOL_READINESS_STATE_NEEDS_CONNECTION,
    TOOL_READINESS_STATE_READY,
    ExecuteToolRequest,
    Filter,
    ListAvailableToolsRequest,
    ListScopedToolsRequest,
    ListToolsRequest,
    RefreshToolsRequest,
    ScopedToolFilter,
    SearchToolsRequest,
)

SEED = 81
"""Tools that the page promises; the catalogue has more."""


def test_listing_without_arguments_shows_every_tool(actions):
    listed = actions.list_tools()
    assert len(listed.tools) >= SEED and listed.total_count == len(listed.tools)
    assert not listed.next_page_token
    for tool in listed.tools:
        definition = tool.definition
        assert tool.provider == "CLOSE" and tool.id, definition["name"]
        assert definition["description"] and definition["input_schema"]["type"] == "object", definition["name"]
    names = {tool.definition["name"] for tool in listed.tools}
    assert {"close_leads_list", "close_lead_create", "close_sequence_subscription_update"} <= names


def test_a_query_wants_all_its_words_in_the_name_in_any_case(actions):
    found = [tool.definition["name"] for tool in actions.list_tools(query="Lead CREATE").tools]
    assert "close_lead_create" in found
    assert all("lead" in name and "create" in name for name in found)
    assert found == [tool.definition["name"] for tool in actions.list_tools(query="create_lead").tools]


def test_exact_names_a_summary_and_a_provider(actions):
    two = actions.list_tools(tool_name=["close_lead_get", "close_me_get"])
    assert {tool.definition["name"] for tool in two.tools} == {"close_lead_get", "close_me_get"}
    short = actions.list_tools(tool_name=["close_lead_get"], summary=True)
    assert (short.tool_names, short.tools) == (["close_lead_get"], [])
    full = actions.list_tools(tool_name=["close_lead_get"], summary=False)
    assert (full.tool_names, len(full.tools)) == ([], 1)
    assert len(actions.list_tools(provider="close").tools) == len(actions.list_tools(provider="CLOSE").tools) >= SEED
    assert actions.list_tools(provider="gmail").tools == []


def test_pages_of_tools_hold_each_tool_once(actions):
    everything = [tool.definition["name"] for tool in actions.list_tools().tools]
    seen, token = [], None
    while True:
        page = actions.list_tools(page_size=25, page_token=token)
        assert 0 < len(page.tools) <= 25 and page.total_count == len(everything)
        seen += [tool.definition["name"] for tool in page.tools]
        token = page.next_page_token
        if not token:
            break
        assert len(token) <= 32
    assert seen == everything
    assert len(actions.list_tools(page_size=5000).tools) == len(everything), "lowered to 1000, not refused"


def test_tools_of_an_account_that_is_not_there(actions, steady):
    mine = actions.list_tools(connection_name="close", identifier=steady.identifier)
    assert len(mine.tools) >= SEED
    assert len(actions.list_tools(connected_account_id=steady.id).tools) >= SEED
    for nobody in ({"connection_name": "close", "identifier": "nobody"}, {"connected_account_id": "ca_1"}):
        with pytest.raises(ScalekitNotFoundException):
            actions.list_tools(**nobody)


def test_scoped_tools_belong_to_the_accounts_of_one_user(sdk, wire, steady):
    answer = sdk.tools.list_scoped_tools(steady.identifier, page_size=100)[0]
    assert {tool.identifier for tool in answer.tools} == {steady.identifier}
    assert {tool.connected_account_id for tool in answer.tools} == {steady.id}
    chosen = ScopedToolFilter(connection_names=["close"], tool_names=["close_me_get"], providers=["CLOSE"])
    one = wire.call(wire.tools.ListScopedTools, ListScopedToolsRequest(identifier=steady.identifier, filter=chosen))
    assert [tool.tool.definition["name"] for tool in one.tools] == ["close_me_get"] and one.total_size == 1
    other = ScopedToolFilter(connection_names=["somewhere-else"])
    assert not sdk.tools.list_scoped_tools(steady.identifier, filter=other)[0].tools
    assert not sdk.tools.list_scoped_tools("nobody-at-all")[0].tools


def test_available_tools_are_those_the_user_could_use(wire, steady):
    answer = wire.call(wire.tools.ListAvailableTools, ListAvailableToolsRequest(identifier=steady.identifier))
    assert len(answer.tools) >= SEED and answer.total_size == len(answer.tools)
    page = wire.call(
        wire.tools.ListAvailableTools, ListAvailableToolsRequest(identifier=steady.identifier, page_size=10)
    )
    assert len(page.tools) == 10 and 0 < len(page.next_page_token) <= 32


def test_search_knows_what_is_meant_and_who_is_ready(sdk, actions, steady, identifier):
    found = sdk.tools.search_tools("log a phone call", identifier=steady.identifier)[0].tools
    assert found[0].name == "close_call_create" and found[0].provider == "CLOSE" and found[0].description
    assert len(found) <= 10
    scores = [tool.score for tool in found]
    assert scores == sorted(scores, reverse=True)
    ready = found[0].connections
    assert [(one.connection_name, one.connected_account_id) for one in ready] == [("close", steady.id)]
    assert ready[0].readiness_state == TOOL_READINESS_STATE_READY

    actions.get_or_create_connected_account(connection_name="close", identifier=identifier)
    pending = sdk.tools.search_tools("log a phone call", identifier=identifier, top_k=1)[0].tools
    assert len(pending) == 1
    assert pending[0].connections[0].readiness_state == TOOL_READINESS_STATE_NEEDS_CONNECTION
    assert not sdk.tools.search_tools("log a phone call")[0].tools[0].connections
    assert len(sdk.tools.search_tools("list", top_k=5000)[0].tools) <= 50


def test_a_tool_is_run_by_account_id_by_pair_or_by_identifier(sdk, actions, wire, steady):
    by = [
        {"connected_account_id": steady.id},
        {"identifier": steady.identifier, "connection_name": "close"},
        {"identifier": steady.identifier},
        # When the id is given the pair is ignored.
        {"connected_account_id": steady.id, "identifier": "somebody else", "connection_name": "nowhere"},
    ]
    ids = set()
    for account in by:
        answer = actions.execute_tool(tool_name="close_me_get", tool_input={}, **account)
        assert answer.data["id"] == steady.person["user_id"], account
        ids.add(answer.execution_id)
    assert len(ids) == len(by) and all(ids)
    raw = wire.call(
        wire.tools.ExecuteTool,
        ExecuteToolRequest(tool_name="close_me_get", connected_account_id=steady.id, agent_run_id="run-1"),
    )
    assert raw.data["id"] == steady.person["user_id"] and raw.execution_id


def test_a_tool_answers_to_the_names_of_other_surfaces_too(actions, steady):
    answer = actions.execute_tool(tool_name="close.list_leads", tool_input={"_limit": 1}, identifier=steady.identifier)
    assert len(answer.data["leads"]) == 1, "in the words of that name: what is a list is called what it holds"


def test_an_identifier_of_two_connections_is_not_guessed(actions, account, second_connection):
    actions.get_or_create_connected_account(connection_name=second_connection.key_id, identifier=account.identifier)
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(tool_name="close_me_get", tool_input={}, identifier=account.identifier)
    assert second_connection.key_id in refused.value.message
    chosen = actions.execute_tool(
        tool_name="close_me_get", tool_input={}, identifier=account.identifier, connection_name="close"
    )
    assert chosen.data["id"] == account.person["user_id"]


def test_modifiers_see_what_goes_in_and_what_comes_out(sdk, steady):
    from scalekit.actions.actions import ActionClient

    mine = ActionClient(sdk.tools, sdk.connected_accounts)
    mine.pre_modifier(["close_leads_list"])(lambda data: {**data, "_limit": 1})
    mine.post_modifier(["close_leads_list"])(lambda result: {"names": len(result["data"])})
    answer = mine.execute_tool(
        tool_name="close_leads_list", tool_input={"_limit": 50}, identifier=steady.identifier
    )
    assert answer.data == {"names": 1}


@pytest.mark.parametrize(
    "request_",
    [
        ListToolsRequest(filter=Filter(query="ab")),
        ListToolsRequest(filter=Filter(query="a" * 101)),
        ListToolsRequest(filter=Filter(connected_account_id="not-an-id")),
        ListToolsRequest(filter=Filter(provider="p" * 51)),
        ListToolsRequest(page_token="no token of this list"),
    ],
    ids=["query too short", "query too long", "an id without ca_", "provider too long", "an unknown page"],
)
def test_what_the_protocol_limits_is_refused(wire, request_):
    refused = wire.refused(wire.tools.ListTools, request_)
    assert (refused.code.name, refused.info.error_code) == ("INVALID_ARGUMENT", "VALIDATION_ERROR")


def test_a_search_needs_a_query_and_refreshing_needs_nothing(wire):
    for query in ("", "q" * 257):
        refused = wire.refused(wire.tools.SearchTools, SearchToolsRequest(query=query))
        assert refused.code.name == "INVALID_ARGUMENT"
    try:
        wire.call(wire.tools.RefreshTools, RefreshToolsRequest())
    except Exception as error:  # neither SDK calls it; it may not be served
        assert error.code().name == "UNIMPLEMENTED"
