"""What the readers say alike: what is missing in a row and what to do about it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from barrymore.channels.imports.cleaning import line_of
from barrymore.handling.past import PastMessage, RowError


def mislaid(row: str, what: str) -> RowError:
    """A record that is of no use here."""
    return RowError(row, what, gettext("Leave it out, or look whether this is the right file."))


def twice(row: str, what: str) -> RowError:
    """A record whose id has come before."""
    text = gettext("%(what)s stands here a second time") % {"what": what}
    return RowError(row, text, gettext("The first one was taken. Look which one is right."))


def no_date(row: str, field: str) -> RowError:
    """A time that cannot be read."""
    text = gettext("%(field)s is no time between 1990 and tomorrow") % {"field": field}
    return RowError(row, text, gettext("Write it as 2026-11-21T14:40:00Z."))


def nobody(row: str, ref: str) -> RowError:
    """A conversation whose customer has no address."""
    if ref:
        text = gettext("Nothing in the export tells the address of its customer %(id)s.") % {"id": ref}
        return RowError(
            row, text, gettext("Add the export of the users or contacts, in one zip with this one.")
        )
    return RowError(row, gettext("names no customer"), gettext("Name one there, or leave it out."))


def nothing_said(row: str) -> RowError:
    """A conversation without a message."""
    return RowError(
        row, gettext("holds no message"), gettext("Export it with its messages, or leave it out.")
    )


def files_named(text: str, files: Iterable[Any], name_key: str, url_key: str) -> str:
    """The text with a line for each file: such exports name their files and do not hold them."""
    lines = []
    for file in files:
        if isinstance(file, dict):
            url = line_of(file.get(url_key), 500)
            name = line_of(file.get(name_key), 120) or url.rpartition("/")[2] or "?"
            lines.append(gettext("[File: %(name)s %(url)s]") % {"name": name, "url": url})
    return "\n".join(filter(None, [text, *lines]))


def in_order(messages: Iterable[PastMessage]) -> tuple[PastMessage, ...]:
    """By time; of the same moment as they stood."""
    return tuple(sorted((one for one in messages if one.text or one.html), key=lambda one: one.at))
