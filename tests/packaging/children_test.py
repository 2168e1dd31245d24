"""deploy/children.sh and the arguments of deploy/run: small programs stand in for the real ones.

Children write their process number to a file, so that the test can see whether they are gone.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A server that answers every request with one status, after telling its number.
SERVER = """
import os, pathlib, signal, socket, sys
name, status, stubborn = sys.argv[1], sys.argv[2], sys.argv[3] == "stubborn"
if stubborn: signal.signal(signal.SIGTERM, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", int(sys.argv[4])))
pathlib.Path(name + ".pid").write_text(str(os.getpid()))
print(name, "is here", flush=True)
while True:
    peer, _ = listener.accept()
    with peer:
        if peer.recv(1000): peer.sendall(f"HTTP/1.0 {status} x\\r\\n\\r\\n".encode())
"""
LIMIT = 90  # Seconds until a wait is given up; nothing is measured.


def wait_for(condition, what):
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.02)


def gone(pid):
    """No such process, or one that has ended and only waits to be collected."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


class Children(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.holder.name)
        (self.folder / "server.py").write_text(SERVER)
        self.runner = None

    def tearDown(self):
        if self.runner and self.runner.poll() is None:
            self.runner.kill()
        if self.runner:
            self.runner.wait()
            self.runner.stdout.close()
        for path in self.folder.glob("*.pid"):
            if not gone(path.read_text()):
                os.kill(int(path.read_text()), signal.SIGKILL)
        self.holder.cleanup()

    def child(self, name, status="200", manner="polite", check="http"):
        port = free_port()
        path = " /-/ready" if check == "http" else ""
        return (f'add_child {name} {self.folder}/{name}.log "{check} 127.0.0.1 {port}{path}" '
                f"{sys.executable} server.py {name} {status} {manner} {port}\n")

    def start(self, children, before_watch=":", **limits):
        script = (f"set -euo pipefail; . {ROOT}/deploy/children.sh\n{children}"
                  f"guard_children; start_children; echo all are ready; {before_watch}\n"
                  "watch_children")
        environment = dict(os.environ, **{f"ANTX_{k.upper()}_SECONDS": str(v)
                                          for k, v in limits.items()})
        self.runner = subprocess.Popen(["bash", "-c", script], cwd=self.folder, env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def read_until(self, words):
        """Reads until the line; the end of output is a failure."""
        for line in self.runner.stdout:
            if words in line:
                return
        self.fail("never printed: " + words)

    def pid(self, name):
        path = self.folder / f"{name}.pid"
        wait_for(lambda: path.exists() and path.read_text(), f"the start of {name}")
        return int(path.read_text())

    def finish(self):
        output, _ = self.runner.communicate(timeout=LIMIT)
        return self.runner.returncode, output

    def expect_end_on(self, number, code):
        self.start(self.child("farm", check="tcp") + self.child("exporter"))
        self.read_until("all are ready")
        pids = [self.pid("farm"), self.pid("exporter")]
        self.runner.send_signal(number)
        self.assertEqual(self.finish()[0], code)
        self.assertTrue(all(gone(pid) for pid in pids))

    def test_ctrl_c(self):
        self.expect_end_on(signal.SIGINT, 130)

    def test_sigterm(self):
        self.expect_end_on(signal.SIGTERM, 143)

    def test_hangup(self):
        self.expect_end_on(signal.SIGHUP, 129)

    def test_a_child_that_dies_is_named_and_the_others_are_stopped(self):
        self.start(self.child("farm") + self.child("exporter"))
        self.read_until("all are ready")
        farm, exporter = self.pid("farm"), self.pid("exporter")
        os.kill(farm, signal.SIGKILL)
        code, output = self.finish()
        self.assertEqual(code, 1)
        self.assertIn("farm ended with exit code 137", output)
        self.assertIn("farm is here", output)  # The end of its log.
        self.assertNotIn("children.sh: line", output)  # The shell's own words on a killed job.
        self.assertTrue(gone(exporter))

    def test_a_child_that_died_before_the_watch_is_seen_too(self):
        self.start(self.child("farm") + self.child("exporter"),
                   before_watch='kill -KILL "${child_pid[farm]}"; '
                                'while kill -0 "${child_pid[farm]}" 2>/dev/null; do sleep 0.05; done')
        code, output = self.finish()
        self.assertEqual(code, 1)
        self.assertIn("farm ended with exit code 137", output)

    def test_a_child_that_does_not_start_ends_it(self):
        self.start(self.child("farm") + f'add_child broken {self.folder}/broken.log '
                   '"tcp 127.0.0.1 1" sh -c "echo no such file; exit 7"\n')
        code, output = self.finish()
        self.assertEqual(code, 1)
        self.assertIn("broken ended with exit code 7", output)
        self.assertIn("no such file", output)
        self.assertTrue(gone(self.pid("farm")))

    def test_a_child_that_ignores_sigterm_is_killed(self):
        self.start(self.child("stubborn", manner="stubborn"), stop_grace=1)
        self.read_until("all are ready")
        pid = self.pid("stubborn")
        self.runner.send_signal(signal.SIGTERM)
        code, output = self.finish()
        self.assertEqual(code, 143)
        self.assertIn("is killed", output)
        self.assertTrue(gone(pid))

    def test_another_status_than_200_is_not_ready(self):
        self.start(self.child("exporter", status="503"), ready_limit=1)
        code, output = self.finish()
        self.assertEqual(code, 1)
        self.assertIn("exporter is not ready after 1 s", output)
        self.assertTrue(gone(self.pid("exporter")))

    def test_no_child_outlives_a_killed_runner(self):
        self.start(self.child("farm"))
        self.read_until("all are ready")
        pid = self.pid("farm")
        self.runner.kill()
        wait_for(lambda: gone(pid), "the end of the child")


class Arguments(unittest.TestCase):
    def run_script(self, script, *arguments):
        return subprocess.run([ROOT / script, *arguments], capture_output=True, text=True,
                              timeout=LIMIT, stdin=subprocess.DEVNULL, check=False)

    def test_help_tells_the_exit_codes(self):
        result = self.run_script("deploy/run", "--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("130 Ctrl-C", result.stdout)
        self.assertEqual(self.run_script("tests/run", "--help").returncode, 0)

    def test_wrong_arguments(self):
        for arguments in (["--demo", "--miners"], ["--demo", "--miners", "0"],
                          ["--miners", "20001"], ["--miners", "many"], ["--port", "80"],
                          ["--bundle-port", "65535"], ["--bundle-port"],
                          ["--demo", "192.168.1.0/24"]):
            result = self.run_script("deploy/run", *arguments)
            self.assertEqual(result.returncode, 64, arguments)
            self.assertIn("--help", result.stderr)
        for arguments in (["--sanitizer"], ["--sanitizer", "msan"], ["--everything"]):
            self.assertEqual(self.run_script("tests/run", *arguments).returncode, 64, arguments)


if __name__ == "__main__":
    unittest.main(verbosity=2)
