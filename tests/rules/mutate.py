"""Are the tests of the rules worth anything? Damages each rule in many ways; a test must go red.

Usage: mutate.py ROOT [--every N] [--only NAME] [--bar 95] [--verbose]

For each rule: comparisons turned round and widened, arithmetic turned round, `for` and
`keep_firing_for` dropped and doubled, constants, ranges and limits doubled, labels taken out of
on(), by() and group_left(), matchers dropped, the right side of and / unless / or dropped,
aggregations swapped, severity and category changed. --every N takes each N-th of them. Fails below
the bar (percent of the damaged rules that a test notices).
"""

import argparse
import concurrent.futures
import copy
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

import cases
import rulefiles

TURNED = {">": "<", "<": ">", ">=": "<", "<=": ">", "==": "!="}
WIDENED = {">": ">=", "<": "<=", ">=": ">", "<=": "<"}
SWAPPED = {"sum": "max", "max": "min", "min": "max", "count": "max", "avg_over_time": "max_over_time",
           "max_over_time": "min_over_time", "increase": "rate", "changes": "count_over_time",
           "clamp_min": "clamp_max"}
SETS = re.compile(r"\b(and|unless|or)\b")
COMPARISON = re.compile(r"(?<![=!<>~])(>=|<=|==|>|<)(?!=)")


def strings_hidden(expr):
    """The expression with the insides of braces, brackets and strings made blank."""
    return re.sub(r"\{[^}]*\}|\[[^\]]*\]", lambda match: " " * len(match.group()), expr)


def replaced(expr, start, end, text):
    return expr[:start] + text + expr[end:]


def operand_end(expr, start):
    """Where the right side of a set operator ends: at the next one or the closing bracket."""
    hidden, depth = strings_hidden(expr), 0
    position = start
    while position < len(hidden):
        char = hidden[position]
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0 or (depth == 0 and char == ","):
            return position
        if depth == 0 and SETS.match(hidden, position) and not hidden[position - 1].isalnum():
            return position
        position += 1
    return position


def expression_mutants(expr):
    """(what was done, damaged expression)."""
    hidden = strings_hidden(expr)
    for match in COMPARISON.finditer(hidden):
        for kind, table in (("turned", TURNED), ("widened", WIDENED)):
            if match.group() in table:
                new = table[match.group()]
                yield (f"{kind} {match.group()} to {new} at {match.start()}",
                       replaced(expr, *match.span(), new))
    # Not the product with antminer_miner_info, which is 1.
    for match in re.finditer(r" ([-+*/]) (?!on \(job, instance, miner\) group_left \(site)",
                             hidden):
        new = {"-": "+", "+": "-", "*": "/", "/": "*"}[match.group(1)]
        yield (f"{match.group(1)} to {new} at {match.start()}",
               replaced(expr, match.start(1), match.end(1), new))
    for match in SETS.finditer(hidden):
        end = operand_end(expr, match.end())
        yield (f"dropped {match.group()} at {match.start()}",
               replaced(expr, match.start(), end, " "))
    for match in rulefiles.CLAUSE.finditer(expr):
        labels = [label.strip() for label in match.group(2).split(",") if label.strip()]
        for label in labels:
            rest = ", ".join(one for one in labels if one != label)
            yield (f"{label} out of {match.group(1)} at {match.start()}",
                   replaced(expr, *match.span(), f"{match.group(1)} ({rest})"))
    for match in re.finditer(r"(?<![\w.:^])\d+(?:\.\d+)?(?![\w.:])", hidden):
        if float(match.group()) != 0:
            yield (f"{match.group()} doubled at {match.start()}",
                   replaced(expr, *match.span(), str(2 * float(match.group()))))
    for match in re.finditer(r"antminer_threshold_\w+(?:\{[^}]*\})?", expr):
        yield (f"limit doubled at {match.start()}",
               replaced(expr, *match.span(), f"({match.group()} * 2)"))
    for match in rulefiles.RANGE.finditer(expr):
        yield (f"range doubled at {match.start()}",
               replaced(expr, *match.span(), f"[{2 * int(match.group(1))}{match.group(2)}]"))
    for match in re.finditer(r" offset \w+", hidden):
        yield f"offset dropped at {match.start()}", replaced(expr, *match.span(), "")
    for match in re.finditer(r"\{([^}]*)\}", expr):
        parts = match.group(1).split(",")
        for part in parts:
            rest = ",".join(one for one in parts if one != part)
            yield f"matcher {part} dropped", replaced(expr, *match.span(), "{" + rest + "}")
    for match in re.finditer(r"\b([a-z_]+)\b(?=\s*\(|\s+by\b|\s+without\b)", hidden):
        if match.group(1) in SWAPPED:
            new = SWAPPED[match.group(1)]
            yield f"{match.group(1)} to {new} at {match.start()}", replaced(
                expr, *match.span(1), new)


def doubled(duration):
    return f"{2 * cases.seconds(duration)}s"


