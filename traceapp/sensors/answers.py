"""What a sender is told of each message: a receipt, or the reason and what to do about it."""

from collections.abc import Sequence
from typing import Any, Final

from traceapp.ledger.receipts import sign_receipt
from traceapp.sensors.message import Reason
from traceapp.sensors.outcomes import Taken

STATUS: Final = {
    Reason.TOO_LARGE: 413,
    Reason.UNKNOWN_DEVICE: 403,
    Reason.ENDED: 403,
    Reason.SIGNATURE: 403,
    Reason.NOT_ACTIVE: 409,
    Reason.CONFLICT: 409,
    Reason.RATE: 429,
    Reason.UNIT: 422,
    Reason.RELATIVE: 422,
    Reason.CLOCK: 422,
    Reason.VALUE: 422,
    Reason.REPEATED: 422,
    Reason.NO_READING: 422,
}
"""The HTTP status of a refusal; 400 for what is no message at all."""


def status_of(taken: Taken) -> int:
    """202 for a new message, 200 for one that was taken before, else that of its refusal."""
    if taken.refused is not None:
        return STATUS.get(taken.refused.reason, 400)
    return 202 if taken.new else 200


def of_all(taken: Sequence[Taken]) -> int:
    """The status of an upload: 202 if any message is new, 200 if all were taken before, 422 if all were refused."""
    statuses = {status_of(one) for one in taken}
    return next((status for status in (202, 200) if status in statuses), 422)


def told(taken: Taken) -> dict[str, Any]:
    """`{status, state, kid, seq}` with `{record, leaf, recordTime, receipt}` or `{reason, detail}`."""
    known = {"status": status_of(taken), "kid": taken.kid or None, "seq": taken.seq}
    if taken.refused is not None:
        return {**known, "state": "refused", "reason": str(taken.refused.reason), "detail": str(taken.refused)}
    record = taken.record
    assert record is not None
    state = "stored" if taken.new else "repeated"
    return {**known, "state": state, "record": str(record.uid), "receipt": sign_receipt([record])}


def summary(taken: Sequence[Taken]) -> dict[str, Any]:
    """`{stored, repeated, refused, answers}`, the answers in the messages' order."""
    answers = [told(one) for one in taken]
    counted = {state: sum(one["state"] == state for one in answers) for state in ("stored", "repeated", "refused")}
    return {**counted, "answers": answers}
