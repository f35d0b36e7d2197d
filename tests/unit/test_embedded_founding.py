"""How a demo ledger begins, who is on it, and how others join."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.unit.embedded_world import MEMBERS, World, batch_request
from traceapp.commitments.canonical import canonical
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.identities import attributes
from traceapp.ledger.protos import common, configtx, identities, msp_config, transaction
from traceapp.verifier import check_evidence, parse_trust

JOINING = ("Org4MSP", "Organisation 4", "9506000134354")


def names(ledger: EmbeddedLedger) -> list[str]:
    return [organisation["mspId"] for organisation in ledger.trust()["organisations"]]


def test_block_0_names_the_organisations_and_their_roots(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    genesis = next(world.ledger.block_events(0, timeout=0))
    envelope = common.Envelope.FromString(common.Block.FromString(genesis.raw).data.data[0])
    payload = common.Payload.FromString(envelope.payload)
    header = common.ChannelHeader.FromString(payload.header.channel_header)
    assert (header.type, header.channel_id) == (common.CONFIG, "trace")
    config = configtx.ConfigEnvelope.FromString(payload.data).config
    groups = config.channel_group.groups["Application"].groups
    assert sorted(groups) == ["Org1MSP", "Org2MSP", "Org3MSP"]
    held = msp_config.MSPConfig.FromString(groups["Org1MSP"].values["MSP"].value)
    roots = msp_config.FabricMSPConfig.FromString(held.config).root_certs
    trusted = {one["mspId"]: one["rootCertificates"] for one in world.ledger.trust()["organisations"]}
    assert [root.decode() for root in roots] == trusted["Org1MSP"]
    assert world.ledger.genesis_hash() == genesis.header_hash


def test_creating_again_changes_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    again = World(tmp_path / "ledger")
    assert again.ledger.height() == 1
    assert again.ledger.trust() == world.ledger.trust()


@pytest.mark.parametrize(
    ("members", "attesting"),
    [
        ([], ["NotaryMSP", "WitnessMSP"]),
        (MEMBERS[:1], ["Org1MSP", "NotaryMSP"]),
        (MEMBERS[:2], ["Org1MSP", "Org2MSP"]),
    ],
)
def test_at_least_two_organisations_always_attest(
    tmp_path: Path, members: list[tuple[str, str, str]], attesting: list[str]
) -> None:
    world = World(tmp_path / "ledger", members=members)
    assert sorted(names(world.ledger)) == sorted(attesting)
    status = world.commit(world.endorse("record_batch", batch_request()))
    held = world.ledger.attest(world.signer, status.tx_id)
    signed = [identities.SerializedIdentity.FromString(endorser).mspid for endorser, _ in held.endorsements]
    assert sorted(signed) == sorted(attesting)


def test_an_organisation_that_joins_comes_with_a_block_and_counts_from_then_on(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    waiting = world.endorse("record_batch", batch_request())
    world.clock.turn(hours=1)
    world.ledger.add_organisation(*JOINING)
    block = next(world.ledger.block_events(1, timeout=0))
    assert [tx.type for tx in block.transactions] == [common.CONFIG]
    assert world.commit(waiting).valid
    late = world.commit(world.endorse("record_batch", batch_request()))
    held = world.ledger.attest(world.signer, late.tx_id)
    assert len(held.endorsements) == 4

    rules = world.ledger.trust()["endorsement"]
    assert [rule["rule"]["outOf"][0] for rule in rules] == [2, 3]
    assert [len(rule["rule"]["outOf"][1]) for rule in rules] == [3, 4]
    assert rules[1]["from"] == "2026-05-14T10:12:00.123Z"
    assert world.ledger.trust()["version"] == 2


def test_what_was_recorded_before_and_after_a_joining_verifies_with_the_new_trust(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", members=MEMBERS[:1])
    before = world.endorse("record_batch", batch_request())
    world.commit(before)
    for n in range(2, 5):
        world.ledger.add_organisation(f"Org{n}MSP", f"Organisation {n}", f"950600013435{n}")
    after = world.endorse("record_batch", batch_request(), timestamp=world.clock.now + timedelta(minutes=14))
    world.commit(after)
    trust = parse_trust(canonical(world.ledger.trust()))
    for endorsed in (before, after):
        held = world.ledger.attest(world.signer, endorsed.tx_id)
        key = common.Payload.FromString(endorsed.payload)
        assert key.header.channel_header
        batch_id = endorsed.result.split(b'"id":"')[1][:32].decode()
        check_evidence(
            key=f"batch/{batch_id}",
            tx_id=endorsed.tx_id,
            proposal=held.proposal,
            payload=held.payload,
            endorsements=held.endorsements,
            trust=trust,
        )


def test_another_process_that_has_the_ledger_open_sees_the_joining(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    other = EmbeddedLedger(world.path, clock=world.clock, batch_timeout=0.0)
    assert len(names(other)) == 3
    world.ledger.add_organisation(*JOINING)
    assert len(names(other)) == 4
    payload = common.Payload.FromString(other.endorse(world.signer, "record_batch", batch_request()).payload)
    body = transaction.Transaction.FromString(payload.data)
    carried = transaction.ChaincodeActionPayload.FromString(body.actions[0].payload)
    assert len(carried.action.endorsements) == 4


def test_joining_twice_is_joining_once(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    world.ledger.add_organisation(*JOINING)
    world.ledger.add_organisation(*JOINING)
    World(tmp_path / "ledger", members=[*MEMBERS, JOINING])
    assert world.ledger.height() == 2


def test_an_msp_id_cannot_be_taken_over(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    for taken in ("Org1MSP", "OrdererMSP"):
        with pytest.raises(ValueError, match="belongs to another"):
            world.ledger.add_organisation(taken, "Someone", "9506000134359")
    with pytest.raises(ValueError, match="PGLN 9506000134351 belongs to another"):
        world.ledger.add_organisation("NewMSP", "Someone", "9506000134351")
    with pytest.raises(ValueError, match="cannot be an MSP id"):
        world.ledger.add_organisation("no spaces", "Someone", "9506000134359")
    assert world.ledger.height() == 1


def test_a_client_certificate_carries_its_attributes(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    _, pem = world.ledger.client_identity("Org2MSP", org="9506000134352", role="recorder", custodial=True)
    certificate = x509.load_pem_x509_certificate(pem)
    assert attributes(certificate) == {"org": "9506000134352", "role": "recorder", "custodial": "true"}


def test_an_organisation_cannot_vouch_for_another(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    with pytest.raises(ValueError, match="another organisation"):
        world.ledger.client_identity("Org2MSP", org="9506000134351", role="recorder")
    with pytest.raises(ValueError, match="not an organisation"):
        world.ledger.client_identity("Org9MSP", org="9506000134351", role="recorder")


def test_the_file_holds_keys_so_only_its_owner_may_read_it(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    assert stat.S_IMODE(world.path.stat().st_mode) == 0o600


def test_no_private_key_is_printed(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger")
    with world.ledger._store.read() as db:
        assert "PRIVATE" not in repr(world.ledger._load(db))
    assert "PRIVATE" not in repr(world.signer)


def test_opening_where_there_is_no_ledger_says_so_and_makes_no_file(tmp_path: Path) -> None:
    ledger = EmbeddedLedger(tmp_path / "nothing")
    with pytest.raises(Unavailable, match="nothing"):
        ledger.height()
    assert not (tmp_path / "nothing").exists()


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(b"a shopping list, long enough to be looked at by SQLite" * 40)
    with pytest.raises(Unavailable, match="not a database"):
        EmbeddedLedger.create(path, MEMBERS)
    assert path.read_bytes().startswith(b"a shopping list")


def test_a_folder_without_rights_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be used"):
        EmbeddedLedger.create(tmp_path / "file" / "ledger", MEMBERS)
