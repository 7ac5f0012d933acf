// Errors as this SDK shows them: the class, the codes, the details, and that nothing is done twice.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  isToolException, ScalekitBadRequestException, ScalekitClient, ScalekitForbiddenException, ScalekitNotFoundException,
  ScalekitNotImplementedException, ScalekitToolException, ScalekitToolForbiddenException,
  ScalekitToolRateLimitException, ScalekitToolUnauthorizedException,
} from '@scalekit-sdk/node';
import { connect, consent, fault, heard, newClient, newIdentifier, newPerson, refused, told } from './support.mjs';

const client = newClient();
const { actions } = client;
let account;

before(async () => {
  account = await connect(actions, newIdentifier(), await newPerson());
});

const run = (toolName, toolInput, identifier = account.identifier) =>
  actions.executeTool({ toolName, toolInput, identifier });

test('what the caller did wrong', async () => {
  const unknown = await refused(() => run('close_lead_crate', {}));
  assert.equal(unknown.constructor, ScalekitNotFoundException);
  assert.deepEqual([unknown.errorCode, unknown.httpStatus], ['RESOURCE_NOT_FOUND', 404]);
  const missing = await refused(() => run('close_lead_get', { colour: 1 }));
  assert.equal(missing.constructor, ScalekitBadRequestException);
  assert.deepEqual([missing.errorCode, missing.httpStatus], ['VALIDATION_ERROR', 400]);
  const fields = missing.unpackedDetails[0].validationErrorInfo.fieldViolations.map((one) => one.field);
  assert.ok(fields.includes('lead_id') && fields.includes('colour'));
  assert.ok(missing.message.includes('lead_id'));
  const nobody = await refused(() => run('close_me_get', {}, 'nobody'));
  assert.equal(nobody.constructor, ScalekitNotFoundException);
  const pending = newIdentifier();
  await actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier: pending });
  const early = await refused(() => run('close_me_get', {}, pending));
  assert.equal(early.constructor, ScalekitBadRequestException);
  assert.ok(early.message.includes('PENDING_AUTH'));
  const elsewhere = await refused(() => client.organization.listOrganization({ pageSize: 1 }));
  assert.equal(elsewhere.constructor, ScalekitNotImplementedException);
});

test('a wrong secret is the raw error of the token endpoint', async () => {
  const stranger = new ScalekitClient(told.gateway_url, told.client_id, 'wrong');
  const error = await refused(() => stranger.tools.listTools());
  assert.equal(error.response?.status, 401);
  assert.equal(error.response.data.error, 'invalid_client');
});

const trouble = [
  [{ status: 401 }, ScalekitToolUnauthorizedException, 401],
  [{ status: 403 }, ScalekitToolForbiddenException, 403],
  [{ rate_limited: { reset_seconds: 3600 } }, ScalekitToolRateLimitException, 429],
  [{ status: 404 }, ScalekitToolException, 404],
  [{ status: 422 }, ScalekitToolException, 400],
  [{ status: 503 }, ScalekitToolException, 500],
  ['html', ScalekitToolException, 500],
  ['truncated', ScalekitToolException, 500],
  ['drop_before', ScalekitToolException, 500],
  ['drop_after', ScalekitToolException, 500],
];

for (const [kind, exception, httpStatus] of trouble) {
  test(`Close in trouble: ${JSON.stringify(kind)}`, async () => {
    const mine = await connect(actions, newIdentifier(), await newPerson());
    await fault(mine.person, kind, { method: 'POST', path: '/api/v1/lead/' });
    const name = `Once ${mine.identifier}`;
    const error = await refused(() => run('close_lead_create', { name }, mine.identifier));
    assert.ok(isToolException(error), String(error));
    assert.equal(error.constructor, exception);
    assert.deepEqual([error.errorCode, error.httpStatus], ['TOOL_ERROR', httpStatus]);
    assert.ok(error.executionId && error.toolErrorMessage && error.toolErrorCode);
    const most = httpStatus === 401 ? 2 : 1; // one more with a fresh token: Close certainly did nothing
    assert.ok((await heard('POST', '/api/v1/lead/', name)).length <= most, 'a write is not repeated');
  });
}

test('verification turns another user away', async () => {
  const identifier = newIdentifier();
  await actions.getOrCreateConnectedAccount({ connectionName: 'close', identifier });
  const { link } = await actions.getAuthorizationLink({
    connectionName: 'close', identifier, userVerifyUrl: 'https://app.example.com/verify', state: 'xyz',
  });
  const back = new URL((await consent(link, account.person)).url);
  assert.equal(back.searchParams.get('state'), 'xyz');
  const authRequestId = back.searchParams.get('auth_request_id');
  const wrong = await refused(() => actions.verifyConnectedAccountUser({ authRequestId, identifier: 'another' }));
  assert.equal(wrong.constructor, ScalekitForbiddenException);
  const unknown = await refused(() => actions.verifyConnectedAccountUser({ authRequestId: 'never', identifier }));
  assert.equal(unknown.constructor, ScalekitNotFoundException);
});
