// Every block of JavaScript in the README runs as it is printed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { LatchClient } from "@latch/sdk";
import { consent, up } from "./support.mjs";

const blocks = [...(await readFile("README.md", "utf8")).matchAll(/```(js|cjs)\n([\s\S]*?)```/g)];

before(async () => {
  const { actions } = new LatchClient(process.env.LATCH_ENV_URL, up.client_id, up.client_secret);
  const who = { connectionName: "close", identifier: "user_123" };
  await actions.getOrCreateConnectedAccount(who);
  await consent((await actions.getAuthorizationLink(who)).link);
  await mkdir("readme", { recursive: true });
  // The application's own model, which the README cannot know.
  await writeFile(
    "readme/your-model.js",
    `import { AIMessage } from "@langchain/core/messages";
     import { asks, ScriptedModel } from "../model.mjs";
     export const model = new ScriptedModel([asks("1", "close_leads_list", { _limit: 1 }), new AIMessage("One lead.")]);`
  );
});

test("the README shows programs", () => assert.ok(blocks.length >= 5));

for (const [index, [, kind, text]] of blocks.entries()) {
  test(`block ${index + 1}: ${text.split("\n")[0]}`, async () => {
    const file = `readme/block-${index + 1}.${kind === "cjs" ? "cjs" : "mjs"}`;
    await writeFile(file, text);
    const child = spawn(process.execPath, [file], { timeout: 30_000 });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    const code = await new Promise((ended) => child.on("close", ended));
    assert.equal(code, 0, said);
    for (const [, expected] of text.matchAll(/\/\/ prints: (.*)/g)) assert.ok(said.includes(expected), `${expected} in: ${said}`);
  });
}
