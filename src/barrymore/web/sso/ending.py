"""Sessions that began at a provider: remember them, and end them when the provider says so."""

from collections.abc import Iterable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import SealBroken, seal, unseal
from barrymore.organisation.services import audit
from barrymore.web.models import ProvidedSession, SignInProvider


def remember(provider_id: int, staff: Staff, session_key: str, subject: str, sid: str, hint: str) -> None:
    """Say whose session this is at the provider; `hint` is what it wants to see again at log-out."""
    ProvidedSession.objects.update_or_create(
        session_key=session_key,
        defaults={
            "provider_id": provider_id,
            "staff": staff,
            "subject": subject,
            "sid": sid,
            "hint": seal(hint),
            "began_at": now(),
        },
    )


def session_of(session_key: str | None) -> ProvidedSession | None:
    """What the provider knows this session of ours by."""
    if not session_key:
        return None
    return ProvidedSession.objects.select_related("provider").filter(session_key=session_key).first()


def hint_of(session: ProvidedSession) -> str:
    """The sealed hint, empty where the secret key has changed since."""
    try:
        return unseal(session.hint)
    except SealBroken:
        return ""


def end_sessions(keys: Iterable[str]) -> None:
    """End sessions of ours now; open pages notice within five seconds, when their stream asks again."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
        ProvidedSession.objects.filter(session_key=key).delete()


def end_all_of(staff: Staff, *, but: str | None = None) -> int:
    """End every session of a person, whatever way it began, but the one named; how many."""
    live = Session.objects.filter(expire_date__gt=now()).exclude(session_key=but).iterator()
    keys = [one.session_key for one in live if one.get_decoded().get(SESSION_KEY) == str(staff.pk)]
    end_sessions(keys)
    return len(keys)


@transaction.atomic
def end_at_providers_word(provider: SignInProvider, subject: str, sid: str) -> int:
    """End the session named by `sid`, else all of the subject; how many there were."""
    found = ProvidedSession.objects.filter(provider=provider)
    if sid:
        found = found.filter(sid=sid)
    if subject:
        found = found.filter(subject=subject)
    sessions = list(found.select_related("staff"))
    end_sessions([one.session_key for one in sessions])
    for staff in {one.staff for one in sessions}:
        audit(staff, "sign_in.ended_by_provider", staff.email, provider=provider.slug)
    if not sessions:
        audit(None, "sign_in.nothing_to_end", provider.name, provider=provider.slug)
    return len(sessions)


def forget_ended() -> int:
    """Take away what was kept of sessions that are over; how many."""
    live = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return ProvidedSession.objects.exclude(session_key__in=live).delete()[0]
