"""The least client that can use a peer's gateway: what the tests of network and contract service need, no more."""

import json
import uuid
from datetime import UTC, datetime
from importlib import import_module

import grpc

from traceapp.ledger.identities import LocalSigner, serialized_identity
from traceapp.ledger.messages import new_proposal, sign_envelope
from traceapp.ledger.port import Endorsed
from traceapp.ledger.protos import common, encode, proposal

gateway = import_module("fabric_protos.gateway.gateway_pb2")
gateway_grpc = import_module("fabric_protos.gateway.gateway_pb2_grpc")
WITHIN = 60  # seconds for a call
PATIENCE = 3  # seconds before the same envelope is sent again


class Refused(Exception):
    """All that the gateway and its peers said."""


class Client:
    """Sends through one peer, as one member."""

    def __init__(self, network, server, *, role="recorder", member=""):
        self.network = network
        self.organisation = network.topology.organisation(member or server.msp_id)
        msp_id, org = self.organisation.msp_id, self.organisation.pgln
        self.signer = LocalSigner(msp_id, *network.client_identity(msp_id, org=org, role=role))
        credentials = grpc.ssl_channel_credentials(server.tls_ca)
        size = [("grpc.max_receive_message_length", 100 << 20), ("grpc.max_send_message_length", 100 << 20)]
        self.channel = grpc.secure_channel(server.endpoint, credentials, size)
        self.stub = gateway_grpc.GatewayStub(self.channel)

    def evaluate(self, function, *args, organisation=None):
        made = self._proposal(function, args)
        request = gateway.EvaluateRequest(
            transaction_id=made.tx_id, channel_id=self.network.channel, proposed_transaction=_signed(made),
            target_organizations=[organisation] if organisation else [],
        )  # fmt: skip
        return _said(self.stub.Evaluate, request).result.payload

    def endorse(self, function, *args):
        made = self._proposal(function, args)
        request = gateway.EndorseRequest(
            transaction_id=made.tx_id, channel_id=self.network.channel, proposed_transaction=_signed(made)
        )
        found = _said(self.stub.Endorse, request).prepared_transaction
        return Endorsed(made.tx_id, found.payload, b"")

    def send(self, endorsed):
        """Submit until it is in a block: the validation code. An acknowledged envelope may be lost with its orderer."""
        envelope = common.Envelope.FromString(sign_envelope(endorsed, self.signer))
        names = {"transaction_id": endorsed.tx_id, "channel_id": self.network.channel}
        submit = gateway.SubmitRequest(prepared_transaction=envelope, **names)
        identity = serialized_identity(self.signer.msp_id, self.signer.certificate)
        asked = encode(gateway.CommitStatusRequest(identity=identity, **names))
        signed = gateway.SignedCommitStatusRequest(request=asked, signature=self.signer.sign(asked))
        while True:
            _said(self.stub.Submit, submit)
            try:
                return self.stub.CommitStatus(signed, timeout=PATIENCE).result
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise Refused(error.details()) from error

    def record(self, **changes):
        """Record a fresh batch: (its id, validation code)."""
        wanted = batch(**changes)
        return wanted["id"], self.send(self.endorse("record_batch", json.dumps(wanted)))

    def _proposal(self, function, args):
        return new_proposal(
            signer=self.signer, channel=self.network.channel, chaincode_name=self.network.chaincode,
            args=[function, *args], timestamp=datetime.now(UTC),
        )  # fmt: skip


def batch(**changes):
    good = {
        "id": uuid.uuid4().hex, "kind": "epcis", "root": "5e" * 32, "size": 512,
        "from": "2026-05-14T09:12:00.000Z", "to": "2026-05-14T09:12:00.250Z",
    }  # fmt: skip
    return good | changes


def _signed(made):
    return proposal.SignedProposal(proposal_bytes=made.data, signature=made.signature)


def _said(call, request):
    try:
        return call(request, timeout=WITHIN)
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        raise Refused(f"{error.code().name} {error.details()} {details!r}") from error
