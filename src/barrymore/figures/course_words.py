"""What the charts of a point say, read together: a better score while fewer answer is no good news."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.figures import spoken
from barrymore.figures.course import RATE, RATIO, RECENT, SATISFACTION, Course
from barrymore.formulas.courses import LEAST_PERIODS


def conclusions_of(course: Course) -> list[str]:
    """What has changed lately by more than chance, the question about the data first."""
    charts = course.charts
    if not course.is_counted:
        return [_("Nobody counts those served here, so nothing can be said about those who answered.")]
    if course.based_on is None:
        return [_too_early(course)]
    better, worse = charts[SATISFACTION].recently(1), charts[SATISFACTION].recently(-1)
    fewer, more = charts[RATE].recently(-1), charts[RATE].recently(1)
    told = []
    if better and (fewer or charts[RATIO].recently(-1)):
        told.append(
            _(
                "A question about the data: more of those who answered said good, while fewer of those "
                "served answered or were counted. Who was asked, and who was not? Until that is known it "
                "is no good news."
            )
        )
    elif better:
        told.append(_("More of those who answered said good than usual, and as many answered as usual."))
    if worse:
        told.append(_("Fewer of those who answered said good than usual."))
    if fewer:
        told.append(_("Fewer of those served answered than usual."))
    if more:
        told.append(_("More of those served answered than usual."))
    told += _count_words(course)
    if told:
        return told
    if course.every == "day":
        return [_("Nothing has changed by more than chance in the last {n} days.").format(n=RECENT)]
    return [_("Nothing has changed by more than chance in the last {n} weeks.").format(n=RECENT)]


def _count_words(course: Course) -> list[str]:
    chart = course.charts[RATIO]
    if chart.recently(-1):
        return [
            _(
                "We count fewer customers beside the other count than usual: a response rate looks better "
                "than it is where customers are left out."
            )
        ]
    if chart.recently(1):
        return [_("We count more customers beside the other count than usual.")]
    return []


def _too_early(course: Course) -> str:
    n = course.base_periods
    if course.every == "day":
        return ngettext(
            "Too early: what is usual needs {least} days with answers, and there is {n}.",
            "Too early: what is usual needs {least} days with answers, and there are {n}.",
            n,
        ).format(least=LEAST_PERIODS, n=n)
    return ngettext(
        "Too early: what is usual needs {least} weeks with answers, and there is {n}.",
        "Too early: what is usual needs {least} weeks with answers, and there are {n}.",
        n,
    ).format(least=LEAST_PERIODS, n=n)


def sensitivity_words(course: Course) -> str:
    """How often the charts of the house cry wolf."""
    return _(
        "The house has {charts} such charts. Each is set so that all of them together raise at most one "
        "false alarm a week: a single period signals beyond {sigmas} sigmas, a drift beyond h = {h}."
    ).format(
        charts=spoken.count(course.charts_in_house),
        sigmas=f"{course.set_to.sigmas:.2f}",
        h=f"{course.set_to.h:.1f}",
    )
