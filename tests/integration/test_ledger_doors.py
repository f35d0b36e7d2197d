"""What goes in, what is promised, what may be asked, and whose signatures are believed."""

import base64
import hashlib
import json
from io import StringIO

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.factories import MembershipFactory, OrganisationFactory
from tests.ledger_fixtures import an_event
from traceapp.accounts.visibility import Viewer, Visibility
from traceapp.ledger import apps, keystore, receipts, selectors, trust
from traceapp.ledger.append import AppendError, NewRecord, append
from traceapp.ledger.members import Identity
from traceapp.ledger.models import Batch, Record
from traceapp.ledger.tamper import tamper_record


def new(**members):
    return NewRecord("epcis", {"event": an_event(**members)}, Visibility.CHAIN)


# --- append ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_append_refuses_outside_a_transaction():
    organisation = OrganisationFactory()
    with pytest.raises(AppendError, match="atomic"):
        append(organisation=organisation, records=[new()])
    assert not Record.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_append_goes_with_its_callers_transaction():
    organisation = OrganisationFactory()
    with transaction.atomic():
        append(organisation=organisation, records=[new()])
        assert Record.objects.exists()
        transaction.set_rollback(True)
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("epcis", {"statement": {}}),
        ("epcis", {"event": {"type": "ObjectEvent"}}),
        ("epcis", {"event": {"eventID": "x"}, "kind": "model"}),
        ("poem", {"statement": {}}),
    ],
)
def test_append_refuses_what_is_no_record(db, kind, body):
    with pytest.raises(AppendError):
        append(organisation=OrganisationFactory(), records=[NewRecord(kind, body, 0)])


def test_statements_and_readers_are_stored(ledger_world):
    first, second, _ = ledger_world.organisations
    statement = NewRecord("forecast", {"statement": {"model": "m", "n": 3}}, 1, {second.pk: "party", first.pk: "owner"})
    with transaction.atomic():
        (record,) = append(organisation=first, records=[statement])
    assert list(record.readers.values_list("organisation", "relation")) == [(second.pk, "party")]
    ledger_world.anchor()
    assert Batch.objects.get().kind == "forecast"


# --- receipts ----------------------------------------------------------------------------------------------------------


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_receipt_verifies_with_the_published_key_and_names_the_leaf(ledger_world, settings):
    records = ledger_world.records(2)
    header, claims, signature = receipts.sign_receipt(records).split(".")
    (jwk,) = receipts.receipt_keys()["keys"]
    assert json.loads(unbase64(header)) == {"alg": "EdDSA", "kid": jwk["kid"], "typ": receipts.TYPE}
    key = Ed25519PublicKey.from_public_bytes(unbase64(jwk["x"]))
    key.verify(unbase64(signature), f"{header}.{claims}".encode())
    with pytest.raises(InvalidSignature):
        key.verify(unbase64(signature), f"{header}.{claims}x".encode())
    told = json.loads(unbase64(claims))
    assert told["iss"] == settings.PUBLIC_URL
    assert [one["leaf"] for one in told["records"]] == [bytes(record.leaf).hex() for record in records]
    assert [one["id"] for one in told["records"]] == [str(record.uid) for record in records]
    assert told["anchorBy"] > told["records"][0]["recordTime"]


# --- keys --------------------------------------------------------------------------------------------------------------


def test_keys_lie_encrypted_for_our_eyes_only(data_dir, settings):
    keystore.put("organisation-1", b"secret")
    (file,) = (data_dir / "keys").glob("*.key")
    assert b"secret" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert keystore.get("organisation-1") == b"secret"
    assert not keystore.put("organisation-1", b"other", replace=False)

    file.with_name("organisation-2.key").write_bytes(file.read_bytes())
    with pytest.raises(keystore.KeyStoreError, match="damaged"):
        keystore.get("organisation-2")  # one organisation's key in the place of another's
    settings.KEYSTORE_KEY = "another"
    with pytest.raises(keystore.KeyStoreError, match="KEYSTORE_KEY"):
        keystore.get("organisation-1")
    for name in ("../x", "", "nobody"):
        with pytest.raises(keystore.KeyStoreError):
            keystore.get(name)


