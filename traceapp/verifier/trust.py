"""The trust file: which organisations, which rules, which revocations a checker leans on. It is never in a bundle."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, canonical, parse_strict
from traceapp.verifier import shape
from traceapp.verifier.certificates import Authority, Signer, authorities, signer
from traceapp.verifier.errors import TrustError
from traceapp.verifier.policy import Rule, parse_rule
from traceapp.verifier.protos import IDENTITY, ProtoError, read
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.times import from_text
from traceapp.verifier.x509 import CertificateError

FORMAT: Final = "traceapp-trust/1"
_LIMIT: Final = 4 * 1024 * 1024
_CACHED: Final = 1024
_LARGEST_ID: Final = 2**32 - 1
_CERTIFICATES: Final = 16  # of one organisation: chains are tried one by one
_MEMBERS: Final = ("format", "network", "demo", "version", "genesis", "channel", "chaincode", "attestations")
_PEER_ROLES: Final = ("peer", "client", "admin")
_ORDERER_ROLES: Final = ("orderer", "client", "admin")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation's identity on the ledger: its name, authorities and the names of its roles' units."""

    msp_id: str
    name: str
    authorities: tuple[Authority, ...]
    node_ous: Mapping[str, str]

    def member(self, pem: bytes) -> Signer:
        """A member's certificate chained to the authorities; CertificateError."""
        return signer(self.msp_id, pem, self.authorities, self.node_ous)


@dataclass(frozen=True)
class Trust:
    """A validated trust file. Certificates met while checking are kept, so that each is chained only once."""

    network: str
    demo: bool
    version: int
    genesis: bytes
    channel: str
    chaincode: str
    attestations: int
    endorsement: tuple[tuple[int, Rule], ...]
    organisations: Mapping[str, Organisation]
    orderer_organisations: Mapping[str, Organisation]
    consenters: Mapping[int, Signer]  # of a channel ordered by BFT; none on others
    revoked: Mapping[tuple[str, int], int]
    fingerprint: str  # SHA-256 of the file's RFC 8785 bytes, in hex
    _signers: dict[tuple[bytes, bool], Signer] = field(default_factory=dict, repr=False, compare=False)

    def signer(self, identity: bytes) -> Signer:
        """The member an msp.SerializedIdentity names, chained to its organisation; CertificateError if it cannot be.

        Neither its role, nor validity at a time, nor revocation is judged here.
        """
        return self._known(identity, orders=False)

    def orderer(self, identity: bytes) -> Signer:
        """The same for a member of an organisation that orders."""
        return self._known(identity, orders=True)

    def _known(self, identity: bytes, *, orders: bool) -> Signer:
        known = self._signers.get((identity, orders))
        if known is None:
            known = self._chained(identity, self.orderer_organisations if orders else self.organisations)
            if len(self._signers) >= _CACHED:
                self._signers.clear()
            self._signers[identity, orders] = known
        return known

    def _chained(self, identity: bytes, organisations: Mapping[str, Organisation]) -> Signer:
        try:
            fields = read(IDENTITY, identity)
        except ProtoError as error:
            raise CertificateError(str(error)) from error
        organisation = organisations.get(fields.text("mspid"))
        if organisation is None:
            raise CertificateError(f"unknown organisation {fields.text('mspid')[:60]!r}")
        return organisation.member(fields.blob("id_bytes"))

    def revoked_at_all(self, one: Signer) -> bool:
        return (one.msp_id, one.serial) in self.revoked

    def revoked_by(self, one: Signer, nanoseconds: int) -> bool:
        since = self.revoked.get((one.msp_id, one.serial))
        return since is not None and since <= nanoseconds

    def rule_at(self, nanoseconds: int) -> Rule | None:
        """The endorsement rule in force at a time: the last one begun; None before the first."""
        begun = [rule for start, rule in self.endorsement if start <= nanoseconds]
        return begun[-1] if begun else None

    def name_of(self, msp_id: str) -> str:
        return self.organisations[msp_id].name


