"""A cold chain for tests: devices that sign what they measure, and events that tie them to goods."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.capture.services import capture_events
from traceapp.epcis.parse import parse_event
from traceapp.ledger import shapes
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.models import Record
from traceapp.sensors.models import Device, DeviceKey

START = datetime(2026, 5, 14, 6, tzinfo=UTC)
SSCC = "https://id.gs1.org/00/095060001343520017"
OTHER_SSCC = "https://id.gs1.org/00/095060001343520024"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Logger:
    """A device with its key, as it would be in the world."""

    def __init__(self, organisation: Organisation, giai: str = "9506000111LOGGER7", **fields: Any) -> None:
        self.organisation = organisation
        self.private = Ed25519PrivateKey.generate()
        self.device = Device.objects.create(
            organisation=organisation,
            giai=giai,
            name=fields.pop("name", f"Logger {giai[-1]}"),
            salt=b"\1" * 16,
            **fields,
        )
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.kid = f"8004-{giai}"
        self.key = DeviceKey.objects.create(
            device=self.device, kid=self.kid, public_key=public, state="active", active_from=START - timedelta(days=400)
        )
        self.seq = 0

    @property
    def uri(self) -> str:
        return f"https://id.gs1.org/8004/{self.device.giai}"

    def signed(self, pack: Sequence[dict[str, Any]]) -> str:
        self.seq += 1
        header = b64(json.dumps({"alg": "EdDSA", "kid": self.kid, "seq": self.seq}, separators=(",", ":")).encode())
        payload = b64(json.dumps(pack, separators=(",", ":")).encode())
        return f"{header}.{payload}.{b64(self.private.sign(f'{header}.{payload}'.encode()))}"

    def tell(
        self,
        readings: Iterable[tuple[float, float]],
        *,
        unit: str = "Cel",
        name: str = "temperature",
        a_message: int = 100,
    ) -> list[Record]:
        """Store messages of (seconds since 1970, value)."""
        rows = list(readings)
        packs = []
        for at in range(0, len(rows), a_message):
            part = rows[at : at + a_message]
            base = part[0][0]
            pack = [{"n": name, "u": unit, "t": time - base, "v": value} for time, value in part]
            pack[0] = {"bn": f"urn:dev:{self.kid}:", "bt": base, **pack[0]}
            packs.append(pack)
        return self.send(packs)

    def send(self, packs: Iterable[Sequence[dict[str, Any]]]) -> list[Record]:
        kind = kind_named("sensor")
        assert kind is not None
        with transaction.atomic():
            new = [NewRecord("sensor", {"message": self.signed(pack)}, Visibility.CHAIN) for pack in packs]
            records = append(organisation=self.organisation, records=new)
            for record in records:
                kind.rebuild(record, shapes.opened(bytes(record.disclosures)))
        return records


def every(minutes: float, values: Iterable[float], start: datetime = START) -> list[tuple[float, float]]:
    """Values at an interval."""
    return [(start.timestamp() + 60 * minutes * at, value) for at, value in enumerate(values)]


def after(minutes: float) -> str:
    """A time of the world, as events tell it."""
    return (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def association(
    action: str, goods: str | None, devices: Sequence[str], minutes: float, **members: Any
) -> dict[str, Any]:
    return {
        "type": "AssociationEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": after(minutes),
        "eventTimeZoneOffset": "+00:00",
        "action": action,
        "bizStep": "assembling",
        "parentID": goods,
        **({"childEPCs": list(devices)} if devices else {}),
        **members,
    }


def aggregation(action: str, parent: str, children: Sequence[str], minutes: float, **members: Any) -> dict[str, Any]:
    return {
        "type": "AggregationEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": after(minutes),
        "eventTimeZoneOffset": "+00:00",
        "action": action,
        "bizStep": "packing" if action == "ADD" else "unpacking",
        "parentID": parent,
        "childEPCs": list(children),
        **members,
    }


def wrong(event: dict[str, Any], minutes: float) -> dict[str, Any]:
    """The declaration that an event was a mistake."""
    return {**event, "errorDeclaration": {"declarationTime": after(minutes), "reason": "incorrect_data"}}


def capture(organisation: Organisation, *events: dict[str, Any], visibility: int = Visibility.CHAIN) -> list[Record]:
    parsed = [parse_event(one) for one in events]
    return capture_events(organisation=organisation, member=None, events=parsed, source="import", visibility=visibility)
