// When to try again, and how long to wait before.

import { LatchError } from "./errors.js";

/** Seconds of Retry-After that are waited for; a longer wait is the caller's to decide on. */
const LONGEST_WAIT = 30;
/** Milliseconds before the second attempt; doubled for each one after it. */
const FIRST_WAIT = 200;

/**
 * Runs `attempt` until it works, at most `attempts` times. Only errors that say that a repetition does
 * nothing twice are tried again.
 */
export async function withRetries<T>(
  attempts: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (number >= attempts || !(error instanceof LatchError) || !error.retryable) throw error;
      if ((error.retryAfter ?? 0) > LONGEST_WAIT) throw error;
      await pause(wait(error, number), signal);
    }
  }
}

/** Never sooner than the server asks; spread out, so that many clients do not come back at once. */
function wait(error: LatchError, number: number): number {
  const backOff = FIRST_WAIT * 2 ** (number - 1);
  const asked = (error.retryAfter ?? 0) * 1000;
  return asked > 0 ? asked + Math.random() * FIRST_WAIT : backOff * (0.5 + Math.random() / 2);
}

/** Waits; throws the signal's reason as soon as the caller gives up. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
