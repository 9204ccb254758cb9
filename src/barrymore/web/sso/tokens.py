"""Check what a provider has signed: ID tokens and log-out tokens."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.db import IntegrityError, transaction

from barrymore.journal.moment import now
from barrymore.web.models import SignInProvider, UsedToken
from barrymore.web.sso.discovery import discovered, keys_of

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
BACKCHANNEL = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 60
OLDEST_LOGOUT = timedelta(minutes=10)
LONGEST_TOKEN = 20_000


class BadToken(ValueError):
    """Not signed by the provider, not for us, too old, or seen before; the text says which."""


def id_claims(provider: SignInProvider, token: str) -> dict[str, Any]:
    """The claims of an ID token. Raises BadToken, Fault."""
    claims = _verified(provider, token, ["iss", "aud", "exp", "iat", "sub"])
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise BadToken("azp")
    return claims


def logout_claims(provider: SignInProvider, token: str) -> dict[str, Any]:
    """The claims of a log-out token (OpenID Connect Back-Channel Logout 1.0, 2.6). Raises BadToken, Fault."""
    claims = _verified(provider, token, ["iss", "aud", "exp", "iat", "jti", "events"])
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(BACKCHANNEL), dict):
        raise BadToken("events")
    if "nonce" in claims:
        raise BadToken("nonce")
    if not claims.get("sid") and not claims.get("sub"):
        raise BadToken("neither sid nor sub")
    issued_at = datetime.fromtimestamp(int(claims["iat"]), tz=now().tzinfo)
    if now() - issued_at > OLDEST_LOGOUT:
        raise BadToken("iat")
    use_up(f"jti:{provider.pk}:{claims['jti']}", now() + OLDEST_LOGOUT * 2)
    return claims


def use_up(what: str, until: datetime) -> None:
    """Accept a message once, in whichever process it arrives. Raises BadToken the second time."""
    UsedToken.objects.filter(expires_at__lt=now()).delete()
    try:
        with transaction.atomic():
            UsedToken.objects.create(digest=hashlib.sha256(what.encode()).hexdigest(), expires_at=until)
    except IntegrityError as error:
        raise BadToken("seen before") from error


def _verified(provider: SignInProvider, token: str, needed: list[str]) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise BadToken("too long")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise BadToken(f"alg {algorithm[:20]}")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(provider, header, algorithm),
            algorithms=[algorithm],
            audience=provider.client_id,
            issuer=discovered(provider)["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": needed},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        if isinstance(error, BadToken):
            raise
        raise BadToken(f"{type(error).__name__} {error}"[:200]) from error
    return claims


def _key(provider: SignInProvider, header: dict[str, Any], algorithm: str) -> Any:
    found = _matching(keys_of(provider), header, algorithm) or _matching(
        keys_of(provider, anew=True), header, algorithm
    )
    if found is None:
        raise BadToken("no such key")
    return jwt.PyJWK(found, algorithm=algorithm).key


def _matching(keys: list[dict[str, Any]], header: dict[str, Any], algorithm: str) -> dict[str, Any] | None:
    kind = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]] if algorithm != "EdDSA" else "OKP"
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    ]
    if "kid" in header:
        return next((key for key in fitting if key.get("kid") == header["kid"]), None)
    return fitting[0] if len(fitting) == 1 else None
