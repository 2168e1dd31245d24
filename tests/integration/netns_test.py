#!/usr/bin/env python3
"""LAN auto-detection and mDNS on a network of its own: two network namespaces on a veth pair.

One holds a machine that answers on port 4028 and announces itself by mDNS, together with an
address outside of the range; in the other `antminer_exporter scan` runs without any range.
Exit code 77: skipped, the reason is printed. Usage: netns_test.py PATH_OF_EXPORTER
"""
import json
import os
import shutil
import subprocess
import sys
import textwrap

A, B = f"antxa{os.getpid()}", f"antxb{os.getpid()}"

MACHINE = textwrap.dedent(r"""
    import socket, struct, threading
    STATUS = '"STATUS":[{"STATUS":"S","When":1700000000,"Code":22,"Msg":"m"}]'
    VERSION = '{' + STATUS + ',"VERSION":[{"API":"3.1","BMMiner":"1.0.0","Type":"Antminer S19 Pro"}]}'

    def api():
        server = socket.create_server(("192.0.2.2", 4028))
        while True:
            client, _ = server.accept()
            client.recv(4095)
            client.sendall(VERSION.encode() + b"\0")
            client.close()

    threading.Thread(target=api, daemon=True).start()
    mdns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mdns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    mdns.bind(("", 5353))
    group = socket.inet_aton("224.0.0.251") + socket.inet_aton("192.0.2.2")
    mdns.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    print("ready", flush=True)

    def record(name, address):
        return name + struct.pack("!HHIH", 1, 0x8001, 120, 4) + socket.inet_aton(address)

    name = b"\x05miner\x05local\x00"
    answer = struct.pack("!6H", 0, 0x8400, 0, 2, 0, 0)
    answer += record(name, "192.0.2.2") + record(name, "198.51.100.9")
    while True:
        _, peer = mdns.recvfrom(9000)
        mdns.sendto(answer, peer)
""")


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def make_network():
    for namespace in (A, B):
        run("ip", "netns", "add", namespace)
        run("ip", "-n", namespace, "link", "set", "lo", "up")
    run("ip", "link", "add", "v0", "netns", A, "type", "veth", "peer", "name", "v1", "netns", B)
    for namespace, link, address in ((A, "v0", "192.0.2.1"), (B, "v1", "192.0.2.2")):
        run("ip", "-n", namespace, "link", "set", link, "up")
        run("ip", "-n", namespace, "addr", "add", f"{address}/28", "dev", link)
        run("ip", "-n", namespace, "route", "add", "224.0.0.0/4", "dev", link)


def scan(exporter):
    words = ["ip", "netns", "exec", A, exporter, "scan", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "MDNS_WAIT": "1"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def main():
    if os.geteuid() != 0 or not shutil.which("ip"):
        skip("network namespaces need root and the program ip (package iproute2)")
    machine = None
    try:
        try:
            make_network()
        except subprocess.CalledProcessError as error:
            skip(f"this kernel or these rights allow no network namespace: {error.stderr.strip()}")
        machine = subprocess.Popen(["ip", "netns", "exec", B, "python3", "-c", MACHINE],
                                   stdout=subprocess.PIPE, text=True)
        assert machine.stdout.readline().strip() == "ready"
        report = scan(sys.argv[1])
        assert [r["range"] for r in report["ranges"]] == ["192.0.2.0/28"], report
        assert report["ranges"][0]["identified"] == 1, report
        # Network, broadcast and own address are not asked; the address outside is never met.
        assert report["ranges"][0]["probed"] == 13, report
        miner, = report["miners"]
        assert miner["address"] == "192.0.2.2", report
        assert miner["model"] == "Antminer S19 Pro", report
        assert miner["source"] == "both", report
        assert len(miner["mac"]) == 17, report
        assert any("192.0.2.0/28" in message for message in report["messages"]), report
        print("found by sweep and by mDNS, inside the detected range only")
    finally:
        if machine:
            machine.kill()
            machine.wait()
        for namespace in (A, B):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
