"""What the API of payment on delivery takes and answers."""

from functools import cache
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from rest_framework import serializers

from traceapp.accounts.models import Organisation
from traceapp.accounts.views import acting_organisation
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries, plain_words, selectors, standing
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.models import Entry, Payout, Redemption
from traceapp.web.templatetags.web import money

_KINDS: dict[type[forms.Field], type[serializers.Field[Any, Any, Any, Any]]] = {
    forms.IntegerField: serializers.IntegerField,
    forms.DecimalField: serializers.FloatField,
}
_LISTS = ("codes", "devices", "triggers")
PARTIES = ("other", "carrier", "consignee", "arbiter", "insurer")


@cache
def terms_in() -> type[serializers.Serializer[Any]]:
    """The members of the form, from the form itself: it is what checks them."""
    fields = {name: _member(name, field) for name, field in TermsForm.base_fields.items()}
    return type("TermsIn", (serializers.Serializer,), {"__doc__": "As on the page where terms are written.", **fields})


def _member(name: str, field: forms.Field) -> Any:
    said: dict[str, Any] = {"required": field.required and field.initial is None, "label": str(field.label)}
    said["help_text"] = str(field.help_text or field.label)
    if name in _LISTS:
        return serializers.ListField(child=serializers.CharField(), **said)
    if name in PARTIES:
        return serializers.CharField(**{**said, "help_text": f"{field.label}, by party GLN. {field.help_text}".strip()})
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return serializers.ChoiceField(choices=list(choices), **said)
    if isinstance(field, forms.DateTimeField):
        return serializers.CharField(**{**said, "help_text": "On the clock of `zone`: `2026-05-20T18:00`."})
    return _KINDS.get(type(field), serializers.CharField)(**said)


def _told(one: serializers.BaseSerializer[Any]) -> list[Any]:
    """All that an answer tells of, so that what belongs to its rows is looked up once: a page, or one alone."""
    page: Any = one.parent.instance if isinstance(one.parent, serializers.ListSerializer) else [one.instance]
    return list(page)


class WordsOut(serializers.Serializer[plain_words.Words]):
    title = serializers.CharField()
    text = serializers.CharField()
    worked = serializers.CharField(help_text="A worked example, by the contract's own rules; empty without one.")


class TermsOut(serializers.Serializer[Any]):
    terms = serializers.JSONField(help_text="As `register_shipment` takes them.")
    words = WordsOut(many=True)


class ActWishOut(serializers.Serializer[Any]):
    """Nothing has moved yet: it waits 15 minutes for its person's second factor."""

    shipment = serializers.CharField()
    wish = serializers.UUIDField(source="wish.uid")
    digest = serializers.CharField(source="wish.digest", help_text="What the second factor is given over.")
    confirm = serializers.SerializerMethodField(help_text="Where its person confirms it.")

    def get_confirm(self, made: dict[str, Any]) -> str:
        path = reverse("intents:confirm", args=[made["wish"].uid])
        return str(self.context["request"].build_absolute_uri(path))


class WishOut(ActWishOut):
    words = WordsOut(many=True)


class ShipmentOut(serializers.ModelSerializer[Shipment]):
    id = serializers.CharField(source="shipment_id")
    title = serializers.SerializerMethodField(help_text="As its parties call it; empty where it is kept elsewhere.")
    parts = serializers.SerializerMethodField(help_text="What your organisation is in it.")
    price = serializers.IntegerField(source="document.terms.price", help_text="Minor units.")
    currency = serializers.CharField(source="document.terms.currency")

    class Meta:
        model = Shipment
        fields: ClassVar[tuple[str, ...]] = (
            "id", "title", "state", "due", "parts", "price", "currency", "tx_id", "block",
        )  # fmt: skip

    @cached_property
    def _here(self) -> Organisation:
        return acting_organisation(self.context["request"])

    @cached_property
    def _titles(self) -> dict[str, str]:
        return selectors.titles(_told(self))

    def get_title(self, one: Shipment) -> str:
        return self._titles.get(one.shipment_id, "")

    def get_parts(self, one: Shipment) -> list[str]:
        return sorted(standing.parts_of(one, self._here))


