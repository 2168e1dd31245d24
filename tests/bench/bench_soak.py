#!/usr/bin/env python3
"""The whole exporter at work: a simulated farm, polls with history, a scrape every few seconds.

Prints one JSON line: processor time in percent of one core, memory, and the gaps between the polls
of each healthy miner as /metrics tells them. Usage: bench_soak.py --bin build/release/bin
"""
import argparse
import gzip
import http.client
import ipaddress
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port

SUCCESS = re.compile(
    rb'^antminer_last_success_timestamp_seconds\{miner="([^"]+)"\} (\S+)$', re.MULTILINE)
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the programs")
    parser.add_argument("--miners", type=int, default=10000)
    parser.add_argument("--interval", type=int, default=30, help="seconds between polls")
    parser.add_argument("--scrape", type=int, default=15, help="seconds between scrapes")
    parser.add_argument("--seconds", type=int, default=300, help="measured after the first cycle")
    parser.add_argument("--base", default="127.64.0.1")
    parser.add_argument("--latency", default="20-60", help="milliseconds of a reply")
    parser.add_argument("--hung", type=int, default=0, help="percent")
    parser.add_argument("--silent", type=int, default=0, help="percent")
    parser.add_argument("--garbage", type=int, default=0, help="percent")
    parser.add_argument("--sweep", action="append", default=[],
                        help="a range inside 127.0.0.0/8 that is swept beside the known miners")
    return parser.parse_args()


def status_kb(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return None


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def quantile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))] if values else None


def fetch(port, path, compressed=True):
    """The status and the body; None while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Accept-Encoding": "gzip"} if compressed else {}
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        if reply.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return reply.status, body
    except OSError:
        return None, b""
    finally:
        connection.close()


class Children:
    """The programs; all end when the block ends."""

    def __init__(self):
        self.running = []

    def start(self, words, log, **more):
        self.running.append(subprocess.Popen(words, stdout=log, stderr=log, **more))
        return self.running[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.running):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                try:
                    child.wait(30)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()


def start_farm(children, options, folder):
    control = free_port()
    log = open(folder / "farm.log", "w+b")
    words = [options.bin / "antminer_farm", "--miners", str(options.miners), "--base",
             options.base, "--control", f"127.0.0.1:{control}", "--latency", options.latency]
    for name in ("hung", "silent", "garbage"):
        words += [f"--{name}", str(getattr(options, name))]
    farm = children.start(words, log)
    while b"ready" not in (folder / "farm.log").read_bytes():
        if farm.poll() is not None:
            raise SystemExit((folder / "farm.log").read_text())
        time.sleep(0.05)


def environment(options, folder, port):
    """The settings: ranges of exactly the miners, and those to sweep beside them."""
    first = ipaddress.IPv4Address(options.base)
    last = first + options.miners - 1
    ranges = [str(part) for part in ipaddress.summarize_address_range(first, last)]
    return {"PATH": os.environ.get("PATH", ""), "LISTEN_ADDRESS": f"127.0.0.1:{port}",
            "MINER_IP_RANGE": ",".join(ranges + options.sweep), "DISCOVERY_MDNS": "false",
            "POLL_INTERVAL": str(options.interval), "LOG_FORMAT": "text",
            "STORAGE_PATH": str(folder / "metrics.db")}


def wait_ready(port, exporter, log):
    """Seconds until one full cycle is served."""
    begin = time.monotonic()
    while fetch(port, "/-/ready")[0] != 200:
        if exporter.poll() is not None:
            raise SystemExit(pathlib.Path(log.name).read_text())
        time.sleep(0.05)
    return time.monotonic() - begin


def measure(options, port, pid):
    """Scrapes for the given time; what changed meanwhile."""
    successes, pages, durations, resident = {}, [], [], []
    begin, cpu = time.monotonic(), cpu_seconds(pid)
    next_scrape = begin
    while time.monotonic() < begin + options.seconds:
        resident.append(status_kb(pid, "VmRSS"))
        asked = time.monotonic()
        code, body = fetch(port, "/metrics")
        durations.append(time.monotonic() - asked)
        if code != 200:
            raise SystemExit(f"/metrics answered {code}")
        pages.append(len(body))
        for miner, stamp in SUCCESS.findall(body):
            successes.setdefault(miner, set()).add(float(stamp))
        next_scrape += options.scrape
        time.sleep(max(0.0, next_scrape - time.monotonic()))
    elapsed = time.monotonic() - begin
    gaps = sorted(later - earlier for stamps in successes.values()
                  for earlier, later in zip(sorted(stamps), sorted(stamps)[1:]))
    return {
        "cpu_pct": round(100 * (cpu_seconds(pid) - cpu) / elapsed, 2),
        "seconds": round(elapsed), "scrapes": len(pages), "page_bytes": pages[-1],
        "scrape_p50_ms": round(1000 * quantile(sorted(durations), .5), 1),
        "miners_seen": len(successes), "gaps": len(gaps),
        "gap_p99_s": quantile(gaps, .99), "gap_max_s": gaps[-1] if gaps else None,
        "rss_start_kb": resident[0], "rss_end_kb": resident[-1],
        "rss_peak_kb": status_kb(pid, "VmHWM"), "fds_end": descriptors(pid)}


def main():
    options = arguments()
    for text in [options.base] + options.sweep:
        if not text.startswith("127."):
            raise SystemExit(f"{text} is outside 127.0.0.0/8")
    with tempfile.TemporaryDirectory() as name, Children() as children:
        folder, port = pathlib.Path(name), free_port()
        start_farm(children, options, folder)
        words = [options.bin / "antminer_exporter"]
        variables = environment(options, folder, port)
        with open(folder / "exporter.log", "w+b") as log:
            first = children.start(words, log, env=variables)
            discovered = wait_ready(port, first, log)
            first.send_signal(signal.SIGTERM)
            first.wait(30)
            # The second start knows the miners: what a restart in service is like.
            again = children.start(words, log, env=variables)
            restarted = wait_ready(port, again, log)
            result = measure(options, port, again.pid)
    print(json.dumps({"bench": "soak", "miners": options.miners, "interval_s": options.interval,
                      "first_ready_s": round(discovered, 2),
                      "restart_ready_s": round(restarted, 2), **result}))


if __name__ == "__main__":
    main()
