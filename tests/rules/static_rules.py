"""Rules of the rule files that promtool does not check.

Usage: static_rules.py ROOT. Prints each breach; the checks are the functions in CHECKS.
"""

import pathlib
import re
import sys

import yaml

import cases
import rulefiles

SCRAPE_SECONDS = 30
LONGEST_TURN = 240
TARGET_LABELS = {"job", "instance", "shard"}  # `shard` where /metrics is scraped in parts.
SYNTHETIC = {"up": {"miner"}}  # From Prometheus; `miner` comes by the relabelling of probe mode.
SEVERITIES = {"critical", "warning", "info"}
CATEGORIES = {"availability", "performance", "thermal", "hardware", "pool", "economics", "exporter"}
# What the exporter sends in closed sets; a matcher on something else can never match.
VALUES = {
    "severity": {"warning", "critical"},
    "state": {"hashing", "degraded", "starting", "idle", "sleeping", "api_down", "access_denied",
              "offline", "lost"},
    "mode": {"normal", "sleep", "high", "low"},
    "collector": {"summary", "stats", "pools", "devs", "web"},
    "source": {"price", "difficulty", "fees", "reported", "estimated", "tcp", "mdns"},
    "kind": {"address_change", "model_change", "firmware_change", "board_change", "reboot"},
    "algorithm": {"sha256"},
}
NO_MINER = {"AntminerSiteOutage", "AntminerInventoryDrift"}  # Of a site or an exporter.
URLS = ("runbook_url", "dashboard_url")


def known_labels(name, catalogue, recorded):
    """Labels a metric can have, those of the target included; None when it is not known."""
    if name in catalogue:
        return catalogue[name] | TARGET_LABELS
    if name in SYNTHETIC:
        return SYNTHETIC[name] | TARGET_LABELS
    if name in recorded:
        labels = set(TARGET_LABELS)
        for part in recorded[name].metrics - {name}:  # A rule may read its own last value.
            labels |= known_labels(part, catalogue, recorded) or set()
        return labels
    return None


def metrics_exist(rule, catalogue, recorded):
    for name in rule.metrics:
        if known_labels(name, catalogue, recorded) is None:
            yield f"{name} is neither exported nor recorded"


def labels_exist(rule, catalogue, recorded):
    """Each label of a matcher, on(), by() ... exists on what the expression reads."""
    all_labels = set(TARGET_LABELS)
    for name in rule.metrics:
        all_labels |= known_labels(name, catalogue, recorded) or set()
    for kind, labels in rulefiles.clauses_of(rule.expr):
        for label in labels:
            if label not in all_labels:
                yield f"{kind} ({label}): no metric of the expression has this label"
    for name, matchers in rulefiles.selectors_of(rule.expr):
        for label, _, value in matchers:
            labels = known_labels(name, catalogue, recorded) or set()
            if label not in labels:
                yield f"{name} has no label {label}"
            for one in value.split("|") if label in VALUES else ():
                if one not in VALUES[label]:
                    yield f"{name}{{{label}}}: nothing sends \"{one}\""


def joins_keep_identity(rule, _catalogue, _recorded):
    """One-to-one joins drop every label they do not name."""
    for kind, labels in rulefiles.clauses_of(rule.expr):
        if kind == "on" and "miner" in labels and not {"job", "instance"} <= set(labels):
            yield "on () with miner needs job and instance too"
        if kind == "on" and "instance" not in labels:
            yield "on () without instance meets other exporters"
        if kind == "by" and "miner" in labels and not {"job", "instance"} <= set(labels):
            yield "by () with miner needs job and instance too"


def functions_allowed(rule, _catalogue, _recorded):
    for name in rulefiles.functions_of(rule.expr) - rulefiles.FUNCTIONS:
        yield f"{name}() is not used in these rules (no topk; no functions that come or go)"


def ranges_wide_enough(rule, _catalogue, _recorded):
    for number, unit in rulefiles.RANGE.findall(rule.expr):
        if int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit] < 4 * SCRAPE_SECONDS:
            yield f"[{number}{unit}] is less than 4 scrapes"


def counters_are_rated(rule, _catalogue, _recorded):
    """A counter stands inside rate() or increase(), and nothing else does."""
    for match in re.finditer(r"(\w+)\s*\(\s*([a-zA-Z_:][\w:]*)(\{[^}]*\})?\[", rule.expr):
        function, name = match.group(1), match.group(2)
        if (function in ("rate", "increase")) != name.endswith("_total"):
            yield f"{function}({name})"
    for match in re.finditer(r"\b[a-z_]+_total\b(?!\{[^}]*\}\[|\[)", rule.expr):
        yield f"{match.group()} without rate() or increase()"


