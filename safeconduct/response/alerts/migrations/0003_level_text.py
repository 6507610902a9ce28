import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('advice', '0001_initial'),
        ('alerts', '0002_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='level_text',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='advice.leveltext'),
        ),
    ]
