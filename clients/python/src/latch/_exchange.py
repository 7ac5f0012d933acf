"""One call to the gateway, and the rules for sending it again; no input or output happens here.

A call goes out again only if the first sending certainly did nothing: the connection was refused,
the gateway answered 429, or the call only reads. A write whose outcome is unknown is never repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

import httpx

from ._config import Retries
from .errors import InternalError, LatchError, NetworkError, TimedOutError, from_answer

T = TypeVar("T")


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request to the gateway and how to understand its answer."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    content: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # Sending it twice is the same as sending it once.
    repeatable: bool = False
    # The answer goes to the caller whatever its status is.
    raw: bool = False

    def arguments(self, token: str | None) -> dict[str, Any]:
        """The arguments for the HTTP library."""
        headers = dict(self.headers)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        arguments: dict[str, Any] = {"headers": headers}
        if self.query:
            arguments["params"] = {k: v for k, v in self.query.items() if v is not None}
        if self.body is not None:
            arguments["json"] = self.body
        if self.form is not None:
            arguments["data"] = self.form
        if self.content is not None:
            arguments["content"] = self.content
        return arguments


def json_body(answer: httpx.Response) -> Any:
    """The answer as JSON, or an error that says that it is none."""
    try:
        return answer.json()
    except ValueError:
        raise InternalError(
            "the answer is not JSON",
            hint="check that env_url is the address of a Latch gateway",
            http_status=answer.status_code,
            outcome="unknown",
        ) from None


def failure_of(answer: httpx.Response) -> LatchError:
    """The error that an answer stands for."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    return from_answer(answer.status_code, body, _retry_after(answer))


def failure_from(error: httpx.TransportError) -> LatchError:
    """The error for an exchange that did not finish. It never shows the request."""
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        hint = "check env_url, ca_file and that the gateway runs; nothing was sent"
        return NetworkError(f"the gateway cannot be reached: {error}", hint=hint, outcome="none")
    hint = "a write may have been done: look before you repeat it"
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError("the gateway did not answer in time", hint=hint, outcome="unknown")
    return NetworkError(
        f"the connection to the gateway broke: {error}", hint=hint, outcome="unknown"
    )


def token_refused(answer: httpx.Response) -> bool:
    """Whether the gateway itself refused our token; Close's own 401 does not count."""
    if answer.status_code != 401:
        return False
    try:
        body = answer.json()
    except ValueError:
        return False
    if not isinstance(body, dict):
        return False
    error = body.get("error")
    ours = isinstance(error, dict) and error.get("class") == "unauthenticated"
    details = body.get("details") or ()
    codes = {one.get("error_code") for one in details if isinstance(one, dict)}
    return ours and "TOOL_ERROR" not in codes


def wait_before_repeating(
    call: Call[Any], failure: LatchError, sent: int, retries: Retries
) -> float | None:
    """Seconds to wait before sending the call again, or None if it must not be."""
    if sent >= retries.attempts:
        return None
    status = failure.http_status
    never_reached = status is None and failure.outcome == "none"
    refused = status == 429
    passing = call.repeatable and (status is None or status in (502, 503, 504))
    if not (never_reached or refused or passing):
        return None
    if failure.retry_after is not None:
        # Clients that were refused together should not come back together.
        wait = failure.retry_after + random.uniform(0, retries.first_wait)
        return wait if failure.retry_after <= retries.longest_wait else None
    ceiling = min(retries.first_wait * 2.0 ** (sent - 1), retries.longest_wait)
    return random.uniform(ceiling / 2, ceiling)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds from the Retry-After header, which holds seconds or a date."""
    text = answer.headers.get("retry-after")
    if text is None:
        return None
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max((moment - datetime.now(timezone.utc)).total_seconds(), 0.0)
