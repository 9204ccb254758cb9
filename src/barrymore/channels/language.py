"""In which of the house's languages a text is written."""

from functools import lru_cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

SHORTEST_TEXT = 20
LONGEST_TEXT = 2000
LANGUAGES = (
    Language.ENGLISH,
    Language.RUSSIAN,
    Language.ITALIAN,
    Language.LITHUANIAN,
    Language.ESTONIAN,
    Language.GERMAN,
    Language.FRENCH,
    Language.BULGARIAN,
)


def language_of(text: str) -> str:
    """A code such as `lt`, or an empty text where the words are too few to tell."""
    sample = " ".join(text.split())[:LONGEST_TEXT]
    if len(sample) < SHORTEST_TEXT:
        return ""
    found = _detector().detect_language_of(sample)
    return found.iso_code_639_1.name.lower() if found else ""


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*LANGUAGES).with_low_accuracy_mode().build()
