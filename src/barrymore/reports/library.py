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
    )
}
