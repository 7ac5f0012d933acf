"""The published setup page for Close, top to bottom, with only import and constructor changed."""

import os
from datetime import date, timedelta
from typing import Any

from person import agree

import latch


def test_the_page_runs_from_top_to_bottom(up: dict[str, Any]) -> None:
    client = latch.LatchClient(
        client_id=os.getenv("LATCH_CLIENT_ID"),
        client_secret=os.getenv("LATCH_CLIENT_SECRET"),
        env_url=os.getenv("LATCH_ENV_URL"),
    )
    actions = client.actions

    response = actions.get_or_create_connected_account(
        connection_name="close", identifier="user_close_123"
    )
    connected_account = response.connected_account
    assert f"Status: {connected_account.status}" == "Status: PENDING"
    again = actions.get_or_create_connected_account(
        connection_name="close", identifier="user_close_123"
    )
    assert again.connected_account.id == connected_account.id

    link = actions.get_authorization_link(connection_name="close", identifier="user_close_123")
    assert link.expiry is not None
    agree(link.link, up["twin_api_keys"][0])
    connected_account = actions.get_connected_account(
        connection_name="close", identifier="user_close_123"
    ).connected_account
    assert connected_account.status == "ACTIVE"
    assert connected_account.close_user is not None
    assert connected_account.close_user.name == up["twin_api_keys"][0]["user_name"]

    lead = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_lead_create",
        tool_input={"name": "Acme Corp", "description": "Inbound from demo request"},
    )
    lead_id = lead["id"]
    assert lead.id == lead_id and lead.execution_id.startswith("call_")

    pipelines = actions.execute_tool(
        identifier="user_close_123", tool_name="close_pipelines_list", tool_input={}
    )
    active_status = next(s for s in pipelines["data"][0]["statuses"] if s["type"] == "active")
    opportunity = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_opportunity_create",
        tool_input={
            "lead_id": lead_id,
            "status_id": active_status["id"],
            "value": 1200000,
            "value_currency": "USD",
            "value_period": "annual",
            "confidence": 40,
        },
    )
    assert opportunity["value"] == 1200000 and isinstance(opportunity["value"], int)
    assert opportunity["lead_id"] == lead_id

    call = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_call_create",
        tool_input={
            "lead_id": lead_id,
            "status": "completed",
            "direction": "outbound",
            "duration": 840,
            "note": "Discussed pricing. Needs legal review before signing.",
        },
    )
    assert call["duration"] == 840
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    task = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_task_create",
        tool_input={"lead_id": lead_id, "text": "Follow up on legal review", "date": tomorrow},
    )
    assert task["date"] == tomorrow

    sequences = actions.execute_tool(
        identifier="user_close_123", tool_name="close_sequences_list", tool_input={"_limit": 5}
    )
    contact = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_contact_create",
        tool_input={
            "lead_id": lead_id,
            "name": "Wile",
            "emails": [{"email": "wile@acme.example.com", "type": "office"}],
        },
    )
    subscription = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_sequence_subscription_create",
        tool_input={"contact_id": contact["id"], "sequence_id": sequences["data"][0]["id"]},
    )
    assert subscription["contact_id"] == contact["id"]

    result = actions.execute_tool(
        identifier="user_close_123",
        tool_name="close_leads_list",
        tool_input={"query": "Acme Corp", "_limit": 10, "_order_by": "-date_updated"},
    )
    assert isinstance(result["data"], list)
    client.close()
