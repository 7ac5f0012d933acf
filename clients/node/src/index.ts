// The public surface of @latch/sdk.

export { LatchClient } from "./client.js";
export type { Actions } from "./actions.js";
export type { CallOptions, ClientOptions } from "./transport.js";
export { EXECUTION_ID, executionId } from "./read.js";
export type { JsonObject, JsonValue } from "./json.js";
export {
  AccountNotActiveError,
  ApprovalRequiredError,
  CloseApiError,
  InvalidArgumentsError,
  LatchError,
  NetworkError,
  NotConfiguredError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitedError,
  TimeoutError,
  UnauthenticatedError,
} from "./errors.js";
export type { ErrorFacts, Problem } from "./errors.js";
export type * from "./types.js";
