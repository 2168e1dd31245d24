"""What the tests of whole programs share: a program under test, and waiting for a condition."""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port, own_network  # noqa: F401, for the tests


def wait_for(condition, limit=150):
    """The first true value of `condition`, or what it said last. A refused call is not true."""
    end = time.monotonic() + limit
    while True:
        try:
            value = condition()
        except (OSError, http.client.HTTPException):
            value = None
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)


class Child:
    def __init__(self, words, environment=None):
        self.output = tempfile.TemporaryFile()
        base = {"PATH": os.environ.get("PATH", "")}
        self.process = subprocess.Popen(words, stdout=self.output, stderr=subprocess.STDOUT,
                                        env=base | (environment or {}))

    def text(self):
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        text = self.text()
        self.output.close()
        for report in ("Sanitizer: ", "runtime error: "):
            assert report not in text, text


class Farm(Child):
    """The simulator, with time standing still; `program` is set by the test."""
    program = ""

    def __init__(self, miners, base, *more):
        self.control = f"127.0.0.1:{free_port()}"
        super().__init__([self.program, "--miners", str(miners), "--base", base, "--control",
                          self.control, "--frozen", *more])
        assert wait_for(lambda: "ready" in self.text()), self.text()

    def ctl(self, *words):
        return subprocess.run([self.program, "ctl", "--control", self.control, *words], check=True,
                              capture_output=True, text=True, timeout=20).stdout

    def get(self, address):
        return json.loads(self.ctl("get", address))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body, parse_constant=self.refuse)

    @staticmethod
    def refuse(name):
        raise ValueError(f"{name} is no JSON")


class Exporter(Child):
    """The exporter over a range of loopback; `program` is set by the test."""
    program = ""

    def __init__(self, subnet, **settings):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        super().__init__([self.program], {
            "MINER_IP_RANGE": subnet, "POLL_INTERVAL": "1", "DISCOVERY_MDNS": "false",
            "LISTEN_ADDRESS": f"127.0.0.1:{self.port}", "LOG_FORMAT": "text",
            "STORAGE_PATH": os.path.join(self.folder.name, "metrics.db")} | settings)

    def ask(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers=headers or {})
            reply = connection.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()},
                          reply.read().decode())
        finally:
            connection.close()

    def get(self, path):
        answer = self.ask(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.body}"
        return answer.json

    def wait(self, condition):
        def safely():
            try:
                return condition()
            except (OSError, http.client.HTTPException, AssertionError):
                return None
        return wait_for(safely)

    def stop(self):
        super().stop()
        self.folder.cleanup()
