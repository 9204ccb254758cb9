"""The command line teaches, answers with exit codes, and refuses a second writer."""

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from django.test import Client

from barrymore.cli.lock import AlreadyRunning, alone
from barrymore.cli.main import main, parser
from barrymore.cli.tls import own_certificate
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import actor_of_token


def test_help_teaches_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(
        command in said
        for command in (
            *("serve", "run-demo", "doctor", "token", "hook-secret"),
            *("replay", "backup", "restore", "move-to-postgres"),
        )
    )


def test_a_wrong_word_is_refused_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["dance"])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_token_is_printed_once_and_works(amina: Staff, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "amina@mill.example", "script", "conversations.read"]) == 0
    actor = actor_of_token(capsys.readouterr().out.strip())
    assert actor is not None and actor.staff == amina


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["noor@mill.example", "x", "conversations.read"], "Nobody here"),
        (["amina@mill.example", "x", "fly"], "fly"),
    ],
)
def test_a_token_for_nobody_or_for_anything_is_refused(
    amina: Staff, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["token", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.django_db
def test_a_figure_is_replayed_to_the_same_hash(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["replay", "figure", "satisfaction", "--since", "2026-11-01", "--until", "2026-11-28"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)["inputs_hash"]
    assert main([*words, "--hash", told]) == 0
    assert main([*words, "--hash", "other"]) == 1
    assert main(["replay", "figure", "happiness", "--since", "2026-11-01", "--until", "2026-11-28"]) == 2


@pytest.mark.django_db
def test_the_doctor_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "mail", "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["name"] == "mail balance"
    assert lines[-1]["detail"].startswith("0 received = 0 stored")
    assert all(line["advice"] for line in lines if line["state"] == "bad")


def test_a_second_writer_is_refused_with_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = alone(tmp_path)
    with pytest.raises(AlreadyRunning) as refused:
        alone(tmp_path)
    assert refused.value.code == 3
    assert "BARRYMORE_DATABASE" in capsys.readouterr().err
    first.close()
    alone(tmp_path).close()


def test_the_own_authority_signs_for_this_machine(tmp_path: Path) -> None:
    made = own_certificate(tmp_path, ["desk.mill.example", "192.0.2.7"])
    leaf, authority = x509.load_pem_x509_certificates(made.cert.read_bytes())
    leaf.verify_directly_issued_by(authority)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "desk.mill.example" in names.get_values_for_type(x509.DNSName)
    assert "192.0.2.7" in map(str, names.get_values_for_type(x509.IPAddress))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < datetime.timedelta(days=825)
    assert made.key.stat().st_mode & 0o077 == 0
    again = own_certificate(tmp_path, [])
    assert x509.load_pem_x509_certificates(again.cert.read_bytes())[1] == authority


def test_the_settings_open_without_any_environment(tmp_path: Path) -> None:
    read = "from django.conf import settings; print(settings.DEBUG, settings.HTTPS)"
    check = f"import django; django.setup(); {read}"
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": "src",
        "DJANGO_SETTINGS_MODULE": "barrymore.config.settings",
        "BARRYMORE_VAR": str(tmp_path / "var"),
    }
    said = subprocess.run([sys.executable, "-c", check], env=environment, capture_output=True, check=True)
    assert said.stdout.split() == [b"False", b"False"]
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_the_authority_can_be_fetched_and_its_key_cannot(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.VAR", tmp_path)
    assert client.get("/authority.crt").status_code == 404
    own_certificate(tmp_path, [])
    told = client.get("/authority.crt")
    assert (told.status_code, told["Content-Type"]) == (200, "application/x-x509-ca-cert")
    assert b"PRIVATE" not in told.content
    assert client.get("/authority.key").status_code == 404
