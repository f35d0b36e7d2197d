"""Proof bundles: who gets which fields, links that expire, and no proof of what is not verified."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import include, path, reverse

from tests.factories import OrganisationFactory, api_token, member, viewer_for
from tests.ledger_fixtures import LedgerWorld, an_event
from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import ask, needs_node
from traceapp.accounts.visibility import Relation, Viewer, Visibility
from traceapp.commitments.canonical import canonical, parse_strict
from traceapp.ledger import proof, proof_links, trust
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.tamper import tamper_record
from traceapp.verifier import check_bundle, parse_trust

urlpatterns = [path("api/v1/", include("traceapp.ledger.proof_urls")), path("", include("traceapp.urls"))]

QUANTITIES = [{"epcClass": "https://id.gs1.org/01/09506000134352/10/L1", "quantity": 40, "uom": "KGM"}]
PUBLIC_FIELDS = {
    "/kind", "/recordedBy", "/recordTime", "/event/type", "/event/eventID", "/event/eventTime", "/event/action",
    "/event/errorDeclaration", "/event/eventTimeZoneOffset", "/event/bizStep", "/event/epcList/0", "/event/epcList/1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF=__name__):
        yield


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


@pytest.mark.parametrize(
    "field", ["/event/quantityList", "/event/quantityList/0", "/event/nothing", "/event/epc", "", "x"]
)
def test_a_field_that_is_not_there_and_one_that_is_not_for_the_reader_are_refused_alike(record, field):
    with pytest.raises(proof.UnknownFields) as caught:
        proof.make(record, Relation.PUBLIC, fields=["/event/bizStep", field])
    assert caught.value.pointers == (field,)


def test_choices_leave_out_what_is_always_shown(record):
    assert "/event/quantityList/0" in proof.choices(record, Relation.OWNER)
    assert set(proof.choices(record, Relation.PUBLIC)) == PUBLIC_FIELDS - proof.ALWAYS


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


def test_unknown_fields_and_unverified_records_are_answered_as_problems(client, record):
    unknown = client.get(reverse("api-proof", args=[record.uid]), {"fields": "/event/quantityList"})
    assert (unknown.status_code, unknown["Content-Type"]) == (400, "application/problem+json")
    assert unknown.json()["errors"][0]["path"] == "/event/quantityList"
    tamper_record(record.pk)
    changed = client.get(reverse("api-proof", args=[record.uid]))
    assert (changed.status_code, changed.json()["state"]) == (409, "mismatch")


# --- links -------------------------------------------------------------------------------------------------------------


def link(client, record, **asked):
    return client.post(reverse("api-proof-links", args=[record.uid]), asked, content_type="application/json")


def test_a_link_shows_the_chosen_fields_to_anyone(client, record):
    token = api_token(member(record.organisation, "analyst"), record.organisation)
    answer = client.post(
        reverse("api-proof-links", args=[record.uid]),
        {"fields": ["/event/quantityList/0"], "hours": 2},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content
    left = datetime.fromisoformat(answer.json()["expires"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=59) < left <= timedelta(hours=2)
    shown = client.get(answer.json()["url"])
    assert report(shown.content).record["event"]["quantityList"] == QUANTITIES
    assert set(pointers(shown.content)) == proof.ALWAYS | {"/event/quantityList/0"}


def test_links_are_made_by_members_and_for_a_while(client, record):
    assert link(client, record).status_code in (401, 403)
    client.force_login(member(record.organisation, "analyst"))
    assert [link(client, record, hours=hours).status_code for hours in (0, -1, 10_000, "x")] == [400] * 4
    assert link(client, record, fields=["/event/nothing"]).status_code == 400
    assert link(client, record, fields="x").status_code == 400
    whole = client.get(link(client, record).json()["url"])
    assert report(whole.content).hidden == 0


def test_a_link_ends(client, record, monkeypatch):
    viewer = viewer_for(record.organisation)
    token, made = proof_links.sign(record=record, viewer=viewer, fields=None, valid_for=timedelta(hours=1))
    assert proof_links.opened(token) == made

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=1, seconds=1)

    monkeypatch.setattr(proof_links, "datetime", Later)
    answer = client.get(reverse("api-proof-link", args=[token]))
    assert (answer.status_code, answer.json()["title"]) == (410, "This link does not open")


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "nonsense"])
def test_a_link_cannot_be_made_up(client, record, change):
    token, _ = proof_links.sign(
        record=record, viewer=viewer_for(record.organisation), fields=[], valid_for=timedelta(hours=1)
    )
    assert client.get(reverse("api-proof-link", args=[change(token)])).status_code == 410


def test_a_link_shows_no_more_than_its_maker_may_see_on_that_day(client, ledger_world: LedgerWorld):
    owner, reader, _ = ledger_world.organisations
    shared = ledger_world.record(owner, visibility=Visibility.PARTIES, readers={reader.pk: Relation.PARTY})
    ledger_world.anchor()
    viewer = viewer_for(reader)
    token, _ = proof_links.sign(record=shared, viewer=viewer, fields=None, valid_for=timedelta(hours=1))
    assert client.get(reverse("api-proof-link", args=[token])).status_code == 200
    shared.readers.all().delete()
    assert client.get(reverse("api-proof-link", args=[token])).status_code == 410


def test_nobody_makes_a_link_to_what_they_may_not_see(ledger_world: LedgerWorld):
    private = ledger_world.record(visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    other = Viewer(OrganisationFactory().pk)
    with pytest.raises(proof_links.LinkRefused):
        proof_links.sign(record=private, viewer=other, fields=None, valid_for=timedelta(hours=1))


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
