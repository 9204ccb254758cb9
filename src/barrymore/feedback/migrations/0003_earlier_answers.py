"""Earlier answers get what the one table of answers keeps of each: key, way, site, person, code."""

from typing import Any

from django.db import migrations, models

ROADS = {"visitor": "chat", "phone": "sms"}


def fill(apps: Any, schema_editor: Any) -> None:
    """From the case that each belongs to, in the database that is migrated: it need not be our own."""
    responses = apps.get_model("feedback", "Response").objects.using(schema_editor.connection.alias)
    batch: list[Any] = []
    earlier = responses.exclude(case=None).select_related("case__conversation", "case__address")
    for one in earlier.iterator(500):
        case = one.case
        one.key = f"case:{case.pk}"
        one.channel = ROADS.get(case.address.kind if case.address else "", "mail")
        one.site_ref = case.conversation.site_id if case.conversation else None
        one.staff_ref, one.language, one.code = case.staff_id, case.language, case.code
        one.answered = int(one.score is not None)
        batch.append(one)
        if len(batch) == 500:
            _write(responses, batch)
            batch = []
    _write(responses, batch)


def _write(responses: Any, batch: list[Any]) -> None:
    responses.bulk_update(
        batch, ["key", "channel", "site_ref", "staff_ref", "language", "code", "answered"]
    )


class Migration(migrations.Migration):
    """After it every answer has its key."""

    dependencies = [("feedback", "0002_questionnaires_and_campaigns")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="response", name="key", field=models.CharField(max_length=150, unique=True)
        ),
    ]
