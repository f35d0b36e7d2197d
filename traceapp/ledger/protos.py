"""Fabric's generated protobuf modules, in one place.

They build their classes at import, so a type checker sees none of them: here they are `Any`, and the functions
around them (`messages`, `embedded.blocks`) give plain typed values to everybody else.
"""

from importlib import import_module
from typing import Any

common: Any = import_module("fabric_protos.common.common_pb2")
configtx: Any = import_module("fabric_protos.common.configtx_pb2")
policies: Any = import_module("fabric_protos.common.policies_pb2")
identities: Any = import_module("fabric_protos.msp.identities_pb2")
msp_config: Any = import_module("fabric_protos.msp.msp_config_pb2")
msp_principal: Any = import_module("fabric_protos.msp.msp_principal_pb2")
chaincode: Any = import_module("fabric_protos.peer.chaincode_pb2")
chaincode_event: Any = import_module("fabric_protos.peer.chaincode_event_pb2")
policy: Any = import_module("fabric_protos.peer.policy_pb2")
proposal: Any = import_module("fabric_protos.peer.proposal_pb2")
proposal_response: Any = import_module("fabric_protos.peer.proposal_response_pb2")
transaction: Any = import_module("fabric_protos.peer.transaction_pb2")
rwset: Any = import_module("fabric_protos.ledger.rwset.rwset_pb2")
kvrwset: Any = import_module("fabric_protos.ledger.rwset.kvrwset.kv_rwset_pb2")

# Raised by FromString on bytes that are not such a message.
DecodeError: type[Exception] = import_module("google.protobuf.message").DecodeError


def encode(message: Any) -> bytes:
    """Serialise; maps in key order, so that equal messages are equal bytes."""
    return bytes(message.SerializeToString(deterministic=True))
