#!/usr/bin/env python3
"""Commands to miners with real programs on loopback: exporter and simulator as they are.

Usage: control_test.py EXPORTER FARM [unittest arguments]
"""
import json
import os
import sqlite3
import subprocess
import tempfile
import unittest

import control_case
from control_case import TOKEN, ControlTest, Exporter
from json_schema import faults
from programs import own_network, wait_for

SECRET = "hush-hush-password"


class OneMiner(ControlTest):
    count, settings = 3, {"CONTROL_MINERS_PER_SECOND": "20"}

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
        self.assertRegex(value["firmware"], r"^(bm|cg)miner \d")
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
        bad = subprocess.run([Exporter.program, "audit", "verify", "--database", copy],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("row 2", bad.stderr)
        none = subprocess.run([Exporter.program, "audit", "verify", "--database", copy + "x"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(none.returncode, 1)
        self.assertIn("no such file", none.stderr)


class Documented(ControlTest):
    """The routes of the older API, on machines whose time goes on."""
    count = 3
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
    count = 2
    settings = {"CONTROL_MINERS_PER_SECOND": "0.01"}

    def test_the_second_command_is_told_when_to_come_back(self):
        first = self.exporter.ask("/api/control/blink", {"miners": [self.miners[0]], "on": True})
        self.assertEqual(first[0], 202)
        self.exporter.ended(first[1]["run"])
        status, value, reply = self.exporter.ask(f"/miners/{self.miners[1]}/-/reboot", {})
        self.assertEqual(status, 429, value)
        self.assertGreater(int(reply.getheader("Retry-After")), 30)
        self.assertEqual(self.writes(self.miners[1]), [])


class Off(unittest.TestCase):
    def test_nothing_is_taken_and_no_file_is_made(self):
        net = own_network()
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
            exporter = Exporter(own_network() + "0/30", folder, ENABLE_DB="false")
            self.assertEqual(exporter.process.wait(30), 1)
            self.assertIn("journal", exporter.text())
            exporter.stop()


def load_tests(loader, _tests, _pattern):
    return control_case.suite(loader, (OneMiner, Documented, OverTheLimit, Off))


if __name__ == "__main__":
    control_case.main()
