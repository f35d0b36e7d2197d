"""Subscriptions can be of other things than a query's events; each names whose it is."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def name_owners(apps: Any, schema_editor: Any) -> None:
    subscriptions = apps.get_model("query", "Subscription")
    for one in subscriptions.objects.select_related("query").iterator():
        subscriptions.objects.filter(pk=one.pk).update(organisation_id=one.query.organisation_id)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_used_codes"),
        ("query", "0002_subscriptions"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="topic",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of `subscriptions.topics`, where it is of no query.",
                max_length=16,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subscription",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="accounts.organisation",
            ),
        ),
        migrations.RunPython(name_owners, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="subscription",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="accounts.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="query",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="query.namedquery",
            ),
        ),
    ]
