"""Planning offers, one or a file of them, and withdrawing them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from forecasting.promotions.checking import FIELDS, BadPromotion, Known, checked
from forecasting.promotions.models import PlannedPromotion
from forecasting.promotions.plan import PlanRow
from traceapp.accounts.models import Organisation, User

MOST = 2000  # that are not over or withdrawn, an organisation: they are anchored with each run


class BadFile(ValueError):
    """Why nothing of a file was taken: each fault with its line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = list(faults)


def plan(
    *,
    organisation: Organisation,
    said: Iterable[Mapping[str, Any]],
    by: User | None,
    lines: Sequence[int] | None = None,
) -> list[PlannedPromotion]:
    """All of them or none. The same offer twice is planned once. Raises BadFile; `lines`: where each one stands."""
    known = Known(organisation)
    good, faults = [], []
    for line, one in zip(lines or count(1), said, strict=False):
        try:
            good.append(checked(one, known))
        except BadPromotion as error:
            faults.append(f"Line {line}: {error}")
    if faults:
        raise BadFile(faults)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        made = [_planned(organisation, vars(one), by) for one in good]
        if PlannedPromotion.objects.filter(organisation=organisation, withdrawn=None).count() > MOST:
            raise BadFile([f"More than {MOST:,} offers at once are too many: withdraw what is over first."])
    return made


def _planned(organisation: Organisation, fields: dict[str, Any], by: User | None) -> PlannedPromotion:
    found: PlannedPromotion = PlannedPromotion.objects.get_or_create(
        organisation=organisation, withdrawn=None, **fields, defaults={"created_by": by}
    )[0]
    return found


def plan_file(*, organisation: Organisation, content: bytes, by: User | None) -> list[PlannedPromotion]:
    """A CSV file with the columns product, place, from, to, depth. Raises BadFile."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(["The file is no UTF-8 text. Save it as CSV UTF-8."]) from None
    if "\0" in text:
        raise BadFile(["The file is no text. Save it as CSV UTF-8."])
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise BadFile([f"Line {reader.line_num}: a cell has no end. Is a quotation mark missing?"]) from None
    head = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if missing := [name for name in ("product", "from", "to") if name not in head]:
        raise BadFile([f"Line 1: the columns {', '.join(missing)} are missing; the file has {', '.join(FIELDS)}."])
    if len(rows) > MOST + 1:
        raise BadFile([f"The file has {len(rows) - 1:,} offers; at most {MOST:,} are taken."])
    filled = [(line, row) for line, row in rows[1:] if any(cell.strip() for cell in row)]
    if not filled:
        raise BadFile(["The file has no offers below its first line."])
    said = [dict(zip(head, row, strict=False)) for _, row in filled]
    return plan(organisation=organisation, said=said, by=by, lines=[line for line, _ in filled])


def withdraw(one: PlannedPromotion) -> None:
    """From now on no run knows it; runs that knew it say so."""
    PlannedPromotion.objects.filter(pk=one.pk, withdrawn=None).update(withdrawn=timezone.now())


def known(organisation: Organisation) -> list[PlanRow]:
    """What is planned now, as a run takes it."""
    some = PlannedPromotion.objects.filter(organisation=organisation, withdrawn=None)
    return [[one.product, one.place, one.first.isoformat(), one.last.isoformat(), one.depth] for one in some]
