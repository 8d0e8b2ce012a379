import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_root_needs_hardware_since"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outgoing_mail",
                to="accounts.account",
            ),
        ),
        migrations.CreateModel(
            name="PendingSignup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=12, unique=True)),
                ("sealed_data_key", models.BinaryField()),
                ("name", models.CharField(max_length=50)),
                ("alias", models.CharField(blank=True, default="", max_length=63)),
                ("email", models.CharField(max_length=254)),
                ("password", models.CharField(max_length=256)),
                ("requested_at", models.DateTimeField(db_index=True)),
                ("peer", models.CharField(blank=True, default="", max_length=64)),
                ("user_agent", models.CharField(blank=True, default="", max_length=256)),
                ("digest", models.CharField(max_length=64, null=True, unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("digest__isnull", True)),
                        fields=["requested_at"],
                        name="pending_signup_unmade",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="signup",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outgoing_mail",
                to="accounts.pendingsignup",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__isnull", True), ("signup__isnull", False)),
                    models.Q(("account__isnull", False), ("signup__isnull", True)),
                    _connector="OR",
                ),
                name="outgoing_mail_about_one",
            ),
        ),
    ]
