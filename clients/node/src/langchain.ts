// Latch's tools as LangChain tools.

import { DynamicStructuredTool } from "@langchain/core/tools";
import { LatchClient } from "./client.js";
import { LatchError } from "./errors.js";
import type { JsonObject } from "./json.js";
import { scopedToolsNow } from "./now.js";
import type { ScopedTool } from "./types.js";

/** Whose tools are wanted. */
export interface ToolsRequest {
  connectionName: string;
  identifier: string;
  /** Only these tools. A model chooses better among few. */
  toolNames?: string[];
  /** The client to call with; from LATCH_ENV_URL, LATCH_CLIENT_ID and LATCH_CLIENT_SECRET unless given. */
  client?: LatchClient;
}

/** A tool of Latch as LangChain runs it; its result is JSON text. */
export type LatchTool = DynamicStructuredTool<JsonObject, Record<string, unknown>, Record<string, unknown>, string>;

/**
 * The tools, at once: this thread stands still until Latch has answered, so that the list can be handed on
 * without waiting for a promise. For programs that serve others there is loadTools.
 */
export function getTools(request: ToolsRequest): LatchTool[] {
  const client = request.client ?? LatchClient.fromEnvironment();
  return scopedToolsNow(client, asked(request)).map((tool) => langchainTool(client, tool));
}

/** The tools, without holding anything up. */
export async function loadTools(request: ToolsRequest): Promise<LatchTool[]> {
  const client = request.client ?? LatchClient.fromEnvironment();
  const tools: LatchTool[] = [];
  for await (const tool of client.actions.allScopedTools(asked(request))) tools.push(langchainTool(client, tool));
  return tools;
}

function asked(request: ToolsRequest) {
  const { identifier, connectionName, toolNames } = request;
  return { identifier, connectionNames: [connectionName], ...(toolNames === undefined ? {} : { toolNames }) };
}

function langchainTool(client: LatchClient, tool: ScopedTool): LatchTool {
  const made = new DynamicStructuredTool({
    name: tool.name,
    description: tool.description,
    schema: tool.inputSchema,
    func: async (input: Record<string, unknown>, _manager?: unknown, config?: { signal?: AbortSignal }) => {
      try {
        const result = await client.actions.executeTool({
          connectedAccountId: tool.connectedAccountId,
          toolName: tool.name,
          toolInput: input,
          ...(config?.signal === undefined ? {} : { signal: config.signal }),
        });
        return JSON.stringify(result);
      } catch (error) {
        if (error instanceof LatchError) return told(tool.name, error);
        throw error;
      }
    },
  }) as LatchTool;
  return checkedByLatch(made);
}

/**
 * LangChain throws when arguments do not fit the schema, and says only that they do not. Latch checks them
 * anyway and answers with all problems and what is allowed, so LangChain runs the tool with a schema that lets
 * every object pass. The model still sees the real one.
 */
function checkedByLatch(made: LatchTool): LatchTool {
  const run = Object.create(made, { schema: { value: { type: "object" } } }) as LatchTool;
  Object.defineProperty(made, "call", { value: made.call.bind(run), enumerable: false });
  return made;
}

/** The error as a model reads it: what happened, and what to do next. */
function told(name: string, error: LatchError): string {
  const lines = [`${name} failed (${error.class}): ${error.message}`];
  for (const [field, complaint] of Object.entries(error.fieldErrors)) lines.push(`${field}: ${complaint}`);
  if (error.outcome === "unknown") lines.push("It may have been carried out all the same: look before you repeat it.");
  if (error.hint !== undefined) lines.push(`Hint: ${error.hint}`);
  const link = error.authorizationLink;
  if (link !== undefined && !error.hint?.includes(link)) lines.push(`The person can connect the account at ${link}`);
  return lines.join("\n");
}
