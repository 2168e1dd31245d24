"""What the tests of commands share: an exporter that takes them, over a simulated farm.

What the simulator wrote down is the truth about what was sent.
"""
import http.client
import ipaddress
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from programs import Child, Farm, free_port, own_network, wait_for

TOKEN = "token-of-the-operator"
WEB_PORT = "8080"


class Exporter(Child):
    """Takes commands; can be killed and started again over the same files."""
    program = ""

    def __init__(self, subnet, folder, **settings):
        self.port = free_port()
        self.folder = folder
        super().__init__([self.program], {
            "MINER_IP_RANGE": subnet, "POLL_INTERVAL": "1", "DISCOVERY_MDNS": "false",
            "LISTEN_ADDRESS": f"127.0.0.1:{self.port}", "LOG_FORMAT": "text",
            "STORAGE_PATH": os.path.join(folder, "metrics.db"), "CONTROL_ENABLED": "true",
            "CONTROL_TOKEN": TOKEN, "MINER_USERNAME": "root", "MINER_PASSWORD": "root",
            "MINER_WEB_PORT": WEB_PORT, "CONTROL_CANARY_WAIT": "0",
            "CONTROL_KW_PER_MINUTE": "100000", "CONTROL_MAX_SHARE_OF_SITE": "1"} | settings)

    def ask(self, path, body=None, method=None, token=TOKEN, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            headers = {k.replace("_", "-"): v for k, v in headers.items()}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            text = None if body is None else body if isinstance(body, str) else json.dumps(body)
            method = method or ("GET" if body is None else "POST")
            connection.request(method, path, text, headers)
            reply = connection.getresponse()
            data = reply.read().decode()
            kind = reply.getheader("content-type", "")
            value = json.loads(data) if kind.startswith("application/json") else data
            return reply.status, value, reply
        finally:
            connection.close()

    def get(self, path):
        status, value, _ = self.ask(path)
        assert status == 200, f"{path}: {status} {value}"
        return value

    def state_of(self, miners):
        """How many miners are hashing."""
        return sum(1 for m in self.get("/api/miners") if m["state"] in ("hashing", "degraded")
                   and m["ip"] in miners)

    def ready(self, miners):
        assert wait_for(lambda: self.state_of(miners) == len(miners)), self.text()

    def run(self, run):
        return self.get(f"/api/control/runs/{run}")["run"]

    def ended(self, run, limit=150):
        if not wait_for(lambda: self.run(run)["ended"], limit):
            told = self.run(run)
            left = [step for step in told.pop("miners") if step["state"] != "finished"]
            raise AssertionError(f"{told} has not ended, {len(left)} are left: {left[:20]}")
        return self.run(run)

    def database(self):
        return os.path.join(self.folder, "metrics.control.db")

    def verify(self):
        return subprocess.run([self.program, "audit", "verify", "--database", self.database()],
                              capture_output=True, text=True, timeout=60)


class ControlTest(unittest.TestCase):
    prefix = 27

    @classmethod
    def setUpClass(cls):
        cls.net = own_network(2 ** (24 - min(cls.prefix, 24)))
        first = ipaddress.ip_address(cls.net + "1")
        cls.miners = [str(first + i) for i in range(cls.count)]
        cls.farm = Farm(cls.count, cls.miners[0], "--profile", "s19pro", "--web-port", WEB_PORT)
        cls.addClassCleanup(cls.farm.stop)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.range = f"{cls.net}0/{cls.prefix}"
        cls.exporter = Exporter(cls.range, cls.folder.name, **cls.settings)
        cls.addClassCleanup(lambda: cls.exporter.stop())
        cls.exporter.ready(cls.miners)

    def ask(self, miner, verb, body):
        """The answer once the limit of miners per second lets it through."""
        path = f"/miners/{miner}/-/{verb}"
        return wait_for(lambda: (lambda answer: answer[0] != 429 and answer)(
            self.exporter.ask(path, body)))

    def kill_and_start_again(self):
        """Without a chance to tidy up; the same files."""
        self.exporter.process.kill()
        self.exporter.process.wait()
        self.exporter.output.close()
        type(self).exporter = Exporter(self.range, self.folder.name, **self.settings)
        self.exporter.ready(self.miners)

    def began(self, run):
        """When each command began, in milliseconds: the journal is written before the miner."""
        with sqlite3.connect(self.exporter.database()) as journal:
            return [row[0] for row in journal.execute(
                "SELECT began FROM steps WHERE run=? AND began IS NOT NULL ORDER BY began", [run])]

    def writes(self, address):
        """The pages that were written to, in their order."""
        return [write["path"] for write in json.loads(self.farm.ctl("web", address))["writes"]]


def suite(loader, cases):
    """What load_tests gives: these cases, without their base."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)


def main():
    """Runs the tests of the program; the programs under test are the first two arguments."""
    Exporter.program, Farm.program = sys.argv[1], sys.argv[2]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
