"""Organisations' signers, opened from the key store. Used by the daemon's process and by no other."""

from collections.abc import Iterator
from dataclasses import dataclass

from traceapp.ledger import keystore
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import RECORDER


class NoCertificate(keystore.KeyStoreError):
    """None was brought yet: nothing is wrong, and what is to be sent waits for it."""


@dataclass(frozen=True)
class KeptSigner(LocalSigner):
    """A signer whose key lies in the key store under `reference`."""

    reference: str = ""


class Signers:
    """Opens each key once, and goes over to an organisation's next one when it is brought."""

    def __init__(self) -> None:
        self._open: dict[str, KeptSigner] = {}

    def of(self, organisation_id: int, role: str = RECORDER, person: str = "") -> KeptSigner:
        """The signer that sends for an organisation now. NoCertificate, or KeyStoreError if its key does not open."""
        found = Identity.objects.filter(organisation=organisation_id, role=role, person=person)
        identity = found.values_list("organisation__msp_id", "certificate", "key_reference").first()
        if identity is None:
            raise NoCertificate(
                f"This organisation has no certificate for the ledger with {wanted(role, person)} yet: bring one with "
                "`manage.py import_identity`."
            )
        msp_id, certificate, reference = identity
        signer = self._open.get(certificate)
        if signer is None or signer.msp_id != msp_id:
            key = keystore.get(reference)
            signer = KeptSigner(msp_id=msp_id, key=key, certificate=certificate.encode(), reference=reference)
            self._open[certificate] = signer
        return signer

    def each(self) -> Iterator[KeptSigner]:
        """One organisation's after the other, for what every member may ask. KeyStoreError if there is none."""
        known = Identity.objects.filter(role=RECORDER).order_by("pk").values_list("organisation", flat=True)
        if not known:
            raise keystore.KeyStoreError("No organisation has a certificate for the ledger yet.")
        yield from map(self.of, dict.fromkeys(known))


def wanted(role: str, person: str = "") -> str:
    """What a certificate must say of itself, besides whom it is for."""
    return f"the role {role}" + (f" for the person {person}" if person else "")
