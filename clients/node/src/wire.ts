// One HTTP exchange: a deadline, the caller's signal, and errors that say whether anything was sent.

import type { Answer } from "./answer.js";
import { NetworkError, TimeoutError } from "./errors.js";
import { isObject, listAt, textAt } from "./json.js";

/** What one exchange needs. */
export interface Exchange {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Milliseconds until the exchange is given up. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /** Whether the request changes nothing, so that it may be repeated. */
  read: boolean;
}

/** Failures that come before the request left this machine. */
const notSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Sends the request and reads the answer to its end. Throws the signal's reason if the caller gave up. */
export async function exchange(request: Exchange): Promise<Answer> {
  request.signal?.throwIfAborted();
  const deadline = new AbortController();
  const stop = () => deadline.abort(request.signal?.reason);
  const timer = setTimeout(() => deadline.abort(), request.timeout);
  request.signal?.addEventListener("abort", stop, { once: true });
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      // A token must not follow a redirect to somewhere else.
      redirect: "manual",
      signal: deadline.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return { status: answer.status, headers: answer.headers, body: parsed(await answer.text()) };
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw failure(request, cause, deadline.signal.aborted);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", stop);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failure(request: Exchange, cause: unknown, late: boolean): Error {
  const unsent = !late && notSent.has(codeOf(cause));
  const outcome = unsent || request.read ? "none" : "unknown";
  const unknown = "The request may have been carried out: look before you send it again.";
  if (late) {
    return new TimeoutError({
      class: "timeout",
      message: `There was no answer from Latch within ${request.timeout} ms`,
      hint: request.read ? "Try again, or allow more time with the option timeout." : unknown,
      retryable: request.read,
      outcome,
      cause,
    });
  }
  return new NetworkError({
    class: "network",
    message: `Latch at ${new URL(request.url).origin} could not be reached: ${reason(cause)}`,
    hint: hint(codeOf(cause)) ?? (unsent || request.read ? "Check that Latch runs and that the address is right." : unknown),
    retryable: unsent || request.read,
    outcome,
    cause,
  });
}

/** The code of a system error, which fetch hides in causes and in lists of errors. */
function codeOf(error: unknown): string {
  const inner = isObject(error) ? error["cause"] : undefined;
  return textAt(error, "code") ?? (inner === undefined ? (textAt(listAt(error, "errors")[0], "code") ?? "") : codeOf(inner));
}

function reason(error: unknown): string {
  const inner = isObject(error) ? error["cause"] : undefined;
  const said = inner instanceof Error && inner.message !== "" ? inner.message : error instanceof Error ? error.message : "";
  return codeOf(error) || said || "the connection broke";
}

function hint(code: string): string | undefined {
  const trust = code.includes("CERT") || code.includes("SELF_SIGNED") || code.includes("UNABLE_TO_");
  return trust ? "Start Node with NODE_EXTRA_CA_CERTS set to the path of Latch's CA certificate." : undefined;
}
