#!/usr/bin/env python3
"""Who may call, over real sockets: the exporter as it is, on loopback.

Usage: access_test.py EXPORTER FARM [unittest arguments]. Exit code 77: skipped, the reason is printed.
"""
import json
import os
import subprocess

from access_case import AccessTest, BAD_LOGIN, GOOD_LOGIN, HASH, run
from programs import free_port


class Plain(AccessTest):
    def test_tokens_are_made_used_listed_and_revoked(self):
        self.assertIn("expires", self.token("create", "--name", "x", "--expires", "soon", code=2))
        self.assertIn("scope", self.token("create", "--name", "x", "--scope", "root", code=2))
        self.assertIn("--from", self.token("create", "--name", "x", "--from", "here", code=2))
        self.assertIn("name", self.token("create", "--name", "a\"b", code=2))
        self.assertIn("--expires", self.token("create", "--name", "x", "--expires", "2020-01-01",
                                              code=2))
        read = self.token("create", "--name", "grafana", "--from", "127.0.0.0/8",
                          "--expires", "90d")
        admin = self.token("create", "--name", "ops", "--scope", "admin")
        far = self.token("create", "--name", "far", "--from", "192.0.2.0/24")
        self.assertIn("already", self.token("create", "--name", "ops", code=2))
        stored = self.folder.read("tokens")
        for token in (read, admin, far):
            self.assertTrue(token.startswith("antx_"))
            self.assertNotIn(token[5:], stored)
        self.assertEqual(os.stat(self.folder.path("tokens")).st_mode & 0o777, 0o600)
        child = self.start(WEB_TOKENS_FILE=self.folder.path("tokens"))
        self.assertEqual(self.ask("/metrics").status, 401)
        self.assertEqual(self.ask("/healthz").status, 200)
        self.assertEqual(self.ask("/metrics", headers=self.bearer(read)).status, 200)
        self.assertEqual(self.ask("/metrics", headers=self.bearer(far)).status, 403)
        self.assertEqual(self.ask("/-/reload", "POST", self.bearer(read)).status, 403)
        self.assertEqual(self.ask("/-/reload", "POST", self.bearer(admin)).status, 200)
        listed = json.loads(self.token("list", "--json"))
        self.assertEqual([(row["name"], row["scope"]) for row in listed],
                         [("grafana", "read"), ("ops", "admin"), ("far", "read")])
        self.assertIsNotNone(listed[0]["expires"])
        self.assertIn("grafana", self.token("list"))
        self.token("revoke", "grafana")
        self.assertEqual(self.ask("/metrics", headers=self.bearer(read)).status, 401)
        self.assertEqual(self.ask("/metrics", headers=self.bearer(admin)).status, 200)
        self.assertIn("no token", self.token("revoke", "grafana", code=2))
        log = child.text()
        self.assertIn("by token ops from 127.0.0.1", log)
        for token in (read, admin, far):
            self.assertNotIn(token[5:], log)

    def test_without_a_file_nobody_is_told_to_guess(self):
        done = subprocess.run([self.program, "token", "list"], capture_output=True, text=True,
                              timeout=60, env={})
        self.assertEqual(done.returncode, 2)
        self.assertIn("web.tokens_file", done.stderr)
        child = self.start(wait=False, WEB_TOKENS_FILE=self.folder.path("absent"))
        self.assertEqual(child.process.wait(30), 1)
        self.assertIn("token create", child.text())

    def test_users_and_headers_are_reread_and_a_broken_file_changes_nothing(self):
        child = self.start(f"basic_auth_users:\n  ann: {HASH}\n"
                           "http_server_config:\n  headers:\n    X-Frame-Options: deny\n")
        reply = self.ask("/api/miners")
        self.assertEqual(reply.status, 401)
        self.assertIn("Basic", reply.headers["WWW-Authenticate"])
        self.assertEqual(reply.headers["X-Frame-Options"], "deny")
        self.assertEqual(self.ask("/api/miners", headers=GOOD_LOGIN).status, 200)
        self.assertEqual(self.ask("/api/miners", headers=BAD_LOGIN).status, 401)
        self.assertEqual(self.ask("/-/reload", "POST", GOOD_LOGIN).status, 403)
        self.folder.write("web.yml", "basic_auth_users:\n  ann: open sesame\n")
        self.assertEqual(self.ask("/api/miners", headers=GOOD_LOGIN).status, 200)
        self.assertEqual(self.ask("/api/miners").status, 401)
        self.assertIn("stays in force", child.text())
        self.folder.write("web.yml", "")
        reply = self.ask("/api/miners")
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.headers["X-Frame-Options"], "SAMEORIGIN")
        self.assertNotIn("open sesame", child.text())
        self.assertNotIn(HASH, child.text())

    def test_writes_look_at_host_and_origin(self):
        self.start()
        for headers, status in (({}, 202),
                                ({"Host": "localhost"}, 202),
                                ({"Host": "rebound.example"}, 403),
                                ({"Origin": "http://elsewhere.example"}, 403),
                                ({"Origin": f"http://127.0.0.1:{self.port}"}, 202),
                                ({"Sec-Fetch-Site": "cross-site"}, 403),
                                ({"X-Forwarded-For": "192.0.2.1"}, 403)):
            self.assertEqual(self.ask("/api/discover", "POST", headers).status, status, headers)
        reply = self.ask("/api/discover", "OPTIONS", {
            "Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"})
        self.assertEqual(reply.status, 405)
        self.assertIsNone(reply.headers["Access-Control-Allow-Origin"])

    def test_a_listener_of_its_own_takes_the_writes(self):
        control = free_port()
        self.start(CONTROL_LISTEN_ADDRESS=f"127.0.0.1:{control}")
        self.assertEqual(self.ask("/api/discover", "POST").status, 403)
        self.assertEqual(self.ask("/api/discover", "POST", port=control).status, 202)
        self.assertEqual(self.ask("/api/miners").status, 200)
        self.assertEqual(self.ask("/api/miners", port=control).status, 403)
        self.assertEqual(self.ask("/healthz", port=control).status, 200)

    def test_control_without_tls_on_the_network_is_refused_at_the_start(self):
        # Only --config.check: nothing listens.
        def check(**more):
            return subprocess.run([self.program, "--config.check"], capture_output=True, text=True,
                                  timeout=60, env={"CONTROL_ENABLED": "true",
                                                   "CONTROL_TOKEN": "word"} | more)
        refused = check()
        self.assertEqual(refused.returncode, 1)
        self.assertIn("CONTROL_ALLOW_PLAIN_HTTP", refused.stderr)
        self.assertEqual(check(CONTROL_ALLOW_PLAIN_HTTP="true").returncode, 0)
        self.assertEqual(check(LISTEN_ADDRESS="127.0.0.1:1").returncode, 0)

    def test_a_body_that_is_too_large_is_refused(self):
        self.start()
        self.assertEqual(self.ask("/api/discover", "POST", body=b"x" * 65536).status, 202)
        self.assertEqual(self.ask("/api/discover", "POST", body=b"x" * 65537).status, 413)


if __name__ == "__main__":
    run()
