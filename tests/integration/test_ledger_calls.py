"""Calls of the contract: a kill between any two steps leaves the whole effect or none."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.factories import UserFactory
from traceapp.ledger import apps, audit, blocks, calls, documents, evidence, projection, rebuild, trust
from traceapp.ledger.copies import Attested, Document
from traceapp.ledger.errors import EndorseError, SubmitError, Unavailable
from traceapp.ledger.members import Identity
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.models import Checkpoint, Envelope, Finding
from traceapp.ledger.outgoing import Call
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers


@pytest.fixture(autouse=True)
def _no_rooms(monkeypatch):
    """Calls and documents by themselves: what rooms ask of them is tested with the rooms."""
    monkeypatch.setattr(calls, "_guards", {})
    monkeypatch.setattr(documents, "_registered", {})


@pytest.fixture
def signers(ledger_world):
    return Signers()


@pytest.fixture
def relay(ledger_world, signers):
    return Relay(ledger_world.ledger, signers)


def ask(world, function="open_account", role="treasurer", organisation=0, **options):
    argument = options.pop("argument", None) or {"id": calls.new_id()}
    with transaction.atomic():
        return calls.request(
            organisation=world.organisations[organisation],
            role=role,
            function=function,
            argument=argument,
            **options,
        )


def leased(call):
    """The call as a relay has it that died right after it took the lease."""
    until = datetime.now(UTC) + timedelta(seconds=30)
    Call.objects.filter(pk=call.pk).update(claimed_until=until)
    call.refresh_from_db()
    return call


def lease_runs_out():
    Call.objects.update(claimed_until=datetime.now(UTC) - timedelta(seconds=1))


def written(world, function):
    """The arguments of that function's valid transactions on the ledger."""
    return [
        json.loads(one.called[1])
        for event in world.ledger.block_events(0, timeout=0)
        for one in blocks.transactions(event, world.ledger.chaincode)
        if one.called[:1] == (function,)
    ]


def holder(organisation):
    return {"mspId": organisation.msp_id, "organisation": organisation.pgln}


def on_ledger_once(world, call):
    call.refresh_from_db()
    assert written(world, call.function).count(json.loads(call.argument)) == 1
    assert call.label == "On ledger"
    assert json.loads(call.result)["id"] == call.call_id
    assert Attested.objects.get(pk=call.tx_id).next_try is None
    return True


def test_a_call_gets_a_certificate_of_its_role_is_sent_and_copied_with_its_evidence(ledger_world):
    call = ask(ledger_world)
    assert call.label == "Queued"
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)
    organisation = ledger_world.organisations[0]
    assert set(Identity.objects.filter(organisation=organisation).values_list("role", flat=True)) == {
        "recorder",
        "treasurer",
    }
    key = f"account/{organisation.msp_id}/{organisation.pgln}"
    document = documents.get(key)
    assert document["id"] == call.call_id
    copy = Document.objects.get(pk=key)
    assert (copy.tx_id, copy.block) == (call.tx_id, call.block)
    anchor = evidence.anchor_of(key, trust.pinned())
    attesting, _ = evidence.check_transaction(
        call.tx_id, json.dumps(anchor["attestation"]).encode(), trust.pinned(), key=key
    )
    assert len(attesting) >= 2


def test_killed_before_the_envelope_was_stored(ledger_world, signers):
    call = ask(ledger_world)
    ledger_world.provision()
    ledger_world.ledger.endorse(signers.of(call.organisation_id, "treasurer"), *call.request)
    leased(call)
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)


def test_killed_after_the_envelope_was_stored(ledger_world, relay):
    call = leased(ask(ledger_world))
    ledger_world.provision()
    relay.endorse(call)
    assert Call.objects.get().state == "endorsed"
    first = Envelope.objects.get()
    lease_runs_out()
    ledger_world.anchor()
    assert Envelope.objects.get().tx_id == first.tx_id
    assert on_ledger_once(ledger_world, call)


def test_killed_after_it_was_sent_and_before_that_was_noted(ledger_world, relay):
    call = leased(ask(ledger_world))
    ledger_world.provision()
    relay.endorse(call)
    ledger_world.ledger.submit(bytes(Envelope.objects.get().content))
    lease_runs_out()
    ledger_world.anchor()  # sends the same one again: a duplicate is no other effect
    assert on_ledger_once(ledger_world, call)


