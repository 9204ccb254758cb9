"""Readers of the journal in tests: PostgreSQL holds them back while anything in the cluster runs."""

import time

from barrymore.figures.models import Followed
from barrymore.figures.tallying import READER, tally_round
from barrymore.journal.selectors import newest_id

PATIENCE_SECONDS = 20.0


def tally_all() -> None:
    """Add up everything that is committed, however long another test holds the reader back."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        tally_round()
        reader = Followed.objects.filter(reader=READER).first()
        if reader and reader.last_id >= newest_id():
            return
        assert time.monotonic() < until, "the reader does not come to the end of the journal"
        time.sleep(0.05)
