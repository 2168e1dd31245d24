#!/usr/bin/env python3
"""kill -9 in the middle of runs, and a run over a large fleet, with real programs on loopback.

Usage: control_crash_test.py EXPORTER FARM [unittest arguments]
"""
import json

import control_case
from control_case import ControlTest
from programs import wait_for


class Killed(ControlTest):
    """kill -9 in the middle of a run."""
    count = 16
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


def load_tests(loader, _tests, _pattern):
    return control_case.suite(loader, (Killed, Fleet))


if __name__ == "__main__":
    control_case.main()
