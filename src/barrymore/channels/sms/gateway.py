"""Twilio's protocol: send, look what was sent, and check that a call comes from the gateway."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from barrymore.channels.sms.models import SmsNumber
from barrymore.delivery.http import Answer, Blocked, Unreachable, fetch
from barrymore.delivery.smtp import SendFailed
from barrymore.organisation.secrets import unseal

LOOKED_AT = 20


def signature_of(secret: str, url: str, params: Mapping[str, str]) -> str:
    """What the gateway sends as X-Twilio-Signature: HMAC-SHA1 of the address and the sorted parameters."""
    text = url + "".join(f"{name}{params[name]}" for name in sorted(params))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def is_signed(number: SmsNumber, url: str, params: Mapping[str, str], signature: str) -> bool:
    """Whether a call to us was made by the gateway of this number."""
    return hmac.compare_digest(signature_of(unseal(number.secret), url, params).encode(), signature.encode())


def send(number: SmsNumber, to: str, text: str, status_url: str) -> str:
    """Hand one message over; returns the gateway's id of it. Raises SendFailed."""
    body = {"From": number.number, "To": to, "Body": text}
    if status_url:
        body["StatusCallback"] = status_url
    return str(_call(number, "POST", "", body).get("sid", ""))


def sent_before(number: SmsNumber, to: str, text: str) -> str:
    """The id of this very text if it has been handed over lately: an answer of the gateway may get lost."""
    query = urlencode({"To": to, "From": number.number, "PageSize": LOOKED_AT})
    found = _call(number, "GET", f"?{query}").get("messages", [])
    return next((str(one.get("sid", "")) for one in found if one.get("body") == text), "")


def _call(number: SmsNumber, method: str, query: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    url = f"{number.gateway.rstrip('/')}/2010-04-01/Accounts/{number.account}/Messages.json{query}"
    login = base64.b64encode(f"{number.account}:{unseal(number.secret)}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
    content = urlencode(body).encode() if body else None
    try:
        answer = fetch(method, url, headers=headers, content=content)
    except Blocked as error:
        raise SendFailed(f"the gateway's address is refused: {error}", final=True, is_server=True) from error
    except Unreachable as error:
        raise SendFailed(f"the gateway did not answer: {error}", final=False, is_server=True) from error
    return _read(answer)


def _read(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body or b"{}")
    except ValueError:
        told = {}
    if answer.status < 300 and isinstance(told, dict):
        return told
    words = f"{answer.status} {told.get('message', '') if isinstance(told, dict) else ''}".strip()
    # 4xx names this message or this account; a limit of sendings (429) and 5xx pass by themselves.
    is_login = answer.status in {401, 403}
    final = 400 <= answer.status < 500 and answer.status != 429 and not is_login
    raise SendFailed(f"the gateway says: {words}"[:300], final=final, is_server=not final)
