// The page's agent, with today's createAgent and a model that follows a script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AIMessage } from "@langchain/core/messages";
import { createAgent } from "langchain";
import { LatchClient } from "@latch/sdk";
import { getTools, loadTools } from "@latch/sdk/langchain";
import { asks, ScriptedModel } from "./model.mjs";
import { up } from "./support.mjs";

test("an agent finds its tools, acts at Close, and reads what went wrong", async () => {
  const closeTools = getTools({
    connectionName: "close",
    identifier: "default"
  });
  assert.ok(Array.isArray(closeTools), "the page hands the list on without await");
  const model = new ScriptedModel([
    asks("1", "close_lead_create", { name: "Agent Corp" }),
    asks("2", "close_lead_create", { nmae: "Agent Corp" }),
    asks("3", "close_lead_get", { lead_id: "lead_0" }),
    new AIMessage("Done.")
  ]);
  const agent = createAgent({
    model,
    tools: closeTools,
    systemPrompt: "You are a sales assistant. Use the available tools to help manage Close CRM."
  });
  const result = await agent.invoke({ messages: [{ role: "user", content: "Create Agent Corp" }] });
  const [created, mistaken, missing] = result.messages.filter((message) => message.getType() === "tool").map((m) => m.content);
  assert.match(JSON.parse(created).id, /^lead_/);
  assert.match(mistaken, /invalid_arguments.*name/s);
  assert.match(mistaken, /nmae/);
  assert.match(missing, /\(api\)[\s\S]*Hint: /);
  assert.equal(result.messages.at(-1).content, "Done.");

  const seen = model.offered.find((tool) => tool.function.name === "close_lead_create").function;
  assert.deepEqual(seen.parameters.required, ["name"]);
  assert.ok(seen.description.length > 20);
});

test("every tool of the account is there, at once and without holding anything up", async () => {
  const client = new LatchClient(process.env.LATCH_ENV_URL, up.client_id, up.client_secret);
  const counted = (await client.actions.listScopedTools({ identifier: "default", pageSize: 1 })).totalSize;
  const loaded = await loadTools({ connectionName: "close", identifier: "default", client });
  assert.equal(loaded.length, counted);
  assert.deepEqual((await getTools({ connectionName: "close", identifier: "default" })).map((t) => t.name), loaded.map((t) => t.name));
  const few = getTools({ connectionName: "close", identifier: "default", client, toolNames: ["close_lead_get"] });
  assert.deepEqual(few.map((tool) => tool.name), ["close_lead_get"]);
});

test("getTools throws the client's own errors", () => {
  const client = new LatchClient(process.env.LATCH_ENV_URL, up.client_id, "wrong");
  assert.throws(() => getTools({ connectionName: "close", identifier: "default", client }), { name: "UnauthenticatedError" });
});
