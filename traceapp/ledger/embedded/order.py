"""Order and commit: a block is cut when enough envelopes wait, or when the oldest has waited long enough.

Any process may cut; the one that holds the file's write lock does. Block, state, index and checkpoint move in that one
transaction, so a kill leaves all of it or nothing, and what waited still waits.
"""

import sqlite3
import time
from dataclasses import dataclass

from traceapp.ledger.embedded import blocks, chain, validate
from traceapp.ledger.embedded.chain import Located, Tip
from traceapp.ledger.embedded.network import Network
from traceapp.ledger.protos import transaction

MAX_ENVELOPE = 10 * 1024 * 1024  # Fabric's AbsoluteMaxBytes


@dataclass(frozen=True)
class Cutting:
    """Fabric's BatchTimeout (seconds) and MaxMessageCount. Wall clock: several processes must agree on it."""

    batch_timeout: float = 0.1
    max_count: int = 200

    def wait(self, db: sqlite3.Connection) -> float | None:
        """Seconds until a block is due: 0.0 for now, None while nothing waits."""
        count, oldest = chain.waiting(db)
        if count == 0:
            return None
        age = time.time() - oldest
        if count >= self.max_count or age < 0:  # a clock set back must not hold envelopes up
            return 0.0
        return max(0.0, self.batch_timeout - age)


def cut(db: sqlite3.Connection, network: Network, cutting: Cutting) -> None:
    """Commit the next block, if one is due. Inside a write transaction."""
    if cutting.wait(db) != 0.0:
        return  # another process was faster
    tip = chain.tip(db)
    envelopes = chain.take(db, cutting.max_count)
    codes = [_commit(db, network, envelope, tip.height, position) for position, envelope in enumerate(envelopes)]
    header_hash, raw = blocks.build(
        number=tip.height,
        previous_hash=tip.header_hash,
        envelopes=envelopes,
        codes=codes,
        orderer=network.orderer.node,
        last_config=network.last_config_block,
    )
    chain.add_block(db, tip.height, header_hash, raw)
    chain.move(db, Tip(tip.height + 1, header_hash, tip.configuration))


def _commit(db: sqlite3.Connection, network: Network, envelope: bytes, block: int, position: int) -> int:
    """Judge one transaction and write what it wrote, if valid. The order of judgement is Fabric's."""
    judged = validate.judge(envelope, network)
    code = judged.code
    if judged.tx_id and chain.locate(db, judged.tx_id):
        return int(transaction.DUPLICATE_TXID)
    if code == validate.OK:
        code = validate.conflict(db, judged.noted)
    if code == validate.OK:
        validate.apply(db, judged.noted, (block, position))
    if judged.tx_id:
        chain.note_transaction(db, judged.tx_id, Located(block, position, code))
    return code
