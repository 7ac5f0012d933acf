"""Google ADK: the tools as the adapter makes them, and an agent with a model that follows a script."""

import asyncio

from google.adk.agents import LlmAgent
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types


class ScriptedModel(BaseLlm):
    """Calls one tool, then says what it answered."""

    model: str = "scripted"
    tool: str
    arguments: dict = {}
    offered: list = []

    async def generate_content_async(self, llm_request, stream=False):
        self.offered.extend(llm_request.tools_dict)
        answered = [
            part.function_response.response
            for content in llm_request.contents for part in content.parts if part.function_response
        ]
        if answered:
            part = types.Part(text=f"It says {answered[-1]}")
        else:
            part = types.Part(function_call=types.FunctionCall(name=self.tool, args=self.arguments))
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


def test_every_tool_becomes_one_of_adk_with_its_hints(actions, steady):
    tools = actions.google.get_tools(identifier=steady.identifier, connection_names=["close"])
    assert len(tools) == len(actions.list_tools().tools)
    by_name = {tool.name: tool for tool in tools}
    for tool in tools:
        declaration = tool._get_declaration()
        assert declaration.name == tool.name and declaration.description
    hints = {
        name: by_name[name].raw_mcp_tool.annotations for name in ("close_lead_get", "close_lead_create", "close_lead_delete")
    }
    assert [hints[name].read_only_hint for name in hints] == [True, False, False]
    assert hints["close_lead_delete"].destructive_hint is True and hints["close_lead_create"].destructive_hint is False
    assert all(hint.title for hint in hints.values())


def test_an_agent_calls_a_tool(actions, steady):
    model = ScriptedModel(tool="close_me_get")
    agent = LlmAgent(
        name="sales", model=model, instruction="Help with Close.",
        tools=actions.google.get_tools(identifier=steady.identifier, tool_names=["close_me_get"]),
    )
    said = asyncio.run(_ask(InMemoryRunner(agent=agent, app_name="sales"), "Who am I?"))
    assert "close_me_get" in model.offered and steady.person["user_id"] in said


async def _ask(runner, question):
    session = await runner.session_service.create_session(app_name="sales", user_id="u")
    message = types.Content(role="user", parts=[types.Part(text=question)])
    said = ""
    async for event in runner.run_async(user_id="u", session_id=session.id, new_message=message):
        said += "".join(part.text or "" for part in event.content.parts)
    return said
