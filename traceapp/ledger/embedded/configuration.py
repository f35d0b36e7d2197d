"""Configuration blocks: which organisations the channel has, in the shape of Fabric's channel configuration.

Block 0 founds the channel. An organisation that joins later comes with a block of its own, which carries the whole
configuration again under the next sequence number. From that block on it endorses, attests and counts in the majority.
So does a revocation: from its block on the certificate is refused, whatever time a transaction gives itself.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chaincode.traceability.times import rfc3339
from traceapp.ledger import messages
from traceapp.ledger.embedded import blocks, chain, organisations
from traceapp.ledger.embedded.organisations import ORDERER, Organisation
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.protos import common, configtx, encode, msp_config, policies
from traceapp.ledger.revocation import make_crl, read_crl


def append(
    db: sqlite3.Connection,
    joining: Iterable[Organisation],
    at: datetime,
    *,
    revoking: Mapping[str, Mapping[int, datetime]] | None = None,
) -> None:
    """Write the next configuration block: these organisations added to those before, these certificates revoked too.

    Inside a write transaction.
    """
    known = revoked(db)
    for organisation in joining:
        organisations.add(db, organisation)
    every = organisations.every(db)
    lists = {o.msp_id: _list(o, {**(revoking or {}).get(o.msp_id, {}), **known.get(o.msp_id, {})}, at) for o in every}
    orderer = next(o for o in every if o.kind == ORDERER)
    tip = chain.tip(db)
    sequence = tip.configuration + 1
    envelope = _envelope(chain.meta(db, "channel"), _channel(every, lists), orderer, sequence, at)
    header_hash, raw = blocks.build(
        number=tip.height,
        previous_hash=tip.header_hash,
        envelopes=[envelope],
        codes=[0],
        orderer=orderer.node,
        last_config=tip.height,
    )
    chain.add_block(db, tip.height, header_hash, raw)
    db.execute("INSERT INTO configurations VALUES (?, ?, ?)", (sequence, tip.height, _begins(db, sequence, at)))
    chain.move(db, chain.Tip(tip.height + 1, header_hash, sequence))


def history(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """(sequence, from when its rule applies) of every configuration, in order."""
    return [(row[0], row[1]) for row in db.execute("SELECT sequence, begins FROM configurations ORDER BY sequence")]


def revoked(db: sqlite3.Connection) -> dict[str, dict[int, datetime]]:
    """By MSP id: the serial numbers that the configuration in force revokes, and since when."""
    row = db.execute("SELECT block FROM configurations ORDER BY sequence DESC LIMIT 1").fetchone()
    held = chain.block(db, row[0]) if row else None
    if held is None:
        return {}
    payload = common.Payload.FromString(common.Envelope.FromString(blocks.envelope_at(held[1], 0)).payload)
    group = configtx.ConfigEnvelope.FromString(payload.data).config.channel_group
    found: dict[str, dict[int, datetime]] = {}
    for parent in ("Application", "Orderer"):
        for msp_id, one in group.groups[parent].groups.items():
            carried = msp_config.MSPConfig.FromString(one.values["MSP"].value)
            lists = msp_config.FabricMSPConfig.FromString(carried.config).revocation_list
            found[msp_id] = {serial: since for pem in lists for serial, since in read_crl(pem).items()}
    return found


def _list(organisation: Organisation, serials: Mapping[int, datetime], at: datetime) -> list[bytes]:
    if not serials:
        return []
    key, certificate = organisation.ca_key, organisation.ca_certificate
    return [make_crl(ca_key=key, ca_certificate=certificate, revoked=serials, at=at)]


def _begins(db: sqlite3.Connection, sequence: int, at: datetime) -> str:
    """When the rule of this configuration begins; strictly after the one before, so that there is a last one."""
    if sequence == 0:
        return rfc3339(at - organisations.BACKDATE)
    before = datetime.fromisoformat(history(db)[-1][1])
    return rfc3339(max(at.astimezone(UTC), before + timedelta(milliseconds=1)))


def _envelope(channel: str, group: Any, orderer: Organisation, sequence: int, at: datetime) -> bytes:
    creator = serialized_identity(orderer.msp_id, orderer.node_certificate)
    nonce = os.urandom(messages.NONCE_BYTES)
    header = common.ChannelHeader(type=common.CONFIG, channel_id=channel, tx_id=messages.transaction_id(nonce, creator))
    messages.set_timestamp(header.timestamp, at)
    config = configtx.Config(sequence=sequence, channel_group=group)
    payload = encode(
        common.Payload(
            header=common.Header(
                channel_header=encode(header),
                signature_header=encode(common.SignatureHeader(creator=creator, nonce=nonce)),
            ),
            data=encode(configtx.ConfigEnvelope(config=config)),
        )
    )
    return encode(common.Envelope(payload=payload, signature=orderer.node.sign(payload)))


def _channel(every: list[Organisation], lists: Mapping[str, list[bytes]]) -> Any:
    group = configtx.ConfigGroup(mod_policy="Admins")
    application, ordering = group.groups["Application"], group.groups["Orderer"]
    majority = policies.ImplicitMetaPolicy(sub_policy="Endorsement", rule=policies.ImplicitMetaPolicy.MAJORITY)
    application.policies["Endorsement"].policy.type = policies.Policy.IMPLICIT_META
    application.policies["Endorsement"].policy.value = encode(majority)
    for organisation in every:
        parent = ordering if organisation.kind == ORDERER else application
        value = parent.groups[organisation.msp_id].values["MSP"]
        value.mod_policy = "Admins"
        value.value = encode(
            msp_config.MSPConfig(type=0, config=encode(_msp(organisation, lists[organisation.msp_id])))
        )
    return group


def _msp(organisation: Organisation, lists: list[bytes]) -> Any:
    root = organisation.ca_certificate

    def unit(name: str) -> Any:
        return msp_config.FabricOUIdentifier(certificate=root, organizational_unit_identifier=name)

    return msp_config.FabricMSPConfig(
        name=organisation.msp_id,
        root_certs=[root],
        revocation_list=lists,
        fabric_node_ous=msp_config.FabricNodeOUs(
            enable=True,
            client_ou_identifier=unit("client"),
            peer_ou_identifier=unit("peer"),
            admin_ou_identifier=unit("admin"),
            orderer_ou_identifier=unit("orderer"),
        ),
    )
