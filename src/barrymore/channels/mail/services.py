"""What other packages may ask of mail: send again, read again, keep a password."""

from barrymore.channels.mail.account import keep_secret
from barrymore.channels.mail.outgoing import resend
from barrymore.channels.mail.processing import release

__all__ = ["keep_secret", "release", "resend"]
