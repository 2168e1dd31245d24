"""Series as Prometheus takes them by remote write: protobuf and snappy, no more of both than is
needed (literals only)."""

import struct


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    """One length-delimited protobuf field; a series is the fields 1 of a write request."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def label_bytes(labels):
    """The labels of a series, {name: value}, "__name__" among them."""
    return b"".join(field(1, field(1, key.encode()) + field(2, value.encode()))
                    for key, value in sorted(labels.items()))


def sample_bytes(samples):
    """(Unix seconds, value) pairs, oldest first."""
    return b"".join(
        field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(int(at * 1000)))
        for at, value in samples)


def snappy(data):
    """Snappy's block format, nothing compressed."""
    out = bytearray(varint(len(data)))
    for start in range(0, len(data), 65536):
        piece = data[start:start + 65536]
        out += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)
