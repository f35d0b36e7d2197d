"""Wishes become a room of their own, with one second factor for all of them. Their tables keep their rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_codes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="intent", name="one_code_one_intent"),
        *(
            migrations.RemoveField(model_name="intent", name=name)
            for name in ("attempts", "method", "authenticator", "counter")
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("intent", "intents_intent"),
                migrations.AlterModelTable("confirmed", "intents_confirmed"),
            ],
            state_operations=[
                migrations.DeleteModel("Confirmed"),
                migrations.DeleteModel("Intent"),
            ],
        ),
    ]
