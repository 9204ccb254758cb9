"""Files of recordings at a node, fetched over the HTTP of ARI and taken away there."""

import base64
import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from barrymore.organisation.secrets import unseal
from barrymore.telephony.models import Node

SECONDS = 10.0


class NoFile(LookupError):
    """The node has no such file."""


class Unwilling(ConnectionError):
    """The node answered something else than the file; the text says what."""


def fetch(node: Node, name: str, target: Path) -> None:
    """A stored recording into a file. Raises NoFile, OSError (which Unwilling is)."""
    with _asked(node, "GET", f"{name}/file") as answer, target.open("wb") as file:
        shutil.copyfileobj(answer, file)


def remove(node: Node, name: str) -> None:
    """Take a stored recording away; one that is not there is no fault. Raises OSError."""
    try:
        with _asked(node, "DELETE", name):
            pass
    except NoFile:
        return


def names(node: Node) -> list[str]:
    """All that are stored there. Raises OSError."""
    with _asked(node, "GET", "") as answer:
        return [str(one.get("name", "")) for one in json.load(answer)]


@contextmanager
def _asked(node: Node, method: str, path: str) -> Iterator[http.client.HTTPResponse]:
    key = base64.b64encode(f"{node.user}:{unseal(node.secret)}".encode()).decode()
    line = http.client.HTTPConnection(node.host, node.http_port, timeout=SECONDS)
    try:
        where = "/ari/recordings/stored" + (f"/{path}" if path else "")
        line.request(method, where, headers={"Authorization": f"Basic {key}"})
        answer = line.getresponse()
        if answer.status == 404:
            raise NoFile(path)
        if answer.status >= 300:
            raise Unwilling(f"the node answered {answer.status}")
        yield answer
    except http.client.HTTPException as error:
        raise Unwilling(type(error).__name__) from error
    finally:
        line.close()
