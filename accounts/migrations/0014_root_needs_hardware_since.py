"""Since when an account asks its root user for better than an app: the days that it has begin then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_notices_and_password_resets"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="root_needs_hardware_since",
            field=models.DateTimeField(null=True),
        ),
    ]
