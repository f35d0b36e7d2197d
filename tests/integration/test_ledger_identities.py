"""Organisations' identities on the embedded ledger: refused, replaced, revoked; what is said, and what goes on after."""

import json
import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command

from tests.factories import member
from tests.refused_identities import REFUSED, Place, check_that_it_goes_on, check_that_it_waits, mend
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.ledger import apps, claim, credentials, keystore, proof, succession, trust, verified
from traceapp.ledger.embedded import organisations
from traceapp.ledger.identities import issue_certificate
from traceapp.ledger.members import FormerIdentity, Identity
from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers
from traceapp.verifier import check_bundle, parse_trust


def authority(msp_id):
    """The organisation's part of the ledger, its authority's key too."""
    ledger = apps.ledger()
    with ledger._store.read() as db:
        return next(one for one in organisations.every(db) if one.msp_id == msp_id)


def issue(msp_id, *, org, role, expired=False):
    at = datetime.now(UTC) - timedelta(days=11 * 365 if expired else 0)
    return organisations.issue_client(authority(msp_id), attributes={"org": org, "role": role}, at=at)


def public_of(certificate):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_pem_x509_certificate(certificate).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def place(ledger_world, caplog, client):
    return Place(ledger_world, issue, caplog, client)


@pytest.mark.parametrize(("fault", "words"), REFUSED, ids=[fault.__name__ for fault, _ in REFUSED])
def test_a_refused_certificate_is_said_once_and_its_records_go_on_when_it_is_mended(place, fault, words):
    fault(place)
    record = check_that_it_waits(place, words)
    mend(place)
    check_that_it_goes_on(place, record)


def run(command, *arguments, **options):
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def serial_of(organisation):
    return credentials.present(organisation.pk).serial


# --- replaced ----------------------------------------------------------------------------------------------------------


def test_a_new_certificate_signs_what_comes_and_the_old_key_is_removed(place):
    before = Identity.objects.get(organisation=place.organisation)
    said = run("rotate_identity", place.organisation.msp_id)
    after = Identity.objects.get(organisation=place.organisation)
    assert serial_of(place.organisation) in said
    assert after.certificate != before.certificate
    record = place.world.record()
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    assert Envelope.objects.get().key_reference == after.key_reference
    place.works_until(lambda: not keystore.holds(before.key_reference), "the old key is removed")
    former = FormerIdentity.objects.get()
    assert former.certificate == before.certificate
    assert former.key_removed is not None
    assert keystore.holds(after.key_reference)


def test_an_envelope_of_the_old_key_that_is_in_flight_ends_first(place):
    """Signed, then the key is replaced, then sent: it is valid as it is, and only then the old key goes."""
    old = Identity.objects.get(organisation=place.organisation).key_reference
    record = place.world.record()
    batch = claim.claim(organisation_id=place.organisation.pk, kind="epcis", now=datetime.now(UTC))
    Relay(place.world.ledger, Signers()).endorse(batch)
    run("rotate_identity", place.organisation.msp_id)
    assert succession.forget_ended() == 0
    assert keystore.holds(old)
    Batch.objects.update(claimed_until=datetime.now(UTC))
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    assert Envelope.objects.get().key_reference == old
    place.works_until(lambda: not keystore.holds(old), "the old key is removed")


def test_an_envelope_that_was_lost_and_whose_certificate_is_refused_now_is_made_again(place):
    """Sent once and lost with its orderer; then the certificate is replaced and revoked."""
    old = serial_of(place.organisation)
    record = place.world.record()
    batch = claim.claim(organisation_id=place.organisation.pk, kind="epcis", now=datetime.now(UTC))
    Relay(place.world.ledger, Signers()).endorse(batch)
    Envelope.objects.update(sent=datetime.now(UTC))
    Batch.objects.update(state=Batch.State.SENT, claimed_until=datetime.now(UTC))
    run("rotate_identity", place.organisation.msp_id)
    run("revoke_identity", place.organisation.msp_id, serial=old)
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    assert Envelope.objects.count() == 2
    place.works_until(lambda: FormerIdentity.objects.get().key_removed, "the old key is removed")


