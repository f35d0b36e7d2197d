"""The ledger explorer, for members and for anyone."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import OrganisationFactory, member
from tests.integration.provenance_world import change_a_byte, travelled
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.ledger import verification, watch
from traceapp.ledger.models import Batch, Block, Finding
from traceapp.ledger.oversight import Node, Verification
from traceapp.ledger.port import NodeHealth
from traceapp.verifier import parse_trust


def _text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def journey(ledger_world):
    return travelled(ledger_world)


def _batch_of(record):
    record.refresh_from_db()
    return f"/ledger/batches/{record.batch_id}/"


def test_the_overview_counts_blocks_records_and_batches(client, journey):
    said = _text(client.get("/ledger/"))

    assert "Demo ledger: one machine, not decentralised" in said
    assert "Records on the ledger 3 in 2 batches" in said
    assert "Ledger daemon does not run" in said
    assert "Huerta Alba" in said


def test_the_moving_part_comes_by_itself(client, journey):
    part = client.get("/ledger/now/")

    assert b"<html" not in part.content
    assert "Records on the ledger 3" in _text(part)
    assert part["Cache-Control"] == "no-store"


def test_every_block_says_its_hashes_and_transactions(client, journey):
    noted = Block.objects.order_by("-number").first()

    page = client.get(f"/ledger/blocks/{noted.number}/").content.decode()
    assert bytes(noted.header_hash).hex() in page
    assert bytes(noted.previous_hash).hex() in page
    assert "Valid" in page


@pytest.mark.parametrize("path", ["/ledger/blocks/999999/", f"/ledger/blocks/{10**30}/", "/ledger/batches/nothing/"])
def test_what_is_not_there_is_a_404(client, ledger_world, path):
    assert client.get(path).status_code == 404


def test_a_refused_transaction_shows_its_code(client, journey):
    noted = Block.objects.order_by("-number").first()
    noted.transactions = [{**one, "code": 11} for one in noted.transactions]
    noted.save()

    page = client.get(f"/ledger/blocks/{noted.number}/")
    assert "Rejected" in _text(page)
    assert "MVCC_READ_CONFLICT" in _text(page)
    assert b'class="is-bad"' in client.get("/ledger/").content


def test_a_batch_lists_its_records_with_what_organisations_attest(client, journey):
    client.force_login(member(journey.world.organisations[0], Role.QUALITY))

    said = _text(client.get(_batch_of(journey.records[0])))
    assert "Shipped from Moguer" in said
    assert said.count("Verified") == 2
    assert "Signed for by" in said


def test_a_changed_record_is_named_in_its_batch(client, journey):
    change_a_byte(journey.records[1])
    client.force_login(member(journey.world.organisations[0], Role.QUALITY))

    said = _text(client.get(_batch_of(journey.records[1])))
    assert "Does not match" in said
    assert "Shipped from" not in said


def test_others_see_only_what_they_may_and_a_count(client, journey):
    grower = journey.world.organisations[0]
    secret = journey.step("inspecting", journey.packing, grower, visibility=Visibility.PRIVATE)
    journey.step("storing", journey.packing, grower)
    journey.world.anchor()

    for who in (None, OrganisationFactory()):
        if who:
            client.force_login(member(who, Role.QUALITY))
        said = _text(client.get(_batch_of(secret)))
        assert "Stored in Moguer" in said
        assert "Inspected" not in said
        assert "1 more that is not for you to see" in said
        assert "2,400" not in said


def test_a_batch_of_private_records_is_nobody_elses(client, journey):
    secret = journey.step("inspecting", journey.packing, journey.world.organisations[0], visibility=Visibility.PRIVATE)
    journey.world.anchor()

    path = _batch_of(secret)
    assert client.get(path).status_code == 404
    assert path not in client.get("/ledger/batches/").content.decode()
    assert path not in client.get("/ledger/").content.decode()


def test_findings_are_named_to_those_they_concern(client, journey):
    grower, carrier, _ = journey.world.organisations
    journey.records[1].refresh_from_db()
    Finding.objects.create(
        what="changed", organisation=grower, message="Row 1 was changed.", batch_id=journey.records[1].batch_id,
        record_pk=journey.records[1].pk, position=1,
    )  # fmt: skip

    assert "Row 1 was changed" not in _text(client.get("/ledger/"))
    client.force_login(member(carrier, Role.QUALITY))
    assert "Row 1 was changed" not in _text(client.get("/ledger/"))
    client.force_login(member(grower, Role.QUALITY))
    answer = client.get("/ledger/")
    assert "Row 1 was changed" in _text(answer)
    assert f"{_batch_of(journey.records[1])}#row-{journey.records[1].pk}" in answer.content.decode()
    assert "Row 1 was changed" in _text(client.get("/"))


def test_the_trust_file_is_for_everyone_and_has_the_fingerprint_shown(client, journey):
    answer = client.get("/ledger/trust.json")

    assert json.loads(answer.content)["format"] == "traceapp-trust/1"
    assert parse_trust(answer.content).fingerprint in client.get("/ledger/").content.decode()


@pytest.mark.django_db
def test_before_there_is_a_ledger_the_pages_say_so(client, data_dir):
    assert "No block yet" in _text(client.get("/ledger/"))
    assert client.get("/ledger/trust.json").status_code == 404
    assert client.get("/ledger/batches/").status_code == 200


def test_a_batch_that_the_ledger_refused_says_why(client, journey):
    grower = journey.world.organisations[0]
    record = journey.records[0]
    record.refresh_from_db()
    Batch.objects.filter(pk=record.batch_id).update(state="invalid", reason="Two firms must sign; one did.")
    client.force_login(member(grower, Role.SUPPLIER))

    assert "Two firms must sign" in _text(client.get("/ledger/batches/"))
    assert "2 records refused" in _text(client.get("/"))


@pytest.fixture
def verifier(client, journey):
    """The client is logged in as somebody who may have everything verified."""
    client.force_login(member(journey.world.organisations[0], Role.QUALITY))
    return client


def test_verify_everything_now_is_asked_for_on_the_page_and_its_result_is_shown(verifier, journey):
    change_a_byte(journey.records[0])
    verifier.post("/ledger/verify/")
    assert "Verifying everything Waiting" in _text(verifier.get("/ledger/"))
    part = verifier.get("/ledger/verification/")
    assert b"data-live-done" not in part.content
    assert part["Cache-Control"] == "no-store"

    verification.work(str(Verification.objects.get().uid))
    part = verifier.get("/ledger/verification/")
    assert b"data-live-done" in part.content
    assert re.search(
        r"Everything was verified .*: 3 records in 2 batches, \d+ blocks\. 1 of yours does not match", _text(part)
    )


def test_findings_of_others_are_not_counted_for_a_viewer(verifier, client, journey):
    change_a_byte(journey.records[0])
    verifier.post("/ledger/verify/")
    verification.work(str(Verification.objects.get().uid))
    client.force_login(member(OrganisationFactory(), Role.ADMIN))
    assert "All of yours matches the ledger" in _text(client.get("/ledger/verification/"))
    client.logout()
    assert "Findings are shown to the organisation" in _text(client.get("/ledger/verification/"))


def test_a_second_wish_follows_the_first_and_one_too_soon_is_told_so(verifier, journey):
    verifier.post("/ledger/verify/")
    verifier.post("/ledger/verify/")
    verification.work(str(Verification.objects.get().uid))
    assert "Everything was verified a moment ago" in _text(verifier.post("/ledger/verify/", follow=True))


def test_who_asked_may_stop_it_and_nobody_else(verifier, client, journey):
    verifier.post("/ledger/verify/")
    assert 'form="verify-stop"' in verifier.get("/ledger/verification/").content.decode()
    client.force_login(member(OrganisationFactory(), Role.ADMIN))
    assert 'form="verify-stop"' not in client.get("/ledger/verification/").content.decode()
    client.post("/ledger/verify/stop/")
    assert Verification.objects.get().state == "queued"
    client.force_login(member(journey.world.organisations[0], Role.ADMIN))
    client.post("/ledger/verify/stop/")
    assert Verification.objects.get().state == "cancelled"
    assert "Verifying everything was stopped" in _text(client.get("/ledger/"))


@pytest.mark.parametrize("role", [Role.SUPPLIER, None])
def test_others_may_not_have_everything_verified(client, journey, role):
    if role:
        client.force_login(member(journey.world.organisations[0], role))
    assert client.post("/ledger/verify/").status_code == (403 if role else 302)
    assert not Verification.objects.exists()
    assert "Verify everything now" not in _text(client.get("/ledger/"))


def test_a_verification_that_no_worker_takes_or_that_failed_says_so(verifier, journey):
    verifier.post("/ledger/verify/")
    job = Verification.objects.all()
    long_ago = timezone.now() - timedelta(minutes=2)
    job.update(created=long_ago)
    assert "No worker has taken it yet" in _text(verifier.get("/ledger/verification/"))
    job.update(state="running", heartbeat=long_ago)
    assert "Its worker is silent" in _text(verifier.get("/ledger/verification/"))
    job.update(state="failed", finished=timezone.now(), error="Nothing more could be checked: it is away.")
    assert "it is away" in _text(verifier.get("/ledger/verification/"))


def test_the_nodes_are_shown_as_they_were_last_seen_and_how_long_ago_that_is(client, ledger_world, settings):
    assert "Nobody has looked at the ledger's nodes yet" in html.unescape(_text(client.get("/ledger/")))
    watch.note(ledger_world.ledger.nodes())
    said = _text(client.get("/ledger/now/"))
    assert "One machine: the whole ledger is one file on it" in said
    assert "ledger.sqlite3 Well" in said
    assert "may be out of date" not in said

    owner = ledger_world.organisations[0]
    settings.LEDGER = "fabric"
    watch.note([
        NodeHealth("peer-1", "peer", owner.msp_id, False, "it cannot be reached: Connection refused", 4),
        NodeHealth("orderer-1", "orderer", "OrdererMSP", None, "nobody said where"),
    ])  # fmt: skip
    Node.objects.update(looked=timezone.now() - timedelta(minutes=5))
    said = _text(client.get("/ledger/now/"))
    assert f"peer-1 Not well it cannot be reached: Connection refused 4 Peer {owner.name}" in said
    assert "orderer-1 Not known nobody said where — Orderer Demo orderer" in said
    assert "1 of 2 is not well" in said
    assert "may be out of date" in said
