"""Fetch from a node what callers have left there, at once and again after every connection."""

import logging
from collections.abc import Iterable

import httpx

from barrymore.routing.waking import wake
from barrymore.telephony.ami import Ami, Gone, Refused
from barrymore.telephony.menus import node_sounds
from barrymore.telephony.menus.chosen import VoiceMessage, Wish, message_of, wish_of
from barrymore.telephony.menus.leaving import take_message, take_wish
from barrymore.telephony.models import Call, Node, Number

log = logging.getLogger(__name__)
FAMILY = "barrymore-wish"


def take_in(node: Node, left: Wish | VoiceMessage, ami: Ami | None) -> Call | None:
    """Keep it here, then let it go there. What cannot be fetched now stays there for the next time."""
    if isinstance(left, Wish):
        call = take_wish(node, left)
        _let_go(ami, left.unique_id)
        wake()
        return call
    try:
        data = node_sounds.fetch(node, left.name)
    except node_sounds.NotThere:
        data = b""
    except httpx.HTTPError as error:
        log.warning("the message %s stays at %s: %s", left.name, node, error)
        return None
    call = take_message(node, left, data)
    try:
        node_sounds.forget(node, left.name)
    except httpx.HTTPError as error:
        log.warning("the message %s could not be deleted at %s: %s", left.name, node, error)
    wake()
    return call


def _let_go(ami: Ami | None, unique_id: str) -> None:
    try:
        if ami is not None:
            ami.say("DBDel", Family=FAMILY, Key=unique_id)
    except Gone:
        log.info("the wish of %s is let go after the next connection", unique_id)


def left_behind(node: Node, ami: Ami, lines: Iterable[str]) -> list[Wish | VoiceMessage]:
    """What lies at the node; of messages those that nobody speaks any more."""
    still = set(lines)
    return [*_wishes(ami), *(one for one in _messages(node) if one.unique_id not in still)]


def _wishes(ami: Ami) -> list[Wish]:
    try:
        rows = ami.ask("DBGetTree", Family=FAMILY).rows
    except (Refused, Gone):
        return []
    # `/barrymore-wish/1795353206.4`
    found = [wish_of(row.get("Key", "").rpartition("/")[2], row.get("Val", "")) for row in rows]
    return [one for one in found if one is not None]


def _messages(node: Node) -> list[VoiceMessage]:
    if not Number.objects.exclude(hours=None, menu=None).exists():
        return []
    try:
        names = node_sounds.listed(node)
    except (httpx.HTTPError, ValueError) as error:
        log.warning("the messages at %s could not be listed: %s", node, error)
        return []
    return [one for one in map(message_of, names) if one is not None]
