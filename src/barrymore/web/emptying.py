"""Empty the house of the demo company, so that a real one can move in."""

from graphlib import TopologicalSorter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from barrymore.organisation.access import Actor
from barrymore.organisation.models import Company, Staff
from barrymore.organisation.selectors import company
from barrymore.organisation.services import audit


class NotTheDemo(ValueError):
    """The company here is a real one; nothing of it is removed."""


def remove_demo(actor: Actor) -> None:
    """Empty every table but the administrator who asks. Raises NotAllowed, NotTheDemo."""
    actor.need("settings.manage")
    if not company().is_demo:
        raise NotTheDemo
    kept = {field.attname: getattr(actor.staff, field.attname) for field in Staff._meta.concrete_fields}
    with transaction.atomic():
        for table in reversed(_tables_in_order()):
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names
        Staff.objects.bulk_create([Staff(**kept)])
        Company.objects.create(pk=1, timezone="UTC")
        audit(Staff.objects.get(pk=actor.staff.pk), "demo.removed")
    for name in ("demo.json", "demo-mail.txt"):
        (Path(settings.VAR) / name).unlink(missing_ok=True)


def _tables_in_order() -> list[str]:
    """Our tables and those of the sign-in, each behind those it points to; sessions stay."""
    models = [
        model
        for config in apps.get_app_configs()
        if config.name.startswith(("barrymore", "allauth"))
        for model in config.get_models(include_auto_created=True)
    ]
    points_to = {
        model: {field.related_model for field in model._meta.concrete_fields if field.related_model in models}
        - {model}
        for model in models
    }
    return [model._meta.db_table for model in TopologicalSorter(points_to).static_order()]
