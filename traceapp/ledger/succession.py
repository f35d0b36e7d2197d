"""One signing identity of an organisation follows another; the old key stays until its envelopes have ended."""

import hashlib
import logging
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from django.db.models import Q

from traceapp.accounts.models import Organisation
from traceapp.ledger import keystore, settle
from traceapp.ledger.identities import new_key, public_key_pem, signing_request
from traceapp.ledger.members import FormerIdentity, Identity
from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.outgoing import RECORDER, Call

logger = logging.getLogger(__name__)

_KEY_ID: Final = 16  # hex characters


def bring(
    organisation: Organisation, key: bytes, certificate: bytes, *, role: str = RECORDER, person: str = ""
) -> Identity:
    """Seal a key (PEM) into the key store, and let it sign from now on with this certificate (PEM)."""
    reference = reference_of(organisation, public_key_pem(key))
    keystore.put(reference, key)
    return follow(organisation, certificate, reference, role=role, person=person)


def request(organisation: Organisation, role: str = RECORDER) -> bytes:
    """A key of its own for a certificate that an authority is to issue: the request (PKCS#10, PEM) to hand to it.

    The key is sealed at once and leaves the key store for nobody; it signs once the certificate is brought.
    """
    key = new_key()
    keystore.put(reference_of(organisation, public_key_pem(key)), key)
    return signing_request(key, common_name=f"{role}.{organisation.pgln}", ou="client")


def reference_of(organisation: Organisation, public_key: bytes) -> str:
    """The name of a key in the key store, from its public half (PEM): a certificate leads to its key unopened."""
    return f"organisation-{organisation.pgln}-{hashlib.sha256(public_key).hexdigest()[:_KEY_ID]}"


def reference_for(organisation: Organisation, certificate: x509.Certificate) -> str:
    """The name of the key that a certificate is for."""
    public_key = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return reference_of(organisation, public_key)


@transaction.atomic
def follow(
    organisation: Organisation, certificate: bytes, reference: str, *, role: str = RECORDER, person: str = ""
) -> Identity:
    """Sign with this certificate, whose key is in the key store, from now on. What waited for it is tried at once."""
    now = datetime.now(UTC)
    whose = {"organisation": organisation, "role": role, "person": person}
    present = Identity.objects.select_for_update().filter(**whose).first()
    if present is not None and present.certificate.encode() != certificate:
        FormerIdentity.objects.create(
            **whose, certificate=present.certificate, key_reference=present.key_reference, began=present.created,
            replaced=now,
        )  # fmt: skip
        present.delete()
        present = None
    if present is None:
        present = Identity.objects.create(**whose, certificate=certificate.decode(), key_reference=reference)
    _try_again(whose, now)
    return present


def _try_again(whose: dict[str, Any], now: datetime) -> None:
    waiting = Call.objects.filter(**whose, attempts__gt=0, state__in=settle.OPEN)
    waiting.update(claimed_until=now)
    if whose["role"] == RECORDER:
        batches = Batch.objects.filter(organisation=whose["organisation"], evidenced=None, attempts__gt=0)
        batches.filter(state__in=(*settle.OPEN, Batch.State.VALID)).update(claimed_until=now)


def forget_ended() -> int:
    """Remove the keys of former identities that no open envelope needs. Returns how many."""
    removed = 0
    for former in FormerIdentity.objects.filter(key_removed=None).select_related("organisation"):
        if _signs(former) or _is_needed(former):
            continue
        keystore.remove(former.key_reference)
        FormerIdentity.objects.filter(pk=former.pk).update(key_removed=datetime.now(UTC))
        logger.info("The former key of %s was removed: its envelopes have ended.", former.organisation)
        removed += 1
    return removed


def _signs(former: FormerIdentity) -> bool:
    """Its key goes on under a newer certificate."""
    return Identity.objects.filter(key_reference=former.key_reference).exists()


def _is_needed(former: FormerIdentity) -> bool:
    # One that was signed before its key was noted is any of the organisation's.
    of_batches = Q(batch__organisation=former.organisation, batch__state__in=settle.OPEN)
    of_calls = Q(call__organisation=former.organisation, call__state__in=settle.OPEN)
    own = Envelope.objects.filter(of_batches | of_calls, code=None)
    return own.filter(key_reference__in=(former.key_reference, "")).exists()
