"""A process that is killed in the middle of a payment, on this side of the ledger: the whole effect of a step, or none."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.test_payments_deliveries import PRICE, balance, clock, sale  # noqa: F401 (fixtures)
from traceapp.accounts.models import UsedCode
from traceapp.intents import services as intents
from traceapp.intents.models import Confirmed, Intent
from traceapp.ledger import documents, projection
from traceapp.ledger.outgoing import Call
from traceapp.payments import deliveries, selectors, standing
from traceapp.payments.models import Entry, Row

SETTLEMENT_WRITES = 6  # consent, escrow, two rows, sheet, shipment


class Killed(BaseException):
    """What nothing catches."""


def kill(*_, **__):
    raise Killed


@pytest.mark.parametrize("moment", ["calls.request", "Confirmed.objects.create", "kinds.taken"])
def test_a_web_server_killed_while_it_takes_a_confirmation_has_taken_none(sale, client, monkeypatch, moment):  # noqa: F811
    sale.propose(client)
    sale.act(client, sale.seller, "accept")
    user = sale.people[sale.buyer.pk]
    intent = deliveries.fund(organisation=sale.buyer, by=user, shipment=sale.shipment, title="S", amount=PRICE)
    code, before = sale.money.code(user), (Call.objects.count(), UsedCode.objects.count(), Confirmed.objects.count())
    owner, name = moment.rsplit(".", 1)
    target = intents
    for part in owner.split("."):
        target = getattr(target, part)
    with monkeypatch.context() as patched:
        patched.setattr(target, name, kill)
        with pytest.raises(Killed):
            intents.confirm(intent=intent, by=user, code=code)
    assert (Call.objects.count(), UsedCode.objects.count(), Confirmed.objects.count()) == before
    assert Intent.objects.get(pk=intent.pk).confirmed is None
    assert not Row.objects.exclude(reserved_by=None).filter(reserved_by__state="claimed").exists()
    intents.confirm(intent=Intent.objects.get(pk=intent.pk), by=user, code=sale.money.code(user))
    sale.money.world.anchor()
    assert (sale.shipment.state, balance(sale.buyer)) == ("funded", 0)


def held(sale):  # noqa: F811
    """Everything that a settlement changes here."""
    return (
        sale.shipment.state,
        sale.shipment.settlement,
        sale.shipment.price["left"],
        sale.shipment.consents,
        Entry.objects.count(),
        Row.objects.count(),
        balance(sale.seller),
        balance(sale.buyer),
    )


def test_ledgerd_killed_before_any_document_of_a_settlement_has_copied_none_of_it(sale, client, monkeypatch):  # noqa: F811
    sale.go(client, late=timedelta(hours=2, minutes=30))  # half an hour after the grace
    sheet = standing.preview(sale.shipment)
    for number, firm in enumerate((sale.buyer, sale.seller)):
        user = sale.people[firm.pk]
        sale.money.confirm(
            deliveries.be_content(organisation=firm, by=user, shipment=sale.shipment, title="S", sheet=sheet)
        )
        if not number:
            sale.money.world.anchor()
    before, kills, real = held(sale), 0, documents._project_or_note
    while True:
        done = 0

        def project(key, value, source, last=kills):
            nonlocal done
            if done == last:
                raise Killed
            done += 1
            real(key, value, source)

        with monkeypatch.context() as patched:
            patched.setattr(documents, "_project_or_note", project)
            try:
                sale.money.world.anchor()
                break
            except Killed:
                kills += 1
        assert held(sale) == before
        Call.objects.update(claimed_until=datetime.now(UTC) - timedelta(seconds=1))
        assert kills <= SETTLEMENT_WRITES
    assert kills == SETTLEMENT_WRITES
    projection.follow(sale.money.world.ledger, timeout=0)  # once more changes nothing
    assert (sale.shipment.state, balance(sale.seller), balance(sale.buyer)) == ("settled", PRICE - 4_000, 4_000)
    assert all(one.adds_up for firm in (sale.buyer, sale.seller) for one in selectors.balances(firm))
