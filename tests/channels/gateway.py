"""A stand-in for an SMS gateway that speaks Twilio's protocol on loopback."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT, TOKEN = "AC0123456789", "the-gateway-token"


@dataclass
class Gateway:
    """What was handed over, and how the next calls are answered."""

    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    # Statuses for the next sendings; "lost" takes the text and drops the connection.
    answers: list[int | str] = field(default_factory=list)
    most_signs: int = 1600


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Messages.json of one account."""

        def _refuses(self) -> bool:
            login = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            return self.headers.get("Authorization") != login or f"/Accounts/{ACCOUNT}/" not in self.path

        def _answer(self, status: int, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            """The list of what was sent to a number."""
            if self._refuses():
                return self._answer(401, {"message": "Authenticate"})
            to = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
            return self._answer(200, {"messages": [one for one in gateway.taken if one["to"] == to]})

        def do_POST(self) -> None:
            """One message."""
            told = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if self._refuses():
                return self._answer(401, {"message": "Authenticate"})
            how = gateway.answers.pop(0) if gateway.answers else 201
            text = told["Body"][0]
            if len(text) > gateway.most_signs:
                return self._answer(
                    400, {"code": 21617, "message": "The concatenated message body exceeds the limit"}
                )
            if isinstance(how, int) and how >= 300:
                return self._answer(how, {"message": "no"})
            sid = f"SM{len(gateway.taken) + 1:032d}"
            gateway.taken.append(
                {"sid": sid, "to": told["To"][0], "from": told["From"][0], "body": text,
                 "callback": told.get("StatusCallback", [""])[0]}
            )  # fmt: skip
            if how == "lost":
                self.close_connection = True
                return None
            return self._answer(201, gateway.taken[-1])

        def log_message(self, *words: Any) -> None:
            """Tests read what was taken, not a log."""

    return Handler


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway on a free port of this machine; it ends with the block."""
    gateway = Gateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
