"""What an experiment says so far, in words; an effect only where one may be claimed."""

from django.utils.translation import gettext as _

from barrymore.figures import spoken
from barrymore.figures.models import Experiment
from barrymore.figures.trying import Result


def verdict_of(experiment: Experiment, result: Result) -> str:
    """The one sentence that stands first."""
    if result.last is None:
        return _("It has not begun, or its first day is not over.")
    if "NO_CONTROL" in result.blocked:
        return _(
            "Before and after, no control: what else changed meanwhile is unknown, so no effect is claimed."
        )
    if result.blocked:
        return _("No verdict: {why}").format(why=" ".join(_blocked(code) for code in result.blocked))
    if result.effect is None or result.p is None:
        return _("No verdict: {why}").format(why=_blocked("FEW_ANSWERS"))
    low, high = (spoken.in_100(abs(end)) for end in result.effect.interval)
    if not result.is_told_apart:
        return _("So far chance alone could have made the difference.")
    if result.effect.interval.low > 0:
        return _("The change made it better, by {low} to {high} of 100.").format(low=low, high=high)
    if result.effect.interval.high < 0:
        return _("The change made it worse, by {low} to {high} of 100.").format(low=high, high=low)
    return _("So far chance alone could have made the difference.")


def _blocked(code: str) -> str:
    return {
        "FEW_ANSWERS": _("each group needs 30 answers."),
        "NO_DENOMINATOR": _("those served were not counted, or fewer than have answered."),
        "SAMPLE_RATIO": _(
            "the response rate moved differently in the two groups, so other people answer now than before. "
            "Find out who is asked."
        ),
        "FRAME_DEVIATES": _("the count of those served differs from the other count by more than 5 of 100."),
    }[code]


def method_of(result: Result) -> str:
    """By what the difference is worked out."""
    if result.effect is None:
        return ""
    if result.is_net_of_before:
        return _(
            "What changed at the points with the change, less what changed at the others: the same number of "
            "days before is taken off. The interval knows that answers of one day are alike."
        )
    return _(
        "The points with the change less the others. Before it there were too few answers, so differences "
        "that were there already are not taken off."
    )
