"""What comes in over a socket that no client would send: it is answered or closed, and the next client is served."""

import socket
import struct
import threading
import time

import pytest
from support.house import House
from support.sockets import (
    PREFACE,
    SETTINGS,
    Http2Client,
    ending,
    frame,
    kinds,
    literal,
    open_door,
    serves_the_next_client,
)

DOORS = ["tls", "clear"]
EXECUTE = "/scalekit.v1.tools.ToolService/ExecuteTool"


@pytest.fixture(scope="module")
def victim():
    """A Latch of its own, so that what hurts it is seen here and nowhere else."""
    house = House.start("--leads", "0")
    yield house
    assert house.process.poll() is None, "it did not survive"
    assert house.stop() == 0


@pytest.fixture(scope="module")
def token(victim):
    return victim.token()


def grpc_headers(token, **more):
    headers = {"content-type": "application/grpc", "te": "trailers", "authorization": f"Bearer {token}", **more}
    return [(name.replace("_", "-"), value) for name, value in headers.items() if value is not None]


def message(payload, compressed=0, length=None):
    """A gRPC message; `length` lies about the payload."""
    return struct.pack(">BI", compressed, len(payload) if length is None else length) + payload


JUNK = {
    "nothing": b"",
    "noise": bytes(range(256)) * 8,
    "an old TLS hello": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x00" * 35,
    "a TLS record that lies": b"\x16\x03\x01\xff\xff\x01\x00\x00\x05",
    "a TLS alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a PROXY line": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n\r\n",
    "half a request line": b"GET /ke",
    "no version": b"GET /keys\r\n\r\n",
    "version 9": b"GET /keys HTTP/9.9\r\nhost: x\r\n\r\n",
    "a header without colon": b"GET /keys HTTP/1.1\r\nhost x\r\n\r\n",
    "a NUL in a header": b"GET /keys HTTP/1.1\r\nhost: x\r\na: b\x00c\r\n\r\n",
    "a folded header": b"GET /keys HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n",
    "two lengths": b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "length and chunks": b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n"
    b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /keys HTTP/1.1\r\nhost: x\r\n\r\n",
    "a chunk that lies": b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "a negative length": b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    "a bad path": b"GET /%zz%00/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n",
    "a foreign host": b"GET http://example.com/keys HTTP/1.1\r\nhost: example.com\r\n\r\n",
    "an unknown method": b"BREW /keys HTTP/1.1\r\nhost: x\r\n\r\n",
    "half a preface": PREFACE[:12],
    "a wrong preface": PREFACE[:-4] + b"XX\r\n" + SETTINGS,
    "headers without end": b"GET /keys HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * 20000,
    "a very long header": b"GET /keys HTTP/1.1\r\nhost: x\r\na: " + b"b" * 600_000 + b"\r\n\r\n",
    "a very long path": b"GET /" + b"k" * 300_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
}

