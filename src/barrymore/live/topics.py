"""Which listeners a fact concerns."""

from typing import Any

from barrymore.journal.models import Fact


def topics_of(fact: Fact) -> list[str]:
    """The topics of a fact: its queue, its conversation, its member of staff."""
    named = (("queue", fact.queue), ("conversation", fact.conversation_ref), ("staff", fact.staff_ref))
    return [f"{name}:{ref}" for name, ref in named if ref is not None]


def frame_of(facts: list[Fact], wanted: frozenset[str]) -> list[dict[str, Any]]:
    """What one listener is told of some facts: each topic and kind once, ids only."""
    told = {(topic, fact.kind): None for fact in facts for topic in topics_of(fact) if topic in wanted}
    return [{"topic": topic, "kind": kind} for topic, kind in told]
