"""What of an import is here already: imported before, or come in by the mailbox."""

from collections.abc import Sequence
from dataclasses import replace

from barrymore.channels.imports.models import Imported
from barrymore.conversations.selectors import arrived_ids
from barrymore.handling.past import Direction, PastConversation, PastMessage


def fresh_of(kind: str, batch: Sequence[PastConversation]) -> tuple[list[PastConversation], int]:
    """What is not here yet, without the mails that are, and how many conversations are; two statements."""
    known = Imported.objects.filter(kind=kind, source_id__in=[past.source_id for past in batch])
    there = set(known.values_list("source_id", flat=True))
    arrived = arrived_ids([one.external_id for past in batch for one in past.messages if _is_inbound(one)])
    fresh: dict[str, PastConversation] = {}
    for past in batch:
        left = tuple(one for one in past.messages if one.external_id not in arrived)
        says_more = any(_is_inbound(one) for one in left) or len(left) == len(past.messages)
        if past.source_id not in there and says_more:
            fresh.setdefault(past.source_id, replace(past, messages=left))
    return list(fresh.values()), len(batch) - len(fresh)


def _is_inbound(one: PastMessage) -> bool:
    return one.direction == Direction.INBOUND
