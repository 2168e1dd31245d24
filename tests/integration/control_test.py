#!/usr/bin/env python3
"""Commands to miners with real programs on loopback: exporter and simulator as they are.

What the simulator wrote down is the truth about what was sent.
Usage: control_test.py EXPORTER FARM [unittest arguments]
"""
import http.client
import ipaddress
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from json_schema import faults
from programs import Child, Farm, free_port, network, wait_for

TOKEN = "token-of-the-operator"
SECRET = "hush-hush-password"
WEB_PORT = "8080"
PROGRAM = ""


class Exporter(Child):
    """Takes commands; can be killed and started again over the same files."""

    def __init__(self, subnet, folder, **settings):
        self.port = free_port()
        self.folder = folder
        super().__init__([PROGRAM], {
            "MINER_IP_RANGE": subnet, "POLL_INTERVAL": "1", "DISCOVERY_MDNS": "false",
            "LISTEN_ADDRESS": f"127.0.0.1:{self.port}", "LOG_FORMAT": "text",
            "STORAGE_PATH": os.path.join(folder, "metrics.db"), "CONTROL_ENABLED": "true",
            "CONTROL_TOKEN": TOKEN, "MINER_USERNAME": "root", "MINER_PASSWORD": "root",
            "MINER_WEB_PORT": WEB_PORT, "CONTROL_CANARY_WAIT": "0",
            "CONTROL_KW_PER_MINUTE": "100000", "CONTROL_MAX_SHARE_OF_SITE": "1"} | settings)

    def ask(self, path, body=None, method=None, token=TOKEN, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            headers = {k.replace("_", "-"): v for k, v in headers.items()}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            text = None if body is None else body if isinstance(body, str) else json.dumps(body)
            method = method or ("GET" if body is None else "POST")
            connection.request(method, path, text, headers)
            reply = connection.getresponse()
            data = reply.read().decode()
            kind = reply.getheader("content-type", "")
            value = json.loads(data) if kind.startswith("application/json") else data
            return reply.status, value, reply
        finally:
            connection.close()

    def get(self, path):
        status, value, _ = self.ask(path)
        assert status == 200, f"{path}: {status} {value}"
        return value

    def state_of(self, miners):
        """How many miners are hashing."""
        return sum(1 for m in self.get("/api/miners") if m["state"] in ("hashing", "degraded")
                   and m["ip"] in miners)

    def ready(self, miners):
        assert wait_for(lambda: self.state_of(miners) == len(miners)), self.text()

    def run(self, run):
        return self.get(f"/api/control/runs/{run}")["run"]

    def ended(self, run, limit=60):
        assert wait_for(lambda: self.run(run)["ended"], limit), self.run(run)
        return self.run(run)

    def database(self):
        return os.path.join(self.folder, "metrics.control.db")

    def verify(self):
        return subprocess.run([PROGRAM, "audit", "verify", "--database", self.database()],
                              capture_output=True, text=True, timeout=60)


class ControlTest(unittest.TestCase):
    prefix = 27

    @classmethod
    def network(cls):
        return network(cls.number)

    @classmethod
    def setUpClass(cls):
        cls.net = cls.network()
        first = ipaddress.ip_address(cls.net + "1")
        cls.miners = [str(first + i) for i in range(cls.count)]
        cls.farm = Farm(cls.count, cls.miners[0], "--profile", "s19pro", "--web-port", WEB_PORT)
        cls.addClassCleanup(cls.farm.stop)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.range = f"{cls.net}0/{cls.prefix}"
        cls.exporter = Exporter(cls.range, cls.folder.name, **cls.settings)
        cls.addClassCleanup(lambda: cls.exporter.stop())
        cls.exporter.ready(cls.miners)

    def ask(self, miner, verb, body):
        """The answer once the limit of miners per second lets it through."""
        path = f"/miners/{miner}/-/{verb}"
        return wait_for(lambda: (lambda answer: answer[0] != 429 and answer)(
            self.exporter.ask(path, body)))

    def kill_and_start_again(self):
        """Without a chance to tidy up; the same files."""
        self.exporter.process.kill()
        self.exporter.process.wait()
        self.exporter.output.close()
        type(self).exporter = Exporter(self.range, self.folder.name, **self.settings)
        self.exporter.ready(self.miners)

    def began(self, run):
        """When each command began, in milliseconds: the journal is written before the miner."""
        with sqlite3.connect(self.exporter.database()) as journal:
            return [row[0] for row in journal.execute(
                "SELECT began FROM steps WHERE run=? AND began IS NOT NULL ORDER BY began", [run])]

    def writes(self, address):
        """The pages that were written to, in their order."""
        return [write["path"] for write in json.loads(self.farm.ctl("web", address))["writes"]]


class OneMiner(ControlTest):
    number, count, settings = 0, 3, {"CONTROL_MINERS_PER_SECOND": "20"}

    def worker(self, verb, body=None, address=None, worker="-", **headers):
        return self.exporter.ask(f"/miners/{address or self.miners[0]}/{worker}/{verb}",
                                 body or {}, **headers)

    def test_the_summary_is_the_one_of_the_machine(self):
        value = self.exporter.get(f"/miners/{self.miners[0]}/-/summary")
        self.assertEqual(value["ip"], self.miners[0])
        truth = self.farm.get(self.miners[0])
        self.assertAlmostEqual(value["hashrate_5s"], truth["hashrate"] / 1e9,
                               delta=truth["hashrate"] / 1e12)
        self.assertTrue(value["pools"])
        self.assertEqual(self.exporter.ask(f"/miners/{self.miners[0]}/nobody/summary")[0], 404)

    def test_a_light_is_switched_seen_and_audited(self):
        status, value, _ = self.exporter.ask("/api/control/blink",
                                             {"miners": [self.miners[1]], "on": True,
                                              "reason": "where is it?"})
        self.assertEqual(status, 202, value)
        run = self.exporter.ended(value["run"])
        self.assertEqual(run["miners"][0]["verdict"], "done", run)
        self.assertEqual(run["state"], "finished")
        self.assertTrue(json.loads(self.farm.ctl("web", self.miners[1]))["blinking"])
        rows = self.exporter.get("/api/control/audit")["rows"]
        mine = [row for row in rows if row["run"] == run["id"] and row["action"] == "command"]
        self.assertEqual([(row["phase"], row["result"]) for row in mine],
                         [("outcome", "done"), ("requested", "")])
        self.assertEqual({row["reason"] for row in mine}, {"where is it?"})
        self.assertEqual({row["by"] for row in mine}, {"control.token"})
        events = wait_for(lambda: [event for event in self.exporter.get("/api/events")
                                   if event["kind"] == "command"
                                   and event["miner_ip"] == self.miners[1]])
        self.assertIn("blink on by control.token: done", events[0]["message"])
        lines = self.exporter.ask("/metrics")[1].splitlines()
        self.assertIn('antminer_control_commands_total{result="done",verb="blink"} 1', lines)
        self.assertIn("antminer_control_in_flight 0", lines)

    def test_what_is_wrong_is_said_and_nothing_is_sent(self):
        exporter, first = self.exporter, self.miners[2]
        before = self.writes(first)
        pool = {"url": "stratum+tcp://p.example:1", "username": "a.b", "password": SECRET}
        self.assertEqual(self.worker("reboot", token=None)[0], 401)
        self.assertEqual(self.worker("reboot", token="wrong")[0], 401)
        self.assertEqual(self.worker("reboot", address=self.net + "25")[0], 404)
        self.assertEqual(self.worker("reboot", address="192.0.2.77")[0], 404)
        self.assertEqual(self.worker("reboot", address="127.1")[0], 400)
        self.assertEqual(self.worker("reboot", address=first, worker="nobody")[0], 404)
        status, value, _ = self.worker("pool", dict(pool, url="http://p.example"), first)
        self.assertEqual((status, value["error"][:5]), (400, "url: "))
        status, value, _ = self.worker("pool", "nonsense", first)
        self.assertEqual((status, value["error"][:6]), (400, "body: "))
        self.assertEqual(exporter.ask("/api/control/plans/99999/execute", {})[0], 404)
        self.assertEqual(exporter.ask("/api/control/runs/99999")[0], 404)
        self.assertEqual(exporter.ask("/api/control/sleep", {})[0], 400)
        self.assertEqual(exporter.ask("/api/control/sleep", {"filter": {"site": "no"}})[0], 404)
        status, value, _ = exporter.ask("/api/control/blink", {
            "miners": [first], "on": True, "limits": {"miners_per_second": 21}})
        self.assertEqual(status, 400)
        self.assertIn("control.miners_per_second allows at most 20", value["error"])
        self.assertEqual(self.writes(first), before)
        refused = [row["result"] for row in exporter.get("/api/control/audit")["rows"]
                   if row["phase"] == "refused"]
        self.assertIn("unknown", refused)
        for text in (exporter.text(), json.dumps(exporter.get("/api/control/audit"))):
            self.assertNotIn(SECRET, text)
            self.assertNotIn(TOKEN, text)

    def test_a_plan_is_a_dry_run_and_is_executed_once(self):
        exporter = self.exporter
        status, value, _ = exporter.ask("/api/control/plans", {
            "verb": "blink", "on": False, "filter": {"firmware": "stock"}})
        self.assertEqual(status, 200, value)
        plan = value["plan"]
        self.assertEqual([miner["ip"] for miner in plan["miners"]], self.miners)
        self.assertGreater(plan["power_w"], 3000)
        path = f"/api/control/plans/{plan['id']}/execute"
        status, first, _ = exporter.ask(path, {"limits": {"canary": 1}}, Idempotency_Key="k1")
        self.assertEqual(status, 202, first)
        run = exporter.ended(first["run"])
        self.assertEqual({miner["verdict"] for miner in run["miners"]}, {"done"})
        again = exporter.ask(path, {"limits": {"canary": 1}}, Idempotency_Key="k1")
        self.assertEqual((again[0], again[1]["run"]), (202, first["run"]))
        self.assertEqual(exporter.ask(path, {}, Idempotency_Key="k1")[0], 409)
        self.assertEqual(exporter.ask(path, {}, Idempotency_Key="k2")[0], 404)

    def test_the_kill_switch(self):
        exporter = self.exporter
        self.assertEqual(exporter.ask("/api/control/stop", {"reason": "fire"})[0], 200)
        try:
            status, value, _ = exporter.ask("/api/control/blink",
                                            {"miners": [self.miners[0]], "on": True})
            self.assertEqual(status, 503)
            self.assertIn("/api/control/resume", value["error"])
            self.assertIn("antminer_control_stopped 1", exporter.ask("/metrics")[1].splitlines())
        finally:
            self.assertEqual(exporter.ask("/api/control/resume", {})[0], 200)
        self.assertIn("antminer_control_stopped 0", exporter.ask("/metrics")[1].splitlines())

    def test_every_answer_fits_the_document(self):
        document = self.exporter.get("/openapi.json")
        for pattern, methods in document["paths"].items():
            if not pattern.startswith("/api/control"):
                continue
            for method, operation in methods.items():
                self.assertEqual({"operate"}, {scope for way in operation["security"]
                                               for scopes in way.values() for scope in scopes})
                path = pattern.replace("{id}", "1")
                body = None if method == "get" else {}
                status, value, reply = self.exporter.ask(path, body)
                if pattern == "/api/control/stop":
                    self.exporter.ask("/api/control/resume", {})
                with self.subTest(path=path):
                    self.assertIn(str(status), operation["responses"], value)
                    content = operation["responses"][str(status)]["content"]
                    schema = content["application/json"]["schema"]
                    self.assertEqual(faults(value, schema, document), [])

    def test_the_audit_is_verified_and_a_changed_row_is_named(self):
        self.exporter.ask("/api/control/plans", {"verb": "sleep", "miners": self.miners})
        good = self.exporter.verify()
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertIn("as they were written", good.stdout)
        copy = os.path.join(self.folder.name, "copy.db")
        with sqlite3.connect(self.exporter.database()) as source:
            with sqlite3.connect(copy) as target:
                source.backup(target)
                with self.assertRaises(sqlite3.IntegrityError):
                    target.execute("UPDATE audit SET caller='nobody' WHERE sequence=2")
                target.execute("DROP TRIGGER audit_stays")
                target.execute("UPDATE audit SET caller='nobody' WHERE sequence=2")
        bad = subprocess.run([PROGRAM, "audit", "verify", "--database", copy],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("row 2", bad.stderr)
        none = subprocess.run([PROGRAM, "audit", "verify", "--database", copy + "x"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(none.returncode, 1)
        self.assertIn("no such file", none.stderr)


class Documented(ControlTest):
    """The routes of the older API, on machines whose time goes on."""
    number, count = 3, 3
    settings = {"CONTROL_MINERS_PER_SECOND": "20", "CONTROL_ANSWER_WAIT": "100"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.ctl("unfreeze")

    def issue(self, miner, verb, body):
        status, value, _ = self.ask(miner, verb, body)
        self.assertEqual(status, 202, value)
        self.assertEqual(value["response"]["step"]["verdict"], "done", value)
        return value

    def test_a_reboot_is_seen(self):
        value = self.issue(self.miners[0], "reboot", {"reason": "it hangs"})
        self.assertEqual(value["status"], "reboot issued")
        self.assertEqual(self.writes(self.miners[0]).count("/cgi-bin/reboot.cgi"), 1)

    def test_other_pools_are_read_back(self):
        miner = self.miners[1]
        url = "stratum+tcp://other.example:4444"
        value = self.issue(miner, "pool", {"url": url, "username": "acct.rig,7",
                                           "password": SECRET})
        self.assertEqual(value["status"], "pool updated")
        self.assertEqual(value["new_pool"], {"url": url, "username": "acct.rig,7",
                                             "password": "***"})
        summary = f"/miners/{miner}/rig,7/summary"
        self.assertTrue(wait_for(lambda: self.exporter.ask(summary)[0] == 200), "the next poll")
        pools = self.exporter.get(summary)["pools"]
        self.assertEqual(pools, [url])
        for text in (self.exporter.text(), json.dumps(value),
                     json.dumps(self.exporter.get("/api/control/audit")),
                     json.dumps(self.exporter.get("/api/events"))):
            self.assertNotIn(SECRET, text)
        run = value["response"]["run"]
        self.exporter.ended(run)
        with open(self.exporter.database(), "rb") as journal:
            self.assertNotIn(SECRET.encode(), journal.read())

    def test_maintenance_keeps_commands_away(self):
        miner = self.miners[2]
        status, value, _ = self.exporter.ask("/api/maintenance", {"miner": miner, "minutes": 5})
        self.assertIn(status, (200, 201, 202), value)
        status, value, _ = self.ask(miner, "reboot", {})
        self.assertEqual(status, 409, value)
        self.assertIn("maintenance", value["error"])
        self.assertEqual(self.writes(miner), [])


class OverTheLimit(ControlTest):
    number, count = 1, 2
    settings = {"CONTROL_MINERS_PER_SECOND": "0.01"}

    def test_the_second_command_is_told_when_to_come_back(self):
        first = self.exporter.ask("/api/control/blink", {"miners": [self.miners[0]], "on": True})
        self.assertEqual(first[0], 202)
        self.exporter.ended(first[1]["run"])
        status, value, reply = self.exporter.ask(f"/miners/{self.miners[1]}/-/reboot", {})
        self.assertEqual(status, 429, value)
        self.assertGreater(int(reply.getheader("Retry-After")), 30)
        self.assertEqual(self.writes(self.miners[1]), [])


class Killed(ControlTest):
    """kill -9 in the middle of a run."""
    number, count = 2, 16
    settings = {"CONTROL_MINERS_PER_SECOND": "1", "CONTROL_RETURN_TIMEOUT": "5",
                "CONTROL_STOP_WHEN_FAILED_PERCENT": "100"}

    def lights(self):
        return {address: self.writes(address).count("/cgi-bin/blink.cgi")
                for address in self.miners}

    def test_each_miner_is_written_to_once(self):
        status, value, _ = self.exporter.ask("/api/control/blink",
                                             {"miners": self.miners, "on": True},
                                             Idempotency_Key="night")
        self.assertEqual(status, 202, value)
        run = value["run"]
        self.assertTrue(wait_for(lambda: sum(
            1 for miner in self.exporter.run(run)["miners"] if miner["began"]) >= 4))
        self.assertLess(sum(self.lights().values()), 16, "the run is not over")
        self.kill_and_start_again()
        report = self.exporter.ended(run)
        after = self.lights()
        self.assertLessEqual(max(after.values()), 1, "nothing twice")
        for miner in report["miners"]:
            if miner["state"] == "interrupted":
                self.assertIsNone(miner["verdict"], "what was not seen is not said")
            else:
                self.assertEqual((miner["verdict"], after[miner["ip"]]), ("done", 1), miner)
        again = self.exporter.ask("/api/control/blink", {"miners": self.miners, "on": True},
                                  Idempotency_Key="night")
        self.assertEqual((again[0], again[1]["run"]), (202, run), "the key outlives the kill")
        self.assertEqual(self.lights(), after)
        self.assertEqual(self.exporter.verify().returncode, 0)
        began = self.began(run)
        self.assertEqual(len(began), 16)
        for first, last in zip(began, began[1:]):
            self.assertGreaterEqual(last - first, 1000, "more than 1 in a second")

    def test_refusals_are_told_in_the_words_of_the_miner(self):
        last = self.miners[-1]
        self.farm.ctl("set", last, "web_password", "changed")
        status, value, _ = self.ask(last, "reboot", {})
        self.assertEqual(status, 502, value)
        self.assertIn("denied", value["error"])
        # The same login is not shown again: miners lock out.
        status, value, _ = self.ask(last, "reboot", {})
        self.assertEqual(status, 502, value)
        self.assertNotIn("/cgi-bin/reboot.cgi", self.writes(last))


class Fleet(ControlTest):
    """A run over 2,000 machines."""
    count, prefix = 2000, 20
    settings = {"CONTROL_MINERS_PER_SECOND": "50", "POLL_INTERVAL": "10",
                "CONTROL_STOP_WHEN_FAILED_PERCENT": "100"}

    @classmethod
    def network(cls):
        return f"127.{192 + os.getpid() % 8}.{os.getpid() // 8 % 16 * 16}."

    def lights(self):
        """Address: how often its light was switched, by what the machines wrote down."""
        told = json.loads(self.farm.ctl("writes", "all"))
        return {address: [write["path"] for write in side["writes"]].count("/cgi-bin/blink.cgi")
                for address, side in told.items()}

    def test_the_rate_holds_in_every_second_and_a_kill_repeats_nothing(self):
        status, value, _ = self.exporter.ask("/api/control/blink",
                                             {"filter": {"model": "antminer s19 pro"}, "on": True})
        self.assertEqual(status, 202, value)
        run = value["run"]
        self.assertTrue(wait_for(lambda: len(self.began(run)) >= 500, 120))
        self.kill_and_start_again()
        self.assertLess(len(self.lights()), self.count, "the run is not over")
        report = self.exporter.ended(run, 300)
        lights = self.lights()
        self.assertEqual(set(lights.values()), {1}, "nothing twice")
        steps = {step["ip"]: step for step in report["miners"]}
        self.assertEqual(sorted(steps), sorted(self.miners))
        for address, step in steps.items():
            if step["state"] == "interrupted":
                self.assertIsNone(step["verdict"], "what was not seen is not said")
            else:
                self.assertEqual((step["verdict"], lights.get(address)), ("done", 1), step)
        interrupted = [step for step in steps.values() if step["state"] == "interrupted"]
        self.assertLess(len(interrupted), 200, "only those that were on their way")
        began = self.began(run)
        self.assertEqual(len(began), self.count)
        for first, last in zip(began, began[50:]):
            self.assertGreaterEqual(last - first, 1000, "more than 50 in a second")
        self.assertEqual(self.exporter.verify().returncode, 0)


class Off(unittest.TestCase):
    def test_nothing_is_taken_and_no_file_is_made(self):
        net = network(4)
        with tempfile.TemporaryDirectory() as folder:
            exporter = Exporter(net + "0/30", folder, CONTROL_ENABLED="false")
            try:
                assert wait_for(lambda: exporter.ask("/healthz")[0] == 200), exporter.text()
                for path, body in (("/api/control/stop", {}), ("/api/control/runs", None),
                                   (f"/miners/{net}1/-/reboot", {})):
                    status, value, _ = exporter.ask(path, body)
                    self.assertEqual(status, 403)
                    self.assertIn("control.enabled", value["error"])
                self.assertFalse(os.path.exists(exporter.database()))
            finally:
                exporter.stop()

    def test_without_a_database_control_does_not_begin(self):
        with tempfile.TemporaryDirectory() as folder:
            exporter = Exporter(network(4) + "0/30", folder, ENABLE_DB="false")
            self.assertEqual(exporter.process.wait(30), 1)
            self.assertIn("journal", exporter.text())
            exporter.stop()


def load_tests(loader, _tests, _pattern):
    """All but the base."""
    suite = unittest.TestSuite()
    for case in (OneMiner, Documented, OverTheLimit, Killed, Fleet, Off):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    PROGRAM, Farm.program = sys.argv[1], sys.argv[2]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