class ShipmentDetail(ShipmentOut):
    document = serializers.JSONField(help_text="As it lies on the ledger, with its terms.")
    escrows = serializers.SerializerMethodField(help_text="`price` and `insurance`, each as on the ledger or null.")
    settlement = serializers.JSONField(help_text="The sheet, line by line; null before the end.")
    preview = serializers.SerializerMethodField(help_text="The sheet as it would be now; null before an arrival.")
    words = serializers.SerializerMethodField()
    ends_by = serializers.SerializerMethodField(help_text="From when on any party may send what is due.")

    class Meta(ShipmentOut.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *ShipmentOut.Meta.fields, "document", "escrows", "settlement", "preview", "words", "ends_by",
        )  # fmt: skip

    def get_escrows(self, one: Shipment) -> dict[str, Any]:
        return {"price": one.price, "insurance": one.insurance}

    def get_preview(self, one: Shipment) -> dict[str, Any] | None:
        found = standing.preview(one)
        return found.plain() if found else None

    def get_words(self, one: Shipment) -> list[dict[str, str]]:
        parts = frozenset(self.get_parts(one))
        return [dict(WordsOut(each).data) for each in plain_words.words(one.document["terms"], money, parts)]

    def get_ends_by(self, one: Shipment) -> str | None:
        begins = deadlines.since(one)
        return begins.isoformat() if begins else None


class EscrowOut(serializers.ModelSerializer[Shipment]):
    shipment = serializers.CharField(source="shipment_id")
    price = serializers.JSONField(help_text="As on the ledger: `funded` and `left`; null before it is funded.")
    insurance = serializers.JSONField()

    class Meta:
        model = Shipment
        fields: ClassVar[tuple[str, ...]] = ("shipment", "state", "price", "insurance")


class ActIn(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=["dispatch", "arrive", "take", "contest", "end"])
    at = serializers.DateTimeField(required=False, help_text="When it left or arrived; now, if it is not said.")
    short = serializers.IntegerField(required=False, min_value=0)
    damaged = serializers.IntegerField(required=False, min_value=0)
    refused = serializers.IntegerField(required=False, min_value=0)
    reason = serializers.ChoiceField(required=False, choices=sorted(deliveries.REASONS))
    words = serializers.CharField(required=False, max_length=1000, help_text="Stays off the ledger; its hash is on it.")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["act"] == "contest" and not (said.get("reason") and said.get("words")):
            raise serializers.ValidationError({"words": "Say why, by a reason and in words."})
        return said


class WishIn(serializers.Serializer[Any]):
    act = serializers.ChoiceField(
        choices=["accept", "fund", "settle_agreed", "resolve"],
        help_text="Accept the terms; fund the escrow; agree to what the figures come to; decide, as the arbiter.",
    )
    seller = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="Minor units to the seller: `preview.toSeller` as you read it, or decided.",
    )
    insured = serializers.IntegerField(
        required=False, min_value=0, default=0, help_text="Minor units of the insurance to who is insured."
    )
    reason = serializers.CharField(
        required=False, max_length=500, help_text="The arbiter's. Stays off the ledger; its hash is on it."
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["act"] in ("settle_agreed", "resolve") and "seller" not in said:
            raise serializers.ValidationError({"seller": "Say what the seller gets at the end, in minor units."})
        if said["act"] == "resolve" and not said.get("reason"):
            raise serializers.ValidationError({"reason": "Say why, in words."})
        return said


class CallOut(serializers.ModelSerializer[Call]):
    id = serializers.CharField(source="call_id")
    state = serializers.CharField(source="label", help_text="Queued, Sent, On ledger or Rejected.")

    class Meta:
        model = Call
        fields: ClassVar[tuple[str, ...]] = ("id", "function", "state", "code", "reason", "tx_id")


class BalanceOut(serializers.Serializer[selectors.Balance]):
    currency = serializers.CharField()
    amount = serializers.IntegerField(help_text="Minor units.")
    rows = serializers.IntegerField()
    under_way = serializers.IntegerField(help_text="Of it, in payments that are not on the ledger yet.")
    adds_up = serializers.BooleanField(help_text="Whether the statement's lines give this amount.")


class EntryOut(serializers.ModelSerializer[Entry]):
    balance = serializers.IntegerField(help_text="After this line, in minor units.")

    class Meta:
        model = Entry
        fields: ClassVar[tuple[str, ...]] = (
            "at", "kind", "currency", "amount", "balance", "other_msp_id", "other_pgln", "reference", "tx_id", "block",
        )  # fmt: skip


class PayoutOut(serializers.ModelSerializer[Redemption]):
    id = serializers.CharField(source="redemption_id")
    to = serializers.SerializerMethodField(help_text="Payee, IBAN, BIC, reference; null where kept elsewhere.")

    class Meta:
        model = Redemption
        fields: ClassVar[tuple[str, ...]] = (
            "id", "currency", "amount", "state", "payment", "at", "paid", "instruction", "to", "block",
        )  # fmt: skip

    @cached_property
    def _kept(self) -> dict[str, Payout]:
        return selectors.payouts(_told(self))

    def get_to(self, one: Redemption) -> dict[str, str] | None:
        kept = self._kept.get(one.redemption_id)
        if kept is None:
            return None
        return {"name": kept.name, "iban": kept.iban, "bic": kept.bic, "remittance": kept.remittance}