def test_a_certificate_by_the_organisations_own_authority_for_a_key_made_here(place, tmp_path):
    path, organisation = tmp_path / "request.pem", place.organisation
    assert "role=recorder" in run("rotate_identity", organisation.msp_id, request=path)
    wanted = x509.load_pem_x509_csr(path.read_bytes())
    assert wanted.is_signature_valid
    assert b"PRIVATE" not in path.read_bytes()

    def signed(**attributes):
        ca, now = authority(organisation.msp_id), datetime.now(UTC)
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = wanted.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        certificate = issue_certificate(
            ca_key=ca.ca_key, ca_certificate=ca.ca_certificate, public_key=public, common_name="c", ou="client",
            not_before=now - timedelta(minutes=30), not_after=now + timedelta(days=10), attributes=attributes,
        )  # fmt: skip
        (tmp_path / "cert.pem").write_bytes(certificate)
        return run("import_identity", organisation.msp_id, cert=tmp_path / "cert.pem")

    with pytest.raises(CommandError, match=f"must be org={organisation.pgln} and role=recorder; they are none"):
        signed()
    assert "sends with this certificate" in signed(org=organisation.pgln, role="recorder")
    assert credentials.present(organisation.pk).state == "ends"
    record = place.world.record()
    place.works_until(lambda: place.anchored(record), "it is on the ledger")


