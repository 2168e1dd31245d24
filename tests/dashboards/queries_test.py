"""Every query of every dashboard on a real Prometheus: healthy fleets, empty ones, broken ones.

Histories come from fleet_data.py, recording rules are evaluated by promtool over them. How long the
queries took is printed, and not judged."""

import math
import pathlib
import re
import shutil
import sys
import tempfile
import time
import unittest

import bundle
import fleet_data
import grafana
import prometheus

DASHBOARDS = bundle.load()
END = fleet_data.END
MAX_SERIES = 50

# Queries without a result in a healthy fleet: lists of what is wrong.
BAD_ONLY = {
    ("antminer-fleet", "Firing alerts"), ("antminer-miner", "Firing alerts of this miner"),
    ("antminer-alerts", "Firing now"), ("antminer-alerts", "Firing alerts by severity"),
    ("antminer-alerts", "Firing alerts by name"), ("antminer-alerts", "Firing alerts by site"),
    ("antminer-alerts", "When each alert fired"),
    ("antminer-alerts", "Miners with most alert hours, 10 most"),
    ("antminer-pools", "Miners that work elsewhere"),
}


class Sets:
    """The Prometheus of each set, started when it is first asked for."""

    servers = {}
    folder = None

    @classmethod
    def get(cls, name):
        if cls.folder is None:
            cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="dashboards-"))
        if name not in cls.servers:
            prometheus.build_history(name, cls.folder / name)
            cls.servers[name] = prometheus.Prometheus(cls.folder / name)
        return cls.servers[name]

    @classmethod
    def close(cls):
        for server in cls.servers.values():
            server.stop()
        if cls.folder:
            shutil.rmtree(cls.folder, ignore_errors=True)


def tearDownModule():  # The name is unittest's.
    Sets.close()


def view(uid, name, **chosen):
    step = fleet_data.SETS[name][2]
    return grafana.View(DASHBOARDS[uid], Sets.get(name), END, step, chosen)


def numbers(result):
    for series in result:
        for _, value in series.get("values") or [series["value"]]:
            yield float(value)


def queries(dashboard):
    for panel in bundle.panels(dashboard):
        for target in panel["targets"]:
            yield panel, target


class Case(unittest.TestCase):
    def sound(self, shown, panel, target):
        """The result of a query that is answered without error or warning and well formed."""
        where = f"{shown.dashboard['uid']}, {panel['title']} {target['refId']}"
        expr, step = shown.prepare(panel, target)
        self.assertIsNone(re.search(r"\$[{a-z_]", expr), f"{where}: not filled in: {expr}")
        try:
            reply = shown.ask(expr, step, target["instant"])
        except prometheus.PromError as fault:
            self.fail(f"{where}: {fault}\n{expr}")
        self.assertNotIn("warnings", reply, where)
        result = reply["data"]["result"]
        if panel["type"] != "table":
            self.assertLessEqual(len(result), MAX_SERIES, f"{where}: too many series")
        names = [grafana.legend_of(target, s["metric"]) for s in result]
        if panel["type"] not in ("table", "heatmap") and target["legendFormat"] != "__auto":
            self.assertEqual(len(set(names)), len(names), f"{where}: names are not unique: {names}")
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                if label not in ("site", "severity"):  # Not set on every fleet or alert.
                    for series in result:
                        self.assertIn(label, series["metric"], where)
        return result

    def every_query(self, uid, name, **chosen):
        shown = view(uid, name, **chosen)
        slowest = (0.0, "")
        results = []
        for panel, target in queries(shown.dashboard):
            began = time.monotonic()
            result = self.sound(shown, panel, target)
            slowest = max(slowest, (time.monotonic() - began, panel["title"]))
            results.append((panel, target, result))
        print(f"{name:8}{uid:24}{len(results)} queries, slowest {slowest[0]:.2f} s ({slowest[1]})",
              file=sys.stderr)
        return results


