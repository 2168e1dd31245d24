"""A fleet's history as OpenMetrics text with timestamps, the same bytes at every run.

Families and labels are those of exporter/metrics/contract.yaml; static_test.py compares them. The
sets: empty, one, dozen (healthy), probe (the same
miners, each asked by a request of its own, so that their job is not that of the exporter), faults (twelve miners, each with a fault of its own), bare (one
miner, nothing optional: no market data, no power, no site), large (500 miners, some faults).
"""

import math
import random
import sys

from fleet_exporter import exporter_values
from fleet_page import Page, counter

END = 1767614400  # 2026-01-05 12:00:00 UTC; every set ends here.
HOUR = 3600

# Name, hashes per second, joules per terahash, boards, chips a board, fans.
MODELS = [
    ("Antminer S19 Pro", 110e12, 29.5, 3, 114, 4),
    ("Antminer S21", 200e12, 17.5, 3, 108, 4),
    ("Antminer S19j Pro", 104e12, 30.5, 3, 126, 4),
    ("Antminer S19 XP", 141e12, 21.5, 3, 110, 4),
    ("Antminer S19k Pro", 120e12, 23.0, 3, 77, 4),
    ("Antminer S17 Pro", 53e12, 45.0, 3, 48, 4),
]
SCRYPT = ("Antminer L7", 9.5e9, None, 4, 120, 4)
STATES = ["hashing", "degraded", "starting", "idle", "sleeping", "api_down", "access_denied",
          "offline", "lost"]
FAULTS = ["healthy", "refused", "dead_board", "dead_fan", "no_power", "overheated", "failover",
          "restarted", "rejects", "scrypt", "sleeping", "lost"]

SETS = {  # miners, hours, step in seconds, faults
    "empty": (0, 7, 30, False),
    "one": (1, 7, 30, False),
    "dozen": (12, 7, 30, False),
    "probe": (12, 7, 30, False),
    "faults": (12, 7, 30, True),
    "bare": (1, 7, 30, False),
    "large": (500, 2, 120, True),
}

POOLS = ["pool-one.example:3333", "pool-two.example:3333", "backup.example:3333"]
ALERTS = {
    "refused": ("AntminerOffline", "warning", "availability"),
    "dead_board": ("AntminerBoardDown", "critical", "hardware"),
    "dead_fan": ("AntminerFanFailed", "critical", "thermal"),
    "overheated": ("AntminerChipTemperatureCritical", "critical", "thermal"),
    "failover": ("AntminerPoolFailover", "warning", "pool"),
    "rejects": ("AntminerRejectRatioHigh", "warning", "pool"),
    "lost": ("AntminerOffline", "warning", "availability"),
}


