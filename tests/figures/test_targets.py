"""What is easily gamed cannot be made an aim (C6, C11)."""

import pytest

from barrymore.figures.models import Target
from barrymore.figures.registry import DIAGNOSTICS
from barrymore.figures.targets import NotAnAim, set_target
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("metric", sorted(DIAGNOSTICS))
def test_a_diagnostic_is_refused_with_the_reason(metric: str, sam: Staff) -> None:
    with pytest.raises(NotAnAim) as refused:
        set_target(Actor(sam), metric, 300)
    assert "atisfaction" in str(refused.value) or "survey" in str(refused.value)
    assert not Target.objects.exists()


def test_speed_of_answer_may_be_an_aim_and_is_audited(sam: Staff) -> None:
    set_target(Actor(sam), "speed_of_answer", 600)
    set_target(Actor(sam), "speed_of_answer", 300)
    assert Target.objects.get().value == 300
    assert AuditEntry.objects.count() == 2


def test_an_agent_sets_no_aims(amina: Staff) -> None:
    with pytest.raises(NotAllowed):
        set_target(Actor(amina), "speed_of_answer", 300)


def test_an_unknown_metric_is_refused(sam: Staff) -> None:
    with pytest.raises(ValueError, match="metric: one of"):
        set_target(Actor(sam), "happiness", 1)
