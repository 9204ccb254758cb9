"""On which web sites a window or a form may stand."""

from urllib.parse import urlsplit

from django.conf import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action {action}; frame-ancestors {sites}"
)


class BadOrigin(ValueError):
    """The text is no address of a web site."""


def origin_of(address: str) -> str:
    """`https://www.hotel.example` of an address on that site; empty for what is no web address."""
    try:
        parts = urlsplit(address.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def origins_in(text: str) -> list[str]:
    """The origins of some lines, this house first."""
    told = [origin_of(line) for line in text.splitlines()]
    return list(dict.fromkeys([settings.BASE_URL, *filter(None, told)]))


def framing_of(text: str, form_action: str = "'none'") -> str:
    """The content policy of a page that only these sites may frame."""
    return POLICY.format(action=form_action, sites=" ".join(["'self'", *origins_in(text)]))


def clean_origins(text: str) -> str:
    """One origin a line, without paths and repeats. Raises BadOrigin with the line that is none."""
    found: dict[str, None] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        origin = origin_of(line if "://" in line else f"https://{line}")
        host = urlsplit(origin).hostname or ""
        if "." not in host and host != "localhost":
            raise BadOrigin(line)
        found[origin] = None
    return "\n".join(found)
