#!/usr/bin/env python3
"""Long runs of the whole exporter on loopback: killed again and again, and faults without end.

Usage: soak_test.py EXPORTER FARM [unittest arguments]
ANTX_SOAK_SECONDS: how long faults come and go (300).
"""
import os
import pathlib
import random
import re
import sqlite3
import sys
import tempfile
import time
import unittest

from programs import Exporter, Farm, own_network, wait_for

WEB_PORT = "8080"
FAULTS = ["dead_fan", "dead_board", "overheated", "rate_drop", "hang", "refuse", "truncate",
          "garbage", "slow_drip", "oversize", "reset", "reboot", "sleep", "web_hang", "web_garbage",
          "web_oversize", "web_locked", "web_redirect", "web_error", "web_refuse"]
SAMPLE = re.compile(r"^[a-z_]+(\{.*\})? (\S+)$")


def value_of(page, name):
    return float(re.search(rf"^{name} (\S+)$", page, re.MULTILINE)[1])


class Soak(unittest.TestCase):
    count, settings = 0, {}

    def setUp(self):
        self.net = own_network()
        self.miners = [f"{self.net}{i + 1}" for i in range(self.count)]
        self.farm = Farm(self.count, self.miners[0], "--web-port", WEB_PORT)
        self.addCleanup(self.farm.stop)
        self.farm.ctl("unfreeze")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.database = os.path.join(folder.name, "metrics.db")
        self.start()
        self.addCleanup(lambda: self.exporter.stop())

    def start(self):
        self.exporter = Exporter(self.net + "0/24", STORAGE_PATH=self.database,
                                 MINER_USERNAME="root", MINER_PASSWORD="root",
                                 MINER_WEB_PORT=WEB_PORT, **self.settings)
        self.assertTrue(self.exporter.wait(lambda: self.up() == self.count), self.exporter.text())

    def page(self):
        return self.exporter.ask("/metrics").body

    def up(self):
        return len(re.findall(r"^antminer_up\{.*\} 1$", self.page(), re.MULTILINE))


class Kills(Soak):
    count = 60

    def rounds(self):
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*), max(ts) FROM raw_fleet").fetchone()

    def test_no_kill_loses_what_was_written(self):
        chance = random.Random(7)
        for turn in range(20):
            with self.subTest(turn=turn):
                before = self.rounds()[0]
                self.assertTrue(wait_for(lambda: self.rounds()[0] >= before + 3))
                # Not a wait: it moves the kill to any place between two rounds.
                time.sleep(chance.random())
                rows, newest = self.rounds()
                self.exporter.process.kill()
                self.exporter.process.wait()
                with sqlite3.connect(self.database) as database:
                    self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                    kept = database.execute("SELECT count(*) FROM raw_fleet WHERE ts <= ?", [newest])
                    self.assertEqual(kept.fetchone()[0], rows)
                self.exporter.stop()
                self.start()
                known = {miner["ip"] for miner in self.exporter.get("/api/miners")}
                self.assertEqual(known, set(self.miners))


class Faults(Soak):
    count = 200
    settings = {"MINER_WEB_INTERVAL": "10"}

    def weight(self):
        """Resident kilobytes and open descriptors."""
        process = pathlib.Path(f"/proc/{self.exporter.process.pid}")
        resident = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())[1]
        return int(resident), len(list((process / "fd").iterdir()))

    def check_page(self):
        page = self.page()
        for line in page.splitlines():
            if not line.startswith("#"):
                self.assertRegex(line, SAMPLE)
                float(line.rsplit(" ", 1)[1])
        self.assertEqual(value_of(page, "antminer_exporter_ready"), 1)

    def test_faults_come_and_go_and_leave_nothing_behind(self):
        chance = random.Random(11)
        seconds = int(os.environ.get("ANTX_SOAK_SECONDS", "300"))
        begin, early = time.monotonic(), None
        while time.monotonic() < begin + seconds:
            for _ in range(20):
                self.farm.ctl("fault", chance.choice(self.miners), chance.choice(FAULTS))
            for _ in range(10):
                self.farm.ctl("clear", chance.choice(self.miners))
            self.check_page()
            self.assertIsNone(self.exporter.process.poll(), self.exporter.text()[-5000:])
            if early is None and time.monotonic() > begin + seconds / 4:
                early = self.weight()
        self.farm.ctl("clear", "all")
        self.assertTrue(wait_for(lambda: self.up() == self.count, 180), self.exporter.text()[-5000:])
        self.check_page()
        self.assertTrue(wait_for(lambda: self.weight()[1] <= early[1], 120), "descriptors leak")
        self.assertLess(self.weight()[0], 1.5 * early[0], "memory grows")
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))


def load_tests(loader, _tests, _pattern):
    """All but the base."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Kills, Faults))


if __name__ == "__main__":
    Exporter.program, Farm.program = sys.argv[1], sys.argv[2]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
