"""deploy/bundle.sh and deploy/exporter.sh: what deploy/run starts, with the real programs.

Usage: bundle_test.py EXPORTER FARM
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "alertmanager"))
from chain import (ROOT, Farm, clean_environment, get_json, need, need_aiosmtpd, request, wait_for)
from loopback import free_port, free_ports, own_network

EXPORTER, FARM = (pathlib.Path(word).resolve() for word in (sys.argv.pop(1), sys.argv.pop(1)))

SCRIPT = """
set -euo pipefail
source_folder={root}
. "$source_folder/deploy/packages.sh"; . "$source_folder/deploy/children.sh"
. "$source_folder/deploy/bundle.sh"
exporter=(env -i -C {folder} PATH="$PATH" {settings} {exporter})
guard_children
add_child exporter {folder}/exporter.log "http 127.0.0.1 {port} /-/ready" "${{exporter[@]}}"
{sink}
add_alertmanager {folder} {bundle} "${{exporter[@]}}"
add_prometheus {folder} 127.0.0.1:{port} 1s {bundle}
add_grafana {folder} 1s {bundle}
start_children
print_bundle
echo all are ready
watch_children
"""


# As deploy/run without --demo, after the build.
OWN_SCRIPT = """
set -euo pipefail
source_folder={checkout} programs={programs} exporter_arguments=() bundle=1 bundle_port={bundle}
. "$source_folder/deploy/packages.sh"; . "$source_folder/deploy/children.sh"
. "$source_folder/deploy/bundle.sh"; . "$source_folder/deploy/exporter.sh"
guard_children
add_exporter
start_children
print_bundle
echo all are ready
watch_children
"""


def gone(pid):
    return not pathlib.Path(f"/proc/{pid}").exists() or " Z " in pathlib.Path(
        f"/proc/{pid}/stat").read_text().split(")")[1][:3]


class Started(unittest.TestCase):
    """A farm, and a script that starts programs beside it."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.network, self.runner = own_network(), None
        self.farm = Farm(FARM, self.folder, self.network + "1", 3, "--profile", "s19pro")
        self.addCleanup(self.farm.stop)
        self.addCleanup(self.stop)

    def stop(self):
        if self.runner and self.runner.poll() is None:
            self.runner.kill()
        if self.runner:
            self.runner.wait()
            self.runner.stdout.close()

    def run_script(self, script, environment):
        self.runner = subprocess.Popen(["bash", "-c", script], cwd=self.folder, env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def until_ready(self):
        lines = []
        for line in self.runner.stdout:
            if "all are ready" in line:
                return "".join(lines)
            lines.append(line)
        self.fail("".join(lines))

    def children(self):
        task = pathlib.Path(f"/proc/{self.runner.pid}/task/{self.runner.pid}/children")
        return [int(pid) for pid in task.read_text().split()]


class Own(Started):
    """The exporter with the settings of a .env in the folder where deploy/run is called."""

    def start(self, *settings):
        self.port, self.bundle = free_port(), free_ports(5)
        self.checkout = self.folder / "checkout"
        self.checkout.mkdir()
        for name in ("deploy", "prometheus", "grafana"):
            (self.checkout / name).symlink_to(ROOT / name)
        miners = f"MINER_IP_RANGE={self.network}1-3"
        (self.folder / ".env").write_text("\n".join((
            miners, f"LISTEN_ADDRESS=127.0.0.1:{self.port}", "POLL_INTERVAL=1",
            "DISCOVERY_MDNS=false", "PROFITABILITY_ENABLED=false") + settings) + "\n")
        # The range once more: no test may look for miners elsewhere.
        self.run_script(OWN_SCRIPT.format(checkout=self.checkout, programs=EXPORTER.parent,
                                          bundle=self.bundle),
                        clean_environment() | dict([miners.split("=")]))

    def test_the_database_is_where_the_settings_say(self):
        self.start(f"STORAGE_PATH={self.folder}/mine.db")
        self.until_ready()
        wait_for((self.folder / "mine.db").exists, "the database")
        self.assertFalse((self.checkout / "data" / "metrics.db").exists())
        self.assertEqual(request(f"http://127.0.0.1:{self.bundle}/-/ready")[0], 200)

    def test_without_a_setting_the_database_is_in_the_checkout(self):
        self.start()
        self.assertNotIn("is not open to all", self.until_ready())
        wait_for((self.checkout / "data" / "metrics.db").exists, "the database")

    def stands_alone(self, setting):
        self.start(setting)
        printed = self.until_ready()
        self.assertIn(f"with {setting.split('=')[0]} /metrics is not open to all", printed)
        self.assertEqual(re.findall(r"Starting (\w+)", printed), ["exporter"])

    def test_with_tokens_it_stands_alone_and_says_so(self):
        tokens = self.folder / "tokens"
        subprocess.run([EXPORTER, "token", "create", "--name", "mine"], check=True,
                       env=clean_environment() | {"WEB_TOKENS_FILE": str(tokens)},
                       cwd=self.folder, capture_output=True)
        self.stands_alone(f"WEB_TOKENS_FILE={tokens}")
        self.assertEqual(request(f"http://127.0.0.1:{self.port}/metrics")[0], 401)

    def test_with_users_it_stands_alone_and_says_so(self):
        users = self.folder / "web.yml"
        users.write_text("basic_auth_users: {me: $2y$04$" + 53 * "a" + "}\n")
        self.stands_alone(f"WEB_CONFIG_FILE={users}")
        self.assertEqual(request(f"http://127.0.0.1:{self.port}/metrics")[0], 401)

    def test_faults_of_the_settings_end_it(self):
        self.start("POLL_INTERVAL=never")
        self.assertEqual(self.runner.wait(60), 1)
        self.assertIn("POLL_INTERVAL", self.runner.stdout.read())


class Bundle(Started):
    def start(self, settings="", sink=True, path=None):
        self.port, self.bundle = free_port(), free_ports(5)
        self.mail = f"SMTP_SERVER=127.0.0.1 SMTP_PORT={self.bundle + 3} ALERT_EMAIL=ops@mine.test"
        script = SCRIPT.format(
            root=ROOT, folder=self.folder, exporter=EXPORTER, port=self.port, bundle=self.bundle,
            sink=f"add_mail_sink {self.folder} {self.bundle}" if sink else "",
            settings=f"MINER_IP_RANGE={self.network}1-3 LISTEN_ADDRESS=127.0.0.1:{self.port} "
                     f"STORAGE_PATH={self.folder}/metrics.db POLL_INTERVAL=1 DISCOVERY_MDNS=false "
                     f"PROFITABILITY_ENABLED=false {settings or self.mail}")
        environment = clean_environment()
        environment["PATH"] = path or environment["PATH"]
        self.run_script(script, environment)

    def test_all_answer_know_each_other_and_end_together(self):
        self.start()
        printed = self.until_ready()
        for address in re.findall(r"http://\S+", printed.split("Not there")[0]):
            self.assertEqual(request(address)[0], 200, address)
        prometheus = f"http://127.0.0.1:{self.bundle}"
        wait_for(lambda: any(t["health"] == "up" for t in get_json(
            prometheus + "/api/v1/targets")["data"]["activeTargets"]), "a scrape of the exporter")
        self.assertGreater(len(get_json(prometheus + "/api/v1/rules")["data"]["groups"]), 5)
        self.assertEqual(request(prometheus + "/user/runbooks/AntminerOffline.md")[0], 200)
        # May take over a minute: in its first seconds Prometheus knows no Alertmanager, and what it
        # could not send goes again after a minute.
        wait_for(lambda: get_json(f"http://127.0.0.1:{self.bundle + 1}/api/v2/alerts"),
                 "the watchdog to reach Alertmanager")
        config = (self.folder / "alertmanager.yml").read_text()
        self.assertIn(f"smtp_smarthost: '127.0.0.1:{self.bundle + 3}'", config)
        pids = self.children()
        self.assertGreaterEqual(len(pids), 4)
        self.runner.send_signal(signal.SIGTERM)
        self.assertEqual(self.runner.wait(60), 143)
        self.assertTrue(all(gone(pid) for pid in pids))

    def test_when_one_dies_all_end(self):
        self.start()
        self.until_ready()
        pids = self.children()
        victim = next(pid for pid in pids if "prometheus-alertmanager" in
                      pathlib.Path(f"/proc/{pid}/cmdline").read_text())
        os.kill(victim, signal.SIGKILL)
        self.assertEqual(self.runner.wait(60), 1)
        self.assertIn("alertmanager ended with exit code 137", self.runner.stdout.read())
        self.assertTrue(all(gone(pid) for pid in pids))

    def test_without_mail_settings_it_says_so(self):
        self.start(settings="SMTP_PORT=587", sink=False)
        self.assertIn("Mails: set SMTP_SERVER and ALERT_EMAIL", self.until_ready())

    def test_mail_settings_that_cannot_work_end_it(self):
        self.start(settings="SMTP_SERVER=smtp.example.com ALERT_EMAIL=ops@mine.test", sink=False)
        self.assertEqual(self.runner.wait(60), 1)
        self.assertIn("SMTP_SERVER: \"smtp.example.com\" is a placeholder",
                      self.runner.stdout.read())

    def test_what_is_not_installed_is_told_with_its_package(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for folder in ("/usr/bin", "/bin"):
            for program in pathlib.Path(folder).iterdir():
                if not re.match(r"prometheus|grafana", program.name):
                    link = tools / program.name
                    if not link.is_symlink():
                        link.symlink_to(program)
        self.start(path=str(tools))
        printed = self.until_ready()
        self.assertIn("Prometheus: apt-get install prometheus", printed)
        self.assertIn("Mails: apt-get install prometheus-alertmanager", printed)
        self.assertIn("Dashboards: ", printed)


if __name__ == "__main__":
    need("prometheus", "prometheus-alertmanager")
    need_aiosmtpd()
    unittest.main(verbosity=2)
