"""Give stored events the index keys of their numbers. What an index holds follows from the record."""

from typing import Any

from django.db import migrations, models

PAGE = 500


def index_again(apps: Any, schema_editor: Any) -> None:
    from traceapp.capture.index import index_of
    from traceapp.capture.models import EventKey
    from traceapp.epcis.parse import parse_event
    from traceapp.ledger import shapes
    from traceapp.web.bulk import insert

    record_model, event_model = apps.get_model("ledger", "Record"), apps.get_model("capture", "Event")
    key_model = apps.get_model("capture", "EventKey")
    known = event_model.objects.order_by("pk").values_list("pk", flat=True)
    last = -1
    while pks := list(known.filter(pk__gt=last)[:PAGE]):
        last = pks[-1]
        rows: list[tuple[int, int, int]] = []
        read: list[int] = []
        for pk, disclosures in record_model.objects.filter(pk__in=pks).values_list("pk", "disclosures"):
            try:
                body = shapes.opened(bytes(disclosures))
                found = index_of(parse_event(body["event"], context=body.get("context")))
            except (ValueError, KeyError, TypeError):
                continue  # changed behind our back: the audit names it
            read.append(pk)
            rows += ((pk, key, role) for key, role in found.keys)
        key_model.objects.filter(record_id__in=read).delete()
        insert(EventKey, ("record", "key", "role"), rows)


class Migration(migrations.Migration):
    dependencies = [
        ("capture", "0004_job_behaviour"),
    ]

    operations = [
        migrations.AlterField(
            model_name="eventkey",
            name="role",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Epc"),
                    (2, "Class"),
                    (3, "Parent"),
                    (4, "Child"),
                    (5, "Input"),
                    (6, "Output"),
                    (7, "Place"),
                    (8, "Read Point"),
                    (9, "Party"),
                    (10, "Transaction"),
                    (11, "Event Id"),
                    (12, "Transformation"),
                    (13, "Source"),
                    (14, "Destination"),
                    (15, "Persistent"),
                    (16, "Error"),
                    (17, "Field"),
                    (18, "Value"),
                    (19, "Number"),
                    (20, "Product"),
                    (21, "Lot Of Item"),
                ]
            ),
        ),
        migrations.RunPython(index_again, migrations.RunPython.noop),
    ]
