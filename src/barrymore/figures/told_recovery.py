"""Recovery in words: the sentence, the verdict, the interval and the counts."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.figures.figure import Figure
from barrymore.figures.spoken import count, in_100, length


def sentence(figure: Figure) -> str:
    """What happened, in counts."""
    values = figure.values
    if not values["opened"]:
        return _("Nothing went red in this period.")
    return ngettext(
        "Of {n} incident, {confirmed} was put right as the guest says, {contradicted} was contradicted, "
        "{checked} was checked on the spot.",
        "Of {n} incidents, {confirmed} were put right as the guest says, {contradicted} were contradicted, "
        "{checked} were checked on the spot.",
        values["opened"],
    ).format(
        n=count(values["opened"]),
        **{name: count(values[name]) for name in ("confirmed", "contradicted", "checked")},
    )


def verdict(figure: Figure) -> str:
    """How quickly, and whether a share may be told."""
    values, said = figure.values, []
    if values["acknowledged_seconds"] is not None:
        words = _("Half were taken up within {time}.")
        said.append(words.format(time=length(values["acknowledged_seconds"])))
    if values["solved_seconds"] is not None:
        words = _("Half of the confirmed were put right within {time}.")
        said.append(words.format(time=length(values["solved_seconds"])))
    if values["opened"] and figure.estimate is None:
        said.append(_("Too few visits have ended for a share."))
    return " ".join(said)


def explained(figure: Figure) -> list[str]:
    """The share with its interval."""
    if figure.estimate is None or figure.interval is None:
        return []
    words = _(
        "Of every 100 guests whose departure is known, {n} confirmed before they left "
        "({low} to {high}, 95 per cent interval by Wilson). Who left without a word counts as not put right."
    )
    low, high = figure.interval
    return [words.format(n=in_100(figure.estimate), low=in_100(low), high=in_100(high))]


def counted(figure: Figure) -> list[tuple[str, int]]:
    """The counts behind it."""
    values = figure.values
    return [
        (_("went red"), values["opened"]),
        (_("taken up"), values["acknowledged"]),
        (_("done, we say"), values["claimed"]),
        (_("put right, says the guest"), values["confirmed"]),
        (_("contradicted"), values["contradicted"]),
        (_("visits that have ended"), figure.served),
        (_("put right within the visit"), values["in_visit"]),
        (_("no departure known, or still here"), values["undecided"]),
    ]
