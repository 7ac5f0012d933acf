"""What can go wrong, as exceptions: a stable class, what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the arguments of a tool."""

    kind: str
    parameter: str
    detail: str


class LatchError(Exception):
    """Base of every error of this package.

    `error_class` is the gateway's stable name for the kind of error. `retryable` says that
    repeating the same call later can help and cannot do anything twice.
    `outcome` is "none" if Close certainly did not act, "unknown" if it may have.
    """

    error_class = "internal"

    def __init__(
        self,
        message: str,
        *,
        error_class: str | None = None,
        hint: str | None = None,
        http_status: int | None = None,
        execution_id: str | None = None,
        problems: tuple[Problem, ...] = (),
        field_errors: Mapping[str, Any] | None = None,
        close_status: int | None = None,
        retry_after: float | None = None,
        authorization_link: str | None = None,
        account_status: str | None = None,
        outcome: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_class = error_class or type(self).error_class
        self.hint = hint
        self.http_status = http_status
        self.execution_id = execution_id
        self.problems = problems
        self.field_errors: Mapping[str, Any] = dict(field_errors or {})
        self.close_status = close_status
        self.retry_after = retry_after
        self.authorization_link = authorization_link
        self.account_status = account_status
        self.outcome = outcome

    @property
    def retryable(self) -> bool:
        """Whether the same call may be repeated later, safely and with a chance of success."""
        return self.error_class in _PASSING and self.outcome == "none"

    def __str__(self) -> str:
        text = f"{self.error_class}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class InvalidArgumentsError(LatchError):
    """The arguments do not fit; `problems` names each. Nothing was sent to Close."""

    error_class = "invalid_arguments"


class UnknownToolError(LatchError):
    """No tool has this name."""

    error_class = "unknown_function"


class AccountNotActiveError(LatchError):
    """The connected account cannot be used now; its owner authorizes it at `authorization_link`."""

    error_class = "account_not_active"


class PermissionDeniedError(LatchError):
    """The policy, or Close, does not allow it."""

    error_class = "permission_denied"


class ApprovalRequiredError(LatchError):
    """A person has to approve the call first."""

    error_class = "approval_required"


class CloseError(LatchError):
    """Close refused the call; `close_status` and `field_errors` say how."""

    error_class = "api"


class RateLimitedError(LatchError):
    """Too many calls; `retry_after` says in how many seconds to come back."""

    error_class = "rate_limited"


class TimedOutError(LatchError):
    """The answer did not come in time; see `outcome`."""

    error_class = "timeout"


class NetworkError(LatchError):
    """The gateway, or Close behind it, could not be reached."""

    error_class = "network"


class NotFoundError(LatchError):
    """What was named does not exist for this client."""

    error_class = "not_found"


class UnauthenticatedError(LatchError):
    """The client id and secret, or the token, are not accepted."""

    error_class = "unauthenticated"


class ConflictError(LatchError):
    """It exists already, or changed meanwhile."""

    error_class = "already_exists"


class OverloadedError(LatchError):
    """The gateway has no room for the call now."""

    error_class = "overloaded"


class NotConfiguredError(LatchError):
    """A setting is missing, here or at the gateway; the message names it."""

    error_class = "not_configured"


class InternalError(LatchError):
    """The gateway failed, or answered with something that cannot be understood."""

    error_class = "internal"


_PASSING = frozenset({"rate_limited", "timeout", "network", "overloaded"})

_KINDS: dict[str, type[LatchError]] = {
    kind.error_class: kind
    for kind in (
        InvalidArgumentsError,
        UnknownToolError,
        AccountNotActiveError,
        PermissionDeniedError,
        ApprovalRequiredError,
        CloseError,
        RateLimitedError,
        TimedOutError,
        NetworkError,
        NotFoundError,
        UnauthenticatedError,
        ConflictError,
        OverloadedError,
        NotConfiguredError,
        InternalError,
    )
}

_BY_STATUS = {
    400: "invalid_arguments",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    409: "already_exists",
    429: "rate_limited",
    503: "overloaded",
    504: "timeout",
}


def from_answer(status: int, body: Any, retry_after: float | None) -> LatchError:
    """The exception for an answer of the gateway with an error status."""
    answer = body if isinstance(body, dict) else {}
    error = answer.get("error")
    if isinstance(error, str):
        # The token endpoint answers as OAuth prescribes: a code and a description.
        error = {"message": answer.get("error_description") or error}
    if not isinstance(error, dict):
        error = {}
    kind = error.get("class") or _BY_STATUS.get(status, "internal")
    info = _tool_error_info(answer)
    message = error.get("message") or answer.get("message") or f"the gateway answered {status}"
    # Without a word from the gateway itself only 429 says that nothing was done.
    outcome = error.get("outcome") or error.get("effect") or ("none" if status == 429 else "unknown")
    return _KINDS.get(kind, LatchError)(
        str(message),
        error_class=str(kind),
        hint=error.get("hint"),
        http_status=status,
        execution_id=error.get("execution_id") or error.get("call_id") or info.get("execution_id"),
        problems=tuple(
            Problem(str(one.get("kind", "")), str(one.get("parameter", "")), str(one.get("detail", "")))
            for one in error.get("problems") or ()
            if isinstance(one, dict)
        ),
        field_errors=_field_errors(error.get("field_errors")),
        close_status=error.get("close_status"),
        retry_after=retry_after if retry_after is not None else _seconds(error.get("retry_after")),
        authorization_link=error.get("authorization_link") or error.get("link"),
        account_status=error.get("account_status"),
        outcome=str(outcome),
    )


def _tool_error_info(answer: dict[str, Any]) -> dict[str, Any]:
    for detail in answer.get("details") or ():
        if isinstance(detail, dict) and isinstance(detail.get("tool_error_info"), dict):
            return dict(detail["tool_error_info"])
    return {}


def _field_errors(said: Any) -> dict[str, Any]:
    """Field to complaint, from either of the two ways in which they are written."""
    if isinstance(said, dict):
        return said
    named = (one for one in said or () if isinstance(one, dict))
    return {str(one.get("field", "")): one.get("message", "") for one in named}


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
