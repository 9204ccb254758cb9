"""Who somebody is: allauth checks passwords; the person of a session is read by SQL that is written once."""

from allauth.account.auth_backends import AuthenticationBackend

from barrymore.organisation.models import Staff
from barrymore.organisation.prepared import Prepared

_person = Prepared(lambda pk: Staff.objects.filter(pk=pk))


class Backend(AuthenticationBackend):
    """The one way in by password."""

    def get_user(self, user_id: int) -> Staff | None:
        """The person of a session, None who may not come in any more."""
        found: Staff | None = _person.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
