"""Organisations' signers, opened from the key store. Used by the daemon's process and by no other."""

from traceapp.ledger import keystore
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.models import Identity
from traceapp.ledger.port import Signer


class Signers:
    """Opens each organisation's key once. KeyStoreError if there is none, or it does not open."""

    def __init__(self) -> None:
        self._open: dict[int, Signer] = {}

    def of(self, organisation_id: int) -> Signer:
        """The signer that sends for an organisation."""
        signer = self._open.get(organisation_id)
        if signer is None:
            signer = self._open[organisation_id] = _opened(organisation_id)
        return signer


def _opened(organisation_id: int) -> Signer:
    identity = Identity.objects.select_related("organisation").filter(organisation=organisation_id).first()
    if identity is None:
        raise keystore.KeyStoreError(f"organisation {organisation_id} has no identity on the ledger yet")
    return LocalSigner(
        msp_id=identity.organisation.msp_id,
        key=keystore.get(identity.key_reference),
        certificate=identity.certificate.encode(),
    )
