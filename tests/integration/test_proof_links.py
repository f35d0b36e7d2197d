"""Links that show chosen fields of a record to somebody: made, opened, listed, revoked, and at an end."""

import json
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import OrganisationFactory, api_token, member, viewer_for
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Relation, Viewer, Visibility
from traceapp.ledger import proof, trust
from traceapp.ledger.tamper import tamper_record
from traceapp.proofs import links
from traceapp.proofs.models import ProofLink
from traceapp.verifier import check_bundle

QUANTITIES = [{"epcClass": "https://id.gs1.org/01/09506000134352/10/L1", "quantity": 40, "uom": "KGM"}]
HOUR = timedelta(hours=1)


@pytest.fixture
def record(ledger_world: LedgerWorld):
    made = ledger_world.record(visibility=Visibility.PUBLIC, quantityList=QUANTITIES)
    ledger_world.anchor()
    return made


@pytest.fixture
def maker(record):
    return member(record.organisation, Role.ANALYST)


def pointers(bundle: bytes) -> set[str]:
    return {json.loads(one)[1] for one in json.loads(bundle)["record"]["disclosures"]}


def post(client, record, **asked):
    return client.post(reverse("api-proof-links", args=[record.uid]), asked, content_type="application/json")


def make(record, maker, *, fields=None, valid_for=HOUR) -> ProofLink:
    viewer = viewer_for(record.organisation)
    return links.make(record=record, viewer=viewer, maker=maker, fields=fields, valid_for=valid_for)


def open_api(client, link):
    return client.get(reverse("api-proof-link", args=[links.token_of(link)]))


def open_page(client, link):
    return client.get(reverse("proofs:shared", args=[links.token_of(link)]))


# --- made and opened ---------------------------------------------------------------------------------------------------


def test_a_link_shows_the_chosen_fields_to_anyone(client, record, maker, settings):
    settings.PUBLIC_URL = "https://trace.example"
    answer = client.post(
        reverse("api-proof-links", args=[record.uid]),
        {"fields": ["/event/quantityList/0"], "hours": 2},
        content_type="application/json",
        headers={"Authorization": f"Bearer {api_token(maker, record.organisation)}"},
    )
    assert answer.status_code == 201, answer.content
    left = datetime.fromisoformat(answer.json()["expires"]) - timezone.now()
    assert timedelta(hours=1, minutes=59) < left <= timedelta(hours=2)
    assert answer.json()["url"].startswith("https://trace.example/api/v1/proofs/links/")
    shown = client.get(answer.json()["url"])
    assert check_bundle(shown.content, trust.pinned()).record["event"]["quantityList"] == QUANTITIES
    assert pointers(shown.content) == proof.ALWAYS | {"/event/quantityList/0"}


def test_links_are_made_by_members_and_for_a_while(client, record, maker):
    assert post(client, record).status_code in (401, 403)
    client.force_login(maker)
    assert [post(client, record, hours=hours).status_code for hours in (0, -1, 10_000, "x")] == [400] * 4
    assert post(client, record, fields=["/event/nothing"]).status_code == 400
    assert post(client, record, fields="x").status_code == 400
    whole = client.get(post(client, record).json()["url"])
    assert check_bundle(whole.content, trust.pinned()).hidden == 0


def test_nobody_makes_a_link_to_what_they_may_not_see(client, ledger_world: LedgerWorld):
    private = ledger_world.record(visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    other = OrganisationFactory()
    with pytest.raises(links.LinkRefused):
        links.make(record=private, viewer=Viewer(other.pk), maker=None, fields=None, valid_for=HOUR)
    client.force_login(member(other))
    assert post(client, private).status_code == 404
    assert client.post(reverse("proofs:record", args=[private.uid]), {"hours": 1}).status_code == 404


def test_a_partner_cannot_share_fields_that_are_not_for_them(client, ledger_world: LedgerWorld):
    owner, partner, _ = ledger_world.organisations
    made = ledger_world.record(
        owner, readers={partner.pk: Relation.CHAIN}, bizTransactionList=[{"bizTransaction": "u:x"}]
    )
    ledger_world.anchor()
    client.force_login(member(partner))
    assert post(client, made, fields=["/event/bizTransactionList"]).status_code == 403
    page = reverse("proofs:record", args=[made.uid])
    refused = client.post(page, {"show": ["/event/bizTransactionList"], "hours": 24})
    assert refused.status_code == 200
    assert not ProofLink.objects.exists()


# --- at an end ---------------------------------------------------------------------------------------------------------


def test_an_expired_link_says_so_in_words(client, record, maker):
    link = make(record, maker)
    assert open_page(client, link).status_code == 200
    ProofLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    page, answer = open_page(client, link), open_api(client, link)
    assert (page.status_code, answer.status_code) == (410, 410)
    assert "This link has expired" in page.content.decode()
    assert (answer.json()["title"], answer.json()["state"]) == ("This link does not open", "expired")


def test_a_revoked_link_says_so_in_words_and_stays_revoked(client, record, maker):
    link = make(record, maker)
    client.force_login(maker)
    assert client.post(reverse("proofs:link-revoke", args=[link.pk])).status_code == 302
    client.logout()
    page = open_page(client, link)
    assert page.status_code == 410
    assert "withdrawn" in page.content.decode()
    assert open_api(client, link).json()["state"] == "revoked"
    first = ProofLink.objects.get().revoked
    links.revoke(link=link)
    assert ProofLink.objects.get().revoked == first


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "nonsense"])
def test_a_link_cannot_be_made_up(client, record, maker, change):
    token = change(links.token_of(make(record, maker)))
    assert client.get(reverse("api-proof-link", args=[token])).status_code == 410
    page = client.get(reverse("proofs:shared", args=[token]))
    assert page.status_code == 404
    assert "not one that was made here" in page.content.decode()


