"""The `device` member of a device message's proof: who attests the transaction that put its key on the ledger."""

from collections.abc import Iterable
from typing import Any, Final

from traceapp.commitments.disclosures import opened
from traceapp.ledger import documents, evidence
from traceapp.ledger.copies import Attested
from traceapp.ledger.outgoing import Call
from traceapp.verifier import jws
from traceapp.verifier.jws import JwsError
from traceapp.verifier.trust import Trust

_MESSAGE: Final = "/message"


def member(shown: Iterable[bytes], trusted: Trust) -> dict[str, Any] | None:
    """The anchor of the key that the message among these disclosures names.

    None where no message is shown, or where the attestations of its key's first transaction are not here (yet): then a
    checker says that the device's key was not checked.
    """
    message = next((one.value for one in map(opened, shown) if one.pointer == _MESSAGE), None)
    if not isinstance(message, str):
        return None
    try:
        kid = jws.opened(message).header.get("kid")
    except JwsError:
        return None
    document = documents.get(f"device/{kid}")
    if document is None:
        return None
    # What ended the key has written its document since; the call that began it kept its id there.
    call = Call.objects.filter(call_id=document["id"], state=Call.State.VALID).exclude(tx_id="").first()
    found = Attested.objects.filter(pk=call.tx_id, next_try=None).first() if call else None
    if found is None:
        return None
    return {"anchor": evidence.anchor_at(f"device/{kid}", found.tx_id, bytes(found.attestation), trusted)}
