"""Questionnaires and campaigns for tests."""

import json
from pathlib import Path
from typing import Any

from barrymore.feedback import campaigns
from barrymore.feedback.models import Campaign, Questionnaire
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Staff

DEFINITIONS: dict[str, Any] = json.loads((Path(__file__).parent / "questionnaire_examples.json").read_text())[
    "definitions"
]


def ask(dora: Staff, *points: Point, definition: str = "branch", **fields: Any) -> Campaign:
    """A campaign in use; `definition` names one of the examples."""
    actor = Actor(dora)
    asked = Questionnaire.objects.filter(name=definition).order_by("-version").first()
    asked = asked or campaigns.make_questionnaire(actor, definition, DEFINITIONS[definition])
    fields = {"name": "At the desk", "questionnaire": asked, **fields}
    return campaigns.save_campaign(actor, None, points, **fields)