def test_killed_before_the_block_was_noted(ledger_world, relay):
    call = leased(ask(ledger_world))
    ledger_world.provision()
    relay.advance(call)
    assert Call.objects.get().label == "Sent"
    assert ledger_world.ledger.commit_status(Envelope.objects.get().tx_id, timeout=5).valid
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)


def test_killed_while_the_block_was_noted_leaves_neither_the_copy_nor_the_checkpoint(ledger_world, relay, monkeypatch):
    call = leased(ask(ledger_world))
    ledger_world.provision()
    relay.advance(call)
    assert ledger_world.ledger.commit_status(Envelope.objects.get().tx_id, timeout=5).valid
    with monkeypatch.context() as patched:
        patched.setattr(projection, "_note_block", lambda *_: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            projection.follow(ledger_world.ledger, timeout=0)
    assert not Document.objects.exists()
    assert not Checkpoint.objects.filter(block__gte=0).exists()
    assert Call.objects.get().label == "Sent"
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)


def test_an_envelope_this_database_has_forgotten_counts_as_success(ledger_world, signers):
    call = ask(ledger_world)
    ledger_world.provision()
    signer = signers.of(call.organisation_id, "treasurer")
    endorsed = ledger_world.ledger.endorse(signer, *call.request)
    ledger_world.ledger.submit(sign_envelope(endorsed, signer))
    assert ledger_world.ledger.commit_status(endorsed.tx_id, timeout=5).valid
    ledger_world.anchor()
    assert not Envelope.objects.exists()
    call.refresh_from_db()
    assert call.tx_id == endorsed.tx_id
    assert on_ledger_once(ledger_world, call)


def test_what_the_ledger_holds_by_another_request_is_success_too(ledger_world):
    first, second = ask(ledger_world), ask(ledger_world)  # two ids to open one account
    ledger_world.anchor()
    for call in (first, second):
        call.refresh_from_db()
        assert call.label == "On ledger"
    assert len(written(ledger_world, "open_account")) == 1


def test_a_conflict_is_tried_again_with_a_new_envelope(ledger_world, relay, signers):
    one, other = leased(ask(ledger_world)), leased(ask(ledger_world))
    ledger_world.provision()
    relay.endorse(one, other)  # both on the state before either: the second to come is an MVCC_READ_CONFLICT
    relay.send(one, other)
    while Call.objects.filter(state="sent").exists():
        projection.follow(ledger_world.ledger, timeout=1)
    loser = Call.objects.get(state="claimed")
    assert "MVCC_READ_CONFLICT" in loser.reason
    assert loser.claimed_until > datetime.now(UTC) - timedelta(seconds=5)
    lease_runs_out()
    ledger_world.anchor()
    loser.refresh_from_db()
    assert loser.label == "On ledger"
    assert len(written(ledger_world, "open_account")) == 1


def test_a_refusal_ends_with_the_contracts_code_and_sentence(ledger_world):
    to = ledger_world.organisations[1]
    argument = {
        "id": calls.new_id(),
        "currency": "EUR",
        "amount": 5,
        "rows": ["mint/BankMSP/X/0"],
        "to": {"mspId": to.msp_id, "organisation": to.pgln},
    }
    call = ask(ledger_world, "transfer", argument=argument)
    ledger_world.anchor()
    call.refresh_from_db()
    assert (call.label, call.code) == ("Rejected", "unknown_account")
    assert "has opened no account" in call.reason
    assert not Envelope.objects.exists()


def test_what_follows_waits_for_its_forerunner_and_falls_with_it(ledger_world):
    to = ledger_world.organisations[1]
    argument = {
        "id": calls.new_id(),
        "currency": "EUR",
        "amount": 5,
        "rows": ["mint/BankMSP/X/0"],
        "to": {"mspId": to.msp_id, "organisation": to.pgln},
    }
    opened = ask(ledger_world, organisation=1)
    paid = ask(ledger_world, "transfer", argument=argument, after=opened)
    third = ask(ledger_world, organisation=2, after=paid)
    ledger_world.anchor()
    for one in (opened, paid, third):
        one.refresh_from_db()
    assert opened.label == "On ledger"
    assert paid.code == "unknown_row"  # and no longer unknown_account
    assert third.code == "follows_rejected"
    assert "transfer" in third.reason


