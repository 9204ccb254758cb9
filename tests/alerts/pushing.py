"""A push service on loopback, and a browser that can read what was encrypted for it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from barrymore.alerts.encryption import encoded, public_bytes


@dataclass
class PushService:
    """What was handed over: path, headers in lower case, body; and the statuses of the next answers."""

    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def push_service() -> Iterator[PushService]:
    """On a free port of this machine; it ends with the block."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        """Takes messages."""

        def do_POST(self) -> None:
            """One message."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.taken.append((self.path, headers, body))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Tests read what was taken."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


class Receiver:
    """The keys that a browser makes when it subscribes, and how it reads a message (RFC 8291, 3.4)."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def p256dh(self) -> str:
        """The public key as the browser tells it."""
        return encoded(public_bytes(self.key.public_key()))

    def read(self, body: bytes) -> bytes:
        """The message in a body."""
        salt, length = body[:16], body[20]
        sender = body[21 : 21 + length]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), point)
        info = b"WebPush: info\x00" + public_bytes(self.key.public_key()) + sender
        ikm = HKDF(SHA256(), 32, salt=self.auth, info=info).derive(shared)
        cek = HKDF(SHA256(), 16, salt=salt, info=b"Content-Encoding: aes128gcm\x00").derive(ikm)
        nonce = HKDF(SHA256(), 12, salt=salt, info=b"Content-Encoding: nonce\x00").derive(ikm)
        plain = AESGCM(cek).decrypt(nonce, body[21 + length :], None)
        assert plain[-1:] == b"\x02"
        return plain[:-1]
