"""Raw connections to both doors, and whether the next client is still served."""

import socket
import ssl
import struct
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events
import requests

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = struct.pack(">I", 0)[1:] + b"\x04\x00" + struct.pack(">I", 0)
"""An empty SETTINGS frame."""


DOORS = ["tls", "clear"]
"""The ways in."""


def send(connection, data):
    """Sends what the other side still takes; a connection that is closed meanwhile has been answered."""
    try:
        connection.sendall(data)
    except OSError:
        pass


def half_close(connection):
    """Says that nothing more comes."""
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def frame(kind, flags, stream, payload=b"", length=None):
    """One HTTP/2 frame; `length` lies about the payload."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A header field that uses no tables (RFC 7541, 6.2.2)."""
    return b"\x00" + _text(name) + _text(value)


def _text(text):
    raw = text.encode()
    return (bytes([len(raw)]) if len(raw) < 127 else b"\x7f" + _rest(len(raw) - 127)) + raw


def _rest(number):
    out = b""
    while number >= 128:
        out += bytes([number % 128 + 128])
        number //= 128
    return out + bytes([number])


def open_door(house, door, alpn="h2", timeout=20):
    """A connection to the TLS or to the clear door."""
    where = urlsplit(house.url if door == "tls" else house.clear_url)
    raw = socket.create_connection((where.hostname, where.port), timeout=timeout)
    raw.settimeout(timeout)
    if door != "tls":
        return raw
    context = ssl.create_default_context(cafile=house.ca_file)
    context.set_alpn_protocols([alpn])
    return context.wrap_socket(raw, server_hostname=where.hostname)


def ending(connection, limit=1 << 20):
    """What the server says, and whether it closed; it has the connection's own time for both."""
    said, closed = b"", False
    try:
        while len(said) < limit:
            part = connection.recv(65536)
            if not part:
                closed = True
                break
            said += part
    except (TimeoutError, ssl.SSLWantReadError):
        pass
    except OSError:
        closed = True
    connection.close()
    return said, closed


def kinds(said):
    """The kinds of the HTTP/2 frames in what was said."""
    found = set()
    while len(said) >= 9:
        found.add(said[3])
        said = said[9 + int.from_bytes(said[:3], "big"):]
    return found


def memory(house):
    """How much memory a house of one's own uses, in MiB."""
    with open(f"/proc/{house.process.pid}/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def serves_the_next_client(house):
    """Both doors answer, and quickly."""
    for base, verify in ((house.url, house.verify), (house.clear_url, True)):
        answer = requests.get(f"{base}/keys", verify=verify, timeout=5)
        assert answer.status_code == 200


class Http2Client:
    """A well-behaved HTTP/2 client, for requests that are wrong in one thing only."""

    def __init__(self, house, door):
        self.socket = open_door(house, door)
        self.authority = urlsplit(house.url).netloc
        configuration = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.pongs = 0
        self.connection = h2.connection.H2Connection(configuration)
        self.connection.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def start(self, path, headers, method="POST", end=False):
        """Sends the headers of a request; answers its stream."""
        stream = self.connection.get_next_available_stream_id()
        pseudo = [
            (":method", method), (":scheme", "https"), (":authority", self.authority), (":path", path),
        ]
        self.connection.send_headers(stream, [*pseudo, *headers], end_stream=end)
        self.flush()
        return stream

    def body(self, stream, data, end=True):
        """Sends a body as fast as the server takes it."""
        while data:
            size = min(len(data), self.connection.local_flow_control_window(stream), 16384)
            if size <= 0:
                if not self._receive({}, [b""], stream):
                    raise ConnectionError("the server takes no more of the body")
                continue
            self.connection.send_data(stream, data[:size])
            data = data[size:]
            self.flush()
        if end:
            self.connection.end_stream(stream)
            self.flush()

    def answer(self, stream):
        """All headers and trailers together, and the body; ends with the stream or the connection."""
        headers, body = {}, [b""]
        while self._receive(headers, body, stream):
            pass
        return headers, body[0]

    def _receive(self, headers, body, stream=None):
        try:
            data = self.socket.recv(65536)
        except OSError:
            headers.setdefault("ended", "no answer")
            return False
        if not data:
            headers.setdefault("ended", "closed")
            return False
        go_on = True
        for event in self.connection.receive_data(data):
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                headers.update(dict(event.headers))
            elif isinstance(event, h2.events.DataReceived):
                body[0] += event.data
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.PingAckReceived):
                self.pongs += 1
            elif isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                headers.setdefault("ended", "stream")
                go_on = False
            elif isinstance(event, h2.events.StreamReset) and event.stream_id == stream:
                headers.setdefault("ended", "reset")
                go_on = False
            elif isinstance(event, h2.events.ConnectionTerminated):
                headers.setdefault("ended", "goaway")
                go_on = False
        self.flush()
        return go_on

    def close(self):
        self.socket.close()