def test_many_calls_of_one_organisation_are_under_way_at_once(ledger_world, signers):
    asked = [ask(ledger_world) for _ in range(40)]
    ledger_world.provision()
    relay = Relay(ledger_world.ledger, signers)
    assert relay.step() == 40
    assert Call.objects.filter(state="sent").count() == 40
    ledger_world.anchor()
    assert Call.objects.filter(state="valid").count() == len(asked)


class Away:
    """A ledger whose named method fails as the real one does when it is away or refuses."""

    def __init__(self, ledger, **failing):
        self._ledger, self._failing = ledger, failing

    def __getattr__(self, name):
        if name not in self._failing:
            return getattr(self._ledger, name)

        def fail(*args, **kwargs):
            raise self._failing[name]

        return fail


@pytest.mark.parametrize("method", ["endorse", "submit"])
def test_a_ledger_that_is_away_delays_and_loses_nothing(ledger_world, signers, method):
    asked = [ask(ledger_world), ask(ledger_world, organisation=1)]
    ledger_world.provision()
    with pytest.raises(Unavailable):
        Relay(Away(ledger_world.ledger, **{method: Unavailable("the network is down")}), signers).step()
    for call in asked:
        call.refresh_from_db()
        assert "the network is down" in call.reason
    lease_runs_out()
    ledger_world.anchor()
    assert all(on_ledger_once(ledger_world, call) for call in asked)


def test_a_wrong_certificate_delays_and_does_not_reject(ledger_world, signers):
    call = ask(ledger_world)
    ledger_world.provision()
    Relay(Away(ledger_world.ledger, endorse=EndorseError("access_denied", "creator unknown")), signers).step()
    call.refresh_from_db()
    assert (call.label, call.reason) == ("Queued", "Creator unknown.")
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)


def test_an_envelope_the_orderer_never_took_is_replaced(ledger_world, signers):
    call = ask(ledger_world)
    ledger_world.provision()
    Relay(Away(ledger_world.ledger, submit=SubmitError("access_denied", "expired")), signers).step()
    assert not Envelope.objects.exists()
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)


def test_a_room_can_forbid_that_a_call_is_signed(ledger_world):
    calls.guard(["open_account"], lambda call: "Nobody confirmed it.")
    call = ask(ledger_world)
    ledger_world.anchor()
    call.refresh_from_db()
    assert (call.label, call.code, call.reason) == ("Rejected", "not_confirmed", "Nobody confirmed it.")
    assert not written(ledger_world, "open_account")


def test_the_same_request_under_way_is_one_call_and_another_under_its_id_is_refused(ledger_world):
    call = ask(ledger_world)
    assert ask(ledger_world, argument={"id": call.call_id}).pk == call.pk
    with pytest.raises(calls.CallConflict):
        ask(ledger_world, argument={"id": call.call_id, "more": 1})


def test_only_what_the_contracts_table_knows_can_be_asked(ledger_world):
    for function, role in (("open_account", "recorder"), ("mint_money", "treasurer"), ("get_rows", "treasurer")):
        with pytest.raises(calls.CallError):
            ask(ledger_world, function, role)
    with pytest.raises(calls.CallError, match="by whom"):
        ask(ledger_world, "propose_mint", "settlement")


