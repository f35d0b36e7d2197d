"""Fabric's service messages and stubs, as `Any`: see traceapp.ledger.protos for why."""

from importlib import import_module
from typing import Any

gateway: Any = import_module("fabric_protos.gateway.gateway_pb2")
gateway_grpc: Any = import_module("fabric_protos.gateway.gateway_pb2_grpc")
endorser_grpc: Any = import_module("fabric_protos.peer.peer_pb2_grpc")
events: Any = import_module("fabric_protos.peer.events_pb2")
events_grpc: Any = import_module("fabric_protos.peer.events_pb2_grpc")
lifecycle: Any = import_module("fabric_protos.peer.lifecycle.lifecycle_pb2")
orderer: Any = import_module("fabric_protos.orderer.ab_pb2")
ledger_info: Any = import_module("fabric_protos.common.ledger_pb2")
any_message: Any = import_module("google.protobuf.any_pb2")
