"""Make a widget, and let a web site show it."""

import secrets

from barrymore.channels.chat.models import Widget
from barrymore.channels.origins import clean_origins
from barrymore.channels.secrets import seal


def give_keys(widget: Widget) -> Widget:
    """Give a new widget its public key and the secret that signs visitors; saves nothing."""
    widget.key = widget.key or secrets.token_hex(12)
    widget.secret = widget.secret or seal(secrets.token_urlsafe(32))
    return widget


def allow_refused(widget: Widget) -> None:
    """Let the site show the window where a browser was refused it last."""
    if widget.refused_on:
        widget.origins = clean_origins(f"{widget.origins}\n{widget.refused_on}")
        widget.refused_on = ""
        widget.save(update_fields=["origins", "refused_on"])
