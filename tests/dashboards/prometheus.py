"""A real Prometheus on loopback over the history of a set of fleet_data.py, or over live targets."""

import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import fleet_data
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 60  # How long a start may take before the test gives up.
# When a group is evaluated follows from the path of its file, as it was given: with the same path
# for every level and in every run, all levels are evaluated at the same moments, as in one group.
RULES = "rules.yml"


def recording_rules():
    """The rule files of the bundle; the recording rules are in them."""
    return sorted((ROOT / "prometheus" / "rules").glob("antminer-*.yml"))


class PromError(Exception):
    """What Prometheus said."""


class Prometheus:
    """Started on a data folder; stop() ends it. Loopback only."""

    def __init__(self, folder, config="global: {}\n"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = self.folder / "prometheus.yml"
        settings.write_text(config, encoding="utf-8")
        self.log = open(self.folder / "prometheus.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={settings}",
             f"--storage.tsdb.path={self.folder / 'data'}", "--storage.tsdb.retention.time=100y",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn",
             "--storage.tsdb.min-block-duration=2h"],
            stdout=self.log, stderr=subprocess.STDOUT)
        self.wait_ready()

    def wait_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise PromError("Prometheus did not start: " +
                        (self.folder / "prometheus.log").read_text(encoding="utf-8")[-2000:])

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def get(self, path, parameters):
        """The answer of the HTTP API. Raises PromError with what Prometheus said."""
        body = urllib.parse.urlencode(parameters, doseq=True)
        try:
            if "/label/" in path:
                answer = urllib.request.urlopen(f"{self.url}{path}?{body}", timeout=60)
            else:
                answer = urllib.request.urlopen(self.url + path, body.encode(), timeout=60)
            with answer:
                reply = json.load(answer)
        except urllib.error.HTTPError as fault:
            raise PromError(fault.read().decode(errors="replace")[:400]) from None
        return reply

    def query(self, expr, at):
        return self.get("/api/v1/query", {"query": expr, "time": at})["data"]["result"]


def run(*command, folder=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, cwd=folder)
    if done.returncode:
        raise PromError(f"{' '.join(map(str, command))}: {done.stdout[-1500:]}")


def build_history(name, folder, hours=None, step=None):
    """Blocks of the set `name` in folder/data, with the recording rules evaluated over them."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "fleet.om"
    with open(text, "w", encoding="utf-8") as out:
        fleet_data.write(name, out, hours, step)
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(text),
        str(folder / "data"))
    text.unlink()
    rules = recording_rules()
    if not rules:
        return
    hours = hours or fleet_data.SETS[name][1]
    step = step or fleet_data.SETS[name][2]
    for level in levels(rules):
        (folder / RULES).write_text(json.dumps({"groups": [{"name": "level", "rules": level}]}),
                                    encoding="utf-8")  # JSON is YAML.
        add_recorded(folder, hours, max(step, 60))


def levels(files):
    """The recording rules that dashboards read: first those that need only samples, then those that
    need these, and so on. A back-fill does not see what it makes itself, so each level is a run."""
    rules = {}
    for path in files:
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            rules.update({rule["record"]: rule for rule in group["rules"] if "record" in rule})
    shown = "".join(path.read_text(encoding="utf-8")
                    for path in (ROOT / "grafana" / "dashboards").glob("*.json"))
    wanted = [name for name in rules if name in shown]
    for name in wanted:  # Grows while it is read: what a wanted rule needs is wanted, too.
        wanted += [x for x in rules if x in rules[name]["expr"] and x not in wanted]
    done = set()
    while len(done) < len(wanted):
        ready = [name for name in wanted if name not in done
                 and not any(x in rules[name]["expr"] for x in wanted if x not in done)]
        if not ready:
            raise PromError(f"recording rules that need each other: {set(wanted) - done}")
        yield [rules[name] for name in ready]
        done.update(ready)


def add_recorded(folder, hours, step):
    """Evaluates the rules of folder/RULES over the history and puts the result beside it."""
    with tempfile.TemporaryDirectory() as made:
        with Prometheus(folder) as server:
            run("promtool", "tsdb", "create-blocks-from", "rules", f"--url={server.url}",
                f"--start={fleet_data.END - hours * 3600}", f"--end={fleet_data.END}",
                f"--eval-interval={step}s", f"--output-dir={made}", RULES, folder=folder)
        for block in pathlib.Path(made).iterdir():
            if block.is_dir():
                shutil.copytree(block, folder / "data" / block.name)


if __name__ == "__main__":
    # For looking at dashboards: build a set, serve it until Ctrl-C.
    import sys
    if not (pathlib.Path(sys.argv[2]) / "data").exists():
        build_history(sys.argv[1], sys.argv[2])
    with Prometheus(sys.argv[2]) as shown:
        print(f"{shown.url} ends at {fleet_data.END}000", flush=True)
        shown.process.wait()