class Healthy(Case):
    """Twelve miners without a fault: every panel shows something."""

    def test_every_query_has_values(self):
        for uid in DASHBOARDS:
            with self.subTest(uid):
                for panel, target, result in self.every_query(uid, "dozen"):
                    if (uid, panel["title"]) in BAD_ONLY:
                        self.assertEqual(result, [], f"{panel['title']} has no fault to show")
                        continue
                    self.assertTrue(any(not math.isnan(v) for v in numbers(result)),
                                    f"{uid}, {panel['title']} {target['refId']}: empty")

    def test_with_probe_it_shows_the_same(self):
        """Another job for the miners than for the exporter changes nothing, chosen or not."""
        for uid in DASHBOARDS:
            whole, chosen = view(uid, "dozen"), {"job": ["antminer_miners"]}
            for probed in (view(uid, "probe"), view(uid, "probe", **chosen)):
                for panel, target in queries(whole.dashboard):
                    want, got = (sorted(numbers(shown.run(panel, target)["data"]["result"]))
                                 for shown in (whole, probed))
                    self.assertEqual(len(got), len(want), f"{uid}, {panel['title']}")
                    self.assertTrue(all(math.isclose(a, b, rel_tol=1e-9) or a != a
                                        for a, b in zip(got, want)), f"{uid}, {panel['title']}")

    def test_one_miner(self):
        for uid in DASHBOARDS:
            with self.subTest(uid):
                self.every_query(uid, "one")

    def test_ways_to_choose(self):
        miners = [m["metric"]["miner"] for m in Sets.get("dozen").query("antminer_up", END)]
        ways = {
            "all, one by one": {"job": "expanded", "site": "expanded", "model": "expanded",
                                "miner": "expanded"},
            "one": {"site": ["hall-a"], "miner": [miners[0]]},
            "two": {"model": ["Antminer S21", "Antminer S19 XP"], "miner": miners[:2]},
            "signs of patterns": {"site": ["hall (a)|.*"], "miner": ["a.b\\d[1]"]},
        }
        for way, chosen in ways.items():
            for uid in DASHBOARDS:
                with self.subTest(way=way, uid=uid):
                    self.every_query(uid, "dozen", **chosen)

    def test_annotations(self):
        for name in ("dozen", "faults"):
            for uid, dashboard in DASHBOARDS.items():
                shown = view(uid, name)
                for note in dashboard["annotations"]["list"]:
                    result = shown.ask(shown.expression(note["expr"], 60), 60, False)["data"]["result"]
                    if name == "dozen":
                        self.assertEqual(result, [], note["name"])
                    elif "ALERTS" in note["expr"] and "miner" not in uid:
                        self.assertTrue(result, note["name"])


class Faulty(Case):
    """Each fault shows where it must, and nothing else does."""

    def test_every_query_is_sound(self):
        for uid in DASHBOARDS:
            with self.subTest(uid):
                self.every_query(uid, "faults")

    def test_counts(self):
        fleet = view("antminer-fleet", "faults")
        self.assertEqual(fleet.value("Miners up", "up"), 10)  # One refuses, one is lost.
        self.assertAlmostEqual(fleet.value("Miners up", "of known"), 10 / 12)
        self.assertEqual(fleet.value("Not healthy", "down"), 2)
        self.assertEqual(fleet.value("Not healthy", "impaired"), 3)  # The sleeper is none.
        self.assertEqual(fleet.value("Boards missing"), 1)
        self.assertEqual(fleet.value("Chips failed"), 126)
        self.assertEqual(fleet.value("Fans stopped"), 1)
        self.assertAlmostEqual(fleet.value("Restarts in 1 h"), 0)  # It was 70 minutes ago.
        self.assertGreater(fleet.value("Hottest chip", "of limit"), 1)
        alerts = view("antminer-alerts", "faults")
        self.assertEqual(alerts.value("Critical"), 3)
        self.assertEqual(alerts.value("Warning"), 4)
        self.assertEqual(alerts.value("Miners with an alert"), 7)
        pools = view("antminer-pools", "faults")
        self.assertEqual(pools.value("On a reserve pool"), 1)
        self.assertEqual(pools.value("Dead pools"), 1)
        self.assertEqual(pools.value("Miners without a pool"), 0)

    def test_a_counter_that_starts_anew_makes_no_spike(self):
        fleet = view("antminer-fleet", "faults")
        panel = next(p for p in bundle.panels(fleet.dashboard)
                     if p["title"] == "Paid and reported hashrate")
        paid, reported = (list(numbers(fleet.run(panel, t)["data"]["result"]))
                          for t in panel["targets"])
        self.assertGreaterEqual(min(paid), 0)
        self.assertLess(max(paid), 1.6 * max(reported))

    def test_ratios_are_ratios(self):
        for name in ("dozen", "faults"):
            for uid, dashboard in DASHBOARDS.items():
                shown = view(uid, name)
                for panel, target in queries(dashboard):
                    defaults = panel["fieldConfig"]["defaults"]
                    if defaults.get("unit") != "percentunit" or panel["title"] == "Margin":
                        continue
                    for value in numbers(self.sound(shown, panel, target)):
                        self.assertTrue(0 <= value <= 1.3 or math.isnan(value),
                                        f"{uid}, {panel['title']}: {value}")


