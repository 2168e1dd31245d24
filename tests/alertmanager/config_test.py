"""`antminer_exporter render alertmanager` as a user types it, and what amtool says of the result.

Usage: config_test.py EXPORTER
"""

import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from chain import PASSWORD, ROOT, need, render

EXPORTER = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "").resolve()
CATEGORIES = ("availability", "performance", "thermal", "hardware", "pool", "economics", "exporter")
RECEIVER = {"critical": "critical", "warning": "warning", "info": "digest"}
MAIL = {"SMTP_SERVER": "mail.mine.test", "SMTP_PORT": "587", "SMTP_USER": "monitor@mine.test",
        "ALERT_EMAIL": "ops@mine.test,owner@mine.test"}


def amtool(*arguments):
    return subprocess.run(["amtool", *map(str, arguments)], capture_output=True, text=True)


class Case(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.password_file = self.folder / "password"
        self.password_file.write_text(PASSWORD)
        self.password_file.chmod(0o600)
        self.mail = {**MAIL, "SMTP_PASSWORD_FILE": str(self.password_file)}
        self.output = self.folder / "alertmanager.yml"

    def render(self, settings, *arguments):
        return render(EXPORTER, self.folder, settings, *arguments)

    def render_file(self, settings):
        result = self.render(settings, "--output", self.output)
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.output.read_text()

    def expect_good(self, path):
        result = amtool("check-config", path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class Accepted(Case):
    def test_with_every_port(self):
        for port, login in itertools.product((465, 587, 25, 2525), (True, False)):
            settings = {**self.mail, "SMTP_PORT": str(port)}
            if not login:
                del settings["SMTP_USER"], settings["SMTP_PASSWORD_FILE"]
            with self.subTest(port=port, login=login):
                text = self.render_file(settings)
                self.assertIn(f"'mail.mine.test:{port}'", text)
                self.expect_good(self.output)

    def test_without_mail_settings_it_is_the_base(self):
        text = self.render_file({})
        self.expect_good(self.output)
        base = (ROOT / "alertmanager/alertmanager.yml").read_text()
        kept = [line for line in base.splitlines() if not line.strip().startswith("#@")]
        self.assertEqual(text.splitlines(), [line.replace(" #@cooldown", "") for line in kept])

    def test_base_and_examples_as_they_stand(self):
        self.expect_good(ROOT / "alertmanager/alertmanager.yml")
        examples = sorted((ROOT / "alertmanager/examples").glob("*.yml"))
        self.assertTrue(examples)
        for example in examples:
            with self.subTest(example=example.name):
                self.expect_good(example)

    def test_templates_come_with_it(self):
        self.render_file(self.mail)
        self.assertEqual((self.folder / "antminer.tmpl").read_text(),
                         (ROOT / "alertmanager/antminer.tmpl").read_text())

    def test_standard_output_has_the_same_text(self):
        on_file = self.render_file(self.mail)
        for arguments in ((), ("--output", "-")):
            result = self.render(self.mail, *arguments)
            self.assertEqual((result.returncode, result.stdout), (0, on_file))

    def test_cooldown(self):
        for minutes in ("1", "45", "10080"):
            text = self.render_file({**self.mail, "ALERT_COOLDOWN_MINUTES": minutes})
            self.assertIn(f"\n  repeat_interval: {minutes}m\n", text)
            self.expect_good(self.output)

    def test_no_mail_is_said(self):
        result = self.render({})
        self.assertEqual(result.returncode, 0)
        self.assertIn("nobody gets mail", result.stderr)

    def test_settings_from_yaml(self):
        (self.folder / "settings.yml").write_text(
            "smtp: {host: mail.mine.test, username: monitor, "
            f"password_file: {self.password_file}}}\nalerts: {{email_to: [ops@mine.test]}}\n")
        result = self.render({}, "--config.file", self.folder / "settings.yml")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"smtp_auth_password_file: '{self.password_file}'", result.stdout)


class Password(Case):
    def test_never_in_the_output(self):
        result = self.render(self.mail)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"smtp_auth_password_file: '{self.password_file}'", result.stdout)
        self.assertNotIn(PASSWORD, result.stdout + result.stderr)

    def test_relative_file_becomes_absolute(self):
        result = self.render({**self.mail, "SMTP_PASSWORD_FILE": "password"})
        self.assertIn(f"smtp_auth_password_file: '{self.password_file}'", result.stdout)

    def test_from_the_environment_alone_is_refused(self):
        result = self.render({**MAIL, "SMTP_PASSWORD": PASSWORD}, "--output", self.output)
        self.assertEqual(result.returncode, 1)
        self.assertIn("SMTP_PASSWORD: ", result.stderr)
        self.assertIn("--password-file", result.stderr)
        self.assertNotIn(PASSWORD, result.stderr)
        self.assertFalse(self.output.exists())

    def test_is_written_where_it_is_asked_for(self):
        target = self.folder / "smtp"
        target.write_text("old")
        target.chmod(0o644)
        result = self.render({**MAIL, "SMTP_PASSWORD": PASSWORD}, "--output", self.output,
                             "--password-file", target)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(target.read_bytes(), PASSWORD.encode())
        self.assertEqual(target.stat().st_mode & 0o777, 0o600)
        self.assertIn(f"smtp_auth_password_file: '{target}'", self.output.read_text())
        self.assertNotIn(PASSWORD, self.output.read_text() + result.stdout + result.stderr)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ["alertmanager.yml", "antminer.tmpl", "password", "smtp"])

    def test_a_file_with_line_break_is_told_and_copied_without(self):
        self.password_file.write_text(PASSWORD + "\n")
        self.assertIn("ends with a line break", self.render(self.mail).stderr)
        target = self.folder / "smtp"
        result = self.render(self.mail, "--password-file", target)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("line break", result.stderr)
        self.assertEqual(target.read_bytes(), PASSWORD.encode())
        self.assertIn(f"smtp_auth_password_file: '{target}'", result.stdout)

    def test_without_password_none_is_written(self):
        target = self.folder / "smtp"
        self.assertEqual(self.render({}, "--password-file", target).returncode, 0)
        self.assertFalse(target.exists())


