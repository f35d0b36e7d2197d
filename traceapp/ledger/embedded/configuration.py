"""Configuration blocks: which organisations the channel has, in the shape of Fabric's channel configuration.

Block 0 founds the channel. An organisation that joins later comes with a block of its own, which carries the whole
configuration again under the next sequence number. From that block on it endorses, attests and counts in the majority.
"""

import os
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from chaincode.traceability.times import rfc3339
from traceapp.ledger import messages
from traceapp.ledger.embedded import blocks, chain, organisations
from traceapp.ledger.embedded.organisations import ORDERER, Organisation
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.protos import common, configtx, encode, msp_config, policies


def append(db: sqlite3.Connection, joining: Iterable[Organisation], at: datetime) -> None:
    """Write the next configuration block, these organisations added to those before. Inside a write transaction."""
    for organisation in joining:
        organisations.add(db, organisation)
    every = organisations.every(db)
    orderer = next(o for o in every if o.kind == ORDERER)
    tip = chain.tip(db)
    sequence = tip.configuration + 1
    envelope = _envelope(chain.meta(db, "channel"), every, orderer, sequence, at)
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


def _begins(db: sqlite3.Connection, sequence: int, at: datetime) -> str:
    """When the rule of this configuration begins; strictly after the one before, so that there is a last one."""
    if sequence == 0:
        return rfc3339(at - organisations.BACKDATE)
    before = datetime.fromisoformat(history(db)[-1][1])
    return rfc3339(max(at.astimezone(UTC), before + timedelta(milliseconds=1)))


def _envelope(channel: str, every: list[Organisation], orderer: Organisation, sequence: int, at: datetime) -> bytes:
    creator = serialized_identity(orderer.msp_id, orderer.node_certificate)
    nonce = os.urandom(messages.NONCE_BYTES)
    header = common.ChannelHeader(type=common.CONFIG, channel_id=channel, tx_id=messages.transaction_id(nonce, creator))
    messages.set_timestamp(header.timestamp, at)
    config = configtx.Config(sequence=sequence, channel_group=_channel(every))
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


def _channel(every: list[Organisation]) -> Any:
    group = configtx.ConfigGroup(mod_policy="Admins")
    application, ordering = group.groups["Application"], group.groups["Orderer"]
    majority = policies.ImplicitMetaPolicy(sub_policy="Endorsement", rule=policies.ImplicitMetaPolicy.MAJORITY)
    application.policies["Endorsement"].policy.type = policies.Policy.IMPLICIT_META
    application.policies["Endorsement"].policy.value = encode(majority)
    for organisation in every:
        parent = ordering if organisation.kind == ORDERER else application
        value = parent.groups[organisation.msp_id].values["MSP"]
        value.mod_policy = "Admins"
        value.value = encode(msp_config.MSPConfig(type=0, config=encode(_msp(organisation))))
    return group


def _msp(organisation: Organisation) -> Any:
    root = organisation.ca_certificate

    def unit(name: str) -> Any:
        return msp_config.FabricOUIdentifier(certificate=root, organizational_unit_identifier=name)

    return msp_config.FabricMSPConfig(
        name=organisation.msp_id,
        root_certs=[root],
        fabric_node_ous=msp_config.FabricNodeOUs(
            enable=True,
            client_ou_identifier=unit("client"),
            peer_ou_identifier=unit("peer"),
            admin_ou_identifier=unit("admin"),
            orderer_ou_identifier=unit("orderer"),
        ),
    )
