"""The mail with the link by which somebody new comes in."""

from email.message import EmailMessage

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.delivery.smtp import SendFailed, send, server_of
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import company


def send_invitation(inviter: Staff, staff: Staff, link: str) -> bool:
    """Send the link in the person's language; whether the server took it. Without a server nothing leaves."""
    if not settings.SMTP_URL:
        return False
    server = server_of(settings.SMTP_URL)
    mail = EmailMessage()
    with translation.override(staff.language):
        house = company().name or "Barrymore"
        names = {"inviter": inviter.name, "house": house, "name": staff.first_name}
        mail["Subject"] = _("Your place at %(house)s") % {"house": " ".join(house.split())}
        body = [
            _("Good day %(name)s,") % names,
            _("%(inviter)s invites you to work in Barrymore for %(house)s. Choose a password here:") % names,
            link,
            _("The link works once and for three days."),
        ]
    mail["To"], mail["From"] = staff.email, server.user or "barrymore@barrymore.invalid"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(body) + "\n")
    try:
        send(server, mail, "", [staff.email])
    except SendFailed:
        return False
    return True
