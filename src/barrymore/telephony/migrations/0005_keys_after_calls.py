import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0012_surveys_by_keys'),
        ('telephony', '0004_prompts_and_menus'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='asks',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='feedback.survey'),
        ),
        migrations.AddField(
            model_name='call',
            name='not_asked',
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name='number',
            name='asks',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='feedback.survey'),
        ),
        migrations.AlterField(
            model_name='prompt',
            name='purpose',
            field=models.CharField(blank=True, choices=[('', 'for greetings and menus'), ('closed', 'we are closed now'), ('notice', 'calls are recorded; 9 declines'), ('consent', 'may we record? 1 agrees'), ('voicemail', 'leave a message after the tone'), ('thanks', 'thank you for the message'), ('offer', '1 asks to be called back'), ('callback', 'we call you back'), ('nonumber', 'we do not see your number'), ('wrong', 'that key does nothing'), ('rated', 'thank you for the answer after a call')], default='', max_length=10),
        ),
    ]
