"""The way of one guest through a questionnaire of several pages, kept so that it can be taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from barrymore.channels.signs import storable
from barrymore.feedback.models import Case
from barrymore.feedback.selectors import questionnaire_of
from barrymore.feedback.services import note_progress
from barrymore.feedback.showing import Fields, Shown, read_page, said_wrong, shown_page
from barrymore.formulas.questionnaires import (
    Question,
    Questionnaire,
    applicable,
    check,
    missing,
    next_page,
    pages_of,
    previous_page,
)
from barrymore.journal.moment import now

# A page left open over lunch says nothing about how long the answer took.
LONGEST_ON_PAGE = 1800.0


@dataclass
class Steps:
    """Where a guest is: the page, what was answered and how long each answer took."""

    form: Questionnaire
    page: int
    answers: dict[str, Any]
    seconds: dict[str, float]
    language: str
    shown_at: str
    errors: dict[str, str] = field(default_factory=dict)
    is_over: bool = False

    @staticmethod
    def taken_up(form: Questionnaire, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a walk as it was left, or at the beginning."""
        answers = dict(kept.get("answers", {}))
        page = kept.get("page", 0)
        if page not in pages_of(form, answers):
            page = next_page(form, answers) or 1
        return {
            "form": form,
            "page": page,
            "answers": answers,
            "seconds": dict(kept.get("seconds", {})),
            "language": kept.get("language", ""),
            "shown_at": kept.get("shown_at", ""),
        }

    @property
    def questions(self) -> list[Shown]:
        """What the page asks."""
        return shown_page(self.form, self.page, self.answers, self.language, self.errors)

    def progress(self) -> dict[str, Any]:
        """Where the guest is, for the page that is shown now."""
        self.shown_at = now().isoformat()
        return {
            "page": self.page,
            "answers": self.answers,
            "seconds": self.seconds,
            "language": self.language,
            "shown_at": self.shown_at,
        }

    def take(self, page: str, sent: Fields, *, back: bool = False) -> None:
        """Read what a page has sent and go on, or stay with what is wrong; `is_over` after the last page."""
        read = self._read(page, sent)
        if read is None:
            return
        here, told = read
        problems = check(self.form, self.answers).problems
        self.errors = {one.key: said_wrong(one) for one in here if one.key in problems}
        if not back:
            left = missing(self.form, self.answers, self.page)
            self.errors |= {one.key: _needed() for one in here if one.key in left}
        if self.errors and not back:
            return
        for key in [*self.errors, *(key for key, value in told.items() if _is_nothing(value))]:
            self.answers.pop(key, None)
        self.errors = {}
        self._spend([one.key for one in here])
        self._move(back=back)

    def fill(self, page: str, sent: Fields) -> None:
        """What a page has sent, put back into its fields: nobody goes on, and nothing typed is lost."""
        self._read(page, sent)

    def _read(self, page: str, sent: Fields) -> tuple[list[Question], dict[str, Any]] | None:
        if not page.isascii() or not page.isdigit() or int(page[:4]) not in pages_of(self.form, self.answers):
            return None
        self.page = int(page[:4])
        asked = set(applicable(self.form, self.answers))
        here = [one for one in self.form.questions if one.page == self.page and one.key in asked]
        told = {key: _clean(value) for key, value in read_page(here, sent).items()}
        self.answers = {**self.answers, **told}
        return here, told

    def _move(self, *, back: bool) -> None:
        if back:
            self.page = previous_page(self.form, self.answers, self.page) or self.page
            return
        following = next_page(self.form, self.answers, self.page)
        self.is_over = following is None
        self.page = following or self.page

    def _spend(self, keys: list[str]) -> None:
        """The time of the page, in equal parts for its questions: without a script no more is known."""
        if not self.shown_at or not keys:
            return
        spent = (now() - datetime.fromisoformat(self.shown_at)).total_seconds()
        part = min(max(spent, 0.0), LONGEST_ON_PAGE) / len(keys)
        for key in keys:
            self.seconds[key] = round(self.seconds.get(key, 0.0) + part, 2)


@dataclass(kw_only=True)
class Walk(Steps):
    """The walk of somebody who was asked: its case keeps it."""

    case: Case

    @classmethod
    def of(cls, case: Case) -> "Walk":
        """As it was left, or at the beginning."""
        form = questionnaire_of(case.survey).form
        return cls(case=case, **cls.taken_up(form, case.progress))

    def keep(self) -> None:
        """Write down where the guest is, and when the page was shown."""
        note_progress(self.case, self.progress())


def _needed() -> str:
    return _("This one we need; the others may be left out.")


def _is_nothing(value: Any) -> bool:
    return value in (None, "", [], {})


def _clean(value: Any) -> Any:
    """Without signs that no database keeps."""
    if isinstance(value, dict):
        return {key: storable(text) for key, text in value.items()}
    return storable(value) if isinstance(value, str) else value
