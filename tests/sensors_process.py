"""What tests of the MQTT process run in processes of their own, on a data folder of their own.

`python -m tests.sensors_process begin NUMBER | count | readings | figures LOW HIGH MAX_INTERVAL`
"""

import json
import os
import sys

import django


def begin(number: int) -> None:
    """An empty database with an organisation and active devices; their kids and passwords are printed."""
    from django.core.management import call_command

    from tests.sensors_world import logger
    from traceapp.accounts.models import Organisation
    from traceapp.sensors.broker import password

    call_command("migrate", verbosity=0)
    firm = Organisation.objects.create(
        name="Huerta Alba", pgln="9506000000008", msp_id="HuertaMSP", company_prefix="9506000"
    )
    print(json.dumps({kid: password(kid) for kid in (logger(firm).kid for _ in range(number))}))


def count() -> None:
    """(kid, seq) of all that is stored, how many records there are and are not on the ledger yet, and by kid how many
    messages are counted as having had to wait."""
    from traceapp.ledger.models import Batch, Record
    from traceapp.sensors.models import Message, Refusal

    print(
        json.dumps(
            {
                "messages": list(Message.objects.values_list("key__kid", "seq")),
                "records": Record.objects.count(),
                "queued": Record.objects.exclude(batch__state=Batch.State.VALID).count(),
                "waited": dict(Refusal.objects.filter(reason="store").values_list("device__keys__kid", "count")),
            }
        )
    )


def readings() -> None:
    """(second, probe, value, how often) of all that the stored messages say."""
    from collections import Counter

    from traceapp.ledger.models import Record
    from traceapp.ledger.shapes import opened
    from traceapp.sensors import senml
    from traceapp.sensors.message import payload_of

    found: Counter[tuple[int, str, float]] = Counter()
    for stored in Record.objects.values_list("disclosures", flat=True):
        for probe, series in senml.readings(payload_of(opened(bytes(stored))["message"])).series.items():
            found.update(
                (int(time), probe.name, value) for time, value in zip(series.times, series.values, strict=True)
            )
    print(json.dumps([[*what, count] for what, count in found.items()]))


def figures(low: float, high: float, most: float) -> None:
    """What a leg of the device from its first to its last reading would say, from verified bytes alone."""
    from dataclasses import asdict

    from traceapp.coldchain.readings import measured
    from traceapp.sensors.holding import hold
    from traceapp.sensors.models import Device, Message
    from traceapp.sensors.summary import summarise

    first, last = Message.objects.earliest("first").first, Message.objects.latest("last").last
    found = measured(Device.objects.get(), first, last, ("temperature",), pending=False)
    held = hold(*found.of("temperature"), first.timestamp(), last.timestamp(), most)
    told = {**asdict(summarise(held, low, high, 86_400)), "findings": len(found.findings), "waiting": found.waiting}
    print(json.dumps(told))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    given = sys.argv[2:]
    {
        "begin": lambda: begin(int(given[0])),
        "count": count,
        "readings": readings,
        "figures": lambda: figures(*map(float, given)),
    }[sys.argv[1]]()
