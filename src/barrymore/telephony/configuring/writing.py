"""Put the files of one node together and write them."""

import os
from dataclasses import dataclass
from pathlib import Path

from barrymore.organisation.secrets import unseal
from barrymore.telephony.configuring import lines, modules, music
from barrymore.telephony.configuring.dialplan import dialplan
from barrymore.telephony.configuring.lines import Section
from barrymore.telephony.menus.files import FOLDER, write_sounds
from barrymore.telephony.menus.plan import Plan, is_needed, menu_plan, planned
from barrymore.telephony.models import Extension, Node, Number
from barrymore.telephony.spelling import CannotWrite

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Asterisk asks for these and complains where they are missing.
EMPTY = """acl ccss cel cli_aliases cli_permissions dnsmgr features pjproject pjsip_notify queues queuerules
 udptl res_parking confbridge sorcery""".split()
# The tones of ringing and busy, as most of Europe hears them.
INDICATIONS = lines.text(
    [
        Section("general", [("country", "eu")]),
        Section(
            "eu",
            [
                ("description", "Europe"),
                ("ringcadence", "1000,4000"),
                ("dial", "425"),
                ("busy", "425/500,0/500"),
                ("ring", "425/1000,0/4000"),
                ("congestion", "425/250,0/250"),
                ("callwaiting", "425/200,0/600"),
                ("info", "950/330,1400/330,1800/330,0/1000"),
            ],
        ),
    ]
)


@dataclass(frozen=True)
class Place:
    """Where the files lie, and by what path Asterisk finds them (in a chroot another one).

    An Asterisk that stands apart keeps its sockets, logs and spool in that folder too.
    """

    folder: Path
    seen_as: str
    is_apart: bool = False


def files_of(node: Node, place: Place, plan: Plan | None = None) -> dict[str, str]:
    """Every file by its name. Raises CannotWrite for a value that would change its line."""
    plan = plan or numbers_planned()
    if not node.secret:
        raise CannotWrite(f"{node.name} has no password yet")
    extensions = list(
        Extension.objects.filter(is_active=True, staff__is_active=True).order_by("number", "id")
    )
    trunks = list(node.trunks.filter(is_active=True).order_by("id"))
    written = {
        "asterisk.conf": _asterisk(place),
        "modules.conf": modules.modules(),
        "logger.conf": lines.text([Section("logfiles", [("messages", "notice,warning,error")])]),
        "http.conf": _http(node),
        "ari.conf": _ari(node),
        "manager.conf": _manager(node),
        "rtp.conf": _rtp(node),
        "musiconhold.conf": lines.text(
            [Section("default", [("mode", "files"), ("directory", f"{place.seen_as}/music")])]
        ),
        "indications.conf": INDICATIONS,
        "cdr.conf": lines.text([Section("general", [("enable", "no")])]),
        "stasis.conf": lines.text([Section("threadpool", [("initial_size", "10"), ("max_size", "50")])]),
        "pjsip.conf": lines.text(lines.pjsip(node, trunks, extensions)),
        "extensions.conf": dialplan(plan, extensions),
    }
    if is_needed(plan):
        written["extensions.conf"] += menu_plan(
            plan, f"{place.seen_as}/{FOLDER}", f"{_spool(place)}/recording"
        )
    return written | {f"{name}.conf": lines.NOTICE for name in EMPTY}


def numbers_planned() -> Plan:
    """What callers of the numbers in use go through before the queue."""
    return planned(Number.objects.filter(is_active=True).select_related("site").order_by("id"))


def _spool(place: Place) -> str:
    return f"{place.seen_as}/spool" if place.is_apart else "/var/spool/asterisk"


def write_configuration(node: Node, place: Place) -> list[str]:
    """Write the files and the music, each whole or not at all; returns their names."""
    plan = numbers_planned()
    written = files_of(node, place, plan)
    place.folder.mkdir(parents=True, exist_ok=True)
    write_sounds(place.folder / FOLDER, plan.sounds)
    (place.folder / "music").mkdir(exist_ok=True)
    for name, data in music.files().items():
        if not (place.folder / "music" / name).exists():
            (place.folder / "music" / name).write_bytes(data)
    for name, text in written.items():
        fresh = place.folder / f".{name}.new"
        # The files hold passwords.
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        # Whatever the mask of this process: Asterisk's group must read them.
        os.fchmod(descriptor, 0o640)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        fresh.replace(place.folder / name)
    return sorted(written)


def _asterisk(place: Place) -> str:
    directories = [("astetcdir", place.seen_as)]
    if place.is_apart:
        parts = {"astrundir": "run", "astlogdir": "log", "astspooldir": "spool", "astdbdir": "lib"}
        directories += [(name, f"{place.seen_as}/{part}") for name, part in parts.items()]
        directories.append(("astkeydir", f"{place.seen_as}/lib"))
    return lines.text(
        [
            Section("directories", directories),
            Section("options", [("maxfiles", "20000"), ("hideconnect", "yes")]),
        ]
    )


def _http(node: Node) -> str:
    return lines.text(
        [
            Section(
                "general",
                [
                    ("enabled", "yes"),
                    ("bindaddr", _bind(node)),
                    ("bindport", str(node.http_port)),
                    ("sessionlimit", "1000"),
                    ("session_keep_alive", "60000"),
                ],
            )
        ]
    )


def _ari(node: Node) -> str:
    user = [("type", "user"), ("password", lines.value(unseal(node.secret))), ("password_format", "plain")]
    return lines.text(
        [
            Section("general", [("enabled", "yes"), ("websocket_write_timeout", "1000")]),
            Section(node.user, user),
        ]
    )


def _manager(node: Node) -> str:
    general = [
        ("enabled", "yes"),
        ("bindaddr", _bind(node)),
        ("port", str(node.ami_port)),
        ("timestampevents", "yes"),
        ("displayconnects", "no"),
    ]
    near = ["127.0.0.1/32", *([] if node.host in LOOPBACK else node.local_networks.split())]
    user = [
        ("secret", lines.value(unseal(node.secret))),
        ("deny", "0.0.0.0/0"),
        *(("permit", one) for one in near if ":" not in one),
        ("read", "call,user,system"),
        ("write", "call,originate,system,reporting"),
        ("writetimeout", "5000"),
        *(("eventfilter", f"Event: {event}") for event in lines.EVENTS),
    ]
    return lines.text([Section("general", general), Section(node.user, user)])


def _bind(node: Node) -> str:
    """AMI and ARI listen where we call them: on this machine, or on the node's own address."""
    if node.host in LOOPBACK:
        return "127.0.0.1"
    return node.host if node.host.replace(".", "").isdigit() else "0.0.0.0"  # noqa: S104 - behind deny and permit


def _rtp(node: Node) -> str:
    if node.rtp_end - node.rtp_start < 3:
        raise CannotWrite("the range of RTP ports is empty")
    return lines.text(
        [
            Section(
                "general",
                [
                    ("rtpstart", str(node.rtp_start)),
                    ("rtpend", str(node.rtp_end)),
                    ("strictrtp", "yes"),
                    ("icesupport", "yes"),
                ],
            )
        ]
    )
