"""One order at an authority: an account, the answers to its challenges, a certificate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from acme import challenges, crypto_util, errors, messages
from acme.client import ClientNetwork, ClientV2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWK, JWKEC

from barrymore import __version__
from barrymore.cli.acme.wanted import Wanted, write_private

TIMEOUT_SECONDS = 30
NONCE_TRIES = 4
# What the library raises when the network, the authority or its words are not as they should be.
FAILURES = (
    errors.Error,
    JoseError,
    requests.RequestException,
    OSError,
    ValueError,
    LookupError,
    AttributeError,
)


class Unreachable(Exception):
    """The authority's directory could not be read."""


class Refused(Exception):
    """The authority was reached and issued nothing."""


class _Network(ClientNetwork):
    """Takes a new nonce more often than the library's once: authorities may forget them at any time."""

    def post(self, *arguments: Any, **words: Any) -> requests.Response:
        for _ in range(NONCE_TRIES - 1):
            try:
                return super().post(*arguments, **words)
            except messages.Error as failure:
                if failure.code != "badNonce":
                    raise
        return super().post(*arguments, **words)


def obtain(wanted: Wanted, show: Callable[[str, str], None]) -> bytes:
    """A new key and its certificate chain (PEM); `show(path, answer)` publishes an answer on port 80.

    Raises Unreachable or Refused; nothing is kept then but the account's key.
    """
    account_file = wanted.folder / "account.pem"
    try:
        account_pem = account_file.read_bytes() if account_file.exists() else _new_key()
        account_key = _key_of(account_pem, account_file)
        client = _client(wanted, account_key)
        _sign_in(client, wanted.email)
        if not account_file.exists():
            write_private(account_file, account_pem)
        key = _new_key()
        order = client.new_order(crypto_util.make_csr(key, list(wanted.names)))
        for authorization in order.authorizations:
            _answer(client, account_key, authorization.body, show)
        return key + client.poll_and_finalize(order).fullchain_pem.encode()
    except FAILURES as failure:
        raise Refused(_words(failure)) from failure


def _key_of(pem: bytes, file: Path) -> JWK:
    try:
        return JWKEC(key=serialization.load_pem_private_key(pem, None))
    except ValueError as failure:
        raise ValueError(f"{file} is not a key of ours; move it away to open a new account.") from failure


def _client(wanted: Wanted, account_key: JWK) -> ClientV2:
    agent = f"barrymore/{__version__}"
    network = _Network(account_key, alg=ES256, user_agent=agent, timeout=TIMEOUT_SECONDS)
    if wanted.authority:
        # `requests`, which the library hands this to, takes the file of an authority too.
        network.verify_ssl = str(wanted.authority)  # type: ignore[assignment]
    try:
        return ClientV2(ClientV2.get_directory(wanted.directory, network), network)
    except FAILURES as failure:
        raise Unreachable(_words(failure)) from failure


def _words(failure: Exception) -> str:
    """Some of the library's failures say nothing, and carry the authority's own words instead."""
    return str(failure) or str(getattr(failure, "error", "")) or type(failure).__name__


def _sign_in(client: ClientV2, email: str) -> None:
    wish = messages.NewRegistration.from_data(email=email or None, terms_of_service_agreed=True)
    try:
        client.new_account(wish)
    except errors.ConflictError as known:
        client.net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())


def _answer(
    client: ClientV2, key: JWK, asked: messages.Authorization, show: Callable[[str, str], None]
) -> None:
    if asked.status == messages.STATUS_VALID:
        return
    for body in asked.challenges:
        if isinstance(body.chall, challenges.HTTP01):
            response, answer = body.chall.response_and_validation(key)
            show(body.chall.path, answer)
            client.answer_challenge(body, response)
            return
    raise errors.Error(f"The authority offers no http challenge for {asked.identifier.value}.")


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
