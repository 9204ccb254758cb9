"""What a flag asks, in the language that is active: a question, and its evidence in words and numbers."""

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barrymore.quality.models import Flag

MOST_RARE = 1_000_000
QUESTIONS: dict[str, Promise] = {
    "presses_in_idle_time": _(
        "Praise came while nobody was being served, more often than is usual. Who pressed, and why?"
    ),
    "reds_in_idle_time": _(
        "Blame came while nobody was being served, more often than is usual. Who was there, and what was "
        "wrong?"
    ),
    "presses_right_after_tap": _(
        "Praise came sooner after the tap than a customer can walk to the button. Did the customers press?"
    ),
    "uncounted_customers": _(
        "Another count has more customers than the employee button. Who was not counted, and was everybody "
        "asked?"
    ),
    "burst": _("Many presses came within seconds. Was it a child, a test, a prank? They would count as one."),
    "stuck": _("Presses came at equal intervals. Is the button stuck?"),
    "dead_device": _(
        "Customers were served and nobody pressed. Is the device switched off, empty or out of sight?"
    ),
    "two_devices_one_key": _(
        "Presses do not fit into the device’s own numbering. Is the same key in use on a second device?"
    ),
    "clock_went_back": _(
        "Presses carry later numbers but earlier times. Was the clock of the device changed?"
    ),
    "red_covered": _("For ten shifts there was hardly any blame. Could everybody reach the red button?"),
    "links_from_agents": _(
        "Good answers came from networks that staff work from, more often than is usual. Who answered?"
    ),
    "suppressed_invitations": _("Customers were held back from being asked, more often than is usual. Why?"),
    "closed_unanswered": _(
        "Conversations were closed without an answer, and the customers wrote again within a day, more often "
        "than is usual. Why were they closed?"
    ),
    "closed_at_the_end": _(
        "Many conversations were closed in the last hour of the week, more than is usual. What was closed?"
    ),
    "hollow_first_replies": _(
        "Many first answers came within a minute, short and alike, and another one had to follow. Did they "
        "help the customers?"
    ),
    "lowered_when_late": _(
        "Priorities were lowered when promises broke, more often than is usual. Why then?"
    ),
    "kept_from_asking": _(
        "Conversations were answered and then marked as spam, or not asked about after a bad answer, more "
        "often than is usual. Why?"
    ),
    "hard_declined": _(
        "Offers of conversations that needed many answers were declined, others were not. Why?"
    ),
}
NAMES: dict[str, Promise] = {
    "green_in_idle_time": _("praise while nobody was served"),
    "red_in_idle_time": _("blame while nobody was served"),
    "green_within_2.6_s": _("praise within 2.6 s of the tap"),
    "expected": _("usual"),
    "served": _("served"),
    "presses": _("presses"),
    "seconds": _("seconds"),
    "every_seconds": _("seconds between two"),
    "counted_elsewhere": _("by another count"),
    "counted_at_the_desk": _("by the employee button"),
    "expected_missing": _("usually missing"),
    "reds": _("blame"),
    "expected_reds": _("usual"),
    "shifts": _("shifts"),
    "served_without_a_press": _("served in a row without a press"),
    "open_hours_without_heartbeat": _("open hours without a sign of life"),
    "returns_of_a_boot": _("returns of an earlier run"),
    "numbers_used_twice": _("numbers used twice"),
    "median_lag_seconds": _("seconds late, half of them more"),
    "suppressed": _("held back"),
    "drawn": _("drawn by lot"),
    "seen": _("seen"),
    "of": _("of so many"),
}
# What the numbers cannot tell, said wherever they are shown.
LIMITS: dict[str, Promise] = {
    "links_from_agents": _(
        "A network is not a person. Customers on the wireless network of the house, colleagues, a provider "
        "that puts many households behind one address: all look the same. It was compared with others at "
        "the same place."
    ),
    "suppressed_invitations": _(
        "Whether a reason not to ask was good, the numbers do not say. Some queues have more such customers "
        "than others."
    ),
    "closed_unanswered": _(
        "Who called back by telephone leaves no written answer, and the same customer may write about "
        "something else."
    ),
    "closed_at_the_end": _("Whoever clears up before the weekend looks the same as whoever makes a figure."),
    "hollow_first_replies": _(
        "A quick word that somebody is at it can be what the customer wants. Of the text only was looked at "
        "whether it is short and like others."
    ),
    "lowered_when_late": _("The priority may have been wrong from the start; no promise moves by it."),
    "kept_from_asking": _("Spam is sometimes seen only after an answer."),
    "hard_declined": _(
        "How hard a conversation was is told by the answers it needed. Languages, skills and shifts may be "
        "the reason, and nobody sees beforehand how hard it will be."
    ),
}


def question_of(flag: Flag) -> str:
    """What is asked."""
    return str(QUESTIONS.get(flag.kind, flag.kind))


def place_of(flag: Flag) -> str:
    """Where it was: the point; a week of work at the desk has none."""
    return flag.point.name if flag.point else gettext("A week of conversations")


def limit_of(flag: Flag) -> str:
    """What its numbers cannot tell."""
    return str(LIMITS.get(flag.kind, ""))


def evidence_of_flag(flag: Flag) -> list[tuple[str, Any]]:
    """The numbers behind it, those that have a name."""
    return [(str(NAMES[name]), value) for name, value in flag.evidence.items() if name in NAMES]


def chance_of(flag: Flag) -> str:
    """How rarely chance alone does that, as one in so many."""
    if not flag.chance:
        return ""
    return gettext("1 in {n}").format(
        n=number_format(min(round(1 / flag.chance), MOST_RARE), 0, force_grouping=True)
    )
