"""What is wrong with a definition: gathered while it is read, told all at once."""

from collections.abc import Mapping
from typing import Any

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.questionnaires import Question


class WrongDefinition(FormulaError):
    """A definition that cannot be asked; `faults` is a list of (place, what to do)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("WRONG_DEFINITION", "; ".join(f"{place}: {what}" for place, what in faults[:5]))
        self.faults = faults


class Reader:
    """Gathers the faults, so that all are told at once."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.faults: list[tuple[str, str]] = []
        self.languages: tuple[str, ...] = ()
        self.before: dict[str, Question] = {}

    def wrong(self, place: str, what: str) -> None:
        """Note a fault and go on."""
        self.faults.append((place, what))

    def words(self, told: Any, place: str, longest: int, *, needed: bool = True) -> dict[str, str]:
        """Words by language; the main language must have some."""
        if told is None and not needed:
            return {}
        if not isinstance(told, Mapping) or not all(isinstance(one, str) for one in told.values()):
            self.wrong(place, 'give the words by language, such as {"en": "…"}')
            return {}
        for language in set(told) - set(self.languages):
            self.wrong(place, f"{language!r} is not among the languages of the questionnaire")
        if any(len(one) > longest for one in told.values()):
            self.wrong(place, f"at most {longest} characters")
        main = self.languages[0] if self.languages else ""
        if needed and not str(told.get(main, "")).strip():
            self.wrong(place, f"the words of the main language ({main}) are missing")
        return {str(language): one.strip() for language, one in told.items() if one.strip()}