class Refused(Case):
    def expect_refused(self, change, setting, remedy):
        settings = {name: value for name, value in {**self.mail, **change}.items() if value}
        result = self.render(settings, "--output", self.output)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertRegex(result.stderr, rf"(?m)^{setting}: ")
        self.assertIn(remedy, result.stderr)
        self.assertFalse(self.output.exists())

    def test_settings_that_cannot_work(self):
        for change, setting, remedy in (
                ({"SMTP_PORT": "0"}, "SMTP_PORT", "1 to 65535"),
                ({"SMTP_PORT": "70000"}, "SMTP_PORT", "1 to 65535"),
                ({"SMTP_PORT": "smtp"}, "SMTP_PORT", "1 to 65535"),
                ({"SMTP_SERVER": "smtp://mail.mine.test"}, "SMTP_SERVER", "without scheme"),
                ({"SMTP_SERVER": "mail.mine.test:587"}, "SMTP_SERVER", "without scheme and port"),
                ({"SMTP_SERVER": "smtp.example.com"}, "SMTP_SERVER", "your mail server"),
                ({"SMTP_SERVER": ""}, "SMTP_SERVER", "name the mail server"),
                ({"ALERT_EMAIL": ""}, "ALERT_EMAIL", "set who gets the mails"),
                ({"ALERT_EMAIL": "ops"}, "ALERT_EMAIL", "mail addresses"),
                ({"ALERT_EMAIL": "ops@mine.test, you@example.com"}, "ALERT_EMAIL", "set who gets"),
                ({"SMTP_USER": ""}, "SMTP_USER", "set both or neither"),
                ({"SMTP_PASSWORD_FILE": ""}, "SMTP_USER", "set both or neither"),
                ({"SMTP_USER": "${SMTP_USER}"}, "SMTP_USER", "set the login"),
                ({"ALERT_COOLDOWN_MINUTES": "0"}, "ALERT_COOLDOWN_MINUTES", "1 to 10080")):
            with self.subTest(change=change):
                self.expect_refused(change, setting, remedy)

    def test_every_fault_at_once(self):
        result = self.render({**self.mail, "SMTP_SERVER": "smtp.example.com",
                              "ALERT_EMAIL": "you@example.com"})
        self.assertIn("SMTP_SERVER: ", result.stderr)
        self.assertIn("ALERT_EMAIL: ", result.stderr)

    def test_output_that_cannot_be_written(self):
        for path in (self.folder / "none" / "alertmanager.yml", self.folder):
            result = self.render(self.mail, "--output", path)
            self.assertEqual(result.returncode, 1)
            self.assertIn("--output: ", result.stderr)

    def test_arguments(self):
        for arguments in (["render"], ["render", "grafana"]):
            result = subprocess.run([EXPORTER, *arguments], capture_output=True, text=True)
            self.assertEqual(result.returncode, 2, arguments)


class Rules(unittest.TestCase):
    """The names here and those of prometheus/rules."""

    def setUp(self):
        self.rules = {}
        for file in (ROOT / "prometheus/rules").glob("*.yml"):
            for rule in re.split(r"(?m)^ *- alert: ", file.read_text())[1:]:
                self.rules[rule.split()[0]] = re.search(
                    r"labels: \{severity: (\w+)(?:, category: (\w+))?\}", rule).groups()

    def test_every_alert_that_is_named_exists(self):
        text = (ROOT / "alertmanager/alertmanager.yml").read_text()
        named = set(re.findall(r"Antminer[A-Z]\w+", text))
        self.assertGreater(len(named), 10)
        self.assertLessEqual(named, set(self.rules))

    def test_every_alert_has_a_route(self):
        self.assertGreater(len(self.rules), 30)
        for name, (severity, category) in self.rules.items():
            if name != "AntminerWatchdog":
                self.assertIn(severity, RECEIVER, name)
                self.assertIn(category, CATEGORIES, name)


class Routes(Case):
    def receiver(self, **labels):
        pairs = [f"{name}={value}" for name, value in labels.items()]
        result = amtool("config", "routes", "test", f"--config.file={self.output}", *pairs)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.strip()

    def test_every_severity_and_category(self):
        self.render_file(self.mail)
        for severity, category in itertools.product(RECEIVER, CATEGORIES):
            self.assertEqual(
                self.receiver(alertname="AntminerAny", severity=severity, category=category,
                              instance="e:1", site="a", miner="m"),
                RECEIVER[severity], (severity, category))

    def test_watchdog_and_the_unknown(self):
        self.render_file(self.mail)
        self.assertEqual(self.receiver(alertname="AntminerWatchdog", severity="none"), "deadman")
        self.assertEqual(self.receiver(alertname="Other"), "warning")


if __name__ == "__main__":
    need("amtool")
    unittest.main(verbosity=2)
