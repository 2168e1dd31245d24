#!/usr/bin/python3
"""A mail server that delivers nothing: keeps each mail as a file and shows it on a page.

For the demo and the tests; loopback only. Needs Debian's python3-aiosmtpd, so run it with
/usr/bin/python3. With --cert it insists on STARTTLS, with --user on a login (AUTH PLAIN).
GET / lists the mails, /mail/N shows one, /mails.json is for programs.
"""

import argparse
import email
import email.policy
import html
import http.server
import ipaddress
import json
import pathlib
import re
import signal
import ssl
import sys
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

MAX_MAILS = 2000  # Older ones go from the page and from the folder.
MAX_BYTES = 4 << 20


class Store:
    """Mails in the order of their arrival. Thread safe."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.mails = {}
        self.next = 1
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.eml"):
            old.unlink()

    def add(self, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            number, self.next = self.next, self.next + 1
            mail = {"number": number, "time": time.time(), "from": envelope.mail_from,
                    "to": envelope.rcpt_tos, "subject": str(message["Subject"])}
            (self.folder / f"{number:05}.eml").write_bytes(envelope.content)
            self.mails[number] = mail
            old = number - MAX_MAILS
            if self.mails.pop(old, None):
                (self.folder / f"{old:05}.eml").unlink(missing_ok=True)
        return mail

    def all(self):
        with self.lock:
            return list(self.mails.values())

    def part(self, number, kind):
        """The body of the kind "html" or "plain"; nothing when there is no such mail."""
        with self.lock:
            if number not in self.mails:
                return None
            raw = (self.folder / f"{number:05}.eml").read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body(preferencelist=(kind,))
        return body.get_content() if body else ""


class Handler:
    """What aiosmtpd calls for each mail."""

    def __init__(self, store):
        self.store = store

    async def handle_DATA(self, _server, session, envelope):
        mail = self.store.add(envelope)
        login = f", login {session.auth_data}" if session.auth_data else ""
        encrypted = ", encrypted" if session.ssl else ""
        print(f"mail {mail['number']} to {', '.join(mail['to'])}{encrypted}{login}: "
              f"{mail['subject']!r}", flush=True)
        return "250 kept"


def authenticator(user, password):
    def check(_server, _session, _envelope, mechanism, data):
        good = (mechanism == "PLAIN" and isinstance(data, LoginPassword)
                and data.login == user.encode() and data.password == password.encode())
        if not good:
            print("a login was refused", flush=True)
        return AuthResult(success=good, auth_data=user if good else None)
    return check


PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Mails</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">
<style>body{{font:15px/1.5 sans-serif;margin:16px;max-width:900px}}td{{padding:4px 12px 4px 0;
vertical-align:top}}</style></head><body><h1>{title}</h1><table>{rows}</table></body></html>"""
ROW = ('<tr><td>{clock}</td><td><a href="/mail/{number}">{subject}</a><br>'
       '<small>to {to} · <a href="/mail/{number}.txt">text</a></small></td></tr>')


def list_page(mails):
    rows = "".join(ROW.format(
        clock=time.strftime("%H:%M:%S", time.localtime(mail["time"])), number=mail["number"],
        subject=html.escape(mail["subject"]), to=html.escape(", ".join(mail["to"])))
        for mail in reversed(mails))
    title = f"{len(mails)} mail{'' if len(mails) == 1 else 's'}, none delivered"
    return PAGE.format(title=title, rows=rows or "<tr><td>They appear here.</td></tr>")


class Pages(http.server.BaseHTTPRequestHandler):
    store = None

    def do_GET(self):
        match = re.fullmatch(r"/mail/(\d{1,9})(\.txt)?", self.path)
        if self.path == "/":
            self.answer(list_page(self.store.all()), "text/html")
        elif self.path == "/mails.json":
            self.answer(json.dumps(self.store.all()), "application/json")
        elif match:
            text = self.store.part(int(match[1]), "plain" if match[2] else "html")
            if text is None:
                self.send_error(404)
            else:
                self.answer(text, "text/plain" if match[2] else "text/html")
        else:
            self.send_error(404)

    def answer(self, text, kind):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # Who only asks whether the port answers hangs up before the page is out.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def address(text):
    host, colon, port = text.rpartition(":")
    try:
        good = colon and ipaddress.ip_address(host).is_loopback and 0 <= int(port) < 65536
    except ValueError:
        good = False
    if not good:
        raise argparse.ArgumentTypeError(f'"{text}" is not allowed; allowed: 127.x.x.x:PORT')
    return host, int(port)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smtp", type=address, default=("127.0.0.1", 1025))
    parser.add_argument("--web", type=address, default=("127.0.0.1", 1080))
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--cert", help="certificate and key in one file: STARTTLS is required")
    parser.add_argument("--user", help="a login is required")
    parser.add_argument("--password-file", type=pathlib.Path)
    options = parser.parse_args()
    if bool(options.user) != bool(options.password_file):
        parser.error("--user and --password-file go together")
    return options


def controller(options, store):
    settings = {"data_size_limit": MAX_BYTES}
    if options.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.cert)
        settings.update(tls_context=context, require_starttls=True)
    if options.user:
        password = options.password_file.read_text().strip()
        settings.update(
            auth_required=True, auth_require_tls=bool(options.cert),
            authenticator=authenticator(options.user, password),
            # Alertmanager does not know the questions aiosmtpd asks in AUTH LOGIN.
            auth_exclude_mechanism=["LOGIN"])
    host, port = options.smtp
    return Controller(Handler(store), hostname=host, port=port, **settings)


def main():
    options = arguments()
    store = Store(options.folder)
    Pages.store = store
    web = Server(options.web, Pages)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    smtp = controller(options, store)
    smtp.start()
    print(f"ready: SMTP on {options.smtp[0]}:{options.smtp[1]}, "
          f"page on http://{options.web[0]}:{web.server_port}/", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    smtp.stop()
    web.shutdown()


if __name__ == "__main__":
    # Before any thread starts, so that all of them inherit the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sys.exit(main())
