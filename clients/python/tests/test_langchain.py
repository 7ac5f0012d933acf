"""The agent wiring of the setup page; a scripted model stands in for the paid one."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_classic.agents import AgentExecutor, create_tool_calling_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.utils.function_calling import convert_to_openai_tool

from latch import LatchClient
from latch.langchain import get_tools


class Scripted(BaseChatModel):
    """Says what it was told to say, and keeps what it was shown."""

    says: list[AIMessage]
    shown: list[Any] = []
    offered: list[Any] = []

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        self.offered.extend(tools)
        return self

    def _generate(self, messages: Any, *_: Any, **__: Any) -> ChatResult:
        self.shown.append(messages)
        return ChatResult(generations=[ChatGeneration(message=self.says.pop(0))])


def wants(tool: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": "1"}])


def script(name: str) -> Scripted:
    said = [wants("close_lead_create", nam=name), wants("close_lead_create", name=name)]
    return Scripted(says=[*said, AIMessage("Done.")])


def told(model: Scripted) -> list[str]:
    """What the tools told the model."""
    return [str(m.content) for m in model.shown[-1] if isinstance(m, ToolMessage)]


def check(model: Scripted, name: str) -> None:
    failed, made = told(model)
    assert "invalid_arguments" in failed and "nam" in failed and "Traceback" not in failed
    assert f'"name": "{name}"' in made
    assert len(model.offered) >= 81


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_wiring_of_the_page(identifier: str, asynchronous: bool) -> None:
    close_tools = get_tools(connection_name="close", identifier=identifier)
    model = script("Classic Ltd")
    prompt = ChatPromptTemplate.from_messages(
        [
            ("system", "You are a sales assistant."),
            MessagesPlaceholder("chat_history", optional=True),
            ("human", "{input}"),
            MessagesPlaceholder("agent_scratchpad"),
        ]
    )
    agent = create_tool_calling_agent(model, close_tools, prompt)
    executor = AgentExecutor(agent=agent, tools=close_tools)
    task = {"input": "Create the lead Classic Ltd"}
    result = asyncio.run(executor.ainvoke(task)) if asynchronous else executor.invoke(task)
    assert result["output"] == "Done."
    check(model, "Classic Ltd")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_current_agent(identifier: str, asynchronous: bool) -> None:
    model = script("Current Ltd")
    agent = create_agent(model, get_tools(connection_name="close", identifier=identifier))
    task: Any = {"messages": [("human", "Create the lead Current Ltd")]}
    result = asyncio.run(agent.ainvoke(task)) if asynchronous else agent.invoke(task)
    assert result["messages"][-1].content == "Done."
    check(model, "Current Ltd")


def test_every_tool_is_there_with_its_schema(client: LatchClient) -> None:
    tools = {one.name: one for one in get_tools("close", "default", client=client)}
    assert len(tools) == len(list(client.actions.iterate_scoped_tools("default")))
    described = convert_to_openai_tool(tools["close_lead_create"])["function"]
    assert "name" in described["parameters"]["properties"]
    assert described["parameters"]["required"] == ["name"] and described["description"]
