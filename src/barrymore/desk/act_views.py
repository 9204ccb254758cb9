"""Acts on a conversation: take, hand over, snooze, close, reopen, spam, classify, say who wrote."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from barrymore.customers.recognition import BadAddress
from barrymore.customers.services import change_customer
from barrymore.desk.forms import CardForm, ClassifyForm, NotAskingForm, PersonForm, StepForm
from barrymore.desk.services import name_by_address
from barrymore.desk.views import address_of, done, placement_for
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import active_staff
from barrymore.routing import services as routing
from barrymore.routing.models import Priority
from barrymore.routing.services import AlreadyTaken
from barrymore.routing.sight import visible_queues
from barrymore.ui.times import when_words


@require_POST
@page("conversations.answer", somewhere=True)
def take(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Make it mine, if nobody has it."""
    found = placement_for(actor, conversation_id).conversation
    try:
        routing.take(found, actor.staff)
    except AlreadyTaken as taken:
        text = _("%(name)s has taken it.") % {"name": taken.owner}
    else:
        text = _("It is yours.")
    return done(request, address_of(request, found.pk), text)


@require_POST
@page("conversations.answer", somewhere=True)
def hand_over(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Give it to a colleague or to another queue that the person may see."""
    found = placement_for(actor, conversation_id).conversation
    person = active_staff().filter(pk=_number(request.POST.get("person"))).first()
    queue = visible_queues(actor.staff).filter(pk=_number(request.POST.get("queue"))).first()
    if person is None and queue is None:
        raise Http404
    moves.transfer(found, actor.staff, to=person, queue=queue)
    text = _("Given to %(to)s.") % {"to": person or queue}
    return done(request, address_of(request, found.pk), text)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


@require_POST
@page("conversations.answer", somewhere=True)
def priority(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Offer it sooner or later than others."""
    found = placement_for(actor, conversation_id).conversation
    wanted = _number(request.POST.get("priority"))
    if wanted not in Priority.values:
        raise Http404
    moves.prioritise(found, actor.staff, wanted)
    return done(request, address_of(request, found.pk), _("Kept."))


@require_POST
@page("conversations.answer", somewhere=True)
def snooze(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Set the next step: the conversation comes back by itself."""
    found = placement_for(actor, conversation_id).conversation
    form = StepForm(request.POST)
    back = address_of(request, found.pk)
    if not form.is_valid():
        return done(request, back, _("Choose a time in the future."))
    at, what = form.cleaned_data["at"], form.cleaned_data.get("what", "")
    try:
        moves.wait_until(found, actor.staff, what, at)
    except moves.NeedsNextStep:
        return done(request, back, _("Choose a time in the future."))
    return done(request, back, _("Comes back %(when)s.") % {"when": when_words(at, now())})


@require_POST
@page("conversations.answer", somewhere=True)
def close(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Close; the toast takes it back."""
    found = placement_for(actor, conversation_id).conversation
    handling.close(found, actor.staff)
    undo = reverse("desk:reopen", args=[found.pk])
    return done(request, address_of(request, found.pk), _("Closed."), undo)


@require_POST
@page("conversations.answer", somewhere=True)
def close_unasked(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Close without asking the customer, with a reason that is counted."""
    found = placement_for(actor, conversation_id).conversation
    form = NotAskingForm(request.POST)
    if not form.is_valid():
        text = _("Say why this customer shall not be asked; the reason is counted.")
        return done(request, address_of(request, found.pk), text)
    handling.close(found, actor.staff, not_asking=form.cleaned_data["why"])
    text = _("Closed. The customer will not be asked.")
    return done(request, address_of(request, found.pk), text, reverse("desk:reopen", args=[found.pk]))


@require_POST
@page("conversations.answer", somewhere=True)
def reopen(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Open a closed conversation again."""
    found = placement_for(actor, conversation_id).conversation
    handling.reopen(found, actor.staff)
    return done(request, address_of(request, found.pk), _("Open again."))


@require_POST
@page("conversations.answer", somewhere=True)
def spam(request: HttpRequest, actor: Actor, conversation_id: int, is_spam: bool) -> HttpResponse:
    """Move to the spam folder, or out of it."""
    found = placement_for(actor, conversation_id).conversation
    moves.mark_spam(found, actor.staff, is_spam)
    undo = reverse("desk:not_spam" if is_spam else "desk:spam", args=[found.pk])
    text = _("Moved to spam.") if is_spam else _("Not spam.")
    return done(request, address_of(request, found.pk), text, undo)


@require_POST
@page("conversations.answer", somewhere=True)
def classify(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Set contact reason and product area, or confirm what was suggested."""
    found = placement_for(actor, conversation_id).conversation
    form = ClassifyForm(request.POST)
    if not form.is_valid():
        raise Http404
    moves.classify(found, actor.staff, reason=form.cleaned_data["reason"], area=form.cleaned_data["area"])
    return done(request, address_of(request, found.pk), _("Kept."))


@require_POST
@page("conversations.answer", somewhere=True)
def person(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Say who wrote from a shared address."""
    found = placement_for(actor, conversation_id).conversation
    form = PersonForm(request.POST)
    text = _("Write a mail address or number of their own, not a shared one.")
    if form.is_valid():
        try:
            name_by_address(found, actor.staff, form.cleaned_data["address"])
            text = _("Kept.")
        except (BadAddress, ValueError):
            pass
    return done(request, address_of(request, found.pk), text)


@require_POST
@page("customers.write", somewhere=True)
def card(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Change the customer in place."""
    found = placement_for(actor, conversation_id, "customers.write").conversation
    form = CardForm(request.POST)
    if found.customer is None or not form.is_valid():
        raise Http404
    change_customer(found.customer, **form.cleaned_data)
    return done(request, address_of(request, found.pk), _("Kept."))
