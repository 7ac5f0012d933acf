// The errors of the client: one class each for what a program may want to handle in its own way.

/** One thing that is wrong with the arguments of a tool call. */
export interface Problem {
  /** What kind of problem it is, for example `missing` or `unknown`. */
  kind: string;
  /** The parameter it is about. */
  parameter: string;
  /** More about it, in words. */
  detail: string;
}

/** What is known about a failed call. */
export interface ErrorFacts {
  class: string;
  message: string;
  hint?: string | undefined;
  fieldErrors?: Record<string, string> | undefined;
  problems?: Problem[] | undefined;
  httpStatus?: number | undefined;
  executionId?: string | undefined;
  retryable?: boolean | undefined;
  outcome?: string | undefined;
  closeStatus?: number | undefined;
  retryAfter?: number | undefined;
  authorizationLink?: string | undefined;
  cause?: unknown;
}

/** Every failure of a call. Subclasses exist for the classes that programs handle. */
export class LatchError extends Error {
  /** The stable class of the error, for example `invalid_arguments`. */
  readonly class: string;
  /** What to do next, if something can be said. */
  readonly hint: string | undefined;
  /** Close's own complaints, by the name of the field. Empty if there are none. */
  readonly fieldErrors: Readonly<Record<string, string>>;
  /** What is wrong with the arguments, one entry each. Empty if nothing is known. */
  readonly problems: readonly Problem[];
  /** The HTTP status of Latch's answer; undefined if there was no answer. */
  readonly httpStatus: number | undefined;
  /** Names the recorded call, if one was recorded. */
  readonly executionId: string | undefined;
  /** Whether the same call may be sent again without doing anything twice. */
  readonly retryable: boolean;
  /** `none` if Close certainly did not act, `unknown` if it may have; undefined if nothing is known. */
  readonly outcome: string | undefined;
  /** The HTTP status of Close's answer, if Close answered. */
  readonly closeStatus: number | undefined;
  /** Seconds to wait before another attempt, if the server said so. */
  readonly retryAfter: number | undefined;
  /** Where the person can connect the account again, if that is what helps. */
  readonly authorizationLink: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.class = facts.class;
    this.hint = facts.hint;
    this.fieldErrors = facts.fieldErrors ?? {};
    this.problems = facts.problems ?? [];
    this.httpStatus = facts.httpStatus;
    this.executionId = facts.executionId;
    this.retryable = facts.retryable ?? false;
    this.outcome = facts.outcome;
    this.closeStatus = facts.closeStatus;
    this.retryAfter = facts.retryAfter;
    this.authorizationLink = facts.authorizationLink;
  }
}

/** The arguments are wrong; nothing was sent to Close. `problems` names each. */
export class InvalidArgumentsError extends LatchError {}
/** The tool, account or object does not exist for this client. */
export class NotFoundError extends LatchError {}
/** The account is not ACTIVE. `authorizationLink`, if present, is where the person connects it. */
export class AccountNotActiveError extends LatchError {}
/** The policy, or Close, does not allow the call. */
export class PermissionDeniedError extends LatchError {}
/** The policy asks for a person's approval first. */
export class ApprovalRequiredError extends LatchError {}
/** Close refused the call. `fieldErrors` has its complaints field by field. */
export class CloseApiError extends LatchError {}
/** Too many calls. `retryAfter` says how long to wait. */
export class RateLimitedError extends LatchError {}
/** No answer in time. `outcome` says whether Close may have acted. */
export class TimeoutError extends LatchError {}
/** Latch or Close could not be reached. */
export class NetworkError extends LatchError {}
/** The client id or secret is wrong, or the token is not accepted. */
export class UnauthenticatedError extends LatchError {}
/** The server, or this client, lacks a setting. */
export class NotConfiguredError extends LatchError {}

const classes: Record<string, typeof LatchError> = {
  invalid_arguments: InvalidArgumentsError,
  unknown_function: NotFoundError,
  not_found: NotFoundError,
  account_not_active: AccountNotActiveError,
  permission_denied: PermissionDeniedError,
  approval_required: ApprovalRequiredError,
  api: CloseApiError,
  rate_limited: RateLimitedError,
  timeout: TimeoutError,
  network: NetworkError,
  unauthenticated: UnauthenticatedError,
  not_configured: NotConfiguredError,
};

/** The error of the right subclass. */
export function latchError(facts: ErrorFacts): LatchError {
  return new (classes[facts.class] ?? LatchError)(facts);
}
