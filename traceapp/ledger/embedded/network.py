"""One configuration of the channel, as all code here asks about it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from traceapp.ledger.embedded import chain, configuration, organisations
from traceapp.ledger.embedded.membership import Membership
from traceapp.ledger.embedded.organisations import ORDERER, Organisation


@dataclass(frozen=True)
class Network:
    """`peers` are the organisations that endorse and attest; `configuration` counts from 0 at genesis."""

    name: str
    channel: str
    chaincode: str
    configuration: int
    last_config_block: int
    peers: tuple[Organisation, ...]
    orderer: Organisation
    membership: Membership
    revoked: Mapping[str, Mapping[int, datetime]]

    @property
    def majority(self) -> int:
        """How many organisations must endorse: Fabric's implicit meta policy MAJORITY Endorsement."""
        return majority_of(len(self.peers))


def majority_of(members: int) -> int:
    """More than half."""
    return members // 2 + 1


def load(db: sqlite3.Connection) -> Network:
    """The configuration in force."""
    every = organisations.every(db)
    current = chain.tip(db).configuration
    revoked = configuration.revoked(db)
    row = db.execute("SELECT block FROM configurations WHERE sequence = ?", (current,)).fetchone()
    return Network(
        name=chain.meta(db, "network"),
        channel=chain.meta(db, "channel"),
        chaincode=chain.meta(db, "chaincode"),
        configuration=current,
        last_config_block=row[0],
        peers=tuple(o for o in every if o.kind != ORDERER),
        orderer=next(o for o in every if o.kind == ORDERER),
        membership=Membership(every, revoked),
        revoked=revoked,
    )
