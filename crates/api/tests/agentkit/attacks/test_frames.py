"""HTTP/2 that breaks the rules, or keeps them too eagerly: the connection ends or bears it, and others are served."""

import struct

import pytest
from support.sockets import (
    DOORS,
    PREFACE,
    SETTINGS,
    Http2Client,
    ending,
    frame,
    kinds,
    literal,
    memory,
    open_door,
    send,
    serves_the_next_client,
)

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
@pytest.mark.parametrize("name", H2)
def test_frames_that_break_the_rules(victim, door, name):
    connection = open_door(victim, door, timeout=3)
    send(connection, PREFACE + H2[name])
    said, closed = ending(connection)
    # Closed at once, or after headers, a reset or a farewell.
    assert closed or kinds(said) & {1, 3, 7}, kinds(said)
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
    send(connection, flood)
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
    send(connection, PREFACE + SETTINGS + start + cheap * 20000)
    serves_the_next_client(victim)
    connection.close()


@pytest.mark.parametrize("door", DOORS)
def test_pings_of_an_idle_client_are_answered_and_are_no_offence(victim, door):
    """Clients keep connections alive by pings for hours, without a single call."""
    client = Http2Client(victim, door)
    for number in range(200):
        client.connection.ping(number.to_bytes(8, "big"))
    client.flush()
    stream = client.start("/keys", [], method="GET", end=True)
    answer, _ = client.answer(stream)
    assert (answer["ended"], answer[":status"]) == ("stream", "200")
    assert client.pongs == 200
    client.close()


FIELDS = b"".join(
    literal(*field)
    for field in ((":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/keys"))
)
# A field of 4,000 bytes that is put into the table once, and named by one byte from then on (RFC 7541, 6.1 and 6.2.1).
BOMB = b"\x40\x01a\x7f\xa1\x1e" + b"b" * 4000 + b"\xbe" * 16000
MANY_HEADERS = {
    "headers without end": frame(1, 1, 1, FIELDS) + frame(9, 0, 1, literal("a", "b" * 1000) * 15) * 400,
    "empty continuations": frame(1, 1, 1, FIELDS) + frame(9, 0, 1) * 50000,
    "a header of 600 KB": frame(1, 1, 1, FIELDS + b"\x00\x01a\x7f\x81\xce\x24") + frame(9, 0, 1, b"b" * 16000) * 38,
    "a bomb": frame(1, 1, 1, FIELDS + BOMB[:12000]) + frame(9, 4, 1, BOMB[12000:]),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", MANY_HEADERS)
def test_headers_that_would_fill_the_memory(victim, door, name):
    connection = open_door(victim, door, timeout=5)
    send(connection, PREFACE + SETTINGS + MANY_HEADERS[name])
    said, closed = ending(connection)
    assert closed or kinds(said) & {1, 3, 7}, kinds(said)
    assert memory(victim) < 512, "MiB"
    serves_the_next_client(victim)