def test_a_person_signs_with_a_certificate_of_their_own_under_a_pseudonym(ledger_world, settings):
    bank = ledger_world.organisations[2]
    opened = ask(ledger_world)
    said = {"id": "TX1", "currency": "EUR", "amount": 5, "to": holder(ledger_world.organisations[0])}
    first, second = UserFactory(), UserFactory()
    proposed = ask(ledger_world, "propose_mint", "settlement", 2, argument=said, by=first, after=opened)
    alone = ask(ledger_world, "approve_mint", "settlement", 2, argument=said, by=first, after=proposed)
    settings.SETTLEMENT_MSP = bank.msp_id
    apps._opened.cache_clear()
    ledger_world.anchor()
    alone.refresh_from_db()
    assert alone.code == "same_person"
    approved = ask(ledger_world, "approve_mint", "settlement", 2, argument=said, by=second, after=proposed)
    ledger_world.anchor()
    approved.refresh_from_db()
    assert approved.label == "On ledger"
    minted = documents.get(f"mint/{bank.msp_id}/TX1")
    names = {minted["by"], minted["approvedBy"]}
    assert names == {proposed.person, approved.person}
    assert all(re.fullmatch(r"p-[0-9a-f]{16}", name) for name in names)  # nothing of who they are


class Notes:
    """A room that keeps what it was told."""

    def __init__(self):
        self.heard, self.rows = [], {}

    def projector(self, key, document, source):
        self.heard.append((key, document, source.block))
        self.rows[key] = document and document["id"]


@pytest.fixture
def notes():
    made = Notes()
    documents.register("account/", made.projector, rows=lambda keys: {key: made.rows.get(key) for key in keys})
    return made


def test_a_room_hears_of_its_documents_in_the_ledgers_order(ledger_world, notes):
    for number in (0, 1):
        ask(ledger_world, organisation=number)
        ledger_world.anchor()
    assert [key.split("/")[2] for key, *_ in notes.heard] == [one.pgln for one in ledger_world.organisations[:2]]
    assert notes.heard[0][2] < notes.heard[1][2]


def test_a_rooms_fault_stops_nobody_and_is_made_up_for(ledger_world, notes, monkeypatch):
    def broken(*_):
        raise KeyError("something")

    documents.register("account/", broken)
    call = ask(ledger_world)
    ledger_world.anchor()
    assert on_ledger_once(ledger_world, call)
    assert not Document.objects.get().projected
    audit.everything(ledger_world.ledger)
    assert Finding.objects.get(resolved=None).what == "projected"
    documents.register("account/", notes.projector)
    assert documents.project_waiting() == 1
    audit.everything(ledger_world.ledger)
    assert not Finding.objects.filter(resolved=None).exists()


def found(world):
    audit.everything(world.ledger)
    return {(one.what, one.document) for one in Finding.objects.filter(resolved=None)}


def test_a_changed_dropped_or_added_copy_is_found_and_put_right_by_a_rebuild(ledger_world):
    ask(ledger_world)
    ask(ledger_world, organisation=1)
    ledger_world.anchor()
    assert found(ledger_world) == set()
    one, other = Document.objects.order_by("key")
    Document.objects.filter(pk=one.pk).update(content=bytes(one.content).replace(b"account", b"accounT"))
    Document.objects.filter(pk=other.pk).delete()
    forged = Document.objects.get(pk=one.pk)
    forged.pk = "account/Nobody/1"
    forged.save()
    assert found(ledger_world) == {("document", key) for key in (one.key, other.key, "account/Nobody/1")}
    assert rebuild.rebuild(ledger_world.ledger) == 2
    assert found(ledger_world) == set()


def test_a_copy_that_names_another_transaction_is_found(ledger_world):
    ask(ledger_world)
    ledger_world.anchor()
    key = Document.objects.get().key
    Document.objects.update(tx_id="ab" * 32)
    assert found(ledger_world) == {("document", key)}


@pytest.mark.parametrize(
    "change", [{"argument": '{"id":"00"}'}, {"function": "consolidate"}, {"tx_id": "ab" * 32}, {"block": 77}]
)
def test_a_call_that_was_changed_after_it_was_sent_is_found(ledger_world, change):
    call = ask(ledger_world)
    ledger_world.anchor()
    Call.objects.update(**change)
    assert found(ledger_world) == {("call", f"call/{call.pk}")}


def test_rows_that_do_not_follow_from_their_document_are_found(ledger_world, notes):
    ask(ledger_world)
    ledger_world.anchor()
    assert found(ledger_world) == set()
    (key,) = notes.rows
    rows = dict(notes.rows)
    notes.rows[key] = "another"
    assert found(ledger_world) == {("projected", key)}
    notes.rows.update(rows)
