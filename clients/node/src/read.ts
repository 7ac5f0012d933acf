// Turns the server's JSON into the types of this package.

import { isObject, objectAt, textAt, type JsonObject } from "./json.js";
import type { AccountStatus, CloseReference, ConnectedAccount, ToolDefinition } from "./types.js";

/** Names the recorded call on the result of executeTool, out of the way of the payload's own members. */
export const EXECUTION_ID: unique symbol = Symbol.for("latch.executionId");

/** The id under which Latch recorded the call that gave this result. */
export function executionId(result: object): string | undefined {
  return (result as { [EXECUTION_ID]?: string })[EXECUTION_ID];
}

/** The payload of a tool call, with the execution id where no loop over members meets it. */
export function payload(body: unknown): JsonObject {
  const data = objectAt(body, "data") as JsonObject;
  Object.defineProperty(data, EXECUTION_ID, { value: textAt(body, "execution_id"), enumerable: false });
  return data;
}

export function account(body: unknown): ConnectedAccount {
  const latch = objectAt(body, "latch");
  return {
    id: textAt(body, "id") ?? "",
    identifier: textAt(body, "identifier") ?? "",
    connectionName: textAt(body, "connector") ?? "",
    connectionId: textAt(body, "connection_id") ?? "",
    provider: textAt(body, "provider") ?? "",
    status: status(textAt(latch, "status") ?? textAt(body, "status") ?? ""),
    statusReason: textAt(latch, "status_reason") ?? "",
    authorizationType: textAt(body, "authorization_type") ?? "",
    tokenExpiresAt: textAt(body, "token_expires_at"),
    updatedAt: textAt(body, "updated_at"),
    lastUsedAt: textAt(body, "last_used_at"),
    closeUser: reference(latch["close_user"]),
    closeOrganization: reference(latch["close_organization"]),
  };
}

/** A server that knows only the wire's word for it says PENDING_AUTH. */
function status(said: string): AccountStatus {
  return (said === "PENDING_AUTH" ? "PENDING" : said) as AccountStatus;
}

function reference(value: unknown): CloseReference | undefined {
  const id = textAt(value, "id");
  if (id === undefined) return undefined;
  const name = textAt(value, "name");
  const email = textAt(value, "email");
  return { id, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
}

export function tool(body: unknown): ToolDefinition {
  const definition = objectAt(body, "definition");
  const annotations = objectAt(definition, "annotations");
  const schema = definition["input_schema"];
  const name = textAt(definition, "name") ?? "";
  return {
    name,
    title: textAt(annotations, "title") ?? textAt(definition, "display_name") ?? name,
    description: textAt(definition, "description") ?? "",
    inputSchema: isObject(schema) ? (schema as JsonObject) : { type: "object", properties: {} },
    readOnly: annotations["read_only_hint"] === true,
    destructive: annotations["destructive_hint"] === true,
  };
}