def divisions_guarded(rule, _catalogue, _recorded):
    """No NaN: a divisor that may be 0 is compared with 0."""
    for match in re.finditer(r"/\s*(?:on \([^)]*\)\s*)?(?:group_left \(\)\s*)?\(", rule.expr):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(rule.expr[end], 0)
            end += 1
        inside = rule.expr[match.end():end]
        if "> 0" not in inside and "difficulty" not in inside:
            yield f"divisor ({inside.strip()[:40]}... without > 0"


def names(rule, _catalogue, _recorded):
    if rule.record and not re.fullmatch(r"(miner|site|job|instance):antminer_\w+:\w+", rule.record):
        yield "recorded names are level:metric:operations"
    if rule.record and "_total" in rule.record:
        yield "recorded names lose _total"
    if rule.alert and not re.fullmatch(r"Antminer[A-Z]\w+", rule.alert):
        yield "alerts are CamelCase and begin with Antminer"


def alert_form(rule, _catalogue, _recorded):
    if not rule.alert:
        return
    watchdog = rule.alert == "AntminerWatchdog"
    if not watchdog and rule.labels.get("severity") not in SEVERITIES:
        yield "severity is critical, warning or info"
    if not watchdog and rule.labels.get("category") not in CATEGORIES:
        yield "category is not one of the closed set"
    for name in ("summary", "description") + URLS:
        if not rule.annotations.get(name):
            yield f"no {name}"
    if not rule.annotations.get("runbook_url", "").endswith(f"/{rule.alert}.md"):
        yield "runbook_url does not name the alert"
    for name, text in rule.labels.items():
        if "$value" in text or "{{" in text:
            yield f"label {name} is not constant: each value would be a new alert"
    if "absent" in rulefiles.functions_of(rule.expr) and "for" not in rule.content:
        yield "absent() without for fires at each restart"
    if "topk" in rule.expr or "bottomk" in rule.expr:
        yield "topk in an alert: it comes and goes"


def place_in_mail(rule, _catalogue, _recorded):
    """Alerts of one miner carry site, rack, model and address."""
    category = rule.labels.get("category")
    if not rule.alert or category in (None, "exporter") or rule.alert in NO_MINER:
        return
    if not re.search(r"\* on \(job, instance, miner\) group_left \(site, rack, model, address\)"
                     r"\s*(miner:)?antminer_miner_info\b", rule.expr):
        yield "no join with antminer_miner_info: mails would not say where the miner is"
    if "$labels.miner" not in rule.annotations.get("dashboard_url", ""):
        yield "dashboard_url does not lead to the miner"


def survives_a_gap(rule, _catalogue, _recorded):
    """A failed scrape or a start of the exporter must not end an alert: its mail would come twice."""
    if rule.alert and "antminer_miner_info" in rule.expr and "keep_firing_for" not in rule.content:
        yield "no keep_firing_for: one failed scrape ends the alert and starts it anew"


def alerts_stay_visible(rule, _catalogue, _recorded):
    """Pages read the series ALERTS, which is forgotten 5 minutes after an evaluation."""
    interval = cases.seconds(rule.group.get("interval", "1m"))
    if rule.alert and interval > LONGEST_TURN:
        yield f"evaluated every {interval} s: ALERTS comes and goes with more than {LONGEST_TURN} s"


def plain_limits(rule, _catalogue, _recorded):
    """What is compared with a limit is compared with the metric, where the exporter has one."""
    for compared, limit in (
            (r"chip_temperature_\w*celsius(:high)?\s*>", "antminer_threshold_chip_temperature_celsius"),
            (r"fan_\w*rpm\s*<", "antminer_threshold_fan_rpm"),
            (r"antminer_power_watts:sum\s*>", "antminer_threshold_power_watts")):
        if re.search(compared, rule.expr) and limit not in rule.expr:
            yield f"a limit that is not {limit}"


CHECKS = (metrics_exist, labels_exist, joins_keep_identity, functions_allowed, ranges_wide_enough,
          counters_are_rated, divisions_guarded, names, alert_form, place_in_mail, survives_a_gap,
          alerts_stay_visible, plain_limits)


