"""Checks of the dashboards that need nothing but their JSON and the contract of /metrics."""

import io
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import bundle
import fleet_data
import prometheus
import rules

DASHBOARDS = bundle.load()
OPTIONAL = bundle.load("optional")
FAMILIES = bundle.contract()
RECORDED = bundle.recorded_names(prometheus.recording_rules())
WORLD = rules.World({**DASHBOARDS, **OPTIONAL}, FAMILIES, RECORDED)

# Families that are on no dashboard, and why.
NOT_SHOWN = {
    "antminer_boot_time_seconds": "Uptime is that of the mining process, which every firmware tells",
    "antminer_pool_worker_info": "off unless the operator asks for it",
    "antminer_boards": "boards that hash are what counts",
    "antminer_chip_temperature_sensors": "an alert watches it; the sensors themselves are shown",
    "antminer_fans": "an alert watches it; the fans themselves are shown",
    "antminer_fan_max_rpm": "an alert watches it; the fans themselves are shown",
    "antminer_mining": "antminer_state says more",
    "antminer_last_share_timestamp_seconds": "an alert watches it; that of each pool is shown",
}


class Dashboards(unittest.TestCase):
    def test_all_are_here(self):
        self.assertEqual(set(DASHBOARDS), {f"antminer-{x}" for x in (
            "fleet", "miner", "boards", "pools", "alerts", "profitability", "exporter")})
        self.assertEqual(set(OPTIONAL), {"antminer-events"})

    def test_rules(self):
        for uid, dashboard in DASHBOARDS.items():
            with self.subTest(uid):
                self.assertEqual("\n".join(rules.faults(dashboard, WORLD)), "")

    def test_rules_of_optional_dashboards(self):
        without_promql = [r for r in rules.RULES if r not in (
            rules.variables, rules.promql, rules.kinds_of_query, rules.link_targets,
            rules.names_of_fields)]
        for uid, dashboard in OPTIONAL.items():
            with self.subTest(uid):
                self.assertEqual("\n".join(rules.faults(dashboard, WORLD, without_promql)), "")

    def test_every_family_is_shown_or_named_here(self):
        used = set()
        for dashboard in DASHBOARDS.values():
            for panel in bundle.panels(dashboard):
                for target in panel["targets"]:
                    for selector in bundle.selectors(target["expr"])[0]:
                        family = FAMILIES.get(selector.name)
                        used.add(family.name if family else selector.name)
        every = {family.name for family in FAMILIES.values()}
        self.assertEqual(every - used, set(NOT_SHOWN), "missing, or named although it is shown")


class Generated(unittest.TestCase):
    def test_json_is_that_of_the_source(self):
        if not shutil.which("jsonnet"):
            self.skipTest("jsonnet is not installed")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["bash", str(bundle.GRAFANA / "build"), folder], check=True)
            made = {p.relative_to(folder): p.read_bytes() for p in pathlib.Path(folder).rglob("*.json")}
        kept = {p.relative_to(bundle.GRAFANA): p.read_bytes()
                for name in ("dashboards", "optional") for p in (bundle.GRAFANA / name).glob("*.json")}
        self.assertEqual(sorted(made), sorted(kept))
        for name, text in kept.items():
            self.assertEqual(made[name], text, f"{name} is stale: run grafana/build")


class Data(unittest.TestCase):
    def test_generated_families_are_those_of_the_contract(self):
        made = {}
        for name in ("dozen", "faults"):
            for family, labels in fleet_data.write(name, io.StringIO(), 1, 600).items():
                made.setdefault(family, set()).update(labels)
        for family, labels in made.items():
            if family in bundle.PROMETHEUS_FAMILIES:
                continue
            self.assertIn(family, FAMILIES)
            self.assertEqual(labels, FAMILIES[family].labels - {"le"}, family)

    def test_the_same_bytes_at_every_run(self):
        first, second = io.StringIO(), io.StringIO()
        fleet_data.write("one", first, 1, 300)
        fleet_data.write("one", second, 1, 300)
        self.assertEqual(first.getvalue(), second.getvalue())


if __name__ == "__main__":
    unittest.main()
