"""The messages between a peer and the contract's service (fabric-protos `peer/chaincode_shim.proto`), in one place.

The generated modules build their classes at import, so a type checker sees none of them: here they are `Any`.
"""

from importlib import import_module
from typing import Any

shim: Any = import_module("fabric_protos.peer.chaincode_shim_pb2")
shim_grpc: Any = import_module("fabric_protos.peer.chaincode_shim_pb2_grpc")
chaincode: Any = import_module("fabric_protos.peer.chaincode_pb2")
event: Any = import_module("fabric_protos.peer.chaincode_event_pb2")
proposal: Any = import_module("fabric_protos.peer.proposal_pb2")
response: Any = import_module("fabric_protos.peer.proposal_response_pb2")
common: Any = import_module("fabric_protos.common.common_pb2")
identities: Any = import_module("fabric_protos.msp.identities_pb2")
query: Any = import_module("fabric_protos.ledger.queryresult.kv_query_result_pb2")

# Raised by FromString on bytes that are not such a message.
DecodeError: type[Exception] = import_module("google.protobuf.message").DecodeError

Message: Any = shim.ChaincodeMessage

# gRPC's own limit of 4 MB is less than a peer may send: a range of state, a large argument.
MAX_MESSAGE_BYTES = 100 * 1024 * 1024