def test_an_organisation_founded_later_becomes_a_member(ledger_world):
    ledger_world.record()
    ledger_world.anchor()
    before = trust.pinned()
    newcomer = OrganisationFactory(name="Newcomer")
    record = ledger_world.record(newcomer)
    ledger_world.anchor()
    assert Identity.objects.filter(organisation=newcomer).exists()
    assert selectors.state_of(record) == selectors.State.ON_LEDGER
    after = trust.pinned()
    assert after.version == before.version + 1
    assert newcomer.msp_id in after.organisations


# --- trust -------------------------------------------------------------------------------------------------------------


def test_a_trust_that_changed_silently_is_refused(ledger_world):
    shown = ledger_world.ledger.trust()
    before = trust.export()
    other = ledger_world.organisations[0].msp_id
    foreign = json.loads(json.dumps(shown))
    for one in foreign["organisations"]:
        if one["mspId"] == other:
            one["rootCertificates"] = shown["ordererOrganisations"][0]["rootCertificates"]
    foreign["ordererOrganisations"] = []
    stranger = json.loads(json.dumps(shown))
    stranger["genesis"] = "00" * 32
    for changed in (foreign, stranger):
        with pytest.raises(trust.TrustChanged):
            trust.pin(changed, admitted={other})
    assert trust.export() == before
    trust.pin(shown)  # the same again is nothing


def test_a_stranger_among_the_organisations_is_refused(ledger_world):
    before = trust.export()
    apps.founder()([("StrangerMSP", "Stranger", "9506000099996")])
    with pytest.raises(trust.TrustChanged, match="StrangerMSP"):
        ledger_world.provision()
    assert trust.export() == before


def test_the_trust_file_is_exported_as_it_is_pinned(ledger_world, tmp_path):
    call_command("export_trust", "-o", str(tmp_path / "out.json"))
    assert (tmp_path / "out.json").read_bytes() == trust.export()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_trust", "-o", str(tmp_path / "nowhere" / "out.json"))


def test_without_a_pinned_trust_it_is_said(data_dir, db):
    with pytest.raises(CommandError, match="start ledgerd"):
        call_command("export_trust")
    with pytest.raises(CommandError, match="Nothing could be checked"):
        call_command("verify_ledger")


# --- commands ----------------------------------------------------------------------------------------------------------


def test_verify_ledger_says_what_and_where(ledger_world, settings):
    records = ledger_world.records(3)
    ledger_world.anchor()
    clean = StringIO()
    call_command("verify_ledger", stdout=clean)
    assert "Everything matches the ledger: 3 records in 1 batches" in clean.getvalue()

    settings.DEMO = True
    said = StringIO()
    call_command("tamper", str(records[1].uid), stdout=said)
    assert str(records[1].uid) in said.getvalue()
    assert "/p/01/09506000134352/21/1" in said.getvalue()

    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", "--json", stdout=out)
    assert ended.value.code == 1
    (found,) = json.loads(out.getvalue())["findings"]
    assert (found["what"], found["row"], found["position"]) == ("changed", records[1].pk, 1)
    assert found["record"] == str(records[1].uid)
    assert found["organisation"] == ledger_world.organisations[0].pgln


