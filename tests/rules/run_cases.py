"""Unit tests of the rules: promtool runs what the tables in cases/ say.

Usage: run_cases.py ROOT [--list-cases | NAME...]. Each alert must have a table with the seven cases
(fires, just below, one step before, resolves, a missing sample, zero, a stale series).
"""

import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile

import cases
import rulefiles


def files_for(name, table, rules, folder):
    """The rule files that a table needs: its own or that of the alert, and the recorded series.
    Tables of recorded series read all of them."""
    own = {rule.path for rule in rules if rule.alert == name or "expect" in table}
    if "rules" in table:
        own = {folder.parent / table["rules"]}
    return sorted(own | {folder / "antminer-recording.yml"})


def gaps(tables, rules):
    """What the tables lack."""
    alerts = {rule.alert for rule in rules if rule.alert}
    for name in sorted(alerts - set(tables)):
        yield f"{name}: no table"
    for name, table in tables.items():
        if "expect" in table:
            continue
        if name not in alerts:
            yield f"{name}: no such alert"
        lists = [cases if isinstance(cases, list) else cases.split()
                 for cases in table["firing"].values()]
        if not table.get("exact") or not all(one["annotations"] for one in cases.exacts(table)):
            yield f"{name}: no exact labels and annotations"
        if "cases" in table:
            continue  # By hand; the table says why.
        _, named = cases.lines_of(table)
        for case in cases.CASES:
            if case not in named:
                yield f"{name}: the case \"{case}\" is missing"
        fires = [any(case.split(",")[0] == "fires" for case in one) for one in lists]
        if True not in fires or fires[0] or fires[-1]:
            yield f"{name}: \"fires\" must be silent first, fire, and resolve"


def run_one(name, table, rule_files, folder):
    make = cases.expression_test if "expect" in table else \
        lambda table, files: cases.unit_test(name, table, files)
    return cases.run_promtool(make(table, rule_files), folder)


def main():
    if not shutil.which("promtool"):
        print("skipped: promtool is not installed (package prometheus)")
        return 77
    root = pathlib.Path(sys.argv[1]).resolve()
    folder = root / "prometheus" / "rules"
    rules = rulefiles.rules(folder)
    tables = cases.load(pathlib.Path(__file__).parent / "cases")
    wanted = sys.argv[2:] or list(tables)
    failed = list(gaps(tables, rules))
    with tempfile.TemporaryDirectory() as temporary, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {name: pool.submit(run_one, name, tables[name],
                                  files_for(name, tables[name], rules, folder), temporary)
                for name in wanted}
        failed += [f"{name}:\n{run.result()}" for name, run in runs.items() if run.result()]
    print("\n".join(failed))
    print(f"{len(wanted)} tables, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
