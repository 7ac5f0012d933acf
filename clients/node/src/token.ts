// The bearer token: fetched once for all callers, renewed ahead of its expiry.

import { errorOf } from "./answer.js";
import { LatchError, UnauthenticatedError } from "./errors.js";
import { numberAt, textAt } from "./json.js";
import { withRetries } from "./retry.js";
import { exchange } from "./wire.js";

/** Milliseconds before the expiry from which on a token is renewed, or a tenth of its life if that is less. */
const AHEAD = 60_000;

/** Where tokens come from. */
export interface TokenSource {
  url: string;
  clientId: string;
  clientSecret: string;
  timeout: number;
  attempts: number;
}

interface Held {
  token: string;
  renewAt: number;
  expiresAt: number;
}

/** Hands out a token that is good for a while. */
export class Tokens {
  readonly #source: TokenSource;
  #held: Held | undefined;
  #fetching: Promise<Held> | undefined;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** A token. A caller who gives up does not stop the others from getting theirs. */
  async get(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const held = this.#held;
    if (held !== undefined && Date.now() < held.renewAt) return held.token;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    try {
      return (await unlessAborted(this.#fetching, signal)).token;
    } catch (error) {
      // A renewal that fails is no reason to refuse a call that the old token still serves.
      const usable = held !== undefined && held === this.#held && Date.now() < held.expiresAt;
      if (usable && error instanceof LatchError) return held.token;
      throw error;
    }
  }

  /** Forgets the token if it is still the one held. */
  reject(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  async #fetch(): Promise<Held> {
    const held = await withRetries(this.#source.attempts, undefined, () => request(this.#source));
    this.#held = held;
    return held;
  }
}

async function request(source: TokenSource): Promise<Held> {
  const asked = Date.now();
  const answer = await exchange({
    url: `${source.url}/oauth/token`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: source.clientId,
      client_secret: source.clientSecret,
    }).toString(),
    timeout: source.timeout,
    read: true,
  });
  if (answer.status === 401 || answer.status === 400) {
    throw new UnauthenticatedError({
      class: "unauthenticated",
      message: `Latch gave no token: ${textAt(answer.body, "error_description") ?? textAt(answer.body, "error") ?? answer.status}`,
      hint: "Check the client id and the client secret; `latch clients create` makes new ones.",
      httpStatus: answer.status,
    });
  }
  if (answer.status !== 200) throw errorOf(answer, true);
  const token = textAt(answer.body, "access_token");
  if (token === undefined) {
    throw new LatchError({
      class: "internal",
      message: `The answer of ${source.url}/oauth/token holds no access_token`,
      hint: "Check that the address is the one of Latch.",
      httpStatus: answer.status,
    });
  }
  const life = (numberAt(answer.body, "expires_in") ?? 300) * 1000;
  return { token, expiresAt: asked + life, renewAt: asked + life - Math.min(AHEAD, life / 10) };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
