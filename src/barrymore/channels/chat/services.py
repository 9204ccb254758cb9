"""Make a widget."""

import secrets

from barrymore.channels.chat.models import Widget
from barrymore.organisation.secrets import seal


def give_keys(widget: Widget) -> Widget:
    """Give a new widget its public key and the secret that signs visitors; saves nothing."""
    widget.key = widget.key or secrets.token_hex(12)
    widget.secret = widget.secret or seal(secrets.token_urlsafe(32))
    return widget
