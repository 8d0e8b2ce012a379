from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_device_kinds_and_passkeys"),
    ]

    operations = [
        migrations.AddField(
            model_name="consolesession",
            name="ends_at",
            field=models.DateTimeField(null=True),
        ),
    ]
