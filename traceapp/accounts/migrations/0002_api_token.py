import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the first: knox's tokens point at our users, and this points at knox's tokens."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="api", to="knox.authtoken"
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="What it is used by, such as the warehouse system.", max_length=100),
                ),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
    ]
