// A chat model that follows a script.

import { AIMessage } from "@langchain/core/messages";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";

/** Says what `script` says, one message per turn, and remembers what it was shown. */
export class ScriptedModel extends BaseChatModel {
  constructor(script) {
    super({});
    this.script = script;
    this.shown = [];
  }
  _llmType() {
    return "scripted";
  }
  bindTools(tools) {
    this.offered = tools.map((tool) => convertToOpenAITool(tool));
    return this;
  }
  async _generate(messages) {
    this.shown.push(messages);
    const message = this.script[this.shown.length - 1];
    return { generations: [{ text: "", message }] };
  }
}

/** A message that asks for one call of a tool. */
export const asks = (id, name, args) => new AIMessage({ content: "", tool_calls: [{ id, name, args, type: "tool_call" }] });
