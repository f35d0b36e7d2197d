"""Wishes were a matter of money alone, and lay in its room: their tables are there already."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0005_calls"),
        ("payments", "0004_wishes_move"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Intent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                        ("role", models.CharField(max_length=32)),
                        (
                            "requests",
                            models.JSONField(
                                help_text="[[function, argument in canonical JSON]], asked for in this order."
                            ),
                        ),
                        (
                            "in_order",
                            models.BooleanField(
                                default=False, help_text="Each only once the one before is on the ledger."
                            ),
                        ),
                        (
                            "digest",
                            models.CharField(
                                help_text="SHA-256 over whose it is and all that is asked for.", max_length=64
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("facts", models.JSONField(help_text="What the person was shown: [{label, value}].")),
                        ("back", models.CharField(max_length=200)),
                        ("created", models.DateTimeField(auto_now_add=True)),
                        ("confirmed", models.DateTimeField(null=True)),
                        (
                            "assertion",
                            models.JSONField(default=dict, help_text="Of `accounts.second_factor`, over the digest."),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["by", "-created"], name="intents_of_a_person")],
                    },
                ),
                migrations.CreateModel(
                    name="Confirmed",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("index", models.PositiveSmallIntegerField(help_text="Which of the intent's requests.")),
                        (
                            "call",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="confirmed_by",
                                to="ledger.call",
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="confirmed_calls",
                                to="intents.intent",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("intent", "index"), name="each_request_once")],
                    },
                ),
            ],
        ),
    ]