def parse_trust(data: bytes) -> Trust:
    """Read and validate a trust file (JSON, in any layout); raises TrustError naming what is wrong and where."""
    if len(data) > _LIMIT:
        raise TrustError(f"the trust file is larger than {_LIMIT} bytes")
    try:
        value = parse_strict(data)
        return _trust(value, hashlib.sha256(canonical(value)).hexdigest())
    except (ShapeError, StrictJsonError, CertificateError) as error:
        raise TrustError(f"the trust file cannot be used: {error}") from error


def _trust(value: Json, fingerprint: str) -> Trust:
    top = shape.members(
        value, "trust", (*_MEMBERS, "endorsement", "organisations"), ("ordererOrganisations", "consenters", "revoked")
    )
    if top["format"] != FORMAT:
        raise ShapeError(f"trust.format: not {FORMAT!r}")
    organisations = _organisations(top["organisations"], "trust.organisations", _PEER_ROLES)
    orderers = _organisations(top.get("ordererOrganisations", []), "trust.ordererOrganisations", _ORDERER_ROLES)
    _refuse_shared_keys([*organisations.values(), *orderers.values()])
    return Trust(
        network=shape.text(top["network"], "trust.network"),
        demo=shape.truth(top["demo"], "trust.demo"),
        version=shape.integer(top["version"], "trust.version"),
        genesis=shape.hexadecimal(top["genesis"], "trust.genesis", 32),
        channel=_name(top["channel"], "trust.channel"),
        chaincode=_name(top["chaincode"], "trust.chaincode"),
        attestations=_attestations(top["attestations"], len(organisations)),
        endorsement=_rules(top["endorsement"], frozenset(organisations)),
        organisations=organisations,
        orderer_organisations=orderers,
        consenters=_consenters(top.get("consenters", []), orderers),
        revoked=_revoked(top.get("revoked", [])),
        fingerprint=fingerprint,
    )


def _name(value: object, path: str) -> str:
    if not shape.text(value, path):
        raise ShapeError(f"{path}: empty")
    return str(value)


def _moment(value: object, path: str) -> int:
    try:
        return from_text(shape.text(value, path))
    except ShapeError:
        raise
    except ValueError as error:
        raise ShapeError(f"{path}: {error}") from error


def _attestations(value: object, organisations: int) -> int:
    number = shape.integer(value, "trust.attestations")
    if not 1 <= number <= organisations:
        raise ShapeError(f"trust.attestations: {number}, of {organisations} organisations")
    return number


def _rules(value: object, known: frozenset[str]) -> tuple[tuple[int, Rule], ...]:
    rules: list[tuple[int, Rule]] = []
    for position, one in enumerate(shape.items(value, "trust.endorsement")):
        path = f"trust.endorsement[{position}]"
        named = shape.members(one, path, ("from", "rule"))
        rules.append((_moment(named["from"], f"{path}.from"), parse_rule(named["rule"], f"{path}.rule", known)))
    starts = [start for start, _ in rules]
    # two rules begun at once would leave it to the reader which applies
    if not rules or len(set(starts)) != len(starts):
        raise ShapeError("trust.endorsement: needs a rule, and one at most from each time")
    return tuple(sorted(rules, key=lambda pair: pair[0]))


def _organisations(value: object, path: str, roles: tuple[str, ...]) -> dict[str, Organisation]:
    found: dict[str, Organisation] = {}
    for position, one in enumerate(shape.items(value, path)):
        organisation = _organisation(one, f"{path}[{position}]", roles)
        if organisation.msp_id in found:
            raise ShapeError(f"{path}[{position}]: {organisation.msp_id!r} is listed twice")
        found[organisation.msp_id] = organisation
    return found