def mutants(content):
    """(what was done, damaged rule)."""
    for what, expr in expression_mutants(content["expr"]):
        if expr.split() != content["expr"].split():
            yield what, content | {"expr": expr}
    for name in ("for", "keep_firing_for"):
        if name in content:
            yield f"{name} doubled", content | {name: doubled(content[name])}
            yield f"{name} dropped", {k: v for k, v in content.items() if k != name}
    for label, other in (("severity", "info"), ("category", "exporter")):
        if label in content.get("labels", {}):
            value = other if content["labels"][label] != other else "warning"
            yield f"{label} changed", content | {"labels": content["labels"] | {label: value}}


class Bench:
    """Runs one damaged rule against the tables that should notice."""

    def __init__(self, root, folder):
        self.rules_folder = root / "prometheus" / "rules"
        self.rules = rulefiles.rules(self.rules_folder)
        self.tables = cases.load(pathlib.Path(__file__).parent / "cases")
        self.folder = pathlib.Path(folder)
        self.recording = [rule for rule in self.rules if rule.record]

    def needed(self, names):
        """The recording rules that these metrics come from, and those behind them."""
        wanted, todo = set(), set(names)
        while todo:
            name = todo.pop()
            for rule in self.recording:
                if rule.record == name and name not in wanted:
                    wanted.add(name)
                    todo |= rule.metrics
        return wanted

    def write(self, contents):
        """A rule file of these rules, in the groups' order; returns its path."""
        groups = {}
        for group, content in contents:
            entry = groups.setdefault(group["name"], {"name": group["name"], "rules": []})
            entry["rules"].append(content)
        with tempfile.NamedTemporaryFile("w", suffix=".yml", dir=self.folder, delete=False,
                                         encoding="utf-8") as file:
            json.dump({"groups": list(groups.values())}, file)
        return file.name

    def judges(self, rule):
        """Tables that read this rule: its own, or those of alerts that use the record."""
        if rule.alert:
            return [rule.alert]
        users = [name for name, table in self.tables.items() if "expect" in table
                 and rule.record in self.needed(self.asked(table))]
        return users + [other.alert for other in self.rules if other.alert
                        and rule.record in self.needed(other.metrics)
                        and not any(rule.record == name for name in users)]

    @staticmethod
    def asked(table):
        """The metrics that a table of recorded series looks at."""
        return {word for expressions in table["expect"].values()
                for one in expressions for word in rulefiles.metrics_of(one)}

    def survives(self, rule, damaged):
        """Whether no table notices. The small form of each table goes first: it is quick."""
        judges = self.judges(rule)
        return not (any(self.notices(name, True, rule, damaged) for name in judges)
                    or any(self.notices(name, False, rule, damaged) for name in judges))

    def notices(self, name, small, rule, damaged):
        """Whether the table goes red; `small`: one fleet, and nothing left out."""
        table = self.tables[name]
        if small:
            table = {key: value for key, value in table.items() if key != "limits"} | {
                "alone": True}
        elif table.get("alone") or "expect" in table:
            return False  # There is no larger form.
        target = next((one for one in self.rules if one.alert == name), None)
        wanted = self.needed(target.metrics | annotation_metrics(target) if target else
                             self.asked(table))
        contents = [(one.group, damaged if one is rule else one.content)
                    for one in self.recording if one.record in wanted or one is rule]
        if target:
            contents.append((target.group, damaged if target is rule else target.content))
        path = self.write(contents)
        content = cases.unit_test(name, table, [path]) if "firing" in table else \
            cases.expression_test(table, [path])
        content["group_eval_order"] = list(dict.fromkeys(group["name"] for group, _ in contents))
        return bool(cases.run_promtool(content, self.folder))


def annotation_metrics(rule):
    return {name for text in rule.annotations.values()
            for name in re.findall(r"(?:miner|site|job|instance):[\w:]+", text)}


def equivalents():
    """Damage that changes nothing, each with its reason; not counted."""
    path = pathlib.Path(__file__).parent / "equivalent_mutants.txt"
    return [tuple(part.strip() for part in line.split("|"))[:2]
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#")]


def excused(name, what, same):
    """Whether the list has this damage, with its place in the expression or without."""
    return (name, what) in same or (name, re.sub(r" at \d+$", "", what)) in same


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--bar", type=float, default=95)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which("promtool"):
        print("skipped: promtool is not installed (package prometheus)")
        return 77
    same = equivalents()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.root, folder)
        work = [(rule, what, damaged) for rule in bench.rules
                if arguments.only in rule.name
                for what, damaged in mutants(copy.deepcopy(rule.content))
                if not excused(rule.name, what, same)][::arguments.every]
        survivors = []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            lives = pool.map(lambda one: bench.survives(one[0], one[2]), work)
            for (rule, what, _), alive in zip(work, lives):
                if alive:
                    survivors.append(what)
                    print(f"{rule.name} | {what}", flush=True)
    rate = 100 * (1 - len(survivors) / len(work)) if work else 0
    print(f"{len(work)} damaged rules, {len(work) - len(survivors)} noticed: {rate:.1f}%")
    return 0 if work and rate >= arguments.bar else 1


if __name__ == "__main__":
    sys.exit(main())
