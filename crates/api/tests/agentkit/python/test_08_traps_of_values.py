"""Where servers for this SDK have stumbled before: numbers, lists and sizes.

One test for each trap, named after its number."""

import json

import pytest
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitServerException,
    ScalekitTooManyRequestsException,
)
from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListScopedToolsRequest


def test_trap_07_numbers_are_doubles_and_leave_as_integers(house, actions, account):
    mark = account.identifier
    actions.execute_tool(tool_name="close_leads_list", tool_input={"query": mark, "_limit": 10, "_skip": 0.0},
                         identifier=account.identifier)
    sent = house.heard("GET", "/api/v1/lead/", mark)[-1]["query"]
    assert "_limit=10&" in f"{sent}&" and "_skip=0&" in f"{sent}&", sent
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": mark}, identifier=account.identifier)
    pipelines = actions.execute_tool(tool_name="close_pipelines_list", tool_input={}, identifier=account.identifier)
    status = pipelines.data["data"][0]["statuses"][0]["id"]
    made = actions.execute_tool(
        tool_name="close_opportunity_create",
        tool_input={"lead_id": lead.data["id"], "status_id": status, "value": 1200000, "confidence": 40},
        identifier=account.identifier,
    )
    body = house.heard("POST", "/api/v1/opportunity/", lead.data["id"])[-1]["body"]
    assert json.loads(body)["value"] == 1200000 and "1200000.0" not in body and "40.0" not in body, body
    assert made.data["value"] == 1200000
    with pytest.raises(ScalekitBadRequestException):
        actions.execute_tool(tool_name="close_leads_list", tool_input={"_limit": 1.5}, identifier=account.identifier)


def test_trap_07_empty_parameters_are_absent_and_empty_data_is_set(wire, actions, steady):
    request = ExecuteToolRequest(tool_name="close_me_get", identifier=steady.identifier)
    assert not request.HasField("params")
    assert wire.call(wire.tools.ExecuteTool, request).data["id"]
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "Gone soon"}, identifier=steady.identifier)
    delete = ExecuteToolRequest(tool_name="close_lead_delete", identifier=steady.identifier)
    delete.params.update({"lead_id": lead.data["id"]})
    answer = wire.call(wire.tools.ExecuteTool, delete)
    assert answer.HasField("data") and answer.execution_id


def test_trap_08_a_result_larger_than_the_client_reads_is_explained(house, actions, account):
    for number in range(3):
        house.close(account.person, "POST", "/lead/", {"name": f"Large {number}", "description": "y" * 1_800_000})
    try:
        answer = actions.execute_tool(
            tool_name="close_leads_list", tool_input={"query": "Large", "_limit": 10}, identifier=account.identifier
        )
        assert answer.data
    except ScalekitServerException as error:
        assert not isinstance(error, ScalekitTooManyRequestsException), error.message
        assert "_limit" in error.message and error.http_status.value in (400, 500), "what to do is said"
    small = actions.execute_tool(
        tool_name="close_leads_list", tool_input={"query": "Large", "_limit": 1}, identifier=account.identifier
    )
    assert len(small.data["data"]) == 1, "a smaller page is read"


def test_trap_09_an_absent_filter_and_no_pages_show_all_tools(wire, actions, steady):
    request = ListScopedToolsRequest(identifier=steady.identifier)
    assert not request.HasField("filter")
    answer = wire.call(wire.tools.ListScopedTools, request)
    assert len(answer.tools) == answer.total_size == len(actions.list_tools().tools) and not answer.next_page_token


def test_trap_13_lists_are_strings_that_hold_json(actions, steady):
    lead = actions.execute_tool(tool_name="close_lead_create", tool_input={"name": "Strings"}, identifier=steady.identifier)
    emails = [{"email": "a@strings.example.com", "type": "office"}]
    for given in (json.dumps(emails), emails):
        contact = actions.execute_tool(
            tool_name="close_contact_create",
            tool_input={"lead_id": lead.data["id"], "name": "S", "emails": given, "phones": "[]"},
            identifier=steady.identifier,
        )
        assert contact.data["emails"][0]["email"] == "a@strings.example.com"
    with pytest.raises(ScalekitBadRequestException) as refused:
        actions.execute_tool(
            tool_name="close_contact_create", tool_input={"lead_id": lead.data["id"], "emails": "[{"},
            identifier=steady.identifier,
        )
    assert "emails" in refused.value.message
    events = '[{"object_type": "lead", "action": "created"}]'
    hook = actions.execute_tool(
        tool_name="close_webhook_create", tool_input={"url": "https://hooks.example.com/x", "events": events},
        identifier=steady.identifier,
    )
    assert [(one["object_type"], one["action"]) for one in hook.data["events"]] == [("lead", "created")]
    actions.execute_tool(
        tool_name="close_webhook_delete", tool_input={"webhook_id": hook.data["id"]}, identifier=steady.identifier
    )
