"""What an operator wants to watch of devices, for `/metrics`: what was refused, also where no organisation sees it."""

from collections.abc import Iterable

from django.db.models import Sum
from django.utils import timezone

from traceapp.sensors.models import Refusal
from traceapp.web.metrics import Metric, Sample

_LAST = "Since when no message of that reason came that no device or organisation here is known for."


def collect() -> Iterable[Metric]:
    """Refused messages by reason: of devices, of organisations, and of nobody known, with their last time."""
    whose = {
        "device": Refusal.objects.exclude(device=None),
        "organisation": Refusal.objects.filter(device=None).exclude(organisation=None),
        "nobody": Refusal.objects.filter(device=None, organisation=None),
    }
    counted = tuple(
        Sample(number, {"reason": reason, "of": of})
        for of, rows in whose.items()
        for reason, number in rows.values_list("reason").annotate(Sum("count")).order_by("reason")
    )
    yield Metric("traceapp_sensors_refused_messages_total", "Device messages refused, by reason.", counted, "counter")
    now, lately = timezone.now(), whose["nobody"].order_by("reason")
    ages = tuple(Sample((now - row.last).total_seconds(), {"reason": row.reason}) for row in lately)
    yield Metric("traceapp_sensors_refused_of_nobody_age_seconds", _LAST, ages)
