"""The reports that there are: each shows one metric; none defines one."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Report:
    """A page about one metric."""

    name: str
    metric: str
    title: Promise
    about: Promise
    divisions: tuple[str, ...] = ("queue", "site", "role", "channel")
    template: str = "reports/report.html"


REPORTS = {
    report.name: report
    for report in (
        Report(
            "satisfaction",
            "satisfaction",
            _("What customers said"),
            _("Who was asked after a conversation, who answered, and what may be concluded."),
        ),
        Report(
            "speed-of-answer",
            "speed_of_answer",
            _("Average speed of answer"),
            _("How long customers waited for the first answer, with those who have none apart."),
        ),
        Report(
            "calls",
            "calls_in_time_without_short",
            _("Calls answered in time"),
            _("How many callers were answered in time, how many hung up, and how long they waited."),
            divisions=("queue", "site"),
            template="reports/calls.html",
        ),
        Report(
            "contacts",
            "contacts",
            _("Contacts by channel and hour"),
            _("When customers come, by which channel, at which hour of which day of the week."),
            divisions=("channel", "queue", "site", "role"),
            template="reports/contacts.html",
        ),
        Report(
            "promises",
            "promises_kept",
            _("Promises kept and why broken"),
            _("How many promises were kept in time, and what happened to those that were not."),
            divisions=("promise", "queue", "site", "role", "channel"),
            template="reports/promises.html",
        ),
    )
}
