#!/usr/bin/env python3
"""What the rules cost a real Prometheus with the history of a fleet.

Usage: bench_rules.py [--miners 5000] [--faulty 3] [--seconds 240] [--prometheus PROGRAM]

Fills a Prometheus (Debian package, loopback, a folder of its own) over remote write with what the
windows of the rules look at and with some minutes to come, then lets the shipped rules run at their
own intervals (at most 2 minutes, so that each runs) and reads how long Prometheus says each group
took; then asks for every expression by itself. Prints one line of JSON:
- wall_s_per_30s: time of all groups, each as often as its interval says; wall_s_each_group_once.
- cpu_s_per_30s: processor time of the whole Prometheus meanwhile, which scrapes nothing.
- cpu_s_each_rule_once: of the expressions, asked for one by one;
  cpu_s_to_count_every_series_once: what it takes to read the fleet once, for comparison.
Takes some minutes.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port
from remote_write import field, label_bytes, sample_bytes, snappy

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEP, HOUR, DAY = 30, 3600, 86400
AHEAD = 9 * 60  # Samples to come; Prometheus takes 10 minutes.
TURNS = 5  # Of each expression.
LONGEST = 120  # Seconds between evaluations of a group.


class Prometheus:
    """One Prometheus on loopback that ends with this program."""

    def __init__(self, program, folder, rule_files):
        self.folder, self.rule_files = folder, rule_files
        self.url = f"http://127.0.0.1:{free_port()}"
        self.configure([])
        self.log = open(folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={self.url[7:]}", "--web.enable-remote-write-receiver",
             "--web.enable-lifecycle", "--storage.tsdb.retention.time=30d"],
            stdout=self.log, stderr=self.log)
        self.wait(lambda: self.get("/-/ready"), 60)

    def configure(self, rule_files):
        (self.folder / "prometheus.yml").write_text(json.dumps(
            {"global": {"evaluation_interval": "30s"}, "rule_files": rule_files}), "utf-8")

    def get(self, path, data=None, headers=None):
        request = urllib.request.Request(self.url + path, data, headers or {})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def wait(self, condition, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"prometheus ended: {(self.folder / 'log').read_text()[-2000:]}")
            try:
                if condition():
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"waited {seconds} s in vain")

    def write(self, series):
        self.get("/api/v1/write", snappy(b"".join(field(1, one) for one in series)),
                 {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
                  "X-Prometheus-Remote-Write-Version": "0.1.0"})

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) // 1024
        return 0

    def settled(self):
        before = self.cpu_seconds()
        time.sleep(2)
        return self.cpu_seconds() - before < 0.2

    def quiet(self):
        """No evaluations any more, but the rules stay known: their interval becomes a day."""
        set_intervals(self.rule_files, lambda seconds: DAY)
        self.get("/-/reload", data=b"")
        self.wait(self.settled, 600)

    def groups(self):
        return json.loads(self.get("/api/v1/rules"))["data"]["groups"]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


# ---- the fleet

def families(fault):
    """(metric, labels, seconds of history, step, value at a number of steps) of one miner."""
    rate = 0.0 if fault == "stopped" else 80e12 if fault == "slow" else 100e12
    hot = 95 if fault == "hot" else 70
    noise = random.Random(1).random
    recent, hour, six = 600, HOUR + 300, 6 * HOUR + 300
    up = 0 if fault == "off" else 1
    out = [("antminer_up", {}, hour, STEP, lambda n: up)]
    for level, limit in (("warning", 80), ("critical", 90)):
        out.append(("antminer_threshold_chip_temperature_celsius", {"severity": level}, recent,
                    STEP, lambda n, limit=limit: limit))
    for name, value in (("antminer_threshold_hashrate_ratio", 0.9),
                        ("antminer_threshold_fan_rpm", 2000)):
        out.append((name, {}, recent, STEP, lambda n, value=value: value))
    out.append(("antminer_restarts_total", {}, hour, STEP, lambda n: 4))
    out.append(("antminer_pool_switches_total", {}, hour, STEP, lambda n: 1))
    out.append(("antminer_scrapes_total", {}, hour, STEP, lambda n: n))
    for state in ("hashing", "degraded", "starting", "idle", "sleeping", "api_down",
                  "access_denied", "offline", "lost"):
        out.append(("antminer_state", {"state": state}, recent, STEP,
                    lambda n, state=state: int(state == "hashing")))
    lost = {"": 1e12, "hot": 1e12, "slow": 20e12}.get(fault, 100e12)
    out.append(("antminer_hashrate_lost_hashes_per_second", {}, recent, STEP, lambda n: lost))
    if fault == "off":
        return out
    out.append(("antminer_hashrate_hashes_per_second", {}, 1800 + 300, STEP,
                lambda n: rate * (0.99 + 0.02 * noise())))
    for name, step in (("antminer_hashes_total", 3e15), ("antminer_difficulty_accepted_total", 7e5),
                       ("antminer_shares_accepted_total", 11)):
        out.append((name, {}, hour, STEP, lambda n, step=step: n * step))
    for name, step in (("antminer_difficulty_rejected_total", 7e3),
                       ("antminer_shares_rejected_total", 0.1),
                       ("antminer_hardware_errors_total", 3)):
        out.append((name, {}, hour, STEP, lambda n, step=step: int(n * step)))
    for name, value in (("antminer_mining", 1), ("antminer_mining_start_time_seconds", 1.7e9),
                        ("antminer_hashrate_baseline_hashes_per_second", 100e12),
                        ("antminer_hashrate_baseline_samples", 10),
                        ("antminer_hashrate_expected_hashes_per_second", 100e12),
                        ("antminer_fans", 4), ("antminer_fans_expected", 4), ("antminer_boards", 3),
                        ("antminer_chip_temperature_max_celsius", hot),
                        ("antminer_chip_temperature_sensors", 12), ("antminer_pools_up", 3),
                        ("antminer_fan_min_rpm", 5400), ("antminer_fan_max_rpm", 5700),
                        ("antminer_boards_expected", 3)):
        out.append((name, {}, recent, STEP, lambda n, value=value: value))
    for board in "123":
        out += [(name, {"board": board}, recent, STEP, lambda n, value=value: value)
                for name, value in (("antminer_board_up", 1), ("antminer_board_chips", 114),
                                    ("antminer_board_chips_expected", 114))]
        out += [("antminer_chip_temperature_celsius", {"board": board, "sensor": str(sensor)},
                 recent, STEP, lambda n: hot + int(4 * noise())) for sensor in range(4)]
    for number in range(4):
        out.append(("antminer_fan_rpm", {"fan": str(number + 1)}, recent, STEP,
                    lambda n: 5400 + 60 * int(5 * noise())))
    out.append(("antminer_pool_active_rank", {"pool": "0"}, recent, STEP, lambda n: 0))
    out.append(("antminer_last_share_timestamp_seconds", {}, recent, STEP, lambda n: time.time()))
    for pool in "012":
        out += [(name, {"pool": pool}, recent, STEP, lambda n, value=value: value)
                for name, value in (("antminer_pool_up", 1),
                                    ("antminer_pool_active", int(pool == "0")),
                                    ("antminer_pool_priority", int(pool)))]
        out.append(("antminer_pool_last_share_timestamp_seconds", {"pool": pool}, recent, STEP,
                    lambda n: time.time()))
        out.append(("antminer_pool_info", {"pool": pool, "host": f"pool{pool}.example:3333",
                                           "protocol": "stratum+tcp"}, recent, STEP, lambda n: 1))
    for name in ("summary", "stats", "pools"):
        out.append(("antminer_collector_success", {"collector": name}, recent, STEP, lambda n: 1))
    out.append(("antminer_power_watts", {"source": "estimated"}, recent, STEP,
                lambda n: 3000 + int(50 * noise())))
    # What the rules themselves recorded before.
    out.append(("miner:antminer_profit_per_day:current", {"currency": "USD"}, six, 240,
                lambda n: 1 + noise()))
    for name, value in (("hashes", 1e14), ("difficulty_accepted", 2.3e4),
                        ("shares_accepted", 0.36)):
        out.append((f"miner:antminer_{name}:rate5m", {}, six, 120,
                    lambda n, value=value: value * (0.99 + 0.02 * noise())))
    out.append(("miner:antminer_chip_temperature_sensors:max30m", {}, DAY + HOUR, 1800,
                lambda n: 12))
    out.append(("miner:antminer_hashrate_hashes_per_second:avg30m", {}, 8 * DAY + HOUR, 1800,
                lambda n: rate * (0.99 + 0.02 * noise())))
    return out


EXPORTER = [("antminer_exporter_poll_interval_seconds", {}, 30), ("antminer_exporter_ready", {}, 1),
            ("antminer_exporter_poll_cycles_skipped_total", {}, 0),
            ("antminer_discovery_miners", {"source": "tcp"}, 5000),
            ("antminer_threshold_hardware_error_ratio", {}, 0.01),
            ("antminer_threshold_share_reject_ratio", {}, 0.05),
            ("antminer_threshold_restarts", {}, 3), ("antminer_threshold_last_share_seconds", {}, 900),
            ("antminer_threshold_baseline_samples", {}, 10),
            ("antminer_threshold_market_age_seconds", {}, 3600),
            ("antminer_market_bitcoin_price", {"currency": "USD"}, 100000),
            ("antminer_market_network_difficulty", {}, 126e12),
            ("antminer_market_block_subsidy_bitcoins", {}, 3.125),
            ("antminer_electricity_price_per_kilowatt_hour", {"currency": "USD"}, 0.1),
            ("antminer_pool_fee_ratio", {}, 0.02), ("up", {}, 1)]
TARGET = {"job": "antminer", "instance": "127.0.0.1:14028"}


def fault_of(number, faulty):
    """Every 100 / faulty-th miner has a fault, in turn."""
    if faulty <= 0 or number % max(1, round(100 / faulty)):
        return ""
    return ("off", "hot", "slow", "stopped")[number // max(1, round(100 / faulty)) % 4]


def heads(miners, faulty):
    """Encoded labels by fault and place in families(): (fault, index) -> list of bytes."""
    out, count = {}, 0
    shapes = {fault: families(fault) for fault in ("", "off", "hot", "slow", "stopped")}
    for number in range(miners):
        fault = fault_of(number, faulty)
        miner = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        for index, (metric, labels, *_) in enumerate(shapes[fault]):
            encoded = label_bytes({"__name__": metric, "miner": miner} | TARGET | labels)
            out.setdefault((fault, index), []).append(encoded)
            count += 1
        info = {"__name__": "antminer_miner_info", "miner": miner, "address": miner,
                "mac": f"02:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
                "hostname": f"miner-{number}", "model": "Antminer S19 Pro", "algorithm": "sha256",
                "firmware": "stock", "firmware_version": "Fri Nov 11 10:04:20 CST 2022",
                "api_version": "3.1",
                "site": f"site-{number % 4}", "rack": f"r{number % 50}"}
        out.setdefault(("info", 0), []).append(label_bytes(info | TARGET))
        count += 1
    return shapes, out, count


def fill(prometheus, miners, faulty):
    """Hour by hour, so that nothing is older than Prometheus takes; returns (series, samples)."""
    shapes, encoded, count = heads(miners, faulty)
    end = int(time.time()) // STEP * STEP
    begin = end - 8 * DAY - HOUR
    samples = 0
    window = begin
    while window < end + HOUR:
        now = int(time.time()) // STEP * STEP + STEP
        stop = min(window + HOUR, now + AHEAD)
        if stop <= window:
            break
        batch, size = [], 0
        if stop > end - 600:
            blob = sample_bytes((at, 1) for at in range(max(window, end - 600), stop, STEP))
            for key, value, labels in ((n, v, l) for n, l, v in EXPORTER):
                own = sample_bytes((at, value) for at in range(max(window, end - 600), stop, STEP))
                batch.append(label_bytes({"__name__": key} | TARGET | labels) + own)
            batch += [head + blob for head in encoded[("info", 0)]]
        for (fault, index), lines in encoded.items():
            if fault == "info":
                continue
            metric, _, history, step, value = shapes[fault][index]
            first = max(window, -(-(end - history) // step) * step)
            last = min(stop, now) if ":" in metric else stop  # The rules go on recording.
            points = [(at, value((at - begin) // step)) for at in range(first, last)
                      if at % step == 0] if first < last else []
            # The week between the two days that are compared is left out.
            points = [point for point in points if history < 8 * DAY
                      or not end - 7 * DAY + HOUR < point[0] < end - DAY - HOUR]
            if not points:
                continue
            blob = sample_bytes(points)
            samples += len(points) * len(lines)
            for head in lines:
                batch.append(head + blob)
                size += len(head) + len(blob)
                if size > 4_000_000:
                    prometheus.write(batch)
                    batch, size = [], 0
        if batch:
            prometheus.write(batch)
        window = stop
    return count, samples


def copy_rules(folder):
    """The shipped rules, and the seconds between evaluations of each group."""
    files, intervals = [], {}
    for path in sorted((ROOT / "prometheus" / "rules").glob("*.yml")):
        text = path.read_text("utf-8")
        for name, number, unit in re.findall(r"- name: (\S+)\n    interval: (\d+)([sm])", text):
            intervals[name] = int(number) * {"s": 1, "m": 60}[unit]
        (folder / path.name).write_text(text, "utf-8")
        files.append(str(folder / path.name))
    return files, intervals


def set_intervals(files, change):
    """Rewrites the interval of each group: `change` maps seconds to seconds."""
    def line(match):
        return f"    interval: {change(int(match[1]) * {'s': 1, 'm': 60}[match[2]])}s"
    for path in map(pathlib.Path, files):
        path.write_text(re.sub(r"    interval: (\d+)([sm])", line, path.read_text("utf-8")), "utf-8")


def cost_of(prometheus, expression):
    """Processor seconds of one query. The mean of some turns, since it has the share of the garbage
    collection that the best turn may lack."""
    query = urllib.parse.urlencode({"query": f"count({expression})"}).encode()
    before = prometheus.cpu_seconds()
    for _ in range(TURNS):
        prometheus.get("/api/v1/query", query)
    return (prometheus.cpu_seconds() - before) / TURNS


def evaluate(prometheus, seconds):
    """Lets the rules run; returns (mean seconds of each group, longest of all, processor seconds)."""
    took, seen = {}, set()
    before, end = prometheus.cpu_seconds(), time.monotonic() + seconds
    while time.monotonic() < end:
        for group in prometheus.groups():
            key = (group["name"], group["lastEvaluation"])
            if key not in seen and not group["lastEvaluation"].startswith("0001"):
                seen.add(key)
                took.setdefault(group["name"], []).append(group["evaluationTime"])
        time.sleep(2)
    spent = prometheus.cpu_seconds() - before
    means = {name: sum(times) / len(times) for name, times in took.items()}
    return means, max(max(times) for times in took.values()), spent


def per_30s(costs):
    """Sum of (seconds, interval) pairs, each as often as its interval says."""
    return sum(cost * 30 / every for cost, every in costs)


def measure(prometheus, rules, intervals, seconds):
    """The figures of the docstring."""
    set_intervals(rules, lambda interval: min(interval, LONGEST))
    prometheus.configure(rules)
    prometheus.get("/-/reload", data=b"")
    means, longest, spent = evaluate(prometheus, seconds)
    groups = prometheus.groups()
    rss = prometheus.resident_mb()
    prometheus.quiet()
    costs = [(rule["name"], cost_of(prometheus, rule["query"]), intervals[group["name"]])
             for group in groups for rule in group["rules"]]
    floor = cost_of(prometheus, '{__name__=~"antminer_.+"}')
    dearest = sorted(((cost * 30 / every, name) for name, cost, every in costs), reverse=True)[:12]
    return {
        "wall_s_per_30s": round(per_30s((means[name], intervals[name]) for name in means), 3),
        "wall_s_each_group_once": round(sum(means.values()), 3),
        "wall_s_longest_group": round(longest, 3),
        "cpu_s_per_30s": round(spent * 30 / seconds, 3),
        "cpu_s_each_rule_once": round(sum(cost for _, cost, _ in costs), 3),
        "cpu_s_to_count_every_series_once": round(floor, 3),
        "groups": len(intervals), "groups_seen": len(means), "rules": len(costs),
        "broken": [rule["name"] for group in groups for rule in group["rules"]
                   if rule["health"] == "err"],
        "alerts_active": sum(len(rule.get("alerts", [])) for g in groups for rule in g["rules"]),
        "rss_mb": rss,
        "most_cpu_ms_per_30s": {name: round(1000 * cost) for cost, name in dearest}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--miners", type=int, default=5000)
    parser.add_argument("--faulty", type=float, default=3, help="percent of miners with a fault")
    parser.add_argument("--seconds", type=int, default=2 * LONGEST, help="how long the rules run")
    parser.add_argument("--prometheus", default=shutil.which("prometheus") or "")
    arguments = parser.parse_args()
    if not arguments.prometheus:
        print("skipped: prometheus is not installed (package prometheus)")
        return 77
    with tempfile.TemporaryDirectory(prefix="bench_rules") as temporary:
        folder = pathlib.Path(temporary)
        rules, intervals = copy_rules(folder)
        prometheus = Prometheus(arguments.prometheus, folder, rules)
        try:
            series, samples = fill(prometheus, arguments.miners, arguments.faulty)
            prometheus.wait(prometheus.settled, 600)
            figures = measure(prometheus, rules, intervals, arguments.seconds)
            print(json.dumps({"bench": "rules", "miners": arguments.miners,
                              "faulty_percent": arguments.faulty, "series": series,
                              "samples": samples} | figures))
        finally:
            prometheus.stop()
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
