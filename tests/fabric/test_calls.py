"""Calls of the contract on Fabric: many at once, each once, copied and attested; money loses no payment."""

import uuid

import pytest
from django.core.management import call_command
from django.db import transaction

from tests.factories import MembershipFactory, OrganisationFactory
from traceapp.ledger import audit, calls, documents
from traceapp.ledger.copies import Attested
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers

AT_ONCE = 64


@pytest.fixture(autouse=True)
def _no_second_factor(monkeypatch):
    """Transactions by themselves: that people confirm them is tested with their pages."""
    monkeypatch.setattr(calls, "_guards", {})


def ask(organisation, role, function, argument, by=None):
    with transaction.atomic():
        return calls.request(organisation=organisation, role=role, function=function, argument=argument, by=by)


def holder(organisation):
    return {"mspId": organisation.msp_id, "organisation": organisation.pgln}


def bank_of(world, network, tmp_path):
    """The appointed organisation with two persons of its own."""
    topology = network.topology
    member = topology.organisation(topology.settlement)
    bank = OrganisationFactory(name=member.name, msp_id=member.msp_id, pgln=member.pgln)
    persons = [MembershipFactory(organisation=bank).user for _ in range(2)]
    for number, one in enumerate(persons):
        made = network.client_identity(member.msp_id, org=member.pgln, role="settlement", person=f"clerk-{number}")
        for name, content in zip(("key", "cert"), made, strict=True):
            (tmp_path / f"{name}.pem").write_bytes(content)
        files = {name: tmp_path / f"{name}.pem" for name in ("key", "cert")}
        call_command("import_identity", member.msp_id, role="settlement", person=one.email, **files)
    return bank, persons


def test_64_payments_on_one_account_at_once_without_a_lost_one(world, fabric_network, tmp_path):
    bank, persons = bank_of(world, fabric_network, tmp_path)
    payer, payee = world.organisations[:2]
    for one in (payer, payee):
        ask(one, "treasurer", "open_account", {"id": calls.new_id()})
    world.anchor()
    said = [
        {"id": uuid.uuid4().hex.upper(), "currency": "EUR", "amount": 3, "to": holder(payer)} for _ in range(AT_ONCE)
    ]
    for function, person in zip(("propose_mint", "approve_mint"), persons, strict=True):
        for one in said:
            ask(bank, "settlement", function, one, person)
        world.anchor()
    before = sum(held(payee))
    for one in said:
        wanted = {"id": calls.new_id(), "currency": "EUR", "amount": 2, "to": holder(payee)}
        ask(payer, "treasurer", "transfer", wanted | {"rows": [f"mint/{bank.msp_id}/{one['id']}/0"]})
    assert Relay(world.ledger, Signers()).step() == AT_ONCE
    assert Call.objects.filter(function="transfer", state="sent").count() == AT_ONCE
    world.anchor()
    assert not Call.objects.exclude(state="valid").exists()
    assert sum(held(payee)) - before == 2 * AT_ONCE
    assert not Attested.objects.exclude(next_try=None).exists()
    audit.everything(world.ledger)
    assert not Finding.objects.filter(resolved=None, what__in=("document", "call", "projected")).exists()


def held(organisation):
    prefix = f"row/{organisation.msp_id}/{organisation.pgln}/EUR/"
    return [documents.get(one.key)["amount"] for one in documents.below(prefix)]


def test_the_contracts_refusal_reaches_the_caller_in_its_own_words(world):
    payer, payee = world.organisations[:2]
    wanted = {"id": calls.new_id(), "currency": "EUR", "amount": 2, "to": holder(payee), "rows": ["transfer/00/0"]}
    call = ask(payer, "treasurer", "transfer", wanted)
    world.anchor()
    call.refresh_from_db()
    assert (call.label, call.code) == ("Rejected", "unknown_row")
    assert "is spent" in call.reason
