"""Templates with their fixed words put in: what they draw is what Django would draw, in each language."""

import pytest
from django.template import Context, Engine
from django.template.base import TextNode
from django.utils.safestring import SafeString
from django.utils.translation import override

from barrymore.ui.worded import Loader

LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "l10n": "django.templatetags.l10n",
    "ui": "barrymore.ui.templatetags.ui",
}
PAGES = {
    "base": "{% load i18n %}<h1>{% translate 'Close' %}</h1>"
    "{% block body %}{% translate 'Reopen' %}{% endblock %}",
    "words": "{% load i18n %}{% translate 'Close' %} & {% translate \"Not spam\" %}{# aside #}.",
    "icon": "{% load i18n ui %}{% icon 'mail' 18 %}{% icon 'mail' label=_('Mail') %}{% icon shape %}",
    "block": "{% load i18n %}{% blocktranslate %}Close conversation{% endblocktranslate %}|"
    "{% blocktranslate %}Priority: {{ label }}{% endblocktranslate %}",
    "later": "{% load i18n %}{% translate 'Close' as word %}[{{ word }}] {% translate name %}",
    "if": "{% load i18n %}{% if shown %}{% translate 'Close' %}{% elif name %}{% translate 'Reopen' %}"
    "{% else %}{% translate 'Hand over' %}{% endif %}{% for one in many %}{% translate 'Close' %}{{ one }}"
    "{% empty %}{% translate 'Reopen' %}{% endfor %}",
    "language": "{% load i18n %}{% translate 'Close' %}{% language 'de' %}{% translate 'Close' %}"
    "{% endlanguage %}",
    "child": "{% extends 'base' %}{% load i18n %}{% block body %}{{ block.super }} {% translate 'Close' %}"
    "{% include 'words' %}{% endblock %}",
    "percent": "{% load i18n %}{% translate '100 % sure' %}"
    "{% blocktranslate %}100 % sure{% endblocktranslate %}",
    "bare": "{% load i18n %}{% autoescape off %}{% translate '<b> & co' %}{{ name }}{% endautoescape %}",
}
VALUES = {
    "shape": "star",
    "name": "<b>mail</b>",
    "label": "a & b",
    "shown": False,
    "many": ["<x>", SafeString("<y>")],
}
PLAIN = [("django.template.loaders.locmem.Loader", PAGES)]


def engine(*, worded: bool) -> Engine:
    loaders = [("barrymore.ui.worded.Loader", PLAIN)] if worded else PLAIN
    return Engine(loaders=loaders, libraries=LIBRARIES, builtins=["django.template.defaulttags"])


@pytest.mark.parametrize("language", ["en", "ru", "lt", "de"])
@pytest.mark.parametrize("page", PAGES)
def test_it_draws_what_django_draws(page: str, language: str) -> None:
    ours, plain = engine(worded=True), engine(worded=False)
    with override("fr"):
        ours.get_template(page).render(Context(VALUES))
    with override(language):
        expected = plain.get_template(page).render(Context(VALUES))
        assert expected.strip()
        for _again in range(2):
            assert ours.get_template(page).render(Context(VALUES)) == expected


def test_the_fixed_words_of_a_page_are_one_text() -> None:
    with override("ru"):
        template = engine(worded=True).get_template("words")
    assert [type(node) for node in template.nodelist] == [TextNode]
    assert "Закрыть" in template.nodelist[0].s
    # Nothing is looked up when it is drawn: in the wrong language it still speaks Russian.
    with override("de"):
        assert "Закрыть" in template.render(Context())


def test_what_depends_on_a_value_is_left_to_the_drawing() -> None:
    ours = engine(worded=True)
    with override("ru"):
        first = ours.get_template("block").render(Context({"label": "1"}))
        second = ours.get_template("block").render(Context({"label": "2"}))
    assert first != second
    assert second.endswith("2")


def test_the_house_draws_with_it() -> None:
    from django.template import engines

    (loader,) = engines["django"].engine.template_loaders
    assert isinstance(loader, Loader)
