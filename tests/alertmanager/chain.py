"""The real programs of the alert chain on loopback, for the tests of this folder and the drill.

Programs are started as children, waited for by asking them, and ended by their handle.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # Debian's own: it has python3-aiosmtpd.
PASSWORD = "a long, secret word"
LIMIT = 150  # Seconds until a wait is given up; nothing is measured by it.
SKIPPED = 77


def need(*programs):
    """Ends the test as skipped, with the reason, when a program is not installed."""
    for program in programs:
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            sys.exit(SKIPPED)


def need_aiosmtpd():
    if subprocess.run([PYTHON, "-c", "import aiosmtpd"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: python3-aiosmtpd is not installed")
        sys.exit(SKIPPED)


def wait_for(condition, what, limit=LIMIT, every=0.05):
    """Asks until the condition gives something true, and returns that."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(every)


def request(url, body=None, kind="application/json"):
    """(status, text); status 0 when nobody answers."""
    data = body.encode() if body is not None else None
    try:
        with urllib.request.urlopen(
                urllib.request.Request(url, data, {"Content-Type": kind} if data else {}),
                timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, OSError):
        return 0, ""


def get_json(url):
    status, text = request(url)
    return json.loads(text) if status == 200 else None


class Child:
    """A program that runs until stop(); its output is in `log`."""

    def __init__(self, command, log, environment=None):
        self.name = pathlib.Path(command[0]).name
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})})

    def output(self):
        return self.log.read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def wait_ready(self, ready):
        def check():
            if not self.alive():
                raise AssertionError(f"{self.name} ended:\n{self.output()[-3000:]}")
            return ready()
        wait_for(check, f"{self.name} to be ready")


class Certificate:
    """A self-signed certificate of 127.0.0.1; `pem` holds it with its key."""

    def __init__(self, folder):
        self.certificate, key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=sink", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self.pem = folder / "both.pem"
        self.pem.write_text(self.certificate.read_text() + key.read_text())


class Sink(Child):
    """The mail server of the demo; with a certificate it wants STARTTLS and a login."""

    def __init__(self, folder, certificate=None, user="monitor@mine.test"):
        self.port, self.web, self.folder = free_port(), free_port(), folder / "mails"
        self.user = user
        self.password_file = folder / "smtp-password"
        self.password_file.write_text(PASSWORD)
        self.password_file.chmod(0o600)
        command = [PYTHON, str(ROOT / "deploy/demo/mail_sink.py"), "--smtp",
                   f"127.0.0.1:{self.port}", "--web", f"127.0.0.1:{self.web}",
                   "--folder", str(self.folder)]
        if certificate:
            command += ["--cert", str(certificate.pem), "--user", user,
                        "--password-file", str(self.password_file)]
        super().__init__(command, folder / "sink.log")
        self.wait_ready(lambda: self.mails() is not None)

    def mails(self):
        return get_json(f"http://127.0.0.1:{self.web}/mails.json")

    def all_mails(self):
        """What has come; a busy machine may let a request run into its time limit."""
        return wait_for(lambda: [m for m in [self.mails()] if m is not None], "the sink")[0]

    def page(self, path):
        def answer():
            status, text = request(f"http://127.0.0.1:{self.web}{path}")
            return [text] if status == 200 else None
        return wait_for(answer, f"the sink's {path}")[0]

    def text(self, mail):
        return self.page(f"/mail/{mail['number']}.txt")

    def html(self, mail):
        return self.page(f"/mail/{mail['number']}")

    def settings(self):
        """What an operator of this server would set."""
        return {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(self.port), "SMTP_USER": self.user,
                "SMTP_PASSWORD_FILE": str(self.password_file),
                "ALERT_EMAIL": "ops@mine.test,owner@mine.test"}


class Alertmanager(Child):
    def __init__(self, folder, config, environment=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            ["prometheus-alertmanager", f"--config.file={config}",
             f"--storage.path={folder}/alertmanager", f"--web.listen-address=127.0.0.1:{self.port}",
             f"--web.external-url={self.url}", "--cluster.listen-address="],
            folder / "alertmanager.log", {"TZ": "UTC", **(environment or {})})
        self.wait_ready(lambda: request(self.url + "/-/ready")[0] == 200)

    def post(self, alerts):
        status, text = request(self.url + "/api/v2/alerts", json.dumps(alerts))
        if status != 200:
            raise AssertionError(f"Alertmanager refused the alerts: {status} {text}")

    def alerts(self):
        return get_json(self.url + "/api/v2/alerts") or []


