"""Every text is there in every language, whole, with its plurals and placeholders."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.house.same_words import SAME

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "src" / "barrymore" / "locale"
LANGUAGES = ("ru", "it", "lt", "et", "de", "fr", "bg")
PLURALS = {"ru": 3, "it": 2, "lt": 3, "et": 2, "de": 2, "fr": 2, "bg": 2}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|{(\w+)}")


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> list[str]:
    """All translated forms of a message."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def source(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


@pytest.fixture(scope="session")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The texts that the code shows now."""
    house = tmp_path_factory.mktemp("words") / "src" / "barrymore"
    shutil.copytree(ROOT / "src" / "barrymore", house, ignore=shutil.ignore_patterns("static", "*.mo"))
    (house.parents[1] / ".venv").symlink_to(ROOT / ".venv")
    subprocess.run(["bash", str(ROOT / "scripts" / "words")], cwd=house.parents[1], check=True)
    with (house / "locale" / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {source(message) for message in read_po(file, locale="de") if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_left_over(language: str, gathered: set[str]) -> None:
    assert {source(message) for message in messages(language)} == gathered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_sure(language: str) -> None:
    unsure = [source(message) for message in messages(language) if message.fuzzy or not all(forms(message))]
    assert unsure == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    same = {source(message) for message in messages(language) if source(message) in forms(message)}
    assert same - SAME["all"] - SAME.get(language, set()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_all_forms_of_the_language(language: str) -> None:
    plural = [message for message in messages(language) if isinstance(message.id, tuple | list)]
    assert plural
    assert catalogue(language).num_plurals >= PLURALS[language]
    assert [source(message) for message in plural if len(forms(message)) < PLURALS[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_lost_or_invented(language: str) -> None:
    wrong = []
    for message in messages(language):
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        wanted = {name for text in ids for name in _names(str(text))}
        for form in forms(message):
            # A form for exactly one may say the number as a word.
            if not _names(form) <= wanted or (len(ids) == 1 and _names(form) != wanted):
                wrong.append((source(message), form))
    assert wrong == []


def _names(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}
