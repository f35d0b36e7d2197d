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
from tests.unit.verifier_network import TX_TIME, Authority, Case, Network, canonical

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

    def policies(self) -> tuple[bytes, bytes]:
        """A nested rule, and endorsers that may or may not satisfy it."""
        everyone = [*self.network.peers.values(), *self.network.clients.values()]
        endorsers = [self.random.choice(everyone) for _ in range(self.random.randrange(5))]
        case = Case(self.network)
        case.endorsers = endorsers
        rules = [{"from": self._moment(), "rule": self._rule(0)} for _ in range(self.random.choice([1, 1, 2, 3]))]
        return case.file(), canonical({**self.trust, "endorsement": rules})

    def _rule(self, depth: int) -> dict[str, Any]:
        if depth > 3 or self.random.random() < 0.3:
            msp_id = self.random.choice(list(self.network.peers))
            return {"signedBy": msp_id, "role": self.random.choice(["peer", "peer", "peer", "client", "admin"])}
        rules = [self._rule(depth + 1) for _ in range(self.random.randrange(1, 4))]
        return {"outOf": [self.random.randrange(1, len(rules) + 1), rules]}

    def _moment(self) -> str:
        step = timedelta(microseconds=self.random.choice([-(10**6), -1000, -456, -1, 0, 1, 1000, 10**6]))
        return (TX_TIME + step).isoformat().replace("+00:00", self.random.choice(["Z", "+00:00", "-00:00"]))

    def chains(self) -> tuple[bytes, bytes]:
        """A member below a chain of authorities, some of which may not be above it, or not at that time."""
        root = Authority.make("AlbaMSP", path_length=self._length())
        chain, windows = [root], [self._window() for _ in range(3)]
        for level in range(self.random.randrange(4)):
            chain.append(Authority.make(f"Alba{level}", under=chain[-1], path_length=self._length()))
        pems = [self._timed(one, chain[max(at - 1, 0)], windows[at % 3]) for at, one in enumerate(chain)]
        member = self.random.choice(chain).issue("peer", msp_id="AlbaMSP")
        lower = pems[1:]
        self.random.shuffle(lower)
        if lower and self.random.random() < 0.2:
            lower.pop()
        trust = json.loads(self.trusted)
        trust["organisations"][0] |= {"rootCertificates": [pems[0]], "intermediateCertificates": lower}
        case = Case(self.network, client=self.network.clients["BoraMSP"])
        case.edit["tx.batch"] = lambda batch: {**batch, "mspId": "BoraMSP"}
        case.attesters = [member, self.network.peers["CedroMSP"]]
        case.endorsers = [self.network.peers["BoraMSP"], self.network.peers["CedroMSP"]]
        return case.file(), canonical(trust)

    def _length(self) -> int | None:
        return self.random.choice([None, None, 0, 1, 2])

    def _window(self) -> tuple[bytes, bytes]:
        around = [b"260514091204Z", b"260514091205Z", b"260514091206Z"]
        return self.random.choice([b"260101000000Z", *around]), self.random.choice([b"300101000000Z", *around])

    def _timed(self, authority: Authority, above: Authority, window: tuple[bytes, bytes]) -> str:
        (whole,) = der_mutations.parsed(authority.certificate.public_bytes(serialization.Encoding.DER))
        first, last = whole.children[0].children[4].children
        if self.random.random() < 0.4:
            first.content, last.content = window
        return der_mutations.pem_of(der_mutations.sealed(whole, above.key)).decode()

    def any(self) -> tuple[bytes, bytes]:
        ways: list[Callable[[], tuple[bytes, bytes]]] = [
            *(self.messages, self.messages, self.values, self.records, self.certificates, self.certificates),
            *(self.blocks, self.devices, self.trusts, self.policies, self.chains),
        ]
        return self.random.choice(ways)()
