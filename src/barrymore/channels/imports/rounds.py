"""Work at the imports in slices: a round takes the oldest on for some seconds, from where it stands."""

import time
from collections.abc import Callable, Generator
from typing import TypeAlias

from django.utils import translation

from barrymore.channels.imports.checking import check
from barrymore.channels.imports.keeping import Stopped, claim
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.running import run
from barrymore.channels.imports.undoing import undo

SLICE_SECONDS = 15.0
Steps: TypeAlias = Generator[None, None, None]
WORK: dict[str, Callable[[Import], Steps]] = {
    Import.State.CHECKING: check,
    Import.State.RUNNING: run,
    Import.State.UNDOING: undo,
}
# Checks that this process has begun and not ended; after a restart they begin anew.
_checks: dict[int, Steps] = {}


def imports_round(seconds: float = SLICE_SECONDS) -> int:
    """Work at one import for about `seconds`; returns how many steps were done."""
    job = claim()
    _let_go(keep=job.pk if job and job.state == Import.State.CHECKING else None)
    if job is None:
        return 0
    with translation.override(job.by.language if job.by else None):
        return _slice(job, time.monotonic() + seconds)


def _slice(job: Import, until: float) -> int:
    is_check = job.state == Import.State.CHECKING
    steps = _checks.setdefault(job.pk, check(job)) if is_check else WORK[job.state](job)
    done, is_over = 0, False
    try:
        for _ in steps:
            done += 1
            if time.monotonic() >= until:
                break
        else:
            is_over = True
    except Stopped:
        is_over = True
    except BaseException:
        _let_go()
        raise
    finally:
        if is_over or not is_check:
            _checks.pop(job.pk, None)
            steps.close()
    return done + is_over


def _let_go(keep: int | None = None) -> None:
    """Close the checks that are not at work any more, with the files they hold open."""
    for pk in [pk for pk in _checks if pk != keep]:
        _checks.pop(pk).close()
