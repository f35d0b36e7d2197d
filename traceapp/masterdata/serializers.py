"""Master data as JSON. The rules are those of the pages (`rules`)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from traceapp.epcis.identifiers import IdentifierError, valid_gtin
from traceapp.masterdata import rules
from traceapp.masterdata.models import Location, Lot, Product


def _merged(
    serializer: "serializers.ModelSerializer[Any]", given: Mapping[str, Any], names: tuple[str, ...]
) -> dict[str, Any]:
    """What the object will hold after this change: a PATCH names only some fields."""
    held = {name: getattr(serializer.instance, name, None) for name in names} if serializer.instance else {}
    return held | dict(given)


KEPT = "This cannot be changed: records name it. Add a new one instead."


class _KeyStays(serializers.ModelSerializer[Any]):
    """A GS1 key is given once: records name it."""

    keys: tuple[str, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None:
            for key in self.keys:
                if key in attrs and attrs[key] != getattr(self.instance, key):
                    raise serializers.ValidationError({key: KEPT})
        return attrs


class ProductSerializer(_KeyStays):
    keys = ("gtin",)

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = [
            *(
                "gtin",
                "name",
                "description",
                "brand",
                "origin",
                "allergens",
                "storage_min_c",
                "storage_max_c",
                "created",
            ),
        ]
        read_only_fields: ClassVar[list[str]] = ["created"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"gtin": {"validators": []}}  # validate_gtin takes 8 to 14 digits

    def validate_gtin(self, value: str) -> str:
        try:
            gtin = valid_gtin(value)
        except IdentifierError as error:
            raise serializers.ValidationError(str(error)) from error
        if self.instance is None and Product.objects.filter(gtin=gtin).exists():
            raise serializers.ValidationError(f"GTIN {gtin} is registered already.")
        return gtin

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        errors = rules.product_errors(_merged(self, attrs, ("storage_min_c", "storage_max_c")))
        if errors:
            raise serializers.ValidationError(errors)
        return super().validate(attrs)


class LocationSerializer(_KeyStays):
    keys = ("gln",)

    class Meta:
        model = Location
        fields: ClassVar[list[str]] = ["gln", "name", "city", "country", "latitude", "longitude", "timezone", "created"]
        read_only_fields: ClassVar[list[str]] = ["created"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        after = {"timezone": "UTC"} | _merged(self, attrs, ("latitude", "longitude", "timezone"))
        errors = rules.location_errors(after)
        if errors:
            raise serializers.ValidationError(errors)
        return super().validate(attrs)


class LotSerializer(_KeyStays):
    keys = ("product", "number")
    gtin = serializers.SlugRelatedField(source="product", slug_field="gtin", queryset=Product.objects.none())

    class Meta:
        model = Lot
        fields: ClassVar[list[str]] = ["id", "gtin", "number", "best_before", "created"]
        read_only_fields: ClassVar[list[str]] = ["id", "created"]
        validators: ClassVar[list[Any]] = []  # validate says it in words

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        own = Product.objects.filter(organisation=self.context.get("organisation_id"))
        fields["gtin"] = serializers.SlugRelatedField(source="product", slug_field="gtin", queryset=own)
        fields["gtin"].error_messages["does_not_exist"] = "You have no product with GTIN {value}. Add it first."
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None:
            errors = rules.lot_errors(attrs["product"].gtin, attrs["number"])
            if not errors and Lot.objects.filter(product=attrs["product"], number=attrs["number"]).exists():
                errors = {"number": f"Lot {attrs['number']} of this product is registered already."}
            if errors:
                raise serializers.ValidationError(errors)
        return super().validate(attrs)
