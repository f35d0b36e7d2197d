"""What tests of the MQTT process run in processes of their own, on a data folder of their own.

`python -m tests.sensors_process begin NUMBER | count | readings`
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


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    {"begin": lambda: begin(int(sys.argv[2])), "count": count, "readings": readings}[sys.argv[1]]()
