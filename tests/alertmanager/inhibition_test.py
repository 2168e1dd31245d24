"""Which alerts mute which, by a real Alertmanager: alerts are posted to it and their state is read.

Usage: inhibition_test.py EXPORTER
"""

import datetime
import itertools
import pathlib
import sys
import tempfile
import unittest

from chain import Alertmanager, need, rendered, wait_for

EXPORTER = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "").resolve()

CATEGORY = {
    "AntminerExporterDown": "exporter", "AntminerPollingStalled": "exporter",
    "AntminerHistoryNotWritten": "exporter", "AntminerPollErrorsHigh": "exporter",
    "AntminerProbeFailed": "exporter", "AntminerSiteOutage": "availability",
    "AntminerOffline": "availability", "AntminerFlapping": "availability",
    "AntminerNotHashing": "performance", "AntminerHashrateDrop": "performance",
    "AntminerHashrateBelowExpected": "performance", "AntminerUnprofitable": "economics",
    "AntminerNoPool": "pool", "AntminerNoShares": "pool", "AntminerPoolDown": "pool",
    "AntminerPoolFailover": "pool", "AntminerTemperatureSensorLost": "thermal",
    "AntminerChipTemperatureCritical": "thermal", "AntminerChipTemperatureHigh": "thermal",
    "AntminerFanFailed": "thermal", "AntminerBoardMissing": "hardware",
    "AntminerBoardDown": "hardware", "AntminerChipsMissing": "hardware",
}
OF_THE_EXPORTER = {name for name, category in CATEGORY.items() if category == "exporter"}
OF_THE_SITE = {"AntminerSiteOutage"}

# Who is muted when the first one fires for the same exporter, site and miner.
MUTED = {
    "AntminerExporterDown": set(CATEGORY) - {"AntminerExporterDown", "AntminerPollingStalled"},
    "AntminerPollingStalled": set(CATEGORY) - {"AntminerExporterDown", "AntminerPollingStalled"},
    "AntminerSiteOutage": {"AntminerOffline", "AntminerFlapping", "AntminerPollErrorsHigh",
                           "AntminerProbeFailed"},
    "AntminerOffline": {name for name, category in CATEGORY.items()
                        if category not in ("exporter", "availability")},
    "AntminerNotHashing": {"AntminerHashrateDrop", "AntminerHashrateBelowExpected",
                           "AntminerNoShares", "AntminerUnprofitable"},
    "AntminerNoPool": {"AntminerNotHashing", "AntminerNoShares", "AntminerPoolDown",
                       "AntminerPoolFailover", "AntminerHashrateDrop",
                       "AntminerHashrateBelowExpected"},
    "AntminerChipTemperatureCritical": {"AntminerChipTemperatureHigh"},
    **dict.fromkeys(("AntminerBoardMissing", "AntminerBoardDown"), {
        "AntminerHashrateBelowExpected", "AntminerHashrateDrop", "AntminerChipsMissing",
        "AntminerTemperatureSensorLost"}),
}


def alert(name, world, **other):
    """An alert of one world: exporter, site and miner that no other world has."""
    labels = {"alertname": name, "instance": f"e:{world}", "category": CATEGORY[name],
              "severity": "warning"}
    if name not in OF_THE_EXPORTER:
        labels["site"] = f"site-{world}"
        if name not in OF_THE_SITE:
            labels["miner"] = f"miner-{world}"
    return {**labels, **other}


def key(labels):
    return tuple(sorted(labels.items()))


class Inhibition(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        folder = pathlib.Path(holder.name)
        cls.alertmanager = Alertmanager(folder, rendered(EXPORTER, folder, {}))
        cls.addClassCleanup(cls.alertmanager.stop)

    def send(self, alerts, over=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        start = (now - datetime.timedelta(minutes=5)).isoformat()
        end = (now - datetime.timedelta(seconds=1) if over
               else now + datetime.timedelta(hours=1)).isoformat()
        self.alertmanager.post([{"labels": labels, "startsAt": start, "endsAt": end}
                                for labels in alerts])

    def is_muted(self, labels):
        """Whether Alertmanager holds the alert back; waits until it knows it."""
        def state():
            return next((a["status"]["state"] for a in self.alertmanager.alerts()
                         if key(a["labels"]) == key(labels)), None)
        return wait_for(state, f"{labels}") == "suppressed"

    def check(self, causes, pairs):
        """pairs: (effect, whether it is muted). The inhibitor takes causes in their order, so when
        the effect of the last one is muted, it knows all of them."""
        last = alert("AntminerFanFailed", self.id())
        self.send(causes + [alert("AntminerOffline", self.id()), last])
        self.send([labels for labels, _ in pairs])
        wait_for(lambda: self.is_muted(last), "the last effect")
        states = {key(a["labels"]): a["status"]["state"] for a in self.alertmanager.alerts()}
        for labels, muted in pairs:
            self.assertIn(key(labels), states)
            self.assertEqual(states[key(labels)] == "suppressed", muted, labels)

    def test_each_cause_mutes_its_effects_and_nothing_else(self):
        causes, pairs = [], []
        for number, (cause, effect) in enumerate(itertools.permutations(CATEGORY, 2)):
            causes.append(alert(cause, number))
            pairs.append((alert(effect, number), effect in MUTED.get(cause, ())))
        self.check(causes, pairs)

    def test_no_effect_on_another_miner_site_or_exporter(self):
        causes, pairs = [], []
        for cause, effects in MUTED.items():
            for effect in sorted(effects):
                world = f"{cause}-{effect}"
                causes.append(alert(cause, world))
                pairs.append((alert(effect, world, instance="e:other-" + world), False))
                if effect in OF_THE_EXPORTER or cause in OF_THE_EXPORTER:
                    continue
                if cause in OF_THE_SITE:
                    pairs.append((alert(effect, world, site="other"), False))
                else:
                    pairs.append((alert(effect, world, miner="other"), False))
        self.check(causes, pairs)

    def test_watchdog_and_alerts_of_others_are_left_alone(self):
        self.check([alert("AntminerExporterDown", "alone")],
                   [({"alertname": "AntminerWatchdog", "severity": "none"}, False),
                    ({"alertname": "DiskFull", "instance": "e:alone", "category": "hardware"},
                     False)])

    def test_a_part_that_is_not_scraped_mutes_no_other_part(self):
        effects = sorted(MUTED["AntminerExporterDown"])  # Each alone: they mute each other, too.
        self.check([alert("AntminerExporterDown", f"parts-{name}", shard="0/4") for name in effects],
                   [(alert(name, f"parts-{name}"), False) for name in effects])

    def test_an_effect_is_heard_again_when_the_cause_is_over(self):
        cause, effect = alert("AntminerOffline", "over"), alert("AntminerHashrateDrop", "over")
        self.check([cause], [(effect, True)])
        self.send([cause], over=True)
        wait_for(lambda: not self.is_muted(effect), "the effect to be heard")


if __name__ == "__main__":
    need("prometheus-alertmanager")
    unittest.main(verbosity=2)
