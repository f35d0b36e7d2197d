"""Change one stored byte of a record, in a process of its own: `python -m tests.e2e.tamper UID`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
django.setup()

from traceapp.ledger.models import Record  # noqa: E402
from traceapp.ledger.tamper import tamper_record  # noqa: E402

if __name__ == "__main__":
    print(tamper_record(Record.objects.values_list("pk", flat=True).get(uid=sys.argv[1])))
