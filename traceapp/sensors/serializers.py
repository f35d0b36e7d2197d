"""Devices as JSON. The rules are those of the pages (`forms`, `devices`)."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, TypeVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from traceapp.sensors import devices, selectors
from traceapp.sensors.forms import ABOUT, description_errors
from traceapp.sensors.identity import IdentityError, base64url, giai_of, key_of
from traceapp.sensors.models import Device, DeviceKey
from traceapp.sensors.revocation import REASONS

_T = TypeVar("_T")
STATES: Final = ("waiting", "rejected", "active", "rotated", "revoked")
_KEY_HELP: Final = "Ed25519, as base64url, hex, JWK or PEM. The private key never leaves the device."


class KeySerializer(serializers.ModelSerializer[DeviceKey]):
    """One of a device's keys, and how it stands on the ledger."""

    public_key = serializers.SerializerMethodField(help_text="Ed25519, as base64url.")
    state = serializers.SerializerMethodField(help_text="Stopped keys wait for their revocation on the ledger.")
    why = serializers.SerializerMethodField(help_text="Why it was rejected or revoked.")

    class Meta:
        model = DeviceKey
        fields: ClassVar[list[str]] = [
            *("kid", "public_key", "state", "why", "replaces", "active_from", "ended_at", "revoked_from"),
            *("stopped_at", "tx_id", "block"),
        ]

    @extend_schema_field(serializers.CharField())
    def get_public_key(self, key: DeviceKey) -> str:
        return base64url(bytes(key.public_key))

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, key: DeviceKey) -> str:
        return activation(key)

    @extend_schema_field(serializers.CharField())
    def get_why(self, key: DeviceKey) -> str:
        return selectors.state_of(key).why


def activation(key: DeviceKey) -> str:
    """One of STATES: `waiting` for the ledger, or `rejected` by it, is the state of a key that was asked for."""
    if key.state == DeviceKey.State.REQUESTED:
        return "rejected" if key.call is not None and key.call.state == key.call.State.INVALID else "waiting"
    return str(key.state)