def _organisation(value: object, path: str, roles: tuple[str, ...]) -> Organisation:
    named = shape.members(value, path, ("mspId", "name", "rootCertificates", "nodeOUs"), ("intermediateCertificates",))
    roots = _certificates(named["rootCertificates"], f"{path}.rootCertificates")
    if not roots:
        raise ShapeError(f"{path}.rootCertificates: empty")
    intermediates = _certificates(named.get("intermediateCertificates", []), f"{path}.intermediateCertificates")
    try:
        issuing = authorities(roots, intermediates)
    except CertificateError as error:
        raise ShapeError(f"{path}: {error}") from error
    return Organisation(
        msp_id=_name(named["mspId"], f"{path}.mspId"),
        name=_name(named["name"], f"{path}.name"),
        authorities=issuing,
        node_ous=_node_ous(named["nodeOUs"], f"{path}.nodeOUs", roles),
    )


def _consenters(value: object, orderers: Mapping[str, Organisation]) -> dict[int, Signer]:
    """Those whose quorum signs a block, by the number that it names them with."""
    found: dict[int, Signer] = {}
    for position, one in enumerate(shape.items(value, "trust.consenters")):
        path = f"trust.consenters[{position}]"
        named = shape.members(one, path, ("id", "mspId", "certificate"))
        number, msp_id = shape.integer(named["id"], f"{path}.id"), shape.text(named["mspId"], f"{path}.mspId")
        if not 0 < number <= _LARGEST_ID or msp_id not in orderers:
            raise ShapeError(f"{path}: not a number, or not of an organisation that orders")
        try:
            consenter = orderers[msp_id].member(shape.text(named["certificate"], f"{path}.certificate").encode())
        except CertificateError as error:
            raise ShapeError(f"{path}: {error}") from error
        twice = number in found or any(consenter.fingerprint == other.fingerprint for other in found.values())
        if twice or not consenter.has_role("orderer"):
            raise ShapeError(f"{path}: listed twice, or not an orderer's certificate")
        found[number] = consenter
    return found


def _certificates(value: object, path: str) -> list[bytes]:
    listed = shape.items(value, path)
    if len(listed) > _CERTIFICATES:
        raise ShapeError(f"{path}: more than {_CERTIFICATES}")
    return [shape.text(one, f"{path}[{n}]").encode() for n, one in enumerate(listed)]


def _node_ous(value: object, path: str, roles: tuple[str, ...]) -> dict[str, str]:
    units = {role: _name(unit, f"{path}.{role}") for role, unit in shape.members(value, path, (), roles).items()}
    # one unit for two roles would make a client of every peer
    if roles[0] not in units or len(set(units.values())) != len(units):
        raise ShapeError(f"{path}: needs {roles[0]!r}, and a unit of its own for each role")
    return units


def _refuse_shared_keys(organisations: Iterable[Organisation]) -> None:
    owners: dict[bytes, str] = {}
    for organisation in organisations:
        for authority in organisation.authorities:
            owner = owners.setdefault(authority.key, organisation.msp_id)
            if owner != organisation.msp_id:
                raise ShapeError(f"trust: {owner!r} and {organisation.msp_id!r} share an authority's key")


def _revoked(value: object) -> dict[tuple[str, int], int]:
    revoked: dict[tuple[str, int], int] = {}
    for position, one in enumerate(shape.items(value, "trust.revoked")):
        path = f"trust.revoked[{position}]"
        named = shape.members(one, path, ("mspId", "serial", "since"))
        serial = _serial(named["serial"], f"{path}.serial")
        entry = shape.text(named["mspId"], f"{path}.mspId"), serial
        since = _moment(named["since"], f"{path}.since")
        revoked[entry] = min(since, revoked.get(entry, since))
    return revoked


def _serial(value: object, path: str) -> int:
    digits = shape.text(value, path)
    if not digits or len(digits) > 64 or digits.strip("0123456789abcdef"):
        raise ShapeError(f"{path}: not a number in lower-case hex")
    return int(digits, 16)
