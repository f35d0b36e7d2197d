"""A common.Block as the port's BlockEvent: one reading for the blocks of every ledger."""

from typing import Any

from traceapp.ledger import messages
from traceapp.ledger.port import BlockEvent, BlockTx
from traceapp.ledger.protos import DecodeError, common, transaction


def block_event(header_hash: bytes, raw: bytes) -> BlockEvent:
    """`raw` with the validity codes of its metadata. ValueError if there is not one for each envelope."""
    block = common.Block.FromString(raw)
    codes = validity_codes(block)
    return BlockEvent(
        number=block.header.number,
        previous_hash=bytes(block.header.previous_hash),
        data_hash=bytes(block.header.data_hash),
        header_hash=header_hash,
        transactions=[_transaction(bytes(data), code) for data, code in zip(block.data.data, codes, strict=True)],
        raw=raw,
    )


def validity_codes(block: Any) -> bytes:
    """One peer.TxValidationCode a transaction; empty in a block that no peer has judged."""
    metadata = block.metadata.metadata
    return bytes(metadata[common.TRANSACTIONS_FILTER]) if len(metadata) > common.TRANSACTIONS_FILTER else b""


def _transaction(envelope: bytes, code: int) -> BlockTx:
    """Its id recomputed, not as claimed: otherwise an invalid envelope could bring another's id into disrepute."""
    kind = _type(envelope)
    if code == transaction.BAD_CREATOR_SIGNATURE:
        return BlockTx(tx_id="", code=code, type=kind)
    try:
        payload = common.Payload.FromString(common.Envelope.FromString(envelope).payload)
        signed = common.SignatureHeader.FromString(payload.header.signature_header)
    except DecodeError:
        return BlockTx(tx_id="", code=code, type=kind)
    return BlockTx(tx_id=messages.transaction_id(signed.nonce, signed.creator), code=code, type=kind)


def _type(envelope: bytes) -> int:
    try:
        return int(messages.channel_header(envelope).type)
    except DecodeError:
        return int(common.MESSAGE)
