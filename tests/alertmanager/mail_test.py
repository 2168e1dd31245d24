"""The mails: subject, HTML and text compared with golden files, and sent for real.

Usage: mail_test.py EXPORTER [--write]    (--write makes the golden files anew)
"""

import datetime
import email
import email.policy
import html.parser
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from chain import (PASSWORD, ROOT, Alertmanager, Certificate, Sink, need, need_aiosmtpd, rendered,
                   wait_for)

EXPORTER = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "").resolve()
WRITE = "--write" in sys.argv and not sys.argv.remove("--write")
GOLDEN = pathlib.Path(__file__).parent / "golden"
NEVER = "0001-01-01T00:00:00Z"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=y>\nBcc: all@mine.test {{ .x }} &amp; ü'


def alert(number, name="AntminerChipTemperatureHigh", category="thermal", severity="warning",
          over=False, **changes):
    miner = f"10.0.{number // 250}.{number % 250 + 1}"
    value = 81 + number % 30
    labels = {"alertname": name, "severity": severity, "category": category, "site": "site-a",
              "instance": "exporter:14028", "miner": miner, "model": "Antminer S19 Pro",
              "rack": f"A{number // 20}", "address": f"172.16.{number // 250}.9"}
    annotations = {
        "summary": f"{miner}: hottest chip at {value} °C",
        "description": f"The hottest chip of {miner} is at {value} °C, above its limit of 80 °C.",
        "value": f"{value} °C", "limit": "80 °C",
        "runbook_url": f"https://runbooks.test/{name}",
        "dashboard_url": f"https://grafana.test/d/antminer-miner?var-miner={miner}"}
    for key, text in changes.items():
        (labels if key in labels else annotations)[key] = text
    return {"status": "resolved" if over else "firing", "labels": labels,
            "annotations": annotations, "startsAt": "2026-03-01T06:05:00Z",
            "endsAt": "2026-03-01T07:17:30Z" if over else NEVER}


def common(dictionaries):
    first, *rest = dictionaries
    return {k: v for k, v in first.items() if all(d.get(k) == v for d in rest)}


def data(alerts, group=("alertname", "site")):
    """What Alertmanager hands to a template."""
    labels = common([a["labels"] for a in alerts])
    firing = any(a["status"] == "firing" for a in alerts)
    return {"receiver": "warning", "status": "firing" if firing else "resolved", "alerts": alerts,
            "groupLabels": {k: labels[k] for k in group if k in labels}, "commonLabels": labels,
            "commonAnnotations": common([a["annotations"] for a in alerts]),
            "externalURL": "http://alertmanager.test:9093"}


def fan(number):
    return alert(number, "AntminerFanFailed", "thermal", "critical", summary="fan 2 stands still",
                 description="Fan 2 turns slower than its limit; the miner will stop soon.",
                 value=f"{number * 100} rpm", limit="2000 rpm",
                 cost="100 TH/s and 7.20 USD a day")


CASES = {
    "one": data([fan(0)]),
    "three": data([alert(n) for n in range(3)]),
    "five_hundred": data([alert(n) for n in range(500)]),
    "finished": data([alert(0, over=True), alert(1, over=True)]),
    "mixed": data([fan(3), fan(4), alert(5, over=True)], group=("site", "category")),
    "hostile": data([alert(0, site=HOSTILE, rack=HOSTILE, summary=HOSTILE, description=HOSTILE,
                           value=HOSTILE, runbook_url="javascript:alert(1)")]),
    "bare": data([{"status": "firing", "labels": {"alertname": "AntminerExporterAbsent"},
                   "annotations": {}, "startsAt": "2026-03-01T06:05:00Z", "endsAt": NEVER}]),
}


def render(part, case):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(case, file)
        file.flush()
        result = subprocess.run(
            ["amtool", "template", "render", f"--template.glob={ROOT}/alertmanager/antminer.tmpl",
             "--template.type=" + ("html" if part == "html" else "text"),
             f"--template.data={file.name}", '--template.text={{ template "antminer.%s" . }}' % part],
            capture_output=True, text=True, env={**os.environ, "TZ": "UTC"})
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)
    return result.stdout


