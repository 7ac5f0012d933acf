"""The four ways to the same answer of the same Close, and one careful call to each before any is measured."""

import json
import re
import subprocess
import urllib.request

from grpc_message import execute_tool_frame
from servers import Failure, basic_credential

# A call that agents make often and that is cheap at Close: one lead, 3 KB.
CLOSE_PATH = "/api/v1/lead/?_limit=1"
TOOL_NAME = "close_leads_list"
PARAMETERS = {"_limit": 1}


class Target:
    """One way to call: what the load generator is told, and the server whose cost counts."""

    def __init__(self, name, server, path, headers, body_file=None, is_http2=False):
        self.name = name
        self.server = server
        self.url = server.url + path
        self.headers = headers
        self.body_file = body_file
        self.is_http2 = is_http2
        # How many bytes every answer must have; `check` learns it.
        self.answer_bytes = None
        # How many calls were made by all means, to be compared with the gateway's own record.
        self.calls = 0

    def check(self, expected_id):
        """Makes one call and looks at the whole answer: it must carry the lead with `expected_id`."""
        self.calls += 1
        if self.is_http2:
            self._check_grpc(expected_id)
        else:
            body = self._http_answer()
            if expected_id not in body.decode():
                raise Failure(f"{self.name}: the answer has no lead {expected_id}: {body[:300]!r}")
            self.answer_bytes = len(body)

    def _http_answer(self):
        body = self.body_file.read_bytes() if self.body_file else None
        request = urllib.request.Request(self.url, data=body, headers=self.headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def _check_grpc(self, expected_id):
        """`nghttp` shows what the load generator does not look at: the status in the trailers."""
        headers = [f"--header={name}: {value}" for name, value in self.headers.items()]
        command = ["nghttp", "--verbose", "--no-dep", *headers, f"--data={self.body_file}", self.url]
        output = subprocess.run(command, stdout=subprocess.PIPE, timeout=30, check=True).stdout
        log = output.decode(errors="replace")
        status = re.search(r"grpc-status: (\d+)", log)
        if not status or status.group(1) != "0" or expected_id not in log:
            raise Failure(f"{self.name}: the call did not succeed:\n{log}")
        self.answer_bytes = sum(map(int, re.findall(r"recv.* DATA frame <length=(\d+)", log)))


def first_lead_id(twin):
    """The lead that every answer must carry."""
    headers = {"authorization": basic_credential(twin.api_key)}
    request = urllib.request.Request(twin.url + CLOSE_PATH, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"][0]["id"]


def make_targets(folder, twin, nginx, gateway, identifier):
    """All ways, the plainest first."""
    call = {"tool_name": TOOL_NAME, "identifier": identifier, "params": PARAMETERS}
    rest_body = folder / "execute_tool.json"
    rest_body.write_text(json.dumps(call, separators=(",", ":")))
    grpc_body = folder / "execute_tool.grpc"
    grpc_body.write_bytes(execute_tool_frame(TOOL_NAME, identifier, PARAMETERS))
    authorization = {"authorization": gateway.authorization}
    rest_headers = {**authorization, "content-type": "application/json"}
    grpc_headers = {**authorization, "content-type": "application/grpc", "te": "trailers"}
    grpc_path = "/scalekit.v1.tools.ToolService/ExecuteTool"
    return [
        Target("direct", twin, CLOSE_PATH, {"authorization": basic_credential(twin.api_key)}),
        Target("nginx", nginx, CLOSE_PATH, {}),
        Target("Latch REST", gateway, "/api/v1/execute_tool", rest_headers, rest_body),
        Target("Latch gRPC", gateway, grpc_path, grpc_headers, grpc_body, is_http2=True),
    ]
