"""Reads the tables of cases/*.yml and turns them into promtool unit tests.

A table has one entry per alert:

    AntminerOffline:
      is: warning availability    labels the alert must carry
      step: 30s                   distance of samples and of evaluations (this is the default)
      series: |                   METRIC CASE[,label=value...] VALUES as promtool takes them
        antminer_up fires   1x1 0x40
        antminer_up gap     1x1 0x4 _ 0x40
        antminer_threshold_restarts -   3x40
        antminer_threshold_fan_rpm *    2000x40   (every case without a line of its own)
      firing:                     which cases fire at a time; exactly these
        5m30s: []
        6m: fires gap
      exact:                      the whole alert of one case at a time, annotations included;
                                  or a list of such
        6m: fires
        annotations: {...}

CASE is the value of the label `miner` ("-": a series of the exporter, without that label), or of
`instance` with `by: instance`. Extra labels of an alert follow after a comma: "fires,board=1".

To find joins that match too much, each fleet of miners stands more than once in the test: as it is,
at other exporters, and in other jobs of the first exporter (as in probe mode). In the copies names
change places, so that the name of a case that must stay silent belongs to one that fires there.
"""

import json
import pathlib
import re
import subprocess
import tempfile

import yaml

JOB, PROBE_JOB = "antminer", "antminer_miners"
INFO = {"model": "Antminer S19 Pro", "algorithm": "sha256", "site": "site-a", "rack": "r 7"}
FROM_INFO = ("site", "rack", "model", "address")
CASES = ("fires", "below", "gap", "zero", "stale")


class BadTable(Exception):
    """A fault in a table, not in a rule."""


def load(folder):
    tables = {}
    for path in sorted(pathlib.Path(folder).glob("*.yml")):
        for name, table in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if name in tables:
                raise BadTable(f"{name}: twice")
            tables[name] = table
    return tables


def seconds(text):
    parts = re.findall(r"(\d+)([dhms])", str(text))
    if not parts or "".join(a + b for a, b in parts) != str(text):
        raise BadTable(f"{text!r} is not a time like 1h30m")
    return sum(int(number) * {"d": 86400, "h": 3600, "m": 60, "s": 1}[unit]
               for number, unit in parts)


def split_case(text):
    """"fires,board=1" -> ("fires", {"board": "1"}); "-" has no name."""
    name, *pairs = text.split(",")
    labels = dict(pair.split("=", 1) for pair in pairs)
    return ("" if name == "-" else name), labels


def lines_of(table):
    """(metric, name, extra labels, values); "*" becomes a line for each case that has none."""
    rows = []
    for line in table["series"].strip().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        metric, case, values = line.split(None, 2)
        rows.append((metric, *split_case(case), values))
    names = list(dict.fromkeys(name for _, name, _, _ in rows if name not in ("", "*")))
    own = {(metric, name, tuple(sorted(extra.items()))) for metric, name, extra, _ in rows}
    out = []
    for metric, name, extra, values in rows:
        if name != "*":
            if values != "-":  # "-": this case has no such series.
                out.append((metric, name, extra, values))
            continue
        out += [(metric, each, extra, values) for each in names
                if (metric, each, tuple(sorted(extra.items()))) not in own]
    return out, names


class Fleet:
    """One copy of the series of a table, under a job and an instance."""

    def __init__(self, table, job, instance, swaps):
        self.by = table.get("by", "miner")
        self.job, self.instance, self.only_miners = job, instance, job != JOB
        _, names = lines_of(table)
        self.names = {name: name for name in names} | swaps | {b: a for a, b in swaps.items()}
        self.addresses = {name: f"10.0.0.{number}" for number, name in enumerate(names, 1)}

    def labels(self, name, extra):
        labels = {"job": self.job, "instance": self.instance}
        if name:
            labels[self.by] = self.names[name]
        labels.update(extra)
        return {key: value for key, value in labels.items() if value != ""}

    def info(self, name, extra):
        """Labels of antminer_miner_info, as the alert of a miner repeats them."""
        labels = self.labels(name, {}) | INFO | {"address": self.addresses[name]}
        return {key: value for key, value in (labels | extra).items() if value != ""}


def fleets_of(table):
    if table.get("by", "miner") == "instance":
        return [Fleet(table, JOB, "", {})]
    out = [Fleet(table, JOB, "exporter-1:14028", {})]
    if table.get("alone"):
        return out
    _, names = lines_of(table)
    firing = list(dict.fromkeys(split_case(case)[0] for cases in table["firing"].values()
                                for case in (cases.split() if isinstance(cases, str) else cases)))
    quiet = sorted((name for name in names if name not in firing), key=CASES.__contains__)
    for turn, start in enumerate(range(0, len(quiet), len(firing) or 1)):
        some = quiet[start:start + len(firing)]
        for shift, job, instance in ((0, JOB, f"exporter-{turn + 2}:14028"),
                                     (1, f"{PROBE_JOB}_{turn}", "exporter-1:14028")):
            out.append(Fleet(table, job, instance, {
                name: firing[(place + shift) % len(firing)] for place, name in enumerate(some)}))
        if any(name in CASES for name in some):
            break  # The rest are ordinary ones.
    return out


def text_of(metric, labels):
    pairs = ",".join(f"{key}={json.dumps(value)}" for key, value in sorted(labels.items()))
    return metric + "{" + pairs + "}"


