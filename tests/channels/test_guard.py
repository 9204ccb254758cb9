"""Guarded HTTP calls nobody inside the house; secrets stay sealed; languages are told apart."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from barrymore.channels.language import language_of
from barrymore.delivery import http
from barrymore.delivery.http import Blocked, Unreachable, checked_address, fetch, is_public
from barrymore.organisation.secrets import SealBroken, key_for, seal, unseal
from tests.mailserver.dovecot import Provider


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    ::1 :: fe80::1 fc00::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: ff02::1
    2001:0:4136:e378:8000:63bf:3fff:fdd2""".split(),
)
def test_an_address_inside_is_never_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://1.1.1.1:22/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
    ],
)
def test_a_forbidden_target_is_blocked(url: str) -> None:
    with pytest.raises(Blocked):
        fetch("GET", url)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A local server that the settings allow."""
    server = Provider()
    server.start()
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{server.port}"]
    yield server
    assert server.server
    server.server.shutdown()
    server.server.server_close()


def test_an_allowed_target_is_called(provider: Provider) -> None:
    answer = fetch("GET", f"http://127.0.0.1:{provider.port}/")
    assert answer.status == 401


def test_a_host_that_resolves_elsewhere_the_second_time_changes_nothing(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def public_then_private(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        address = "1.1.1.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", public_then_private)
    assert str(checked_address("http", "rebind.example", 80)) == "1.1.1.1"
    assert asked == ["rebind.example"]


def test_a_redirect_is_checked_like_the_first(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    away = http.Answer(302, b"", {"location": "http://127.0.0.1:1/"})
    call = http._call
    seen: list[str] = []

    def once(method: str, url: Any, headers: dict[str, str], *more: Any) -> http.Answer:
        seen.append(str(url))
        return away if len(seen) == 1 else call(method, url, headers, *more)

    monkeypatch.setattr(http, "_call", once)
    with pytest.raises(Blocked):
        fetch("GET", f"http://127.0.0.1:{provider.port}/", redirects=1)


def test_an_answer_too_large_is_cut(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 3)
    with pytest.raises(Unreachable, match="more than 3 bytes"):
        fetch("GET", f"http://127.0.0.1:{provider.port}/")


def test_nobody_there_is_unreachable(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED = ["127.0.0.1:1"]
    with pytest.raises(Unreachable):
        fetch("GET", "http://127.0.0.1:1/")


def test_a_secret_is_sealed_and_opened(settings: Any) -> None:
    sealed = seal("letter-opener")
    assert "letter-opener" not in sealed
    assert unseal(sealed) == "letter-opener"
    assert (seal(""), unseal("")) == ("", "")
    settings.SECRET_KEY = "another"
    with pytest.raises(SealBroken):
        unseal(sealed)


def test_each_purpose_has_its_own_key() -> None:
    assert len({key_for("a"), key_for("b"), key_for("a")}) == 2
    assert len(key_for("a")) == 32


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("There is no hot water in our room since this morning.", "en"),
        ("С утра в номере нет горячей воды, пришлите кого-нибудь.", "ru"),
        ("Stamattina non c'è acqua calda nella nostra camera.", "it"),
        ("Nuo ryto mūsų kambaryje nėra karšto vandens.", "lt"),
        ("Meie toas ei ole hommikust saadik sooja vett.", "et"),
        ("Seit heute Morgen gibt es in unserem Zimmer kein warmes Wasser.", "de"),
        ("Il n'y a plus d'eau chaude dans notre chambre depuis ce matin.", "fr"),
        ("От сутринта в стаята ни няма топла вода, моля елате.", "bg"),
        ("Ok, thanks", ""),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language