def clean_environment():
    """Settings of the caller do not leak into what is tested."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH")
            if name in os.environ}


def render(exporter, folder, settings, *arguments):
    """`antminer_exporter render alertmanager`; the caller looks at the result."""
    return subprocess.run([exporter, "render", "alertmanager", *map(str, arguments)], cwd=folder,
                          env={**clean_environment(), **settings}, capture_output=True, text=True,
                          timeout=LIMIT)


def rendered(exporter, folder, settings):
    """The path of a configuration made from the settings."""
    path = folder / "alertmanager.yml"
    result = render(exporter, folder, settings, "--output", path)
    if result.returncode:
        raise AssertionError(result.stderr)
    return path


class Prometheus(Child):
    def __init__(self, folder, target, rules, alertmanager, interval, scrape=True):
        """rules: folder of rule files. scrape: whether the job is there at all."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = folder / "prometheus.yml"
        jobs = [{"job_name": "antminer", "static_configs": [{"targets": [target]}]}] if scrape else []
        config.write_text(json.dumps({  # JSON is YAML.
            "global": {"scrape_interval": interval, "scrape_timeout": interval,
                       "evaluation_interval": interval},
            "rule_files": [f"{rules}/*.yml"],
            "alerting": {"alertmanagers": [{"static_configs": [
                {"targets": [f"127.0.0.1:{alertmanager.port}"]}]}]},
            "scrape_configs": jobs}))
        super().__init__(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/prometheus",
             f"--web.listen-address=127.0.0.1:{self.port}", f"--web.external-url={self.url}",
             "--log.level=warn"], folder / "prometheus.log")
        self.wait_ready(lambda: request(self.url + "/-/ready")[0] == 200)

    def query(self, expression):
        """[(labels, value)] of an instant query."""
        # A busy machine may let a request run into its time limit.
        reply = wait_for(lambda: get_json(
            f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})),
            f"an answer of Prometheus: {self.output()[-500:]}")
        return [(one["metric"], float(one["value"][1])) for one in reply["data"]["result"]]

    def firing(self):
        """Alerts that fire, without the watchdog."""
        return [labels for labels, _ in self.query('ALERTS{alertstate="firing"}')
                if labels["alertname"] != "AntminerWatchdog"]

    def rule_faults(self):
        """Rules whose last evaluation failed."""
        groups = get_json(self.url + "/api/v1/rules")["data"]["groups"]
        return [f"{rule['name']}: {rule['lastError']}" for group in groups
                for rule in group["rules"] if rule.get("lastError")]


class Farm(Child):
    """antminer_farm on loopback, from the address `first` on."""

    def __init__(self, program, folder, first, miners, *arguments):
        self.program, self.control = program, f"127.0.0.1:{free_port()}"
        super().__init__([str(program), "--miners", str(miners), "--base", first,
                          "--control", self.control, *arguments], folder / f"farm-{first}.log")
        self.wait_ready(lambda: "ready" in self.output())

    def ctl(self, *words):
        result = subprocess.run([self.program, "ctl", "--control", self.control, *map(str, words)],
                                capture_output=True, text=True, timeout=LIMIT)
        if result.returncode:
            raise AssertionError(f"{words}: {result.stdout}{result.stderr}")
        return result.stdout


class Exporter(Child):
    """antminer_exporter on a range of loopback; `settings` are added to its environment."""

    def __init__(self, program, folder, ranges, port, settings):
        self.port = port
        environment = {"MINER_IP_RANGE": ranges, "LISTEN_ADDRESS": f"127.0.0.1:{port}",
                       "STORAGE_PATH": str(folder / "metrics.db"), "LOG_FORMAT": "text",
                       "DISCOVERY_MDNS": "false", "PROFITABILITY_ENABLED": "false", **settings}
        super().__init__(["env", "-i", *(f"{k}={v}" for k, v in
                                         {**clean_environment(), **environment}.items()),
                          str(program)], folder / "exporter.log")
        self.wait_ready(lambda: request(f"http://127.0.0.1:{port}/-/ready")[0] == 200)
