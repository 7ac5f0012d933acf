// What calls take and what they answer with.

import type { JsonObject, JsonValue } from "./json.js";
import type { CallOptions } from "./transport.js";

/** The state of a connected account. Only an ACTIVE one can be used. */
export type AccountStatus = "PENDING" | "PENDING_VERIFICATION" | "ACTIVE" | "EXPIRED" | "REVOKED" | "DISCONNECTED";

/** Somebody or something at Close. */
export interface CloseReference {
  id: string;
  name?: string;
  email?: string;
}

/** One person's grant on one connection. */
export interface ConnectedAccount {
  id: string;
  identifier: string;
  connectionName: string;
  connectionId: string;
  provider: string;
  status: AccountStatus;
  /** Why the status is what it is; empty if there is nothing to say. */
  statusReason: string;
  authorizationType: string;
  /** RFC 3339. */
  tokenExpiresAt: string | undefined;
  /** RFC 3339. */
  updatedAt: string | undefined;
  /** RFC 3339. */
  lastUsedAt: string | undefined;
  closeUser: CloseReference | undefined;
  closeOrganization: CloseReference | undefined;
}

/** Names an account: by its id, or by connection and identifier. */
export interface AccountSelector extends CallOptions {
  connectionName?: string;
  identifier?: string;
  connectedAccountId?: string;
}

/** Which account is wanted; it is created if it does not exist. */
export interface GetOrCreateRequest extends CallOptions {
  connectionName?: string;
  identifier: string;
}

/** What an authorization link is asked for with. */
export interface AuthorizationLinkRequest extends AccountSelector {
  /** Comes back to `userVerifyUrl`. */
  state?: string;
  /** Where the browser goes for you to check who it is; see verifyConnectedAccountUser. */
  userVerifyUrl?: string;
}

/** A link that the person opens once, soon. */
export interface AuthorizationLink {
  link: string;
  /** RFC 3339. */
  expiry: string | undefined;
}

/** What a tool is run with. */
export interface ExecuteToolRequest extends AccountSelector {
  toolName: string;
  toolInput?: Record<string, unknown>;
}

/** A page of a list. */
export interface PageRequest extends CallOptions {
  pageSize?: number;
  pageToken?: string;
}

/** What a page says about the others. */
export interface PageFacts {
  totalSize: number;
  /** Empty on the last page. */
  nextPageToken: string;
}

export interface ListAccountsRequest extends PageRequest {
  connectionName?: string;
  identifier?: string;
  /** Part of an identifier. */
  query?: string;
}

export interface ListToolsRequest extends PageRequest {
  toolNames?: string[];
  /** Words that the name must contain. */
  query?: string;
}

export interface ListScopedToolsRequest extends PageRequest {
  identifier: string;
  connectionNames?: string[];
  toolNames?: string[];
}

/** What a tool is and takes. */
export interface ToolDefinition {
  name: string;
  title: string;
  description: string;
  /** JSON Schema of the arguments. */
  inputSchema: JsonObject;
  /** Whether it changes nothing. */
  readOnly: boolean;
  /** Whether it deletes or overwrites. */
  destructive: boolean;
}

/** A tool, with the account it acts for. */
export interface ScopedTool extends ToolDefinition {
  connectedAccountId: string;
  identifier: string;
}

/** A request that Close answers as it is. */
export interface ProxyRequest extends CallOptions {
  connectionName: string;
  identifier: string;
  /** The path at Close, for example `/api/v1/me/`. */
  path: string;
  /** GET unless given. */
  method?: string;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  headers?: Record<string, string>;
  body?: JsonValue;
}

/** Close's answer. */
export interface ProxyAnswer<T> {
  status: number;
  headers: Headers;
  data: T;
}
