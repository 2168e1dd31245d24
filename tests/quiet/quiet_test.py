"""A miner that is robbed, and work on miners, through the real programs.

simulator -> exporter -> Prometheus with the shipped rules -> Alertmanager, all on loopback.

Usage: quiet_test.py EXPORTER FARM
"""

import json
import pathlib
import re
import signal
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "alertmanager"))
from chain import (ROOT, Alertmanager, Exporter, Farm, Prometheus, get_json, need, wait_for)
from loopback import free_port, own_network

PROGRAMS = []
TOKEN = "a token of the test"
WEB_PORT = "8080"
ROUTES = "route: {receiver: none}\nreceivers: [{name: none}]\n"


def call(port, method, path, body=None, token=TOKEN):
    """(status, JSON) of a request to the exporter."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode() if body is not None else None,
        {"Authorization": f"Bearer {token}"} if token else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read() or "null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or "null")


class Quiet(unittest.TestCase):
    """Six miners: rack r1 of the sites north and south, r2 of north; two each."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.running = []
        network = own_network()
        cls.miners = [f"{network}{n}" for n in range(1, 7)]
        inventory = cls.folder / "miners.csv"
        places = ["north,r1", "north,r1", "north,r2", "north,r2", "south,r1", "south,r1"]
        inventory.write_text("ip,site,rack\n" + "".join(
            f"{miner},{place}\n" for miner, place in zip(cls.miners, places)))
        cls.farm = cls.add(Farm(PROGRAMS[1], cls.folder, cls.miners[0], 6, "--profile", "s19pro",
                               "--web-port", WEB_PORT))
        routes = cls.folder / "alertmanager.yml"
        routes.write_text(ROUTES)
        cls.alertmanager = cls.add(Alertmanager(cls.folder, routes))
        cls.port = free_port()
        (cls.folder / "token").write_text(TOKEN)
        cls.settings = {
            "INVENTORY_FILE": str(inventory), "POLL_INTERVAL": "1", "CONTROL_ENABLED": "true",
            "CONTROL_TOKEN_FILE": str(cls.folder / "token"),
            "ALERTMANAGER_URL": cls.alertmanager.url,
            "MINER_USERNAME": "root", "MINER_PASSWORD": "root", "MINER_WEB_PORT": WEB_PORT,
            "CONTROL_CANARY_WAIT": "0", "CONTROL_MINERS_PER_SECOND": "20",
            "CONTROL_MAX_SHARE_OF_SITE": "1", "CONTROL_MAX_SHARE_OF_RACK": "1",
            "CONTROL_KW_PER_MINUTE": "1000", "SILENCE_LINGER": "10",
            "POOL_ALLOWED_HOSTS": "pool0.example,*.example:3334,pool1.example,pool2.example",
            "POOL_ALLOWED_ACCOUNTS": "farm"}
        cls.start_exporter()
        rules = cls.folder / "rules"
        rules.mkdir()
        for file in (ROOT / "prometheus/rules").glob("*.yml"):
            text = re.sub(r"interval: \w+", "interval: 1s", file.read_text(encoding="utf-8"))
            (rules / file.name).write_text(text.replace("keep_firing_for: 5m", "keep_firing_for: 3s"))
        cls.prometheus = cls.add(Prometheus(cls.folder, f"127.0.0.1:{cls.port}", rules,
                                            cls.alertmanager, "1s"))

    @classmethod
    def tearDownClass(cls):
        for child in reversed(cls.running):
            child.stop()
        cls.temporary.cleanup()

    @classmethod
    def add(cls, child):
        cls.running.append(child)
        return child

    @classmethod
    def start_exporter(cls):
        cls.exporter = cls.add(Exporter(PROGRAMS[0], cls.folder, f"{cls.miners[0]}-{cls.miners[5]}",
                                        cls.port, cls.settings))

    def value(self, series):
        """Label sets of a series that is not 0 now."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10).read()
        return [line for line in text.decode().splitlines()
                if line.startswith(series) and not line.endswith(" 0")]

    def silences(self):
        listed = get_json(self.alertmanager.url + "/api/v2/silences") or []
        return [one for one in listed if one["status"]["state"] == "active"]

    def matchers(self, silence):
        return {one["name"]: one["value"] for one in silence["matchers"] if one["isEqual"]}

    def events(self, kind):
        return [one for one in call(self.port, "GET", "/api/events?limit=500")[1]
                if one["kind"] == kind]

    def one_silence(self):
        wait_for(lambda: len(self.silences()) == 1, "one silence")
        return self.silences()[0]

    def alert(self, name, miner):
        return [one for one in self.prometheus.firing()
                if one["alertname"] == name and one.get("miner") == miner]

    def test_a_robbed_miner_is_told(self):
        miner = self.miners[0]
        wait_for(lambda: len(self.prometheus.query("antminer_pool_unexpected == 0")) == 6,
                 "every miner to be judged")
        before = len(self.events("pool_unexpected"))
        self.farm.ctl("fault", miner, "pool_hijack", "evil.example:3333")
        alert = wait_for(lambda: self.alert("AntminerPoolUnexpected", miner), "the alert")[0]
        self.assertEqual((alert["severity"], alert["category"], alert["rack"]),
                         ("critical", "pool", "r1"))
        worker = self.value("antminer_pool_unexpected_target_info")
        self.assertEqual(len(worker), 1)
        self.assertIn('target="evil.example:3333 (ro***.worker', worker[0])
        self.assertIn('before="pool0.example:3333 (fa***.worker', worker[0])
        # The event is on disk a moment later; each further poll would have made another one.
        events = wait_for(lambda: self.events("pool_unexpected")[:-before or None], "the event")
        self.assertEqual(len(events), 1, events)
        self.assertEqual(events[0]["level"], "CRITICAL")
        self.assertIn("works for evil.example:3333 (ro***.", events[0]["message"])
        self.assertIn("before: pool0.example:3333 (fa***.", events[0]["message"])
        status, shown = call(self.port, "GET", f"/api/miners/{miner}")
        self.assertEqual((status, shown["pool_check"]["unexpected"]), (200, True))
        self.assertNotIn("robber", self.exporter.output())
        # Work is announced for the miner: the alert of the theft is not silenced.
        status, begun = call(self.port, "POST", "/api/maintenance", {"miner": miner, "minutes": 5})
        self.assertEqual(status, 201)
        silence = self.one_silence()
        told = wait_for(lambda: [one for one in self.alertmanager.alerts()
                                 if one["labels"]["alertname"] == "AntminerPoolUnexpected"],
                        "the alert in Alertmanager")
        self.assertNotIn(silence["id"], told[0]["status"]["silencedBy"])
        call(self.port, "DELETE", f"/api/maintenance/{begun['maintenance']['id']}")
        self.farm.ctl("clear", miner)
        wait_for(lambda: not self.alert("AntminerPoolUnexpected", miner), "the end of the alert")
        wait_for(lambda: len(self.events("pool_unexpected")) == before + 2, "the event of the end")
        wait_for(lambda: not self.silences(), "no silence")

    def test_dead_pools_and_silent_miners_are_no_thieves(self):
        dead, silent = self.miners[2], self.miners[3]
        before = len(self.events("pool_unexpected"))
        for pool in range(3):
            self.farm.ctl("fault", dead, "pool_dead", pool)
        self.farm.ctl("fault", silent, "refuse")
        self.farm.ctl("fault", silent, "web_refuse")
        wait_for(lambda: self.prometheus.query(f'antminer_up{{miner="{silent}"}} == 0') and
                 self.prometheus.query(f'max(antminer_pool_up{{miner="{dead}"}}) == 0'), "the faults")
        polls = self.prometheus.query(f'antminer_scrapes_total{{miner="{dead}"}}')[0][1]
        wait_for(lambda: self.prometheus.query(
            f'antminer_scrapes_total{{miner="{dead}"}}')[0][1] > polls + 3, "three more polls")
        self.assertEqual(self.prometheus.query("antminer_pool_unexpected == 1"), [])
        self.assertEqual(len(self.events("pool_unexpected")), before)
        self.farm.ctl("clear", "all")

    def test_a_command_silences_its_miners_until_they_are_seen_back(self):
        ordered, other = self.miners[4], self.miners[5]
        status, told = call(self.port, "POST", "/api/control/reboot", {"miners": [ordered]})
        self.assertEqual(status, 202, told)
        silence = self.one_silence()
        matcher = self.matchers(silence)["miner"]
        self.assertIn(ordered.replace(".", "\\."), matcher)
        self.assertNotIn(other.replace(".", "\\."), matcher)
        self.alertmanager.post([{"labels": {"alertname": "AntminerRebooted", "miner": miner}}
                                for miner in (ordered, other)])
        muted = wait_for(lambda: {one["labels"]["miner"]: bool(one["status"]["silencedBy"])
                                  for one in self.alertmanager.alerts()
                                  if one["labels"]["alertname"] == "AntminerRebooted"}, "the alerts")
        self.assertEqual(muted, {ordered: True, other: False})
        run = f"/api/control/runs/{told['run']}"
        wait_for(lambda: call(self.port, "GET", run)[1]["run"]["ended"], "the end of the run")
        step = call(self.port, "GET", run)[1]["run"]["miners"][0]
        self.assertEqual(step["verdict"], "done", step)
        # The rules keep alerts firing for a while, and the silence outlives them.
        self.assertEqual([one["id"] for one in self.silences()], [silence["id"]])
        wait_for(lambda: not self.silences(), "the end of the silence")

    def test_no_command_leads_a_miner_off_the_list(self):
        miner = self.miners[3]
        pool = {"url": "stratum+tcp://evil.example:3333", "username": "farm.w", "password": "x"}
        status, told = call(self.port, "POST", f"/miners/{miner}/-/pool", pool)
        self.assertEqual(status, 400, told)
        self.assertIn("pools.allowed_hosts", told["error"])
        self.assertEqual(self.farm.ctl("writes", miner).strip(), "{}")

    def test_maintenance_of_a_rack_from_begin_to_end(self):
        asked = {"rack": "r1", "site": "north", "minutes": 90, "reason": "fan swap"}
        self.assertEqual(call(self.port, "POST", "/api/maintenance", asked, token="")[0], 401)
        self.assertEqual(call(self.port, "POST", "/api/maintenance", asked, token="x")[0], 401)
        self.assertEqual(
            call(self.port, "POST", "/api/maintenance", {"rack": "r1", "minutes": 9})[0], 400)
        self.assertEqual(self.silences(), [])
        status, begun = call(self.port, "POST", "/api/maintenance", asked)
        self.assertEqual(status, 201, begun)
        entry = begun["maintenance"]
        silence = self.one_silence()
        self.assertEqual(self.matchers(silence), {"rack": "r1", "site": "north"})
        self.assertEqual(silence["createdBy"], "antminer_exporter")
        self.assertIn("fan swap", silence["comment"])
        self.assertEqual(silence["endsAt"], entry["end"])
        self.assertEqual(len(wait_for(lambda: self.value("antminer_maintenance{"), "the metric")), 2)
        self.assertEqual(call(self.port, "GET", "/api/maintenance")[1]["maintenance"], [entry])
        shown = call(self.port, "GET", f"/api/miners/{self.miners[1]}")[1]
        self.assertEqual(shown["maintenance"], entry)
        self.assertIsNone(call(self.port, "GET", f"/api/miners/{self.miners[4]}")[1]["maintenance"])
        # An alert of a miner there is muted, one of the other site is not.
        self.alertmanager.post([{"labels": {"alertname": "AntminerOffline", "miner": miner,
                                            "rack": "r1", "site": site}}
                                for miner, site in ((self.miners[1], "north"),
                                                    (self.miners[4], "south"))])
        muted = wait_for(lambda: {one["labels"]["site"]: bool(one["status"]["silencedBy"])
                                  for one in self.alertmanager.alerts()
                                  if one["labels"]["alertname"] == "AntminerOffline"}, "the alerts")
        self.assertEqual(muted, {"north": True, "south": False})
        # Killed and started again: it goes on, and there is still one silence of it.
        self.exporter.process.send_signal(signal.SIGKILL)
        self.exporter.process.wait()
        self.start_exporter()
        self.assertEqual(call(self.port, "GET", "/api/maintenance")[1]["maintenance"], [entry])
        self.assertEqual(len(wait_for(lambda: self.value("antminer_maintenance{"), "the metric")), 2)
        self.assertEqual([one["id"] for one in self.silences()], [silence["id"]])
        status, _ = call(self.port, "DELETE", f"/api/maintenance/{entry['id']}")
        self.assertEqual(status, 200)
        wait_for(lambda: not self.silences(), "the end of the silence")
        wait_for(lambda: not self.value("antminer_maintenance{"), "the end of the metric")
        wait_for(lambda: len([one for one in self.events("maintenance")
                              if "rack r1 of site north" in one["message"]]) == 2, "both events")
        self.assertEqual(call(self.port, "DELETE", f"/api/maintenance/{entry['id']}")[0], 404)

    def test_with_another_file_it_is_another_exporter(self):
        status, begun = call(self.port, "POST", "/api/maintenance", {"site": "south", "minutes": 60})
        self.assertEqual(status, 201, begun)
        self.one_silence()
        self.exporter.stop()
        (self.folder / "metrics.maintenance.db").rename(self.folder / "kept")
        for name in ("metrics.maintenance.db-wal", "metrics.maintenance.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        self.start_exporter()
        # It touches nothing of the first.
        self.assertEqual(len(self.silences()), 1)
        self.exporter.stop()
        for path in self.folder.glob("metrics.maintenance.db*"):
            path.unlink()
        (self.folder / "kept").rename(self.folder / "metrics.maintenance.db")
        self.start_exporter()
        self.assertEqual(len(call(self.port, "GET", "/api/maintenance")[1]["maintenance"]), 1)
        call(self.port, "DELETE", f"/api/maintenance/{begun['maintenance']['id']}")
        wait_for(lambda: not self.silences(), "the end of the silence")


if __name__ == "__main__":
    need("prometheus", "prometheus-alertmanager")
    PROGRAMS = [pathlib.Path(argument).resolve() for argument in sys.argv[1:3]]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
