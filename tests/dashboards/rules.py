"""What a dashboard must be: one function a rule. Each takes the dashboard and the world around it
and yields what is wrong. static_test.py runs them, checks_test.py proves that each can find fault."""

import json
import re

import bundle

# Units in use. A typing error in a unit id shows the id itself behind the number.
UNITS = {"none", "short", "locale", "bytes", "s", "h", "celsius", "percentunit", "Hs", "watt",
         "kwatth", "hertz", "volt", "rotrpm", "dtdurations", "dateTimeFromNow", "dateTimeAsIso"}
UNIT_FORMS = re.compile(r"^(suffix:\S.*|currency[A-Z]{3})$")

# Windows that are fixed because the value is "of the last hour" and the like; everything else uses
# $__rate_interval or $__range.
FIXED_WINDOWS = {"rate": {"1h"}, "increase": {"15m", "1h", "24h"}, "last_over_time": {"6h"}}
MOVING_WINDOWS = {"$__rate_interval", "$__range", "$__range:1h", "$__range:5m"}
MAX_OPEN_PANELS, MAX_OPEN_QUERIES = 30, 60
REDUCED = {"stat", "gauge", "bargauge", "piechart"}
# Labels that no family has: made by label_replace and label_join.
MADE_LABELS = {"unit", "place", "le", "job", "instance", "currency"}


class World:
    """What the rules may look at beside the dashboard."""

    def __init__(self, dashboards, families, recorded):
        self.dashboards, self.families, self.recorded = dashboards, families, recorded


def head(dashboard, _world):
    fixed = {"id": None, "schemaVersion": 39, "editable": False, "graphTooltip": 1,
             "timezone": "browser"}
    for key, value in fixed.items():
        if dashboard.get(key) != value:
            yield f"{key} is {dashboard.get(key)!r}, not {value!r}"
    if not re.fullmatch(r"antminer-[a-z]+", dashboard.get("uid") or ""):
        yield f"uid {dashboard.get('uid')!r} is not antminer-<name>"
    if "version" in dashboard or "__inputs" in dashboard:
        yield "version and __inputs stand in the way of provisioning"
    if "antminer" not in dashboard["tags"]:
        yield "the tag antminer is missing"
    if seconds(dashboard["refresh"]) < 30:
        yield f"refresh {dashboard['refresh']} is more often than 30 s"
    if not any(link["type"] == "dashboards" and link["tags"] == ["antminer"] and link["keepTime"]
               and link["includeVars"] for link in dashboard["links"]):
        yield "the drop-down of the other dashboards is missing"


def seconds(text):
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


def ids(dashboard, _world):
    seen = set()
    for panel in dashboard["panels"]:
        for one in [panel, *panel.get("panels", [])]:
            if not isinstance(one.get("id"), int) or one["id"] <= 0 or one["id"] in seen:
                yield f"{one['title']}: id {one.get('id')} is not unique and positive"
            seen.add(one.get("id"))


def grid(dashboard, _world):
    for together in bundle.rows(dashboard):
        taken = {}
        for panel in together:
            place = panel["gridPos"]
            if place["x"] < 0 or place["x"] + place["w"] > 24 or place["h"] < 1:
                yield f"{panel['title']}: outside of the 24 columns"
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    if (x, y) in taken:
                        yield f"{panel['title']} lies over {taken[x, y]}"
                        break
                    taken[x, y] = panel["title"]
                else:
                    continue
                break
        heights = {}
        for panel in together:
            heights.setdefault(panel["gridPos"]["y"], set()).add(panel["gridPos"]["h"])
        if any(len(found) > 1 for found in heights.values()):
            yield "panels of one line differ in height"


def words(dashboard, _world):
    if len(dashboard.get("description", "")) < 10:
        yield "the dashboard has no description"
    for panel in bundle.panels(dashboard):
        if not panel.get("title"):
            yield f"panel {panel['id']} has no title"
        if len(panel.get("description", "")) < 20:
            yield f"{panel['title']}: no description of use"


