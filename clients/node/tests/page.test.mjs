// The AgentKit page's Node program, top to bottom. Only the import, the constructor and the placeholder of the
// contact are changed; `redirect` is the web framework's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LatchClient, executionId } from "@latch/sdk";
import "dotenv/config";
import { consent } from "./support.mjs";

const latch = new LatchClient(
  process.env.LATCH_ENV_URL,
  process.env.LATCH_CLIENT_ID,
  process.env.LATCH_CLIENT_SECRET
);
const actions = latch.actions;

async function connect(redirect) {
  const response = await actions.getOrCreateConnectedAccount({
    connectionName: "close",
    identifier: "user_close_123" // your internal user ID
  });
  const connectedAccount = response.connectedAccount;
  console.log(`Status: ${connectedAccount.status}`);
  if (connectedAccount.status !== "ACTIVE") {
    const { link } = await actions.getAuthorizationLink({
      connectionName: "close",
      identifier: "user_close_123"
    });
    return redirect(link);
  }
  return connectedAccount;
}

test("a rep connects once, and the page's program does its work", async () => {
  const before = await actions.getOrCreateConnectedAccount({ connectionName: "close", identifier: "user_close_123" });
  assert.equal(before.connectedAccount.status, "PENDING");
  let sentTo;
  await connect((link) => (sentTo = link));
  await consent(sentTo);
  const connected = await connect(() => assert.fail("an active account must not be sent to Close again"));
  assert.equal(connected.status, "ACTIVE");

  const result = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_leads_list",
    toolInput: {
      "query": "Acme Corp",
      "_limit": 10,
      "_order_by": "-date_updated"
    }
  });
  assert.ok(Array.isArray(result.data));

  const lead = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_lead_create",
    toolInput: {
      "name": "Acme Corp",
      "description": "Inbound from demo request"
    }
  });
  const leadId = lead.id;
  assert.match(leadId, /^lead_/);
  assert.ok(executionId(lead), "the recorded call can be found");
  assert.ok(!JSON.stringify(lead).includes(executionId(lead)) && !("execution_id" in lead), "and is in nobody's way");

  const pipelines = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_pipelines_list",
    toolInput: {}
  });
  const activeStatus = pipelines.data[0].statuses.find(s => s.type === "active");

  const opportunity = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_opportunity_create",
    toolInput: {
      "lead_id": leadId,
      "status_id": activeStatus.id,
      "value": 1200000,
      "value_currency": "USD",
      "value_period": "annual",
      "confidence": 40
    }
  });
  assert.deepEqual(
    [opportunity.lead_id, opportunity.status_id, opportunity.value, opportunity.confidence],
    [leadId, activeStatus.id, 1200000, 40]
  );

  await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_call_create",
    toolInput: {
      "lead_id": leadId,
      "status": "completed",
      "direction": "outbound",
      "duration": 840,
      "note": "Discussed pricing. Needs legal review before signing."
    }
  });

  const tomorrow = new Date();
  tomorrow.setDate(tomorrow.getDate() + 1);
  await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_task_create",
    toolInput: {
      "lead_id": leadId,
      "text": "Follow up on legal review",
      "date": tomorrow.toISOString().split("T")[0]
    }
  });
  const read = (path, query) =>
    actions.request({ connectionName: "close", identifier: "user_close_123", path, query }).then((answer) => answer.data);
  const calls = await read("/api/v1/activity/call/", { lead_id: leadId });
  assert.deepEqual(calls.data.map((call) => call.duration), [840]);
  const tasks = await read("/api/v1/task/", { lead_id: leadId });
  assert.deepEqual(tasks.data.map((task) => task.text), ["Follow up on legal review"]);

  const contact = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_contact_create",
    toolInput: { lead_id: leadId, name: "Pat Doe", emails: [{ email: "pat@acme.example.com", type: "office" }] }
  });
  const sequences = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_sequences_list",
    toolInput: { "_limit": 5 }
  });
  const subscription = await actions.executeTool({
    identifier: "user_close_123",
    toolName: "close_sequence_subscription_create",
    toolInput: {
      "contact_id": contact.id,
      "sequence_id": sequences.data[0].id
    }
  });
  assert.equal(subscription.contact_id, contact.id);
});
