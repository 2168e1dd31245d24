"""Every dashboard against Grafana's own types, of several versions: an option that a Grafana does not
know is passed over without a word, so nobody would see it missing.

The types are the npm package @grafana/schema, judged by the TypeScript compiler. Exit code 77: they
are not to be had here.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import bundle

TYPESCRIPT = "5.4.5"
COMPOSE = re.search(r"image: grafana/grafana:([\d.]+)",
                    (bundle.ROOT / "deploy/docker-compose.yml").read_text("utf-8")).group(1)
VERSIONS = ["10.4.1", "12.0.0", COMPOSE, "13.2.3"]  # The oldest one of grafana/README.md first.
DASHBOARDS = {**bundle.load(), **bundle.load("optional")}

# Known to Grafana and not to its types: the kind of thing, and the keys.
BEYOND = {
    "variable": {"definition", "current"},  # Written by Grafana itself; may be empty.
    "annotation": {"expr", "step", "tagKeys", "textFormat", "titleFormat", "useValueForTime"},
    "state-timeline": {"spanNulls"},  # Read by the panel, as its editor shows.
    "target": {"interval"},
}
# One name went from the options to the footer and back; each version reads its own.
MOVED = {"table": {"enablePagination", "footer"}}


def npm_folder():
    """Where the packages are; they are fetched once. None: they cannot be."""
    folder = bundle.ROOT / "build" / "npm-grafana"
    packages = [f"grafana-{v}@npm:@grafana/schema@{v}" for v in VERSIONS]
    packages.append(f"typescript@{TYPESCRIPT}")
    names = [p[:p.index("@")] for p in packages]
    if not all((folder / "node_modules" / name).is_dir() for name in names):
        if not shutil.which("npm"):
            return None
        done = subprocess.run(
            ["npm", "install", "--prefix", str(folder), "--no-save", "--no-package-lock",
             "--no-audit", "--no-fund", "--ignore-scripts", *packages],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        if done.returncode:
            print(done.stdout[-1500:])
            return None
    return folder / "node_modules"


def unions(text):
    """Enums as unions of their values: JSON has values, and a value is not of an enum."""
    values = {}

    def union(match):
        members = dict(re.findall(r'(\w+) = ("[^"]*"|-?\d+)', match.group(2)))
        values.update({f"{match.group(1)}.{name}": value for name, value in members.items()})
        return f"export type {match.group(1)} = {' | '.join(members.values()) or 'never'};"

    text = re.sub(r"export declare enum (\w+) \{(.*?)\n\s*\}", union, text, flags=re.DOTALL)
    for name, value in values.items():
        text = re.sub(rf"\b{re.escape(name)}\b", value, text)
    return text


class Types:
    """The types of one version, copied to where one compiler sees them all."""

    def __init__(self, package, folder):
        self.folder = folder
        base = next(p.parents[1] for p in sorted(package.rglob("common.gen.d.ts"), reverse=True))
        for source in base.rglob("*.d.ts"):
            within = source.relative_to(base)
            up = "../" * (len(within.parts) - 1) or "./"
            text = unions(source.read_text(encoding="utf-8"))
            text = re.sub(r"from '@grafana/schema'", f"from '{up}common/common.gen'", text)
            (folder / within).parent.mkdir(parents=True, exist_ok=True)
            (folder / within).write_text(text, encoding="utf-8")

    def module(self, path):
        """Where the types of a folder are, and the names that are in them; ("", set()) if none."""
        file = next(self.folder.glob(f"{path}/x/*types.gen.d.ts"), None)
        if file is None:
            return "", set()
        names = set(re.findall(r"export (?:interface|type) (\w+)", file.read_text("utf-8")))
        return "./" + str(file.relative_to(self.folder.parent))[:-len(".d.ts")], names


def without(mapping, keys):
    return {key: value for key, value in mapping.items() if key not in keys}


def statements(dashboard, types):
    """(what it is, TypeScript that gives a part of a dashboard its type)."""
    dash, _ = types.module("raw/dashboard")
    query, _ = types.module("raw/composable/prometheus/dataquery")
    for panel in bundle.panels(dashboard):
        kind, name = panel["type"], panel["title"]
        path, names = types.module(f"raw/composable/{kind.replace('-', '')}/panelcfg")
        yield name, typed(f'Partial<import("{path}").Options>',
                          without(panel.get("options", {}), MOVED.get(kind, ())))
        config = panel.get("fieldConfig", {"defaults": {}, "overrides": []})
        for field in [config["defaults"], *map(field_of, config["overrides"])]:
            if "FieldConfig" in names:
                yield name, typed(f'Partial<import("{path}").FieldConfig>',
                                  without(field.get("custom", {}), BEYOND.get(kind, ())))
            yield name, typed(f'import("{dash}").FieldConfig', without(field, {"custom"}))
        for target in panel.get("targets", []):
            if query and panel["datasource"]["type"] == "prometheus":  # 12 and older know it.
                yield name, typed(f'import("{query}").PrometheusDataQuery',
                                  without(target, BEYOND["target"]))
        yield name, typed(f'import("{dash}").Panel', without(panel, {"options", "fieldConfig"}))
    head = without(dashboard, {"panels"})
    head["templating"] = {"list": [without(v, BEYOND["variable"])
                                   for v in head["templating"]["list"]]}
    head["annotations"] = {"list": [without(a, BEYOND["annotation"])
                                    for a in head["annotations"]["list"]]}
    yield "the dashboard itself", typed(f'import("{dash}").Dashboard', head)


def field_of(override):
    """The properties of an override as the configuration of a field."""
    field = {}
    for item in override["properties"]:
        *path, last = item["id"].split(".")
        inner = field
        for key in path:
            inner = inner.setdefault(key, {})
        inner[last] = item["value"]
    return field


def typed(name, value):
    return f";((_: {name}) => 0)({json.dumps(value)});"


class Schema(unittest.TestCase):
    def check(self, dashboards):
        """version -> ["uid, panel: what the compiler says"]."""
        with tempfile.TemporaryDirectory() as name:
            folder, lines = pathlib.Path(name), {}
            for version in VERSIONS:
                types = Types(NPM / f"grafana-{version}", folder / f"types-{version}")
                lines[version] = [(f"{uid}, {part}", text) for uid, dashboard in dashboards.items()
                                  for part, text in statements(dashboard, types)]
                (folder / f"all-{version}.ts").write_text(
                    "export {};\n" + "\n".join(text for _, text in lines[version]), "utf-8")
            done = subprocess.run(
                ["node", str(NPM / "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
                 "--pretty", "false", *(f"all-{v}.ts" for v in VERSIONS)],
                cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
        found = {version: [] for version in VERSIONS}
        for version, line, text in re.findall(r"^all-([\d.]+)\.ts\((\d+),\d+\): (.*)$", done.stdout,
                                              re.MULTILINE):
            found[version].append(f"{lines[version][int(line) - 2][0]}: {text}")
        if done.returncode and not any(found.values()):
            self.fail(done.stdout[:2000])
        return found

    def test_every_version_knows_every_option(self):
        for version, faults in self.check(DASHBOARDS).items():
            self.assertEqual("\n".join(faults), "", version)

    def test_what_no_version_knows_is_found(self):
        broken = json.loads(json.dumps(DASHBOARDS["antminer-fleet"]))
        panel = next(p for p in bundle.panels(broken) if p["type"] == "timeseries")
        panel["options"]["legend"]["placemnt"] = "bottom"
        panel["fieldConfig"]["defaults"]["custom"]["drawStyle"] = "lines"
        panel["gridPos"]["width"] = 3
        for version, faults in self.check({"fleet": broken}).items():
            self.assertEqual(len(faults), 3, f"{version}: {faults}")
            self.assertTrue(all(panel["title"] in fault for fault in faults), faults)

    def test_tables_are_paged_by_every_version(self):
        """Up to 12.1 the footer says so, then the options."""
        for uid, dashboard in DASHBOARDS.items():
            for panel in bundle.panels(dashboard):
                if panel["type"] == "table":
                    options = panel["options"]
                    self.assertEqual(options["footer"]["enablePagination"],
                                     options["enablePagination"], f"{uid}, {panel['title']}")


if __name__ == "__main__":
    NPM = npm_folder()
    if NPM is None:
        print("skipped: npm cannot fetch @grafana/schema and typescript")
        sys.exit(77)
    unittest.main()
