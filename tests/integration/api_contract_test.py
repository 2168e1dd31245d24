#!/usr/bin/env python3
"""The JSON API over real sockets: exporter and simulator as they are, on loopback.

Every request of /openapi.json is sent and every answer is held against its schema; then the
checks of the contract. Usage: api_contract_test.py EXPORTER FARM [unittest arguments]
"""
import csv
import http.client
import io
import json
import os
import re
import socket
import sys
import unittest
import urllib.parse

from json_schema import faults
from programs import Exporter, Farm, own_network, wait_for

DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
NO_CACHE = "no-store, no-cache, must-revalidate, max-age=0, private"


def dates(value):
    """Every text of the value that begins like a date."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [date for item in value for date in dates(item)]
    return [value] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]", value) else []


class ValidatorTest(unittest.TestCase):
    def test_it_finds_faults(self):
        schema = {"type": "object", "required": ["a"], "additionalProperties": False,
                  "properties": {"a": {"type": ["integer", "null"], "minimum": 0}}}
        self.assertEqual(faults({"a": None}, schema, {}), [])
        for bad in ({}, {"a": "1"}, {"a": -1}, {"a": 1.5}, {"a": True}, {"a": 1, "b": 2}, []):
            self.assertNotEqual(faults(bad, schema, {}), [], bad)


class ContractTest(unittest.TestCase):
    """Two machines that stand still; the second one stops answering half way through."""

    @classmethod
    def setUpClass(cls):
        cls.net = own_network()
        cls.first, cls.second = cls.net + "1", cls.net + "2"
        cls.farm = Farm(2, cls.first, "--profile", "s19pro")
        cls.exporter = Exporter(cls.net + "0/29", API_MAX_LIMIT="5",
                                STATIC_PRICE="65000", STATIC_DIFFICULTY="1.1e14",
                                DEFAULT_POWER_COST="0.08")
        cls.addClassCleanup(cls.farm.stop)
        cls.addClassCleanup(cls.exporter.stop)
        api = cls.exporter
        ready = api.wait(lambda: api.get("/api/summary")["total_workers"] == 2
                         and len(api.get(f"/api/metrics?ip={cls.second}")) >= 3
                         and api.get("/api/summary")["source"] == "live")
        assert ready, api.text()
        cls.document = api.get("/openapi.json")

    def refused(self):
        """The second machine refuses, and the exporter has noticed."""
        self.farm.ctl("fault", self.second, "refuse")
        self.addCleanup(self.recovered)
        api = self.exporter
        mixed = api.wait(lambda: api.get("/api/summary")["source"] == "mixed")
        self.assertTrue(mixed, api.get("/api/summary"))

    def recovered(self):
        self.farm.ctl("clear", self.second)
        api = self.exporter
        self.assertTrue(api.wait(lambda: api.get("/api/summary")["source"] == "live"))

    def fault(self, path, name):
        answer = self.exporter.ask(path)
        self.assertEqual(answer.status, 400, path + answer.body)
        self.assertTrue(answer.json["error"].startswith(name + ": "), answer.body)
        self.assertIs(answer.json["ok"], False)
        self.assertEqual(answer.headers["cache-control"], NO_CACHE)

    def test_every_documented_read_fits_its_schema(self):
        seen = 0
        for pattern, methods in self.document["paths"].items():
            operation = methods.get("get")
            if operation is None or "text/event-stream" in str(operation):
                continue
            path = pattern.replace("{ip}", self.first)
            for query in self.queries(operation):
                answer = self.exporter.ask(path + query)
                with self.subTest(path=path + query):
                    self.check(operation, answer)
                    seen += 1
        self.assertGreater(seen, 60)

    @staticmethod
    def queries(operation):
        """Without parameters, and each parameter with every kind of value that it has."""
        yield ""
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            schema = parameter["schema"]
            values = schema.get("enum") or schema.get("examples") or [schema.get("default", "1")]
            if "minimum" in schema:
                values = [schema["minimum"], schema["maximum"]]
            for value in values:
                text = str(value).lower() if isinstance(value, bool) else str(value)
                yield "?" + urllib.parse.urlencode({parameter["name"]: text})

    def check(self, operation, answer):
        responses = operation["responses"]
        self.assertIn(str(answer.status), responses, answer.body)
        self.assertNotEqual(answer.status, 500, answer.body)
        kind = answer.headers["content-type"].split(";")[0]
        content = responses[str(answer.status)]["content"]
        self.assertIn(kind, content)
        if kind != "application/json":
            return
        value = answer.json
        self.assertEqual(faults(value, content[kind]["schema"], self.document), [])
        if "openapi" not in value:  # That one shows what dates may look like in a request.
            for date in dates(value):
                self.assertRegex(date, DATE)
        self.assertNotIn("NaN", answer.body)

    def test_every_bounded_parameter_refuses_what_is_outside(self):
        seen = 0
        for pattern, methods in self.document["paths"].items():
            for parameter in methods.get("get", {}).get("parameters", []):
                schema = parameter["schema"]
                if parameter["in"] != "query" or not ("minimum" in schema or "enum" in schema):
                    continue
                bad = schema["maximum"] + 1 if "maximum" in schema else "nonsense"
                path = pattern.replace("{ip}", self.first)
                answer = self.exporter.ask(f"{path}?{parameter['name']}={bad}")
                self.assertEqual(answer.status, 400, path + answer.body)
                self.assertIn(parameter["name"] + ": ", answer.body)
                seen += 1
        self.assertGreater(seen, 10)

    def test_totals_are_those_of_the_machines(self):
        api = self.exporter
        truth = [self.farm.get(address) for address in (self.first, self.second)]
        rate = sum(machine["hashrate"] for machine in truth) / 1e12
        summary = api.get("/api/summary")
        self.assertEqual(summary["source"], "live")
        self.assertAlmostEqual(summary["total_hashrate"], rate, delta=rate * 0.001)
        self.assertEqual(summary["total_uptime"], max(int(m["elapsed"]) for m in truth))
        self.assertEqual([entry["ip"] for entry in summary["log"]], [self.first, self.second])

    def test_a_silent_machine_counts_with_its_last_row(self):
        self.refused()
        log = self.exporter.get("/api/summary")["log"]
        self.assertEqual([entry["source"] for entry in log], ["live", "db_fallback"])

    def test_addresses_are_literals_and_never_connected_to(self):
        self.fault("/api/summary?ip=notanip", "ip")
        self.fault("/api/miners/current?ips=127.0.0.1,localhost", "ips")
        self.fault("/api/miners/localhost/pools", "ip")
        with socket.create_server((self.net + "77", 4028)) as listener:
            summary = self.exporter.get(f"/api/summary?ip={self.net}77")
            self.assertEqual((summary["source"], summary["total_workers"]), ("none", 0))
            self.assertEqual(self.exporter.ask(f"/api/miners/{self.net}77").status, 404)
            listener.setblocking(False)
            self.assertRaises(BlockingIOError, listener.accept)

    def test_means_are_those_of_the_rows(self):
        self.refused()
        api = self.exporter
        rows = [json.loads(line) for line in api.ask(
            f"/api/metrics?ip={self.second}&format=ndjson&since=50m").body.splitlines()]
        self.assertGreaterEqual(len(rows), 3)
        means = api.get("/api/miners/summary?window_min=50&active_only=false")
        self.assertEqual([row["ip"] for row in means], [self.first, self.second])
        for key in ("hashrate_ths", "power_w", "avg_temp_c", "avg_fan_rpm"):
            mean = sum(row[key] for row in rows) / len(rows)
            self.assertAlmostEqual(means[1][key], mean, delta=abs(mean) * 1e-6)
        self.assertEqual(means[1]["last_seen"], rows[-1]["timestamp"])
        self.assertEqual(api.get("/api/miners/summary?window_min=50&since=2100-01-01"), [])

    def test_rows_are_the_newest_ascending_with_six_keys(self):
        self.refused()  # No new rows of the second machine from here on.
        api = self.exporter
        path = f"/api/metrics?ips={self.second}"
        rows = api.get(path)
        self.assertEqual(rows, sorted(rows, key=lambda row: row["timestamp"]))
        self.assertEqual(set(rows[0]), {"timestamp", "ip", "power_w", "hashrate_ths",
                                        "avg_temp_c", "avg_fan_rpm"})
        self.assertEqual(api.get(path + "&limit=2"), rows[-2:])
        self.assertEqual(len(api.get(path + "&limit=0")), 1)
        self.assertLessEqual(len(api.get("/api/metrics?limit=1000")), 5)
        self.fault("/api/metrics?limit=abc", "limit")
        self.assertEqual(api.get(f"/api/metrics?ip={self.second}&limit=1")[0]["model"],
                         "Antminer S19 Pro")
        table = list(csv.DictReader(io.StringIO(api.ask(path + "&format=csv").body)))
        lines = api.ask(path + "&format=ndjson").body.splitlines()
        self.assertEqual([row["timestamp"] for row in table],
                         [json.loads(line)["timestamp"] for line in lines])

    def test_pages_join_without_gap_or_repeat(self):
        self.refused()
        api = self.exporter
        path = f"/api/metrics?ip={self.second}"
        wanted = [json.loads(line) for line in api.ask(path + "&format=ndjson").body.splitlines()]
        for order in ("newest", "oldest"):
            rows, cursor = [], ""
            for _ in range(len(wanted) + 1):
                answer = api.ask(f"{path}&limit=2&order={order}&cursor={cursor}")
                rows = answer.json + rows if order == "newest" else rows + answer.json
                cursor = answer.headers.get("x-next-cursor", "")
                if not cursor:
                    break
            self.assertEqual(rows, wanted)

    def test_dates_come_in_many_forms(self):
        api = self.exporter
        for since in ("2020-01-01", "2020-01-01T08:00:00", "2020-01-01T08:00:00Z",
                      "2020-01-01T08:00:00-04:00", "2020-01-01T08:00:00+00:00",
                      "20200101T080000Z", "1577836800", "1h"):
            self.assertTrue(api.get(f"/api/metrics?since={since}"), since)
        self.assertEqual(api.get("/api/metrics?since=2100-01-01T00:00:00Z"), [])
        self.fault("/api/metrics?since=garbage", "since")

    def test_a_refusal_is_told_in_both_logs(self):
        self.refused()
        api = self.exporter
        for path, key in (("/api/error-logs", "created_at"), ("/api/events", "timestamp")):
            rows = api.wait(lambda p=path: api.get(f"{p}?ip={self.second}"))
            self.assertTrue(rows, path + api.text())
            self.assertEqual({row["miner_ip"] for row in rows}, {self.second})
            every = api.get(path + "?level=all")
            self.assertEqual([row[key] for row in every],
                             sorted((row[key] for row in every), reverse=True))
            level = rows[0]["level"].lower()
            self.assertEqual({row["level"] for row in api.get(f"{path}?level={level}")},
                             {level.upper()})
            self.fault(path + "?level=loud", "level")
        self.assertTrue(api.get(f"/api/miner/{self.second}/logs")["logs"])

    def test_freshness_follows_the_interval(self):
        api = self.exporter

        def item():
            return next(m for m in api.get("/api/miners") if m["ip"] == self.second)

        self.farm.ctl("fault", self.second, "refuse")
        self.addCleanup(self.recovered)
        seen = []

        def stale():
            now = item()
            if not seen or seen[-1] != now["status"]:
                seen.append(now["status"])
            self.assertEqual(now["is_stale"], now["status"] == "Stale")
            return now["is_stale"]

        self.assertTrue(wait_for(stale))
        self.assertEqual(seen[-2:], ["Lagging", "Stale"])

    def test_both_lists_of_miners_have_the_same_items(self):
        def plain(items):
            return [{k: v for k, v in item.items() if k not in ("age_sec", "last_seen", "status")}
                    for item in items]
        bare = self.exporter.get("/api/miners")
        whole = self.exporter.get("/dashboard/api/miners")
        self.assertEqual(plain(bare), plain(whole["miners"]))

    def test_flags_take_all_words(self):
        for flag in ("FALSE", "0", "no", "1", "True"):
            self.assertEqual(len(self.exporter.get(f"/api/miners/current?active_only={flag}")), 2)
        self.fault("/api/miners/current?active_only=maybe", "active_only")

    def test_errors_are_json_and_not_cached(self):
        for path, method, status in (("/api/nothing", "GET", 404), ("/api/summary", "POST", 405),
                                     ("/api/summary?ip=x", "GET", 400)):
            answer = self.exporter.ask(path, method)
            self.assertEqual(answer.status, status)
            self.assertIs(answer.json["ok"], False)
            self.assertEqual(answer.headers["cache-control"], NO_CACHE)
            self.assertEqual((answer.headers["pragma"], answer.headers["expires"]),
                             ("no-cache", "0"))
        self.assertEqual(self.exporter.ask("/api/summary", "POST").headers["allow"], "GET, HEAD")
        head = self.exporter.ask("/api/summary", "HEAD")
        self.assertEqual((head.status, head.body), (200, ""))
        self.assertEqual(head.headers["cache-control"], NO_CACHE)

    def test_the_list_of_routes_is_the_documented_one(self):
        rules = [row["rule"] for row in self.exporter.get("/api/debug/routes")]
        self.assertEqual(rules, sorted(rules))
        self.assertEqual(set(rules), set(self.document["paths"]))
        for path in ("/api/summary", "/api/miners/summary", "/api/miners/current", "/api/metrics",
                     "/api/error-logs", "/api/events", "/api/debug/routes", "/api/miners",
                     "/dashboard/api/miners", "/", "/healthz", "/readyz"):
            self.assertIn(path, rules)

    def test_pages_are_html_without_another_host(self):
        moved = self.exporter.ask("/dashboard")
        self.assertEqual((moved.status, moved.headers["location"]), (308, "/dashboard/"))
        for path in ("/", "/dashboard/", "/dashboard/miners", "/dashboard/logs", "/docs",
                     f"/dashboard/miner/{self.first}"):
            page = self.exporter.ask(path)
            self.assertEqual(page.status, 200, path)
            self.assertTrue(page.headers["content-type"].startswith("text/html"), path)
            loaded = re.findall(r"""(?:src|href|action)=["']([^"']+)["']""", page.body)
            self.assertTrue(loaded, path)
            for address in loaded:
                self.assertNotRegex(address, r"^(?:[a-z]+:)?//(?!127\.)", path)

    def test_series_have_the_points_of_the_rows(self):
        series = self.exporter.get(f"/api/miners/{self.first}/history?metric=power&step=raw")
        self.assertGreaterEqual(len(series["points"]), 3)
        current = self.exporter.get(f"/api/miners/current?ips={self.first}")[0]
        self.assertAlmostEqual(series["points"][0]["mean"], current["power_w"], delta=20)
        fleet = self.exporter.get("/api/fleet/history?metric=miners_known&step=raw")
        self.assertTrue(fleet["points"])

    def test_a_rescan_and_a_backup_can_be_asked_for(self):
        self.assertEqual(self.exporter.ask("/api/discover", "POST").status, 202)
        copy = self.exporter.ask("/api/backup", "POST")
        self.assertEqual(copy.status, 200, copy.body)
        self.assertEqual(copy.json["file"], copy.json["files"][0])
        there = os.listdir(self.exporter.folder.name)
        names = [os.path.basename(file) for file in copy.json["files"]]
        self.assertTrue(set(names) <= set(there), (names, there))
        self.assertTrue(any(name.endswith(".market.db") for name in names), names)

    def test_the_stream_tells_rounds(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.exporter.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/stream")
        reply = connection.getresponse()
        self.assertEqual(reply.getheader("Content-Type"), "text/event-stream")
        lines = []
        while not lines or not lines[-1].startswith("data:"):
            line = reply.readline().decode()
            self.assertTrue(line, lines)
            lines.append(line)
        self.assertIn("event: round\n", lines)


if __name__ == "__main__":
    Exporter.program, Farm.program = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
