"""The answer to the question whether a bundle proves its record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from traceapp.commitments.canonical import Json
from traceapp.verifier.anchor import Anchor
from traceapp.verifier.device import DeviceKey
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.record import Disclosed
from traceapp.verifier.trust import Trust

NOT_PROVEN: Final = (
    "that the event is true in the world",
    "that no other event was left out",
    "that the hidden fields are harmless",
)
DEVICE_KEY_NOT_CHECKED: Final = "device key not checked"


@dataclass(frozen=True, slots=True)
class Report:
    """Verified or not and why; what was disclosed, who recorded it, who attests it, and which trust said so.

    `record` and `hidden` are what the file shows, also where it is not verified (then nothing vouches for them);
    `recorded_at` (the ledger's time), `tx_id` and `attesting` (MSP id and name) are given only where it is, and so is
    `device` (`kid` of the key that signed the message, `organisation`) if its key came along; `block` is the number of
    the block that came along, once step 10 holds.
    """

    verified: bool
    reason: str | None
    step: int | None
    detail: str
    record: Mapping[str, Json] | None
    hidden: int | None
    recorded_by: str | None
    record_time: str | None
    recorded_at: str | None
    batch_id: str | None
    tx_id: str | None
    attesting: tuple[tuple[str, str], ...]
    network: str
    trust_version: int
    trust_fingerprint: str
    demo: bool
    custodial: bool | None
    block: int | None
    device: Mapping[str, str] | None
    not_checked: tuple[str, ...]
    not_proven: tuple[str, ...] = NOT_PROVEN

    @property
    def exit_code(self) -> int:
        """What a command ends with: 0 verified, 1 not verified, 2 cannot read."""
        if self.verified:
            return 0
        return 2 if self.reason == Reason.UNREADABLE else 1

    @property
    def words(self) -> str:
        """The verdict as a sentence."""
        return "Verified." if self.reason is None else f"Not verified. {Reason(self.reason).words}"

    def as_json(self) -> dict[str, object]:
        """The report as plain values, with names as the bundle writes them."""
        return {_camel(name): value for name, value in asdict(self).items()}


def verified(shown: Disclosed, anchor: Anchor, trust: Trust, block: int | None, device: DeviceKey | None) -> Report:
    """The report of a bundle that passed steps 1 to 9, and 10 and 11 as far as there is something to check."""
    return _report(
        trust,
        shown,
        verified=True,
        recorded_at=anchor.recorded_at,
        batch_id=anchor.batch_id,
        tx_id=anchor.tx_id,
        attesting=tuple((msp_id, trust.name_of(msp_id)) for msp_id in anchor.attesting),
        custodial=anchor.custodial,
        block=block,
        device=None if device is None else {"kid": device.kid, "organisation": device.organisation},
        not_checked=(DEVICE_KEY_NOT_CHECKED,) if shown.kind == "sensor" and device is None else (),
    )


def refused(failure: NotVerified, shown: Disclosed | None, trust: Trust, block: int | None) -> Report:
    """The report of a bundle that failed a step; `shown` is None where that was the first."""
    return _report(trust, shown, reason=failure.reason.value, step=failure.step, detail=failure.detail, block=block)


def unreadable(detail: str, trust: Trust) -> Report:
    """The report of a file that could not be read at all."""
    return _report(trust, None, reason=Reason.UNREADABLE.value, detail=detail)


def _report(
    trust: Trust,
    shown: Disclosed | None,
    *,
    verified: bool = False,
    reason: str | None = None,
    step: int | None = None,
    detail: str = "",
    recorded_at: str | None = None,
    batch_id: str | None = None,
    tx_id: str | None = None,
    attesting: tuple[tuple[str, str], ...] = (),
    custodial: bool | None = None,
    block: int | None = None,
    device: Mapping[str, str] | None = None,
    not_checked: tuple[str, ...] = (),
) -> Report:
    return Report(
        verified=verified,
        reason=reason,
        step=step,
        detail=detail,
        record=shown.record if shown else None,
        hidden=shown.hidden if shown else None,
        recorded_by=shown.recorded_by if shown else None,
        record_time=str(shown.record["recordTime"]) if shown else None,
        recorded_at=recorded_at,
        batch_id=batch_id,
        tx_id=tx_id,
        attesting=attesting,
        network=trust.network,
        trust_version=trust.version,
        trust_fingerprint=trust.fingerprint,
        demo=trust.demo,
        custodial=custodial,
        block=block,
        device=device,
        not_checked=not_checked,
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
