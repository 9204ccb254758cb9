"""The people of the demo company, whom one click signs in."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Role, Staff
from barrymore.organisation.selectors import active_staff, company

DEMO_DOMAIN = "haldenhotels.example"
ABOUT = {
    Role.AGENT: _("answers guests: the desk"),
    Role.SUPERVISOR: _("queues, promises, who is here"),
    Role.QUALITY: _("what guests said, doubtful figures"),
    Role.FRONT_DESK: _("walk-ups and mails of one hotel"),
    Role.PLANNER: _("how fast, how many, when"),
    Role.SUCCESS: _("firms and how they fare"),
    Role.OWNER: _("reports and the audit trail"),
    Role.ADMINISTRATOR: _("mail, people, the first steps"),
    Role.DEVELOPER: _("tokens and the API"),
}


def demo_people() -> list[Staff]:
    """One person per role, in the order of the house; nobody where there is no demo."""
    if not (settings.DEMO or company().is_demo):
        return []
    chosen: dict[str, Staff] = {}
    for person in active_staff().filter(email__endswith=f"@{DEMO_DOMAIN}").order_by("pk"):
        chosen.setdefault(person.role, person)
    return list(chosen.values())


def demo_list() -> list[tuple[Staff, str]]:
    """The demo people, each with what one sees as them."""
    return [(person, str(ABOUT[Role(person.role)])) for person in demo_people()]