def runbooks(rules, folder):
    """Each alert has a runbook, each runbook an alert and its sections."""
    alerts = {rule.alert for rule in rules if rule.alert}
    pages = {path.stem: path for path in folder.glob("*.md")}
    for name in sorted(alerts - set(pages)):
        yield f"{name}: no runbook"
    for name in sorted(set(pages) - alerts):
        yield f"{pages[name].name}: no such alert"
    for name in sorted(alerts & set(pages)):
        text = pages[name].read_text(encoding="utf-8")
        for heading in (f"# {name}", "## Confirm", "## Likely causes", "## Fix", "## Silence when"):
            if heading not in text.splitlines():
                yield f"{pages[name].name}: no heading \"{heading}\""
        for other in re.findall(r"\]\((\w+)\.md\)", text):
            if other not in alerts:
                yield f"{pages[name].name}: leads to {other}, which is no alert"
        for metric in re.findall(r"\bantminer_(?!exporter\b|miners\b|shards\b)\w+", text):
            if metric.endswith("_") or metric in KNOWN:
                continue
            yield f"{pages[name].name}: {metric} is not exported"


def queries_of(text):
    """The expressions on a page: what stands in backticks and is more than a name."""
    for span in re.findall(r"`([^`]+)`", text):
        if re.search(r"antminer_\w+.*[({]|[({].*antminer_\w+", span, re.DOTALL):
            yield " ".join(span.split())


def runbook_queries(folder, rules, catalogue):
    """What a page tells to ask finds something: its labels are on the metrics, and it can be copied."""
    recorded = {rule.record: rule for rule in rules if rule.record}
    for path in sorted(folder.glob("*.md")):
        for query in queries_of(path.read_text(encoding="utf-8")):
            # Every series has a name.
            rule = rulefiles.Rule(path, {}, {"expr": query.replace("by (__name__)", "")})
            for text in labels_exist(rule, catalogue, recorded):
                yield f"{path.name}: `{query}`: {text}"
            for inside in rulefiles.MATCHERS.findall(query):
                if rulefiles.MATCHER.sub("", inside).strip(", "):
                    yield f"{path.name}: `{query}`: {{{inside}}} is no selector"


def compat(others, rules, catalogue):
    """The names of other exporters: made of what there is, and none of ours."""
    recorded = {rule.record: rule for rule in rules + others if rule.record}
    for rule in others:
        if rule.record in catalogue:
            yield f"{rule.path.name}: {rule.record} is a name of ours"
        for text in metrics_exist(rule, catalogue, recorded):
            yield f"{rule.path.name}: {rule.record}: {text}"


def shards(config, groups):
    """The example in parts asks for all groups but that of the exporter, which is no part."""
    job = next(job for job in config["scrape_configs"] if "shards=" in str(job))
    asked = job["params"]["collect[]"]
    for group in sorted(set(asked) ^ (groups - {"exporter"})):
        yield f"prometheus-shards.yml: collect[] and the group {group}"


KNOWN = set()


def breaches(rules, catalogue):
    recorded = {rule.record: rule for rule in rules if rule.record}
    for rule in rules:
        for check in CHECKS:
            for text in check(rule, catalogue, recorded):
                yield f"{rule.path.name}: {rule.name}: {text}"
    seen = [rule.name for rule in rules]
    for name in sorted({name for name in seen if seen.count(name) > 1}):
        yield f"{name}: defined twice"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    folder = root / "prometheus" / "rules"
    rules = rulefiles.rules(folder)
    catalogue = rulefiles.families(root / "exporter" / "metrics" / "contract.yaml")
    KNOWN.update(catalogue, *({name.split(":")[1]} for name in
                              (rule.record for rule in rules if rule.record)))
    found = list(breaches(rules, catalogue))
    found += compat(rulefiles.rules(folder.parent / "compat"), rules, catalogue)
    found += runbooks(rules, folder.parent / "runbooks")
    found += runbook_queries(folder.parent / "runbooks", rules, catalogue)
    found += shards(yaml.safe_load((folder.parent / "prometheus-shards.yml").read_text("utf-8")),
                    rulefiles.groups(root / "exporter" / "metrics" / "contract.yaml"))
    print("\n".join(found))
    alerts = sum(1 for rule in rules if rule.alert)
    print(f"{alerts} alerts, {len(rules) - alerts} recorded series, {len(found)} breaches")
    return 1 if found or not rules else 0


if __name__ == "__main__":
    sys.exit(main())
