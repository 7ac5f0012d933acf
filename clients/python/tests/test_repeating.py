"""What is sent again and what never is, against a server that misbehaves to order."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import latch

Answer = tuple[int, dict[str, str], Any]
TOOL: Answer = (200, {}, {"data": {"id": "lead_1"}, "execution_id": "call_1"})
EMPTY: Answer = (200, {}, {"connected_accounts": [], "total_size": 0})
REFUSED: Answer = (401, {}, {"error": {"class": "unauthenticated", "message": "no", "effect": "none"}})


class Server:
    """Answers each path with the next of its answers, then with the last for ever."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.bearers: list[str] = []
        self.answers: dict[str, list[Answer | None]] = {}
        self.life = 3600
        lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                path = self.path.partition("?")[0]
                with lock:
                    server.seen[path] += 1
                    if path == "/oauth/token":
                        said: Answer | None = (
                            200,
                            {},
                            {"access_token": f"t{server.seen[path]}", "expires_in": server.life},
                        )
                    else:
                        server.bearers.append(self.headers.get("authorization", ""))
                    if path in server.answers:
                        left = server.answers[path]
                        said = left.pop(0) if len(left) > 1 else left[0]
                if said is None:
                    # The request was read, and no answer comes.
                    self.close_connection = True
                    return
                status, headers, body = said
                text = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                """Stays quiet."""

        class Roomy(ThreadingHTTPServer):
            # The usual queue of five resets connections when many threads arrive at once.
            request_queue_size = 128

        self.http = Roomy(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


QUICK = latch.Retries(attempts=3, first_wait=0.01, longest_wait=1)
Run = Callable[[Server, str], Any]


def blocking(server: Server, action: str) -> Any:
    with latch.LatchClient("id", "secret", server.url, retries=QUICK) as client:
        if action == "write":
            return client.actions.execute_tool("close_lead_create", {"name": "A"}, "u")
        return client.actions.list_connected_accounts()


def asynchronous(server: Server, action: str) -> Any:
    async def program() -> Any:
        async with latch.AsyncLatchClient("id", "secret", server.url, retries=QUICK) as client:
            if action == "write":
                return await client.actions.execute_tool("close_lead_create", {"name": "A"}, "u")
            return await client.actions.list_connected_accounts()

    return asyncio.run(program())


WRITE, READ = "/api/v1/execute_tool", "/api/v1/connected_accounts"
both = pytest.mark.parametrize("run", [blocking, asynchronous])


@both
@pytest.mark.parametrize("answer", [None, (500, {}, {}), (503, {}, {}), (504, {}, {})])
def test_a_write_of_unknown_outcome_is_sent_once(
    server: Server, run: Run, answer: Answer | None
) -> None:
    server.answers[WRITE] = [answer, TOOL]
    with pytest.raises(latch.LatchError) as failed:
        run(server, "write")
    assert server.seen[WRITE] == 1
    assert failed.value.outcome == "unknown" and not failed.value.retryable


@both
def test_a_write_refused_with_429_is_sent_again(server: Server, run: Run) -> None:
    server.answers[WRITE] = [(429, {"Retry-After": "0"}, {}), TOOL]
    assert run(server, "write")["id"] == "lead_1"
    assert server.seen[WRITE] == 2


@both
def test_a_long_retry_after_goes_to_the_caller(server: Server, run: Run) -> None:
    server.answers[WRITE] = [(429, {"Retry-After": "90"}, {}), TOOL]
    with pytest.raises(latch.RateLimitedError) as limited:
        run(server, "write")
    assert limited.value.retry_after == 90 and limited.value.retryable
    assert server.seen[WRITE] == 1


@both
@pytest.mark.parametrize("answer", [None, (503, {}, {})])
def test_a_read_is_repeated_a_bounded_number_of_times(
    server: Server, run: Run, answer: Answer | None
) -> None:
    server.answers[READ] = [answer, EMPTY]
    assert run(server, "read").items == ()
    server.answers[READ] = [answer]
    server.seen.clear()
    with pytest.raises(latch.LatchError):
        run(server, "read")
    assert server.seen[READ] == 3


@both
def test_a_refused_token_is_replaced_once(server: Server, run: Run) -> None:
    server.answers[WRITE] = [REFUSED, TOOL]
    assert run(server, "write")["id"] == "lead_1"
    assert server.bearers == ["Bearer t1", "Bearer t2"]
    server.answers[WRITE] = [REFUSED]
    server.seen.clear()
    with pytest.raises(latch.UnauthenticatedError):
        run(server, "write")
    assert server.seen == {WRITE: 2, "/oauth/token": 2}


def test_closes_own_401_does_not_cost_a_token(server: Server) -> None:
    body = {"error": {"class": "api", "message": "Close refused", "effect": "none"}}
    server.answers[WRITE] = [(401, {}, body)]
    with pytest.raises(latch.CloseError):
        blocking(server, "write")
    assert server.seen == {WRITE: 1, "/oauth/token": 1}


def test_threads_share_one_token(server: Server) -> None:
    server.answers[WRITE] = [TOOL]
    with latch.LatchClient("id", "secret", server.url) as client, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.actions.execute_tool("x", {}, "u"), range(64)))
    assert server.seen == {WRITE: 64, "/oauth/token": 1}


def test_a_token_is_replaced_ahead_of_its_end(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import latch._token as token

    now = token.time.monotonic()
    server.answers[WRITE] = [TOOL]
    with latch.LatchClient("id", "secret", server.url) as client:
        client.actions.execute_tool("x", {}, "u")
        monkeypatch.setattr(token.time, "monotonic", lambda: now + 3500)
        client.actions.execute_tool("x", {}, "u")
        assert server.seen["/oauth/token"] == 1
        monkeypatch.setattr(token.time, "monotonic", lambda: now + 3550)
        client.actions.execute_tool("x", {}, "u")
    assert server.bearers == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_nobody_listening_is_told_as_such(server: Server) -> None:
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(latch.NetworkError) as failed:
        blocking(server, "write")
    assert failed.value.outcome == "none" and failed.value.retryable


def test_an_answer_that_is_not_ours_is_an_error_of_ours(server: Server) -> None:
    server.answers[READ] = [(200, {}, ["what"])]
    with pytest.raises(latch.InternalError, match="unexpected shape"):
        blocking(server, "read")
