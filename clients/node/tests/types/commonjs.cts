// Compiled, not run: a CommonJS program finds the same types.

import sdk = require("@latch/sdk");

export const client: sdk.LatchClient = sdk.LatchClient.fromEnvironment({ timeout: 1000, maxAttempts: 1 });
