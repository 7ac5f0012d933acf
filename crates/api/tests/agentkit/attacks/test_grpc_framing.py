"""gRPC that is framed wrongly, of a wrong kind or too large: it is refused in words, and the next client is served."""

import struct

import pytest
import requests
from support.sockets import DOORS, Http2Client, serves_the_next_client

EXECUTE = "/scalekit.v1.tools.ToolService/ExecuteTool"


def grpc_headers(token, **more):
    headers = {"content-type": "application/grpc", "te": "trailers", "authorization": f"Bearer {token}", **more}
    return [(name.replace("_", "-"), value) for name, value in headers.items() if value is not None]


def message(payload, compressed=0, length=None):
    """A gRPC message; `length` lies about the payload."""
    return struct.pack(">BI", compressed, len(payload) if length is None else length) + payload


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({}, b"\x00\x00\x00"),
        ({}, message(b"abc", length=4)),
        ({}, message(b"", length=0xFFFFFFFF)),
        ({}, message(b"\x0a\x0cclose_me_get", compressed=1)),
        ({"grpc_encoding": "gzip"}, message(b"this is not gzip", compressed=1)),
        ({"grpc_encoding": "snappy"}, message(b"\x0a\x01x", compressed=1)),
        ({}, message(b"\x0a\x01x", compressed=7)),
        ({}, message(b"\x0a\x01x") + message(b"\x0a\x01y")),
        ({"grpc_timeout": "soon"}, message(b"\x0a\x01x")),
        ({"grpc_timeout": "99999999999999S"}, message(b"\x0a\x01x")),
        ({"grpc_timeout": "0n"}, message(b"\x0a\x01x")),
        ({"te": None}, message(b"\x0a\x01x")),
        ({}, message(b"\x0a\x01x" + b"\x1a\x04\x0a\x02\x0a\x00" * 1000)),
        ({}, message(b"\x1a" + b"\x80" * 9 + b"\x01")),
        ({"authorization": "Bearer " + "x" * 5000}, message(b"\x0a\x01x")),
    ],
    ids=[
        "no message", "half a prefix", "half a message", "a message of 4 GiB", "compressed with nothing",
        "compressed with a lie", "an unknown compression", "an unknown flag", "two messages", "a bad timeout",
        "a timeout of aeons", "no time at all", "no te", "a deep struct", "a broken varint", "a long token",
    ],
)
def test_bad_framing_of_grpc(victim, token, door, headers, body):
    client = Http2Client(victim, door)
    stream = client.start(EXECUTE, grpc_headers(token, **headers))
    client.body(stream, body)
    answer, _ = client.answer(stream)
    assert answer["ended"] in ("stream", "reset"), answer
    if answer["ended"] == "stream":
        assert answer[":status"] == "200" and int(answer["grpc-status"]) in range(1, 17), answer
    client.close()
    serves_the_next_client(victim)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "content_type", ["application/grpc-web", "application/json", "text/plain", "application/grpc+json", None, "x" * 3000]
)
def test_a_wrong_content_type(victim, token, door, content_type):
    client = Http2Client(victim, door)
    stream = client.start(EXECUTE, grpc_headers(token, content_type=content_type))
    client.body(stream, message(b"\x0a\x0cclose_me_get"))
    answer, _ = client.answer(stream)
    refused = answer.get(":status") in ("400", "404", "405", "415") or int(answer.get("grpc-status", 0)) > 0
    assert refused, answer
    client.close()
    serves_the_next_client(victim)


def test_grpc_over_http_1_is_refused(victim, token):
    answer = requests.post(
        victim.url + EXECUTE, data=message(b"\x0a\x01x"), verify=victim.verify, timeout=5,
        headers={"content-type": "application/grpc", "authorization": f"Bearer {token}"},
    )
    assert answer.status_code < 500
    serves_the_next_client(victim)


def test_bodies_larger_than_allowed(victim, token):
    answer = None
    try:
        answer = requests.post(
            f"{victim.url}/api/v1/execute_tool", data=b"x" * (40 << 20), verify=victim.verify, timeout=20,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
    except requests.ConnectionError:
        pass  # closed while it was still being sent
    assert answer is None or answer.status_code in (400, 413)
    client = Http2Client(victim, "tls")
    stream = client.start(EXECUTE, grpc_headers(token))
    try:
        client.body(stream, message(b"\x0a" + b"x" * (40 << 20)))
    except Exception:  # the stream or the connection ended meanwhile
        pass
    client.close()
    serves_the_next_client(victim)
