"""A wish to be called back becomes a conversation with a promise, or part of the recovery of a bad answer."""

import logging
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Opening, Said, refs_of
from barrymore.customers.models import Address
from barrymore.customers.recognition import BadAddress
from barrymore.customers.services import Identity, identify
from barrymore.feedback.answers import answers_of, is_bad
from barrymore.feedback.models import CallWish, Response
from barrymore.handling.noticing import leave_answer
from barrymore.handling.recovering import AGAIN_AFTER, ROADS, queue_for
from barrymore.handling.wishes import tie_wish
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Point, Site
from barrymore.organisation.selectors import company
from barrymore.routing import services as routing
from barrymore.routing.models import Priority
from barrymore.sla import services as sla

log = logging.getLogger(__name__)
BATCH = 50


def wishes_round() -> int:
    """Open what was wished. One that cannot be opened waits a minute and holds up none of the others."""
    waiting = CallWish.objects.filter(taken_at=None, open_after__lte=now()).order_by("open_after", "id")
    done = 0
    for ref in list(waiting.values_list("pk", flat=True)[:BATCH]):
        try:
            done += _take(ref)
        except Exception:
            log.exception("wish to be called %s", ref)
            CallWish.objects.filter(pk=ref, taken_at=None).update(open_after=now() + AGAIN_AFTER)
    return done


@transaction.atomic
def _take(ref: int) -> bool:
    rows = CallWish.objects.filter(pk=ref, taken_at=None)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    wish = rows.select_related("response__case__conversation", "response__questionnaire").first()
    if wish is None:
        return False
    if is_bad(wish.response.score, wish.response.scale):
        # Its recovery carries the wish: one guest is called once, by whoever puts it right.
        leave_answer(wish.response)
        CallWish.objects.filter(pk=wish.pk).update(open_after=now() + AGAIN_AFTER)
        return False
    tie_wish(wish, _open(wish))
    return True


def _open(wish: CallWish) -> Conversation:
    said = wish.response
    case, site = said.case, Site.objects.filter(pk=said.site_ref or 0).first()
    point = Point.objects.select_related("room").filter(pk=said.point_ref or 0).first()
    known = _who(wish)
    with translation.override(site.language if site else company().language):
        place = _place(point, site)
        subject = _("Call back: %(number)s") % {"number": wish.name or wish.phone or wish.email}
        subject = ", ".join(filter(None, [subject, place]))
        text = _text(wish, place, site)
    conversation = conversations.open_conversation(
        Opening(
            channel=ROADS.get(known.address.kind, "press") if known else "press",
            subject=subject,
            language=said.language,
            customer=(case.customer if case else None) or (known.customer if known else None),
            address=known.address if known else None,
            site=site,
            is_unread=True,
        )
    )
    key, address = f"wish:{wish.pk}", known.address if known else None
    conversations.record_arrival(
        conversation, "callback", key, address, Said(text=text, name=wish.name), is_opening=True
    )
    queue = queue_for(None, case.conversation if case else None, site)
    promised = [clock.due_at for clock in sla.start_clocks(conversation, queue.pk, Priority.NORMAL)]
    routing.enqueue(conversation, queue, due_at=min((at for at in promised if at), default=None))
    refs = refs_of(conversation, queue=queue.pk, values={"spam": False})
    record("conversation.opened", f"conversation:{conversation.pk}:opened", **refs)
    return conversation


def _who(wish: CallWish) -> Identity | None:
    """Whoever is behind the address as it was typed, which proves nothing; None where it is no address."""
    for kind, typed in ((Address.Kind.EMAIL, wish.email), (Address.Kind.PHONE, wish.phone)):
        try:
            if typed:
                return identify(kind, typed, name=wish.name, language=wish.response.language)
        except BadAddress:
            continue
    return None


def _place(point: Point | None, site: Site | None) -> str:
    names = [point.name, point.room.name if point.room else ""] if point else []
    return ", ".join(filter(None, [*names, site.name if site else ""]))


def _text(wish: CallWish, place: str, site: Site | None) -> str:
    said = wish.response
    at = said.at.astimezone(ZoneInfo(site.timezone if site else company().timezone))
    told = _("Asked at %(place)s, %(when)s, the customer wishes to be called back.") % {
        "place": place or company().name,
        "when": f"{date_format(at, 'SHORT_DATE_FORMAT')} {date_format(at, 'TIME_FORMAT')}",
    }
    reach = _("Call back: %(number)s") % {"number": wish.reach}
    return "\n\n".join(filter(None, [told, reach, everything_of(said)]))


def everything_of(response: Response) -> str:
    """All that was said, question by question."""
    told = answers_of(response, with_contacts=False)
    return "\n".join(f"{asked}: {said}" for asked, said in told) or response.comment