def input_series(table, fleets, only=None, without=()):
    """The series of all fleets; `only`: those of one case and those of no case."""
    lines, _ = lines_of(table)
    longest = seconds(table["lasts"]) // seconds(table.get("step", "30s"))
    out = []
    for fleet in fleets:
        given = {}
        for metric, name, extra, values in lines:
            if metric == "antminer_miner_info" and {"job", "instance"} & set(extra):
                out.append({"series": text_of(metric, fleet.info(name, extra)), "values": values})
                continue
            if metric == "antminer_miner_info":
                given[name] = (extra, values)
                continue
            if metric in without or (only and name not in ("", only)):
                continue
            if (not name and fleet.only_miners) or (fleet is not fleets[0] and "instance" in extra):
                continue
            out.append({"series": text_of(metric, fleet.labels(name, extra)), "values": values})
        if fleet.by != "miner" or table.get("info") is False:
            continue
        for name in fleet.names:
            if only and name != only:
                continue
            extra, values = given.get(name, ({}, f"1x{longest}"))
            out.append({"series": text_of("antminer_miner_info", fleet.info(name, extra)),
                        "values": values})
    return out


def info_of_case(table, name):
    for metric, case, extra, _ in lines_of(table)[0]:
        elsewhere = {"job", "instance"} & set(extra)
        if metric == "antminer_miner_info" and case == name and not elsewhere:
            return extra
    return {}


def alert_labels(alert, table, fleet, case):
    name, extra = split_case(case)
    severity, *category = table["is"].split()
    labels = {"severity": severity} | ({"category": category[0]} if category else {})
    if fleet.by == "miner" and name and not table.get("plain"):
        info = fleet.info(name, info_of_case(table, name))
        labels |= {key: info[key] for key in FROM_INFO if key in info}
    if name or "labels" not in table:
        labels |= fleet.labels(name, extra)
    labels |= extra
    labels |= table.get("labels", {})
    return {"alertname": alert} | {key: value for key, value in labels.items() if value != ""}


def firing(alert, table, fleets, cases):
    """The promtool check that exactly these cases fire."""
    samples = []
    for fleet in fleets:
        for case in cases.split() if isinstance(cases, str) else cases:
            if fleet.only_miners and not split_case(case)[0]:
                continue
            labels = alert_labels(alert, table, fleet, case) | {"alertstate": "firing"}
            samples.append({"labels": text_of("ALERTS", labels), "value": 1})
    return {"expr": f'ALERTS{{alertname="{alert}",alertstate="firing"}}', "exp_samples": samples}


def unit_test(alert, table, rule_files):
    """The content of one promtool test file."""
    step = table.get("step", "30s")
    fleets = fleets_of(table)
    times = table["firing"]
    tests = [{"interval": step, "name": alert, "input_series": input_series(table, fleets),
              "promql_expr_test": [firing(alert, table, fleets, cases) | {"eval_time": time}
                                   for time, cases in times.items()]}]
    for limit in table.get("limits", "").split():
        # Without its limit an alert is silent; AntminerThresholdsMissing tells.
        left = table.get("without_limit", [])  # What needs no limit.
        tests.append({"interval": step, "name": f"{alert} without {limit}",
                      "input_series": input_series(table, fleets, without=(limit,)),
                      "promql_expr_test": [
                          firing(alert, table, fleets, left if cases else []) | {"eval_time": time}
                          for time, cases in times.items()]})
    tests += [exact_test(alert, table, exact, fleets[0], step) for exact in exacts(table)]
    return {"rule_files": [str(path) for path in rule_files], "evaluation_interval": step,
            "group_eval_order": group_order(rule_files), "tests": tests}


def exacts(table):
    exact = table.get("exact", [])
    return exact if isinstance(exact, list) else [exact]


def exact_test(alert, table, exact, fleet, step):
    """One alert with its labels and annotations, letter by letter."""
    time, case = next((k, v) for k, v in exact.items() if k != "annotations")
    labels = alert_labels(alert, table, fleet, case)
    labels.pop("alertname")
    series = input_series(table, [fleet], split_case(case)[0])
    return {"interval": step, "name": alert + " in full", "input_series": series,
            "external_url": "http://prometheus.example",
            "alert_rule_test": [{"eval_time": time, "alertname": alert, "exp_alerts": [
                {"exp_labels": labels, "exp_annotations": exact["annotations"]}]}]}


def group_order(rule_files):
    """Recorded values first; in Prometheus an alert may see those of the evaluation before."""
    names = []
    for path in rule_files:
        names += re.findall(r"^  - name: (\S+)", pathlib.Path(path).read_text("utf-8"), re.MULTILINE)
    return sorted(names, key=lambda name: not name.startswith("antminer-record"))


def expression_test(table, rule_files):
    """A table of recording rules: `expect` maps a time to {expression: {series: value}}."""
    step = table.get("step", "30s")
    fleets = fleets_of(table | {"alone": True})
    if "twice" in table:  # The same miners at a second exporter.
        fleets.append(Fleet(table, JOB, "exporter-2:14028", {}))
    checks = []
    for time, expressions in table["expect"].items():
        for expression, samples in expressions.items():
            checks.append({"expr": expression, "eval_time": time, "exp_samples": [
                {"labels": labels, "value": value} for labels, value in (samples or {}).items()]})
    return {"rule_files": [str(path) for path in rule_files], "evaluation_interval": step,
            "group_eval_order": group_order(rule_files),
            "tests": [{"interval": step, "input_series": input_series(table, fleets),
                       "promql_expr_test": checks}]}


def run_promtool(content, folder):
    """Runs one test file; returns "" or what promtool says."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml", dir=folder, delete=False,
                                     encoding="utf-8") as file:
        json.dump(content, file)  # JSON is YAML.
    result = subprocess.run(["promtool", "test", "rules", file.name], capture_output=True,
                            text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr
