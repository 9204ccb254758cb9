"""Answers from before the one table get what it keeps of each."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case, Response, Survey
from barrymore.handling import services as handling
from barrymore.organisation.models import Staff

pytestmark = pytest.mark.django_db


def test_an_earlier_answer_gets_its_key_way_person_and_code(
    arrive: Callable[..., Conversation], amina: Staff, survey: Survey
) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    case = Case.objects.get()
    feedback.mark_sent(case)
    feedback.record_response(case, score=2, comment="Cold")
    Response.objects.update(key="x", channel="rest", staff_ref=None, language="", code="", answered=0)
    import_module("barrymore.feedback.migrations.0003_earlier_answers").fill(
        apps, SimpleNamespace(connection=connection)
    )
    found = Response.objects.get()
    assert (found.key, found.channel, found.staff_ref) == (f"case:{case.pk}", "mail", amina.pk)
    assert (found.language, found.code, found.answered, found.score) == ("en", "I", 1, 2)