class AboutSerializer(serializers.ModelSerializer[Device]):
    """What an owner says of a device."""

    class Meta:
        model = Device
        fields: ClassVar[list[str]] = list(ABOUT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        held = {name: getattr(self.instance, name) for name in ABOUT} if self.instance else {}
        wrong = description_errors(held | attrs)
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class DeviceSerializer(AboutSerializer):
    """A device, and how its newest key stands on the ledger."""

    giai = serializers.CharField(max_length=200, help_text="The asset's GS1 number (8004), plain or as Digital Link.")
    public_key = serializers.CharField(write_only=True, max_length=1000, help_text=_KEY_HELP)
    state = serializers.SerializerMethodField(help_text="Of its newest key; messages are taken once it is active.")
    keys = KeySerializer(many=True, read_only=True)

    class Meta(AboutSerializer.Meta):
        fields: ClassVar[list[str]] = [
            *("uid", "giai", "public_key", *ABOUT),
            *("state", "last_seen", "last_reading", "battery", "clock_offset", "created", "keys"),
        ]
        read_only_fields: ClassVar[list[str]] = [
            *("uid", "last_seen", "last_reading", "battery", "clock_offset", "created"),
        ]

    @extend_schema_field(serializers.ChoiceField(choices=STATES, allow_null=True))
    def get_state(self, device: Device) -> str | None:
        newest = next(iter(device.keys.all()), None)
        return activation(newest) if newest else None

    def validate_giai(self, value: str) -> str:
        return _given(giai_of, value)

    def validate_public_key(self, value: str) -> bytes:
        return _given(key_of, value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = devices.why_not(self.context["organisation"], attrs["giai"], attrs["public_key"])
        if wrong:
            raise serializers.ValidationError(dict([wrong]))
        return super().validate(attrs)


def _given(read: Callable[[str], _T], value: str) -> _T:
    try:
        return read(value)
    except IdentityError as error:
        raise serializers.ValidationError(str(error)) from error


class NewKeySerializer(serializers.Serializer[Any]):
    """A key that takes over."""

    public_key = serializers.CharField(max_length=1000, help_text=_KEY_HELP)

    def validate_public_key(self, value: str) -> bytes:
        return _given(key_of, value)


class RevocationSerializer(serializers.Serializer[Any]):
    """Why a key is revoked, and from when on its readings are not to be trusted."""

    kid = serializers.CharField(max_length=64, required=False, help_text="The newest key in force if it is left out.")
    reason = serializers.ChoiceField(choices=[word for word, _ in REASONS])
    since = serializers.DateTimeField(required=False, help_text="Now if it is left out; not in the future.")

    def validate_since(self, value: datetime) -> datetime:
        if value > datetime.now(UTC):
            raise serializers.ValidationError("This is in the future.")
        return value


class RefusalSerializer(serializers.Serializer[selectors.Refused]):
    """Messages refused for one reason."""

    reason = serializers.CharField(source="row.reason", help_text="A word of docs/devices.md.")
    words = serializers.CharField()
    count = serializers.IntegerField(source="row.count")
    first = serializers.DateTimeField(source="row.first")
    last = serializers.DateTimeField(source="row.last")
    detail = serializers.CharField(source="row.detail", help_text="What was said of the last one.")
    alarm = serializers.BooleanField(help_text="Somebody has to look at it: `seen` ends that.")
    seen_at = serializers.DateTimeField(source="row.seen_at", allow_null=True)


class SequenceSerializer(serializers.Serializer[selectors.Sequence]):
    """How a key's count stands."""

    kid = serializers.CharField()
    highest = serializers.IntegerField()
    came = serializers.IntegerField()
    missing = serializers.IntegerField()


class GapSerializer(serializers.Serializer[selectors.Gap]):
    """Numbers of a key that never came."""

    kid = serializers.CharField()
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class HealthSerializer(serializers.Serializer[Device]):
    """How a device is: what it last said, what is missing, what was refused."""

    last_seen = serializers.DateTimeField(allow_null=True, help_text="When its last message came in.")
    last_reading = serializers.DateTimeField(allow_null=True)
    battery = serializers.FloatField(allow_null=True, help_text="Percent, as last told.")
    clock_offset = serializers.FloatField(allow_null=True, help_text="Seconds: latest reading less time of arrival.")
    calibration_due = serializers.DateField(allow_null=True)
    calibration_expired = serializers.SerializerMethodField()
    late = serializers.SerializerMethodField()
    sequences = serializers.SerializerMethodField()
    gaps = serializers.SerializerMethodField(help_text=f"The first {selectors.GAPS_SHOWN}.")
    refusals = serializers.SerializerMethodField()

    @extend_schema_field(serializers.BooleanField())
    def get_calibration_expired(self, device: Device) -> bool:
        return selectors.calibration_of(device).expired

    @extend_schema_field(
        {"type": "object", "properties": {"count": {"type": "integer"}, "longest_seconds": {"type": "number"}}}
    )
    def get_late(self, device: Device) -> dict[str, float]:
        late = selectors.late_of(device)
        return {"count": late.count, "longest_seconds": late.longest.total_seconds() if late.longest else 0}

    @extend_schema_field(SequenceSerializer(many=True))
    def get_sequences(self, device: Device) -> list[Mapping[str, Any]]:
        return [asdict(one) for one in selectors.sequences(device)]

    @extend_schema_field(GapSerializer(many=True))
    def get_gaps(self, device: Device) -> list[Mapping[str, Any]]:
        return [asdict(one) for one in selectors.gaps(device)]

    @extend_schema_field(RefusalSerializer(many=True))
    def get_refusals(self, device: Device) -> Any:
        return [RefusalSerializer(one).data for one in selectors.refusals_of(device)]
