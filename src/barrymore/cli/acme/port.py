"""Port 80: the answers that an authority asks for, and the way to https for everybody else."""

import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHALLENGES = "/.well-known/acme-challenge/"


class PlainPort:
    """A small server beside the product; raises OSError when the port cannot be had."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self.answers: dict[str, str] = {}
        self._server = _Server(host, port, self.answers, address.rstrip("/"))
        self._thread = threading.Thread(target=self._server.serve_forever, name="plain-port", daemon=True)
        self._thread.start()

    def show(self, path: str, answer: str) -> None:
        """Answer `path` with these words from now on."""
        self.answers[path] = answer

    def close(self) -> None:
        """Let the port go."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    def __init__(self, host: str, port: int, answers: dict[str, str], address: str) -> None:
        super().__init__((host, port), _Handler, bind_and_activate=False)
        self.answers, self.address = answers, address
        self.socket.close()
        both = not host and socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both or ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family, dualstack_ipv6=both)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server
    server_version, sys_version = "Barrymore", ""

    def do_GET(self) -> None:
        if not self.path.startswith(CHALLENGES):
            # A path that begins otherwise could make another host of our address.
            path = self.path if self.path.startswith("/") else "/"
            self._say(HTTPStatus.PERMANENT_REDIRECT, "", self.server.address + path)
        elif answer := self.server.answers.get(self.path):
            self._say(HTTPStatus.OK, answer)
        else:
            self._say(HTTPStatus.NOT_FOUND, "")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _say(self, status: HTTPStatus, text: str, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: strangers knock on port 80 all day."""
