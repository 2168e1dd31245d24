"""What the tests of access share: a folder with certificates, the exporter in it, its answers."""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

from programs import Child, free_port, wait_for

# bcrypt of "open sesame", cost 4.
HASH = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"
GOOD_LOGIN = {"Authorization": "Basic YW5uOm9wZW4gc2VzYW1l"}  # ann:open sesame
BAD_LOGIN = {"Authorization": "Basic YW5uOm9wZW4gc2VzYW1="}


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
    """Starts the exporter in a folder of its own and asks it."""
    program = ""

    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.handle.cleanup)

    def start(self, web=None, wait=True, **more):
        """The exporter, with TLS when `web` says so."""
        self.port = free_port()
        if web is not None:
            more["WEB_CONFIG_FILE"] = self.folder.write("web.yml", web)
        self.tls = web is not None and "tls_server_config" in web
        child = Child([self.program], settings(self.folder, self.port, **more))
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
        done = subprocess.run([self.program, "token", *words], capture_output=True, text=True,
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


def run():
    """Runs the tests of the program that was started."""
    AccessTest.program = sys.argv[1]
    for needed in ("openssl", "curl"):
        if not shutil.which(needed):
            print(f"skipped: {needed} is not installed")
            sys.exit(77)
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
