// Everything of the SDK's actions and tools that AgentKit has, and the bare stubs of what has no wrapper.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ScalekitConflictException, ScalekitNotFoundException } from '@scalekit-sdk/node';
import accounts from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb.js';
import { connect, newClient, newIdentifier, newPerson, refused, told } from './support.mjs';

const { ConnectedAccountService, ConnectorStatus } = accounts;
const client = newClient();
const { actions, tools } = client;
let account;

before(async () => {
  account = await connect(actions, newIdentifier(), await newPerson());
});

test('tools are listed, narrowed, scoped and available', async () => {
  const all = await tools.listTools();
  assert.ok(all.tools.length >= 81 && all.totalSize === all.tools.length && all.nextPageToken === '');
  assert.equal(all.tools[0].definition.input_schema.type, 'object');
  const one = await tools.listTools({ filter: { toolName: ['close_lead_get'] }, pageSize: 5 });
  assert.deepEqual(one.tools.map((found) => found.definition.name), ['close_lead_get']);
  const names = await tools.listTools({ filter: { summary: true, query: 'create lead' } });
  assert.ok(names.toolNames.includes('close_lead_create') && names.tools.length === 0);
  const scoped = await tools.listScopedTools(account.identifier, { filter: { connectionNames: ['close'] } });
  assert.equal(scoped.tools.length, all.tools.length);
  assert.ok(scoped.tools.every((found) => found.connectedAccountId === account.id));
  const page = await tools.listAvailableTools(account.identifier, { pageSize: 3 });
  assert.equal(page.tools.length, 3);
  const next = await tools.listAvailableTools(account.identifier, { pageSize: 3, pageToken: page.nextPageToken });
  assert.notDeepEqual(next.tools[0].definition.name, page.tools[0].definition.name);
});

test('accounts live from creation to deletion', async () => {
  const identifier = newIdentifier();
  const pair = { connectionName: 'close', identifier };
  const made = await actions.createConnectedAccount({ ...pair, authorizationDetails: undefined });
  assert.equal(made.connectedAccount.status, ConnectorStatus.PENDING_AUTH);
  assert.ok((await refused(() => actions.createConnectedAccount(pair))) instanceof ScalekitConflictException);
  const updated = await actions.updateConnectedAccount({ ...pair, apiConfig: { team: 'north' } });
  assert.deepEqual(updated.connectedAccount.apiConfig, { team: 'north' });
  const key = told.twin_api_keys[1].key;
  const upserted = await actions.upsertConnectedAccount({
    ...pair, authorizationDetails: { details: { case: 'staticAuth', value: { details: { api_key: key } } } },
  });
  assert.equal(upserted.connectedAccount.status, ConnectorStatus.ACTIVE);
  const listed = await actions.listConnectedAccounts({ ...pair, pageSize: 10 });
  assert.deepEqual(listed.connectedAccounts.map((one) => one.id), [made.connectedAccount.id]);
  assert.equal(typeof listed.connectedAccounts[0].updatedAt.seconds, 'bigint');
  await actions.deleteConnectedAccount(pair);
  assert.ok((await refused(() => actions.getConnectedAccount(pair))) instanceof ScalekitNotFoundException);
});

test('connections are shown by name', async () => {
  const { connections, totalSize } = await actions.listConnections({ pageSize: 30, provider: 'CLOSE' });
  const usual = connections.find((one) => one.connectionName === 'close');
  assert.deepEqual([usual.type, usual.status, usual.enabled, usual.provider], ['OAUTH', 'COMPLETED', true, 'CLOSE']);
  assert.ok(totalSize >= 1);
});

test('a tool is run by account, by pair, and by identifier alone', async () => {
  const by = [
    { connectedAccountId: account.id }, { identifier: account.identifier, connector: 'close' },
    { identifier: account.identifier },
  ];
  for (const one of by) {
    const answer = await actions.executeTool({ toolName: 'close_me_get', toolInput: {}, ...one });
    assert.equal(answer.data.id, account.person.user_id);
    assert.ok(answer.executionId);
  }
});

test('the stubs of what has no wrapper', async () => {
  await tools.listTools({ pageSize: 1 }); // logs in
  const transport = createGrpcTransport({
    baseUrl: told.gateway_url,
    interceptors: [(next) => (request) => {
      request.header.set('authorization', `Bearer ${client.coreClient.accessToken}`);
      return next(request);
    }],
  });
  const stub = createClient(ConnectedAccountService, transport);
  const shown = await stub.getConnectedAccount({ id: account.id });
  assert.equal(shown.connectedAccount.identifier, account.identifier);
  const details = await stub.getConnectedAccountDetails({ connector: 'close', identifier: account.identifier });
  assert.equal(details.connectedAccount.authorizationDetails, undefined);
  const found = await stub.searchConnectedAccounts({ query: account.identifier });
  assert.equal(found.totalSize, 1);
  const gone = await stub.disconnectConnectedAccount({ id: account.id });
  assert.equal(gone.connectedAccount.status, ConnectorStatus.DISCONNECTED);
});
