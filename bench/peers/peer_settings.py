"""Settings of the smallest Django site on which django-helpdesk runs.

Read by the environment of the peer only, which knows nothing of Barrymore.
"""

import os

# As their own container is set up ("standalone" in their repository), or the smallest site with what
# a careful host would set besides: kept connections, no mail, no teams.
TUNED = os.environ.get("PEER_SETUP") == "tuned"
SECRET_KEY = "measured-and-thrown-away"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "peer_urls"
USE_TZ = True
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
LOGIN_URL = "/helpdesk/login/"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *([] if TUNED else ["bootstrap4form", "account", "pinax.invitations", "pinax.teams", "reversion"]),
    "rest_framework",
    "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    *(
        []
        if TUNED
        else [
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
        ]
    ),
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "debug": not TUNED,
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *([] if TUNED else ["django.template.context_processors.debug"]),
            ],
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": os.environ.get("PEER_DATABASE_PORT", ""),
        "NAME": "peer",
        "USER": "barrymore",
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        # Their container leaves Django's default: a connection a request.
        "CONN_MAX_AGE": None if TUNED else 0,
    }
}
# They tell the sender of a ticket by mail within the request.
EMAIL_BACKEND = f"django.core.mail.backends.{'dummy' if TUNED else 'smtp'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ.get("PEER_SMTP_PORT", "25"))
HELPDESK_TEAMS_MODE_ENABLED = not TUNED