class Words(html.parser.HTMLParser):
    """The text of a page, its tags and its links."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags, self.links = "", [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name == "href"]
        self.text += " "

    def handle_endtag(self, tag):
        self.text += " "

    def handle_data(self, text):
        self.text += text


class Golden(unittest.TestCase):
    def test_mails_are_as_agreed(self):
        for name, case in CASES.items():
            for part, ending in (("html", "html"), ("text", "txt")):
                path = GOLDEN / f"{name}.{ending}"
                with self.subTest(path=path.name):
                    mail = render(part, case)
                    if part == "text":
                        mail = "Subject: " + render("subject", case) + "\n\n" + mail
                    if WRITE:
                        path.write_bytes(mail.encode())
                    self.assertEqual(mail, path.read_bytes().decode())

    def test_no_other_golden_file(self):
        self.assertEqual({path.stem for path in GOLDEN.iterdir()}, set(CASES))

    def test_twenty_miners_then_how_many_more(self):
        for count, more in ((19, None), (20, None), (21, 1), (500, 480)):
            case = data([alert(n) for n in range(count)])
            for page in (Words(render("html", case)).text, render("text", case)):
                self.assertEqual(page.count("hottest chip at"), min(count, 20))
                self.assertEqual(f"and {more} more" in page, more is not None)

    def test_text_says_what_html_says(self):
        for name in ("one", "three", "finished", "mixed"):
            text = " ".join(render("text", CASES[name]).split())
            page = Words(render("html", CASES[name]))
            for a in CASES[name]["alerts"]:
                for word in (a["labels"]["miner"], a["annotations"]["summary"],
                             a["labels"]["rack"], a["labels"]["model"], a["labels"]["address"]):
                    self.assertIn(word, text)
                    self.assertIn(word, page.text)

    def test_subjects(self):
        def subject(alerts):
            return render("subject", data(alerts))
        self.assertEqual(subject([alert(n) for n in (0, 10, 20)]),
                         "[FIRING:3] site-a AntminerChipTemperatureHigh (max 101 °C)")
        self.assertEqual(subject([alert(n, value=f"{v} °C") for n, v in enumerate((99, 101, 85))]),
                         "[FIRING:3] site-a AntminerChipTemperatureHigh (max 101 °C)")
        self.assertEqual(subject([fan(20), fan(9)]),
                         "[FIRING:2] site-a AntminerFanFailed (min 900 rpm)")
        self.assertEqual(subject([fan(0)]), "[FIRING:1] site-a AntminerFanFailed 10.0.0.1 (0 rpm)")
        self.assertEqual(subject([fan(0), alert(1)]), "[FIRING:2] site-a thermal alerts")
        self.assertEqual(subject([alert(0, over=True)]),
                         "[RESOLVED] site-a AntminerChipTemperatureHigh 10.0.0.1")

    def test_resolved_tells_how_long(self):
        for page in (Words(render("html", CASES["finished"])).text,
                     render("text", CASES["finished"])):
            self.assertIn("lasted 1h12m30s", page)

    def test_hostile_text_stays_text(self):
        page = Words(render("html", CASES["hostile"]))
        self.assertIn("<script>alert(1)</script>", page.text)
        self.assertFalse({"script", "img"} & set(page.tags))
        self.assertFalse([link for link in page.links if link.startswith("javascript:")])

    def test_silence_form_is_filled_in(self):
        for link in (Words(render("html", CASES["one"])).links[-2],
                     [line for line in render("text", CASES["one"]).splitlines()
                      if line.startswith("Silence:")][0].split()[1]):
            self.assertTrue(link.startswith("http://alertmanager.test:9093/#/silences/new?filter="))
            self.assertIn("alertname%3D%22AntminerFanFailed%22", link)
            self.assertIn("model%3D%22Antminer%20S19%20Pro%22", link)


class Sent(unittest.TestCase):
    """Alertmanager with a rendered configuration, a mail server with STARTTLS and a login."""

    @classmethod
    def setUpClass(cls):
        need("prometheus-alertmanager", "openssl")
        need_aiosmtpd()
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        folder = pathlib.Path(holder.name)
        certificate = Certificate(folder)
        cls.sink = Sink(folder, certificate)
        cls.addClassCleanup(cls.sink.stop)
        config = rendered(EXPORTER, folder, cls.sink.settings())
        # The waiting times of groups are for people; nothing else of the configuration changes.
        config.write_text(config.read_text().replace("group_wait: 10s", "group_wait: 0s")
                          .replace("group_interval: 5m", "group_interval: 1s"))
        cls.alertmanager = Alertmanager(folder, config,
                                        {"SSL_CERT_FILE": str(certificate.certificate)})
        cls.addClassCleanup(cls.alertmanager.stop)

    def send(self, site, over=False, **changes):
        now = datetime.datetime.now(datetime.timezone.utc)
        a = alert(0, "AntminerFanFailed", severity="critical", site=site, **changes)
        a["startsAt"] = (now - datetime.timedelta(minutes=1)).isoformat()
        a["endsAt"] = (now + datetime.timedelta(hours=0 if over else 1)).isoformat()
        del a["status"]
        self.alertmanager.post([a])

    def mail(self, word):
        return wait_for(lambda: next((m for m in self.sink.mails() or () if word in m["subject"]),
                                     None),
                        f"a mail with {word}: {self.alertmanager.output()[-2000:]}")

    def test_encrypted_with_login_to_everybody_and_again_when_over(self):
        self.send("north", value="0 rpm")
        mail = self.mail("[FIRING:1] north AntminerFanFailed")
        self.assertEqual(mail["to"], ["ops@mine.test", "owner@mine.test"])
        self.assertEqual(mail["from"], "monitor@mine.test")
        line = (f"mail {mail['number']} to ops@mine.test, owner@mine.test, encrypted, "
                "login monitor@mine.test")
        # The mail is on the page before its line is in the log.
        wait_for(lambda: line in self.sink.output(), f'"{line}" in the log of the sink')
        self.assertIn("<h1", self.sink.html(mail))
        self.assertIn("AntminerFanFailed, critical, since", self.sink.text(mail))
        self.send("north", over=True, value="0 rpm")
        self.assertIn("lasted 1m", self.sink.text(self.mail("[RESOLVED] north")))
        self.assertNotIn(PASSWORD, self.alertmanager.output())

    def test_hostile_label_adds_no_header(self):
        self.send("south" + HOSTILE.replace("\n", "\r\n"))
        mail = self.mail("south")
        raw = next(self.sink.folder.glob(f"{mail['number']:05}.eml")).read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(sorted(message.keys()), ["Content-Type", "Date", "From", "MIME-Version",
                                                  "Message-Id", "Subject", "To"])
        self.assertEqual(mail["to"], ["ops@mine.test", "owner@mine.test"])
        self.assertNotIn("script", Words(self.sink.html(mail)).tags)


if __name__ == "__main__":
    need("amtool")
    unittest.main(verbosity=2)
