"""Fault drill: simulated miners fail, and the mails that come of it are read.

simulator -> exporter -> Prometheus with the shipped rules -> Alertmanager with the rendered
configuration -> SMTP server with STARTTLS and login. All are the real programs.

Usage: drill.py EXPORTER FARM [--factor N] [--quiet-minutes N] [--part NAME]...

Each fault happens on a site of its own, so that its mails can be told apart. --factor N runs the
clock of the rules and of Alertmanager N times faster: every duration in the rules ("for", windows,
intervals) and in the routes is divided by it, nothing else is changed. 1 is the shipped timing.
Prints one line a fault: the alert, minutes of rule time from the fault to the mail, mails sent,
false alarms.
"""

import argparse
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "alertmanager"))
from chain import (ROOT, Alertmanager, Certificate, Exporter, Farm, Prometheus, Sink, need,
                   need_aiosmtpd, rendered, wait_for)
from loopback import free_port, own_network

UNIT = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = r"(\d+)(ms|s|m|h|d)"
PARTS = ("quiet", "faults", "repeated", "exporter", "outage")
# With a faster clock a machine that is busy with other things cannot poll in time, and the exporter
# says so. That is told, and no mail about the miners.
BUSY = ("AntminerPollCycleOverrun", "AntminerPollingStalled", "AntminerHistoryNotWritten")
SLEEPER = "sleep"  # Site of the one machine with another firmware.


class Fault:
    """What is done to the first miner of a site, and which alerts are right then."""

    def __init__(self, name, steps, expected, also=()):
        self.site, self.steps, self.expected = name, steps, set(expected)
        self.allowed = self.expected | set(also)
        self.detected, self.over = {}, None


def faults():
    slow = ("AntminerHashrateDrop", "AntminerHashrateBelowExpected")
    dead = [("dead_fan", "AntminerFanFailed", ()), ("dead_board", "AntminerBoardDown", slow),
            ("overheated", "AntminerChipTemperatureCritical", ()),
            ("rate_drop", "AntminerHashrateDrop", slow)]
    silent = ["hang", "refuse", "reset", "garbage", "slow_drip", "oversize", "truncate"]
    return [
        *(Fault(name, [("fault", name)], [alert], also) for name, alert, also in dead),
        Fault("warm", [("set", "chip_celsius", "85")], ["AntminerChipTemperatureHigh"]),
        Fault("no_rate", [("set", "rate_factor", "0")], ["AntminerNotHashing"]),
        Fault("first_pool", [("fault", "pool_dead", "0")],
              ["AntminerPoolDown", "AntminerPoolFailover"]),
        Fault("all_pools", [("fault", "pool_dead", str(n)) for n in range(3)], ["AntminerNoPool"],
              ["AntminerPoolFailover"]),
        Fault("robbed", [("fault", "pool_hijack")], ["AntminerPoolUnexpected"]),
        *(Fault(name, [("fault", name)], ["AntminerOffline"]) for name in silent),
        # Stock X19 does not tell sleep on port 4028; LuxOS does.
        Fault(SLEEPER, [("fault", "sleep")], []),
    ]


def scaled(text, factor):
    """A rule file or configuration whose durations are divided by the factor."""
    def shorter(match):
        seconds = int(match[2]) * UNIT[match[3]] / factor
        return f"{match[1]}{max(1, round(seconds))}s"
    if factor == 1:
        return text
    text = re.sub(rf"(\b(?:for|keep_firing_for|interval|group_wait|group_interval|"
                  rf"repeat_interval): ){DURATION}\b", shorter, text)
    return re.sub(rf"(\[|offset ){DURATION}(?=\]|\b)", shorter, text)


