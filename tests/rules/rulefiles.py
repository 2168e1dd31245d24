"""The rule files, and what stands in their expressions: metrics, labels, durations."""

import pathlib
import re

import yaml

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
KEYWORDS = {"and", "or", "unless", "on", "ignoring", "by", "without", "group_left", "group_right",
            "bool", "offset"}
# Functions and aggregations in use; a word in front of "(" that is not here fails.
FUNCTIONS = {"sum", "max", "min", "count", "rate", "increase", "changes", "absent", "time", "vector",
             "round", "clamp_min", "avg_over_time", "max_over_time", "sum_over_time", "quantile_over_time",
             "last_over_time"}
CLAUSE = re.compile(r"\b(on|by|without|group_left|group_right)\s*\(([^)]*)\)")
MATCHERS = re.compile(r"\{([^}]*)\}")
MATCHER = re.compile(r"([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*\"((?:[^\"\\]|\\.)*)\"")
RANGE = re.compile(r"\[(\d+)([smhd])\]")


class Rule:
    """One rule and where it stands."""

    def __init__(self, path, group, content):
        self.path, self.group, self.content = path, group, content
        self.expr = content["expr"]
        self.alert, self.record = content.get("alert"), content.get("record")
        self.name = self.alert or self.record
        self.labels, self.annotations = content.get("labels", {}), content.get("annotations", {})

    @property
    def metrics(self):
        return metrics_of(self.expr)


def rules(folder):
    """All rules under a folder, in the order of the files."""
    out = []
    for path in sorted(pathlib.Path(folder).glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            out += [Rule(path, group, content) for content in group["rules"]]
    return out


def bare(expr):
    """The expression without strings, matchers, ranges and label lists: words are metrics then."""
    expr = re.sub(r"\"[^\"]*\"", " ", CLAUSE.sub(" ", MATCHERS.sub("{}", expr)))
    return re.sub(r"\b\d[\w.]*|\[[^\]]*\]|\boffset\s+\w+", " ", expr)


def metrics_of(expr):
    """Names of the metrics in an expression."""
    text = bare(expr)
    return {match.group() for match in NAME.finditer(text)
            if match.group() not in KEYWORDS
            and not text[match.end():].lstrip().startswith("(")}


def functions_of(expr):
    text = bare(expr)
    return {match.group() for match in NAME.finditer(text)
            if match.group() not in KEYWORDS and match.group() not in metrics_of(expr)}


def clauses_of(expr):
    """[("on", ["job", ...]), ...]"""
    return [(kind, [label.strip() for label in labels.split(",") if label.strip()])
            for kind, labels in CLAUSE.findall(expr)]


def selectors_of(expr):
    """[("antminer_up", [("job", "=", "antminer")]), ...] of selectors that have matchers."""
    return [(name, MATCHER.findall(matchers))
            for name, matchers in re.findall(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}", expr)]


def families(contract):
    """Name -> set of labels, of the exporter's catalogue."""
    listed = yaml.safe_load(pathlib.Path(contract).read_text(encoding="utf-8"))["families"]
    return {family["name"]: set(family["labels"]) for family in listed}


def groups(contract):
    """What collect[] may ask for."""
    listed = yaml.safe_load(pathlib.Path(contract).read_text(encoding="utf-8"))["families"]
    return {family["group"] for family in listed}
