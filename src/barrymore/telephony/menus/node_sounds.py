"""Recordings that lie at a node, fetched over ARI so that the node may be another machine."""

from urllib.parse import quote

import httpx

from barrymore.organisation.secrets import unseal
from barrymore.telephony.models import Node

SECONDS = 15.0
LARGEST = 8 * 1024 * 1024
PREFIX = "bmv-"


class NotThere(Exception):
    """The node has no such recording."""


def _client(node: Node) -> httpx.Client:
    # Our own node, by its own password: the guard against inner addresses has no place here.
    return httpx.Client(
        base_url=f"http://{node.host}:{node.http_port}/ari/recordings/stored",
        auth=(node.user, unseal(node.secret)),
        timeout=SECONDS,
        trust_env=False,
    )


def fetch(node: Node, name: str) -> bytes:
    """The bytes of a recording, cut off at LARGEST. Raises NotThere, httpx.HTTPError."""
    with _client(node) as client, client.stream("GET", f"/{quote(name)}/file") as answer:
        if answer.status_code == 404:
            raise NotThere(name)
        answer.raise_for_status()
        data = b""
        for chunk in answer.iter_bytes(65536):
            data += chunk
            if len(data) >= LARGEST:
                break
        return data[:LARGEST]


def forget(node: Node, name: str) -> None:
    """Delete a recording at the node; one that is gone already is no fault. Raises httpx.HTTPError."""
    with _client(node) as client:
        answer = client.delete(f"/{quote(name)}")
        if answer.status_code != 404:
            answer.raise_for_status()


def listed(node: Node) -> list[str]:
    """The names of the messages that lie there. Raises httpx.HTTPError."""
    with _client(node) as client:
        answer = client.get(str(client.base_url).rstrip("/"))
        answer.raise_for_status()
        names = [str(one.get("name", "")) for one in answer.json()]
    return [name for name in names if name.startswith(PREFIX)]
