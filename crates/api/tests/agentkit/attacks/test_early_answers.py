"""Answers that do not wait for the body: the connection is good for the next request, or says that it is not."""

import select

import pytest
from support.sockets import DOORS, open_door

BODY = b'{"a": 1}'


def read_answer(reader):
    """Status and headers of one answer; its body is read and dropped."""
    status = int(reader.readline().split(b" ")[1])
    headers = {}
    while line := reader.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    reader.read(int(headers.get("content-length", 0)))
    return status, headers


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("path", "content_type", "good"),
    [
        ("/api/v1/execute_tool", "application/json", False),
        ("/api/v1/execute_tool", "text/plain", True),
        ("/api/v1/nothing", "application/json", True),
        ("/keys", "application/json", True),
        ("/proxy/api/v1/lead/", "application/json", True),
        ("/oauth/token", "text/plain", True),
    ],
    ids=["a bad token", "a wrong type", "an unknown route", "a wrong method", "an unknown account", "no form"],
)
def test_a_pooled_connection_survives_an_early_answer(victim, token, door, path, content_type, good):
    connection = open_door(victim, door, "http/1.1", timeout=5)
    reader = connection.makefile("rb")
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {content_type}\r\n"
        f"authorization: Bearer {token if good else 'bad'}\r\ncontent-length: {len(BODY)}\r\n\r\n".encode()
    )
    # The body comes in a packet of its own, as many clients send it.
    select.select([connection], [], [], 0.1)
    connection.sendall(BODY)
    status, headers = read_answer(reader)
    assert 400 <= status < 500
    if headers.get("connection", "").lower() == "close":
        return
    connection.sendall(b"GET /keys HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert reader.readline().startswith(b"HTTP/1.1 200"), "closed without a word"
    connection.close()
