#!/usr/bin/env python3
"""Who may call, and the TLS listener, over real sockets: the exporter as it is, on loopback.

Certificates are made by openssl for each run; clients are openssl, curl, Prometheus and sockets.
Usage: access_test.py EXPORTER [unittest arguments]. Exit code 77: skipped, the reason is printed.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

EXPORTER = ""
# bcrypt of "open sesame", cost 4.
HASH = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"
GOOD_LOGIN = {"Authorization": "Basic YW5uOm9wZW4gc2VzYW1l"}  # ann:open sesame
BAD_LOGIN = {"Authorization": "Basic YW5uOm9wZW4gc2VzYW1="}


def wait_for(condition, limit=60):
    """The first true value of `condition`, or what it said last. A refused call is not true."""
    end = time.monotonic() + limit
    while True:
        try:
            value = condition()
        except (OSError, http.client.HTTPException):
            value = None
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Folder:
    def __init__(self):
        self.handle = tempfile.TemporaryDirectory()

    def path(self, name):
        return os.path.join(self.handle.name, name)

    def write(self, name, text):
        """Replaces the file at once, as those who renew certificates do."""
        with open(self.path(name) + ".tmp", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path(name) + ".tmp", self.path(name))
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)


class Authority:
    """A CA that signs certificates for servers and clients."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", f"/CN={name}", "-keyout", folder.path(name + ".key"),
                "-out", folder.path(name + ".crt"))

    def sign(self, name, alternative="IP:127.0.0.1"):
        path = self.folder.path
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={name}", "-keyout", path(name + ".key"), "-out", path(name + ".csr"))
        self.folder.write(name + ".ext", f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", path(name + ".csr"), "-CA", path(self.name + ".crt"),
                "-CAkey", path(self.name + ".key"), "-CAcreateserial", "-days", "2",
                "-extfile", path(name + ".ext"), "-out", path(name + ".crt"))
        return path(name + ".crt"), path(name + ".key")


class Child:
    def __init__(self, words, environment=None):
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, stdout=self.output, stderr=subprocess.STDOUT,
                                        env={"PATH": os.environ.get("PATH", "")} |
                                        (environment or {}))

    def text(self):
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        self.output.close()


def settings(folder, port, **more):
    # One address of loopback, where nothing answers.
    return {"MINER_IP_RANGE": "127.249.249.249", "DISCOVERY_MDNS": "false", "POLL_INTERVAL": "1",
            "LISTEN_ADDRESS": f"127.0.0.1:{port}", "LOG_FORMAT": "text", "LOG_LEVEL": "debug",
            "STORAGE_PATH": folder.path("metrics.db")} | more


class Answer:
    def __init__(self, reply):
        self.status, self.headers = reply.status, reply.headers
        self.body = b"" if reply.headers.get("Content-Type") == "text/event-stream" else reply.read()


class AccessTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.handle.cleanup)

    def start(self, web=None, wait=True, **more):
        """The exporter, with TLS when `web` says so."""
        self.port = free_port()
        if web is not None:
            more["WEB_CONFIG_FILE"] = self.folder.write("web.yml", web)
        self.tls = web is not None and "tls_server_config" in web
        child = Child([EXPORTER], settings(self.folder, self.port, **more))
        self.addCleanup(child.stop)
        if wait:
            self.assertTrue(wait_for(lambda: "listening on port" in child.text()
                                     or child.process.poll() is not None))
            self.assertIsNone(child.process.poll(), child.text())
        return child

    def context(self, ca="ca.crt", certificate=None):
        context = ssl.create_default_context(cafile=self.folder.path(ca))
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def connection(self, port=None, **more):
        port = port or self.port
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", port, timeout=30,
                                               context=self.context(**more))
        return http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, path, method="GET", headers=None, body=None, port=None, **more):
        connection = self.connection(port, **more)
        try:
            connection.request(method, path, headers=headers or {}, body=body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def raw(self, **more):
        """A socket to the listener, after the handshake."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.addCleanup(plain.close)
        if not self.tls:
            return plain
        wrapped = self.context(**more).wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(wrapped.close)
        return wrapped

    def token(self, *words, code=0):
        done = subprocess.run([EXPORTER, "token", *words], capture_output=True, text=True,
                              timeout=60, env={"WEB_TOKENS_FILE": self.folder.path("tokens")})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.strip() if code == 0 else done.stderr

    def bearer(self, token):
        return {"Authorization": "Bearer " + token}

    def make_tls(self, more="", extra=""):
        self.authority = Authority(self.folder, "ca")
        self.authority.sign("server")
        return ("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n" + more +
                extra)


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
        done = subprocess.run([EXPORTER, "token", "list"], capture_output=True, text=True,
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
            return subprocess.run([EXPORTER, "--config.check"], capture_output=True, text=True,
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
                            (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 431),
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
    EXPORTER = sys.argv[1]
    for program in ("openssl", "curl"):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            sys.exit(77)
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:], verbosity=2)
