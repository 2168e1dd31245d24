"""The Kubernetes base: its objects fit each other, its files and the exporter.

Usage: kubernetes_test.py ROOT EXPORTER
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

EXPORTER = sys.argv.pop()
ROOT = pathlib.Path(sys.argv.pop())
BASE = ROOT / "deploy" / "kubernetes"


def load(path):
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


OBJECTS = {one["kind"]: one for one in load(BASE / "exporter.yaml")}
POD = OBJECTS["Deployment"]["spec"]["template"]
CONTAINER = POD["spec"]["containers"][0]
BUILD = load(BASE / "kustomization.yaml")[0]
MONITOR = load(BASE / "servicemonitor.yaml")[0]
DASHBOARDS = load(ROOT / "grafana" / "kustomization.yaml")[0]


class Objects(unittest.TestCase):
    def test_service_monitor_service_and_pod_find_each_other(self):
        labels = POD["metadata"]["labels"]
        service = OBJECTS["Service"]
        self.assertEqual(OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(service["spec"]["selector"], labels)
        self.assertEqual(MONITOR["spec"]["selector"]["matchLabels"], service["metadata"]["labels"])
        ports = {port["name"]: port for port in service["spec"]["ports"]}
        self.assertIn(MONITOR["spec"]["endpoints"][0]["port"], ports)
        self.assertEqual(ports["http"]["targetPort"], CONTAINER["ports"][0]["name"])

    def test_the_job_is_the_one_that_the_rules_look_for(self):
        label = MONITOR["spec"]["jobLabel"]
        self.assertEqual(OBJECTS["Service"]["metadata"]["labels"][label], "antminer")
        relabelled = {one.get("targetLabel") for one in MONITOR["spec"]["endpoints"][0]["relabelings"]}
        self.assertIn("instance", relabelled)

    def test_limits_are_those_of_the_example(self):
        job = load(ROOT / "prometheus" / "prometheus.yml")[0]["scrape_configs"][0]
        self.assertEqual(MONITOR["spec"]["sampleLimit"], job["sample_limit"])
        self.assertEqual(MONITOR["spec"]["bodySizeLimit"], job["body_size_limit"])

    def test_volumes_and_settings_are_there(self):
        volumes = {one["name"]: one for one in POD["spec"]["volumes"]}
        self.assertEqual({one["name"] for one in CONTAINER["volumeMounts"]}, set(volumes))
        self.assertEqual(volumes["data"]["persistentVolumeClaim"]["claimName"],
                         OBJECTS["PersistentVolumeClaim"]["metadata"]["name"])
        maps = {one["name"]: one for one in BUILD["configMapGenerator"]}
        settings = maps[CONTAINER["envFrom"][0]["configMapRef"]["name"]]["literals"]
        self.assertTrue(any(one.startswith("MINER_IP_RANGE=") for one in settings),
                        "without it the exporter sweeps the network of the pods")
        names = dict(one.split("=", 1) for one in settings)
        names |= {one["name"]: one["value"] for one in CONTAINER["env"]}
        result = subprocess.run([EXPORTER, "--config.check"], env=names, capture_output=True,
                                text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_user_is_that_of_the_image(self):
        user = re.search(r"^USER (\d+):(\d+)$",
                         (ROOT / "deploy/docker/Dockerfile").read_text("utf-8"), re.MULTILINE)
        context = POD["spec"]["securityContext"]
        self.assertEqual((context["runAsUser"], context["runAsGroup"]),
                         (int(user[1]), int(user[2])))
        self.assertEqual({one["name"] for one in BUILD["images"]}, {CONTAINER["image"]})

    def test_every_dashboard_is_in_a_map_of_its_own(self):
        listed = [one["files"] for one in DASHBOARDS["configMapGenerator"]]
        kept = sorted(f"dashboards/{path.name}"
                      for path in (ROOT / "grafana" / "dashboards").glob("*.json"))
        self.assertEqual(sorted(sum(listed, [])), kept)
        self.assertTrue(all(len(files) == 1 for files in listed))

    def test_it_builds(self):
        kustomize = shutil.which("kustomize")
        if not kustomize:
            self.skipTest("kustomize is not installed")
        made = list(yaml.safe_load_all(subprocess.run(
            [kustomize, "build", BASE], check=True, capture_output=True, text=True).stdout))
        kinds = [one["kind"] for one in made]
        self.assertEqual(sorted(set(kinds)),
                         ["ConfigMap", "Deployment", "PersistentVolumeClaim", "Service"])
        self.assertEqual({one["metadata"]["namespace"] for one in made}, {"antminer"})
        self.assertTrue(all(len(str(one)) < 1_000_000 for one in made), "a ConfigMap holds 1 MiB")


class Rules(unittest.TestCase):
    def test_prometheus_rules_hold_what_the_files_hold(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ROOT / "prometheus" / "install-rules", "--operator", folder], check=True,
                           stdout=subprocess.DEVNULL)
            made = {path.name: load(path)[0] for path in pathlib.Path(folder).glob("*.yml")}
        kept = {path.name: load(path)[0] for path in (ROOT / "prometheus" / "rules").glob("*.yml")}
        self.assertEqual(set(made), set(kept))
        for name, content in kept.items():
            self.assertEqual(made[name]["kind"], "PrometheusRule")
            self.assertEqual(made[name]["spec"], content, name)


if __name__ == "__main__":
    os.environ.pop("MINER_IP_RANGE", None)
    unittest.main()
