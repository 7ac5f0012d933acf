"""Stopping while calls are under way: they are finished first, and what comes later is refused."""

import threading
import time
from urllib.parse import urlsplit

from scalekit.v1.tools.tools_pb2 import ExecuteToolRequest, ListToolsRequest
from support.browser import consent
from support.house import PATIENCE, House
from support.wire import Wire


def test_calls_under_way_are_finished():
    house = House.start("--leads", "0")
    person, answers = house.new_person(), {}
    house.rest("POST", "/api/v1/connected_accounts:get_or_create", {"connector": "close", "identifier": "u"})
    link = house.rest("POST", "/api/v1/connected_accounts/magic_link", {"connector": "close", "identifier": "u"})
    assert consent(link.json()["link"], person).status == 200
    house.fault(person, {"delay_answer_seconds": 2}, method="GET", path="/api/v1/me/")
    wire = Wire(house, house.token())

    def over_grpc():
        request = ExecuteToolRequest(tool_name="close_me_get", identifier="u")
        answers["grpc"] = wire.call(wire.tools.ExecuteTool, request).data["id"]

    def over_rest():
        body = {"tool_name": "close_me_get", "identifier": "u"}
        answers["rest"] = house.rest("POST", "/api/v1/execute_tool", body).json()["data"]["id"]

    threads = [threading.Thread(target=over_grpc), threading.Thread(target=over_rest)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    while _happened(house) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert house.stop() == 0
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == {"grpc": person["user_id"], "rest": person["user_id"]}


def test_clients_survive_a_restart(tmp_path):
    """The same connection object, the same token: nothing has to be set up again."""
    folder = ["--leads", "0", "--data-folder", str(tmp_path / "data")]
    before = House.start(*folder)
    client = before.new_client()
    wire = Wire(before, before.token(client["client_id"], client["client_secret"]))
    assert wire.call(wire.tools.ListTools, ListToolsRequest(page_size=1)).tools
    assert before.stop() == 0
    after = House.start(*folder, port=urlsplit(before.url).port)
    try:
        request = ListToolsRequest(page_size=1)
        answer = wire.tools.ListTools(request, metadata=wire.metadata, timeout=PATIENCE, wait_for_ready=True)
        assert answer.tools
    finally:
        assert after.stop() == 0
    wire.close()


def _happened(house):
    """How many calls have reached Close and wait for its answer."""
    return sum(fault["happened"] for fault in house.lever("GET", "/faults")["faults"])
