"""LangChain: the tools as the adapter makes them, and the page's agent with a model that follows a script."""

import asyncio
import json
from typing import Any

from langchain_classic.agents import AgentExecutor, create_tool_calling_agent
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.utils.function_calling import convert_to_openai_tool


class ScriptedModel(BaseChatModel):
    """Says one line of its script after the other; a line may look at what the tools answered."""

    script: list[Any]
    bound: list[Any] = []

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **kwargs):
        self.bound = [convert_to_openai_tool(tool) for tool in tools]
        return self

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        answers = [message.content for message in messages if isinstance(message, ToolMessage)]
        line = self.script[len(answers)]
        said = line(answers) if callable(line) else line
        message = AIMessage(content=said) if isinstance(said, str) else AIMessage(content="", tool_calls=[said])
        return ChatResult(generations=[ChatGeneration(message=message)])


def call(name, **arguments):
    return {"name": name, "args": arguments, "id": f"call_{name}"}


def found_lead(answer):
    """The id of the lead in the text of a tool's answer."""
    return answer.split("'id': 'lead_")[1].split("'")[0]


def test_every_tool_becomes_one_that_models_understand(actions, steady):
    tools = actions.langchain.get_tools(identifier=steady.identifier, connection_names=["close"])
    assert len(tools) == len(actions.list_tools().tools)
    for tool in tools:
        function = convert_to_openai_tool(tool)["function"]
        assert function["name"] == tool.name and len(function["name"]) <= 64 and function["description"]
        assert function["parameters"]["type"] == "object"
    chosen = actions.langchain.get_tools(identifier=steady.identifier, tool_names=["close_lead_get", "close_me_get"])
    assert {tool.name for tool in chosen} == {"close_lead_get", "close_me_get"}
    assert not actions.langchain.get_tools(identifier=steady.identifier, providers=["GMAIL"])


def test_a_tool_answers_in_text_and_so_do_its_errors(actions, steady):
    tools = {tool.name: tool for tool in actions.langchain.get_tools(identifier=steady.identifier)}
    me = tools["close_me_get"].invoke({})
    assert steady.person["user_id"] in me and "execution_id" in me
    assert steady.person["user_id"] in asyncio.run(tools["close_me_get"].ainvoke({}))
    wrong = tools["close_lead_get"].invoke({"lead": "x"})
    assert wrong.startswith("Error executing tool close_lead_get") and "lead_id" in wrong


def test_the_agent_of_the_page(house, actions, steady):
    close_tools = actions.langchain.get_tools(connection_names=["close"], identifier=steady.identifier)
    prompt = ChatPromptTemplate.from_messages([
        ("system", "You are a sales assistant. Use the available tools to help manage Close CRM — query leads, log activities, and update pipeline opportunities."),
        MessagesPlaceholder("chat_history", optional=True),
        ("human", "{input}"),
        MessagesPlaceholder("agent_scratchpad"),
    ])
    model = ScriptedModel(script=[
        call("close_leads_list", query="Acme Rockets", _limit=1),
        lambda answers: call(
            "close_task_create", lead_id="lead_" + found_lead(answers[0]), text=f"Summary for {steady.identifier}"
        ),
        "Done: one task is planned.",
    ])
    agent = create_tool_calling_agent(model, close_tools, prompt)
    result = AgentExecutor(agent=agent, tools=close_tools, return_intermediate_steps=True).invoke({
        "input": "Find all open opportunities over $10k, summarize them, and create a follow-up task for each one due tomorrow"
    })
    assert result["output"] == "Done: one task is planned."
    assert len(model.bound) == len(close_tools)
    assert [step[0].tool for step in result["intermediate_steps"]] == ["close_leads_list", "close_task_create"]
    [sent] = house.heard("POST", "/api/v1/task/", steady.identifier)
    assert json.loads(sent["body"])["lead_id"].startswith("lead_")


def test_the_agent_that_langchain_makes_today(actions, steady):
    from langchain.agents import create_agent

    tools = actions.langchain.get_tools(connection_names=["close"], identifier=steady.identifier)
    model = ScriptedModel(script=[call("close_me_get"), lambda answers: f"I am {answers[-1]}"])
    result = create_agent(model, tools).invoke({"messages": [("human", "Who am I?")]})
    assert steady.person["user_id"] in result["messages"][-1].content