def sources(dashboard, _world):
    names = [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    if len(names) != 1:
        yield "there is not exactly one variable for the data source"
    for panel in bundle.panels(dashboard):
        for part in [panel, *panel["targets"]]:
            if part["datasource"]["uid"] != "${%s}" % names[0]["name"]:
                yield f"{panel['title']}: a fixed data source {part['datasource']['uid']}"
    for note in dashboard["annotations"]["list"]:
        if note["datasource"]["uid"] != "${datasource}":
            yield f"annotation {note['name']}: a fixed data source"


def variables(dashboard, _world):
    found = bundle.variables(dashboard)
    if list(found)[:2] not in (["datasource", "job"], ["datasource", "instance"]) or \
            found["datasource"]["label"] != "Data source":
        yield "the first variables are not Data source and job (or instance)"
    for name, variable in found.items():
        if variable["type"] != "query":
            continue
        if variable["datasource"]["uid"] != "${datasource}" or variable["refresh"] != 2:
            yield f"variable {name}: a fixed data source, or not read again with the time range"
        if variable["includeAll"] and variable.get("allValue") not in (".*", ".+"):
            yield f"variable {name}: All without allValue makes a pattern of every miner"
        earlier = list(found)[: list(found).index(name)]
        for used in re.findall(r"\$(\w+)", variable["query"]["query"]):
            if used not in earlier:
                yield f"variable {name} uses ${used}, which does not stand before it"
        if name not in ("job", "instance", "currency") and 'job=~"$job"' not in variable["query"]["query"]:
            yield f"variable {name} does not depend on job"


def shape(dashboard, _world):
    for panel in bundle.panels(dashboard):
        if panel["type"] == "text":
            continue
        defaults, options = panel["fieldConfig"]["defaults"], panel["options"]
        if not panel["targets"]:
            yield f"{panel['title']}: no query"
        references = [t["refId"] for t in panel["targets"]]
        if len(set(references)) != len(references):
            yield f"{panel['title']}: refIds are not unique"
        steps = defaults.get("thresholds", {}).get("steps")
        if not steps or (len(steps) == 2 and steps[1]["value"] == 80):
            yield f"{panel['title']}: no steps of its own"
        elif [s["value"] for s in steps[1:]] != sorted(s["value"] for s in steps[1:]):
            yield f"{panel['title']}: steps are not in order"
        if panel["type"] in REDUCED and not options.get("reduceOptions", {}).get("calcs"):
            yield f"{panel['title']}: reduceOptions.calcs is not set"
        if panel["type"] == "gauge" and not {"min", "max"} <= set(defaults):
            yield f"{panel['title']}: a gauge without min and max"
        if panel["type"] == "bargauge" and "min" not in defaults:
            yield f"{panel['title']}: bars without min"
        if "noValue" not in defaults and panel["type"] != "heatmap":
            yield f"{panel['title']}: says nothing when there is no value"


def units(dashboard, _world):
    for panel in bundle.panels(dashboard):
        if panel["type"] == "text":
            continue
        config = panel["fieldConfig"]
        used = [config["defaults"].get("unit")] if panel["type"] != "table" else []
        used += [item["value"] for override in config["overrides"] for item in override["properties"]
                 if item["id"] == "unit"]
        for unit in used:
            if unit not in UNITS and not UNIT_FORMS.match(unit or ""):
                yield f"{panel['title']}: unit {unit!r} is not one in use"


def kinds_of_query(dashboard, _world):
    for panel in bundle.panels(dashboard):
        for target in panel["targets"]:
            trend = panel["options"].get("graphMode") == "area"
            course = any(t["id"] == "timeSeriesTable" and target["refId"] in t["options"]
                         for t in panel["transformations"])
            instant = panel["type"] in REDUCED | {"table"} and not trend and not course
            if target.get("instant") != instant or target.get("range") == instant:
                yield f"{panel['title']} {target['refId']}: instant must be {instant}"
            if panel["type"] == "table" and not course and target.get("format") != "table":
                yield f"{panel['title']} {target['refId']}: not in table format"
            if course and not any(t["id"] == "timeSeriesTable"
                                  and t.get("filter") == {"id": "byRefId", "options": target["refId"]}
                                  for t in panel["transformations"]):
                yield f"{panel['title']}: a course without a filter loses its columns with one miner"


def promql(dashboard, world):
    names = set(bundle.variables(dashboard))
    expressions = [(panel["title"], t["expr"]) for panel in bundle.panels(dashboard)
                   for t in panel["targets"]]
    expressions += [("annotation " + a["name"], a["expr"]) for a in dashboard["annotations"]["list"]]
    for where, expr in expressions:
        for used in re.findall(r"\$\{?([a-z_]\w*)", expr):
            if used not in names and not used.startswith("__"):
                yield f"{where}: ${used} is no variable here"
        found, grouped = bundle.selectors(expr)
        if "2^32" in expr and 'algorithm="sha256"' not in expr and \
                any("miner" in (labels_of(s, world) or ()) for s in found):
            yield f"{where}: a share is worth 2^32 hashes for SHA-256 only"
        for selector in found:
            yield from (f"{where}: {x}" for x in check_selector(selector, names, world))
        known = MADE_LABELS.union(*(labels_of(s, world) or set() for s in found))
        for label in grouped - known:
            yield f"{where}: no family of the query has the label {label}"


def labels_of(selector, world):
    """Label names of a selector; None when the family is unknown."""
    if selector.name in world.families:
        return world.families[selector.name].labels
    if selector.name in bundle.PROMETHEUS_FAMILIES:
        return bundle.PROMETHEUS_FAMILIES[selector.name]
    if selector.name in world.recorded:
        return {"miner", "currency", "site"}
    return None


def check_selector(selector, names, world):
    labels = labels_of(selector, world)
    if labels is None:
        yield f"{selector} is neither in the contract nor recorded"
        return
    for label in set(selector.matchers) - labels - {"job", "instance"}:
        yield f"{selector} has no label {label}"
    alerts = selector.name.startswith("ALERTS")
    of_miners = "miner" in labels or selector.name in world.recorded
    if not alerts and "job" in names and of_miners and selector.matchers.get("job") != ("=~", "$job"):
        yield f"{selector} without job=~\"$job\""
    if not of_miners and "job" in selector.matchers:
        yield f"{selector} by job: with /probe the exporter and its miners have different ones"
    if "miner" in labels and "miner" in names and not alerts and \
            selector.matchers.get("miner") != ("=~", "$miner"):
        yield f"{selector} without miner=~\"$miner\""
    family = world.families.get(selector.name)
    if family and family.type == "counter" and selector.function not in ("rate", "increase"):
        yield f"the counter {selector} is shown as it is"
    if selector.range and selector.range not in MOVING_WINDOWS and \
            selector.range not in FIXED_WINDOWS.get(selector.function, set()):
        yield f"{selector}: window [{selector.range}] of {selector.function}"


def link_targets(dashboard, world):
    own = set(bundle.variables(dashboard))
    for panel in bundle.panels(dashboard):
        for url in bundle.links(panel):
            match = re.match(r"/d/([^/]+)/([^?]+)\?(.*)", url)
            if not match:
                if not url.startswith("http://${__value.raw}"):
                    yield f"{panel['title']}: unknown form of link {url}"
                continue
            uid, slug, query = match.groups()
            if uid not in world.dashboards or slug != uid:
                yield f"{panel['title']}: no dashboard {uid}"
                continue
            there = set(bundle.variables(world.dashboards[uid]))
            passed = set(re.findall(r"\$\{(\w+):queryparam\}", query))
            for name in passed - own:
                yield f"{panel['title']}: the link passes {name}, which is not here"
            for name in (passed | set(re.findall(r"var-(\w+)=", query))) - there:
                yield f"{panel['title']}: {uid} has no variable {name}"
            if "${__url_time_range}" not in query or "datasource" not in passed:
                yield f"{panel['title']}: the link loses the time or the data source"


def names_of_fields(dashboard, _world):
    for panel in bundle.panels(dashboard):
        renamed, columns = {}, set()
        for step in panel["transformations"]:
            if step["id"] == "organize":
                renamed = step["options"]["renameByName"]
        for target in panel["targets"]:
            columns |= {"Value #" + target["refId"], "Trend #" + target["refId"], "Value"}
            columns |= set(re.findall(r"[a-z_]+", " ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))))
        for name in renamed:
            if name not in columns:
                yield f"{panel['title']}: nothing makes the field {name}"
        made = {t["legendFormat"] for t in panel["targets"]} | set(renamed.values())
        for override in panel["fieldConfig"]["overrides"]:
            matcher = override["matcher"]
            if matcher["id"] == "byName" and matcher["options"] not in made:
                yield f"{panel['title']}: no field is called {matcher['options']}"
            if matcher["id"] == "byRegexp" and not re.fullmatch(r"/[A-Z]{3}/", matcher["options"]):
                pattern = re.compile(matcher["options"][1:-1])
                shown = [re.sub(r"\{\{\w+\}\}", "critical", name) for name in made]
                if not any(pattern.search(x) or pattern.search(y) for x in shown for y in (x, x.replace("critical", "warning"))):
                    yield f"{panel['title']}: no field is like {matcher['options']}"


def size(dashboard, _world):
    shown = [p for p in dashboard["panels"] if p["type"] != "row"]
    if len(shown) > MAX_OPEN_PANELS:
        yield f"{len(shown)} open panels, at most {MAX_OPEN_PANELS}"
    queries = sum(len(p["targets"]) for p in shown)
    if queries > MAX_OPEN_QUERIES:
        yield f"{queries} open queries, at most {MAX_OPEN_QUERIES}"


RULES = (head, ids, grid, words, sources, variables, shape, units, kinds_of_query, promql,
         link_targets, names_of_fields, size)


def faults(dashboard, world, rules=RULES):
    """All that is wrong, as text."""
    return [f"{dashboard.get('uid')}: {rule.__name__}: {text}"
            for rule in rules for text in rule(dashboard, world)]


def copy(dashboard):
    return json.loads(json.dumps(dashboard))
