#!/usr/bin/env python3
"""The JSON API under other settings: no miners, tokens, a stale machine, secrets, the end.

Over real sockets, on loopback. Usage: api_settings_test.py EXPORTER FARM [unittest arguments]
"""
import concurrent.futures
import http.client
import signal
import sys
import unittest

from programs import Exporter, Farm, free_port, own_network, wait_for


class OtherSettingsTest(unittest.TestCase):
    def setUp(self):
        self.net = own_network()

    def start(self, **settings):
        exporter = Exporter(self.net + "0/30", **settings)
        self.addCleanup(exporter.stop)
        return exporter

    def test_no_miners_are_zeros(self):
        api = self.start()
        summary = api.wait(lambda: api.get("/api/summary"))
        for key in ("total_power", "total_hashrate", "total_uptime", "avg_temp", "avg_fan_speed",
                    "total_workers"):
            self.assertEqual(summary[key], 0)
        self.assertEqual((summary["source"], summary["log"]), ("none", []))
        self.assertEqual((api.get("/api/miners"), api.get("/api/miners/current")), ([], []))

    def test_reading_opens_no_connection_to_a_machine(self):
        farm = Farm(1, self.net + "1", "--profile", "s19pro")
        self.addCleanup(farm.stop)
        api = self.start(POLL_INTERVAL="3600")
        self.assertTrue(api.wait(lambda: api.ask("/-/ready").status == 200
                                 and api.get("/api/summary")["source"] == "live"))
        before = farm.ctl("stats")
        paths = ["/api/summary", f"/api/miners/{self.net}1", f"/api/miners/{self.net}1/pools"]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            for answer in pool.map(api.ask, paths * 20):
                self.assertEqual(answer.status, 200)
        self.assertEqual(farm.ctl("stats"), before)

    def test_actions_need_the_token_once_one_is_set(self):
        api = self.start(WEB_AUTH_TOKEN="a-long-word-nobody-guesses")
        self.assertTrue(api.wait(lambda: api.get("/healthz")))
        for path in ("/api/discover", "/api/backup", "/-/reload"):
            self.assertEqual(api.ask(path, "POST").status, 401)
        good = {"Authorization": "Bearer a-long-word-nobody-guesses"}
        self.assertEqual(api.ask("/api/discover", "POST", good).status, 202)
        self.assertNotIn("nobody-guesses", api.text())

    def test_a_stale_machine_is_hidden_unless_asked_for(self):
        farm = Farm(2, self.net + "1", "--profile", "s19pro")
        self.addCleanup(farm.stop)
        api = self.start()
        both = {self.net + "1", self.net + "2"}

        def listed(query):
            return {row["ip"] for row in api.get("/api/miners/current?" + query)}

        self.assertTrue(api.wait(lambda: listed("active_only=true") == both))
        farm.ctl("fault", self.net + "2", "refuse")
        # A minute is the shortest freshness there is.
        self.assertTrue(wait_for(lambda: listed("fresh_within=1") == {self.net + "1"}, 120))
        self.assertEqual(listed("fresh_within=1&active_only=1"), {self.net + "1"})
        for flag in ("false", "FALSE", "0"):
            self.assertEqual(listed(f"fresh_within=1&active_only={flag}"), both)
        rows = api.get("/api/metrics?active_only=true&fresh_within=1&since=1h")
        self.assertEqual({row["ip"] for row in rows}, {self.net + "1"})
        self.assertEqual({row["ip"] for row in api.get("/api/metrics?since=1h")}, both)

    def test_secrets_are_nowhere(self):
        secrets = {"WEB_AUTH_TOKEN": "wordone-of-the-token", "SMTP_PASSWORD": "wordtwo-of-the-mail",
                   "API_KEY": "wordthree-of-the-receiver"}
        farm = Farm(1, self.net + "1", "--profile", "s19pro")
        self.addCleanup(farm.stop)
        api = self.start(SMTP_SERVER="127.0.0.1", SMTP_USER="monitor",
                              API_URL=f"http://127.0.0.1:{free_port()}/records", LOG_LEVEL="debug",
                              **secrets)
        self.assertTrue(api.wait(lambda: api.ask("/-/ready").status == 200))
        self.assertEqual(api.ask("/api/discover", "POST", {
            "Authorization": "Bearer " + secrets["WEB_AUTH_TOKEN"] + "x"}).status, 401)
        told = [api.ask("/metrics").body]
        for pattern, methods in api.get("/openapi.json")["paths"].items():
            if "get" in methods and "text/event-stream" not in str(methods["get"]):
                told.append(api.ask(pattern.replace("{ip}", self.net + "1")).body)
        self.assertGreater(len(told), 30)
        self.assertTrue(api.wait(lambda: "push" in api.text()), "the receiver is down")
        told.append(api.text())
        for name, secret in secrets.items():
            for text in told:
                self.assertNotIn(secret, text, name)

    def test_an_open_stream_does_not_hold_up_the_end(self):
        api = self.start()
        self.assertTrue(api.wait(lambda: api.get("/healthz")))
        connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/stream")
        reply = connection.getresponse()
        self.assertEqual(reply.readline(), b"retry: 5000\n")
        api.process.send_signal(signal.SIGTERM)
        try:
            reply.read()  # Ends with the answer, not with the patience of this client.
        except http.client.IncompleteRead:
            pass  # The server may be gone before its last chunk.
        self.assertEqual(api.process.wait(30), 0)


if __name__ == "__main__":
    Exporter.program, Farm.program = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
