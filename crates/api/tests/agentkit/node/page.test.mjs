// The page that introduces AgentKit for Close, run from top to bottom over TLS. Written as it is printed, with the
// changes it needs to run against the published SDK: a tool's result is in `.data`, a status is a number, the contact
// exists.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScalekitClient } from '@scalekit-sdk/node';
import { ConnectorStatus } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb.js';
import 'dotenv/config';
import { consent, heard, told } from './support.mjs';

const identifier = 'user_close_123_node';

const scalekit = new ScalekitClient(
  process.env.SCALEKIT_ENV_URL,
  process.env.SCALEKIT_CLIENT_ID,
  process.env.SCALEKIT_CLIENT_SECRET,
);
const actions = scalekit.actions;

test('a sales assistant for a new rep', async (t) => {
  assert.match(told.gateway_url, /^https:/);
  let leadId;

  await t.test('the rep connects', async () => {
    const response = await actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier });
    const connectedAccount = response.connectedAccount;
    assert.equal(connectedAccount.status, ConnectorStatus.PENDING_AUTH);
    if (connectedAccount.status !== ConnectorStatus.ACTIVE) {
      const { link } = await actions.getAuthorizationLink({ connectionName: 'close', identifier });
      assert.equal((await consent(link, told.twin_api_keys[0])).status, 200);
    }
    const again = await actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier });
    assert.equal(again.connectedAccount.id, connectedAccount.id);
    assert.equal(again.connectedAccount.status, ConnectorStatus.ACTIVE);
  });

  await t.test('searches leads', async () => {
    const result = await actions.executeTool({
      identifier,
      toolName: 'close_leads_list',
      toolInput: { query: 'Acme Corp', _limit: 10, _order_by: '-date_updated' },
    });
    assert.ok(Array.isArray(result.data.data) && result.executionId);
  });

  await t.test('creates a lead with an opportunity', async () => {
    const lead = await actions.executeTool({
      identifier,
      toolName: 'close_lead_create',
      toolInput: { name: 'Acme Corp', description: 'Inbound from demo request' },
    });
    leadId = lead.data.id;
    const pipelines = await actions.executeTool({ identifier, toolName: 'close_pipelines_list', toolInput: {} });
    const activeStatus = pipelines.data.data[0].statuses.find((s) => s.type === 'active');
    const opportunity = await actions.executeTool({
      identifier,
      toolName: 'close_opportunity_create',
      toolInput: {
        lead_id: leadId, status_id: activeStatus.id, value: 1200000, value_currency: 'USD', value_period: 'annual',
        confidence: 40,
      },
    });
    assert.equal(opportunity.data.value, 1200000);
    assert.equal(opportunity.data.confidence, 40);
    const [sent] = await heard('POST', '/api/v1/opportunity/', leadId);
    assert.ok(!sent.body.includes('.0'), 'integers leave as integers');
  });

  await t.test('logs a call and plans a task', async () => {
    const call = await actions.executeTool({
      identifier,
      toolName: 'close_call_create',
      toolInput: {
        lead_id: leadId, status: 'completed', direction: 'outbound', duration: 840,
        note: 'Discussed pricing. Needs legal review before signing.',
      },
    });
    assert.equal(call.data.duration, 840);
    const tomorrow = new Date();
    tomorrow.setDate(tomorrow.getDate() + 1);
    const day = tomorrow.toISOString().split('T')[0];
    const task = await actions.executeTool({
      identifier,
      toolName: 'close_task_create',
      toolInput: { lead_id: leadId, text: 'Follow up on legal review', date: day },
    });
    assert.equal(task.data.date, day);
  });

  await t.test('enrolls a contact in a sequence and pauses it', async () => {
    const contact = await actions.executeTool({
      identifier,
      toolName: 'close_contact_create',
      toolInput: { lead_id: leadId, name: 'Wile', emails: '[{"email": "wile@acme.example.com", "type": "office"}]' },
    });
    const sequences = await actions.executeTool({
      identifier, toolName: 'close_sequences_list', toolInput: { _limit: 5 },
    });
    const subscription = await actions.executeTool({
      identifier,
      toolName: 'close_sequence_subscription_create',
      toolInput: { contact_id: contact.data.id, sequence_id: sequences.data.data[0].id },
    });
    assert.equal(subscription.data.status, 'active');
    const paused = await actions.executeTool({
      identifier,
      toolName: 'close_sequence_subscription_update',
      toolInput: { subscription_id: subscription.data.id, pause: true },
    });
    assert.equal(paused.data.status, 'paused');
  });
});
