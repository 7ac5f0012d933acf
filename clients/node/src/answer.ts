// Reads the answer to a failed request into an error.

import { latchError, type LatchError, type Problem } from "./errors.js";
import { isObject, listAt, numberAt, objectAt, textAt } from "./json.js";

/** An answer that was read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body: what the JSON says, or the text if it is none. */
  body: unknown;
}

const byStatus: Record<number, string> = {
  400: "invalid_arguments",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  429: "rate_limited",
  504: "timeout",
};

/** Seconds that `Retry-After` asks for, as a number or as a date. */
export function retryAfter(headers: Headers): number | undefined {
  const said = headers.get("retry-after");
  if (said === null) return undefined;
  const seconds = Number(said);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** The class that Latch itself gave the error; undefined if the answer is not Latch's. */
export function latchClass(body: unknown): string | undefined {
  return textAt(objectAt(body, "error"), "class");
}

/** The error that the answer tells of. */
export function errorOf(answer: Answer, read: boolean): LatchError {
  const { body, status } = answer;
  const error = objectAt(body, "error");
  const kind = textAt(error, "class") ?? (isObject(body) && "code" in body ? byStatus[status] : undefined);
  const outcome = textAt(error, "outcome") ?? textAt(error, "effect");
  const wait = numberAt(error, "retry_after") ?? retryAfter(answer.headers);
  const passing = status === 429 || status === 502 || status === 503 || status === 504;
  return latchError({
    class: kind ?? (status === 429 ? "rate_limited" : status >= 500 ? "internal" : "api"),
    message: textAt(error, "message") ?? textAt(body, "message") ?? plain(body, status),
    hint: textAt(error, "hint"),
    fieldErrors: fieldErrors(body, error),
    problems: problems(error),
    httpStatus: status,
    executionId: executionId(body, error),
    retryable: passing && outcome !== "unknown" && (read || status === 429 || outcome === "none"),
    outcome,
    closeStatus: numberAt(error, "close_status"),
    retryAfter: wait,
    authorizationLink: textAt(error, "authorization_link") ?? textAt(error, "link"),
  });
}

function plain(body: unknown, status: number): string {
  const longest = 300;
  const said = typeof body === "string" ? body : (textAt(body, "error") ?? JSON.stringify(body) ?? "");
  return `The answer was HTTP ${status}${said === "" ? "" : `: ${said.slice(0, longest)}`}`;
}

function problems(error: Record<string, unknown>): Problem[] {
  return listAt(error, "problems").map((problem) => ({
    kind: textAt(problem, "kind") ?? "",
    parameter: textAt(problem, "parameter") ?? "",
    detail: textAt(problem, "detail") ?? "",
  }));
}

/** Latch's field errors; of an answer that is Close's own, the ones that Close gives. */
function fieldErrors(body: unknown, error: Record<string, unknown>): Record<string, string> {
  const given = isObject(error["field_errors"]) ? error["field_errors"] : objectAt(body, "field-errors");
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(given).map(([field, value]) => [field, text(value)]));
}

function executionId(body: unknown, error: Record<string, unknown>): string | undefined {
  for (const detail of listAt(body, "details")) {
    const id = textAt(objectAt(detail, "tool_error_info"), "execution_id");
    if (id !== undefined) return id;
  }
  return textAt(error, "execution_id") ?? textAt(error, "call_id");
}
