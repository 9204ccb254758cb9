"""All settings, from the environment, with defaults that run offline on one machine."""

import json
import os
import secrets
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from barrymore.config.databases import database_of
from barrymore.config.logs import logging_of

# Lets a form or manager name its model for the type checker.
django_stubs_ext.monkeypatch()

HOUSE = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("BARRYMORE_VAR", "var")).resolve()
VAR.mkdir(parents=True, exist_ok=True)


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _secret_key() -> str:
    """The key from the environment, or one made at the first start and kept readable by the owner only."""
    if from_environment := os.environ.get("BARRYMORE_SECRET_KEY"):
        return from_environment
    kept = VAR / "secret_key"
    if not kept.exists():
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return kept.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = _flag("BARRYMORE_DEBUG")
ALLOWED_HOSTS = _words("BARRYMORE_HOSTS", "localhost,127.0.0.1,[::1]")
BASE_URL = os.environ.get("BARRYMORE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "ninja",
    "barrymore.web",
    "barrymore.demo",
    "barrymore.reports",
    "barrymore.desk",
    "barrymore.quality",
    "barrymore.channels",
    "barrymore.telephony",
    "barrymore.handling",
    "barrymore.feedback",
    "barrymore.routing",
    "barrymore.sla",
    "barrymore.conversations",
    "barrymore.customers",
    "barrymore.alerts",
    "barrymore.figures",
    "barrymore.organisation",
    "barrymore.delivery",
    "barrymore.live",
    "barrymore.journal",
    "barrymore.ui",
]
MIDDLEWARE = [
    "barrymore.config.request_middleware.Watched",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "barrymore.config.middleware.ViewerLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "barrymore.config.middleware.ViewerTimezone",
    "barrymore.config.middleware.SharedComputer",
    "barrymore.config.middleware.StaffNetworks",
    "barrymore.config.middleware.ContentSecurity",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "barrymore.config.problem_middleware.RestProblems",
    "barrymore.config.problem_middleware.PageProblems",
]
ROOT_URLCONF = "barrymore.config.urls"
WSGI_APPLICATION = "barrymore.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("barrymore.ui.worded.Loader", ["django.template.loaders.app_directories.Loader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "barrymore.web.context.house",
            ],
        },
    }
]
DATABASES = {"default": database_of(os.environ.get("BARRYMORE_DATABASE", ""), VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS_EMBEDDED = DATABASES["default"]["ENGINE"] == "barrymore.config.sqlite"

AUTH_USER_MODEL = "organisation.Staff"
AUTHENTICATION_BACKENDS = ["barrymore.web.backend.Backend"]
SESSION_ENGINE = "barrymore.organisation.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "barrymore.web.accounts.HouseAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "barrymore.web.accounts.SecondStepAdapter"
MFA_FORMS = {
    "login_webauthn": "barrymore.web.passkey_forms.SignInForm",
    "authenticate_webauthn": "barrymore.web.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "barrymore.web.passkey_forms.StillYouForm",
    "add_webauthn": "barrymore.web.passkey_forms.AddForm",
}
MFA_TOTP_ISSUER = "Barrymore"
SOCIALACCOUNT_ADAPTER = "barrymore.web.sso.social_accounts.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "barrymore.web.sso.oidc.OidcProvider"},
    "saml": {"provider_class": "barrymore.web.sso.saml.SamlProvider"},
}
# The page's policy lets no form lead elsewhere, so signing in at a provider begins with a link.
SOCIALACCOUNT_LOGIN_ON_GET = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ru", "Русский"),
    ("it", "Italiano"),
    ("lt", "Lietuvių"),
    ("et", "Eesti"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("bg", "Български"),
]
LOCALE_PATHS = [HOUSE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR / "files"
EXTRAS_ROOT = Path(os.environ.get("BARRYMORE_EXTRAS", VAR / "extras"))
SPEECH_MODEL = os.environ.get("BARRYMORE_SPEECH_MODEL", "speech")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = int(os.environ.get("BARRYMORE_HSTS", "31536000" if HTTPS else "0"))
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
CSRF_FAILURE_VIEW = "barrymore.web.views.csrf_failure"

# For notices and invitations where a mailbox names no server of its own.
# How telephones in browsers find their way through routers: a list of STUN and TURN servers as JSON.
PHONE_ICE = json.loads(os.environ.get("BARRYMORE_ICE", "[]"))
SMTP_URL = os.environ.get("BARRYMORE_SMTP", "")
# host:port pairs that the guard against server-side request forgery lets through: an identity provider in the
# own network, tests, the demo.
OUTBOUND_ALLOWED = _words("BARRYMORE_OUTBOUND_ALLOWED")
# Names of mail servers of ours whose Authentication-Results are believed.
TRUSTED_AUTHSERV = _words("BARRYMORE_TRUSTED_AUTHSERV")
# For so long a process goes by what it has read of modules, reasons and the like.
KEPT_SECONDS = 5.0
DEMO = _flag("BARRYMORE_DEMO")
PRIVACY_PROFILES = [("eu", _("European Union")), ("ru", _("Russia")), ("other", _("Other"))]

LOGGING = logging_of(os.environ)
