"""The trust file for strangers: its versions, its fingerprint, and what organisations state of it themselves."""

import json

import pytest
from django.urls import reverse

from tests.factories import OrganisationFactory, member
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.roles import Role
from traceapp.ledger import trust, trust_versions
from traceapp.proofs import pins
from traceapp.proofs.models import TrustHost
from traceapp.verifier import parse_trust

OURS = "trace.example"


@pytest.fixture
def grown(ledger_world: LedgerWorld) -> tuple[bytes, bytes]:
    """The trust file before and after another firm joined."""
    before = trust.export()
    OrganisationFactory(name="Late Comer")
    ledger_world.provision()
    return before, trust.export()


def test_an_older_version_stays_to_be_had_under_its_number(client, grown):
    before, after = (parse_trust(one) for one in grown)
    assert after.version > before.version
    now = client.get(reverse("ledger-trust"))
    assert (now.content, now["Access-Control-Allow-Origin"]) == (grown[1], "*")
    assert client.get(reverse("trust-version", args=[before.version])).content == grown[0]
    assert client.get(reverse("trust-version", args=[after.version])).content == grown[1]
    assert client.get(reverse("trust-version", args=[after.version + 1])).status_code == 404
    numbers = [one.number for one in trust_versions.versions()]
    assert numbers == sorted(numbers, reverse=True)
    assert {before.version, after.version} <= set(numbers)


def test_who_has_the_file_already_is_told_so(client, grown):
    tag = client.get(reverse("ledger-trust"))["ETag"]
    assert client.get(reverse("ledger-trust"), headers={"If-None-Match": tag}).status_code == 304
    assert client.get(reverse("ledger-trust"), headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_page_names_every_version_with_its_fingerprint(client, grown):
    said = client.get(reverse("trust")).content.decode()
    for one in trust_versions.versions():
        assert one.grouped in said
        assert one.fingerprint.startswith(one.short.replace(" ", ""))
    assert "Late Comer" in said


def test_a_damaged_older_file_is_left_out(client, grown, settings):
    settings.TRUST_PATH.with_name("trust-v77.json").write_text("{}")
    assert 77 not in [one.number for one in trust_versions.versions()]
    assert client.get(reverse("trust")).status_code == 200


def test_without_a_trust_file_everything_says_so(client, data_dir, db):
    assert client.get(reverse("ledger-trust")).status_code == 404
    assert client.get(pins.PATH).status_code == 404
    assert "There is none yet" in client.get(reverse("trust")).content.decode()
    client.force_login(member(None, Role.ADMIN))
    assert "no trust file yet" in client.get(reverse("proofs:organisation-trust")).content.decode()
    assert client.get(reverse("proofs:organisation-trust-file")).status_code == 404


# --- /.well-known/ -----------------------------------------------------------------------------------------------------


def test_the_statement_has_the_fingerprints_of_all_versions(client, grown, settings):
    settings.PUBLIC_URL = f"https://{OURS}"
    answer = client.get("/.well-known/traceapp-trust.json")
    before, after = (parse_trust(one) for one in grown)
    said = answer.json()
    assert (answer["Access-Control-Allow-Origin"], said["format"]) == ("*", "traceapp-trust-pin/1")
    assert (said["version"], said["fingerprint"], said["network"]) == (after.version, after.fingerprint, after.network)
    assert {"version": before.version, "fingerprint": before.fingerprint} in said["versions"]
    assert said["trustFile"] == f"https://{OURS}/ledger/trust/{after.version}.json"
    assert "statedBy" not in said


def test_each_organisations_host_answers_in_its_name(client, ledger_world: LedgerWorld, settings):
    settings.ALLOWED_HOSTS = ["www.alba.example", "www.rhine.example", OURS]
    first, second, _ = ledger_world.organisations
    TrustHost.objects.create(organisation=first, host="www.alba.example")
    TrustHost.objects.create(organisation=second, host="www.rhine.example")
    for organisation, host in ((first, "www.alba.example"), (second, "WWW.Rhine.example:8443")):
        assert client.get(pins.PATH, headers={"Host": host}).json()["statedBy"]["pgln"] == organisation.pgln
    assert "statedBy" not in client.get(pins.PATH, headers={"Host": OURS}).json()
    assert client.get(pins.PATH, headers={"Host": "stranger.example"}).status_code == 400


# --- the organisation's own page ---------------------------------------------------------------------------------------


def test_an_administrator_names_the_domain_and_pages_name_it_too(client, ledger_world: LedgerWorld):
    organisation = ledger_world.organisations[0]
    client.force_login(member(organisation, Role.ADMIN))
    page = reverse("proofs:organisation-trust")
    assert client.post(page, {"host": "WWW.Alba.example"}).status_code == 302
    assert TrustHost.objects.get().host == "www.alba.example"
    file = client.get(reverse("proofs:organisation-trust-file"))
    assert json.loads(file.content) == pins.statement(organisation)
    client.logout()
    assert "https://www.alba.example/.well-known/traceapp-trust.json" in client.get(reverse("trust")).content.decode()
    client.force_login(member(organisation, Role.ADMIN))
    client.post(page, {"host": ""})
    assert not TrustHost.objects.exists()


@pytest.mark.parametrize(
    "host", ["https://alba.example", "alba", "alba.example/x", "a b.example", "-a.example", OURS, "x" * 300]
)
def test_what_is_no_domain_of_theirs_is_refused_in_words(client, ledger_world: LedgerWorld, settings, host):
    settings.PUBLIC_URL = f"https://{OURS}"
    client.force_login(member(ledger_world.organisations[0], Role.ADMIN))
    answer = client.post(reverse("proofs:organisation-trust"), {"host": host})
    assert answer.status_code == 200
    assert 'class="field__error"' in answer.content.decode()
    assert not TrustHost.objects.exists()


def test_a_domain_is_one_organisations_only_and_for_its_administrators(client, ledger_world: LedgerWorld):
    first, second, _ = ledger_world.organisations
    TrustHost.objects.create(organisation=first, host="www.alba.example")
    page = reverse("proofs:organisation-trust")
    client.force_login(member(second, Role.ADMIN))
    assert client.post(page, {"host": "www.alba.example"}).status_code == 200
    assert TrustHost.objects.get().organisation == first
    client.force_login(member(first, Role.SUPPLIER))
    assert client.get(page).status_code == 403
    assert client.get(reverse("proofs:organisation-trust-file")).status_code == 403


# --- where it is shown -------------------------------------------------------------------------------------------------


def test_pages_show_the_fingerprint_in_force(client, ledger_world: LedgerWorld):
    client.force_login(member(ledger_world.organisations[0], Role.ADMIN))
    short = trust_versions.current().short
    for path in ("/ledger/", "/", "/organisation/", reverse("proofs:links")):
        assert short in client.get(path).content.decode(), path
