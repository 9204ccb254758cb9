"""What single reports show beyond their figures: on the page, in REST, in the workbook."""

from typing import Any

from barrymore.organisation.access import Actor
from barrymore.reports import calls, contacts, promises
from barrymore.reports.contacts import Sheet
from barrymore.reports.selectors import Shown


def context_of(made: Shown, actor: Actor) -> dict[str, Any]:
    """What the template of this report needs besides."""
    if made.report.name == "contacts":
        return contacts.context(made)
    if made.report.name == "calls":
        return calls.context(made)
    return promises.context(made, actor) if made.report.name == "promises" else {}


def detail_of(made: Shown) -> dict[str, Any]:
    """What REST adds to the figures of this report."""
    if made.report.name == "contacts":
        return contacts.detail(made)
    return promises.detail(made) if made.report.name == "promises" else {}


def sheets_of(made: Shown) -> list[Sheet]:
    """The further sheets of this report: title, header, rows."""
    if made.report.name == "contacts":
        return contacts.sheets(made)
    if made.report.name == "calls":
        return calls.sheets(made)
    return promises.sheets(made) if made.report.name == "promises" else []