H2 = {
    "a frame larger than allowed": SETTINGS + frame(0, 0, 1, length=(1 << 24) - 1),
    "settings of a wrong size": frame(4, 0, 0, b"\x00" * 5),
    "settings on a stream": frame(4, 0, 1),
    "an impossible window": SETTINGS + frame(4, 0, 0, struct.pack(">HI", 4, 0xFFFFFFFF)),
    "data on no stream": SETTINGS + frame(0, 0, 0, b"x"),
    "data on an idle stream": SETTINGS + frame(0, 1, 5, b"x"),
    "headers on an even stream": SETTINGS + frame(1, 5, 2, literal(":method", "GET")),
    "headers that are no HPACK": SETTINGS + frame(1, 5, 1, b"\xff" * 64),
    "a table that is too large": SETTINGS + frame(1, 5, 1, b"\x3f\xff\xff\xff\x7f"),
    "no pseudo headers": SETTINGS + frame(1, 5, 1, literal("a", "b")),
    "upper-case names": SETTINGS + frame(1, 5, 1, literal(":method", "GET") + literal("A", "b")),
    "a continuation of nothing": SETTINGS + frame(9, 4, 1, literal("a", "b")),
    "something between headers and continuation": SETTINGS
    + frame(1, 0, 1, literal(":method", "GET")) + frame(6, 0, 0, b"\x00" * 8),
    "a ping of a wrong size": SETTINGS + frame(6, 0, 0, b"\x00" * 7),
    "a push from the client": SETTINGS + frame(5, 4, 1, b"\x00\x00\x00\x02"),
    "a reset of an idle stream": SETTINGS + frame(3, 0, 7, b"\x00\x00\x00\x08"),
    "a window of zero": SETTINGS + frame(8, 0, 0, b"\x00\x00\x00\x00"),
    "a window that overflows": SETTINGS + frame(8, 0, 0, b"\x7f\xff\xff\xff") * 2,
    "padding longer than the frame": SETTINGS + frame(0, 8, 1, b"\xff"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", JUNK)
def test_junk_inside_the_connection(victim, door, name):
    connection = open_door(victim, door, "http/1.1", timeout=3)
    _send(connection, JUNK[name])
    _half_close(connection)
    said, closed = ending(connection)
    assert said or closed, "neither an answer nor an end"
    if said.startswith(b"HTTP/1.1"):
        status = int(said.split(b" ")[1])
        assert 400 <= status < 500 or name in ("a folded header", "a foreign host", "length and chunks"), said[:200]
        assert said.count(b"HTTP/1.1 ") <= 1 or name == "a foreign host", "one request, one answer"
    serves_the_next_client(victim)


@pytest.mark.parametrize("name", JUNK)
def test_junk_instead_of_tls(victim, name):
    where = victim.url.rsplit(":", 1)[1]
    connection = socket.create_connection(("127.0.0.1", int(where)), timeout=3)
    _send(connection, JUNK[name])
    _half_close(connection)
    said, closed = ending(connection)
    assert said or closed, "neither an answer nor an end"
    serves_the_next_client(victim)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", H2)
def test_frames_that_break_the_rules(victim, door, name):
    connection = open_door(victim, door, timeout=3)
    _send(connection, PREFACE + H2[name])
    said, closed = ending(connection)
    # Closed at once, or after headers, a reset or a farewell.
    assert closed or kinds(said) & {1, 3, 7}, kinds(said)
    serves_the_next_client(victim)


def _send(connection, data):
    try:
        connection.sendall(data)
    except OSError:
        pass  # it was closed before all was said, which is an answer


def _half_close(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


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
    import requests

    answer = requests.post(
        victim.url + EXECUTE, data=message(b"\x0a\x01x"), verify=victim.verify, timeout=5,
        headers={"content-type": "application/grpc", "authorization": f"Bearer {token}"},
    )
    assert answer.status_code < 500
    serves_the_next_client(victim)


@pytest.mark.parametrize("door", DOORS)
def test_many_streams_opened_and_reset_at_once(victim, door):
    """What was known as rapid reset: the server ends the connection or bears it, and others are served."""
    connection = open_door(victim, door, timeout=5)
    fields = b"".join(
        literal(name, value)
        for name, value in ((":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/keys"))
    )
    flood = PREFACE + SETTINGS + b"".join(
        frame(1, 5, stream, fields) + frame(3, 0, stream, b"\x00\x00\x00\x08") for stream in range(1, 8001, 2)
    )
    _send(connection, flood)
    serves_the_next_client(victim)
    ending(connection)
    serves_the_next_client(victim)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["pings", "settings", "empty data"])
def test_floods_of_cheap_frames(victim, door, kind):
    cheap = {
        "pings": frame(6, 0, 0, b"12345678"), "settings": SETTINGS, "empty data": frame(0, 0, 1),
    }[kind]
    start = b""
    if kind == "empty data":
        fields = [(":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", "/oauth/token")]
        start = frame(1, 4, 1, b"".join(literal(*field) for field in fields))
    connection = open_door(victim, door, timeout=3)
    _send(connection, PREFACE + SETTINGS + start + cheap * 20000)
    serves_the_next_client(victim)
    connection.close()


def test_bodies_larger_than_allowed(victim, token):
    import requests

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


SLOW = {
    "a handshake": ("raw", b"\x16\x03\x01\x02\x00\x01"),
    "headers": ("http/1.1", b"GET /keys HTTP/1.1\r\nhost: x\r\n"),
    "a body": ("http/1.1", b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\ngrant"),
    "HTTP/2 headers": ("h2", PREFACE + SETTINGS + frame(1, 0, 1, literal(":method", "GET"))),
    "a preface": ("h2", PREFACE[:10]),
}
SLOWEST = 60
"""Seconds in which a connection that gets nowhere must be over."""


def test_slow_ones_are_ended_and_disturb_nobody(victim):
    """All at once, forty connections for each way to be slow."""
    ended, lock = {}, threading.Lock()

    def linger(name, way, start):
        if way == "raw":
            connection = socket.create_connection(("127.0.0.1", int(victim.url.rsplit(":", 1)[1])), timeout=1)
        else:
            connection = open_door(victim, "tls", way, timeout=1)
        _send(connection, start)
        began = time.monotonic()
        while time.monotonic() - began < SLOWEST:
            try:
                if connection.recv(4096) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            with lock:
                ended[name] = "never"
        connection.close()

    threads = [
        threading.Thread(target=linger, args=(name, way, start), daemon=True)
        for name, (way, start) in SLOW.items() for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    serves_the_next_client(victim)
    for thread in threads:
        thread.join(SLOWEST + 5)
        serves_the_next_client(victim) if thread.is_alive() else None
    assert not ended, f"still open after {SLOWEST} s: {ended}"
