"""What a program can do with Latch: connect people's accounts and call tools for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from . import _endpoints as endpoints
from ._transport import Transport
from .models import (
    AuthorizationLink,
    ConnectedAccount,
    ConnectedAccountResponse,
    Page,
    ScopedTool,
    Tool,
    ToolResult,
    VerifiedUser,
)

# The most accounts, and the most tools, that the gateway puts on one page for us.
ACCOUNTS_A_PAGE = 99
TOOLS_A_PAGE = 300


class Actions:
    """The actions of a client. `identifier` is always your own id of the person.

    Every method raises a `LatchError`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_or_create_connected_account(
        self, connection_name: str, identifier: str
    ) -> ConnectedAccountResponse:
        """The person's account on the connection, made if there is none. Safe to call often."""
        return self._transport.send(endpoints.get_or_create(connection_name, identifier))

    def get_connected_account(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        account_id: str | None = None,
    ) -> ConnectedAccountResponse:
        """One account, by connection and identifier or by its id."""
        return self._transport.send(
            endpoints.get_account(connection_name, identifier, account_id)
        )

    def get_authorization_link(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        account_id: str | None = None,
        state: str | None = None,
        user_verify_url: str | None = None,
    ) -> AuthorizationLink:
        """Where to send the person's browser so that they can authorize the account.

        With `user_verify_url` the account becomes ACTIVE only after
        `verify_connected_account_user`; `state` comes back to that address.
        """
        return self._transport.send(
            endpoints.authorization_link(
                connection_name, identifier, account_id, state, user_verify_url
            )
        )

    def verify_connected_account_user(
        self, auth_request_id: str, identifier: str
    ) -> VerifiedUser:
        """Confirms that the person who authorized is the one who is signed in with you."""
        return self._transport.send(endpoints.verify_user(auth_request_id, identifier))

    def list_connected_accounts(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        query: str | None = None,
        page_size: int = ACCOUNTS_A_PAGE,
        page_token: str = "",
    ) -> Page[ConnectedAccount]:
        """One page of accounts. `page_size` is below 100."""
        return self._transport.send(
            endpoints.list_accounts(connection_name, identifier, query, page_size, page_token)
        )

    def iterate_connected_accounts(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        query: str | None = None,
        page_size: int = ACCOUNTS_A_PAGE,
    ) -> Iterator[ConnectedAccount]:
        """All accounts; further pages are asked for as they are needed."""
        token = ""
        while True:
            page = self.list_connected_accounts(
                connection_name, identifier, query=query, page_size=page_size, page_token=token
            )
            for account in page.items:
                yield account
            token = page.next_page_token
            if not token:
                return

    def disconnect(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        account_id: str | None = None,
    ) -> ConnectedAccountResponse:
        """Gives the person's grant back and keeps the account, which can be authorized again."""
        if account_id is None:
            found = self.get_connected_account(connection_name, identifier)
            account_id = found.connected_account.id
        return self._transport.send(endpoints.disconnect(account_id))

    def delete_connected_account(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        *,
        account_id: str | None = None,
    ) -> None:
        """Removes the account and everything that was kept for it."""
        self._transport.send(endpoints.delete_account(connection_name, identifier, account_id))

    def execute_tool(
        self,
        tool_name: str,
        tool_input: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        *,
        connection_name: str | None = None,
        connected_account_id: str | None = None,
    ) -> ToolResult:
        """Calls a tool for a person and returns what it returned.

        The call goes out again only after 429 or a refused connection. Where it is not known
        whether Close acted, the error's `outcome` is "unknown".
        """
        return self._transport.send(
            endpoints.execute_tool(
                tool_name, tool_input, identifier, connection_name, connected_account_id
            )
        )

    def list_tools(
        self,
        *,
        tool_names: Sequence[str] = (),
        query: str | None = None,
        page_size: int = TOOLS_A_PAGE,
        page_token: str = "",
    ) -> Page[Tool]:
        """One page of all tools. `query` is matched against the names."""
        return self._transport.send(
            endpoints.list_tools(tool_names, query, page_size, page_token)
        )

    def list_scoped_tools(
        self,
        identifier: str,
        *,
        connection_names: Sequence[str] = (),
        tool_names: Sequence[str] = (),
        page_size: int = TOOLS_A_PAGE,
        page_token: str = "",
    ) -> Page[ScopedTool]:
        """One page of the tools that the person's own accounts allow."""
        return self._transport.send(
            endpoints.list_scoped_tools(
                identifier, connection_names, tool_names, page_size, page_token
            )
        )

    def iterate_scoped_tools(
        self,
        identifier: str,
        *,
        connection_names: Sequence[str] = (),
        tool_names: Sequence[str] = (),
        page_size: int = TOOLS_A_PAGE,
    ) -> Iterator[ScopedTool]:
        """All tools that the person's own accounts allow."""
        token = ""
        while True:
            page = self.list_scoped_tools(
                identifier,
                connection_names=connection_names,
                tool_names=tool_names,
                page_size=page_size,
                page_token=token,
            )
            for tool in page.items:
                yield tool
            token = page.next_page_token
            if not token:
                return

    def request(
        self,
        connection_name: str,
        identifier: str,
        path: str,
        method: str = "GET",
        *,
        query_params: Mapping[str, Any] | None = None,
        body: Any = None,
        form_data: Mapping[str, Any] | None = None,
        raw_body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Calls Close directly with the person's credentials, for what no tool does.

        `path` is the path at Close, such as "/api/v1/me/". The answer is Close's own, whatever
        its status is: no exception is raised for it.
        """
        return self._transport.send(
            endpoints.proxy(
                connection_name, identifier, method, path, query_params, body, form_data,
                raw_body, headers,
            )
        )
