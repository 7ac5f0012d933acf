"""The requests behind the actions: which path, which members, how the answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from ._exchange import Call, json_body
from .errors import InternalError, InvalidArgumentsError
from .models import (
    AuthorizationLink,
    ConnectedAccount,
    ConnectedAccountResponse,
    Page,
    ScopedTool,
    Tool,
    ToolResult,
    VerifiedUser,
    _time,
)

T = TypeVar("T")
ACCOUNTS = "/api/v1/connected_accounts"


def get_or_create(connection_name: str, identifier: str) -> Call[ConnectedAccountResponse]:
    body = {"connector": connection_name, "identifier": identifier}
    return Call("POST", f"{ACCOUNTS}:get_or_create", _account, body=body, repeatable=True)


def get_account(
    connection_name: str | None, identifier: str | None, account_id: str | None
) -> Call[ConnectedAccountResponse]:
    query = _whose(connection_name, identifier, account_id)
    return Call("GET", f"{ACCOUNTS}/details", _account, query=query, repeatable=True)


def authorization_link(
    connection_name: str | None,
    identifier: str | None,
    account_id: str | None,
    state: str | None,
    user_verify_url: str | None,
) -> Call[AuthorizationLink]:
    body = _whose(connection_name, identifier, account_id)
    body |= _given(state=state, user_verify_url=user_verify_url)

    def read(answer: Any) -> AuthorizationLink:
        return AuthorizationLink(str(answer["link"]), _time(answer.get("expiry")))

    return Call("POST", f"{ACCOUNTS}/magic_link", _reading(read), body=body)


def list_accounts(
    connection_name: str | None, identifier: str | None, query: str | None, size: int, token: str
) -> Call[Page[ConnectedAccount]]:
    asked = _given(
        connector=connection_name, identifier=identifier, query=query, page_size=size,
        page_token=token or None,
    )
    read = _page("connected_accounts", ConnectedAccount.read)
    return Call("GET", ACCOUNTS, read, query=asked, repeatable=True)


def delete_account(
    connection_name: str | None, identifier: str | None, account_id: str | None
) -> Call[None]:
    body = _whose(connection_name, identifier, account_id)
    return Call("POST", f"{ACCOUNTS}:delete", lambda _: None, body=body)


def disconnect(account_id: str) -> Call[ConnectedAccountResponse]:
    path = f"{ACCOUNTS}/{quote(account_id, safe='')}:disconnect"
    return Call("POST", path, _account, body={})


def verify_user(auth_request_id: str, identifier: str) -> Call[VerifiedUser]:
    body = {"auth_request_id": auth_request_id, "identifier": identifier}

    def read(answer: Any) -> VerifiedUser:
        return VerifiedUser(str(answer.get("post_user_verify_redirect_url", "")))

    return Call("POST", f"{ACCOUNTS}/user/verify", _reading(read), body=body)


def execute_tool(
    tool_name: str,
    tool_input: Mapping[str, Any] | None,
    identifier: str | None,
    connection_name: str | None,
    connected_account_id: str | None,
) -> Call[ToolResult]:
    if not identifier and not connected_account_id:
        raise InvalidArgumentsError(
            "nobody to act for: identifier is missing",
            hint="pass identifier= (your user's id) or connected_account_id=; nothing was sent",
            outcome="none",
        )
    body: dict[str, Any] = {"tool_name": tool_name, "params": dict(tool_input or {})}
    body |= _given(
        identifier=identifier, connector=connection_name, connected_account_id=connected_account_id
    )

    def read(answer: Any) -> ToolResult:
        return ToolResult(answer.get("data") or {}, str(answer.get("execution_id", "")))

    return Call("POST", "/api/v1/execute_tool", _reading(read), body=body)


def list_tools(
    tool_names: Sequence[str], query: str | None, size: int, token: str
) -> Call[Page[Tool]]:
    asked = _given(page_size=size, page_token=token or None)
    asked |= _given(**{"filter.tool_name": list(tool_names) or None, "filter.query": query})
    return Call("GET", "/api/v1/tools", _page("tools", Tool.read), query=asked, repeatable=True)


def list_scoped_tools(
    identifier: str, connection_names: Sequence[str], tool_names: Sequence[str], size: int, token: str
) -> Call[Page[ScopedTool]]:
    asked = _given(identifier=identifier, page_size=size, page_token=token or None)
    asked |= _given(
        **{
            "filter.connection_names": list(connection_names) or None,
            "filter.tool_names": list(tool_names) or None,
        }
    )
    read = _page("tools", ScopedTool.read)
    return Call("GET", "/api/v1/tools/scoped", read, query=asked, repeatable=True)


def proxy(
    connection_name: str,
    identifier: str,
    method: str,
    path: str,
    query: Mapping[str, Any] | None,
    body: Any,
    form: Mapping[str, Any] | None,
    content: bytes | str | None,
    headers: Mapping[str, str] | None,
) -> Call[httpx.Response]:
    named = {"connection_name": connection_name, "identifier": identifier}
    return Call(
        method.upper(),
        f"/proxy/{path.lstrip('/')}",
        lambda answer: answer,
        query=query or {},
        body=body,
        form=form,
        content=content,
        headers={**(headers or {}), **named},
        repeatable=method.upper() in ("GET", "HEAD"),
        raw=True,
    )


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _whose(
    connection_name: str | None, identifier: str | None, account_id: str | None
) -> dict[str, Any]:
    if account_id:
        return {"id": account_id}
    if connection_name and identifier:
        return {"connector": connection_name, "identifier": identifier}
    raise InvalidArgumentsError(
        "no account is named",
        hint="pass connection_name= and identifier=, or account_id=; nothing was sent",
        outcome="none",
    )


def _reading(read: Callable[[Any], T]) -> Callable[[httpx.Response], T]:
    """Reads JSON; an answer of another shape becomes an error of this package."""

    def reading(answer: httpx.Response) -> T:
        body = json_body(answer)
        try:
            return read(body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InternalError(
                f"the answer has an unexpected shape: {error!r}",
                hint="the gateway may be of another version than this package",
                http_status=answer.status_code,
                outcome="unknown",
            ) from error

    return reading


def _page(member: str, read: Callable[[Any], T]) -> Callable[[httpx.Response], Page[T]]:
    def whole(body: Any) -> Page[T]:
        return Page(
            tuple(read(one) for one in body.get(member) or ()),
            int(body.get("total_size") or 0),
            str(body.get("next_page_token") or ""),
            str(body.get("prev_page_token") or ""),
        )

    return _reading(whole)


_account = _reading(
    lambda body: ConnectedAccountResponse(ConnectedAccount.read(body["connected_account"]))
)
