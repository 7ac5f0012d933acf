// Tokens, repetitions, deadlines and errors, against a server that misbehaves on purpose.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import {
  AccountNotActiveError, CloseApiError, InvalidArgumentsError, LatchClient, LatchError, NetworkError, NotConfiguredError,
  NotFoundError, RateLimitedError, TimeoutError, UnauthenticatedError,
} from "@latch/sdk";
import { misbehaving, token, up } from "./support.mjs";

const EXECUTE = "/api/v1/execute_tool";
const LIST = "/api/v1/connected_accounts";
const done = [200, { data: { id: "lead_1" }, execution_id: "call_1" }];
const empty = [200, { connected_accounts: [], total_size: 0, next_page_token: "" }];
const cut = (request) => request.socket.destroy();
const silent = () => {};
const write = { identifier: "u", toolName: "close_lead_create", toolInput: { name: "A" } };
const client = (server, options) => new LatchClient(server.url, "id", "secret", options).actions;

test("twenty calls at once ask for one token", async (t) => {
  const server = await misbehaving(t, { [LIST]: [empty] });
  const actions = client(server);
  await Promise.all(Array.from({ length: 20 }, () => actions.listConnectedAccounts()));
  assert.equal(server.count("/oauth/token"), 1);
  assert.equal(server.count(LIST), 20);
});

test("a token is renewed ahead of its expiry, and an old one serves while the renewal fails", async (t) => {
  // A token of three seconds is renewed in the last tenth of its life.
  const server = await misbehaving(t, { "/oauth/token": [token("short", 3), [500, {}]], [LIST]: [empty] });
  const actions = client(server, { maxAttempts: 1 });
  const begun = performance.now();
  while (server.count("/oauth/token") < 2) await actions.listConnectedAccounts();
  assert.ok(performance.now() - begun < 3000, "the renewal came before the expiry");
  assert.equal(server.seen.at(-1).authorization, "Bearer short");
});

test("a refused token is replaced once, and the write is sent again", async (t) => {
  const refused = [401, { code: 16, message: "expired", error: { class: "unauthenticated", message: "expired" } }];
  const server = await misbehaving(t, { "/oauth/token": [token("old"), token("new")], [EXECUTE]: [refused, done] });
  assert.equal((await client(server).executeTool(write)).id, "lead_1");
  assert.deepEqual(server.seen.filter((r) => r.path === EXECUTE).map((r) => r.authorization), ["Bearer old", "Bearer new"]);
});

test("a token that is refused for good ends after one more attempt", async (t) => {
  const server = await misbehaving(t, { [EXECUTE]: [[401, { code: 16, message: "no", error: { class: "unauthenticated", message: "no" } }]] });
  await assert.rejects(client(server).executeTool(write), UnauthenticatedError);
  assert.deepEqual([server.count(EXECUTE), server.count("/oauth/token")], [2, 2]);
});

test("a 401 that Close gave the tool starts no new login", async (t) => {
  const body = { code: 16, message: "Close says no", details: [{ error_code: "TOOL_ERROR", tool_error_info: { execution_id: "call_7" } }],
    error: { class: "unauthenticated", message: "Close says no" } };
  const server = await misbehaving(t, { [EXECUTE]: [[401, body]] });
  await assert.rejects(client(server).executeTool(write), { class: "unauthenticated", executionId: "call_7" });
  assert.equal(server.count(EXECUTE), 1);
});

test("a read is repeated after a broken connection, a write never", async (t) => {
  const server = await misbehaving(t, { [LIST]: [cut, empty], [EXECUTE]: [cut, done] });
  assert.equal((await client(server).listConnectedAccounts()).totalSize, 0);
  await assert.rejects(client(server).executeTool(write), (error) =>
    error instanceof NetworkError && error.outcome === "unknown" && !error.retryable && /look before/.test(error.hint));
  assert.deepEqual([server.count(LIST), server.count(EXECUTE)], [2, 1]);
});

test("reads are tried three times and no more; 503 on a write is not tried again", async (t) => {
  const server = await misbehaving(t, { [LIST]: [[503, {}]], [EXECUTE]: [[503, {}]] });
  await assert.rejects(client(server).listConnectedAccounts(), { httpStatus: 503, retryable: true });
  await assert.rejects(client(server).executeTool(write), { httpStatus: 503, retryable: false });
  assert.deepEqual([server.count(LIST), server.count(EXECUTE)], [3, 1]);
});

test("429 is waited out as long as the server asks, for writes too", async (t) => {
  const server = await misbehaving(t, { [EXECUTE]: [[429, {}, { "retry-after": "1" }], done] });
  const begun = performance.now();
  assert.equal((await client(server).executeTool(write)).id, "lead_1");
  assert.ok(performance.now() - begun >= 990);
});

test("a long Retry-After is the caller's to decide on", async (t) => {
  const server = await misbehaving(t, { [EXECUTE]: [[429, {}, { "retry-after": "600" }]] });
  await assert.rejects(client(server).executeTool(write), (e) => e instanceof RateLimitedError && e.retryAfter === 600 && e.retryable);
  assert.equal(server.count(EXECUTE), 1);
});

