"""A certificate from a real authority: ordered, served, kept while that is away, renewed."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from barrymore.cli.acme.port import PlainPort
from barrymore.cli.acme.wanted import Wanted, now, plain_names, read_kept
from barrymore.cli.doctor import certificates
from barrymore.cli.main import main
from tests.cli.pebble import Pebble
from tests.ports import free_port


@pytest.fixture
def pebble(tmp_path: Path) -> Iterator[Pebble]:
    """The authority, not yet started; ended with the test."""
    authority = Pebble(tmp_path / "pebble")
    yield authority
    authority.stop()


def options(pebble: Pebble, port: int) -> list[str]:
    """What `barrymore` is told to have its certificate from the test's authority."""
    return [
        *("serve", "--acme", "--name", "localhost", "--host", "127.0.0.1", "--port", str(port)),
        *("--acme-directory", pebble.directory, "--acme-authority", str(pebble.authority)),
        *("--acme-http-port", str(pebble.question_port), "--acme-email", "dora@mill.example"),
    ]


@contextmanager
def serving(pebble: Pebble, var: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A served product, ended with the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BARRYMORE_")}
    environment |= {"BARRYMORE_VAR": str(var), "PYTHONPATH": "src:."}
    words = [sys.executable, "-m", "barrymore", *options(pebble, port)]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait(lambda: answers(port) or process.poll() is not None)
            yield process
        finally:
            process.terminate()


def wait(until: Callable[[], bool]) -> None:
    """Give it half a minute."""
    deadline = time.monotonic() + 90
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def shown(port: int, root: str | None = None) -> x509.Certificate:
    """The certificate that a browser gets, trusted by nothing but the root if there is one."""
    trusted = ssl.create_default_context(cadata=root)
    if root is None:
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        trusted.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")


def lay(wanted: Wanted, began_days: int, ends_days: int) -> None:
    """Keep a certificate that began and ends so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in wanted.names])
    leaf = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() + timedelta(days=began_days))
        .not_valid_after(now() + timedelta(days=ends_days))
        .add_extension(names, critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    wanted.keep(key.private_bytes(*form) + leaf.public_bytes(serialization.Encoding.PEM))


def files(folder: Path) -> list[str]:
    """Everything that lies in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_first_certificate_is_ordered_served_and_kept(pebble: Pebble, tmp_path: Path) -> None:
    pebble.start()
    port, folder = free_port(), tmp_path / "var" / "tls" / "acme"
    with serving(pebble, tmp_path / "var", port):
        first = shown(port, pebble.root())
        plain = httpx.get(f"http://127.0.0.1:{pebble.question_port}/desk?queue=1")
        unknown = httpx.get(f"http://127.0.0.1:{pebble.question_port}/.well-known/acme-challenge/x")
    assert (plain.status_code, plain.headers["Location"]) == (308, f"https://localhost:{port}/desk?queue=1")
    assert unknown.status_code == 404
    assert files(folder) == ["account.pem", "localhost.pem"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    with serving(pebble, tmp_path / "var", port):
        assert shown(port) == first


def test_an_old_certificate_survives_without_the_authority_and_is_renewed_while_serving(
    pebble: Pebble, tmp_path: Path
) -> None:
    wanted = Wanted(("localhost",), tmp_path / "var" / "tls" / "acme", pebble.directory)
    lay(wanted, -80, 10)
    port, old = free_port(), read_kept(wanted.file)
    pebble.start()
    pebble.stop()
    with serving(pebble, tmp_path / "var", port) as process:
        assert old and shown(port).not_valid_after_utc == old.ends_at
        pebble.start()
        process.send_signal(signal.SIGUSR1)
        wait(lambda: shown(port).not_valid_after_utc != old.ends_at)
        shown(port, pebble.root())
        process.terminate()
        assert "Serving with the kept one" in process.stderr.read() if process.stderr else False
    assert wanted.is_met(now())


def test_without_the_authority_the_first_start_ends_with_words(pebble: Pebble, tmp_path: Path) -> None:
    pebble.start()
    pebble.stop()
    with serving(pebble, tmp_path / "var", free_port()) as process:
        said = process.stderr.read() if process.stderr else ""
        assert process.wait(timeout=60) == 4
    assert f"cannot be reached at {pebble.directory}" in said and "--acme-authority" in said
    assert "Traceback" not in said
    assert files(tmp_path / "var") == []


def test_a_name_that_leads_elsewhere_ends_with_words(pebble: Pebble, tmp_path: Path) -> None:
    pebble.start()
    asked, pebble.question_port = pebble.question_port, free_port()
    assert asked != pebble.question_port
    with serving(pebble, tmp_path / "var", free_port()) as process:
        said = process.stderr.read() if process.stderr else ""
        assert process.wait(timeout=60) == 4
    assert "issued none for localhost" in said and "public address" in said
    assert "Traceback" not in said
    assert files(tmp_path / "var" / "tls" / "acme") == ["account.pem"]


@pytest.mark.parametrize(
    ("began_days", "ends_days", "is_met"),
    [(-10, 80, True), (-59, 31, True), (-61, 29, False), (-90, -1, False), (1, 90, False)],
)
def test_a_certificate_is_renewed_when_under_a_third_of_its_life_is_left(
    tmp_path: Path, began_days: int, ends_days: int, is_met: bool
) -> None:
    wanted = Wanted(("desk.mill.example",), tmp_path)
    assert not wanted.is_met(now())
    lay(wanted, began_days, ends_days)
    assert wanted.is_met(now()) == is_met
    assert not Wanted(("desk.mill.example", "guests.mill.example"), tmp_path).is_met(now())
    assert not Wanted(("desk.mill.example",), tmp_path, directory="https://ca.mill.example").is_met(now())


@pytest.mark.parametrize("name", ["192.0.2.7", "*.mill.example", "../mill", "mill..example", "::1"])
def test_what_no_authority_certifies_by_http_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BARRYMORE_VAR", str(tmp_path))
    with pytest.raises(SystemExit) as refused:
        main(["serve", "--acme", "--name", name])
    assert refused.value.code == 2
    assert capsys.readouterr().err.startswith(name)
    assert files(tmp_path) == []


def test_names_are_spelt_as_certificates_spell_them() -> None:
    names = plain_names(["Desk.Mill.example", "hôtel.example", "desk.mill.example"])
    assert names == ("desk.mill.example", "xn--htel-vqa.example")


def test_a_taken_port_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BARRYMORE_VAR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["--name", "desk.mill.example", "--host", "127.0.0.1", "--acme-http-port", port]
        with pytest.raises(SystemExit) as ended:
            main(["serve", "--acme", *words])
    assert ended.value.code == 4
    assert f"asks on port {port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/desk", "/desk"),
        ("//evil.example/", "/evil.example/"),
        ("@evil.example/", "/"),
        (".evil.example", "/"),
    ],
)
def test_port_80_leads_nowhere_but_to_our_address(path: str, location: str) -> None:
    port = free_port()
    plain = PlainPort("127.0.0.1", port, "https://desk.mill.example")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.0\r\nHost: evil.example\r\n\r\n".encode())
        said = line.makefile().read()
    plain.close()
    assert f"Location: https://desk.mill.example{location}\n" in said


@pytest.mark.parametrize(("ends_days", "state"), [(80, "ok"), (20, "warn"), (-1, "bad")])
def test_the_doctor_counts_the_days(tmp_path: Path, ends_days: int, state: str) -> None:
    assert [check["name"] for check in certificates(tmp_path)] == ["tls"]
    lay(Wanted(("desk.mill.example",), tmp_path / "tls" / "acme"), ends_days - 90, ends_days)
    (told,) = certificates(tmp_path)
    assert (told["name"], told["state"]) == ("tls desk.mill.example", state)
