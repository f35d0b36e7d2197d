"""What somebody would try who holds keys of the network: odd, and signed all the same. Pairs of bundle and trust file."""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives import serialization
from google.protobuf.message import DecodeError

from tests.proof_vectors import der_mutations, json_mutations, mutations
from tests.proof_vectors.making import Odd
from tests.proof_vectors.wire_mutations import odd
from tests.unit.verifier_blocks import Block, Ordering
from tests.unit.verifier_devices import PACK, Device, sensor_case
from tests.unit.verifier_network import Case, Network, canonical

STAGES = [
    *("ask.extension", "ask.channel_header", "ask.signature_header", "ask.header", "ask.invocation", "ask.payload"),
    *("ask.proposal", "ask.action", "ask.response", "ask.processed"),
    *("tx.extension", "tx.channel_header", "tx.signature_header", "tx.proposal_payload", "tx.action", "tx.response"),
    *("tx.endorsed_action", "tx.action_payload", "tx.transaction", "tx.payload", "tx.envelope", "tx.kv", "tx.results"),
    "tx.creator",
]


class Forger:
    """Makes forgeries of one network, the same ones from the same `Random`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.network = Network.make()
        self.ordering = Ordering.make()
        self.trust = self.network.trust(**self.ordering.trust())
        self.consenting = canonical(self.network.trust(**self.ordering.trust(consenters=True)))
        self.trusted = canonical(self.trust)
        self.good = Case(self.network, hide=("/event/bizStep",)).file()

    def messages(self) -> tuple[bytes, bytes]:
        """A message of the question, the answer or the transaction is odd; all that builds on it is consistent."""
        stage, edit = self.random.choice(STAGES), {}
        edit[stage] = lambda value: odd(self.random, value if isinstance(value, bytes) else value.SerializeToString())
        try:
            return Case(self.network, edit=edit).file(), self.trusted
        except DecodeError:  # too odd to build on
            return self.messages()

    def values(self) -> tuple[bytes, bytes]:
        """The batch on the ledger says something else, or in other words."""
        if self.random.random() < 0.5:
            edit = {"tx.batch": self._other_batch}
        else:
            written = self.random.choice([mutations.bytewise, lambda random, _: json_mutations.value(random).encode()])
            edit = {"tx.value": lambda value: written(self.random, value)}
        return Case(self.network, edit=edit).file(), self.trusted

    def _other_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        mutations.jsonwise(self.random, batch)
        return batch

    def records(self) -> tuple[bytes, bytes]:
        """The ledger holds the root of a record that is odd."""
        more = [json_mutations.disclosure(self.random) for _ in range(self.random.choice([1, 1, 2, 3]))]
        case = Case(self.network, edit={"disclosures": lambda genuine: [*genuine, *more]})
        try:
            bundle = case.bundle()
        except (ValueError, IndexError):  # what stands at no pointer cannot be hidden
            return self.records()
        return canonical(bundle), self.trusted

    def certificates(self) -> tuple[bytes, bytes]:
        """A member's certificate is odd, issued by its authority all the same."""
        parts = {"attesters": "peer", "endorsers": "peer", "client": "client", "orderer": "orderer"}
        what = self.random.choice(list(parts))
        authority = self.ordering.authority if what == "orderer" else self.network.authorities["AlbaMSP"]
        issued = authority.issue(parts[what])
        genuine = issued.certificate.public_bytes(serialization.Encoding.DER)
        pem = der_mutations.certificate(self.random, genuine, authority.key)
        member = Odd(issued.msp_id, issued.key, issued.certificate, pem)
        if what == "orderer":
            return canonical(Block(Ordering(authority, [member])).put(Case(self.network).bundle())), self.trusted
        others = [self.network.peers["BoraMSP"]]
        case = Case(self.network, **{what: member if what == "client" else [member, *others]})
        case.tx_time += timedelta(seconds=self.random.choice([0, 0, 0, 5]))
        return case.file(), self.trusted

    def blocks(self) -> tuple[bytes, bytes]:
        """A block is odd, before or after it was signed."""
        by_number = self.random.random() < 0.5
        stage = self.random.choice(["data", "metadata", "block", "signers"])
        signers = tuple(self.random.randrange(4) for _ in range(self.random.randrange(5)))

        def edit(value: Any) -> Any:
            if stage == "data":
                return self.random.sample(value, self.random.randrange(len(value) + 1))
            return odd(self.random, value.SerializeToString())

        block = Block(self.ordering, signers, by_number, edit={stage: edit})
        block.number = self.random.choice([0, 1, 127, 128, 255, 256, 2**31, 2**53 - 1, 2**53, 2**63, 2**64 - 1])
        return canonical(block.put(Case(self.network).bundle())), self.consenting if by_number else self.trusted

    def devices(self) -> tuple[bytes, bytes]:
        """A device's message or its key's document is odd."""
        device = Device(self.network)
        kind = self.random.randrange(4)
        if kind == 0:
            edit = {"tx.batch": lambda _: self._other_batch(device.document(Case(self.network)))}
            return sensor_case(
                self.network, device.message(), {"anchor": device.anchor(edit=edit)}
            ).file(), self.trusted
        if kind == 1:
            records = json.loads(json.dumps(PACK))
            mutations.jsonwise(self.random, records)
            message = device.message(records)
        elif kind == 2:
            message = device.message(json_mutations.value(self.random).encode())
        else:
            message = mutations.bytewise(self.random, device.message().encode()).decode(errors="replace")
        return sensor_case(self.network, message, {"anchor": device.anchor()}).file(), self.trusted

    def trusts(self) -> tuple[bytes, bytes]:
        """The trust file is odd."""
        value = json.loads(self.random.choice([self.trusted, self.consenting]))
        if self.random.random() < 0.3:
            return self.good, mutations.bytewise(self.random, canonical(value))
        mutations.jsonwise(self.random, value)
        return self.good, canonical(value)

    def any(self) -> tuple[bytes, bytes]:
        ways: list[Callable[[], tuple[bytes, bytes]]] = [
            *(self.messages, self.messages, self.values, self.records, self.certificates, self.certificates),
            *(self.blocks, self.devices, self.trusts),
        ]
        return self.random.choice(ways)()
