#!/usr/bin/env python3
"""Commands to one machine of each kind through the whole program, on loopback.

What the simulator wrote down is the truth about what was sent; the polls are the truth about what
came of it.
Usage: control_dialects_test.py EXPORTER FARM [unittest arguments]
"""
import json
import tempfile
import time
import unittest

import control_case
from control_case import WEB_PORT, Exporter
from programs import Farm, own_network, wait_for

SECRET = "hush-hush-password"
KINDS = ["s19pro", "s17pro", "s9", "s19vnish", "s19kluxos", "s19braiins", "s19braiins-old",
         "s19epic", "s19marathon"]
# What these cannot do at all.
CANNOT = {"sleep": {"s9", "s19marathon"}, "wake": {"s9", "s19marathon"}}


class EveryKind(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = own_network()
        cls.miners = [f"{cls.net}{i + 1}" for i in range(len(KINDS))]
        cls.farm = Farm(len(KINDS), cls.miners[0], "--web-port", WEB_PORT, "--mix",
                        ",".join(KINDS))
        cls.addClassCleanup(cls.farm.stop)
        cls.farm.ctl("unfreeze")
        cls.kind = {miner["address"]: miner["profile"]
                    for miner in json.loads(cls.farm.ctl("list"))}
        assert sorted(cls.kind.values()) == sorted(KINDS), cls.kind
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.exporter = Exporter(cls.net + "0/27", cls.folder.name,
                                CONTROL_MINERS_PER_SECOND="20", CONTROL_CANARY="0",
                                CONTROL_MAX_SHARE_OF_RACK="1",
                                CONTROL_STOP_WHEN_FAILED_PERCENT="100")
        cls.addClassCleanup(cls.exporter.stop)
        cls.exporter.ready(cls.miners)

    def truth(self, address):
        return self.farm.get(address)

    def states(self, names):
        """How many miners are in one of these states, by the polls."""
        return sum(miner["state"] in names for miner in self.exporter.get("/api/miners"))

    def all_answered(self, since):
        miners = [self.exporter.get(f"/api/miners/{address}") for address in self.miners]
        return all(miner["state"] not in ("api_down", "offline") and miner["last_seen"] > since
                   for miner in miners)

    def everybody(self, verb, **fields):
        """Runs a verb on all and gives the report by kind."""
        # The verb before may have restarted the mining program, and no poll have told yet.
        since = time.strftime("%Y-%m-%dT%H:%M:%S.999Z", time.gmtime())
        self.assertTrue(wait_for(lambda: self.all_answered(since)))
        status, value, _ = self.exporter.ask(f"/api/control/{verb}",
                                             {"miners": self.miners, **fields})
        self.assertEqual(status, 202, value)
        run = self.exporter.ended(value["run"], 240)
        report = {self.kind[miner["ip"]]: miner for miner in run["miners"]}
        self.assertEqual(set(report), set(KINDS))
        for kind, miner in report.items():
            expected = kind not in CANNOT.get(verb, set())
            self.assertEqual(miner["verdict"] == "done", expected, miner)
        return report

    def test_verbs_one_after_the_other(self):
        self.everybody("blink", on=True)
        for address in self.miners:
            self.assertTrue(json.loads(self.farm.ctl("web", address))["blinking"], address)

        self.everybody("sleep")
        for address in self.miners:
            asleep = self.kind[address] not in CANNOT["sleep"]
            self.assertEqual(self.truth(address)["hashrate"] == 0, asleep, self.kind[address])
        # A plan goes by the polls: nobody is woken of whom they say that he hashes.
        asleep = len(KINDS) - len(CANNOT["sleep"])
        self.assertTrue(wait_for(lambda: self.states(("sleeping", "idle")) == asleep),
                        self.exporter.get("/api/miners"))
        self.everybody("wake")
        for address in self.miners:
            self.assertGreater(self.truth(address)["hashrate"], 0, self.kind[address])

        self.everybody("pool", pools=[
            {"url": "stratum+tcp://one.example:3333", "username": "acct.w1", "password": SECRET},
            {"url": "stratum+tcp://two.example:3333", "username": "acct.w2", "password": SECRET}])
        self.assertTrue(wait_for(lambda: all(
            pool["url"].endswith(("one.example:3333", "two.example:3333"))
            for address in self.miners
            for pool in self.exporter.get(f"/api/miners/{address}/pools")["pools"] if pool["url"]
            and "DevFee" not in pool["url"])))

        for verb in ("restart", "reboot"):
            # At another time than the start of the simulation, so that a new start is one.
            self.farm.ctl("set", "all", "elapsed", "50000")
            self.exporter.ready(self.miners)
            self.everybody(verb)
            for address in self.miners:
                self.assertLess(self.truth(address)["elapsed"], 40000, self.kind[address])
            self.exporter.ready(self.miners)

        audit = self.exporter.get("/api/control/audit?limit=1000")
        done = [row for row in audit["rows"]
                if row["phase"] == "outcome" and row["result"] == "done"]
        cannot = sum(len(kinds) for kinds in CANNOT.values())
        self.assertEqual(len(done), 6 * len(KINDS) - cannot)
        self.assertEqual(self.exporter.verify().returncode, 0)
        for text in (self.exporter.text(), json.dumps(audit),
                     json.dumps(self.exporter.get("/api/control/runs"))):
            self.assertNotIn(SECRET, text)


if __name__ == "__main__":
    control_case.main()
