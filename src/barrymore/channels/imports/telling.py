"""What an import would do, does and did, as sentences for the page and the command line."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext


def _n(text: str, n: int) -> str:
    return text % {"n": number_format(n, force_grouping=True)}


def _conversations(n: int) -> str:
    return _n(ngettext("%(n)s conversation", "%(n)s conversations", n), n)


def _messages(n: int) -> str:
    return _n(ngettext("%(n)s message", "%(n)s messages", n), n)


def _files(n: int) -> str:
    return _n(ngettext("%(n)s file", "%(n)s files", n), n)


def would(counts: Mapping[str, int]) -> str:
    """`412 conversations, 1,980 messages, 12 files, 230 customers of whom 31 are known.`"""
    parts = [_conversations(counts.get("conversations", 0)), _messages(counts.get("messages", 0))]
    if files := counts.get("files"):
        parts.append(_files(files))
    customers = _n(
        ngettext("%(n)s customer", "%(n)s customers", counts.get("customers", 0)), counts.get("customers", 0)
    )
    if known := counts.get("known"):
        text = gettext("%(customers)s of whom %(n)s are known")
        customers = text % {"customers": customers, "n": number_format(known, force_grouping=True)}
    return ", ".join([*parts, customers]) + "."


def besides(counts: Mapping[str, int], *, queue: str, closes_open: bool) -> list[str]:
    """What else the check has found, a sentence each."""
    found = []
    if n := counts.get("open"):
        found.append(_open(n, queue, closes_open))
    if n := counts.get("there"):
        found.append(
            _n(
                ngettext(
                    "%(n)s is here already and stays as it is.",
                    "%(n)s are here already and stay as they are.",
                    n,
                ),
                n,
            )
        )
    if n := counts.get("left_out"):
        found.append(
            _n(
                ngettext(
                    "%(n)s is left out: spam, lists, bounces, deleted.",
                    "%(n)s are left out: spam, lists, bounces, deleted.",
                    n,
                ),
                n,
            )
        )
    if n := counts.get("faults"):
        found.append(_n(ngettext("%(n)s row cannot be read.", "%(n)s rows cannot be read.", n), n))
    if n := counts.get("remarks"):
        found.append(
            _n(
                ngettext(
                    "In %(n)s place something could not be kept.",
                    "In %(n)s places something could not be kept.",
                    n,
                ),
                n,
            )
        )
    return found


def _open(n: int, queue: str, closes_open: bool) -> str:
    if closes_open:
        return _n(
            ngettext(
                "%(n)s is still open there and is closed here.",
                "%(n)s are still open there and are closed here.",
                n,
            ),
            n,
        )
    told = ngettext(
        "%(n)s is still open: it goes to %(queue)s, and what is promised there counts from the import.",
        "%(n)s are still open: they go to %(queue)s, and what is promised there counts from the import.",
        n,
    )
    return told % {"n": number_format(n, force_grouping=True), "queue": queue}


def did(counts: Mapping[str, int]) -> list[str]:
    """What has come so far, and what of it has been taken back, a sentence each."""
    made = [_conversations(counts.get("made_conversations", 0)), _messages(counts.get("made_messages", 0))]
    if n := counts.get("made_files"):
        made.append(_files(n))
    if n := counts.get("made_customers"):
        made.append(_n(ngettext("%(n)s new customer", "%(n)s new customers", n), n))
    found = [gettext("Brought: %(what)s.") % {"what": ", ".join(made)}]
    if n := counts.get("skipped"):
        found.append(_n(ngettext("%(n)s was here already.", "%(n)s were here already.", n), n))
    if n := counts.get("refused"):
        found.append(_n(ngettext("%(n)s could not be written.", "%(n)s could not be written.", n), n))
    return found


def undone(counts: Mapping[str, int]) -> list[str]:
    """What an undo has removed, and what it has left."""
    gone = [_conversations(counts.get("removed_conversations", 0))]
    gone.append(
        _n(
            ngettext("%(n)s customer", "%(n)s customers", counts.get("removed_customers", 0)),
            counts.get("removed_customers", 0),
        )
    )
    found = [gettext("Removed: %(what)s.") % {"what": ", ".join(gone)}]
    if n := counts.get("stayed"):
        found.append(
            _n(
                ngettext(
                    "%(n)s conversation stays, because somebody has worked on it since.",
                    "%(n)s conversations stay, because somebody has worked on them since.",
                    n,
                ),
                n,
            )
        )
    return found
