"""The demo organisations: each with its own certificate authority and node (peer or orderer), keys in the file."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from traceapp.ledger.identities import (
    LocalSigner,
    issue_certificate,
    make_ca,
    new_key,
    public_key_pem,
    serialized_identity,
)

BUSINESS, NOTARY, ORDERER = "business", "notary", "orderer"
ORDERER_MSP = "OrdererMSP"

# Two organisations must attest. Where fewer take part, demo notaries make up the number; they stay.
LEAST = 2
NOTARIES = (("NotaryMSP", "Demo notary"), ("WitnessMSP", "Demo witness"))

# A client may give a transaction a time 15 minutes back; certificates and the first rule must hold then already.
BACKDATE = timedelta(hours=1)
CA_LIFE = timedelta(days=20 * 365)
LIFE = timedelta(days=10 * 365)

_MSP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}", re.ASCII)


@dataclass(frozen=True)
class Organisation:
    """`sequence` is the configuration it came with. `pgln` is empty for those that are no business's."""

    msp_id: str
    kind: str
    name: str
    pgln: str
    sequence: int
    ca_key: bytes = field(repr=False)
    ca_certificate: bytes = field(repr=False)
    node_key: bytes = field(repr=False)
    node_certificate: bytes = field(repr=False)

    @cached_property
    def node(self) -> LocalSigner:
        """The organisation's peer (or orderer) as a signer."""
        return LocalSigner(self.msp_id, self.node_key, self.node_certificate)

    @cached_property
    def node_identity(self) -> bytes:
        """The node's msp.SerializedIdentity."""
        return serialized_identity(self.msp_id, self.node_certificate)


def found(*, msp_id: str, kind: str, name: str, pgln: str, sequence: int, at: datetime) -> Organisation:
    """Make an organisation's keys and certificates."""
    if not _MSP_ID.fullmatch(msp_id):
        raise ValueError(f"{msp_id!r} cannot be an MSP id: letters, digits, points and hyphens, at most 63")
    start = at.astimezone(UTC) - BACKDATE
    ca_key, ca_certificate = make_ca(msp_id=msp_id, name=name, not_before=start, not_after=start + CA_LIFE)
    node_key = new_key()
    ou = "orderer" if kind == ORDERER else "peer"
    certificate = issue_certificate(
        ca_key=ca_key,
        ca_certificate=ca_certificate,
        public_key=public_key_pem(node_key),
        common_name=f"{ou}0.{msp_id}",
        ou=ou,
        not_before=start,
        not_after=start + CA_LIFE,
    )
    return Organisation(msp_id, kind, name, pgln, sequence, ca_key, ca_certificate, node_key, certificate)


def issue_client(organisation: Organisation, *, attributes: Mapping[str, str], at: datetime) -> tuple[bytes, bytes]:
    """A client of this organisation: (key PEM, certificate PEM), with the attributes the contract reads."""
    key = new_key()
    start = at.astimezone(UTC) - BACKDATE
    certificate = issue_certificate(
        ca_key=organisation.ca_key,
        ca_certificate=organisation.ca_certificate,
        public_key=public_key_pem(key),
        common_name=f"{attributes['role']}.{attributes['org']}",
        ou="client",
        not_before=start,
        not_after=start + LIFE,
        attributes={name: value for name, value in attributes.items() if value},
    )
    return key, certificate


def add(db: sqlite3.Connection, organisation: Organisation) -> None:
    """Store an organisation."""
    o = organisation
    values = (o.msp_id, o.kind, o.name, o.pgln, o.sequence, o.ca_key, o.ca_certificate, o.node_key, o.node_certificate)
    db.execute("INSERT INTO organisations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def every(db: sqlite3.Connection) -> list[Organisation]:
    """All organisations, the orderer's too, in the order they came."""
    columns = "msp_id, kind, name, pgln, sequence, ca_key, ca_certificate, node_key, node_certificate"
    rows = db.execute(f"SELECT {columns} FROM organisations ORDER BY sequence, rowid")  # noqa: S608
    return [Organisation(*row) for row in rows]
