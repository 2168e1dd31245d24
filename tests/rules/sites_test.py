"""Two sites and a centre, with real programs on loopback.

Usage: sites_test.py ROOT EXPORTER FARM

Both sites watch the same simulated miners, so every miner has the same name at both. Site a runs
Prometheus with rules, site b an agent; both send to one VictoriaMetrics, and vmalert runs the rules
for site b there. The example configurations of deploy/sites are copied as they are, but for addresses
and intervals, with the rules beside them. Exit code 77: a program is not installed.
"""

import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port, own_network

MINERS = 6
PATIENCE = 120


class Stage:
    """Starts programs in a folder of their own and ends them all."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, *command, env=None):
        log = open(self.folder / f"{name}.log", "w", encoding="utf-8")
        self.running.append((name, subprocess.Popen(
            [str(part) for part in command], stdout=log, stderr=log, env=env), log))

    def wait(self, what, condition):
        """Waits until the condition holds, as long as every program runs."""
        end, last = time.monotonic() + PATIENCE, None
        while time.monotonic() < end:
            for name, process, _ in self.running:
                if process.poll() is not None:
                    raise AssertionError(f"{name} ended: {self.tail(name)}")
            try:
                last = condition()
                if last:
                    return last
            except OSError as error:
                last = error
            time.sleep(0.2)
        raise AssertionError(f"waited in vain for {what}; last: {last}\n"
                             + "\n".join(f"{name}: {self.tail(name)}" for name, *_ in self.running))

    def tail(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")[-1200:]

    def stop(self):
        for _, process, _ in reversed(self.running):
            process.terminate()
        for _, process, log in reversed(self.running):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def query(centre, expression):
    """[(labels, value), ...] of an instant query."""
    answer = json.loads(get(f"{centre}/api/v1/query?" + urllib.parse.urlencode(
        {"query": expression})))
    return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]


def by(label, rows):
    return {labels.get(label): value for labels, value in rows}


def site_config(root, example, exporter_port, centre, target):
    """An example configuration with the addresses of this test, and without its password."""
    text = (root / "deploy" / "sites" / example).read_text(encoding="utf-8")
    text = re.sub(r"    basic_auth:\n      username: .*\n      password_file: .*\n", "", text)
    for old, new in (("127.0.0.1:14028", f"127.0.0.1:{exporter_port}"),
                     ("https://metrics.example:8428", centre), ("interval: 30s", "interval: 2s"),
                     ("scrape_timeout: 10s", "scrape_timeout: 2s")):
        if old not in text:
            raise AssertionError(f"{example} has no {old}")
        text = text.replace(old, new)
    target.write_text(text, encoding="utf-8")


def fast_rules(root, target, left_out=None):
    """The rules with a turn of 2 s, since four minutes are long here; without the fields that
    `left_out` matches."""
    target.mkdir()
    for path in (root / "prometheus" / "rules").glob("*.yml"):
        text = re.sub(r"interval: \w+", "interval: 2s", path.read_text(encoding="utf-8"))
        if left_out:
            text = re.sub(rf" *{left_out}: .*\n", "", text)
        (target / path.name).write_text(text, encoding="utf-8")
    return target


def start_all(stage, root, exporter, farm):
    folder = stage.folder
    ports = {name: free_port() for name in ("a", "b", "pa", "pb", "vm", "vmalert", "farm")}
    network = own_network()
    centre = f"http://127.0.0.1:{ports['vm']}"
    stage.start("farm", farm, "--miners", MINERS, "--base", f"{network}1", "--control",
                f"127.0.0.1:{ports['farm']}")
    stage.wait("the farm", lambda: "ready" in stage.tail("farm"))
    stage.start("victoria-metrics", "victoria-metrics", f"-storageDataPath={folder}/vm",
                f"-httpListenAddr=127.0.0.1:{ports['vm']}", "-search.latencyOffset=0s")
    stage.wait("the centre", lambda: get(f"{centre}/health"))
    for site in "ab":
        stage.start(f"exporter-{site}", exporter, "--subnet", f"{network}1-{MINERS}",
                    "--web.listen-address", f"127.0.0.1:{ports[site]}",
                    env={"STORAGE_PATH": f"{folder}/{site}.db", "POLL_INTERVAL": "2"})
        stage.wait(f"exporter {site}",
                   lambda site=site: get(f"http://127.0.0.1:{ports[site]}/-/ready"))
    fast_rules(root, folder / "antminer")
    site_config(root, "prometheus-site.yml", ports["a"], centre, folder / "a.yml")
    site_config(root, "prometheus-site-agent.yml", ports["b"], centre, folder / "b.yml")
    version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True,
                             check=False)
    major = re.search(r"version (\d+)", version.stdout + version.stderr)
    agent = ["--agent"] if major and int(major.group(1)) >= 3 else ["--enable-feature=agent"]
    stage.start("prometheus-a", "prometheus", f"--config.file={folder}/a.yml",
                f"--storage.tsdb.path={folder}/pa", f"--web.listen-address=127.0.0.1:{ports['pa']}")
    stage.start("prometheus-b", "prometheus", f"--config.file={folder}/b.yml", *agent,
                f"--storage.agent.path={folder}/pb", f"--web.listen-address=127.0.0.1:{ports['pb']}")
    return centre, ports


def check_raw(stage, centre):
    """Every miner arrives from both sites, and joins do not mix them up."""
    both = {"site-a": MINERS, "site-b": MINERS}
    stage.wait("miners of both sites",
               lambda: by("site", query(centre, "count by (site) (antminer_up)")) == both)
    stage.wait("one instance a site", lambda: by("instance", query(
        centre, "count by (instance) (antminer_up)")) == both)
    joined = query(centre, "count by (site) (antminer_up * on (job, instance, miner) "
                           "group_left (model) antminer_miner_info)")
    assert by("site", joined) == both, joined


def check_rules_at_site(stage, centre):
    """What site a recorded arrives with its name; site b records nothing by itself."""
    rows = stage.wait("recorded series of site a",
                      lambda: query(centre, 'site:antminer_up:count{site="site-a"}'))
    assert by("instance", rows) == {"site-a": MINERS}, rows
    assert not query(centre, 'site:antminer_up:count{site="site-b"}')
    stage.wait("the watchdog of site a",
               lambda: query(centre, 'ALERTS{alertname="AntminerWatchdog",site="site-a"}'))


class Notifier(http.server.BaseHTTPRequestHandler):
    """Takes what vmalert sends to Alertmanager."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def notifier():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notifier)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def check_rules_at_centre(stage, centre, ports, rules):
    """vmalert runs the same rules for site b, and only for it."""
    stage.start("vmalert", "vmalert", f"-rule={rules}/*.yml",
                f"-datasource.url={centre}/?extra_label=site=site-b",
                f"-remoteWrite.url={centre}",
                f"-notifier.url=http://127.0.0.1:{notifier()}",
                f"-httpListenAddr=127.0.0.1:{ports['vmalert']}")
    rows = stage.wait("recorded series of site b",
                      lambda: query(centre, 'site:antminer_up:count{site="site-b"}'))
    assert by("instance", rows) == {"site-b": MINERS}, rows
    assert by("instance", query(centre, "site:antminer_up:count")) == {
        "site-a": MINERS, "site-b": MINERS}
    stage.wait("hashrate of both jobs", lambda: set(by("site", query(
        centre, "job:antminer_hashrate_hashes_per_second:sum"))) == {"site-a", "site-b"})
    page = get(f"http://127.0.0.1:{ports['vmalert']}/metrics")
    errors = re.findall(r"^vmalert_execution_errors_total\S* (\S+)$", page, re.MULTILINE)
    assert errors and all(float(value) == 0 for value in errors), page[-2000:]
    broken = [line for line in page.splitlines()
              if re.match(r"vmalert_(recording|alerting)_rules_error\b", line)
              and not line.endswith(" 0")]
    assert not broken, broken


def main():
    root, exporter, farm = (pathlib.Path(name).resolve() for name in sys.argv[1:4])
    for program, package in (("victoria-metrics", "victoria-metrics"),
                             ("vmalert", "victoria-metrics"), ("prometheus", "prometheus")):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed (package {package})")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(pathlib.Path(folder))
        try:
            # Debian's vmalert does not know keep_firing_for yet.
            rules = fast_rules(root, stage.folder / "rules-b", left_out="keep_firing_for")
            centre, ports = start_all(stage, root, exporter, farm)
            check_raw(stage, centre)
            check_rules_at_site(stage, centre)
            check_rules_at_centre(stage, centre, ports, rules)
        finally:
            stage.stop()
    print(f"{MINERS} miners from each of two sites, rules at the site and at the centre")
    return 0


if __name__ == "__main__":
    sys.exit(main())
