"""Every call to a provider goes through the house's guard: checked addresses, five seconds, one megabyte."""

from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from barrymore.delivery.http import Blocked, Unreachable, fetch

CARRIED = ("Authorization", "Content-Type", "Accept")


class Guard(BaseAdapter):
    """What carries the calls of `requests`: no redirects, no proxies from the environment."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Make the call. Raises requests.ConnectionError where the guard or the network refuses."""
        headers = {name: str(request.headers[name]) for name in CARRIED if name in request.headers}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        try:
            answer = fetch(
                request.method or "GET",
                request.url or "",
                headers=headers,
                content=body or None,  # type: ignore[arg-type]
            )
        except (Blocked, Unreachable) as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers = CaseInsensitiveDict(answer.headers)
        response._content = answer.body
        return response

    def close(self) -> None:
        """Nothing is kept open."""


def guarded_session() -> requests.Session:
    """A session for allauth that cannot leave the guard."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Guard())
    return session