class Miner:
    """One simulated machine. `since` is the index at which its fault begins."""

    def __init__(self, index, count, fault, bare, times, step):
        self.step, self.times, self.fault, self.bare = step, times, fault, bare
        self.index = index
        self.random = random.Random(1000 + index)
        model = SCRYPT if fault == "scrypt" else MODELS[index % len(MODELS)]
        self.model, self.nominal, self.j_per_th, self.boards, self.chips, self.fans = model
        self.id = f"10.{20 + index // 250}.{index // 50 % 5}.{10 + index % 50}"
        sites = 1 if count < 6 else 2 if count < 100 else 4
        self.site = "" if bare else "hall-" + "abcd"[index * sites // max(count, 1)]
        self.rack = "" if bare else f"{self.site[-1]}{index // 6 % 12 + 1:02d}"
        minutes = {"refused": 40, "dead_board": 90, "dead_fan": 60, "overheated": 30,
                   "restarted": 70, "failover": 95}.get(fault, 10 ** 6)
        self.since = max(0, len(times) - minutes * 60 // step)

    def gone(self):
        """The index from which on there is no telemetry."""
        if self.fault == "lost":
            return 0
        return self.since + max(1, 75 // self.step) if self.fault == "refused" else len(self.times)

    def cut(self, values):
        return values[: self.gone()]

    def broken(self, i):
        return i >= self.since

    def write(self, page):
        self.page = page
        n = len(self.times)
        phase = self.random.random() * 6
        base = self.random.uniform(0.985, 1.02)
        factor = [base + 0.012 * math.sin(t / 2900 + phase) + self.random.gauss(0, 0.006)
                  for t in self.times]
        if self.fault == "sleeping":
            factor = [0.0] * n
        self.board_factor = [[f * (0 if self.fault == "dead_board" and b == 1 and self.broken(i)
                                   else 1) for i, f in enumerate(factor)]
                             for b in range(self.boards)]
        self.rate = [round(self.nominal * sum(board[i] for board in self.board_factor) /
                           self.boards, 0) for i in range(n)]
        if self.fault == "restarted":
            self.rate[self.since: self.since + 2] = [0.0, 0.0][: n - self.since]
        if self.fault == "refused":  # Gone: nothing is counted any more.
            self.rate[self.since:] = [0.0] * (n - self.since)
        self.facts()
        if self.gone():
            self.hashing()
            self.heat()
            self.board_values()
            self.pool_values()
        usual = 0 if self.fault == "sleeping" else round(self.nominal * 1.001)
        self.keep("antminer_hashrate_lost_hashes_per_second",
                  [usual if self.fault == "lost" else max(0, usual - rate) for rate in self.rate])
        self.power_values()
        self.thresholds()
        self.alert()

    def put(self, name, values, **labels):
        """A value that ends when the miner is gone."""
        if isinstance(values, (int, float)):
            values = [values] * len(self.times)
        self.page.series(name, {"miner": self.id, **labels}, self.cut(values))

    def keep(self, name, values, **labels):
        """A value that is served while the miner is gone, too."""
        self.page.series(name, {"miner": self.id, **labels}, values)

    def state(self, i):
        if self.fault == "lost":
            return "lost"
        if self.fault == "sleeping":
            return "sleeping"
        if self.fault == "refused" and self.broken(i):
            return "api_down"
        if self.fault in ("dead_board", "dead_fan", "overheated") and self.broken(i):
            return "degraded"
        if self.fault == "restarted" and self.since <= i < self.since + 3:
            return "starting"
        return "hashing"

    def facts(self):
        n = len(self.times)
        states = [self.state(i) for i in range(n)]
        up = [0 if s in ("lost", "api_down") else 1 for s in states]
        self.keep("antminer_up", up)
        self.page.series("antminer_miner_info", {
            "miner": self.id, "address": self.id,
            "mac": "" if self.bare else "02:00:00:00:%02x:%02x" % divmod(hash_of(self.id), 256),
            "hostname": "", "model": self.model,
            "algorithm": "scrypt" if self.fault == "scrypt" else "sha256", "firmware": "stock",
            "firmware_version": "1.0", "api_version": "3.1", "site": self.site,
            "rack": self.rack}, 1)
        for name in STATES:
            self.keep("antminer_state", [int(s == name) for s in states], state=name)
        last, seen = [], self.times[0] - 90000
        for t, answer in zip(self.times, up):
            seen = t - 4 if answer else seen
            last.append(seen)
        self.keep("antminer_last_success_timestamp_seconds", last)
        self.keep("antminer_scrape_duration_seconds",
                  [round(abs(self.random.gauss(0.12, 0.04)), 4) for _ in range(n)])
        self.keep("antminer_scrapes_total", counter([1 / 30] * n, self.step))
        self.keep("antminer_scrape_failures_total",
                  counter([(1 - u) / 30 for u in up], self.step))
        self.keep("antminer_collector_success", up, collector="summary")
        self.put("antminer_collector_success", 1, collector="stats")
        self.put("antminer_collector_success", 1, collector="pools")
        began = self.times[0] - 400000
        restarted = self.fault == "restarted"
        self.put("antminer_mining_start_time_seconds",
                 [self.times[self.since] if restarted and self.broken(i) else began
                  for i in range(n)])
        self.keep("antminer_restarts_total",
                  [int(restarted and self.broken(i)) for i in range(n)])
        self.put("antminer_mining", [int(s not in ("sleeping", "starting")) for s in states])
        if not self.bare:
            self.put("antminer_boot_time_seconds", began - 60)
            for mode in ("normal", "sleep", "high", "low"):
                is_on = mode == ("sleep" if self.fault == "sleeping" else "normal")
                self.put("antminer_work_mode", int(is_on), mode=mode)
            for component in ("rate", "network", "fans", "temp"):
                bad = {"dead_board": "rate", "dead_fan": "fans", "overheated": "temp"}
                self.put("antminer_component_ok",
                         [int(not (bad.get(self.fault) == component and self.broken(i)))
                          for i in range(n)], component=component)

    def hashing(self):
        n = len(self.times)
        reset = self.since if self.fault == "restarted" else None
        self.put("antminer_hashrate_hashes_per_second", self.rate)
        self.put("antminer_hashrate_average_hashes_per_second", round(self.nominal * 0.998))
        if not self.bare:
            self.put("antminer_hashrate_expected_hashes_per_second", self.nominal)
        self.put("antminer_hashrate_baseline_hashes_per_second", round(self.nominal * 1.001))
        self.put("antminer_hashrate_baseline_samples", 10)
        self.put("antminer_hashes_total", counter(self.rate, self.step, 1e19, reset))
        work = [rate / 2 ** 32 for rate in self.rate]
        bad = 0.08 if self.fault == "rejects" else 0.004
        self.put("antminer_hardware_errors_total",
                 counter([w * 2e-5 * (1 + self.random.random()) for w in work], self.step, 900, reset))
        share = 65536.0
        taken = [w * self.random.uniform(0.7, 1.3) for w in work]
        self.work = [w * (1 - bad) for w in taken], [w * bad for w in taken], [w * 1e-4 for w in taken]
        for kind, rates in zip(("accepted", "rejected", "stale"), self.work):
            self.put(f"antminer_shares_{kind}_total",
                     counter([r / share for r in rates], self.step, 1000, reset))
            self.put(f"antminer_difficulty_{kind}_total",
                     counter(rates, self.step, 1000 * share, reset))
        self.put("antminer_blocks_found_total", 0)
        self.put("antminer_best_share_difficulty", 12904207043)
        assert len(self.rate) == n

    def heat(self):
        base = self.random.uniform(60, 68)
        sensors = []
        for b in range(self.boards):
            for sensor in range(2):
                chip = [round(base + 2 * b + 3 * sensor + 3 * math.sin(t / 5000 + b) +
                              (22 if self.fault == "overheated" and self.broken(i) else 0) +
                              self.random.gauss(0, 0.4), 1)
                        for i, t in enumerate(self.times)]
                sensors.append(chip)
                self.put("antminer_chip_temperature_celsius", chip, board=b, sensor=sensor)
                self.put("antminer_pcb_temperature_celsius", [round(c - 12, 1) for c in chip],
                         board=b, sensor=sensor)
        self.put("antminer_chip_temperature_max_celsius", [max(now) for now in zip(*sensors)])
        self.put("antminer_chip_temperature_sensors", len(sensors))
        if not self.bare:
            self.put("antminer_ambient_temperature_celsius",
                     [round(24 + 4 * math.sin(t / 8000), 1) for t in self.times])
            self.put("antminer_fan_duty_ratio",
                     [round(0.7 + 0.05 * math.sin(t / 5000), 2) for t in self.times])
        speeds = []
        for fan in range(self.fans):
            stopped = self.fault == "dead_fan" and fan == 2
            speeds.append([0 if stopped and self.broken(i) else
                           round(5400 + 30 * fan + 150 * math.sin(t / 5000) +
                                 self.random.gauss(0, 25)) for i, t in enumerate(self.times)])
            self.put("antminer_fan_rpm", speeds[fan], fan=fan)
        if self.fans:
            self.put("antminer_fans", self.fans)
            self.put("antminer_fan_min_rpm", [min(now) for now in zip(*speeds)])
            self.put("antminer_fan_max_rpm", [max(now) for now in zip(*speeds)])
        self.put("antminer_fans_expected", self.fans)

    def board_values(self):
        n = len(self.times)
        self.put("antminer_boards", self.boards)
        self.put("antminer_boards_expected", self.boards)
        for b in range(self.boards):
            dead = [self.fault == "dead_board" and b == 1 and self.broken(i) for i in range(n)]
            rates = [round(self.nominal / self.boards * f) for f in self.board_factor[b]]
            self.put("antminer_board_up", [int(not d and self.fault != "sleeping") for d in dead],
                     board=b)
            self.put("antminer_board_hashrate_hashes_per_second", rates, board=b)
            if not self.bare:
                self.put("antminer_board_hashrate_expected_hashes_per_second",
                         round(self.nominal / self.boards), board=b)
                self.put("antminer_board_info", 1, board=b,
                         serial=f"SN{hash_of(self.id):05d}{b}")
                self.put("antminer_board_frequency_hertz", 525e6 + b * 5e6, board=b)
                self.put("antminer_board_voltage_volts",
                         [round(13.6 + 0.05 * math.sin(t / 7000 + b), 2) for t in self.times],
                         board=b)
                self.put("antminer_board_power_watts", [round(r * 28e-12) for r in rates], board=b)
            self.put("antminer_board_chips", self.chips, board=b)
            self.put("antminer_board_chips_expected", self.chips, board=b)
            self.put("antminer_board_chips_failed", [self.chips if d else 0 for d in dead], board=b)
            self.put("antminer_board_hardware_errors_total",
                     counter([r / 2 ** 32 * 2e-5 for r in rates], self.step, 300), board=b)

    def pool_values(self):
        n = len(self.times)
        count = 2 if self.bare else 3
        chosen = [1 if self.fault == "failover" and self.broken(i) else 0 for i in range(n)]
        dead_first = self.fault == "failover"
        self.put("antminer_pools_up",
                 [count - int(dead_first and self.broken(i)) for i in range(n)])
        self.put("antminer_last_share_timestamp_seconds",
                 [t - self.random.randint(1, 20) for t in self.times])
        for pool in range(count):
            on = [int(c == pool) for c in chosen]
            dead = dead_first and pool == 0
            self.put("antminer_pool_up", [int(not (dead and self.broken(i))) for i in range(n)],
                     pool=pool)
            self.put("antminer_pool_active", on, pool=pool)
            self.put("antminer_pool_priority", pool, pool=pool)
            if any(on):
                self.put("antminer_pool_active_rank", [pool if o else None for o in on], pool=pool)
            self.put("antminer_pool_info", 1, pool=pool, host=POOLS[pool], protocol="stratum+tcp")
            for kind, rates in zip(("accepted", "rejected", "stale"), self.work):
                own = [r * o for r, o in zip(rates, on)]
                self.put(f"antminer_pool_shares_{kind}_total",
                         counter([r / 65536 for r in own], self.step), pool=pool)
                if kind == "accepted":
                    self.put("antminer_pool_difficulty_accepted_total", counter(own, self.step),
                             pool=pool)
            if any(on):
                last, seen = [], self.times[0]
                for t, o in zip(self.times, on):
                    seen = t - self.random.randint(1, 20) if o else seen
                    last.append(seen)
                self.put("antminer_pool_last_share_timestamp_seconds", last, pool=pool)
                self.put("antminer_pool_share_difficulty", 65536, pool=pool)
            self.put("antminer_pool_failures_total",
                     counter([0.01 if dead and self.broken(i) else 0 for i in range(n)], self.step),
                     pool=pool)
        self.keep("antminer_pool_switches_total",
                  [int(self.fault == "failover" and self.broken(i)) for i in range(n)])

        if not self.bare and self.gone():
            elsewhere = self.fault == "failover"
            self.put("antminer_pool_unexpected", [int(elsewhere)] * self.gone())
            if elsewhere:
                self.put("antminer_pool_unexpected_target_info", [1] * self.gone(),
                         target="thief.example:3333 (ro***.rig)",
                         before="pool0.example:3333 (ac***.rig)")
            self.put("antminer_maintenance", [int(self.index == 3)] * self.gone())

    def power_values(self):
        if self.bare or self.fault == "no_power" or self.j_per_th is None or not self.gone():
            return
        source = "reported" if hash_of(self.id) % 3 else "estimated"
        watts = [round(60 + rate / 1e12 * self.j_per_th * self.random.uniform(0.995, 1.01), 1)
                 for rate in self.rate]
        self.put("antminer_power_watts", watts, source=source)
        self.keep("antminer_energy_joules_total", counter(watts, self.step), source=source)
        self.put("antminer_efficiency_rated_joules_per_hash", self.j_per_th * 1e-12)
        if self.index == 7:
            self.keep("antminer_miner_electricity_price_per_kilowatt_hour", 0.11)

    def thresholds(self):
        self.keep("antminer_threshold_chip_temperature_celsius", 80, severity="warning")
        self.keep("antminer_threshold_chip_temperature_celsius", 90, severity="critical")
        self.keep("antminer_threshold_hashrate_ratio", 0.9)
        self.keep("antminer_threshold_fan_rpm", 2000)
        if not self.bare and self.j_per_th:
            self.keep("antminer_threshold_power_watts", 3800)

    def alert(self):
        if self.fault not in ALERTS:
            return
        name, severity, category = ALERTS[self.fault]
        begin = 0 if self.since >= len(self.times) else min(len(self.times) - 1,
                                                           self.since + 300 // self.step)
        labels = {"alertname": name, "severity": severity, "category": category, "miner": self.id,
                  "site": self.site, "rack": self.rack, "model": self.model}
        values = [1 if i >= begin else None for i in range(len(self.times))]
        self.page.series("ALERTS", {**labels, "alertstate": "firing"}, values)
        self.page.series("ALERTS_FOR_STATE", labels,
                         [None if v is None else self.times[begin] for v in values])


def hash_of(text):
    """A small number from a text, the same at every run."""
    value = 7
    for char in text:
        value = (value * 31 + ord(char)) % 65521
    return value


def write(name, out, hours=None, step=None):
    """Writes the set `name` to the text file `out`. Returns the families with their label names."""
    miners, default_hours, default_step, faults = SETS[name]
    hours, step = hours or default_hours, step or default_step
    bare = name == "bare"
    times = list(range(END - hours * HOUR, END + 1, step))
    page = Page(out, times, "antminer_miners" if name == "probe" else "antminer")
    for index in range(miners):
        period = 12 if miners == 12 else 60
        fault = FAULTS[index % period] if faults and index % period < len(FAULTS) else "healthy"
        Miner(index, miners, fault, bare, times, step).write(page)
    exporter_values(page, miners, bare, step)
    out.write("# EOF\n")
    return page.families


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in SETS:
        print(f"Usage: fleet_data.py {'|'.join(SETS)} FILE [HOURS [STEP]]", file=sys.stderr)
        return 64
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        write(sys.argv[1], out, *[int(a) for a in sys.argv[3:5]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
