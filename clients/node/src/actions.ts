// What an application does with Latch: connect accounts, and call Close for them.

import { defined, listAt, numberAt, objectAt, textAt, type JsonObject, type JsonValue } from "./json.js";
import { account, payload, tool } from "./read.js";
import type { CallOptions, Request, Transport } from "./transport.js";
import type {
  AccountSelector,
  AuthorizationLink,
  AuthorizationLinkRequest,
  ConnectedAccount,
  ExecuteToolRequest,
  GetOrCreateRequest,
  ListAccountsRequest,
  ListScopedToolsRequest,
  ListToolsRequest,
  PageFacts,
  PageRequest,
  ProxyAnswer,
  ProxyRequest,
  ScopedTool,
  ToolDefinition,
} from "./types.js";

const accounts = "/api/v1/connected_accounts";

/** The calls. Each throws a LatchError if it fails. */
export class Actions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The account of this identifier, created if it does not exist. Safe to call every time. */
  async getOrCreateConnectedAccount(request: GetOrCreateRequest): Promise<{ connectedAccount: ConnectedAccount }> {
    const body = await this.#post(`${accounts}:get_or_create`, selector(request), request);
    return { connectedAccount: account(objectAt(body, "connected_account")) };
  }

  /** A link on which the person agrees at Close. Also for an account that has to be connected again. */
  async getAuthorizationLink(request: AuthorizationLinkRequest): Promise<AuthorizationLink> {
    const more = { state: request.state, user_verify_url: request.userVerifyUrl };
    const body = await this.#post(`${accounts}/magic_link`, { ...selectorWithId(request), ...more }, request);
    return { link: textAt(body, "link") ?? "", expiry: textAt(body, "expiry") };
  }

  /** The account; throws a NotFoundError if there is none. */
  async getConnectedAccount(request: AccountSelector): Promise<{ connectedAccount: ConnectedAccount }> {
    const body = await this.#get(`${accounts}/details`, selectorWithId(request), request);
    return { connectedAccount: account(objectAt(body, "connected_account")) };
  }

  /** One page of accounts. */
  async listConnectedAccounts(
    request: ListAccountsRequest = {},
  ): Promise<PageFacts & { connectedAccounts: ConnectedAccount[] }> {
    const query = { ...selector(request), query: request.query, ...page(request) };
    const body = await this.#get(accounts, query, request);
    return { connectedAccounts: listAt(body, "connected_accounts").map(account), ...facts(body) };
  }

  /** All accounts, page after page. */
  async *allConnectedAccounts(request: ListAccountsRequest = {}): AsyncGenerator<ConnectedAccount, void, undefined> {
    yield* pages(request, (next) => this.listConnectedAccounts(next), (answer) => answer.connectedAccounts);
  }

  /** Deletes the account with its credentials. */
  async deleteConnectedAccount(request: AccountSelector): Promise<void> {
    await this.#post(`${accounts}:delete`, selectorWithId(request), request);
  }

  /** Forgets the credentials and keeps the account, which becomes DISCONNECTED. */
  async disconnect(request: AccountSelector): Promise<{ connectedAccount: ConnectedAccount }> {
    const id = request.connectedAccountId ?? (await this.getConnectedAccount(request)).connectedAccount.id;
    const body = await this.#post(`${accounts}/${encodeURIComponent(id)}:disconnect`, {}, request);
    return { connectedAccount: account(objectAt(body, "connected_account")) };
  }

  /** Says who came back to your userVerifyUrl; the account becomes ACTIVE if it is theirs. */
  async verifyConnectedAccountUser(
    request: { authRequestId: string; identifier: string } & CallOptions,
  ): Promise<{ postUserVerifyRedirectUrl: string }> {
    const asked = { auth_request_id: request.authRequestId, identifier: request.identifier };
    const body = await this.#post(`${accounts}/user/verify`, asked, request);
    return { postUserVerifyRedirectUrl: textAt(body, "post_user_verify_redirect_url") ?? "" };
  }

  /** Runs a tool. The result is what Close answered; executionId(result) names the recorded call. */
  async executeTool<T extends object = JsonObject>(request: ExecuteToolRequest): Promise<T> {
    const asked = {
      tool_name: request.toolName,
      connector: request.connectionName,
      identifier: request.identifier,
      connected_account_id: request.connectedAccountId,
      params: request.toolInput ?? {},
    };
    return payload(await this.#post("/api/v1/execute_tool", asked, request)) as T;
  }

  /** One page of the tools there are. */
  async listTools(request: ListToolsRequest = {}): Promise<PageFacts & { tools: ToolDefinition[] }> {
    const query = { "filter.tool_name": request.toolNames, "filter.query": request.query, ...page(request) };
    const body = await this.#get("/api/v1/tools", query, request);
    return { tools: listAt(body, "tools").map(tool), ...facts(body) };
  }

  /** All tools, page after page. */
  async *allTools(request: ListToolsRequest = {}): AsyncGenerator<ToolDefinition, void, undefined> {
    yield* pages(request, (next) => this.listTools(next), (answer) => answer.tools);
  }

  /** One page of the tools that this identifier's accounts can use. */
  async listScopedTools(request: ListScopedToolsRequest): Promise<PageFacts & { tools: ScopedTool[] }> {
    const query = {
      identifier: request.identifier,
      "filter.connection_names": request.connectionNames,
      "filter.tool_names": request.toolNames,
      ...page(request),
    };
    const body = await this.#get("/api/v1/tools/scoped", query, request);
    const tools = listAt(body, "tools").map((scoped) => ({
      ...tool(objectAt(scoped, "tool")),
      connectedAccountId: textAt(scoped, "connected_account_id") ?? "",
      identifier: textAt(scoped, "identifier") ?? request.identifier,
    }));
    return { tools, ...facts(body) };
  }

  /** All tools that this identifier's accounts can use, page after page. */
  async *allScopedTools(request: ListScopedToolsRequest): AsyncGenerator<ScopedTool, void, undefined> {
    yield* pages(request, (next) => this.listScopedTools(next), (answer) => answer.tools);
  }

  /** Sends a request to Close itself with the account's credentials. */
  async request<T = JsonValue>(request: ProxyRequest): Promise<ProxyAnswer<T>> {
    const answer = await this.#transport.send({
      method: (request.method ?? "GET").toUpperCase(),
      path: `/proxy/${request.path.replace(/^\/+/, "")}`,
      query: request.query ?? {},
      headers: { ...request.headers, connection_name: request.connectionName, identifier: request.identifier },
      options: request,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return { status: answer.status, headers: answer.headers, data: answer.body as T };
  }

  async #get(path: string, query: Record<string, unknown>, options: CallOptions): Promise<unknown> {
    return this.#send({ method: "GET", path, query, options });
  }

  async #post(path: string, body: object, options: CallOptions): Promise<unknown> {
    return this.#send({ method: "POST", path, body: defined(body), options });
  }

  async #send(request: Request): Promise<unknown> {
    return (await this.#transport.send(request)).body;
  }
}

function selector(request: { connectionName?: string; identifier?: string }): Record<string, unknown> {
  return { connector: request.connectionName, identifier: request.identifier };
}

/** The id alone where there is one: it says everything. */
function selectorWithId(request: AccountSelector): Record<string, unknown> {
  return request.connectedAccountId === undefined ? selector(request) : { id: request.connectedAccountId };
}

function page(request: PageRequest): Record<string, unknown> {
  return { page_size: request.pageSize, page_token: request.pageToken };
}

function facts(body: unknown): PageFacts {
  return { totalSize: numberAt(body, "total_size") ?? 0, nextPageToken: textAt(body, "next_page_token") ?? "" };
}

async function* pages<R extends PageRequest, P extends PageFacts, T>(
  request: R,
  ask: (request: R) => Promise<P>,
  items: (page: P) => T[],
): AsyncGenerator<T, void, undefined> {
  for (let token = request.pageToken; ; ) {
    const answer = await ask(token === undefined ? request : { ...request, pageToken: token });
    yield* items(answer);
    // A token that comes back unchanged would go round for ever.
    if (answer.nextPageToken === "" || answer.nextPageToken === token) return;
    token = answer.nextPageToken;
  }
}