def test_what_the_database_holds_opens_nothing_by_itself(client, record, maker):
    key = make(record, maker).key
    assert client.get(reverse("proofs:shared", args=[key])).status_code == 404


def test_a_link_shows_no_more_than_its_maker_may_see_on_that_day(client, ledger_world: LedgerWorld):
    owner, reader, _ = ledger_world.organisations
    shared = ledger_world.record(owner, visibility=Visibility.PARTIES, readers={reader.pk: Relation.PARTY})
    ledger_world.anchor()
    link = links.make(record=shared, viewer=viewer_for(reader), maker=None, fields=None, valid_for=HOUR)
    assert open_api(client, link).status_code == 200
    shared.readers.all().delete()
    assert open_api(client, link).status_code == 410
    assert open_page(client, link).status_code == 410


def test_a_link_to_a_record_that_was_changed_names_the_reason(client, record, maker):
    link = make(record, maker)
    tamper_record(record.pk)
    page = open_page(client, link)
    assert page.status_code == 410
    assert "the stored fields are not those that were anchored" in page.content.decode()
    assert open_api(client, link).status_code == 409


# --- listed and revoked ------------------------------------------------------------------------------------------------


def test_links_are_listed_for_their_maker_and_for_administrators(client, record, maker):
    link = make(record, maker)
    address, page = reverse("api-my-proof-links"), reverse("proofs:links")
    colleague, admin = member(record.organisation, Role.SUPPLIER), member(record.organisation, Role.ADMIN)
    stranger = member(OrganisationFactory(), Role.ADMIN)
    seen = {}
    for name, who in {"maker": maker, "colleague": colleague, "admin": admin, "stranger": stranger}.items():
        client.force_login(who)
        seen[name] = [one["id"] for one in client.get(address).json()["results"]]
        assert (reverse("proofs:link", args=[link.pk]) in client.get(page).content.decode()) == bool(seen[name])
    assert seen == {"maker": [link.pk], "colleague": [], "admin": [link.pk], "stranger": []}


def test_only_who_sees_a_link_revokes_it(client, record, maker):
    link = make(record, maker)
    for who in (member(record.organisation, Role.SUPPLIER), member(OrganisationFactory(), Role.ADMIN)):
        client.force_login(who)
        assert client.post(reverse("proofs:link-revoke", args=[link.pk])).status_code == 404
        assert client.delete(reverse("api-my-proof-link", args=[link.pk])).status_code == 404
        assert client.get(reverse("proofs:link", args=[link.pk])).status_code == 404
        assert client.get(reverse("proofs:link-picture", args=[link.pk])).status_code == 404
    assert open_api(client, link).status_code == 200
    client.force_login(maker)
    assert client.delete(reverse("api-my-proof-link", args=[link.pk])).status_code == 204
    assert open_api(client, link).status_code == 410


# --- the pages ---------------------------------------------------------------------------------------------------------


def test_a_person_chooses_fields_looks_and_makes_a_link(client, record, maker):
    client.force_login(maker)
    page = reverse("proofs:record", args=[record.uid])
    first = client.get(page).content.decode()
    assert "Goods and quantity" in first
    assert "40 kg" in first
    assert first.count("disabled") >= 5, "what every proof shows is ticked and locked"

    preview = client.post(page, {"preview": "1", "show": ["/event/bizStep"], "hours": 24}).content.decode()
    assert not ProofLink.objects.exists()
    seen = preview[preview.index('id="preview"') : preview.index('id="share"')]
    assert "Shipped" in seen or "Left" in seen
    assert "40 kg" not in seen

    made = client.post(page, {"show": ["/event/bizStep"], "hours": 24})
    link = ProofLink.objects.get()
    assert made["Location"] == reverse("proofs:link", args=[link.pk])
    shown = client.get(made["Location"]).content.decode()
    assert links.token_of(link) in shown
    assert client.get(reverse("proofs:link-picture", args=[link.pk])).content.startswith(b"<svg")
    client.logout()
    stranger = open_page(client, link).content.decode()
    assert "40 kg" not in stranger
    assert "does not prove" in stranger
    assert reverse("api-proof-link", args=[links.token_of(link)]) in stranger


def test_a_link_needs_a_time_that_is_offered(client, record, maker):
    client.force_login(maker)
    answer = client.post(reverse("proofs:record", args=[record.uid]), {"hours": "99999"})
    assert answer.status_code == 200
    assert not ProofLink.objects.exists()
    assert "aria-invalid" in answer.content.decode()


def test_anyone_sees_the_proof_of_a_public_record_and_nobody_that_of_another(client, ledger_world: LedgerWorld):
    public = ledger_world.record(visibility=Visibility.PUBLIC, quantityList=QUANTITIES)
    private = ledger_world.record(visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    page = client.get(reverse("proofs:record", args=[public.uid])).content.decode()
    assert "40 kg" not in page
    assert reverse("api-proof", args=[public.uid]) in page
    assert "Make the link" not in page
    assert client.get(reverse("proofs:record", args=[private.uid])).status_code == 404
    assert client.post(reverse("proofs:record", args=[public.uid]), {"hours": 24}).status_code == 302
    assert not ProofLink.objects.exists()


def test_a_record_without_a_proof_says_why(client, ledger_world: LedgerWorld):
    waiting = ledger_world.record(visibility=Visibility.PUBLIC)
    page = reverse("proofs:record", args=[waiting.uid])
    assert "Queued: not yet sent to the ledger" in client.get(page).content.decode()
    ledger_world.anchor()
    tamper_record(waiting.pk)
    said = client.get(page).content.decode()
    assert "the stored fields are not those that were anchored" in said
    assert reverse("api-proof", args=[waiting.uid]) not in said
