"""Change one stored byte, as an intruder in the database could, to see it named. For demos and tests only."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from traceapp.accounts.visibility import Visibility
from traceapp.commitments.disclosures import opened, pack, unpack
from traceapp.ledger import shapes, verified
from traceapp.ledger.models import Evidence, Record

_TRIES: Final = 500
_TELLING: Final = ("/event/eventTime", "/event/quantityList/0", "/event/epcList/0", "/event/bizStep", "/message")


class NothingToChange(Exception):
    """There is no record on the ledger that still matches."""


@dataclass(frozen=True)
class Tampered:
    """What was changed: one byte of the stored field at `pointer`, so that it reads `after` instead of `before`."""

    pk: int
    uid: str
    pointer: str
    before: str
    after: str
    page: str


def tamper_record(pk: int) -> Tampered:
    """Change one byte of a stored field of this record. NothingToChange if there is no such record."""
    row = Record.objects.filter(pk=pk).first()
    if row is None:
        raise NothingToChange(f"there is no record {pk}")
    parts = unpack(bytes(row.disclosures))
    body = shapes.opened(bytes(row.disclosures))
    at = _telling(parts)
    changed = _one_byte(parts[at])
    before, after = opened(parts[at]), opened(changed)
    parts[at] = changed
    Record.objects.filter(pk=pk).update(disclosures=pack(parts))
    page = page_of(body) or f"{settings.PUBLIC_URL}/ledger/batches/{row.batch_id}/"
    return Tampered(pk, str(row.uid), before.pointer, str(before.value), str(after.value), page)


def fitting_record() -> int:
    """The pk of a record that is verified now: the newest public event with a consumer page, so that somebody sees it.

    Without one any event, any record. NothingToChange if there is none.
    """
    on_ledger = Record.objects.filter(batch__in=Evidence.objects.values("batch_id")).order_by("-pk")
    newest = on_ledger.filter(kind="epcis", visibility=Visibility.PUBLIC)
    for records, with_page in ((newest, True), (on_ledger.filter(kind="epcis"), False), (on_ledger, False)):
        for one in verified.read(list(records.values_list("pk", flat=True)[:_TRIES])).verified:
            if page_of(one.body) or not with_page:
                return one.pk
    raise NothingToChange("no record on the ledger matches what was anchored: there is nothing left to change")


def page_of(body: dict[str, Any]) -> str:
    """The address of the consumer page that tells of an event's goods; empty where there is none."""
    event = body.get("event", {})
    names = [*event.get("epcList", []), *(one.get("epcClass", "") for one in event.get("quantityList", []))]
    for name in names:
        if isinstance(name, str) and name.startswith("https://id.gs1.org/01/") and name.count("/") > 4:
            return f"{settings.PUBLIC_URL}/p{name.removeprefix('https://id.gs1.org')}"
    return ""


def _telling(parts: list[bytes]) -> int:
    """The disclosure whose change means most to a reader."""
    pointers = [opened(part).pointer for part in parts]
    for wanted in _TELLING:
        if wanted in pointers:
            return pointers.index(wanted)
    return len(parts) - 1


def _one_byte(part: bytes) -> bytes:
    """The same disclosure with the last letter or digit of its value moved on by one."""
    for at in range(len(part) - 1, 0, -1):
        if part[at : at + 1].isalnum():
            old = part[at]
            new = old - 1 if chr(old) in "9zZ" else old + 1
            changed = part[:at] + bytes([new]) + part[at + 1 :]
            try:
                if opened(changed) != opened(part):
                    return changed
            except ValueError:
                continue  # `null`, `true`: no JSON any more
    return part[:3] + bytes([part[3] ^ 1]) + part[4:]
