"""The static checks find what they are for: each bad rule here must be told.

Usage: checks_test.py ROOT
"""

import pathlib
import sys
import tempfile
import unittest

import rulefiles
import static_rules

CATALOGUE = rulefiles.families(
    pathlib.Path(sys.argv.pop()) / "exporter" / "metrics" / "contract.yaml")
GOOD = {"alert": "AntminerTest",
        "expr": "(antminer_up == 0)\n* on (job, instance, miner) "
                "group_left (site, rack, model, address) antminer_miner_info",
        "for": "5m", "keep_firing_for": "5m", "labels": {"severity": "warning", "category": "availability"},
        "annotations": {"summary": "s", "description": "d", "runbook_url": "/AntminerTest.md",
                        "dashboard_url": "/d/x?var-miner={{ $labels.miner }}"}}
JOIN = GOOD["expr"].split("\n")[1]


def told(interval="1m", **changes):
    content = GOOD | changes
    content = {key: value for key, value in content.items() if value is not None}
    rule = rulefiles.Rule(pathlib.Path("test.yml"), {"interval": interval}, content)
    return "\n".join(static_rules.breaches([rule], CATALOGUE))


class Checks(unittest.TestCase):
    def test_good_rule_passes(self):
        self.assertEqual(told(), "")

    def test_each_fault_is_told(self):
        faults = {
            "neither exported": {"expr": f"(antminer_upp == 0) {JOIN}"},
            "no metric of the expression has this label":
                {"expr": f"(max by (job, instance, pol) (antminer_pool_up) == 0) {JOIN}"},
            "has no label": {"expr": f"(antminer_up{{pool=\"1\"}} == 0) {JOIN}"},
            "nothing sends": {"expr": f"(antminer_state{{state=\"asleep\"}} == 1) {JOIN}"},
            "needs job and instance": {"expr": GOOD["expr"].replace("job, ", "")},
            "meets other exporters": {
                "expr": f"(antminer_up == on (job) antminer_exporter_ready) {JOIN}"},
            "is not used in these rules": {"expr": f"topk(5, antminer_up) {JOIN}"},
            "less than 4 scrapes": {"expr": f"(changes(antminer_up[1m]) > 1) {JOIN}"},
            "without rate() or increase()": {"expr": f"(antminer_restarts_total > 3) {JOIN}"},
            "increase(antminer_up)": {"expr": f"(increase(antminer_up[1h]) > 3) {JOIN}"},
            "divisor (": {
                "expr": f"(antminer_up / on (job, instance, miner) (antminer_fan_duty_ratio)) {JOIN}"},
            "severity is": {"labels": {"severity": "high", "category": "pool"}},
            "category is not": {"labels": {"severity": "info", "category": "other"}},
            "no description": {"annotations": GOOD["annotations"] | {"description": ""}},
            "does not name the alert": {
                "annotations": GOOD["annotations"] | {"runbook_url": "/Other.md"}},
            "is not constant": {
                "labels": GOOD["labels"] | {"level": "{{ $value }}"}},
            "absent() without for": {"expr": f"absent(antminer_up) {JOIN}", "for": None},
            "would not say where": {"expr": "antminer_up == 0"},
            "does not lead to the miner": {
                "annotations": GOOD["annotations"] | {"dashboard_url": "/d/x"}},
            "a limit that is not antminer_threshold_fan_rpm": {
                "expr": f"(antminer_fan_rpm < 2000) {JOIN}"},
            "no keep_firing_for": {"keep_firing_for": None},
            "CamelCase": {"alert": "Antminer_test", "annotations":
                          GOOD["annotations"] | {"runbook_url": "/Antminer_test.md"}},
            "level:metric:operations": {"alert": None, "record": "antminer_x:sum"},
            "ALERTS comes and goes": {"interval": "5m"},
            "lose _total": {"alert": None, "record": "miner:antminer_x_total:rate5m"},
        }
        for text, changes in faults.items():
            with self.subTest(text):
                self.assertIn(text, told(**changes))

    def test_runbooks_and_alerts_belong_together(self):
        root = pathlib.Path(static_rules.__file__).parents[2]
        rule = rulefiles.Rule(pathlib.Path("test.yml"), {}, GOOD)
        found = "\n".join(static_rules.runbooks([rule], root / "prometheus" / "runbooks"))
        self.assertIn("AntminerTest: no runbook", found)
        self.assertIn("AntminerOffline.md: no such alert", found)

    def test_a_group_that_no_shard_brings(self):
        job = {"params": {"collect[]": ["miner", "fanz"]}, "url": "/sd?shards=4"}
        found = "\n".join(static_rules.shards({"scrape_configs": [job]},
                                              {"miner", "fans", "exporter"}))
        self.assertEqual([line.split()[-1] for line in found.splitlines()], ["fans", "fanz"])

    def test_queries_of_a_runbook_that_find_nothing(self):
        page = ("`antminer_up{site=\"a\"}`, `antminer_up{miner=...}`,\n`count by (site)\n"
                "(antminer_up == 0)`; but `count by (rack) (antminer_miner_info)`, `antminer_up` and\n"
                "`antminer_exporter scan` are good, so is `antminer_up{miner=\"MINER\"}`.\n")
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "Page.md").write_text(page, encoding="utf-8")
            found = list(static_rules.runbook_queries(pathlib.Path(folder), [], CATALOGUE))
        self.assertEqual([line.split("`: ")[1] for line in found], [
            "antminer_up has no label site", "{miner=...} is no selector",
            "by (site): no metric of the expression has this label"])


if __name__ == "__main__":
    unittest.main()
