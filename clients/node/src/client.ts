// The client of Latch.

import { Actions } from "./actions.js";
import { settingsFrom, Transport, type ClientOptions, type Settings } from "./transport.js";

const settingsOf = new WeakMap<LatchClient, Settings>();

/** Speaks to one Latch as one of its API clients. Makes no request before the first call. */
export class LatchClient {
  /** The calls. */
  readonly actions: Actions;

  /**
   * The address of Latch, and the id and the secret of an API client. What comes from the environment may be
   * undefined as far as the types know; a NotConfiguredError then says what is missing.
   */
  constructor(
    envUrl: string | undefined,
    clientId: string | undefined,
    clientSecret: string | undefined,
    options: ClientOptions = {},
  ) {
    const settings = settingsFrom(envUrl, clientId, clientSecret, options);
    settingsOf.set(this, settings);
    this.actions = new Actions(new Transport(settings));
  }

  /** A client from LATCH_ENV_URL, LATCH_CLIENT_ID and LATCH_CLIENT_SECRET. */
  static fromEnvironment(options: ClientOptions = {}): LatchClient {
    const { LATCH_ENV_URL, LATCH_CLIENT_ID, LATCH_CLIENT_SECRET } = process.env;
    return new LatchClient(LATCH_ENV_URL, LATCH_CLIENT_ID, LATCH_CLIENT_SECRET, options);
  }
}

/** What the client was made with, for the thread that loads tools. Not exported from the package. */
export function settings(client: LatchClient): Settings {
  const found = settingsOf.get(client);
  if (found === undefined) throw new TypeError("the client is not a LatchClient of this package");
  return found;
}
