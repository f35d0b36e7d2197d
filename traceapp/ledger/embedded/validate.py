"""Judge a transaction as Fabric's committer does. The first thing wrong is its peer.TxValidationCode.

`judge` looks at the envelope alone: form, signatures, policy. `conflict` compares what it read with the state it meets.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.ledger import messages
from traceapp.ledger.embedded import state
from traceapp.ledger.embedded.membership import Identity, NotMember
from traceapp.ledger.embedded.network import Network
from traceapp.ledger.embedded.state import Version
from traceapp.ledger.protos import DecodeError, common, kvrwset, proposal, proposal_response, rwset, transaction

OK: int = transaction.VALID
BAD_CREATOR: int = transaction.BAD_CREATOR_SIGNATURE


@dataclass(frozen=True)
class Judged:
    """`tx_id` is empty unless nonce and creator prove it; `noted` is the KVRWSet of a transaction valid so far."""

    code: int
    tx_id: str = ""
    noted: Any = None


class Invalid(Exception):
    """Why a transaction is not valid."""

    def __init__(self, code: int) -> None:
        super().__init__(transaction.TxValidationCode.Name(code))
        self.code = code


def judge(envelope: bytes, network: Network) -> Judged:
    """Everything that does not depend on the state."""
    tx_id = ""
    try:
        payload, header, signed, at = _opened(envelope, network)
        _creator(envelope, payload, signed, at, network)
        if messages.transaction_id(signed.nonce, signed.creator) != header.tx_id:
            raise Invalid(transaction.BAD_PROPOSAL_TXID)
        tx_id = str(header.tx_id)
        action, response = _action(payload)
        outcome = _outcome(header, response, network)
        if not endorsed(action, at, network):
            raise Invalid(transaction.ENDORSEMENT_POLICY_FAILURE)
        return Judged(OK, tx_id, _noted(outcome.results, network))
    except Invalid as invalid:
        return Judged(invalid.code, tx_id)
    except DecodeError:
        return Judged(transaction.BAD_PAYLOAD, tx_id)


def creator_of(envelope: bytes, network: Network) -> Identity:
    """The identity that signed an envelope for this channel. Raises Invalid."""
    try:
        payload, _, signed, at = _opened(envelope, network)
        return _creator(envelope, payload, signed, at, network)
    except DecodeError as error:
        raise Invalid(transaction.BAD_PAYLOAD) from error


def endorsed(action: Any, at: datetime, network: Network) -> bool:
    """Whether peers of a majority signed this answer; an organisation counts once, a bad signature not at all."""
    answer = action.proposal_response_payload
    organisations: set[str] = set()
    for endorsement in action.endorsements:
        if len(organisations) >= network.majority:
            break  # more signatures could not change the answer
        try:
            endorser = network.membership.identify(endorsement.endorser, at)
        except NotMember:
            continue
        if endorser.role == "peer" and endorser.signed(answer + endorsement.endorser, endorsement.signature):
            organisations.add(endorser.msp_id)
    return len(organisations) >= network.majority


def conflict(db: sqlite3.Connection, noted: Any) -> int:
    """MVCC_READ_CONFLICT or PHANTOM_READ_CONFLICT when the state is no longer what was read; else VALID.

    Earlier valid transactions of the same block count: their writes are in the state already.
    """
    for read in noted.reads:
        if state.version(db, read.key) != _version(read):
            return int(transaction.MVCC_READ_CONFLICT)
    for query in noted.range_queries_info:
        found = state.scan(db, query.start_key, query.end_key, closed=not query.itr_exhausted)
        now = [(key, version) for key, _, version in found]
        if now != [(read.key, _version(read)) for read in query.raw_reads.kv_reads]:
            return int(transaction.PHANTOM_READ_CONFLICT)
    return OK


def apply(db: sqlite3.Connection, noted: Any, at: Version) -> None:
    """Write a valid transaction's write set."""
    for write in noted.writes:
        if write.is_delete:
            state.delete(db, write.key)
        else:
            state.put(db, write.key, write.value, at)


def _opened(envelope: bytes, network: Network) -> tuple[Any, Any, Any, datetime]:
    """(payload, channel header, signature header, the transaction's time) of an envelope for this channel."""
    opened = common.Envelope.FromString(envelope)
    if not opened.payload:
        raise Invalid(transaction.NIL_ENVELOPE)
    payload = common.Payload.FromString(opened.payload)
    try:
        header = common.ChannelHeader.FromString(payload.header.channel_header)
        signed = common.SignatureHeader.FromString(payload.header.signature_header)
        at = messages.read_timestamp(header.timestamp)
    except (DecodeError, ValueError) as error:
        raise Invalid(transaction.BAD_COMMON_HEADER) from error
    if header.type != common.ENDORSER_TRANSACTION:
        raise Invalid(transaction.UNKNOWN_TX_TYPE)
    if header.channel_id != network.channel:
        raise Invalid(transaction.TARGET_CHAIN_NOT_FOUND)
    return payload, header, signed, at


def _creator(envelope: bytes, payload: Any, signed: Any, at: datetime, network: Network) -> Identity:
    opened = common.Envelope.FromString(envelope)
    try:
        creator = network.membership.identify(signed.creator, at)
    except NotMember as error:
        raise Invalid(transaction.BAD_CREATOR_SIGNATURE) from error
    if not creator.signed(opened.payload, opened.signature):
        raise Invalid(transaction.BAD_CREATOR_SIGNATURE)
    return creator


def _action(payload: Any) -> tuple[Any, Any]:
    """The one endorsed action and the answer its endorsers signed, when that answers this very proposal."""
    try:
        actions = transaction.Transaction.FromString(payload.data).actions
        if len(actions) != 1 or actions[0].header != payload.header.signature_header:
            raise Invalid(transaction.INVALID_ENDORSER_TRANSACTION)
        carried = transaction.ChaincodeActionPayload.FromString(actions[0].payload)
        response = proposal_response.ProposalResponsePayload.FromString(carried.action.proposal_response_payload)
    except DecodeError as error:
        raise Invalid(transaction.INVALID_ENDORSER_TRANSACTION) from error
    header = payload.header
    asked = messages.proposal_hash(header.channel_header, header.signature_header, carried.chaincode_proposal_payload)
    if response.proposal_hash != asked:
        raise Invalid(transaction.INVALID_ENDORSER_TRANSACTION)
    return carried.action, response


def _outcome(header: Any, response: Any, network: Network) -> Any:
    """The ChaincodeAction, when it is of the contract the header names and that answered 200."""
    try:
        extension = proposal.ChaincodeHeaderExtension.FromString(header.extension)
        outcome = proposal.ChaincodeAction.FromString(response.extension)
    except DecodeError as error:
        raise Invalid(transaction.BAD_HEADER_EXTENSION) from error
    if not extension.chaincode_id.name == outcome.chaincode_id.name == network.chaincode:
        raise Invalid(transaction.INVALID_CHAINCODE)
    if outcome.response.status != 200:
        raise Invalid(transaction.BAD_RESPONSE_PAYLOAD)
    return outcome


def _noted(results: bytes, network: Network) -> Any:
    try:
        sets = rwset.TxReadWriteSet.FromString(results).ns_rwset
        if any(one.namespace != network.chaincode for one in sets) or len(sets) > 1:
            raise Invalid(transaction.ILLEGAL_WRITESET)
        return kvrwset.KVRWSet.FromString(sets[0].rwset if sets else b"")
    except DecodeError as error:
        raise Invalid(transaction.BAD_RWSET) from error


def _version(read: Any) -> Version | None:
    return (read.version.block_num, read.version.tx_num) if read.HasField("version") else None
