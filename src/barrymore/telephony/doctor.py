"""What `barrymore doctor telephony` looks at, each finding with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from barrymore.journal.moment import now
from barrymore.organisation.secrets import SealBroken, unseal
from barrymore.routing.models import Queue
from barrymore.telephony.ami import Ami, Gone, Refused
from barrymore.telephony.menus.unsaid import advice, unsaid
from barrymore.telephony.models import Call, Extension, Node, Number

State: TypeAlias = Literal["ok", "warn", "bad"]
OLDEST = 16
LOOKED_AT_MODULES = (
    "chan_pjsip",
    "app_userevent",
    "res_musiconhold",
    "func_lock",
    "bridge_simple",
    "res_srtp",
)
STALE = timedelta(seconds=30)


@dataclass(frozen=True)
class Check:
    """One finding. `advice` is empty where nothing need be done."""

    name: str
    state: State
    detail: str
    advice: str = ""


def checks() -> list[Check]:
    """All findings about all active nodes, the numbers and the telephones."""
    nodes = list(Node.objects.filter(is_active=True))
    if not nodes:
        advice = _("barrymore telephony node main, if you have an Asterisk: docs/telephony.md")
        return [Check("telephony", "ok", _("no telephone is connected"), advice)]
    found = [check for node in nodes for check in _of_node(node)]
    return [*found, _of_numbers(), _of_what_is_said(), _of_telephones(), _of_calls()]


def _of_node(node: Node) -> Iterator[Check]:
    name = f"{node.name} manager"
    try:
        ami = Ami(node.host, node.ami_port, lambda message: None)
    except (OSError, Refused) as error:
        yield Check(
            name,
            "bad",
            str(error),
            _("Start Asterisk with what barrymore telephony config writes, or mend the address."),
        )
        return
    try:
        ami.sign_in(node.user, unseal(node.secret))
        yield _of_version(node, ami)
        yield from _of_modules(node, ami)
        yield from _of_trunks(node, ami)
    except (Refused, SealBroken) as error:
        advice = _("Write its configuration again and restart it: barrymore telephony config %(node)s FOLDER")
        yield Check(name, "bad", str(error), advice % {"node": node.name})
    except Gone as error:
        yield Check(name, "bad", str(error), _("Asterisk answers too late: look at its load and its log."))
    finally:
        ami.close()
    yield _of_driver(node)


def _of_version(node: Node, ami: Ami) -> Check:
    version = ami.ask("CoreSettings").answer.get("AsteriskVersion", "?")
    major = version.split(".")[0]
    name = f"{node.name} Asterisk"
    if major.isdigit() and int(major) < OLDEST:
        return Check(name, "bad", version, _("Use Asterisk 16.28 or newer; 20 and 22 are kept up longest."))
    return Check(name, "ok", version)


def _of_modules(node: Node, ami: Ami) -> Iterator[Check]:
    missing = []
    for module in LOOKED_AT_MODULES:
        try:
            ami.ask("ModuleCheck", Module=module)
        except Refused:
            missing.append(module)
    if missing:
        advice = _("Install them: a distribution may keep them in a package of their own.")
        yield Check(f"{node.name} modules", "bad", _("not loaded: %(n)s") % {"n": ", ".join(missing)}, advice)


def _of_trunks(node: Node, ami: Ami) -> Iterator[Check]:
    trunks = {f"trunk-{one.pk}-registration": one for one in node.trunks.filter(is_active=True)}
    if not trunks:
        advice = _("Add one: barrymore telephony trunk %(node)s carrier sip.carrier.example")
        yield Check(f"{node.name} lines", "warn", _("no line to a carrier"), advice % {"node": node.name})
    try:
        rows = ami.ask("PJSIPShowRegistrationsOutbound").rows
    except Refused:
        rows = []
    told = {row.get("ObjectName", ""): row.get("Status", "?") for row in rows}
    for name, trunk in trunks.items():
        if trunk.registers:
            status = told.get(name, _("not written to Asterisk yet"))
            state: State = "ok" if status == "Registered" else "bad"
            advice = _("Check host, user and password of the line, and that its host can be reached.")
            yield Check(f"{node.name} {trunk.name}", state, status, "" if state == "ok" else advice)


def _of_driver(node: Node) -> Check:
    name = f"{node.name} calls"
    held = node.held_until is not None and node.held_until > now() - STALE
    if held and node.connected_at is not None:
        return Check(name, "ok", _("driven since %(at)s") % {"at": node.connected_at.isoformat()})
    if held:
        return Check(name, "bad", node.last_error or _("connecting"), _("See the check of its manager."))
    advice = _("Start barrymore serve, or with PostgreSQL barrymore telephony run.")
    return Check(name, "bad", _("nobody drives its calls"), advice)


def _of_numbers() -> Check:
    numbers = Number.objects.filter(is_active=True)
    if not numbers.exists():
        return Check(
            "numbers",
            "warn",
            _("none"),
            _("barrymore telephony number +37052000001: until then all go to one queue."),
        )
    if empty := _queues_without():
        told = ", ".join(empty)[:200]
        return Check(
            "numbers", "warn", _("nobody works in: %(n)s") % {"n": told}, _("Add people to the queue.")
        )
    return Check("numbers", "ok", str(numbers.count()))


def _of_what_is_said() -> Check:
    if missing := list(unsaid()):
        return Check("what callers hear", "warn", " ".join(missing)[:500], advice())
    return Check("what callers hear", "ok", _("everything that was set can be said"))


def _queues_without() -> list[str]:
    refs = Number.objects.filter(is_active=True, queue__isnull=False).values("queue")
    return list(Queue.objects.filter(pk__in=refs, members=None).values_list("name", flat=True))


def _of_telephones() -> Check:
    telephones = Extension.objects.filter(is_active=True)
    there = telephones.exclude(registrations=None).distinct().count()
    detail = _("%(there)s of %(all)s can be rung") % {"there": there, "all": telephones.count()}
    if not there:
        advice = _("Sign a telephone in with user and password of barrymore telephony extension.")
        return Check("telephones", "warn", detail, advice)
    return Check("telephones", "ok", detail)


def _of_calls() -> Check:
    day = Call.objects.filter(queued_at__gt=now() - timedelta(days=1))
    lost = day.filter(outcome=Call.Outcome.LOST).count()
    detail = _("%(all)s in the last 24 hours, %(lost)s lost by our fault") % {
        "all": day.count(),
        "lost": lost,
    }
    advice = _(
        "Look when Asterisk or its machine stopped; whoever was lost is on the list to be called back."
    )
    return Check("calls", "warn" if lost else "ok", detail, advice if lost else "")
