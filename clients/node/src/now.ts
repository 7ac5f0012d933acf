// Asks for the tools from a second thread while this one waits, because a list cannot be a promise.

import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { settings, type LatchClient } from "./client.js";
import { latchError, TimeoutError, type ErrorFacts } from "./errors.js";
import type { ListScopedToolsRequest, ScopedTool } from "./types.js";

/** Milliseconds for the other thread to start, on top of what its requests may take. */
const START = 10_000;

/** What the other thread reports. */
export type Report = { tools: ScopedTool[] } | { error: ErrorFacts };

/** All scoped tools. This thread does nothing else until they are here. */
export function scopedToolsNow(client: LatchClient, request: ListScopedToolsRequest): ScopedTool[] {
  const given = settings(client);
  const patience = given.timeout * given.maxAttempts + START;
  const { port1: here, port2: there } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./now-thread.js", import.meta.url), {
    workerData: { settings: given, request, port: there, done },
    transferList: [there],
  });
  worker.unref();
  try {
    Atomics.wait(done, 0, 0, patience);
    const report = (receiveMessageOnPort(here) as { message: Report } | undefined)?.message;
    if (report === undefined) {
      throw new TimeoutError({
        class: "timeout",
        message: `The tools were not there within ${patience} ms`,
        hint: "If Latch, or what stands for it, runs in this very process, use loadTools: getTools holds the process up.",
        retryable: true,
        outcome: "none",
      });
    }
    if ("error" in report) throw latchError(report.error);
    return report.tools;
  } finally {
    here.close();
    void worker.terminate();
  }
}
