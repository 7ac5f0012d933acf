"""What the gateway answers, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_STATUS_FROM_WIRE = {"PENDING_AUTH": "PENDING"}


class ToolResult(dict[str, Any]):
    """What a tool returned: Close's own members, plus the id under which the call is recorded.

    Members can also be read as attributes (`lead.id`), unless a dict has a method of that name.
    """

    execution_id: str

    def __init__(self, data: Mapping[str, Any], execution_id: str) -> None:
        super().__init__(data)
        object.__setattr__(self, "execution_id", execution_id)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __reduce__(self) -> tuple[Any, ...]:
        return ToolResult, (dict(self), self.execution_id)


@dataclass(frozen=True)
class CloseIdentity:
    """A user or an organization at Close."""

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class ConnectedAccount:
    """One person's grant on one connection.

    `status` is PENDING, PENDING_VERIFICATION, ACTIVE, EXPIRED, REVOKED or DISCONNECTED; only an
    ACTIVE account can be used. `raw` is the account as the gateway described it.
    """

    id: str
    identifier: str
    connection_name: str
    status: str
    provider: str = ""
    authorization_type: str = ""
    connection_id: str = ""
    status_reason: str | None = None
    close_user: CloseIdentity | None = None
    close_organization: CloseIdentity | None = None
    token_expires_at: datetime | None = None
    updated_at: datetime | None = None
    last_used_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> ConnectedAccount:
        """The account in the gateway's JSON."""
        own = body.get("latch") or {}
        wire = str(body.get("status", ""))
        return cls(
            id=str(body["id"]),
            identifier=str(body["identifier"]),
            connection_name=str(body.get("connector", "")),
            status=str(own.get("status") or _STATUS_FROM_WIRE.get(wire, wire)),
            provider=str(body.get("provider", "")),
            authorization_type=str(body.get("authorization_type", "")),
            connection_id=str(body.get("connection_id", "")),
            status_reason=own.get("status_reason") or None,
            close_user=_identity(own.get("close_user")),
            close_organization=_identity(own.get("close_organization")),
            token_expires_at=_time(body.get("token_expires_at")),
            updated_at=_time(body.get("updated_at")),
            last_used_at=_time(body.get("last_used_at")),
            raw=body,
        )


@dataclass(frozen=True)
class ConnectedAccountResponse:
    """An answer about one account."""

    connected_account: ConnectedAccount


@dataclass(frozen=True)
class AuthorizationLink:
    """Where the owner of an account authorizes it, and until when the link can be used."""

    link: str
    expiry: datetime | None


@dataclass(frozen=True)
class VerifiedUser:
    """Where to send the browser after the user was verified; empty if nowhere."""

    post_user_verify_redirect_url: str


@dataclass(frozen=True)
class Tool:
    """One operation an agent may call. `input_schema` is a JSON Schema of its arguments."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    annotations: Mapping[str, Any]
    id: str = ""
    provider: str = ""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Tool:
        """The tool in the gateway's JSON."""
        definition = body["definition"]
        return cls(
            name=str(definition["name"]),
            description=str(definition.get("description", "")),
            input_schema=definition.get("input_schema") or {"type": "object", "properties": {}},
            annotations=definition.get("annotations") or {},
            id=str(body.get("id", "")),
            provider=str(body.get("provider", "")),
        )


@dataclass(frozen=True)
class ScopedTool:
    """A tool together with the account it would act for."""

    tool: Tool
    connected_account_id: str
    identifier: str

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> ScopedTool:
        """The tool in the gateway's JSON."""
        return cls(
            Tool.read(body["tool"]),
            str(body.get("connected_account_id", "")),
            str(body.get("identifier", "")),
        )


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the items; `next_page_token` is empty on the last page."""

    items: tuple[T, ...]
    total_size: int
    next_page_token: str
    prev_page_token: str


def _identity(body: Any) -> CloseIdentity | None:
    if not isinstance(body, Mapping) or not body.get("id"):
        return None
    return CloseIdentity(str(body["id"]), str(body.get("name", "")), body.get("email"))


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    # Python 3.10 reads neither "Z" nor fractions of any length.
    whole, _, rest = text.replace("Z", "+00:00").partition(".")
    if rest:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        whole += "." + rest[:digits][:6].ljust(6, "0") + rest[digits:]
    return datetime.fromisoformat(whole)
