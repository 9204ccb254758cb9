from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0001_calls")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="recording",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("told", "was told that calls are recorded"),
                    ("agreed", "agreed to be recorded"),
                    ("declined", "did not want to be recorded"),
                ],
                default="",
                max_length=8,
            ),
        ),
    ]
