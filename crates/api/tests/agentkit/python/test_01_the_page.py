"""The page that introduces AgentKit for Close, run from top to bottom over TLS.

Written as it is printed, with the changes it needs to run against the published SDK: what a tool returns is in `.data`,
the contact exists, and `print` shows `PENDING_AUTH`.
"""

import os
from datetime import date, timedelta

import scalekit.client
from dotenv import load_dotenv
from support.browser import consent

USER = "user_close_123_python"


def test_a_sales_assistant_for_a_new_rep(house):
    assert house.url.startswith("https://"), "the SDK speaks TLS only"
    load_dotenv()
    client = scalekit.client.ScalekitClient(
        client_id=os.getenv("SCALEKIT_CLIENT_ID"),
        client_secret=os.getenv("SCALEKIT_CLIENT_SECRET"),
        env_url=os.getenv("SCALEKIT_ENV_URL"),
    )
    actions = client.actions
    _connect(house, actions)
    _search(actions)
    lead_id = _create_a_lead_with_an_opportunity(actions)
    assert lead_id in _search(actions)
    _log_a_call_and_plan_a_task(house, actions, lead_id)
    _enroll(actions, lead_id)


def _connect(house, actions):
    response = actions.get_or_create_connected_account(connection_name="close", identifier=USER)
    connected_account = response.connected_account
    assert connected_account.status == "PENDING_AUTH"
    again = actions.get_or_create_connected_account(connection_name="close", identifier=USER)
    assert again.connected_account.id == connected_account.id, "safe to call on every session start"

    if connected_account.status != "ACTIVE":
        link = actions.get_authorization_link(connection_name="close", identifier=USER)
        ann = house.told["twin_api_keys"][0]
        page = consent(link.link, ann)
        assert page.status == 200 and ann["user_name"] in page.text, page

    now = actions.get_or_create_connected_account(connection_name="close", identifier=USER).connected_account
    assert (now.status, now.id) == ("ACTIVE", connected_account.id)
    assert not now.authorization_details, "the application never sees the token"


def _search(actions):
    result = actions.execute_tool(
        identifier=USER,
        tool_name="close_leads_list",
        tool_input={"query": "Acme Corp", "_limit": 10, "_order_by": "-date_updated"},
    )
    assert result.execution_id
    return [lead["id"] for lead in result.data["data"]]


def _create_a_lead_with_an_opportunity(actions):
    # 1. Create the lead
    lead = actions.execute_tool(
        identifier=USER,
        tool_name="close_lead_create",
        tool_input={"name": "Acme Corp", "description": "Inbound from demo request"},
    )
    lead_id = lead.data["id"]

    # 2. Get a pipeline status
    pipelines = actions.execute_tool(identifier=USER, tool_name="close_pipelines_list", tool_input={})
    active_status = next(s for s in pipelines.data["data"][0]["statuses"] if s["type"] == "active")

    # 3. Create the opportunity
    opportunity = actions.execute_tool(
        identifier=USER,
        tool_name="close_opportunity_create",
        tool_input={
            "lead_id": lead_id,
            "status_id": active_status["id"],
            "value": 1200000,  # $12,000 in cents
            "value_currency": "USD",
            "value_period": "annual",
            "confidence": 40,
        },
    )
    made = opportunity.data
    assert (made["value"], made["value_period"], made["confidence"]) == (1200000, "annual", 40)
    assert made["lead_id"] == lead_id
    return lead_id


def _log_a_call_and_plan_a_task(house, actions, lead_id):
    # Log the call
    actions.execute_tool(
        identifier=USER,
        tool_name="close_call_create",
        tool_input={
            "lead_id": lead_id,
            "status": "completed",
            "direction": "outbound",
            "duration": 840,  # seconds
            "note": "Discussed pricing. Needs legal review before signing.",
        },
    )
    # Schedule a follow-up task
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    actions.execute_tool(
        identifier=USER,
        tool_name="close_task_create",
        tool_input={"lead_id": lead_id, "text": "Follow up on legal review", "date": tomorrow},
    )
    ann = house.told["twin_api_keys"][0]
    calls = house.close(ann, "GET", f"/activity/call/?lead_id={lead_id}")["data"]
    assert [(call["duration"], call["direction"]) for call in calls] == [(840, "outbound")]
    tasks = house.close(ann, "GET", f"/task/?lead_id={lead_id}")["data"]
    assert [(task["text"], task["date"]) for task in tasks] == [("Follow up on legal review", tomorrow)]


def _enroll(actions, lead_id):
    contact = actions.execute_tool(
        identifier=USER,
        tool_name="close_contact_create",
        tool_input={
            "lead_id": lead_id, "name": "Wile", "emails": '[{"email": "wile@acme.example.com", "type": "office"}]',
        },
    )
    # Get available sequences
    sequences = actions.execute_tool(
        identifier=USER, tool_name="close_sequences_list", tool_input={"_limit": 5}
    )
    # Enroll the contact
    subscription = actions.execute_tool(
        identifier=USER,
        tool_name="close_sequence_subscription_create",
        tool_input={"contact_id": contact.data["id"], "sequence_id": sequences.data["data"][0]["id"]},
    )
    assert subscription.data["id"] and subscription.data["status"] == "active"
    paused = actions.execute_tool(
        identifier=USER,
        tool_name="close_sequence_subscription_update",
        tool_input={"subscription_id": subscription.data["id"], "pause": True},
    )
    assert paused.data["status"] == "paused"
