"""Calls in words: the sentence, who waits now, the share with its interval, every count."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.figures.figure import Figure
from barrymore.figures.spoken import count, in_100, length


def sentence(figure: Figure) -> str:
    """What became of the calls, in counts that add up."""
    values = figure.values
    if not figure.served:
        return _("No call has ended in this period.")
    parts = {
        "calls": ngettext("Of {n} call", "Of {n} calls", figure.served).format(n=count(figure.served)),
        "in_time": _in_time(figure),
        "later": count(values["answered"] - values["in_time"]),
        "left": ngettext("{n} caller hung up", "{n} callers hung up", values["abandoned"]).format(
            n=count(values["abandoned"])
        ),
    }
    told = _("{calls}, {in_time}, {later} later; {left}").format(**parts)
    if not values["lost"]:
        return f"{told}."
    lost = ngettext("{n} call was lost by our fault", "{n} calls were lost by our fault", values["lost"])
    return f"{told}, {lost.format(n=count(values['lost']))}."


def _in_time(figure: Figure) -> str:
    n, targets = figure.values["in_time"], figure.values["target_seconds"]
    if len(targets) != 1:
        words = ngettext("{n} was answered within its target", "{n} were answered within their targets", n)
        return words.format(n=count(n))
    words = ngettext("{n} was answered within {time}", "{n} were answered within {time}", n)
    return words.format(n=count(n), time=length(targets[0]))


def verdict(figure: Figure) -> str:
    """Who waits, and whether there is a share."""
    said = []
    if figure.pending:
        said.append(
            ngettext("{n} waits now.", "{n} wait now.", figure.pending).format(n=count(figure.pending))
        )
    if figure.served and figure.estimate is None:
        said.append(_("Too few for a share."))
    return " ".join(said)


def explained(figure: Figure) -> list[str]:
    """The share with its interval and its variant, what others would say, and the waits."""
    values, said = figure.values, []
    if figure.estimate is not None and figure.interval is not None:
        low, high = (in_100(end) for end in figure.interval)
        words = _(
            "Of every 100 calls {n} were answered in time ({low} to {high}, 95 per cent interval by Wilson)."
        )
        said.append(words.format(n=in_100(figure.estimate), low=low, high=high))
    if values["short"]:
        words = ngettext(
            "{n} caller hung up within five seconds; the share is without those.",
            "{n} callers hung up within five seconds; the share is without those.",
            values["short"],
        )
        said.append(words.format(n=count(values["short"])))
    if values["mean_wait"] is not None:
        words = _(
            "Whoever was answered waited {mean} on average; half of all callers were answered within {half}."
        )
        said.append(
            words.format(mean=length(values["mean_wait"]), half=length(values["kaplan_meier_median"]))
        )
    return said


def counted(figure: Figure) -> list[tuple[str, int]]:
    """The counts behind it."""
    values = figure.values
    return [
        (_("calls"), values["calls"]),
        (_("answered in time"), values["in_time"]),
        (_("answered"), values["answered"]),
        (_("hung up while waiting"), values["abandoned"]),
        (_("hung up within five seconds"), values["short"]),
        (_("asked to be called back"), values["callbacks"]),
        (_("lost by our fault"), values["lost"]),
        (_("waiting now"), figure.pending),
    ]
