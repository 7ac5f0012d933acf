// The page's agent. There is no LangChain package of the SDK for Node, so the tools are made from what
// `listScopedTools` answers, as the documentation does; the model follows a script.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, isToolMessage } from '@langchain/core/messages';
import { createAgent, tool } from 'langchain';
import { connect, heard, newClient, newIdentifier, newPerson } from './support.mjs';

/** Says one line of its script after each answer of a tool. */
class ScriptedModel extends BaseChatModel {
  constructor(script) {
    super({});
    this.script = script;
    this.bound = [];
  }

  _llmType() {
    return 'scripted';
  }

  bindTools(tools) {
    this.bound = tools;
    return this;
  }

  async _generate(messages) {
    const answers = messages.filter(isToolMessage).map((message) => message.content);
    const line = this.script[answers.length](answers);
    const message = typeof line === 'string'
      ? new AIMessage(line)
      : new AIMessage({ content: '', tool_calls: [{ ...line, id: `call_${answers.length}`, type: 'tool_call' }] });
    return { generations: [{ text: '', message }] };
  }
}

test('an agent finds a lead and plans a task', async () => {
  const { actions, tools } = newClient();
  const { identifier } = await connect(actions, newIdentifier(), await newPerson());
  const scoped = await tools.listScopedTools(identifier, { filter: { connectionNames: ['close'] }, pageSize: 200 });
  const closeTools = scoped.tools.map(({ tool: { definition }, connectedAccountId }) =>
    tool(
      async (toolInput) => {
        const { data } = await actions.executeTool({ toolName: definition.name, connectedAccountId, toolInput });
        return JSON.stringify(data);
      },
      { name: definition.name, description: definition.description, schema: definition.input_schema },
    ));
  assert.ok(closeTools.length >= 81);
  const model = new ScriptedModel([
    () => ({ name: 'close_leads_list', args: { query: 'Acme Rockets', _limit: 1 } }),
    ([leads]) => ({ name: 'close_task_create', args: { lead_id: JSON.parse(leads).data[0].id, text: identifier } }),
    () => 'One task is planned.',
  ]);
  const agent = createAgent({ model, tools: closeTools });
  const result = await agent.invoke({ messages: [{ role: 'user', content: 'Plan a task for Acme Rockets' }] });
  assert.equal(result.messages.at(-1).content, 'One task is planned.');
  assert.equal(model.bound.length, closeTools.length);
  assert.equal((await heard('POST', '/api/v1/task/', identifier)).length, 1);
});
