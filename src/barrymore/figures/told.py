"""Contacts and promises in words: the sentence, the verdict, and what lies one tap behind."""

from collections.abc import Callable

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.figures import calls, contacts, nps, points, promises, recovery, told_calls, told_recovery
from barrymore.figures.figure import Figure
from barrymore.figures.spoken import count, in_100


def mean(value: float | None) -> str:
    """A mean with one digit after the point below a hundred; a dash for none."""
    if value is None:
        return "–"
    return number_format(value, 1 if value < 100 else 0, force_grouping=True)


def _contacts(figure: Figure) -> str:
    if not figure.served:
        return _("Nobody came in this period.")
    came = ngettext("{n} contact came", "{n} contacts came", figure.served).format(n=count(figure.served))
    if figure.estimate is None:
        return _("{came}.").format(came=came)
    return _("{came}, {mean} a day on average.").format(came=came, mean=mean(figure.estimate))


def _contacts_verdict(figure: Figure) -> str:
    opened = figure.values["opened"]
    if opened >= figure.served:
        return _("Each began a conversation.") if figure.served else ""
    return ngettext(
        "{n} began a conversation, the rest went on with one.",
        "{n} began a conversation, the rest went on with one.",
        opened,
    ).format(n=count(opened))


def _promises(figure: Figure) -> str:
    if not figure.served:
        return _("No promise has ended in this period.")
    return ngettext(
        "Of {ended} promise that ended, {kept} was kept and {broken} broken.",
        "Of {ended} promises that ended, {kept} were kept and {broken} broken.",
        figure.served,
    ).format(
        ended=count(figure.served), kept=count(figure.values["kept"]), broken=count(figure.values["broken"])
    )


def _promises_verdict(figure: Figure) -> str:
    unended = figure.values["unended"]
    late = ngettext(
        "{n} more is late and has not ended.", "{n} more are late and have not ended.", unended
    ).format(n=count(unended))
    if figure.served and figure.estimate is None:
        few = _("Too few for a share.")
        return f"{few} {late}" if unended else few
    return late if unended else ""


def _points(figure: Figure) -> str:
    if not figure.served:
        return _("Nobody counted how many were served.")
    values = {name: count(figure.values[name]) for name in ("good", "bad", "silent")}
    return ngettext(
        "Of {served} customer served, {good} said good, {bad} bad, {silent} did not say.",
        "Of {served} customers served, {good} said good, {bad} bad, {silent} did not say.",
        figure.served,
    ).format(served=count(figure.served), **values)


def _points_verdict(figure: Figure) -> str:
    if "RESPONSES_EXCEED_SERVED" in figure.reasons:
        return _("More answered than were counted, so no share.")
    words = {
        "A": _("Enough to act and to rank."),
        "B": _("Enough to act, not to rank."),
        "C": _("Too few for a share."),
    }
    return words.get(figure.grade, "") if figure.served else _("So no share.")


def explained(figure: Figure) -> list[str] | None:
    """Interval and what was left out, each as a sentence; None where the common words fit."""
    if figure.metric == contacts.NAME:
        return [*_contacts_interval(figure), *_spam(figure)]
    if figure.metric == recovery.NAME:
        return told_recovery.explained(figure)
    if figure.metric == calls.NAME:
        return told_calls.explained(figure)
    return _share(figure) if figure.metric == promises.NAME else None


def _contacts_interval(figure: Figure) -> list[str]:
    days = figure.values["days"]
    if figure.estimate is None:
        return [_("No day of the period is over yet, so there is no mean.")]
    over = ngettext(
        "{n} contact on {days} whole days.",
        "{n} contacts on {days} whole days.",
        figure.values["on_whole_days"],
    ).format(n=count(figure.values["on_whole_days"]), days=count(days))
    if figure.interval is None:
        return [over]
    low, high = (mean(end) for end in figure.interval)
    between = _("The mean of a day lies between {low} and {high} (95 per cent interval over the days).")
    return [over, between.format(low=low, high=high)]


def _spam(figure: Figure) -> list[str]:
    spam = figure.excluded.get("SPAM", 0)
    words = ngettext("{n} was taken for spam.", "{n} were taken for spam.", spam)
    return [words.format(n=count(spam))] if spam else []


def _share(figure: Figure) -> list[str]:
    if figure.estimate is None or figure.interval is None:
        return []
    said = _(
        "Of every 100 promises {kept} were kept ({low} to {high}, 95 per cent interval by Wilson)."
    ).format(kept=in_100(figure.estimate), low=in_100(figure.interval[0]), high=in_100(figure.interval[1]))
    unended = figure.values["unended"]
    if not unended:
        return [said]
    worst = figure.values["kept"] / (figure.served + unended)
    return [said, _("With those late and not ended, {kept} of every 100.").format(kept=in_100(worst))]


def counted(figure: Figure) -> list[tuple[str, int]] | None:
    """The counts behind the figure in its own words; None where the common words fit."""
    values = figure.values
    if figure.metric == recovery.NAME:
        return told_recovery.counted(figure)
    if figure.metric == calls.NAME:
        return told_calls.counted(figure)
    if figure.metric == contacts.NAME:
        return [
            (_("contacts"), figure.served),
            (_("began a conversation"), values["opened"]),
            (_("whole days"), values["days"]),
        ]
    if figure.metric == points.NAME:
        return [
            (_("served"), figure.served),
            (_("answered"), figure.responded),
            (_("answered in part"), figure.partial),
            (_("refused"), figure.refused),
            (_("not asked, or did not answer"), figure.noncontact),
        ]
    if figure.metric == promises.NAME:
        return [
            (_("ended"), figure.served),
            (_("kept"), values["kept"]),
            (_("broken"), values["broken"]),
            (_("late, not ended"), values["unended"]),
        ]
    return None


def _nps(figure: Figure) -> str:
    if not figure.invited:
        return _("Nobody was asked about us as a whole in this period.")
    told = {name: count(n) for name, n in figure.values.items()}
    words = _(
        "Of {asked} customers asked, {promoters} would recommend us, {detractors} would not, {passives} "
        "stand between, {silent} did not say."
    )
    return words.format(asked=count(figure.invited), **told)


def _nps_verdict(figure: Figure) -> str:
    if figure.estimate is None or figure.interval is None:
        return _("Too few have answered for a score.")
    words = _("That is {score} points, between {low} and {high}.")
    low, high = figure.interval
    return words.format(score=_signed(figure.estimate), low=_signed(low), high=_signed(high))


def _signed(value: float) -> str:
    """Whole points with their sign."""
    return f"{round(value):+d}".replace("-", "\u2212") if round(value) else "0"


SENTENCES: dict[str, Callable[[Figure], str]] = {
    contacts.NAME: _contacts,
    nps.NAME: _nps,
    promises.NAME: _promises,
    points.NAME: _points,
    recovery.NAME: told_recovery.sentence,
    calls.NAME: told_calls.sentence,
}
VERDICTS: dict[str, Callable[[Figure], str]] = {
    points.NAME: _points_verdict,
    contacts.NAME: _contacts_verdict,
    nps.NAME: _nps_verdict,
    promises.NAME: _promises_verdict,
    recovery.NAME: told_recovery.verdict,
    calls.NAME: told_calls.verdict,
}
