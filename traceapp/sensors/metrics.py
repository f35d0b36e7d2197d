"""What an operator wants to watch of devices, for `/metrics`: what was refused, also where no organisation sees it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Sum

from traceapp.sensors.models import Refusal
from traceapp.web.metrics import Metric, Sample

_NOBODYS = "Messages refused by reason that no device or organisation here is known for"


def collect() -> Iterable[Metric]:
    """Refused messages by reason: of devices, of organisations, and of nobody known, with their last time."""
    found = Refusal.objects.values("reason", "device__isnull", "organisation__isnull").order_by("reason")
    counted: dict[tuple[str, str], float] = {}
    last: dict[str, datetime] = {}
    for row in found.annotate(number=Sum("count"), latest=Max("last")):
        of = "organisation" if not row["organisation__isnull"] else "nobody"
        counted[row["reason"], of if row["device__isnull"] else "device"] = row["number"]
        if row["device__isnull"] and row["organisation__isnull"]:
            last[row["reason"]] = row["latest"]
    told = tuple(Sample(number, {"reason": reason, "of": of}) for (reason, of), number in counted.items())
    yield Metric("traceapp_sensors_refused_messages_total", "Device messages refused, by reason.", told, "counter")
    times = tuple(Sample(at.timestamp(), {"reason": reason}) for reason, at in last.items())
    yield Metric("traceapp_sensors_refused_of_nobody_last_seconds", f"{_NOBODYS}: when the last one came.", times)
