// Where servers for this SDK have stumbled before, the proxy, and the helpers that check tokens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScalekitNotFoundException } from '@scalekit-sdk/node';
import accounts from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb.js';
import { connect, consent, fault, heard, newClient, newIdentifier, newPerson, refused, told } from './support.mjs';

test('trap 02: the first call goes out without a token and logs in', async () => {
  const client = newClient();
  let logins = 0;
  client.coreClient.axios.interceptors.request.use((config) => {
    logins += config.url.includes('oauth/token') ? 1 : 0;
    return config;
  });
  assert.equal(client.coreClient.accessToken, null);
  assert.equal((await client.tools.listTools({ pageSize: 1 })).tools.length, 1);
  assert.equal(logins, 1);
  client.coreClient.accessToken = 'stale';
  assert.equal((await client.tools.listTools({ pageSize: 1 })).tools.length, 1);
  assert.equal(logins, 2);
});

test('trap 05: an unreachable Close is not UNAVAILABLE, which would be run again', async () => {
  const { actions } = newClient();
  const account = await connect(actions, newIdentifier(), await newPerson());
  await fault(account.person, 'drop_after', { method: 'POST', path: '/api/v1/lead/' });
  const name = `Again ${account.identifier}`;
  await refused(() => actions.executeTool({
    toolName: 'close_lead_create', toolInput: { name }, identifier: account.identifier,
  }));
  assert.equal((await heard('POST', '/api/v1/lead/', name)).length, 1);
});

test('trap 07: empty data is an object, and integers are integers', async () => {
  const { actions } = newClient();
  const { identifier } = await connect(actions, newIdentifier(), await newPerson());
  const lead = await actions.executeTool({ toolName: 'close_lead_create', toolInput: { name: 'Short' }, identifier });
  const gone = await actions.executeTool({
    toolName: 'close_lead_delete', toolInput: { lead_id: lead.data.id }, identifier,
  });
  assert.equal(typeof gone.data, 'object');
  await actions.executeTool({ toolName: 'close_leads_list', toolInput: { query: identifier, _limit: 7 }, identifier });
  const [sent] = await heard('GET', '/api/v1/lead/', identifier);
  assert.ok(`${sent.query}&`.includes('_limit=7&'), sent.query);
  assert.ok(await actions.executeTool({ toolName: 'close_me_get', identifier }), 'no input at all');
});

test('trap 08: a large result is read, or refused in words', async () => {
  const { actions } = newClient();
  const { identifier } = await connect(actions, newIdentifier(), await newPerson());
  const description = 'z'.repeat(1_500_000);
  for (const number of [1, 2, 3]) {
    await actions.executeTool({
      toolName: 'close_lead_create', toolInput: { name: `Vast ${identifier} ${number}`, description }, identifier,
    });
  }
  try {
    const all = await actions.executeTool({
      toolName: 'close_leads_list', toolInput: { query: identifier, _limit: 3 }, identifier,
    });
    assert.ok(all.data);
  } catch (error) {
    assert.match(error.message, /_limit/);
  }
});

test('parallel first calls for one user end in one account', async () => {
  const { actions } = newClient();
  const identifier = newIdentifier();
  const make = () => actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier });
  const ended = await Promise.allSettled([make(), make(), make(), make()]);
  const made = ended.filter((one) => one.status === 'fulfilled').map((one) => one.value.connectedAccount.id);
  assert.ok(made.length >= 1);
  for (const one of ended) if (one.status === 'rejected') assert.equal(one.reason.httpStatus, 409, one.reason);
  assert.equal(new Set([...made, (await make()).connectedAccount.id]).size, 1);
});

test('many calls at once on one connection', async () => {
  const { actions } = newClient();
  const { identifier, person } = await connect(actions, newIdentifier(), await newPerson());
  const calls = Array.from({ length: 40 }, () => actions.executeTool({ toolName: 'close_me_get', identifier }));
  for (const { data } of await Promise.all(calls)) assert.equal(data.id, person.user_id);
});

test('the proxy passes requests of every kind through', async () => {
  const { actions, tools } = newClient();
  const { identifier, person } = await connect(actions, newIdentifier(), await newPerson());
  await tools.listTools({ pageSize: 1 }); // this way never logs in by itself
  const ask = (more) => actions.request({ connectionName: 'close', identifier, ...more });
  assert.equal((await ask({ path: 'api/v1/me/' })).data.id, person.user_id);
  const made = await ask({ path: '/api/v1/lead/', method: 'POST', body: { name: identifier } });
  assert.equal(made.data.display_name, identifier);
  await ask({ path: '/api/v1/lead/', queryParams: { query: identifier, b: [1, 2] } });
  const [sent] = await heard('GET', '/api/v1/lead/', identifier);
  assert.equal(decodeURIComponent(sent.query), `query=${identifier}&b[]=1&b[]=2`);
  const missing = await refused(() => ask({ path: '/api/v1/lead/lead_none/' }));
  assert.equal(missing.constructor, ScalekitNotFoundException);
  const nobody = await refused(() => actions.request({ connectionName: 'close', identifier: 'nobody', path: '/api/v1/me/' }));
  assert.equal(nobody.constructor, ScalekitNotFoundException);
});

test('verification makes the account active', async () => {
  const { actions } = newClient();
  const identifier = newIdentifier();
  const pair = { connectionName: 'close', identifier };
  await actions.getOrCreateConnectedAccount(pair);
  const { link } = await actions.getAuthorizationLink({ ...pair, userVerifyUrl: 'https://app.example.com/verify' });
  const back = new URL((await consent(link, await newPerson())).url);
  const authRequestId = back.searchParams.get('auth_request_id');
  const verified = await actions.verifyConnectedAccountUser({ authRequestId, identifier });
  assert.match(verified.postUserVerifyRedirectUrl, /^https?:/);
  const { connectedAccount } = await actions.getConnectedAccount(pair);
  assert.equal(connectedAccount.status, accounts.ConnectorStatus.ACTIVE);
});

test('tokens are checked against the published keys', async () => {
  const client = newClient();
  await client.tools.listTools({ pageSize: 1 });
  const token = client.coreClient.accessToken;
  assert.equal(await client.validateAccessToken(token, { issuer: told.gateway_url }), true);
  assert.equal(await client.validateAccessToken(token, { issuer: 'https://elsewhere' }), false);
  assert.equal(await client.validateAccessToken(`${token.slice(0, -5)}AAAAA`), false);
});
