"""What a browser answers for a passkey: anything may stand in it, and nothing may break the page."""

from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError

# What the library stumbles over where a part is missing or has another shape.
STUMBLES = (KeyError, TypeError, AttributeError, ValueError)


class Careful:
    """An answer of the wrong shape is a wrong answer."""

    def clean_credential(self) -> Any:
        """The passkey that answered. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except STUMBLES as error:
            raise ValidationError(type(error).__name__) from error


class SignInForm(Careful, LoginWebAuthnForm):
    """At the door."""


class SecondStepForm(Careful, AuthenticateWebAuthnForm):
    """After the password."""


class StillYouForm(Careful, ReauthenticateWebAuthnForm):
    """Before something that is protected."""


class AddForm(AddWebAuthnForm):
    """A new passkey."""

    def clean(self) -> Any:
        """The answer of the device, of the right shape. Raises ValidationError."""
        try:
            return super().clean()
        except STUMBLES as error:
            raise ValidationError(type(error).__name__) from error
