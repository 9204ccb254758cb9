"""A field of words with levels: `lt:3, en:2` for languages, `billing:2` for skills."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NAME = re.compile(r"[^\W_][\w -]{0,38}")
USUAL_LEVEL = 2


class LevelsField(forms.CharField):
    """Text outside, {"lt": 3, "en": 2} inside; a word without a level has the middle one."""

    def prepare_value(self, value: Any) -> Any:
        """The words as they are entered."""
        if isinstance(value, dict):
            return ", ".join(f"{name}:{level}" for name, level in sorted(value.items()))
        return value

    def clean(self, value: Any) -> Any:
        """Words and levels. Raises ValidationError that shows how to write them."""
        found = {}
        for part in filter(None, (one.strip() for one in super().clean(value).split(","))):
            name, _colon, level = (word.strip() for word in part.partition(":"))
            if not NAME.fullmatch(name) or level not in {"", "1", "2", "3"}:
                raise ValidationError(_("Write words with a level from 1 to 3: lt:3, en:2"))
            found[name.lower()] = int(level or USUAL_LEVEL)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other words or levels were entered."""
        return bool(super().has_changed(self.prepare_value(initial), data))