class Missing(Case):
    """No miner, or miners that tell little: counts are 0, the rest is empty, nothing fails."""

    def test_every_query_is_sound(self):
        for name in ("empty", "bare"):
            for uid in DASHBOARDS:
                with self.subTest(uid, name=name):
                    self.every_query(uid, name)

    def test_counts_without_miners(self):
        fleet = view("antminer-fleet", "empty")
        for title in ("Not healthy", "Boards missing", "Chips missing", "Chips failed",
                      "Fans stopped", "Restarts in 1 h"):
            panel = next(p for p in bundle.panels(fleet.dashboard) if p["title"] == title)
            for target in panel["targets"]:
                self.assertEqual(fleet.value(title, target["legendFormat"]), 0, title)
        self.assertEqual(fleet.value("Miners up", "up"), 0)

    def test_columns_stay(self):
        """Each query of a table that joins gives a row for the column's sake, or is of the miner."""
        for uid, dashboard in DASHBOARDS.items():
            shown = view(uid, "bare")
            for panel in bundle.panels(dashboard):
                if panel["type"] != "table":
                    continue
                shows = {o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"]}
                renamed = panel["transformations"][-1]["options"]["renameByName"]
                for target in panel["targets"]:
                    column = renamed.get("Value #" + target["refId"])
                    if column in shows and len(panel["targets"]) > 1 and uid != "antminer-boards":
                        self.assertTrue(shown.run(panel, target)["data"]["result"],
                                        f"{uid}, {panel['title']}: the column {column} is lost")

    def test_no_market_data_is_no_profit(self):
        shown = view("antminer-profitability", "bare")
        for title in ("Revenue per day", "Profit per day", "Electricity per day"):
            panel = next(p for p in bundle.panels(shown.dashboard) if p["title"] == title)
            self.assertEqual(shown.run(panel, panel["targets"][0])["data"]["result"], [], title)
        self.assertEqual(shown.value("Losing miners", "losing"), 0)
        self.assertEqual(shown.value("Losing miners", "left out"), 1)  # It tells no power.


class Sums(Case):
    """Parts make the whole, and money is right to the cent."""

    def raw(self, name, expr):
        return {s["metric"].get("miner"): float(s["value"][1])
                for s in Sets.get(name).query(expr, END)}

    def test_parts_make_the_whole(self):
        for name in ("dozen", "faults"):
            shown = view("antminer-fleet", name)
            rates = self.raw(name, "antminer_hashrate_hashes_per_second")
            sha256 = self.raw(name, 'antminer_miner_info{algorithm="sha256"}')
            whole = sum(v for m, v in rates.items() if m in sha256)
            for title in ("Hashrate by model", "Hashrate by site"):
                panel = next(p for p in bundle.panels(shown.dashboard) if p["title"] == title)
                result = shown.run(panel, panel["targets"][0])["data"]["result"]
                self.assertGreater(len(result), 1)
                self.assertAlmostEqual(sum(float(s["values"][-1][1]) for s in result) / whole, 1)

    def test_efficiency(self):
        for name in ("dozen", "faults"):
            watts = self.raw(name, "antminer_power_watts")
            rates = self.raw(name, 'antminer_hashrate_hashes_per_second')
            both = [m for m in watts if rates.get(m, 0) > 0]
            want = sum(watts[m] for m in both) / sum(rates[m] for m in both) * 1e12
            got = view("antminer-fleet", name).value("Efficiency", "now")
            self.assertAlmostEqual(got, want, 6)
            self.assertTrue(10 < got < 60, got)

    def money(self, name, price=None, tariff=None):
        """(revenue, cost, profit) per day, computed here."""
        server = Sets.get(name)
        def one(expr):
            return float(server.query(expr, END)[0]["value"][1])
        price = price or one("antminer_market_bitcoin_price")
        of_all = one("antminer_electricity_price_per_kilowatt_hour")
        of_site = {s["metric"]["site"]: float(s["value"][1]) for s in server.query(
            "antminer_site_electricity_price_per_kilowatt_hour", END)}
        own = self.raw(name, "antminer_miner_electricity_price_per_kilowatt_hour")
        site = {s["metric"]["miner"]: s["metric"].get("site")
                for s in server.query("antminer_miner_info", END)}
        reward = one("antminer_market_block_subsidy_bitcoins") + one("antminer_market_block_fees_bitcoins")
        per_hash = 86400 / (one("antminer_market_network_difficulty") * 2 ** 32) * reward * price * (
            1 - one("antminer_pool_fee_ratio"))
        sha256 = self.raw(name, 'antminer_miner_info{algorithm="sha256"}')
        rates = {m: v for m, v in self.raw(name, "antminer_hashrate_hashes_per_second").items()
                 if m in sha256}
        watts = {m: v for m, v in self.raw(name, "antminer_power_watts").items() if m in sha256}
        both = [m for m in rates if m in watts]
        cost = {m: watts[m] * 0.024 * (tariff or own.get(m, of_site.get(site[m], of_all)))
                for m in both}
        profit = [rates[m] * per_hash - cost[m] for m in both]
        return (sum(rates[m] for m in both) * per_hash, sum(cost.values()), sum(profit),
                sum(p < 0 for p in profit), len(sha256) - len(both))

    def test_money(self):
        for name in ("dozen", "faults"):
            shown = view("antminer-profitability", name)
            revenue, cost, profit, losing, left_out = self.money(name)
            self.assertAlmostEqual(shown.value("Revenue per day"), revenue, 2)
            self.assertAlmostEqual(shown.value("Electricity per day"), cost, 2)
            self.assertAlmostEqual(shown.value("Profit per day"), profit, 2)
            self.assertEqual(shown.value("Losing miners", "losing"), losing)
            self.assertEqual(shown.value("Losing miners", "left out"), left_out)
            self.assertEqual(left_out, 3 if name == "faults" else 0)  # No power, off, and lost.

    def test_money_adds_up(self):
        """Revenue less electricity is profit, of the moment and as recorded."""
        for name in ("dozen", "faults"):
            shown = view("antminer-profitability", name)
            whole = shown.value("Revenue of the range")
            for of, delta in (("per day", 1e-6), ("of the range", whole * 1e-9)):
                left = shown.value("Revenue " + of) - shown.value("Electricity " + of)
                self.assertAlmostEqual(left, shown.value("Profit " + of), delta=delta, msg=name)
            panel = next(p for p in bundle.panels(shown.dashboard)
                         if p["title"] == "Revenue, electricity and profit per day")
            graphs = [dict(shown.run(panel, t)["data"]["result"][0]["values"])
                      for t in panel["targets"]]
            last = max(set.intersection(*map(set, graphs)))
            earned, paid, left = (float(graph[last]) for graph in graphs)
            self.assertAlmostEqual(earned - paid, left, delta=earned * 1e-9, msg=name)

    def test_what_if(self):
        shown = view("antminer-profitability", "dozen", price="65000", tariff="0.12")
        revenue, cost, profit, *_ = self.money("dozen", 65000, 0.12)
        self.assertAlmostEqual(shown.value("Revenue per day"), revenue, 2)
        self.assertAlmostEqual(shown.value("Electricity per day"), cost, 2)
        self.assertAlmostEqual(shown.value("Profit per day"), profit, 2)

    def test_the_example_of_the_text(self):
        """What the text panel says of 95 TH/s and 3250 W."""
        self.assertAlmostEqual(95e12 * 86400 / (126e12 * 2 ** 32) * 3.125 * 0.98 * 100000, 4.64,
                               delta=0.005)
        self.assertAlmostEqual(3250 / 1000 * 24 * 0.10, 7.80, 2)
        text = next(p for p in bundle.panels(DASHBOARDS["antminer-profitability"])
                    if p["type"] == "text")["options"]["content"]
        self.assertIn("4.64", text)
        self.assertIn("7.80", text)

    def test_recorded_profit_is_the_same(self):
        """Over hours: what is recorded is of other moments than what is computed on the page."""
        shown = []
        for uid in ("antminer-fleet", "antminer-profitability"):
            there = view(uid, "dozen")
            panel = next(p for p in bundle.panels(there.dashboard) if p["title"] == "Profit per day")
            expr, _ = there.prepare(panel, panel["targets"][0])
            result = there.server.query(f"avg_over_time(({expr})[5h:1m])", END)
            shown.append(float(result[0]["value"][1]))
        revenue, *_ = self.money("dozen")
        self.assertAlmostEqual(shown[0], shown[1], delta=revenue * 0.002)


class Large(Case):
    """500 miners: no graph drowns, no query fails."""

    def test_every_query_is_sound(self):
        for uid in DASHBOARDS:
            with self.subTest(uid):
                self.every_query(uid, "large")


if __name__ == "__main__":
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("skipped: prometheus is not installed")
        sys.exit(77)
    unittest.main()
