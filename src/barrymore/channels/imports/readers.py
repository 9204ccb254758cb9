"""The readers by kind: how the files are put in order, and how a conversation is read from that."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from barrymore.channels.imports import chatwoot, mbox, zendesk
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.reading import Options, Outcome, Step
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Source


@dataclass(frozen=True)
class Reader:
    """One foreign format; it stops here."""

    stage: Callable[[list[Source], Stage, Options], Iterator[Step]]
    conversations: Callable[[Stage, Options, int], Iterator[tuple[int, Outcome]]]


READERS: dict[str, Reader] = {
    Import.Kind.MBOX: Reader(mbox.stage_files, mbox.conversations),
    Import.Kind.ZENDESK: Reader(zendesk.stage_files, zendesk.conversations),
    Import.Kind.CHATWOOT: Reader(chatwoot.stage_files, chatwoot.conversations),
}


def options_of(job: Import) -> Options:
    """What the reader is told."""
    told = job.options
    return Options(own=frozenset(told.get("own", [])), days=int(told.get("days", 30)))
