"""The dashboards over the real exporter and the simulated farm, all on loopback.

Usage: live_test.py EXPORTER FARM. What the other tests read from the contract is seen here: every
family that a dashboard asks for is on the page of a real exporter, with its labels."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import bundle
import grafana
import prometheus
from loopback import free_port, own_network

MINERS = 12
FAMILIES = bundle.contract()
DASHBOARDS = bundle.load()
PROGRAMS = []  # Paths of exporter and farm.
START_SECONDS = 60
# The farm has no web pages and no hydro models, its inventory sets no limits of power and no prices
# of sites or miners, and the market of fixed values has no age.
NOT_HERE = {"antminer_component_ok", "antminer_ambient_temperature_celsius",
            "antminer_coolant_temperature_celsius", "antminer_threshold_power_watts",
            "antminer_market_last_success_timestamp_seconds",
            "antminer_site_electricity_price_per_kilowatt_hour",
            "antminer_miner_electricity_price_per_kilowatt_hour"}


def wait_for(what, condition):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"waited {START_SECONDS} s for {what}")


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class World:
    """Farm, exporter and Prometheus; stop() ends those that were started here."""

    def __init__(self, exporter, farm):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dashboards-live-"))
        self.started, self.server = [], None
        net = own_network()
        self.control, self.port = free_port(), free_port()
        self.start(farm, "--miners", str(MINERS), "--base", f"{net}1", "--control",
                   f"127.0.0.1:{self.control}")
        self.url = f"http://127.0.0.1:{self.port}"
        self.start(exporter, "--subnet", f"{net}1-{MINERS}", environment={
            "PATH": os.environ["PATH"], "POLL_INTERVAL": "1", "DISCOVERY_MDNS": "false",
            "MARKET_FETCH": "false", "STATIC_PRICE": "65000", "STATIC_DIFFICULTY": "110e12",
            "BLOCK_FEES_BTC": "0.03", "POOL_FEE_PERCENT": "2", "LISTEN_ADDRESS": f"127.0.0.1:{self.port}",
            "STORAGE_PATH": str(self.folder / "metrics.db")})
        wait_for("a poll of every miner", lambda: len(
            re.findall(r"(?m)^antminer_up\{.*\} 1$", read(self.url + "/metrics"))) == MINERS)
        rules = "".join(f"  - {path}\n" for path in prometheus.recording_rules())
        self.server = prometheus.Prometheus(self.folder / "prometheus", f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files:
{rules}
scrape_configs:
  - job_name: antminer
    static_configs: [{{targets: ["127.0.0.1:{self.port}"]}}]
""")
        # Rates need samples over four scrape intervals.
        wait_for("ten scrapes", lambda: self.samples() >= 10)

    def samples(self):
        found = self.server.query("count_over_time(antminer_exporter_ready[5m])", time.time())
        return int(found[0]["value"][1]) if found else 0

    def start(self, *command, environment=None):
        log = open(self.folder / f"{pathlib.Path(command[0]).name}.log", "w", encoding="utf-8")
        self.started.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                             cwd=self.folder, env=environment))
        log.close()

    def stop(self):
        if self.server:
            self.server.stop()
        for process in reversed(self.started):
            process.terminate()
            process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(*PROGRAMS)
        cls.end = int(time.time())

    @classmethod
    def tearDownClass(cls):
        cls.world.stop()

    def test_families_and_labels_are_on_the_page(self):
        page = {}
        for line in read(self.world.url + "/metrics").splitlines():
            match = re.match(r"([a-z_]\w*)(?:\{(.*)\})? ", line)
            if match:
                page.setdefault(match[1], set()).update(re.findall(r'(\w+)="', match[2] or ""))
        wanted = {}
        for dashboard in DASHBOARDS.values():
            for panel in bundle.panels(dashboard):
                for target in panel["targets"]:
                    for selector in bundle.selectors(target["expr"])[0]:
                        wanted.setdefault(selector.name, set()).update(selector.matchers)
        of_every_exporter = {name: labels for name, labels in wanted.items()
                             if name in FAMILIES and FAMILIES[name].needs in (None, "web")}
        self.assertEqual(set(of_every_exporter) - set(page), NOT_HERE)
        for name in set(of_every_exporter) & set(page):
            labels = of_every_exporter[name] - {"job", "instance"}
            self.assertLessEqual(labels, page[name], name)

    def test_every_query_is_answered(self):
        for uid, dashboard in DASHBOARDS.items():
            view = grafana.View(dashboard, self.world.server, self.end, 1, hours=1)
            for panel in bundle.panels(dashboard):
                for target in panel["targets"]:
                    with self.subTest(uid, panel=panel["title"], query=target["refId"]):
                        self.assertNotIn("warnings", view.run(panel, target))

    def test_the_fleet_is_seen(self):
        view = grafana.View(DASHBOARDS["antminer-fleet"], self.world.server, self.end, 1, hours=1)
        self.assertEqual(view.value("Miners up", "up"), MINERS)
        self.assertEqual(view.value("Not healthy", "down"), 0)
        page = next(p for p in bundle.panels(view.dashboard) if p["title"] == "Miners")
        first = view.run(page, page["targets"][0])["data"]["result"]
        self.assertEqual(len({row["metric"]["miner"] for row in first}), MINERS)

    def test_events_come_as_the_dashboard_asks(self):
        panel = next(iter(bundle.panels(bundle.load("optional")["antminer-events"])))
        target = panel["targets"][0]
        path = target["url"].replace("${__from:date:iso}", time.strftime(
            "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.end - 3600)))
        self.assertNotIn("$", path)
        events = json.loads(read(self.world.url + path))
        self.assertGreater(len(events), 0)
        for column in target["columns"]:
            self.assertIn(column["selector"], events[0])


if __name__ == "__main__":
    if not shutil.which("prometheus"):
        print("skipped: prometheus is not installed")
        sys.exit(77)
    PROGRAMS[:] = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
