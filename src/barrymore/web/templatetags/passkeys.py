"""What a page must hand to the browser before it can ask for a passkey."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def options(told: dict[str, Any]) -> SafeString:
    """The options of a passkey ceremony as an attribute's value; scripts in the page are not allowed."""
    asked = told.get("creation_options") or told.get("request_options") or {}
    return escape(json.dumps(asked, cls=DjangoJSONEncoder))
