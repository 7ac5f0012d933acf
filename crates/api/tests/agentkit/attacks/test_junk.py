"""What is no HTTP, or wrong HTTP/1.1: it is answered or closed, and the next client is served."""

import socket

import pytest
from support.sockets import DOORS, PREFACE, SETTINGS, ending, half_close, open_door, send, serves_the_next_client

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


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", JUNK)
def test_junk_inside_the_connection(victim, door, name):
    connection = open_door(victim, door, "http/1.1", timeout=3)
    send(connection, JUNK[name])
    half_close(connection)
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
    send(connection, JUNK[name])
    half_close(connection)
    said, closed = ending(connection)
    assert said or closed, "neither an answer nor an end"
    serves_the_next_client(victim)
