"""One device message: a compact JWS (RFC 7515, EdDSA) whose protected header names the key and counts, over a pack."""

import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.sensors import senml
from traceapp.sensors.senml import PackError, Readings
from traceapp.verifier import jws
from traceapp.verifier.senml import SenmlError, checked_records

MOST_BYTES: Final = 512 * 1024
"""A longer message would not fit into a proof bundle with all that stands beside it."""
MOST_READINGS: Final = 10_000
CLOCK_AHEAD: Final = 300.0
"""So many seconds a reading may be ahead of our clock."""
EARLIEST: Final = 946684800.0  # 2000-01-01: a clock that says less was never set
_MOST_SEQ: Final = 2**53 - 1
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_HEADER: Final = 4096  # characters in which a header has to end to be looked at


class Reason(StrEnum):
    """Why a message was refused; the words are those of the device's page."""

    TOO_LARGE = "too_large"
    FORM = "form"
    ALGORITHM = "algorithm"
    HEADER = "header"
    KID = "kid"
    SEQ = "seq"
    UNKNOWN_DEVICE = "unknown_device"
    NOT_ACTIVE = "not_active"
    ENDED = "ended"
    SIGNATURE = "signature"
    PACK = "pack"
    NO_READING = "no_reading"
    UNIT = "unit"
    RELATIVE = "relative"
    CLOCK = "clock"
    VALUE = "value"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    RATE = "rate"
    STORE = "store"


class Refused(Exception):
    """The message is not taken. `reason` counts it, the text tells the sender what to do; `kid` as it says, if so."""

    def __init__(self, reason: Reason, why: str, kid: str = "") -> None:
        super().__init__(why)
        self.reason = reason
        self.kid = kid


@dataclass(frozen=True, slots=True)
class Message:
    """A message taken apart; whether its signature is good is not known yet."""

    compact: str
    kid: str
    seq: int
    jws: jws.Jws


def read(compact: str) -> Message:
    """Take a message apart. Refused."""
    if len(compact) > MOST_BYTES:
        why = f"The message has {len(compact):,} bytes; {MOST_BYTES:,} are the most. Send fewer readings in each."
        raise Refused(Reason.TOO_LARGE, why, _claimed_kid(compact))
    try:
        opened = jws.opened(compact)
    except jws.AlgorithmError as error:
        raise Refused(Reason.ALGORITHM, f"Sign with EdDSA (Ed25519): {error}.", _claimed_kid(compact)) from error
    except jws.HeaderError as error:
        why = f"A message names its key and brings none along: {error}."
        raise Refused(Reason.HEADER, why, _claimed_kid(compact)) from error
    except jws.JwsError as error:
        raise Refused(Reason.FORM, f"Not a compact JWS: {error}.", _claimed_kid(compact)) from error
    kid, seq = opened.header.get("kid"), opened.header.get("seq")
    if not isinstance(kid, str) or not kid:
        raise Refused(Reason.KID, "The protected header has no kid, the id of the device's key.")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= _MOST_SEQ:
        why = "The protected header has no seq, a whole number that counts this key's messages from 1."
        raise Refused(Reason.SEQ, why, kid[:100])
    return Message(compact, kid, seq, opened)


def _claimed_kid(compact: str) -> str:
    """The kid in the header of a message that is no good, to be counted there; empty if there is none."""
    end = compact.find(".", 0, _HEADER)
    try:
        header = parse_strict(jws.from_base64url(compact[: max(end, 0)]))
    except (jws.JwsError, StrictJsonError):
        return ""
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else ""


def payload_of(compact: str) -> bytes:
    """The payload of a message whose form was checked when it came in: quick."""
    _, middle, _ = compact.encode().split(b".")
    return binascii.a2b_base64(middle.translate(_URL_SAFE) + b"==")


def check(message: Message, key: bytes, now: float) -> Readings:
    """The readings of a message that is signed by `key` (32 bytes). `now`: seconds since 1970. Refused."""
    try:
        jws.verify(message.jws, message.kid, key)
    except jws.JwsError as error:
        raise Refused(Reason.SIGNATURE, f"The signature is not by the device's key: {error}.", message.kid) from error
    try:
        records = checked_records(message.jws.payload)
        if len(records) > MOST_READINGS:
            why = f"The message has more than {MOST_READINGS:,} records. Send fewer in each."
            raise Refused(Reason.TOO_LARGE, why, message.kid)
        found = senml.readings_of(records)
    except SenmlError as error:
        raise Refused(Reason.PACK, f"The payload is not a SenML pack: {error}.", message.kid) from error
    except PackError as error:
        raise Refused(Reason(error.reason), f"A reading cannot be taken: {error}.", message.kid) from error
    _check_clock(message, found, now)
    return found


def _check_clock(message: Message, found: Readings, now: float) -> None:
    if not found.series:
        raise Refused(Reason.NO_READING, "The message holds no reading in a unit that is read.", message.kid)
    if found.last > now + CLOCK_AHEAD:
        ahead = found.last - now
        why = f"A reading is {ahead:,.0f} seconds ahead of our clock. Set the device's clock, then sign anew."
        raise Refused(Reason.CLOCK, why, message.kid)
    if found.first < EARLIEST:
        raise Refused(
            Reason.CLOCK, "A reading is older than the year 2000: the device's clock is not set.", message.kid
        )
