"""Proof bundles: who gets which fields, and no proof of what is not verified."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from tests.factories import member
from tests.ledger_fixtures import LedgerWorld, an_event
from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import ask, needs_node
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.commitments.canonical import canonical, parse_strict
from traceapp.commitments.disclosures import digest, opened, pack, unpack
from traceapp.ledger import apps, proof, trust
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.tamper import tamper_record
from traceapp.verifier import check_bundle, parse_trust

QUANTITIES = [{"epcClass": "https://id.gs1.org/01/09506000134352/10/L1", "quantity": 40, "uom": "KGM"}]
PUBLIC_FIELDS = {
    "/kind", "/recordedBy", "/recordTime", "/event/type", "/event/eventID", "/event/eventTime", "/event/action",
    "/event/errorDeclaration", "/event/eventTimeZoneOffset", "/event/bizStep", "/event/epcList/0", "/event/epcList/1",
}  # fmt: skip


@pytest.fixture
def record(ledger_world: LedgerWorld):
    made = ledger_world.record(visibility=Visibility.PUBLIC, quantityList=QUANTITIES)
    ledger_world.records(6)
    ledger_world.anchor()
    made.refresh_from_db()
    return made


def pointers(bundle: bytes) -> list[str]:
    return [json.loads(one)[1] for one in json.loads(bundle)["record"]["disclosures"]]


def report(bundle: bytes):
    return check_bundle(bundle, trust.pinned())


# --- what is in it -----------------------------------------------------------------------------------------------------


def test_an_owners_bundle_shows_everything_and_verifies(record):
    bundle = proof.make(record, Relation.OWNER)
    answer = report(bundle)
    assert answer.verified, answer.detail
    assert answer.hidden == 0
    assert answer.record["event"]["quantityList"] == QUANTITIES
    assert canonical(parse_strict(bundle)) == bundle
    assert len(bundle) < 24 * 1024


def test_a_strangers_bundle_hides_quantities_and_still_verifies(record):
    bundle = proof.make(record, Relation.PUBLIC)
    answer = report(bundle)
    assert answer.verified
    assert answer.hidden == 1
    assert set(pointers(bundle)) == PUBLIC_FIELDS
    assert b"quantityList" not in bundle
    assert "block" not in json.loads(bundle)["anchor"]


def test_fields_are_chosen_and_what_must_be_shown_is_shown_besides(record):
    bundle = proof.make(record, Relation.OWNER, fields=["/event/epcList"])
    assert report(bundle).verified
    assert set(pointers(bundle)) == proof.ALWAYS | {"/event/epcList/0", "/event/epcList/1"}
    one = proof.make(record, Relation.OWNER, fields=["/event/epcList/1"])
    assert report(one).record["event"]["epcList"] == ["https://id.gs1.org/01/09506000134352/21/2"]
    none = proof.make(record, Relation.OWNER, fields=[])
    assert set(pointers(none)) == proof.ALWAYS


@pytest.mark.parametrize("field", ["/event/quantityList", "/event/quantityList/0", "/event/sourceList", "/event/ilmd"])
def test_a_field_of_the_standard_that_is_not_for_the_reader_is_refused_whether_it_is_there_or_not(record, field):
    with pytest.raises(proof.ForbiddenFields) as caught:
        proof.make(record, Relation.PUBLIC, fields=["/event/bizStep", field])
    assert caught.value.pointers == (field,)


@pytest.mark.parametrize("field", ["/event/nothing", "/event/epc", "/event/disposition", "/epcList", "", "x"])
@pytest.mark.parametrize("relation", [Relation.PUBLIC, Relation.OWNER])
def test_a_field_that_is_not_there_is_unknown(record, field, relation):
    with pytest.raises(proof.UnknownFields) as caught:
        proof.make(record, relation, fields=["/event/bizStep", field])
    assert caught.value.pointers == (field,)


def test_an_extension_that_is_not_for_the_reader_is_not_told_from_one_that_is_not_there(ledger_world: LedgerWorld):
    new = NewRecord("epcis", {"event": an_event(**{"ex:margin": 7})}, Visibility.PUBLIC)
    with transaction.atomic():
        (extended,) = append(organisation=ledger_world.organisations[0], records=[new])
    ledger_world.anchor()
    for field in ("/event/ex:margin", "/event/ex:other"):
        with pytest.raises(proof.UnknownFields):
            proof.make(extended, Relation.PUBLIC, fields=[field])
    assert b"ex:margin" not in proof.make(extended, Relation.CHAIN)
    assert b"ex:margin" in proof.make(extended, Relation.OWNER, fields=["/event/ex:margin"])


def test_a_bundle_of_a_batch_of_one_has_an_empty_path(ledger_world: LedgerWorld):
    alone = ledger_world.record()
    ledger_world.anchor()
    bundle = proof.make(alone, Relation.OWNER)
    assert json.loads(bundle)["inclusion"] == {"index": 0, "size": 1, "path": []}
    assert report(bundle).verified


def test_an_event_that_cannot_be_shown_in_part_is_refused_to_a_stranger(ledger_world: LedgerWorld):
    event = an_event(**{"7": "a member named by digits alone"})
    with transaction.atomic():
        new = NewRecord("epcis", {"event": event}, Visibility.PUBLIC)
        (whole,) = append(organisation=ledger_world.organisations[0], records=[new])
    ledger_world.anchor()
    assert report(proof.make(whole, Relation.OWNER)).verified
    with pytest.raises(proof.NoProof, match="is not disclosed"):
        proof.make(whole, Relation.PUBLIC)


@needs_node
def test_the_pages_verifier_accepts_what_this_ledger_makes_and_no_other_networks_trust(record):
    bundle = proof.make(record, Relation.PUBLIC)
    stranger = (FOLDER / "trust.json").read_bytes()
    ours, theirs = ask([(bundle, trust.export()), (bundle, stranger)])
    assert (ours["verified"], ours["hidden"], ours["demo"]) == (True, 1, True), ours
    assert ours["trustFingerprint"] == trust.pinned().fingerprint
    assert (theirs["verified"], theirs["reason"]) == (False, "untrusted-signer")
    assert check_bundle(bundle, parse_trust(stranger)).reason == "untrusted-signer"


# --- what is not verified ----------------------------------------------------------------------------------------------


def test_a_record_that_waits_has_no_proof_yet(ledger_world: LedgerWorld):
    with pytest.raises(proof.NoProof) as caught:
        proof.make(ledger_world.record(), Relation.OWNER)
    assert caught.value.state == "pending"


def test_a_changed_record_has_no_proof_and_the_others_of_its_batch_have(ledger_world: LedgerWorld):
    first, second = ledger_world.records(2)
    ledger_world.anchor()
    tamper_record(first.pk)
    with pytest.raises(proof.NoProof) as caught:
        proof.make(first, Relation.OWNER)
    assert caught.value.state == "mismatch"
    assert report(proof.make(second, Relation.OWNER)).verified


def test_a_record_erased_in_part_is_proven_by_what_is_left(ledger_world: LedgerWorld):
    made = ledger_world.record(visibility=Visibility.PUBLIC, quantityList=QUANTITIES)
    ledger_world.anchor()
    erase(made, "/event/quantityList/0")
    bundle = proof.make(made, Relation.OWNER)
    assert report(bundle).verified
    assert report(bundle).hidden == 1
    with pytest.raises(proof.UnknownFields):
        proof.make(made, Relation.OWNER, fields=["/event/quantityList/0"])


@pytest.mark.parametrize("gone", [["/event/action"], None])
def test_a_record_without_what_every_proof_shows_is_called_erased(client, ledger_world: LedgerWorld, gone):
    made = ledger_world.record(visibility=Visibility.PUBLIC)
    ledger_world.anchor()
    erase(made, *(gone or [opened(one).pointer for one in unpack(bytes(made.disclosures))]))
    with pytest.raises(proof.NoProof) as caught:
        proof.make(made, Relation.OWNER)
    assert caught.value.state == "erased"
    answer = client.get(reverse("api-proof", args=[made.uid]))
    assert (answer.status_code, answer.json()["state"]) == (409, "erased")


def erase(record, *gone):
    """Disclosures removed and their digests kept, as an erasure leaves them."""
    parts = unpack(bytes(record.disclosures))
    kept = [one for one in parts if opened(one).pointer not in gone]
    record.hidden = b"".join(digest(one) for one in parts if one not in kept)
    record.disclosures = pack(kept)
    record.save(update_fields=["hidden", "disclosures"])


def test_damaged_leaves_are_made_again_from_the_rows(record):
    batch = record.batch
    batch.leaves = bytes(32 * batch.size)
    batch.save()
    assert report(proof.make(record, Relation.OWNER)).verified


# --- the API -----------------------------------------------------------------------------------------------------------


def test_anyone_gets_the_public_bundle_of_a_public_record(client, record):
    answer = client.get(reverse("api-proof", args=[record.uid]))
    assert answer.status_code == 200
    assert f"proof-{record.uid}.json" in answer["Content-Disposition"]
    assert set(pointers(answer.content)) == PUBLIC_FIELDS
    assert report(answer.content).verified


def test_the_owner_gets_the_whole_and_may_choose(client, record):
    client.force_login(member(record.organisation, "analyst"))
    whole = client.get(reverse("api-proof", args=[record.uid]))
    assert report(whole.content).hidden == 0
    chosen = client.get(reverse("api-proof", args=[record.uid]), {"fields": "/event/bizStep,/event/epcList/0"})
    assert set(pointers(chosen.content)) == proof.ALWAYS | {"/event/bizStep", "/event/epcList/0"}


def test_a_record_that_is_not_for_the_reader_is_not_there(client, ledger_world: LedgerWorld):
    private = ledger_world.record(visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    addresses = [reverse("api-proof", args=[private.uid]), reverse("api-proof", args=[uuid4()])]
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    client.force_login(member(ledger_world.organisations[1], "admin"))
    assert [client.get(one).status_code for one in addresses] == [404, 404]


def test_consumer_partner_and_owner_get_three_different_answers(client, ledger_world: LedgerWorld):
    owner, partner, _ = ledger_world.organisations
    party = [{"type": "owning_party", "destination": f"https://id.gs1.org/417/{partner.pgln}"}]
    orders = [{"type": "po", "bizTransaction": "urn:order:PO-4711"}]
    made = ledger_world.record(
        owner, visibility=Visibility.PUBLIC, readers={partner.pk: Relation.CHAIN},
        quantityList=QUANTITIES, destinationList=party, bizTransactionList=orders,
    )  # fmt: skip
    ledger_world.anchor()
    address = reverse("api-proof", args=[made.uid])
    consumer = client.get(address).content
    client.force_login(member(partner, "quality"))
    chain = client.get(address).content
    client.force_login(member(owner, "supplier"))
    whole = client.get(address).content

    assert [report(one).verified for one in (consumer, chain, whole)] == [True] * 3
    assert [report(one).hidden for one in (consumer, chain, whole)] == [3, 2, 0]
    # In quotes: three letters come by chance in 20 KB of Base64.
    for secret in (b'\\"KGM\\"', b"quantity", partner.pgln.encode(), b"PO-4711"):
        assert secret in whole
        assert secret not in consumer, secret
    assert b"quantity" in chain
    assert b"PO-4711" not in chain
    assert partner.pgln.encode() not in chain
    assert b"PO-4711" in whole
    shown = set(json.loads(consumer)["record"]["disclosures"])
    hidden = {digest(one).hex() for one in unpack(bytes(made.disclosures)) if one.decode() not in shown}
    assert set(json.loads(consumer)["record"]["hidden"]) == hidden


def test_who_has_the_bundle_already_is_told_so_until_it_changes(client, record):
    address = reverse("api-proof", args=[record.uid])
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "private, no-cache"
    fewer = client.get(address, {"fields": "/event/bizStep"}, headers={"If-None-Match": first["ETag"]})
    assert fewer.status_code == 200
    client.force_login(member(record.organisation))
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200
    tamper_record(record.pk)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 409


def test_a_proof_is_made_while_the_ledger_is_away(client, record, monkeypatch):
    def away():
        raise AssertionError("a peer was asked")

    monkeypatch.setattr(apps, "ledger", away)
    Path(settings.LEDGER_PATH).unlink()
    assert report(client.get(reverse("api-proof", args=[record.uid])).content).verified


def test_a_waiting_record_says_how_far_it_has_come(client, ledger_world: LedgerWorld):
    waiting = ledger_world.record(visibility=Visibility.PUBLIC)
    answer = client.get(reverse("api-proof", args=[waiting.uid]))
    assert (answer.status_code, answer.json()["state"], answer.json()["ledgerState"]) == (409, "pending", "queued")
    assert int(answer["Retry-After"]) > 0
    ledger_world.anchor()
    assert client.get(reverse("api-proof", args=[waiting.uid])).status_code == 200


def test_a_forecast_and_a_model_statement_have_proofs_too(ledger_world: LedgerWorld):
    with transaction.atomic():
        new = [
            NewRecord(kind, {"statement": {"run": "r-1", "metrics": {"mae": 2.5}}}, Visibility.PUBLIC)
            for kind in ("forecast", "model")
        ]
        made = append(organisation=ledger_world.organisations[0], records=new)
    ledger_world.anchor()
    for one in made:
        answer = report(proof.make(one, Relation.PUBLIC, fields=["/statement/run"]))
        assert (answer.verified, answer.hidden, answer.record["statement"]) == (True, 1, {"run": "r-1"})


def test_unknown_fields_and_unverified_records_are_answered_as_problems(client, record):
    address = reverse("api-proof", args=[record.uid])
    unknown = client.get(address, {"fields": "/event/nothing"})
    assert (unknown.status_code, unknown["Content-Type"]) == (400, "application/problem+json")
    assert unknown.json()["errors"][0]["path"] == "/event/nothing"
    forbidden = client.get(address, {"fields": "/event/bizStep,/event/quantityList"})
    assert (forbidden.status_code, forbidden.json()["errors"][0]["path"]) == (403, "/event/quantityList")
    assert client.get(address, {"fields": ",".join(["/event/bizStep"] * 300)}).status_code == 400
    tamper_record(record.pk)
    changed = client.get(reverse("api-proof", args=[record.uid]))
    assert (changed.status_code, changed.json()["state"], changed.json()["what"]) == (409, "mismatch", "changed")


# --- the command -------------------------------------------------------------------------------------------------------


def test_the_command_writes_the_owners_and_the_public_bundle(record, tmp_path):
    call_command("export_proof", str(record.uid), output=str(tmp_path / "whole.json"))
    call_command("export_proof", str(record.uid), "--public", "-o", str(tmp_path / "public.json"))
    assert report((tmp_path / "whole.json").read_bytes()).hidden == 0
    assert set(pointers((tmp_path / "public.json").read_bytes())) == PUBLIC_FIELDS


def test_the_command_says_why_there_is_none(ledger_world: LedgerWorld, tmp_path):
    waiting = ledger_world.record(visibility=Visibility.PRIVATE)
    with pytest.raises(CommandError, match=r"not verified\. Queued"):
        call_command("export_proof", str(waiting.uid))
    with pytest.raises(CommandError, match="not public"):
        call_command("export_proof", str(waiting.uid), "--public")
    with pytest.raises(CommandError, match="There is no record"):
        call_command("export_proof", str(uuid4()))
    ledger_world.anchor()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_proof", str(waiting.uid), "-o", str(tmp_path / "none" / "x.json"))
