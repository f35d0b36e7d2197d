"""Trust files that may be used, and such that may not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization

from tests.proof_vectors.der_mutations import Node, parsed, pem_of, sealed
from tests.unit.verifier_blocks import Ordering
from tests.unit.verifier_network import START, Authority, Network, canonical, pem, rfc3339

SINCE = rfc3339(START)


@dataclass(frozen=True)
class TrustVector:
    """One trust file, and whether it may be used."""

    name: str
    about: str
    usable: bool
    data: bytes

    @property
    def file(self) -> str:
        return f"trusts/{self.name}.json"


def trusts(network: Network, ordering: Ordering) -> Iterator[TrustVector]:
    value = network.trust(**ordering.trust(consenters=True))

    def usable(name: str, about: str, **members: Any) -> TrustVector:
        return TrustVector(name, about, True, canonical({**value, **members}))

    def refused(name: str, about: str, **members: Any) -> TrustVector:
        return TrustVector(name, about, False, canonical({**value, **members}))

    def raw(name: str, about: str, data: bytes) -> TrustVector:
        return TrustVector(name, about, False, data)

    text = canonical(value)
    laid_out = json.dumps(value, indent=4).encode()
    yield TrustVector("laid-out", "Any layout will do, and escapes where none are needed.", True, laid_out)
    yield usable("nothing-revoked", "What may be empty.", revoked=[], consenters=[], ordererOrganisations=[])
    less = {name: one for name, one in value.items() if name not in ("revoked", "consenters", "ordererOrganisations")}
    yield TrustVector("left-out", "What may be left out.", True, canonical(less))
    yield raw("empty", "Not a byte.", b"")
    yield raw("not-an-object", "A list.", b"[]")
    yield raw("member-twice", "A member named twice.", text.replace(b'"demo":true', b'"demo":false,"demo":true'))
    yield raw("byte-order-mark", "A byte order mark before it.", b"\xef\xbb\xbf" + text)
    yield raw("behind-the-end", "Something behind its end.", text + b"{}")
    yield refused("unknown-member", "A member that the format does not have.", comment="x")
    yield refused("another-format", "Another format.", format="traceapp-trust/2")
    yield refused("no-attestation", "No attestation needed.", attestations=0)
    yield refused("more-attestations-than-organisations", "More attestations than organisations.", attestations=4)
    yield refused("demo-in-words", "Demo in words.", demo="false")
    yield refused("version-of-half", "Version 3.5.", version=3.5)
    yield refused("short-genesis", "A genesis hash of 31 bytes.", genesis="ab" * 31)
    yield refused("no-channel", "A channel without a name.", channel="")
    yield from _rules(usable, refused)
    yield from _organisations(network, value, usable, refused)
    yield from _consenters(network, value, refused)
    entry = {"mspId": "AlbaMSP", "serial": "1f", "since": SINCE}
    yield usable(
        "revoked-twice",
        "One certificate revoked twice: the earlier counts.",
        revoked=[entry, {**entry, "serial": "001F".lower()}],
    )
    yield refused("serial-in-capitals", "A serial number in capitals.", revoked=[{**entry, "serial": "1F"}])
    yield refused("serial-of-65-digits", "A serial number of 65 digits.", revoked=[{**entry, "serial": "1" * 65}])
    for number, since in enumerate(("2026-02-29T00:00:00.000Z", "2026-01-01T00:00:60.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01 00:00:00Z",
                                    "0000-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000+14:00", "9999-12-31T23:59:59.999-14:00",
                                    "2026-01-01T00:00:00.000+15:00", "2026-01-01T00:00:00.000z", "2026-01-01T00:00:00", "tomorrow")):  # fmt: skip
        yield refused(f"time-{number}", f"{since} for a time.", revoked=[{**entry, "since": since}])


def _rules(usable: Any, refused: Any) -> Iterator[TrustVector]:
    peer = {"signedBy": "AlbaMSP", "role": "peer"}

    def ruled(rule: Any) -> dict[str, Any]:
        return {"endorsement": [{"from": SINCE, "rule": rule}]}

    def nested(levels: int) -> Any:
        rule: Any = peer
        for _ in range(levels):
            rule = {"outOf": [1, [rule]]}
        return rule

    yield usable("rule-of-one", "A rule of one signature.", **ruled(peer))
    yield usable("rule-16-deep", "Rules sixteen deep.", **ruled(nested(16)))
    yield refused("rule-17-deep", "Rules seventeen deep.", **ruled(nested(17)))
    yield refused("rule-of-none", "Zero of one: nobody would have to endorse.", **ruled({"outOf": [0, [peer]]}))
    yield refused("rule-of-nothing", "One of no rules.", **ruled({"outOf": [1, []]}))
    yield refused("rule-empty", "Zero of no rules.", **ruled({"outOf": [0, []]}))
    yield refused("rule-of-more", "Two of one.", **ruled({"outOf": [2, [peer]]}))
    yield refused("rule-below-zero", "Minus one of one.", **ruled({"outOf": [-1, [peer]]}))
    yield refused("rule-of-true", "True for a number.", **ruled({"outOf": [True, [peer]]}))
    yield refused("rule-both", "A rule of both kinds.", **ruled({"outOf": [1, [peer]], **peer}))
    yield refused("rule-of-strangers", "An organisation that is not listed.", **ruled({**peer, "signedBy": "DunaMSP"}))
    yield refused("rule-of-orderers", "A role that does not endorse.", **ruled({**peer, "role": "orderer"}))
    yield refused("no-rule", "No rule.", endorsement=[])
    once = ruled(peer)["endorsement"]
    yield refused("two-rules-at-once", "Two rules from one moment.", endorsement=once * 2)
    moved = {**once[0], "from": "2026-01-01T02:00:00.000+02:00"}
    yield refused("two-rules-at-once-elsewhere", "Two rules from one moment, in two zones.", endorsement=[*once, moved])


def _organisations(network: Network, value: dict[str, Any], usable: Any, refused: Any) -> Iterator[TrustVector]:
    first, second, third = value["organisations"]

    def changed(**members: Any) -> dict[str, Any]:
        return {"organisations": [{**first, **members}, second, third]}

    def text(authority: Authority) -> str:
        return pem(authority.certificate).decode()

    alba = network.authorities["AlbaMSP"]
    again = Authority.make("AlbaMSP", key=alba.key)
    last = Authority.make("AlbaMSP", path_length=0)
    upper = Authority.make("Alba1", under=alba)
    yield usable("two-roots", "Two roots of one organisation.", **changed(rootCertificates=[text(alba), text(last)]))
    yield usable(
        "root-renewed", "A root renewed with the same key.", **changed(rootCertificates=[text(alba), text(again)])
    )
    both = [text(Authority.make("Alba2", under=upper)), text(upper)]
    yield usable("intermediates-in-any-order", "Intermediates in any order.", **changed(intermediateCertificates=both))
    below = text(Authority.make("Alba3", under=last))
    yield refused(
        "path-length-0",
        "An authority below one that allows none.",
        **changed(rootCertificates=[text(last)], intermediateCertificates=[below]),
    )
    yield refused(
        "two-names-of-one",
        "One organisation under two names.",
        organisations=[first, second, third, {**first, "mspId": "DunaMSP"}],
    )
    orderer = {**value["ordererOrganisations"][0], "rootCertificates": [text(again)]}
    yield refused(
        "orderers-of-a-member", "Those who order share a member's key.", ordererOrganisations=[orderer], consenters=[]
    )
    yield refused("listed-twice", "An organisation twice.", organisations=[first, second, third, first])
    yield refused("no-root", "No root.", **changed(rootCertificates=[]))
    yield refused(
        "peer-for-a-root",
        "A peer's certificate for a root.",
        **changed(rootCertificates=[pem(network.peers["AlbaMSP"].certificate).decode()]),
    )
    yield refused("intermediate-for-a-root", "An intermediate for a root.", **changed(rootCertificates=[text(upper)]))
    yield refused(
        "intermediate-of-nobody",
        "An intermediate of another organisation.",
        **changed(intermediateCertificates=[text(Authority.make("x", under=network.authorities["BoraMSP"]))]),
    )
    yield refused("two-in-one", "Two certificates in one text.", **changed(rootCertificates=[text(alba) * 2]))
    yield refused("words-around", "Words before a certificate.", **changed(rootCertificates=["Root:\n" + text(alba)]))
    yield refused(
        "may-not-issue",
        "A root whose key may not sign certificates.",
        **changed(rootCertificates=[_reissued(alba, _no_issuing)]),
    )
    yield refused("root-in-ber", "A root in BER.", **changed(rootCertificates=[_reissued(alba, _ber)]))
    yield refused("one-unit-for-two-roles", "One unit for two roles.", **changed(nodeOUs={"peer": "x", "client": "x"}))
    yield refused("no-unit-for-peers", "No unit for peers.", **changed(nodeOUs={"client": "client"}))
    yield refused(
        "role-of-orderers",
        "A role that members do not have.",
        **changed(nodeOUs={"peer": "peer", "orderer": "orderer"}),
    )
    yield refused("many-roots", "Seventeen roots.", **changed(rootCertificates=[text(alba)] * 17))


def _reissued(authority: Authority, change: Any) -> str:
    (whole,) = parsed(authority.certificate.public_bytes(serialization.Encoding.DER))
    change(whole.children[0])
    return pem_of(sealed(whole, authority.key)).decode()


def _no_issuing(body: Node) -> None:
    usage = next(one for one in body.children[7].children[0].children if one.children[0].content == b"\x55\x1d\x0f")
    usage.children[-1].children, usage.children[-1].content = [], b"\x03\x02\x07\x80"


def _ber(body: Node) -> None:
    body.children[3].length = "long"


def _consenters(network: Network, value: dict[str, Any], refused: Any) -> Iterator[TrustVector]:
    first, *others = value["consenters"]

    def changed(**members: Any) -> dict[str, Any]:
        return {"consenters": [{**first, **members}, *others]}

    yield refused("consenter-zero", "Consenter number zero.", **changed(id=0))
    yield refused("consenter-beyond-32-bits", "A number of 33 bits.", **changed(id=2**32))
    yield refused("consenter-number-twice", "One number for two.", **changed(id=2))
    yield refused(
        "consenter-twice", "One consenter under two numbers.", consenters=[*value["consenters"], {**first, "id": 9}]
    )
    yield refused("consenter-of-a-member", "Of an organisation that does not order.", **changed(mspId="AlbaMSP"))
    peer = pem(network.peers["AlbaMSP"].certificate).decode()
    yield refused("consenter-of-another-authority", "A certificate of another authority.", **changed(certificate=peer))
