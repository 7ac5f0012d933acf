"""Latch's tools as LangChain tools. Needs the extra: pip install "latch-sdk[langchain]"."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from .client import LatchClient
from .errors import LatchError, NotConfiguredError
from .models import ScopedTool

try:
    from langchain_core.tools import StructuredTool, ToolException
except ImportError as missing:  # pragma: no cover
    raise NotConfiguredError(
        "langchain-core is not installed",
        hint='pip install "latch-sdk[langchain]"',
        outcome="none",
    ) from missing


def get_tools(
    connection_name: str,
    identifier: str,
    *,
    tool_names: Sequence[str] = (),
    client: LatchClient | None = None,
) -> list[StructuredTool]:
    """The tools that the person's account on the connection allows, ready for an agent.

    Without `client` one is made from the LATCH_ variables. A call that fails gives the model the
    error's class, message and hint instead of ending the agent's run.
    """
    client = client or LatchClient()
    scoped = client.actions.iterate_scoped_tools(
        identifier, connection_names=[connection_name], tool_names=tool_names
    )
    return [_tool(client, one) for one in scoped]


def explain(error: LatchError) -> str:
    """What the model is told about a call that failed."""
    lines = [f"The call failed ({error.error_class}): {error.message}"]
    lines += [f"- {problem.parameter}: {problem.detail}" for problem in error.problems]
    lines += [f"- {field}: {complaint}" for field, complaint in error.field_errors.items()]
    if error.hint:
        lines.append(f"What to do: {error.hint}")
    if error.outcome == "unknown":
        lines.append("It is not known whether Close acted. Read before calling this again.")
    return "\n".join(lines)


def _tool(client: LatchClient, scoped: ScopedTool) -> StructuredTool:
    tool = scoped.tool

    def call(**arguments: Any) -> str:
        try:
            result = client.actions.execute_tool(
                tool.name, arguments, connected_account_id=scoped.connected_account_id
            )
        except LatchError as error:
            raise ToolException(explain(error)) from error
        return json.dumps(result, ensure_ascii=False)

    async def call_async(**arguments: Any) -> str:
        # The blocking client in a thread works in every event loop and shares one token.
        return await asyncio.to_thread(lambda: call(**arguments))

    return StructuredTool.from_function(
        func=call,
        coroutine=call_async,
        name=tool.name,
        description=tool.description,
        args_schema=dict(tool.input_schema),
        infer_schema=False,
        handle_tool_error=True,
        metadata={"annotations": dict(tool.annotations)},
    )