test("silence ends at the deadline; a write's outcome is unknown then", async (t) => {
  const server = await misbehaving(t, { [EXECUTE]: [silent] });
  await assert.rejects(client(server, { timeout: 100 }).executeTool(write), (e) => e instanceof TimeoutError && e.outcome === "unknown");
  assert.equal(server.count(EXECUTE), 1);
});

test("a caller who gives up gets the signal's reason, also while a token is fetched or a wait goes on", async (t) => {
  const reason = new Error("the person left");
  const given = () => AbortSignal.any([aborter().signal]);
  const aborter = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    return controller;
  };
  for (const scripts of [{ [EXECUTE]: [silent] }, { "/oauth/token": [silent] }, { [EXECUTE]: [[429, {}, { "retry-after": "20" }]] }]) {
    const server = await misbehaving(t, scripts);
    await assert.rejects(client(server).executeTool({ ...write, signal: given() }), reason);
  }
});

test("nobody listening: tried again, and said plainly", async () => {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${server.address().port}`;
  await new Promise((closed) => server.close(closed));
  await assert.rejects(client({ url }).executeTool(write), (e) =>
    e instanceof NetworkError && e.outcome === "none" && e.retryable && /ECONNREFUSED/.test(e.message));
});

test("all pages are read, and a page token that repeats ends the reading", async (t) => {
  const page = (id, next) => [200, { connected_accounts: [{ id, status: "PENDING_AUTH" }], total_size: 3, next_page_token: next }];
  const server = await misbehaving(t, { [LIST]: [page("ca_1", "2"), page("ca_2", "3"), page("ca_3", "3")] });
  const found = [];
  for await (const account of client(server).allConnectedAccounts()) found.push([account.id, account.status]);
  assert.deepEqual(found, [["ca_1", "PENDING"], ["ca_2", "PENDING"], ["ca_3", "PENDING"]]);
});

test("a constructor that lacks something says what", () => {
  assert.throws(() => new LatchClient("http://localhost", undefined, ""), (e) =>
    e instanceof NotConfiguredError && /clientId, clientSecret/.test(e.message));
});

test("the real server's errors arrive with class, problems and hint", async () => {
  const latch = (secret = up.client_secret) => new LatchClient(process.env.LATCH_ENV_URL, up.client_id, secret).actions;
  const actions = latch();
  await assert.rejects(latch("wrong").listTools(), (e) => e instanceof UnauthenticatedError && /secret/.test(e.hint));
  await assert.rejects(actions.executeTool({ identifier: "default", toolName: "close_lead_create", toolInput: { nmae: "A" } }), (e) => {
    assert.ok(e instanceof InvalidArgumentsError && e instanceof LatchError);
    assert.equal(e.httpStatus, 400);
    assert.ok(e.problems.some((p) => p.kind === "missing" && p.parameter === "name"));
    assert.ok(e.problems.some((p) => p.parameter === "nmae"));
    return true;
  });
  await assert.rejects(actions.executeTool({ identifier: "default", toolName: "close_nothing" }), NotFoundError);
  await assert.rejects(actions.executeTool({ identifier: "default", toolName: "close_lead_get", toolInput: { lead_id: "lead_0" } }), (e) =>
    e instanceof CloseApiError && e.closeStatus === 404 && e.executionId.length > 0);
  await assert.rejects(
    actions.request({ connectionName: "close", identifier: "default", path: "/api/v1/lead/", method: "POST", body: { name: 3 } }),
    (e) => e instanceof CloseApiError && e.httpStatus === 400 && "name" in e.fieldErrors
  );
});

test("an account from its first day to its last", async () => {
  const { actions } = new LatchClient(process.env.LATCH_ENV_URL, up.client_id, up.client_secret);
  const who = { connectionName: "close", identifier: "rep_life" };
  const { connectedAccount } = await actions.getOrCreateConnectedAccount(who);
  assert.equal((await actions.getOrCreateConnectedAccount(who)).connectedAccount.id, connectedAccount.id);
  await assert.rejects(actions.executeTool({ ...who, toolName: "close_leads_list" }), (e) =>
    e instanceof AccountNotActiveError && URL.canParse(e.authorizationLink));
  assert.equal((await actions.getConnectedAccount({ connectedAccountId: connectedAccount.id })).connectedAccount.identifier, "rep_life");
  for (const name of ["a", "b", "c"]) await actions.getOrCreateConnectedAccount({ ...who, identifier: `rep_life_${name}` });
  const all = [];
  for await (const account of actions.allConnectedAccounts({ query: "rep_life", pageSize: 2 })) all.push(account.identifier);
  assert.deepEqual(all.sort(), ["rep_life", "rep_life_a", "rep_life_b", "rep_life_c"]);
  assert.equal((await actions.disconnect(who)).connectedAccount.status, "DISCONNECTED");
  await actions.deleteConnectedAccount(who);
  await assert.rejects(actions.getConnectedAccount(who), NotFoundError);
  await assert.rejects(actions.verifyConnectedAccountUser({ authRequestId: "nothing", identifier: "rep_life" }), NotFoundError);
  const some = await actions.listTools({ query: "lead_create" });
  assert.ok(some.tools.some((tool) => tool.name === "close_lead_create" && !tool.readOnly));
});
