"""Guarded HTTP: never into the house itself, never further than the address that was checked."""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urljoin

import httpx
from django.conf import settings

SECONDS = 5.0
LARGEST_ANSWER = 1024 * 1024
PORTS = frozenset({80, 443})
NAT64 = ipaddress.ip_network("64:ff9b::/96")
REDIRECTS = frozenset({301, 302, 303, 307, 308})

IP: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Blocked(ValueError):
    """The address leads to where the house never calls."""


class Unreachable(Exception):
    """Nobody answered, or not in time, or with too much."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, body of at most LARGEST_ANSWER bytes, headers in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    redirects: int = 0,
) -> Answer:
    """Call `url` once; follow at most `redirects` of them, each checked like the first.

    Raises Blocked for a forbidden target and Unreachable when there is no whole answer in time.
    Headers (which may hold secrets) go to another host never, a body to no redirect at all.
    """
    deadline = time.monotonic() + SECONDS
    target = _read(url)
    sent = dict(headers or {})
    answer = _call(method, target, sent, content, deadline)
    while answer.status in REDIRECTS and redirects > 0:
        redirects -= 1
        onward = _read(urljoin(str(target), answer.headers.get("location", "")))
        sent = sent if (onward.scheme, onward.netloc) == (target.scheme, target.netloc) else {}
        target = onward
        answer = _call("GET", target, sent, None, deadline)
    return answer


def _read(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Blocked(f"{url[:100]}: {error}") from error


def _call(
    method: str, url: httpx.URL, headers: dict[str, str], content: bytes | None, deadline: float
) -> Answer:
    port = url.port or (443 if url.scheme == "https" else 80)
    checked = checked_address(url.scheme, url.host, port)
    # The connection goes to the address that was checked: a second look-up could answer otherwise.
    direct = url.copy_with(host=str(checked))
    named = {**headers, "Host": url.netloc.decode(), "Accept-Encoding": "identity"}
    left = max(deadline - time.monotonic(), 0.01)
    try:
        with (
            httpx.Client(timeout=left, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method, direct, headers=named, content=content, extensions={"sni_hostname": url.host}
            ) as response,
        ):
            body = _limited(response, deadline)
            return Answer(response.status_code, body, {k.lower(): v for k, v in response.headers.items()})
    except httpx.HTTPError as error:
        raise Unreachable(f"{url.host}: {type(error).__name__} {error}".strip()) from error


def _limited(response: httpx.Response, deadline: float) -> bytes:
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise Unreachable(f"more than {LARGEST_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise Unreachable(f"not finished after {SECONDS:.0f} s")
    return body


def checked_address(scheme: str, host: str, port: int) -> IP:
    """Resolve a host once; every address it has must be public. Raises Blocked, Unreachable."""
    if scheme not in {"http", "https"} or not host:
        raise Blocked(f"{scheme}://{host}: only http and https")
    allowed = f"{host}:{port}" in settings.OUTBOUND_ALLOWED
    if not allowed and port not in PORTS:
        raise Blocked(f"{host}:{port}: only ports 80 and 443")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: {error}") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not allowed and not all(is_public(address) for address in addresses):
        raise Blocked(f"{host}: leads to a private address")
    return addresses[0]


def is_public(address: IP) -> bool:
    """Whether an address belongs to the open internet, whatever address it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner: IP | None = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
