from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0011_reviews_asked'),
    ]

    operations = [
        migrations.AlterField(
            model_name='survey',
            name='kind',
            field=models.CharField(choices=[('contact', 'After a closed conversation'), ('relationship', 'Every few months, about us as a whole'), ('call', 'Right after a call, by the keys of the telephone')], default='contact', max_length=12),
        ),
    ]
