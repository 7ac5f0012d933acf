// Requests to Latch: the token, another attempt where that is safe, answers turned into errors.

import { errorOf, latchClass, type Answer } from "./answer.js";
import { NotConfiguredError } from "./errors.js";
import { withRetries } from "./retry.js";
import { Tokens } from "./token.js";
import { exchange } from "./wire.js";

/** How calls are made. Each can be given for a single call as well, except `maxAttempts`. */
export interface ClientOptions {
  /** Milliseconds until an attempt is given up. 60000 unless given. */
  timeout?: number;
  /** Attempts in all, where another attempt is safe. 3 unless given. */
  maxAttempts?: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Stops the call; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds until an attempt is given up. */
  timeout?: number;
}

/** Where Latch is and who is calling. */
export interface Settings {
  url: string;
  clientId: string;
  clientSecret: string;
  timeout: number;
  maxAttempts: number;
}

/** One request. */
export interface Request {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  options?: CallOptions | undefined;
}

/** Sends requests for one client of Latch. */
export class Transport {
  readonly #settings: Settings;
  readonly #tokens: Tokens;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#tokens = new Tokens({ ...settings, attempts: settings.maxAttempts });
  }

  /** The answer, if it tells of success; throws a LatchError otherwise. */
  async send(request: Request): Promise<Answer> {
    const read = request.method === "GET" || request.method === "HEAD";
    const signal = request.options?.signal;
    return withRetries(this.#settings.maxAttempts, signal, async () => {
      const token = await this.#tokens.get(signal);
      let answer = await this.#once(request, read, token);
      if (refused(answer, request.path)) {
        // Latch looks at the token before it does anything, so that even a write may be sent again.
        this.#tokens.reject(token);
        answer = await this.#once(request, read, await this.#tokens.get(signal));
      }
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw errorOf(answer, read);
    });
  }

  #once(request: Request, read: boolean, token: string): Promise<Answer> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    return exchange({
      url: this.#settings.url + request.path + queryOf(request.query ?? {}),
      method: request.method,
      headers: {
        accept: "application/json",
        ...request.headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        authorization: `Bearer ${token}`,
      },
      body,
      timeout: request.options?.timeout ?? this.#settings.timeout,
      signal: request.options?.signal,
      read,
    });
  }
}

/** Whether Latch refused the token; Close's own 401, handed through, is something else. */
function refused(answer: Answer, path: string): boolean {
  if (answer.status !== 401) return false;
  const said = latchClass(answer.body);
  return said === undefined ? !path.startsWith("/proxy/") : said === "unauthenticated" && !ofTool(answer.body);
}

function ofTool(body: unknown): boolean {
  return JSON.stringify(body).includes('"TOOL_ERROR"');
}

function queryOf(query: Record<string, unknown>): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) pairs.append(name, String(item));
    }
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}

/** The settings, complete; throws a NotConfiguredError that names what is missing. */
export function settingsFrom(
  envUrl: string | undefined,
  clientId: string | undefined,
  clientSecret: string | undefined,
  options: ClientOptions = {},
): Settings {
  const given = { envUrl, clientId, clientSecret };
  const missing = Object.entries(given).filter(([, value]) => !value).map(([name]) => name);
  if (!envUrl || !clientId || !clientSecret) {
    throw notConfigured(`LatchClient lacks ${missing.join(", ")}`);
  }
  if (!/^https?:\/\//.test(envUrl) || !URL.canParse(envUrl)) throw notConfigured("envUrl is no http or https address");
  return {
    url: envUrl.replace(/\/+$/, ""),
    clientId,
    clientSecret,
    timeout: options.timeout ?? 60_000,
    maxAttempts: Math.max(1, options.maxAttempts ?? 3),
  };
}

function notConfigured(message: string): NotConfiguredError {
  return new NotConfiguredError({
    class: "not_configured",
    message,
    hint: "new LatchClient(envUrl, clientId, clientSecret): the address of Latch, and what `latch clients create` shows.",
  });
}
