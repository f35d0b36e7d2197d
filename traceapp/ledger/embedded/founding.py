"""Found the channel, and let organisations join it."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from traceapp.ledger.embedded import chain, configuration, organisations
from traceapp.ledger.embedded.organisations import BUSINESS, LEAST, NOTARIES, NOTARY, ORDERER, ORDERER_MSP

Member: TypeAlias = tuple[str, str, str]  # MSP id, name, PGLN


def found(db: sqlite3.Connection, members: Sequence[Member], facts: Mapping[str, str], at: datetime) -> None:
    """Write block 0 with the orderer, these members and as many notaries as are wanting. Nothing on a second call."""
    if chain.tip(db).height:
        return
    for name, value in facts.items():
        chain.set_meta(db, name, value)
    notaries = [(msp_id, name, "") for msp_id, name in NOTARIES[: max(0, LEAST - len(members))]]
    _refuse_clashes(db, members)
    wanted = [(ORDERER, (ORDERER_MSP, "Demo orderer", ""))]
    wanted += [(BUSINESS, member) for member in members] + [(NOTARY, notary) for notary in notaries]
    configuration.append(db, [_make(kind, member, 0, at) for kind, member in wanted], at)


def missing(db: sqlite3.Connection, members: Sequence[Member]) -> list[Member]:
    """Those that are not members yet. ValueError when one clashes with a member."""
    _refuse_clashes(db, members)
    known = {organisation.msp_id for organisation in organisations.every(db)}
    return [member for member in members if member[0] not in known]


def join(db: sqlite3.Connection, members: Sequence[Member], at: datetime) -> None:
    """Write a configuration block with those that are not members yet, if any."""
    new = missing(db, members)
    if new:
        sequence = chain.tip(db).configuration + 1
        configuration.append(db, [_make(BUSINESS, member, sequence, at) for member in new], at)


def _make(kind: str, member: Member, sequence: int, at: datetime) -> organisations.Organisation:
    msp_id, name, pgln = member
    return organisations.found(msp_id=msp_id, kind=kind, name=name, pgln=pgln, sequence=sequence, at=at)


def _refuse_clashes(db: sqlite3.Connection, members: Sequence[Member]) -> None:
    taken = {ORDERER_MSP: "", **{msp_id: "" for msp_id, _ in NOTARIES}}
    taken |= {organisation.msp_id: organisation.pgln for organisation in organisations.every(db)}
    for msp_id, _, pgln in members:
        if taken.setdefault(msp_id, pgln) != pgln:
            raise ValueError(f"the MSP id {msp_id} belongs to another organisation of this ledger")
        if pgln and list(taken.values()).count(pgln) > 1:
            raise ValueError(f"the PGLN {pgln} belongs to another organisation of this ledger")
