"""Clients that begin and do not go on: they are ended in time, and nobody waits for them."""

import socket
import threading
import time

from support.sockets import PREFACE, SETTINGS, frame, literal, open_door, send, serves_the_next_client

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
        send(connection, start)
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
