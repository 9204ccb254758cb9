"""Keep counts that another system tells in a file, each once; take a file back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.channels.counts.models import CountFile
from barrymore.channels.counts.reading import Known, Line, read_counts
from barrymore.feedback.presses import Place
from barrymore.feedback.served import AHEAD, count_served, place_of
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.points import points
from barrymore.organisation.selectors import company
from barrymore.organisation.services import audit

BATCH = 500
SHOWN_FAULTS = 50


@dataclass
class Taken:
    """What came of a file: lines read, new customers, lines known before, faults."""

    rows: int = 0
    served: int = 0
    known: int = 0
    wrong: int = 0
    faults: list[Line] = field(default_factory=list)


@transaction.atomic
def take_file(actor: Actor, name: str, data: bytes, source: str, *, check_only: bool) -> Taken:
    """Keep the lines that can be read, or only check them. Raises NotAllowed, CannotRead."""
    actor.need("settings.manage")
    here = {point.pk: place_of(point) for point in points()}
    taken, file = Taken(), None
    if not check_only:
        file = CountFile.objects.create(
            name=name[:200], staff=actor.staff, at=now(), rows=0, served=0, known=0
        )
    for lines in _batches(read_counts(data, source, _known())):
        _take(lines, taken, here, file)
    if file:
        file.rows, file.served, file.known = taken.rows, taken.served, taken.known
        file.save()
        audit(actor.staff, "counts.taken", file.name, rows=file.rows)
    return taken


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _take(lines: Sequence[Line], taken: Taken, here: dict[int, Place], file: CountFile | None) -> None:
    taken.rows += len(lines)
    known, again = _counted([line.served.key for line in lines if line.served])
    with in_one_insert():
        for line in lines:
            fault = line.fault or _too_early(line)
            if fault or line.served is None:
                taken.wrong += 1
                taken.faults += [Line(line.number, fault=fault)] if len(taken.faults) < SHOWN_FAULTS else []
            elif line.served.key in known:
                taken.known += 1
            else:
                known.add(line.served.key)
                taken.served += line.served.count
                if file:
                    key = line.served.key + again.get(line.served.key, "")
                    count_served(here[line.point], replace(line.served, key=key), file.pk)


def _counted(keys: Sequence[str]) -> tuple[set[str], dict[str, str]]:
    """The keys that count already, and what is put behind those that only undone files have told."""
    undone = list(CountFile.objects.exclude(undone_at=None).values_list("pk", flat=True))
    ends = ["", *(f":again:{n}" for n in range(1, len(undone) + 1))]
    base = {f"{key}{end}": key for key in keys for end in ends}
    told = Fact.objects.filter(key__in=base).values_list("key", "dims")
    counted = {base[key] for key, dims in told if dims.get("file") not in undone}
    taken_back = {base[key] for key, dims in told if dims.get("file") in undone}
    return counted, dict.fromkeys(taken_back, ends[-1])


def _too_early(line: Line) -> str:
    is_future = line.served is not None and line.served.at > now() + AHEAD
    return _("this moment has not come yet") if is_future else ""


def _known() -> Known:
    found: dict[str, list[tuple[int, str]]] = {}
    for point in points():
        place = (point.pk, point.site.timezone or company().timezone)
        for name in {str(point.pk), point.name.lower()}:
            found.setdefault(name, []).append(place)
    people = {email.lower(): pk for pk, email in Staff.objects.values_list("pk", "email")}
    return Known(found, people)


@transaction.atomic
def undo_file(actor: Actor, file: CountFile) -> int:
    """Take back what a file has told; the counts stay in the journal beside their returns."""
    actor.need("settings.manage")
    file = CountFile.objects.select_for_update().get(pk=file.pk)
    if file.undone_at:
        return 0
    told = list(Fact.objects.filter(kind="served.counted", dims__file=file.pk, at__lte=now() + AHEAD))
    with in_one_insert():
        for fact in told:
            record(
                "served.counted",
                f"{fact.key}:undone:{file.pk}",
                at=fact.at,
                site=fact.site,
                staff_ref=fact.staff_ref,
                dims=fact.dims,
                values={"count": -fact.values["count"]},
            )
    file.undone_at = now()
    file.save()
    audit(actor.staff, "counts.undone", file.name, rows=len(told))
    return len(told)
