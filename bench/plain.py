"""An ASGI application that serves the plain views exactly as the product serves its pages."""

import django

django.setup()

from django.conf import settings  # noqa: E402

from barrymore.config.asgi import application  # noqa: E402

settings.ROOT_URLCONF = "bench.plain_urls"
__all__ = ["application"]
