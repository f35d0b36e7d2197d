"""Fabric's query system chaincode, of which the proof of a transaction needs one function: GetTransactionByID."""

import sqlite3

from traceapp.ledger import errors
from traceapp.ledger.embedded import blocks, chain, peer
from traceapp.ledger.protos import chaincode, common, encode, proposal, proposal_response, rwset, transaction

NAME = "qscc"
GET_TRANSACTION = "GetTransactionByID"


def transaction_by_id(db: sqlite3.Connection, asked: peer.Asked) -> bytes:
    """The ProposalResponsePayload about one transaction: its envelope and how it was judged, for the peers to sign."""
    tx_id = asked.args[2]
    at = chain.locate(db, tx_id)
    held = chain.block(db, at.block) if at else None
    if at is None or held is None:
        raise peer.Refused(errors.UNKNOWN_TRANSACTION, "there is no such transaction on the ledger")
    envelope = common.Envelope.FromString(blocks.envelope_at(held[1], at.position))
    processed = transaction.ProcessedTransaction(transactionEnvelope=envelope, validationCode=at.code)
    action = proposal.ChaincodeAction(
        results=encode(rwset.TxReadWriteSet(data_model=rwset.TxReadWriteSet.KV)),
        response=proposal_response.Response(status=200, payload=encode(processed)),
        chaincode_id=chaincode.ChaincodeID(name=NAME, version="syscc"),
    )
    return peer.response_payload(asked, action)
