"""What may stand in a configuration of Asterisk, and what a caller says of himself."""

import ipaddress
import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from barrymore.customers.recognition import CONTROL, BadAddress, normal_phone

HOST = re.compile(r"(?=.{1,120}\Z)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+@-]{0,79}")
EXTENSION = re.compile(r"[1-9][0-9]{1,5}")
LONGEST_TOLD = 120


class CannotWrite(ValueError):
    """A value would change the meaning of the line it stands in."""


def check_address(text: str) -> None:
    """A host name or an IP address, nothing else."""
    if HOST.fullmatch(text):
        return
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ValidationError(_("Enter a host name or an IP address.")) from error


def check_networks(text: str) -> None:
    """Networks such as 10.0.0.0/8, with spaces between them."""
    for one in text.split():
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise ValidationError(_("%(one)s is no network.") % {"one": one[:60]}) from error


def check_addresses(text: str) -> None:
    """Host names, IP addresses or networks, with spaces between them."""
    for one in text.split():
        if "/" in one:
            check_networks(one)
        else:
            check_address(one)


def check_secret_free_word(text: str) -> None:
    """A user name or the like: letters, digits and _ . + @ -."""
    if not WORD.fullmatch(text):
        raise ValidationError(_("Use letters, digits and _ . + @ - only."))


def check_extension(text: str) -> None:
    """Two to six digits."""
    if not EXTENSION.fullmatch(text):
        raise ValidationError(_("An extension has two to six digits and does not begin with 0."))


def written(value: str) -> str:
    """A value as it is written behind `=>` in a configuration. Raises CannotWrite."""
    if not value.isprintable() or value != value.strip() or "\\" in value or not value.isascii():
        raise CannotWrite(_("Use plain letters, digits and signs, without backslash or spaces at the ends."))
    # A semicolon begins a comment.
    return value.replace(";", "\\;")


def region_of(number: str) -> str:
    """The country of one of our numbers, in which a caller's short form is read."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or "ZZ"
    except phonenumbers.NumberParseException:
        return "ZZ"


def caller_number(told: str, region: str) -> str:
    """The caller's number as E.164; empty where it is withheld, a SIP name, or nonsense."""
    text = told.strip()
    if not re.fullmatch(r"\+?[0-9][0-9 ()./-]{2,24}", text):
        return ""
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        return normal_phone(text, region)
    except BadAddress:
        return ""


def told_name(text: str) -> str:
    """What a caller says of himself, as one harmless line."""
    visible = CONTROL.sub(" ", text).replace("\x00", "")
    return " ".join("".join(c if c.isprintable() else " " for c in visible).split())[:LONGEST_TOLD]