def test_what_would_be_refused_is_not_brought(place, tmp_path):
    organisation, good = place.organisation, {"org": place.organisation.pgln, "role": "recorder"}
    before = serial_of(organisation)

    def bring(made):
        (tmp_path / "key.pem").write_bytes(made[0])
        (tmp_path / "cert.pem").write_bytes(made[1])
        run("import_identity", organisation.msp_id, cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")

    with pytest.raises(CommandError, match="expired on"):
        bring(issue(organisation.msp_id, **good, expired=True))
    with pytest.raises(CommandError, match="was not issued by that organisation"):
        bring(issue(place.other.msp_id, **good))
    revoked = issue(organisation.msp_id, **good)
    serial = x509.load_pem_x509_certificate(revoked[1]).serial_number
    run("revoke_identity", organisation.msp_id, serial=f"{serial:X}")
    place.works_until(lambda: parse_trust(trust.export()).revoked, "the revocation is pinned")
    with pytest.raises(CommandError, match="is revoked"):
        bring(revoked)
    with pytest.raises(CommandError, match="The key store has no key for this certificate"):
        run("import_identity", organisation.msp_id, cert=tmp_path / "cert.pem")
    assert serial_of(organisation) == before


# --- revoked -----------------------------------------------------------------------------------------------------------


def test_a_revoked_certificate_is_refused_and_what_it_recorded_before_stays_proven(place):
    old = place.world.record(visibility=Visibility.PUBLIC)
    place.works_until(lambda: place.anchored(old), "it is on the ledger")
    version = json.loads(trust.export())["version"]
    serial = serial_of(place.organisation)
    assert "It is the one in use" in run("revoke_identity", place.organisation.msp_id)
    record = check_that_it_waits(place, "is revoked")
    pinned = json.loads(trust.export())
    assert pinned["version"] > version
    assert [one["serial"] for one in pinned["revoked"]] == [serial]
    assert pinned["revoked"][0]["mspId"] == place.organisation.msp_id
    assert "is revoked already" in run("revoke_identity", place.organisation.msp_id)

    assert check_bundle(proof.make(old, Relation.PUBLIC), parse_trust(trust.export())).verified
    run("rotate_identity", place.organisation.msp_id)
    check_that_it_goes_on(place, record)
    assert verified.read([old.pk]).verified


def test_a_batch_by_a_certificate_that_was_revoked_by_then_is_not_proven(place):
    record = place.world.record(visibility=Visibility.PUBLIC)
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    shown = json.loads(trust.export())
    entry = {"mspId": place.organisation.msp_id, "serial": serial_of(place.organisation)}
    earlier = (record.record_time - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    shown["revoked"] = [{**entry, "since": earlier}]
    report = check_bundle(proof.make(record, Relation.PUBLIC), parse_trust(json.dumps(shown).encode()))
    assert (report.verified, report.reason) == (False, "transaction-mismatch")


def test_a_serial_number_that_is_none_is_said(place):
    with pytest.raises(CommandError, match="'xyz' is not a certificate's serial number in hex"):
        run("revoke_identity", place.organisation.msp_id, serial="xyz")
    with pytest.raises(CommandError, match="no organisation with the MSP id NobodyMSP"):
        run("revoke_identity", "NobodyMSP")


def test_a_revocation_stays_when_another_organisation_joins(place):
    from tests.factories import OrganisationFactory

    run("revoke_identity", place.organisation.msp_id, serial="5A:F3")
    newcomer = OrganisationFactory()
    place.works_until(lambda: Identity.objects.filter(organisation=newcomer).exists(), "it is a member")
    place.works_until(lambda: newcomer.msp_id in parse_trust(trust.export()).organisations, "it is trusted")
    assert parse_trust(trust.export()).revoked.keys() == {(place.organisation.msp_id, 0x5AF3)}


# --- shown -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "state"),
    [(400, "good"), (29, "ends"), (0.01, "ends"), (-1, "ended")],
    ids=["good", "soon", "today", "over"],
)
def test_an_organisations_administrator_sees_until_when_its_certificate_holds(place, days, state):
    ca, now, organisation = authority(place.organisation.msp_id), datetime.now(UTC), place.organisation
    key, made = issue(organisation.msp_id, org=organisation.pgln, role="recorder")
    certificate = issue_certificate(
        ca_key=ca.ca_key, ca_certificate=ca.ca_certificate, public_key=public_of(made), common_name="c", ou="client",
        not_before=now - timedelta(days=2), not_after=now + timedelta(days=days),
        attributes={"org": organisation.pgln, "role": "recorder"},
    )  # fmt: skip
    succession.bring(organisation, key, certificate)
    shown = credentials.present(organisation.pk)
    assert shown.state == state
    assert shown.needs_care == (state != "good")
    place.browser.force_login(member(organisation, Role.ADMIN))
    page = place.browser.get("/ledger/identity/").content.decode()
    assert shown.serial in page
    assert f"{shown.valid_to:%Y}" in page
    warned = {"good": "", "ends": "It expires in", "ended": "It has expired"}[state]
    assert warned in page
    for address in ("/ledger/", "/"):
        assert (warned in place.browser.get(address).content.decode()) == bool(warned or state == "good")


def test_only_its_own_administrators_see_an_organisations_certificates(place):
    place.browser.logout()
    assert place.browser.get("/ledger/identity/").status_code in (302, 403)
    place.browser.force_login(member(place.organisation, Role.SUPPLIER))
    assert place.browser.get("/ledger/identity/").status_code == 403
    place.browser.force_login(member(place.other, Role.ADMIN))
    page = place.browser.get("/ledger/identity/").content.decode()
    assert serial_of(place.other) in page
    assert serial_of(place.organisation) not in page


def test_no_secret_is_ever_logged(place, settings, caplog):
    caplog.set_level(logging.DEBUG)
    record = place.world.record()
    run("rotate_identity", place.organisation.msp_id)
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    run("revoke_identity", place.organisation.msp_id)
    place.world.record()
    place.works_until(lambda: "is revoked" in " ".join(place.said()), "it is said")
    text = caplog.text
    assert settings.KEYSTORE_KEY not in text
    assert "PRIVATE KEY" not in text
