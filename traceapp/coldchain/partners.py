"""Temperatures that partners report in events: judged by the same rule, and labelled "not signed by the device"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from traceapp.accounts.visibility import Relation
from traceapp.capture.models import EventKey, KeyRole
from traceapp.coldchain import cases
from traceapp.coldchain.facts import Told, contents, told
from traceapp.coldchain.models import Case, Source
from traceapp.coldchain.reports import Report, reports_of
from traceapp.coldchain.rules import rule_for
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import IdentifierError
from traceapp.ledger.models import Reader
from traceapp.sensors.excursions import Excursion, Rule, find
from traceapp.sensors.holding import hold

OWN: Final = "/coldchain/legs/"
_MOST_GOODS = 50  # of one event
_PAGE = 500


def judge_new(records: Sequence[int]) -> list[Case]:
    """Judge the reports of these events. Returns the cases opened."""
    opened: list[Case] = []
    for start in range(0, len(records), _PAGE):
        page = records[start : start + _PAGE]
        fields = EventKey.objects.filter(record_id__in=page, role=KeyRole.FIELD)
        for one in told(fields.values_list("record_id", flat=True).distinct()):
            reports = [report for report in reports_of(one.event) if OWN not in report.method]
            if reports:
                opened += _judge(one, reports)
    return opened


def _judge(one: Told, reports: list[Report]) -> list[Case]:
    opened: list[Case] = []
    for organisation_id in _concerned(one):
        for goods in list(_goods(one))[:_MOST_GOODS]:
            rule = rule_for(organisation_id, goods)
            opened += cases.observe(
                leg=None,
                goods=goods,
                goods_key=identifiers.key(goods),
                organisation_id=organisation_id,
                found=excursions_of(reports, rule),
                rule=rule,
                source=Source.PARTNER,
                record_pk=one.pk,
            )
    return opened


def excursions_of(reports: list[Report], rule: Rule) -> list[Excursion]:
    """By the same rule, but that each report counts: a partner sends one in an hour, which has no minimum duration."""
    plain = replace(rule, minimum=0.0)
    found: list[Excursion] = []
    for extreme in ("most", "least"):
        times = [time for one in reports for time in (one.start, one.end)]
        values = [getattr(one, extreme) for one in reports for _ in range(2)]
        held = hold(times, values, min(times), max(times), rule.max_interval)
        found += [one for one in find(held, plain) if (one.side == "above") == (extreme == "most")]
    return found


def _concerned(one: Told) -> list[int]:
    """Who recorded the event, and the parties that it names."""
    parties = Reader.objects.filter(record_id=one.pk, relation=Relation.PARTY)
    return list(dict.fromkeys([one.organisation_id, *parties.values_list("organisation_id", flat=True)]))


def _goods(one: Told) -> Iterator[str]:
    event = one.event
    names = [*(event.get("epcList") or ()), event.get("parentID") or ""]
    names += [entry.get("epcClass") or "" for entry in event.get("quantityList") or ()]
    if not any(names):
        yield from contents(event)
    for name in names:
        try:
            if name:
                yield identifiers.canonical(name)
        except IdentifierError:
            continue
