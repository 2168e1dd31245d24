#!/usr/bin/env python3
"""The TLS listener, over real sockets: the exporter as it is, on loopback.

Certificates are made by openssl for each run; clients are openssl, curl, Prometheus and sockets.
Usage: tls_test.py EXPORTER FARM [unittest arguments]. Exit code 77: skipped, the reason is printed.
"""
import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import time

from access_case import AccessTest, Answer, Authority, BAD_LOGIN, GOOD_LOGIN, HASH, run
from programs import Child, free_port, wait_for


class Tls(AccessTest):
    def s_client(self, *words):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}",
                               "-CAfile", self.folder.path("ca.crt"), *words], input=b"",
                              capture_output=True, timeout=60)
        return done.stdout.decode(errors="replace")

    def test_versions_ciphers_and_protocols(self):
        self.start(self.make_tls("  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n"))
        good = self.s_client("-tls1_3", "-alpn", "h2,http/1.1")
        self.assertIn("Verify return code: 0", good)
        self.assertIn("ALPN protocol: http/1.1", good)
        self.assertIn("ECDHE-ECDSA-AES256-GCM-SHA384", self.s_client("-tls1_2"))
        self.assertIn("Cipher is (NONE)",
                      self.s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
        for old in ("-tls1", "-tls1_1"):
            self.assertIn("Cipher is (NONE)", self.s_client(old, "-cipher", "ALL:@SECLEVEL=0"))
        self.folder.write("web.yml", self.folder.read("web.yml") + "  min_version: TLS13\n")
        self.assertIn("Cipher is (NONE)", self.s_client("-tls1_2"))
        self.assertIn("TLSv1.3", self.s_client("-tls1_3"))

    def test_curl_speaks_to_it(self):
        self.start(self.make_tls(extra=f"basic_auth_users:\n  ann: {HASH}\n"))
        url = f"https://127.0.0.1:{self.port}"
        def curl(*words):
            return subprocess.run(["curl", "--silent", "--show-error", "--max-time", "30",
                                   "--cacert", self.folder.path("ca.crt"), *words],
                                  capture_output=True, text=True, timeout=60)
        done = curl("--user", "ann:open sesame", "--compressed", f"{url}/metrics", f"{url}/sd")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("# TYPE", done.stdout)
        self.assertTrue(done.stdout.endswith("[]\n"))
        self.assertEqual(curl("--fail", f"{url}/metrics").returncode, 22)
        self.assertEqual(curl("--fail", f"{url}/-/healthy").returncode, 0)
        # Without the CA curl does not trust it: the certificate is really looked at.
        bare = subprocess.run(["curl", "--silent", f"{url}/-/healthy"], timeout=60)
        self.assertEqual(bare.returncode, 60)

    def test_client_certificates(self):
        child = self.start(self.make_tls("  client_ca_file: ca.crt\n"
                                         "  client_auth_type: RequireAndVerifyClientCert\n"))
        known = self.authority.sign("client", "DNS:prometheus.example")
        stranger = Authority(self.folder, "other").sign("stranger")
        self.assertEqual(self.ask("/metrics", certificate=known).status, 200)
        for bad in (None, stranger):
            with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
                self.ask("/metrics", certificate=bad)
        web = self.folder.read("web.yml")
        self.folder.write("web.yml", web + "  client_allowed_sans: [somebody.example]\n")
        with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
            self.ask("/metrics", certificate=known)
        self.folder.write("web.yml", web + "  client_allowed_sans: [prometheus.example]\n")
        self.assertEqual(self.ask("/metrics", certificate=known).status, 200)
        self.assertIn("client_allowed_sans", child.text())

    def test_a_certificate_reads_where_tokens_rule(self):
        admin = self.token("create", "--name", "ops", "--scope", "admin")
        self.start(self.make_tls("  client_ca_file: ca.crt\n"
                                 "  client_auth_type: VerifyClientCertIfGiven\n"),
                   WEB_TOKENS_FILE=self.folder.path("tokens"))
        known = self.authority.sign("client")
        self.assertEqual(self.ask("/api/miners").status, 401)
        self.assertEqual(self.ask("/api/miners", certificate=known).status, 200)
        self.assertEqual(self.ask("/-/reload", "POST", certificate=known).status, 403)
        self.assertEqual(self.ask("/-/reload", "POST", self.bearer(admin),
                                  certificate=known).status, 200)
        self.assertEqual(self.ask("/api/miners", headers=self.bearer("antx_no"),
                                  certificate=known).status, 401)

    def serial(self):
        with self.raw() as client:
            return client.getpeercert()["serialNumber"]

    def test_a_certificate_is_renewed_without_a_restart(self):
        child = self.start(self.make_tls())
        kept = self.connection()
        self.addCleanup(kept.close)
        kept.request("GET", "/healthz")
        self.assertEqual(Answer(kept.getresponse()).status, 200)
        before = self.serial()
        self.authority.sign("server")
        self.assertNotEqual(self.serial(), before)
        after = self.serial()
        # A connection from before goes on.
        kept.request("GET", "/healthz")
        self.assertEqual(Answer(kept.getresponse()).status, 200)
        # Half a renewal or a broken file: the old pair stays in use.
        crt, key = self.folder.read("server.crt"), self.folder.read("server.key")
        self.authority.sign("other")
        self.folder.write("server.crt", self.folder.read("other.crt"))
        self.assertEqual(self.serial(), after)
        self.folder.write("server.key", "no key")
        self.assertEqual(self.serial(), after)
        self.assertIn("stays in use", child.text())
        self.folder.write("server.crt", crt)
        self.folder.write("server.key", key)
        self.assertEqual(self.serial(), after)
        self.assertNotIn(key.splitlines()[1], child.text())

    def test_a_pair_that_does_not_fit_is_refused_at_the_start(self):
        web = self.make_tls()
        self.authority.sign("other")
        self.folder.write("server.key", self.folder.read("other.key"))
        child = self.start(web, wait=False)
        self.assertEqual(child.process.wait(30), 1)
        self.assertIn("server.key", child.text())

    def test_shards_are_scraped_over_tls(self):
        self.start(self.make_tls())
        targets = json.loads(self.ask("/sd?shards=2").body)
        self.assertEqual([t["labels"]["__scheme__"] for t in targets], ["https", "https"])

    def test_http_as_it_should_be(self):
        child = self.start(self.make_tls())
        with self.raw() as client:
            # Two requests at once on one connection are answered in their order.
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                           b"HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
            first, second = text.split('{"ok":true}\n')
            self.assertTrue(first.startswith("HTTP/1.1 200 OK\r\n"))
            self.assertTrue(second.startswith("HTTP/1.1 200 OK\r\n"))
            self.assertTrue(second.endswith("Connection: close\r\n\r\n"))
        with self.raw() as client:
            client.sendall(b"POST /api/discover HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                           b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(client.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(b"{}")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 202"))
        for bad, status in ((b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n", 505),
                            (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
                            (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
                            (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                            (b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                            (b"nonsense\r\n\r\n", 400),
                            (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n", 431),
                            (b"POST /api/discover HTTP/1.1\r\nHost: a\r\n"
                             b"Content-Length: 65537\r\n\r\n", 413),
                            (b"POST /api/discover HTTP/1.1\r\nHost: a\r\n"
                             b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab", 400)):
            with self.raw() as client:
                client.sendall(bad)
                head = client.recv(200)
                self.assertTrue(head.startswith(f"HTTP/1.1 {status} ".encode()), (bad[:60], head))
        # No TLS at all: the connection ends, the server does not.
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            try:
                self.assertNotIn(b"200 OK", client.recv(1000))
            except ConnectionResetError:
                pass
        self.assertEqual(self.ask("/healthz").status, 200)
        self.assertEqual(self.ask("/api/discover", "POST").status, 202)
        self.assertIsNone(child.process.poll())

    def test_news_are_streamed_and_end_with_the_program(self):
        child = self.start(self.make_tls())
        client = self.raw()
        client.sendall(b"GET /api/stream HTTP/1.1\r\nHost: a\r\n\r\n")
        text = b""
        while b"event: round" not in text:
            piece = client.recv(4096)
            self.assertNotEqual(piece, b"", text)
            text += piece
        self.assertIn(b"text/event-stream", text)
        child.process.send_signal(signal.SIGTERM)
        self.assertEqual(child.process.wait(30), 0)

    def test_secrets_stay_out_of_the_log(self):
        token = self.token("create", "--name", "ops")
        child = self.start(self.make_tls(extra=f"basic_auth_users:\n  ann: {HASH}\n"),
                           WEB_TOKENS_FILE=self.folder.path("tokens"))
        self.assertEqual(self.ask("/metrics", headers=GOOD_LOGIN).status, 200)
        self.assertEqual(self.ask("/metrics", headers=BAD_LOGIN).status, 401)
        self.assertEqual(self.ask("/metrics", headers=self.bearer(token)).status, 200)
        self.assertEqual(self.ask("/metrics", headers=self.bearer(token + "x")).status, 401)
        log = child.text()
        self.assertIn("showed a credential that is not accepted", log)
        for secret in (token[5:], "open sesame", HASH, "YW5u",
                       self.folder.read("server.key").splitlines()[1]):
            self.assertNotIn(secret, log)


class SlowClients(AccessTest):
    def plain_sockets(self, count):
        sockets = []
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self.addCleanup(client.close)
            sockets.append(client)
        return sockets

    def healthy(self, client):
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        text = b""
        while not text.endswith(b'{"ok":true}\n'):
            piece = client.recv(4096)
            self.assertNotEqual(piece, b"", text)
            text += piece
        self.assertTrue(text.startswith(b"HTTP/1.1 200"))

    def test_a_thousand_idle_connections_hold_up_nobody(self):
        self.start(self.make_tls(), WEB_THREADS="2")
        silent = self.plain_sockets(990)  # Not even a handshake.
        spoken = [self.raw() for _ in range(20)]
        for client in spoken:
            self.healthy(client)
        self.assertEqual(self.ask("/metrics").status, 200)
        # They are all still there: nobody was answered at the price of another one.
        for client in spoken:
            self.healthy(client)
        self.assertEqual(len(silent), 990)

    def test_drippers_and_those_who_do_not_read_hold_no_thread(self):
        self.start(self.make_tls(), WEB_THREADS="2")
        for _ in range(50):
            client = self.raw()
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        for _ in range(50):
            client = self.raw()
            client.sendall(b"GET /static/style.css HTTP/1.1\r\nHost: a\r\n\r\n" * 200)
        for _ in range(50):
            client = self.raw()
            client.sendall(b"POST /api/discover HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in range(10):
            self.assertEqual(self.ask("/metrics").status, 200)

    def test_a_dripper_is_given_up(self):
        self.start(self.make_tls())
        client = self.raw()
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        begin = time.monotonic()
        gone = False
        while not gone and time.monotonic() - begin < 60:
            try:
                client.sendall(b"X: y\r\n")
                client.settimeout(0.5)
                gone = client.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                gone = True
        self.assertTrue(gone)

    def test_a_crowd_makes_room_for_those_who_speak(self):
        self.start(self.make_tls(), MAX_CONNECTIONS="16")
        silent = self.plain_sockets(200)
        for _ in range(5):
            self.assertEqual(self.ask("/healthz").status, 200)
        # The first of them had to go.
        self.assertEqual(silent[0].recv(1), b"")


class RealPrometheus(AccessTest):
    def test_it_scrapes_over_tls_with_a_login(self):
        if not shutil.which("prometheus"):
            self.skipTest("prometheus is not installed (Debian package prometheus)")
        self.start(self.make_tls(extra=f"basic_auth_users:\n  ann: {HASH}\n"))
        def job(name, password, ca):
            return {"job_name": name, "scheme": "https",
                    "basic_auth": {"username": "ann", "password": password},
                    "tls_config": {"ca_file": self.folder.path(ca)},
                    "static_configs": [{"targets": [f"127.0.0.1:{self.port}"]}]}
        Authority(self.folder, "other")
        config = self.folder.write("prometheus.yml", json.dumps({
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [job("good", "open sesame", "ca.crt"),
                               job("wrong", "open sesam", "ca.crt"),
                               job("distrust", "open sesame", "other.crt")]}))
        port = free_port()
        prometheus = Child(["prometheus", f"--config.file={config}",
                            f"--storage.tsdb.path={self.folder.path('data')}",
                            f"--web.listen-address=127.0.0.1:{port}"])
        self.addCleanup(prometheus.stop)

        def up():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.request("GET", "/api/v1/query?query=up")
                reply = connection.getresponse()
                if reply.status != 200:  # It is still starting.
                    return {}
                rows = json.loads(reply.read())["data"]["result"]
                return {row["metric"]["job"]: row["value"][1] for row in rows}
            finally:
                connection.close()

        wanted = {"good": "1", "wrong": "0", "distrust": "0"}
        self.assertTrue(wait_for(lambda: up() == wanted, 90), prometheus.text()[-2000:])


if __name__ == "__main__":
    run()
