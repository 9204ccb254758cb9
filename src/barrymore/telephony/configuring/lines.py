"""Sections and lines of Asterisk's configuration; no value gets in but through `value` or a checked field."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from barrymore.organisation.secrets import unseal
from barrymore.telephony.models import Extension, Node, Trunk
from barrymore.telephony.spelling import WORD, CannotWrite, check_address, written

NOTICE = "; Written by `barrymore telephony config`: change it in the settings, not here.\n"
# Without a filter a thousand calls send forty thousand events that nobody needs.
EVENTS = (
    "UserEvent", "Hangup", "BridgeEnter", "OriginateResponse", "ContactStatus", "FullyBooted",
    "BlindTransfer", "AttendedTransfer",
)  # fmt: skip
BROWSER_SILENCE_SECONDS = 15  # a closed browser says no goodbye
PHONE_SILENCE_SECONDS = 45
UNSAFE = re.compile(r"[\x00-\x1f\x7f]|(?<!\\);")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """[name] and its lines."""

    name: str
    pairs: Iterable[Pair]


def value(text: str) -> str:
    """A value that ends where its line ends. Raises CannotWrite."""
    return written(text)


def word(text: str) -> str:
    """A name of a section or a user. Raises CannotWrite."""
    if not WORD.fullmatch(text):
        raise CannotWrite(f"{text[:40]!r} cannot stand in a configuration")
    return text


def text(sections: Iterable[Section]) -> str:
    """The file."""
    parts = [NOTICE]
    for section in sections:
        parts.append(f"[{word(section.name)}]\n")
        parts.extend(_line(name, told) for name, told in section.pairs)
    return "".join(parts)


def _line(name: str, told: str) -> str:
    """The last gate: whatever a row holds, a line stays one line."""
    if UNSAFE.search(told):
        raise CannotWrite(f"{name}: {told[:40]!r} cannot stand in a configuration")
    return f"{name} => {told}\n"


def host(text: str) -> str:
    """A name or an address of a host. Raises CannotWrite."""
    try:
        check_address(text)
    except ValidationError as error:
        raise CannotWrite(f"{text[:40]!r} is no host") from error
    return text


def pjsip(node: Node, trunks: list[Trunk], extensions: list[Extension]) -> list[Section]:
    """Transports, carriers, telephones."""
    found = [
        Section("global", [("type", "global"), ("user_agent", "Barrymore"), ("max_forwards", "70")]),
        Section(
            "system", [("type", "system"), ("threadpool_initial_size", "8"), ("threadpool_max_size", "50")]
        ),
        *(_transport(node, protocol) for protocol in ("udp", "tcp")),
        Section("transport-ws", [("type", "transport"), ("protocol", "ws"), ("bind", "127.0.0.1")]),
    ]
    for trunk in trunks:
        found += _trunk(node, trunk)
    for extension in extensions:
        found += _extension(node, extension)
    return found


def _transport(node: Node, protocol: str) -> Section:
    pairs = [("type", "transport"), ("protocol", protocol), ("bind", f"{node.sip_address}:{node.sip_port}")]
    if node.public_address:
        host(node.public_address)
        pairs += [(f"external_{kind}_address", node.public_address) for kind in ("media", "signaling")]
        pairs += [("local_net", one) for one in node.local_networks.split()]
    return Section(f"transport-{protocol}", pairs)


def _media(node: Node, silence_seconds: int) -> list[Pair]:
    pairs = [
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
        ("rtp_timeout", str(silence_seconds)),
        ("rtp_timeout_hold", "3600"),
        ("allow_subscribe", "no"),
    ]
    if ipaddress.ip_address(node.sip_address).is_unspecified:
        return pairs
    # Sound leaves by the address on which the calls come in.
    return [*pairs, ("media_address", node.sip_address), ("bind_rtp_to_media_address", "yes")]


def _trunk(node: Node, trunk: Trunk) -> list[Section]:
    host(trunk.host)
    name, place = f"trunk-{trunk.pk}", f"{trunk.host}:{trunk.port}"
    endpoint = [
        ("type", "endpoint"),
        ("context", "barrymore-in"),
        ("transport", "transport-udp"),
        ("allow", "!all,alaw,ulaw"),
        ("aors", name),
        *_media(node, trunk.silence_seconds),
    ]
    found = [
        Section(name, [("type", "aor"), ("contact", f"sip:{place}")]),
        Section(
            f"{name}-from",
            [
                ("type", "identify"),
                ("endpoint", name),
                *(("match", one) for one in dict.fromkeys([trunk.host, *trunk.addresses.split()])),
            ],
        ),
    ]
    if trunk.username:
        auth = [
            ("type", "auth"),
            ("auth_type", "userpass"),
            ("username", word(trunk.username)),
            ("password", value(unseal(trunk.secret))),
        ]
        found.append(Section(f"{name}-auth", auth))
        endpoint += [("outbound_auth", f"{name}-auth"), ("from_user", word(trunk.username))]
        if trunk.registers:
            found.append(_registration(trunk, name, place))
    return [Section(name, endpoint), *found]


def _registration(trunk: Trunk, name: str, place: str) -> Section:
    pairs = [
        ("type", "registration"),
        ("transport", "transport-udp"),
        ("outbound_auth", f"{name}-auth"),
        ("server_uri", f"sip:{place}"),
        ("client_uri", f"sip:{word(trunk.username)}@{place}"),
        ("retry_interval", "30"),
        # A carrier that refuses now may have mended it in an hour.
        ("max_retries", "10000"),
        ("forbidden_retry_interval", "300"),
    ]
    return Section(f"{name}-registration", pairs)


def _extension(node: Node, extension: Extension) -> list[Section]:
    name, is_browser = word(extension.username), extension.kind == Extension.Kind.BROWSER
    endpoint = [
        ("type", "endpoint"),
        ("context", "barrymore-inside"),
        ("allow", "!all,alaw,ulaw"),
        ("auth", name),
        ("aors", name),
        ("callerid", f"<{extension.number}>"),
        *_media(node, BROWSER_SILENCE_SECONDS if is_browser else PHONE_SILENCE_SECONDS),
    ]
    if is_browser:
        endpoint += [("webrtc", "yes"), ("dtls_auto_generate_cert", "yes")]
    auth = [
        ("type", "auth"),
        ("auth_type", "userpass"),
        ("username", name),
        ("password", value(unseal(extension.secret))),
    ]
    aor = [("type", "aor"), ("max_contacts", "1"), ("remove_existing", "yes")]
    if node.ask_seconds:
        aor.append(("qualify_frequency", str(node.ask_seconds)))
    return [Section(name, endpoint), Section(name, auth), Section(name, aor)]
