"""The ui app, and a check that its bundle has been built."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from barrymore.ui.icons import BUILT


class UiConfig(AppConfig):
    """Registers the check; has no models."""

    name = "barrymore.ui"
    label = "ui"

    def ready(self) -> None:
        """Have `manage check` and every start say so when the bundle is missing."""
        register(bundle_is_built)


def bundle_is_built(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the static folder is empty: pages would have no style, no script and no icons."""
    if BUILT.joinpath("icons.json").exists():
        return []
    hint = "Run `npm ci --ignore-scripts && npm run build` in frontend/."
    return [Warning("The style sheet, scripts and icons have not been built.", hint=hint, id="ui.W001")]
