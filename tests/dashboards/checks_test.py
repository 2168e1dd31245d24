"""Each rule of rules.py finds the fault it is there for."""

import unittest

import bundle
import prometheus
import rules

DASHBOARDS = bundle.load()
WORLD = rules.World(DASHBOARDS, bundle.contract(),
                    bundle.recorded_names(prometheus.recording_rules()))


def panel_of(dashboard, title):
    return next(p for p in bundle.panels(dashboard) if p["title"] == title)


class Faults(unittest.TestCase):
    def found(self, rule, change, uid="antminer-fleet"):
        """What the rule says after the change, less what it said before."""
        dashboard = rules.copy(DASHBOARDS[uid])
        before = rules.faults(dashboard, WORLD, (rule,))
        change(dashboard)
        after = rules.faults(dashboard, WORLD, (rule,))
        return [x for x in after if x not in before]

    def expect(self, rule, change, text, uid="antminer-fleet"):
        found = self.found(rule, change, uid)
        self.assertTrue(any(text in x for x in found), f"{rule.__name__} said {found}")

    def change_expr(self, title, old, new):
        def change(dashboard):
            target = panel_of(dashboard, title)["targets"][0]
            self.assertIn(old, target["expr"])
            target["expr"] = target["expr"].replace(old, new)
        return change

    def test_head(self):
        self.expect(rules.head, lambda d: d.update(editable=True), "editable")
        self.expect(rules.head, lambda d: d.update(refresh="5s"), "refresh")
        self.expect(rules.head, lambda d: d.update(uid="x"), "uid")
        self.expect(rules.head, lambda d: d.update(version=3), "version")
        self.expect(rules.head, lambda d: d.update(links=[]), "drop-down")
        self.expect(rules.head, lambda d: d.update(tags=[]), "tag")

    def test_ids(self):
        self.expect(rules.ids, lambda d: d["panels"][1].update(id=d["panels"][2]["id"]), "unique")

    def test_grid(self):
        self.expect(rules.grid, lambda d: d["panels"][2]["gridPos"].update(x=0), "lies over")
        self.expect(rules.grid, lambda d: d["panels"][1]["gridPos"].update(x=23), "outside")
        self.expect(rules.grid, lambda d: d["panels"][1]["gridPos"].update(h=2), "differ in height")

    def test_words(self):
        self.expect(rules.words, lambda d: d["panels"][1].update(description=""), "description")
        self.expect(rules.words, lambda d: d["panels"][1].update(title=""), "title")

    def test_sources(self):
        self.expect(rules.sources, lambda d: d["panels"][1]["datasource"].update(uid="abc"), "abc")
        self.expect(rules.sources, lambda d: d["annotations"]["list"][0]["datasource"].update(
            uid="abc"), "annotation")

    def test_variables(self):
        def of(name, **values):
            return lambda d: bundle.variables(d)[name].update(values)
        self.expect(rules.variables, of("site", allValue=None), "allValue")
        self.expect(rules.variables, of("site", refresh=1), "read again")
        self.expect(rules.variables, of("site", query={"query": "label_values(x{rack=~\"$rack\"}, a)"}),
                    "stand before")
        self.expect(rules.variables, of("site", query={"query": "label_values(x, a)"}),
                    "depend on job")
        self.expect(rules.variables, lambda d: d["templating"]["list"].reverse(), "first variables")

    def test_shape(self):
        def config(**values):
            return lambda d: panel_of(d, "Of expected")["fieldConfig"]["defaults"].update(values)
        red = {"steps": [{"value": None, "color": "green"}, {"value": 80, "color": "red"}]}
        mixed = {"steps": [{"value": None, "color": "green"}, {"value": 3, "color": "red"},
                           {"value": 2, "color": "red"}]}
        self.expect(rules.shape, config(thresholds=red), "steps of its own")
        self.expect(rules.shape, config(thresholds=mixed), "in order")
        self.expect(rules.shape, lambda d: panel_of(d, "Of expected")["fieldConfig"]["defaults"]
                    .pop("max"), "min and max")
        self.expect(rules.shape, lambda d: panel_of(d, "Of expected")["options"].pop("reduceOptions"),
                    "reduceOptions")
        self.expect(rules.shape, lambda d: panel_of(d, "Of expected").update(targets=[]), "no query")
        self.expect(rules.shape, lambda d: panel_of(d, "Miners up")["targets"][1].update(refId="A"),
                    "refIds")
        self.expect(rules.shape, lambda d: panel_of(d, "Miners up")["fieldConfig"]["defaults"]
                    .pop("noValue"), "says nothing")

    def test_units(self):
        def unit(text):
            return lambda d: panel_of(d, "Power")["fieldConfig"]["defaults"].update(unit=text)
        self.expect(rules.units, unit("rpm"), "rpm")
        self.expect(rules.units, unit("suffix: J/TH"), "suffix")

    def test_kinds_of_query(self):
        self.expect(rules.kinds_of_query, lambda d: panel_of(d, "Of expected")["targets"][0].update(
            instant=False), "instant must be True")
        self.expect(rules.kinds_of_query, lambda d: panel_of(d, "Chip temperature")["targets"][0]
                    .update(instant=True), "instant must be False")
        self.expect(rules.kinds_of_query, lambda d: panel_of(d, "Miners")["transformations"][0]
                    .pop("filter"), "one miner")
        self.expect(rules.kinds_of_query, lambda d: panel_of(d, "Miners")["targets"][0].pop("format"),
                    "table format")

    def test_promql(self):
        def expect(old, new, text, title="Power"):
            self.expect(rules.promql, self.change_expr(title, old, new), text)
        expect("antminer_power_watts", "antminer_power_wats", "neither in the contract")
        expect('job=~"$job", ', "", "without job")
        expect('miner=~"$miner"', 'miner!=""', "without miner")
        expect('miner=~"$miner"', 'mine=~"$miner"', "has no label mine")
        expect("$miner", "$minr", "no variable")
        expect("without (source)", "without (sauce)", "sauce")
        expect("antminer_power_watts", "antminer_energy_joules_total", "counter")
        expect("[1h]", "[7m]", "window [7m]", "Rejected work, 10 highest")
        expect("$__rate_interval", "2m", "window [2m]", "Paid and reported hashrate")
        expect(', algorithm="sha256"', "", "SHA-256 only", "Paid and reported hashrate")
        expect("antminer_miner_info{", "antminer_pool_fee_ratio{", "by job: with /probe")

    def test_link_targets(self):
        def link(url):
            def change(dashboard):
                panel_of(dashboard, "Not healthy")["fieldConfig"]["defaults"]["links"][0]["url"] = url
            return change
        good = "/d/antminer-alerts/antminer-alerts?${datasource:queryparam}&${__url_time_range}"
        self.assertEqual(self.found(rules.link_targets, link(good)), [])
        self.expect(rules.link_targets, link(good.replace("alerts", "alarms")), "no dashboard")
        self.expect(rules.link_targets, link(good.split("&")[0]), "loses the time")
        self.expect(rules.link_targets, link(good + "&var-minor=1"), "no variable minor")
        self.expect(rules.link_targets, link(good + "&${hall:queryparam}"), "not here")

    def test_names_of_fields(self):
        def rename(dashboard):
            options = panel_of(dashboard, "Miners")["transformations"][-1]["options"]
            options["renameByName"]["Value #Z"] = "Nothing"
        self.expect(rules.names_of_fields, rename, "nothing makes")
        self.expect(rules.names_of_fields, lambda d: panel_of(d, "Miners up")["targets"][1].update(
            legendFormat="share"), "no field is called")
        self.expect(rules.names_of_fields, lambda d: panel_of(d, "Chip temperature")["targets"][3]
                    .update(legendFormat="top"), "no field is like")

    def test_size(self):
        self.expect(rules.size, lambda d: d["panels"].extend([d["panels"][1]] * 20), "open panels")
        self.expect(rules.size, lambda d: d["panels"][1].update(
            targets=d["panels"][1]["targets"] * 40), "open queries")

    def test_every_rule_is_tried_here(self):
        for rule in rules.RULES:
            self.assertTrue(hasattr(self, "test_" + rule.__name__), rule.__name__)


class Reading(unittest.TestCase):
    def test_selectors(self):
        found, labels = bundle.selectors(
            'sum by (a, b) (rate(x_total{job=~"$job", q="}"}[5m]) * on (c) group_left (d) y) / 1e12'
            ' and on () z > bool 0 unless q offset 1m')
        self.assertEqual([s.name for s in found], ["x_total", "y", "z", "q"])
        self.assertEqual(found[0].matchers, {"job": ("=~", "$job"), "q": ("=", "}")})
        self.assertEqual((found[0].function, found[0].range), ("rate", "5m"))
        self.assertEqual(labels, {"a", "b", "c", "d"})


if __name__ == "__main__":
    unittest.main()
