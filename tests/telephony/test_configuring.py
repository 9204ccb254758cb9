"""The written configuration, read by a real Asterisk without a word of complaint."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Queue
from barrymore.telephony.configuring.music import alaw, ulaw
from barrymore.telephony.configuring.writing import Place, files_of, write_configuration
from barrymore.telephony.models import Extension, Node, Number, Trunk
from barrymore.telephony.services import add_extension, add_numbers
from barrymore.telephony.spelling import CannotWrite
from tests.telephony.asterisk import Asterisk

pytestmark = pytest.mark.django_db


def test_a_hundred_numbers_two_lines_and_telephones_are_read_without_a_complaint(
    node: Node, queue: Queue, amina: Staff, sam: Staff, asterisk: Asterisk
) -> None:
    add_numbers(None, [f"+370520{n:05}" for n in range(100)], queue=queue)
    Trunk.objects.create(node=node, name="plain", host="127.0.0.3", addresses="127.0.0.32/28 127.0.0.50")
    Trunk.objects.create(
        node=node, name="signs in", host="127.0.0.9", username="4711", secret=seal("x;y=#z>"), registers=True
    )
    add_extension(None, amina)
    add_extension(None, amina, kind=Extension.Kind.BROWSER)
    add_extension(None, sam)
    asterisk.stop()
    asterisk.forget()
    asterisk.configure(node)
    asterisk.start()
    assert [line for line in asterisk.log.splitlines() if re.search(r"WARNING|ERROR", line)] == []
    assert "200 extensions" in asterisk.ask("dialplan show barrymore-in") or "202 extensions" in asterisk.ask(
        "dialplan show barrymore-in"
    )
    endpoints = asterisk.ask("pjsip show endpoints")
    assert "Objects found: 5" in endpoints
    assert "x;y=#z>" in asterisk.ask("pjsip show auth trunk-" + str(Trunk.objects.latest("pk").pk) + "-auth")
    asterisk.stop()


def test_the_files_hold_passwords_and_are_for_few(node: Node, tmp_path: Path) -> None:
    names = write_configuration(node, Place(tmp_path / "etc", "/etc/asterisk"))
    assert {"pjsip.conf", "extensions.conf", "manager.conf", "modules.conf"} <= set(names)
    modes = {stat.S_IMODE((tmp_path / "etc" / name).stat().st_mode) for name in names}
    assert modes == {0o640}
    assert (tmp_path / "etc" / "music" / "waiting.ulaw").stat().st_size > 50_000
    (tmp_path / "etc" / "music" / "waiting.ulaw").write_bytes(b"own")
    write_configuration(node, Place(tmp_path / "etc", "/etc/asterisk"))
    assert (tmp_path / "etc" / "music" / "waiting.ulaw").read_bytes() == b"own"


def test_the_manager_is_for_this_machine_or_the_own_network(node: Node) -> None:
    manager = files_of(node, Place(Path("/x"), "/x"))["manager.conf"]
    assert "bindaddr => 127.0.0.1" in manager and "permit => 10." not in manager
    assert "secret => manager\\; of the house" in manager
    node.host = "10.0.0.7"
    manager = files_of(node, Place(Path("/x"), "/x"))["manager.conf"]
    assert "bindaddr => 10.0.0.7" in manager
    assert manager.index("deny => 0.0.0.0/0") < manager.index("permit => 10.0.0.0/8")


@pytest.mark.parametrize(
    ("what", "field", "value"),
    [
        ("trunk", "host", "a.example\n[evil]"),
        ("trunk", "host", "a.example;b"),
        ("trunk", "username", "x]\ncontext=evil"),
        ("extension", "number", "2,1,A"),
        ("extension", "username", "a/b"),
        ("number", "number", "+370,1,System(x"),
        ("node", "public_address", "1.2.3.4\n[x]"),
    ],
)
def test_a_value_that_would_change_its_line_stops_the_writing(
    node: Node,
    number: Number,
    amina: Staff,
    phone_of: Callable[..., Extension],
    what: str,
    field: str,
    value: str,
) -> None:
    phone_of(amina)
    # Past every form and service, as a restored database might bring it.
    model = {"trunk": Trunk, "extension": Extension, "number": Number, "node": Node}[what]
    model.objects.update(**{field: value})  # type: ignore[attr-defined]
    Trunk.objects.update(secret=seal("x"), **({"username": "u"} if field != "username" else {}))
    with pytest.raises(ValueError, match=r"."):
        files_of(Node.objects.get(), Place(Path("/x"), "/x"))


def test_a_password_with_a_line_break_stops_the_writing(node: Node) -> None:
    Trunk.objects.create(node=node, name="t", host="127.0.0.3", username="u", secret=seal("a\nb"))
    with pytest.raises(CannotWrite):
        files_of(node, Place(Path("/x"), "/x"))


def test_a_telephone_of_who_has_left_is_not_written(
    node: Node, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    Staff.objects.filter(pk=amina.pk).update(is_active=False)
    assert "amina" not in files_of(node, Place(Path("/x"), "/x"))["pjsip.conf"]


def test_no_name_of_anybody_stands_in_the_files(
    node: Node, number: Number, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina, "t-201")
    text = "".join(files_of(node, Place(Path("/x"), "/x")).values())
    assert "Sarr" not in text and "Reception" not in text and "carrier" not in text


@pytest.mark.parametrize(
    ("sample", "mu", "a"),
    [
        (0, 0xFF, 0xD5),
        (-1, 0x7F, 0x55),
        (1000, 0xCE, 0xFA),
        (-1000, 0x4E, 0x7A),
        (32767, 0x80, 0xAA),
        (-32768, 0x00, 0x2A),
    ],
)
def test_g711_as_the_recommendation_has_it(sample: int, mu: int, a: int) -> None:
    assert (ulaw(sample), alaw(sample)) == (mu, a)
