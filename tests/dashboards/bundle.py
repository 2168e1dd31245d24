"""The dashboards of the bundle, taken apart: panels, queries, variables, links, PromQL."""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "grafana"
CONTRACT = ROOT / "exporter" / "metrics" / "contract.yaml"

# Made by Prometheus itself, with the labels they have.
PROMETHEUS_FAMILIES = {
    "up": set(),
    "scrape_duration_seconds": set(),
    "scrape_samples_scraped": set(),
    "ALERTS": {"alertname", "alertstate", "severity", "category", "miner", "site", "rack", "model"},
    "ALERTS_FOR_STATE": {"alertname", "severity", "category", "miner", "site", "rack", "model"},
}
KEYWORDS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
OPERATORS = {"and", "or", "unless", "bool", "offset", "atan2", "NaN", "Inf"}
TOKEN = re.compile(r"""
    (?P<space>\s+)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<range>\[[^\]]*\])
  | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?[smhdwy]?)
  | (?P<variable>\$\{?\w+\}?)
  | (?P<at>@\s*(?:end|start)\(\))
  | (?P<name>[A-Za-z_:][\w:]*)
  | (?P<sign>.)
""", re.VERBOSE)


def load(folder="dashboards"):
    """uid -> dashboard."""
    found = {}
    for path in sorted((GRAFANA / folder).glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        found[dashboard["uid"]] = dashboard
    return found


def panels(dashboard):
    """Every panel that is no row, also those of collapsed rows."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from (kid for kid in panel.get("panels", []))


def rows(dashboard):
    """(panels that are seen together): the open ones, and those of each collapsed row."""
    yield [p for p in dashboard["panels"]]
    for panel in dashboard["panels"]:
        if panel["type"] == "row" and panel.get("panels"):
            yield panel["panels"]


def variables(dashboard):
    return {v["name"]: v for v in dashboard["templating"]["list"]}


def links(panel):
    """Every URL of a panel."""
    for link in panel.get("links", []):
        yield link["url"]
    config = panel["fieldConfig"]
    for link in config["defaults"].get("links", []):
        yield link["url"]
    for override in config["overrides"]:
        for item in override["properties"]:
            if item["id"] == "links":
                yield from (link["url"] for link in item["value"])


class Selector:
    """One use of a family in PromQL: its matchers, the range behind it, the function around it."""

    def __init__(self, name, function):
        self.name, self.function = name, function
        self.matchers = {}  # label -> (operator, value)
        self.range = None

    def __repr__(self):
        return self.name


def tokens(expr):
    return [(m.lastgroup, m.group()) for m in TOKEN.finditer(expr) if m.lastgroup != "space"]


def selectors(expr):
    """The selectors of an expression, and the set of labels in by, on and their like."""
    found, grouped, items, i = [], set(), tokens(expr), 0
    while i < len(items):
        kind, text = items[i]
        following = items[i + 1][1] if i + 1 < len(items) else ""
        if kind == "name" and text in KEYWORDS and following == "(":
            i += 2
            while items[i][1] != ")":
                if items[i][0] == "name":
                    grouped.add(items[i][1])
                i += 1
        elif kind == "name" and text not in OPERATORS and text not in KEYWORDS \
                and following != "(" and following not in ("by", "without") or text == "{":
            before = items[i - 1][1] if i else ""
            function = items[i - 2][1] if i > 1 and before == "(" else None
            selector = Selector(text if kind == "name" else "", function)
            if kind == "name" and following == "{":
                i += 1
            if items[i][1] == "{":
                i = read_matchers(items, i + 1, selector)
            if i + 1 < len(items) and items[i + 1][0] == "range":
                i += 1
                selector.range = items[i][1][1:-1]
            found.append(selector)
        i += 1
    return found, grouped


def read_matchers(items, i, selector):
    """From behind the brace to the closing one; returns its index."""
    while items[i][1] != "}":
        label, operator = items[i][1], ""
        i += 1
        while items[i][0] == "sign":
            operator += items[i][1]
            i += 1
        selector.matchers[label] = (operator, items[i][1][1:-1])
        i += 1
        if items[i][1] == ",":
            i += 1
    return i


class Family:
    """One family of the contract."""

    def __init__(self, name):
        self.name, self.type, self.labels, self.needs = name, "", set(), None


def contract():
    """name -> Family, from the contract of /metrics; a histogram also by the names of its parts."""
    families, current = {}, None
    for line in CONTRACT.read_text(encoding="utf-8").splitlines():
        match = re.match(r"\s+(?:- )?(\w+): (.*)$", line)
        if not match:
            continue
        key, value = match.groups()
        if key == "name":
            current = families[value] = Family(value)
        elif current and key == "type":
            current.type = value
        elif current and key == "needs":
            current.needs = value
        elif current and key == "labels":
            current.labels = {x.strip() for x in value.strip("[]").split(",") if x.strip()}
    for family in list(families.values()):
        if family.type == "histogram":
            for suffix in ("_bucket", "_sum", "_count"):
                part = families[family.name + suffix] = Family(family.name)
                part.type, part.labels = "counter", family.labels | {"le"}
    return families


def recorded_names(files):
    """Names of the recording rules in the files."""
    names = set()
    for path in files:
        names |= set(re.findall(r"(?m)^\s*(?:- )?record:\s*(\S+)", path.read_text(encoding="utf-8")))
    return names