class Drill:
    """The chain with a fleet in which every fault has a site."""

    def __init__(self, options, folder, sites, miners):
        self.factor, self.running = options.factor, []
        self.options, self.folder, self.miners = options, folder, miners
        self.sites, self.first, self.busy = sites, {}, set()
        self.poll_seconds = max(1, round(30 / options.factor))

    def start(self):
        options, folder, sites = self.options, self.folder, self.sites
        certificate = Certificate(folder)
        # Two networks beside each other: the machines, and the one that sleeps.
        network = own_network(256).removesuffix("0.")
        addresses = [f"{network}{n // 256}.{n % 256}" for n in range(1, self.miners)]
        addresses.append(f"{network}128.1")
        inventory = folder / "miners.csv"
        places = [site for site in sites if site != SLEEPER]
        places += ["rest"] * (self.miners - 1 - len(places)) + [SLEEPER if SLEEPER in sites else "rest"]
        with inventory.open("w") as file:
            file.write("ip,site,rack\n")
            for number, (address, site) in enumerate(zip(addresses, places)):
                self.first.setdefault(site, address)
                file.write(f"{address},{site},r{number // 20}\n")
        self.half = f"{addresses[0]}-{addresses[len(addresses) // 2]}"
        self.farm = self.add(Farm(options.farm, folder, network + "0.1", self.miners - 1,
                                  "--profile", "s19pro"))
        self.sleeper = self.add(Farm(options.farm, folder, addresses[-1], 1,
                                     "--profile", "s19kluxos"))
        self.exporter_port = free_port()
        self.ranges = f"{addresses[0]}-{addresses[-2]},{addresses[-1]}"
        self.start_exporter = lambda: self.add(Exporter(
            options.exporter, folder, self.ranges, self.exporter_port,
            {"INVENTORY_FILE": str(inventory), "POLL_INTERVAL": str(self.poll_seconds),
             "POOL_ALLOWED_HOSTS": "pool0.example,pool1.example,pool2.example",
             "POOL_ALLOWED_ACCOUNTS": "farm"}))
        self.exporter = self.start_exporter()
        self.sink = self.add(Sink(folder, certificate))
        config = rendered(options.exporter, folder, self.sink.settings())
        config.write_text(scaled(config.read_text(), self.factor))
        self.alertmanager = self.add(Alertmanager(
            folder, config, {"SSL_CERT_FILE": str(certificate.certificate)}))
        rules = folder / "rules"
        rules.mkdir()
        for file in sorted(options.rules.glob("*.yml")):
            (rules / file.name).write_text(scaled(file.read_text(), self.factor))
        self.prometheus = self.add(Prometheus(
            folder, f"127.0.0.1:{self.exporter_port}", rules, self.alertmanager,
            f"{self.poll_seconds}s"))

    def add(self, child):
        self.running.append(child)
        return child

    def stop(self):
        for child in reversed(self.running):
            child.stop()

    def wait(self, condition, what, minutes):
        """Waits so many minutes of rule time, and a margin for slow machines."""
        return wait_for(condition, what, limit=minutes * 60 / self.factor + 60, every=0.2)

    def steer(self, verb, site, *words):
        """A word for the simulator about the first machine of a site, or about all of them."""
        if site != SLEEPER:
            self.farm.ctl(verb, self.first.get(site, site), *words)
        if site in (SLEEPER, "all"):
            self.sleeper.ctl(verb, "all", *words)

    def rule_minutes(self, minutes):
        """Returns when Prometheus has evaluated rules for so many minutes of rule time."""
        def clock():
            return max((v for _, v in self.prometheus.query(
                "max(prometheus_rule_group_last_evaluation_timestamp_seconds) or vector(time())")))
        end = clock() + minutes * 60 / self.factor
        self.wait(lambda: clock() >= end, "the clock of the rules", minutes)

    def steady(self):
        """Every miner is there with a usual hashrate, and no rule fails."""
        def usual():
            return [v for _, v in self.prometheus.query(
                "count(antminer_hashrate_baseline_samples >= on (instance) group_left () "
                "antminer_threshold_baseline_samples)")] == [self.miners]
        self.wait(usual, "the usual hashrate of every miner", 15)
        faults = self.prometheus.rule_faults()
        assert not faults, faults

    def alerts(self):
        return [a for a in self.prometheus.firing() if self.factor == 1 or a["alertname"] not in BUSY]

    def mails(self, site=None, word=""):
        """Mails of the site (all without one), with their alerts: [(mail, {alertname}, resolved)]."""
        found = []
        for mail in self.sink.all_mails():
            place = re.match(r"\[(?:FIRING:\d+|RESOLVED)\] (\S+)", mail["subject"])
            if self.factor > 1 and any(name in mail["subject"] for name in BUSY):
                self.busy.add(mail["subject"])
                continue
            if (site is None or place and place[1] == site) and word in mail["subject"]:
                text = self.sink.text(mail)
                found.append((mail, set(re.findall(r"^  (Antminer\w+),", text, re.M)),
                              mail["subject"].startswith("[RESOLVED]")))
        return found


LINE = "{:13} {:34} {:7.1f} {:6}  {}"


def report(line):
    print(line, flush=True)


def quiet(drill, minutes):
    """No fault, no mail."""
    before = len(drill.mails())
    drill.rule_minutes(minutes)
    mails = [mail["subject"] for mail, _, _ in drill.mails()[before:]]
    report(f"{minutes} minutes of rule time without a fault: {len(mails)} mails, "
           f"{len(drill.alerts())} alerts")
    assert not mails and not drill.alerts(), (mails, drill.alerts())


def single_faults(drill, plan):
    """All faults at once, each on its own site; then all is repaired."""
    begin = time.time()
    for fault in plan:
        for verb, *words in fault.steps:
            drill.steer(verb, fault.site, *words)

    def all_detected():
        for fault in plan:
            for mail, alerts, resolved in drill.mails(fault.site):
                for alert in alerts if not resolved else ():
                    fault.detected.setdefault(alert, mail["time"] - begin)
        return all(fault.expected <= set(fault.detected) for fault in plan)
    try:
        drill.wait(all_detected, "the mail of every fault", 30)
    finally:
        missing = {fault.site: fault.expected - set(fault.detected) for fault in plan}
        missing = {site: alerts for site, alerts in missing.items() if alerts}
        if missing:
            report(f"no mail of: {missing}; firing: {drill.prometheus.firing()}")
    drill.rule_minutes(10)  # What comes late is counted too.
    all_detected()
    drill.steer("clear", "all")

    def all_over():
        return not drill.alerts() and all(
            any(resolved for _, _, resolved in drill.mails(fault.site))
            for fault in plan if fault.expected)
    drill.wait(all_over, "the mails that all is over", 40)
    false_alarms = 0
    report("site          alert                              minutes  mails  false alarms")
    for fault in plan:
        mails = drill.mails(fault.site)
        wrong = set().union(*(alerts for _, alerts, _ in mails)) - fault.allowed
        false_alarms += len(wrong)
        for alert in sorted(fault.expected) or ["-"]:
            minutes = fault.detected.get(alert, 0) * drill.factor / 60
            report(LINE.format(fault.site, alert, minutes, len(mails),
                               ", ".join(sorted(wrong)) or 0))
    for fault in plan:
        for mail, alerts, _ in drill.mails(fault.site):
            if alerts - fault.allowed:
                report(f"--- {mail['subject']}\n{drill.sink.text(mail)}")
    others = [m["subject"] for m, _, _ in drill.mails()
              if not any(f"] {fault.site} " in m["subject"] for fault in plan)]
    assert not others, others
    assert not false_alarms


def repeated_faults(drill):
    """Faults that are made of several events, on sites of their own."""
    def value(family, site):
        return sum(v for _, v in drill.prometheus.query(f'{family}{{miner="{drill.first[site]}"}}'))

    def restart(site):
        # The exporter tells starts apart that are more than five seconds from each other.
        drill.wait(lambda: time.time() - value("antminer_mining_start_time_seconds", site) > 8,
                   "the miner to run", 5)
        seen = value("antminer_restarts_total", site)
        drill.steer("fault", site, "reboot")
        drill.wait(lambda: value("antminer_restarts_total", site) > seen, "a restart", 5)

    def flap(site):
        drill.steer("fault", site, "refuse")
        drill.wait(lambda: value("antminer_up", site) == 0, "the miner to be down", 5)
        drill.steer("clear", site)
        drill.wait(lambda: value("antminer_up", site) == 1, "the miner to be up", 5)

    def change_pool(site):
        for verb, words in (("fault", ["pool_dead", "0"]), ("clear", [])):
            seen = value("antminer_pool_switches_total", site)
            drill.steer(verb, site, *words)
            drill.wait(lambda: value("antminer_pool_switches_total", site) > seen, "a switch", 5)

    slow = time.time()  # An hour of rule time, so it goes on beside the others.
    drill.steer("fault", "below", "rate_drop", "0.6")
    for site, alert, event, count in (("switching", "AntminerPoolSwitching", change_pool, 4),
                                      ("restarts", "AntminerRestartLoop", restart, 5),
                                      ("flapping", "AntminerFlapping", flap, 5)):
        begin = time.time()
        for _ in range(count):
            event(site)
        drill.wait(lambda: drill.mails(site, alert), f"the mail of {alert}", 10)
        mails = drill.mails(site)
        # Who restarts again and again also comes and goes.
        wrong = set().union(*(alerts for _, alerts, _ in mails)) - {alert, "AntminerFlapping"}
        report(LINE.format(site, alert, (mails[0][0]["time"] - begin) * drill.factor / 60,
                           len(mails), ", ".join(wrong) or 0))
        assert not wrong
    drill.wait(lambda: drill.mails("below", "AntminerHashrateBelowExpected"), "the slow mail", 80)
    mails = drill.mails("below")
    report(LINE.format("below", "AntminerHashrateBelowExpected",
                       (mails[-1][0]["time"] - slow) * drill.factor / 60, len(mails), 0))
    drill.steer("clear", "all")
    drill.wait(lambda: not drill.alerts(), "the end of the alerts", 120)
    drill.rule_minutes(6)  # Until the last mail about it is out.


def exporter_down(drill):
    """One mail, and nothing about the miners that nobody sees any more."""
    before, begin = len(drill.mails()), time.time()
    drill.exporter.stop()
    mail = drill.wait(lambda: drill.mails(word="AntminerExporterDown"), "the mail", 15)[0][0]
    drill.rule_minutes(10)
    drill.running.remove(drill.exporter)
    drill.exporter = drill.start_exporter()
    drill.wait(lambda: [m for m in drill.mails(word="AntminerExporterDown") if m[2]],
               "the mail that it is back", 15)
    mails = [m["subject"] for m, _, _ in drill.mails()[before:]]
    report(LINE.format("exporter", "AntminerExporterDown",
                       (mail["time"] - begin) * drill.factor / 60, len(mails),
                       sum("AntminerExporterDown" not in s for s in mails)))
    assert all("AntminerExporterDown" in subject for subject in mails), mails


def site_outage(drill, miners):
    """All miners of a site go, come back for a moment, and return one half after the other: at
    most two mails."""
    before, begin = len(drill.mails()), time.time()
    drill.steer("fault", "all", "refuse")
    mail = drill.wait(lambda: drill.mails(word="AntminerSiteOutage"), "the mail", 15)[0][0]
    drill.rule_minutes(4)
    drill.steer("clear", "all")
    drill.rule_minutes(2)
    drill.steer("fault", "all", "refuse")
    drill.rule_minutes(6)  # Less in all than the 30 minutes after which it is told again.
    during = len(drill.mails()) - before
    drill.steer("clear", drill.half)
    drill.rule_minutes(2)
    drill.steer("clear", "all")
    # The alert goes on for ten minutes, and a group is looked at each five.
    drill.wait(lambda: [m for m in drill.mails(word="AntminerSiteOutage") if m[2]],
               "the mail that it is over", 25)
    drill.rule_minutes(10)
    mails = [m["subject"] for m, _, _ in drill.mails()[before:]]
    report(f"outage of {miners} miners: first mail after {(mail['time'] - begin) * drill.factor / 60:.1f} "
           f"minutes, {during} while it lasted, {len(mails)} with its end: {mails}")
    assert len(mails) <= 2, mails


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("exporter", type=pathlib.Path)
    parser.add_argument("farm", type=pathlib.Path)
    parser.add_argument("--factor", type=int, default=20)
    parser.add_argument("--quiet-minutes", type=int, default=10)
    parser.add_argument("--part", action="append", choices=PARTS, help="only these")
    parser.add_argument("--rules", type=pathlib.Path, default=ROOT / "prometheus/rules")
    chosen = parser.parse_args()
    chosen.exporter, chosen.farm = chosen.exporter.resolve(), chosen.farm.resolve()
    return chosen


def run(chosen, sites, miners, *parts):
    with tempfile.TemporaryDirectory() as folder:
        drill = Drill(chosen, pathlib.Path(folder), sites, miners)
        try:
            drill.start()
            drill.steady()
            for part in parts:
                part(drill)
        finally:
            drill.stop()
        if drill.busy:
            report(f"the machine was too busy for this clock: {sorted(drill.busy)}")


def main():
    need("prometheus", "prometheus-alertmanager", "openssl")
    need_aiosmtpd()
    chosen = options()
    if not list(chosen.rules.glob("*.yml")):
        print(f"skipped: {chosen.rules} has no rules")
        return 77
    report(f"rules and routes run {chosen.factor} times faster than shipped"
           if chosen.factor > 1 else "rules and routes with their shipped timing")
    plan = faults()
    wanted = chosen.part or PARTS
    small = [part for name, part in (
        ("quiet", lambda drill: quiet(drill, chosen.quiet_minutes)),
        ("faults", lambda drill: single_faults(drill, plan)),
        ("repeated", repeated_faults), ("exporter", exporter_down)) if name in wanted]
    if small:
        sites = [*(fault.site for fault in plan), "restarts", "flapping", "switching", "below"]
        # So many others that the seven silent miners are no trouble of the whole fleet.
        run(chosen, sites, len(sites) + 80, *small)
    if "outage" in wanted:
        run(chosen, [], 500, lambda drill: site_outage(drill, 500))
    report("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
