// The second thread: loads the tools, leaves them on the port and wakes the first.

import { workerData, type MessagePort } from "node:worker_threads";
import { LatchClient } from "./client.js";
import { LatchError, type ErrorFacts } from "./errors.js";
import type { Report } from "./now.js";
import type { Settings } from "./transport.js";
import type { ListScopedToolsRequest, ScopedTool } from "./types.js";

interface Order {
  settings: Settings;
  request: ListScopedToolsRequest;
  port: MessagePort;
  done: Int32Array;
}

const { settings, request, port, done } = workerData as Order;
const { url, clientId, clientSecret, timeout, maxAttempts } = settings;

load().then(report);

async function load(): Promise<Report> {
  try {
    const client = new LatchClient(url, clientId, clientSecret, { timeout, maxAttempts });
    const tools: ScopedTool[] = [];
    for await (const tool of client.actions.allScopedTools(request)) tools.push(tool);
    return { tools };
  } catch (error) {
    return { error: facts(error) };
  }
}

function report(found: Report): void {
  port.postMessage(found);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

/** An error as plain data: instances of classes do not survive the way between threads. */
function facts(error: unknown): ErrorFacts {
  if (!(error instanceof LatchError)) {
    return { class: "internal", message: error instanceof Error ? error.message : String(error) };
  }
  const { message, hint, fieldErrors, problems, httpStatus, executionId, retryable, outcome } = error;
  const { closeStatus, retryAfter, authorizationLink } = error;
  return {
    class: error.class, message, hint, fieldErrors: { ...fieldErrors }, problems: [...problems], httpStatus,
    executionId, retryable, outcome, closeStatus, retryAfter, authorizationLink,
  };
}
