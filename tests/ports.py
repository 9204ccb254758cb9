"""Ports of loopback for what a test starts.

Not those that the system itself hands out: between the choice of a port and its use an outgoing connection
of some browser could take it. Each test worker has a stretch of its own.
"""

import itertools
import os
import random
import socket
from collections.abc import Iterator

FIRST, STRETCH, WORKERS = 20_000, 3_000, 4
APART = 10  # a telephone also takes the ports that follow its own


def _stretch() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    begin = FIRST + worker * STRETCH
    # Two runs on one machine begin at different places.
    turn = random.SystemRandom().randrange(0, STRETCH, APART)
    return itertools.cycle([begin + (turn + step) % STRETCH for step in range(0, STRETCH, APART)])


_ports = _stretch()


def free_port(kind: int = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """A port that nobody uses now, and that nobody is given by chance."""
    for port in itertools.islice(_ports, STRETCH // APART):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
