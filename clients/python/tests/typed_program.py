"""A program that uses the package with types; only the type checker reads it."""

from latch import ConnectedAccount, LatchClient, ToolResult
from latch.langchain import get_tools


def program(client: LatchClient) -> str:
    accounts: list[ConnectedAccount] = list(client.actions.iterate_connected_accounts())
    result: ToolResult = client.actions.execute_tool(
        identifier=accounts[0].identifier, tool_name="close_leads_list"
    )
    tools = get_tools(connection_name="close", identifier="u", client=client)
    return f"{result['data']} {result.execution_id} {tools[0].name}"
