"""Which addresses lead to a person, and in what spelling."""

import re
import unicodedata

import phonenumbers

# Local parts and relays behind which anybody may write: they never identify a person.
SHARED_LOCAL_PARTS = frozenset(
    """reception frontdesk front-desk info office hello contact sales booking bookings reservations
    reservation support help admin hotel mail team accounts accounting billing service concierge
    kontakt post noreply no-reply donotreply do-not-reply mailer-daemon postmaster""".split()
)
RELAY_DOMAINS = frozenset(
    """guest.booking.com m.expediapartnercentral.com agoda-messaging.com guest.airbnb.com
    reply.airbnb.com messages.homeaway.com""".split()
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")

VISITOR = re.compile(r"[A-Za-z0-9_.:@/-]{8,160}")


class BadAddress(ValueError):
    """The text is no mail address or telephone number."""


def normal_email(text: str) -> str:
    """Lower case, NFKC, no invisible signs. Raises BadAddress where there is no `name@domain`."""
    value = CONTROL.sub("", unicodedata.normalize("NFKC", text)).strip().lower()
    local, at, domain = value.rpartition("@")
    if not (at and local and domain) or re.search(r"\s", value) or len(value) > 254:
        raise BadAddress(text[:100])
    return value


def normal_phone(text: str, country: str = "LT") -> str:
    """E.164, such as +37061234567. Raises BadAddress for what cannot be dialled."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise BadAddress(text[:100]) from error
    if not phonenumbers.is_possible_number(number):
        raise BadAddress(text[:100])
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normal_visitor(text: str) -> str:
    """The reference of a web site's visitor as it is. Raises BadAddress for what we never give out."""
    if not VISITOR.fullmatch(text):
        raise BadAddress(text[:100])
    return text


def normal(kind: str, text: str) -> str:
    """The spelling under which an address is kept."""
    spelling = {"email": normal_email, "visitor": normal_visitor}
    return spelling.get(kind, normal_phone)(text)


def is_shared(kind: str, value: str) -> bool:
    """Whether many people may write from this normalised address."""
    if kind != "email":
        return False
    local, _, domain = value.rpartition("@")
    return local in SHARED_LOCAL_PARTS or domain in RELAY_DOMAINS


def clean_name(text: str) -> str:
    """A display name without line breaks, control or direction signs, at most 160 characters."""
    return CONTROL.sub(" ", unicodedata.normalize("NFC", text)).strip()[:160]