def test_tamper_is_for_demos(ledger_world, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demos"):
        call_command("tamper")
    settings.DEMO = True
    with pytest.raises(CommandError, match="nothing left to change"):
        call_command("tamper")


def test_tamper_changes_exactly_one_byte(ledger_world):
    for members in ({}, {"eventTime": "2026-01-01T00:00:00.009Z"}, {"eventTime": "2026-01-01T00:00:00.000Z"}):
        record = ledger_world.record(**members)
        before = bytes(record.disclosures)
        tamper_record(record.pk)
        record.refresh_from_db()
        after = bytes(record.disclosures)
        assert len(before) == len(after)
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


# --- asking ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_member(client):
    def login(organisation):
        client.force_login(MembershipFactory(organisation=organisation).user)
        return client

    return login


def test_records_are_listed_for_those_who_may_read_them(ledger_world, as_member):
    first, second, third = ledger_world.organisations
    ours = ledger_world.record(first, visibility=Visibility.PRIVATE)
    shared = ledger_world.record(first, visibility=Visibility.CHAIN, readers={second.pk: "chain"})
    ledger_world.anchor()
    waiting = ledger_world.record(first, visibility=Visibility.PUBLIC)

    def listed(organisation):
        answer = as_member(organisation).get("/api/v1/records")
        assert answer.status_code == 200
        return [(one["id"], one["state"]) for one in answer.json()["results"]]

    public = (str(waiting.uid), "queued")
    assert listed(first) == [public, (str(shared.uid), "on_ledger"), (str(ours.uid), "on_ledger")]
    assert listed(second) == [public, (str(shared.uid), "on_ledger")]
    assert listed(third) == [public]


def test_status_and_keys_are_answered(ledger_world, as_member, client):
    assert client.get("/api/v1/receipts/keys").json() == receipts.receipt_keys()
    assert client.get("/api/v1/ledger/status").status_code in (401, 403)
    ledger_world.record()
    status = as_member(ledger_world.organisations[0]).get("/api/v1/ledger/status").json()
    assert status["queued"] == 1
    assert status["running"] is False


def test_the_explorer_shows_an_organisation_only_its_own_batches_and_findings(ledger_world):
    first, second, _ = ledger_world.organisations
    record = ledger_world.record(first, visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    us, them = Viewer(first.pk), Viewer(second.pk)
    batch = Batch.objects.get()
    assert selectors.batch(us, batch.pk) == batch
    assert selectors.batch(them, batch.pk) is None
    assert list(selectors.records_of(them, batch.pk)) == []
    block = selectors.block(batch.block)
    assert [line.batch_id for line in selectors.transactions_of(block, us)] == [batch.pk]
    assert [line.batch_id for line in selectors.transactions_of(block, them)] == [""]
    tamper_record(record.pk)
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=StringIO())
    assert selectors.findings(us).count() == 1
    assert selectors.findings(them).count() == 0
    assert selectors.findings(Viewer.nobody()).count() == 0


def test_public_ids_are_made_of_leaves():
    from traceapp.ledger.uid import uid_of

    leaf = hashlib.sha256(b"x").digest()
    uid = uid_of(leaf)
    assert (uid.version, uid.variant) == (8, "specified in RFC 4122")
    assert uid == uid_of(leaf) != uid_of(leaf[::-1])


# --- for operators -----------------------------------------------------------------------------------------------------


def test_an_organisation_may_bring_its_own_identity(ledger_world, tmp_path):
    organisation = ledger_world.organisations[0]
    issuer = apps.founder()([])
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"

    def bring(role, org):
        secret, certificate = issuer.client_identity(organisation.msp_id, org=org, role=role)
        cert.write_bytes(certificate)
        key.write_bytes(secret)
        call_command("import_identity", organisation.msp_id, cert=cert, key=key, stdout=StringIO())

    with pytest.raises(CommandError, match="role=recorder"):
        bring("reader", organisation.pgln)
    bring("recorder", organisation.pgln)
    assert Identity.objects.get(organisation=organisation).certificate == cert.read_text()
    record = ledger_world.record()
    ledger_world.anchor()
    assert selectors.state_of(record) == selectors.State.ON_LEDGER

    key.write_bytes(issuer.client_identity(organisation.msp_id, org="", role="")[0])
    with pytest.raises(CommandError, match="another key"):
        call_command("import_identity", organisation.msp_id, cert=cert, key=key)
    key.write_text("rubbish")
    with pytest.raises(CommandError, match="no PEM"):
        call_command("import_identity", organisation.msp_id, cert=cert, key=key)
    with pytest.raises(CommandError, match="no organisation"):
        call_command("import_identity", "NobodyMSP", cert=cert, key=key)


def test_figures_are_given_for_operators(ledger_world, client):
    ledger_world.record()
    text = client.get("/metrics").content.decode()
    assert "traceapp_ledger_queued_records 1" in text
    assert "traceapp_ledger_up 0" in text
