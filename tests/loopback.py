"""Ports and networks of loopback that no other test of this machine uses at the same time.

What is given out is held by an abstract Unix socket until this process ends. The ports are outside
of those that the system gives to outgoing connections: such a connection would be in the way of a
server that starts a moment later. tests/integration/loopback.cc takes its share by the same names.
"""

import pathlib
import random
import socket

_held = []


def _ports():
    """The ports to choose from."""
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    return range(20000, first) if first > 21000 else range(min(last + 1, 64000), 65536)


def _hold(name):
    """Whether the name was free; it is this process's from now on."""
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind("\0antx-test-" + name)
    except OSError:
        holder.close()
        return False
    _held.append(holder)
    return True


def _free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count):
    """The first of so many ports in a row."""
    ports = _ports()
    while True:
        first = random.choice(ports[:-count])
        if all(_hold(f"port-{first + n}") and _free(first + n) for n in range(count)):
            return first


def free_port():
    return free_ports(1)


def own_network(count=1):
    """"127.A.B.", the first of so many networks of 254 hosts; count is a power of two up to 256."""
    while True:
        first = random.randrange(64 * 256, 192 * 256, count)
        if all(_hold(f"network-{first + n}") for n in range(count)):
            return f"127.{first // 256}.{first % 256}."
