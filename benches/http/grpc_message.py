"""Writes the one gRPC message that the load generator repeats, by the rules of the protobuf wire format.

Only what an `ExecuteToolRequest` with a few parameters needs: texts and nested messages, and numbers as doubles, which
is how a `google.protobuf.Struct` carries them. No protobuf package is needed for that.
"""

import struct

LENGTH_DELIMITED = 2
FIXED_64 = 1


def _varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _field(number, payload):
    """A text or a nested message, by the number of its field."""
    return _varint(number << 3 | LENGTH_DELIMITED) + _varint(len(payload)) + payload


def _value(value):
    """A `google.protobuf.Value`: its field 2 is a number, field 3 a text."""
    if isinstance(value, (int, float)):
        return _varint(2 << 3 | FIXED_64) + struct.pack("<d", value)
    return _field(3, value.encode())


def _struct(members):
    """A `google.protobuf.Struct`: a map, which is a repeated message of key (1) and value (2)."""
    entries = (_field(1, name.encode()) + _field(2, _value(value)) for name, value in members.items())
    return b"".join(_field(1, entry) for entry in entries)


def execute_tool_frame(tool_name, identifier, params):
    """An `ExecuteToolRequest` in its gRPC frame: a byte that says it is not compressed, the length, the message."""
    message = _field(1, tool_name.encode()) + _field(2, identifier.encode()) + _field(3, _struct(params))
    return struct.pack(">BI", 0, len(message)) + message
