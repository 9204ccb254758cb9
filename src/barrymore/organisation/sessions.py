"""Sessions in the database, as Django keeps them, asked for by SQL that is written once: every page asks."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from barrymore.organisation.prepared import Prepared

_kept = Prepared(lambda key: Session.objects.filter(session_key=key))


class SessionStore(DatabaseStore):
    """The store; a session that has run out is none."""

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = _kept.first(self.session_key) if self.session_key else None
        if found is not None and found.expire_date > timezone.now():
            return found
        self._session_key = None
        return None
