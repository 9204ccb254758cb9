"""A real authority on 127.0.0.1 for the tests: Let's Encrypt's Pebble, with ports of its own."""

import json
import os
import ssl
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from barrymore.cli.tls import own_certificate
from tests.ports import free_port


@dataclass
class Pebble:
    """Issues certificates for names that answer on `question_port` of this machine."""

    folder: Path
    port: int = field(default_factory=free_port)
    console_port: int = field(default_factory=free_port)
    question_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def directory(self) -> str:
        """Where its offers are listed."""
        return f"https://localhost:{self.port}/dir"

    @property
    def authority(self) -> Path:
        """Who signed for its own https: one of ours."""
        return self.folder / "tls" / "authority.crt"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        own = own_certificate(self.folder, [])
        settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.console_port}",
            "certificate": str(own.cert),
            "privateKey": str(own.key),
            "httpPort": self.question_port,
            "tlsPort": free_port(),
        }
        (self.folder / "pebble.json").write_text(json.dumps({"pebble": settings}))
        self.process = subprocess.Popen(
            ["pebble", "-strict", "-config", str(self.folder / "pebble.json")],
            env={"PATH": os.environ["PATH"], "PEBBLE_VA_NOSLEEP": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self) -> None:
        """End it; its roots are forgotten, as always with Pebble."""
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=60)

    def root(self) -> str:
        """The root (PEM) that browsers would trust."""
        return self._read(f"https://localhost:{self.console_port}/roots/0").decode()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self._read(self.directory)
                return
            except OSError:
                assert time.monotonic() < deadline, "Pebble does not answer"
                time.sleep(0.05)

    def _read(self, address: str) -> bytes:
        trusted = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(address, context=trusted, timeout=5) as answer:
            return bytes(answer.read())
