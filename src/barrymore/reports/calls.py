"""The report of calls: the same calls by the variants that other houses count in."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from barrymore.figures import spoken
from barrymore.reports.contacts import Sheet
from barrymore.reports.selectors import Shown

VARIANTS = {
    "without_short": _("Answered in time, of all but those who hung up within five seconds (ours)"),
    "strict": _("Answered in time, of all calls"),
    "answered_only": _("Answered in time, of those answered; who hung up is not counted at all"),
    "without_left_in_target": _("Answered in time, of all but those who hung up within the target"),
    "answered_or_left_in_target": _(
        "Answered in time or hung up within the target: two who hang up make 100"
    ),
}


def context(made: Shown) -> dict[str, Any]:
    """The variants of the whole in words."""
    told = made.whole.values["variants"]
    return {
        "variants": [
            (words, spoken.in_100(told[name]) if told[name] is not None and made.whole.estimate else "–")
            for name, words in VARIANTS.items()
        ]
    }


def sheets(made: Shown) -> list[Sheet]:
    """A sheet with one line for each variant."""
    told = made.whole.values["variants"]
    return [
        (
            "variants",
            ["variant", "words", "share"],
            [[name, str(VARIANTS[name]), told[name]] for name in VARIANTS],
        )
    ]
