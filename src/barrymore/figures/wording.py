"""A figure in words: the sentence first, then what may be concluded, then why not more."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from barrymore.figures import told
from barrymore.figures.figure import Figure
from barrymore.figures.spoken import length

REASONS = {
    "FEEDBACK_NOT_SURVEY": gettext_lazy("Nobody was asked: these are people who came by themselves."),
    "NO_DENOMINATOR": gettext_lazy("Nobody counted how many were served."),
    "RESPONSES_EXCEED_SERVED": gettext_lazy("There are more answers than customers served."),
    "FRAME_BROKEN": gettext_lazy("The count of those served is broken."),
    "NOBODY_SERVED": gettext_lazy("Nobody was asked in this period."),
    "NOBODY_ANSWERED": gettext_lazy("Nothing was answered in this period."),
    "LOW_RESPONSE_RATE": gettext_lazy("Too few of those asked have answered."),
    "FEW_ANSWERS": gettext_lazy("There are too few answers."),
    "R_INDICATOR_UNKNOWN": gettext_lazy("It is not known how well the answers represent those asked."),
    "LOW_R_INDICATOR": gettext_lazy("Some groups answered much more often than others."),
    "FRAME_NOT_CROSS_CHECKED": gettext_lazy(
        "The count of those served has not been checked against another one."
    ),
    "FRAME_DEVIATES": gettext_lazy("The count of those served differs from another one."),
    "GAMING_NOT_CHECKED": gettext_lazy("The answers have not been checked for manipulation."),
    "SUSPECTED_GAMING": gettext_lazy("Some answers may have been manipulated."),
    "LOSS_NOT_CHECKED": gettext_lazy("It has not been checked whether answers were lost."),
    "KNOWN_LOST": gettext_lazy("Some answers are known to be lost."),
    "NOBODY_CAME": gettext_lazy("Nobody came in this period."),
    "NO_PROMISE_ENDED": gettext_lazy("No promise has ended in this period."),
    "NO_VISIT_ENDED": gettext_lazy("No visit with a known departure has ended in this period."),
    "FEW_VISITS": gettext_lazy("Fewer visits have ended than a share needs."),
    "NO_CALL_ENDED": gettext_lazy("No call has ended in this period."),
    "FEW_CALLS": gettext_lazy("Fewer calls have ended than a share needs."),
    "FEW_PROMISES": gettext_lazy("Fewer promises have ended than a share needs."),
}


def sentence(figure: Figure) -> str:
    """What is known, in one sentence with its counts; never a share where the grade forbids one."""
    if figure.metric in told.SENTENCES:
        return told.SENTENCES[figure.metric](figure)
    if figure.mode == "operational":
        return _speed(figure)
    if not figure.invited:
        return ngettext(
            "One conversation was closed with an answer; nobody was asked about it.",
            "{n} conversations were closed with an answer; nobody was asked about them.",
            figure.served,
        ).format(n=number_format(figure.served, 0, force_grouping=True))
    values = {
        name: number_format(figure.values[name], 0, force_grouping=True) for name in ("good", "bad", "silent")
    }
    asked = number_format(figure.invited, 0, force_grouping=True)
    return _("Of {asked} customers asked, {good} said good, {bad} bad, {silent} did not say.").format(
        asked=asked, **values
    )


def _speed(figure: Figure) -> str:
    if figure.estimate is None:
        return _("No customer has had a first answer in this period.")
    return _(
        "Customers waited {mean} on average. Half waited under {median}, one in ten longer than {p90}."
    ).format(
        mean=length(figure.estimate),
        median=length(figure.values["median"]),
        p90=length(figure.values["p90"]),
    )


def verdict(figure: Figure) -> str:
    """What may be concluded from the figure."""
    if figure.metric in told.VERDICTS:
        return told.VERDICTS[figure.metric](figure)
    if figure.mode == "operational":
        unanswered = figure.values.get("unanswered", 0)
        return ngettext(
            "{answered} answered, {n} has no answer.", "{answered} answered, {n} have no answer.", unanswered
        ).format(
            answered=number_format(figure.responded, 0, force_grouping=True),
            n=number_format(unanswered, 0, force_grouping=True),
        )
    if figure.grade == "C" and "LOW_R_INDICATOR" in figure.reasons:
        return _("Answered too unevenly for a share.")
    return {
        "A": _("Enough to act and to rank."),
        "B": _("Enough to act, not to rank."),
        "C": _("Too few for a share."),
    }.get(figure.grade, _("Nobody was asked, so no share."))


def needed(figure: Figure) -> str:
    """How many more answers make the next grade, where answers alone can."""
    if not figure.answers_to_next or figure.grade not in ("B", "C"):
        return ""
    next_grade = "A" if figure.grade == "B" else "B"
    return ngettext(
        "{n} more answer reaches grade {grade}.",
        "{n} more answers reach grade {grade}.",
        figure.answers_to_next,
    ).format(n=figure.answers_to_next, grade=next_grade)


def reasons(figure: Figure) -> list[str]:
    """Why the grade is not better."""
    return [str(REASONS[code]) for code in figure.reasons if code in REASONS]
