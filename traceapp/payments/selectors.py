"""What pages ask about money. Every question is of one organisation's own."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce

from traceapp.accounts.models import Organisation, User
from traceapp.ledger import credentials
from traceapp.ledger.members import Person
from traceapp.ledger.outgoing import Call
from traceapp.payments.delivery_models import Consignment, Shipment
from traceapp.payments.models import Account, Deposit, Entry, Payout, Redemption, Row

FUNCTIONS = (
    "open_account",
    "transfer",
    "consolidate",
    "redeem",
    "propose_mint",
    "approve_mint",
    "withdraw_mint",
    "confirm_redemption",
    "register_shipment",
    "accept_terms",
    "fund_escrow",
    "dispatch",
    "record_arrival",
    "accept_delivery",
    "contest",
    "settle_due",
    "refund_expired",
    "settle_agreed",
    "resolve",
)


_NOTHING: Mapping[str, int] = {"total": 0, "count": 0, "busy": 0}


@dataclass(frozen=True)
class Balance:
    """`amount` is there; of it `under_way` is named by payments that are not on the ledger yet. Minor units."""

    currency: str
    amount: int
    rows: int
    under_way: int
    stated: int

    @property
    def adds_up(self) -> bool:
        """Whether the statement's lines give what the rows hold."""
        return self.amount == self.stated


def is_bank(organisation: Organisation) -> bool:
    """Whether deposits are made with it."""
    return bool(settings.SETTLEMENT_MSP) and organisation.msp_id == settings.SETTLEMENT_MSP


def own(organisation: Organisation) -> dict[str, str]:
    return {"msp_id": organisation.msp_id, "pgln": organisation.pgln}


def account_of(organisation: Organisation) -> Account | None:
    return Account.objects.filter(**own(organisation)).first()


def other_accounts(organisation: Organisation) -> QuerySet[Account]:
    """Whom it can pay."""
    return Account.objects.exclude(**own(organisation)).order_by("pgln")


def accounts() -> QuerySet[Account]:
    return Account.objects.order_by("pgln")


def balances(organisation: Organisation) -> list[Balance]:
    """One a currency, in their alphabet; of every currency that was ever moved."""
    reserved = Q(reserved_by__state__in=(Call.State.CLAIMED, Call.State.ENDORSED, Call.State.SENT))
    rows = Row.objects.filter(**own(organisation)).values("currency").order_by("currency")
    held: dict[str, Any] = {
        one["currency"]: one
        for one in rows.annotate(
            total=Sum("amount"), count=Count("pk"), busy=Coalesce(Sum("amount", filter=reserved), 0)
        )
    }
    lines = Entry.objects.filter(**own(organisation)).values("currency").order_by("currency")
    stated = {one["currency"]: one["total"] for one in lines.annotate(total=Sum("amount"))}
    return [
        Balance(
            currency,
            held.get(currency, _NOTHING)["total"],
            held.get(currency, _NOTHING)["count"],
            held.get(currency, _NOTHING)["busy"],
            stated.get(currency, 0),
        )
        for currency in sorted({*held, *stated})
    ]


def statement(organisation: Organisation, currency: str) -> QuerySet[Entry]:
    """Every movement of one currency, newest first, each with the balance after it (`balance`)."""
    order = [F("block").asc(), F("position").asc(), F("pk").asc()]
    after = Window(Sum("amount"), order_by=order)
    lines = Entry.objects.filter(**own(organisation), currency=currency).annotate(balance=after)
    return lines.order_by("-block", "-position", "-pk")


def calls_of(organisation: Organisation) -> QuerySet[Call]:
    """Transactions about money that it asked for, newest first."""
    return Call.objects.filter(organisation=organisation, function__in=FUNCTIONS).select_related("by").order_by("-pk")


def open_calls(organisation: Organisation) -> QuerySet[Call]:
    return calls_of(organisation).exclude(state=Call.State.VALID).exclude(state=Call.State.INVALID)


def redemptions(organisation: Organisation) -> QuerySet[Redemption]:
    """Its own; the bank sees all that it has to pay."""
    found = Redemption.objects.order_by("-block", "-pk")
    return found if is_bank(organisation) else found.filter(**own(organisation))


def payouts(redemptions: Any) -> dict[str, Payout]:
    """Where they are to be paid, by the redemption's id; what another instance keeps is left out."""
    ids = [one.redemption_id for one in redemptions]
    return {one.redemption_id: one for one in Payout.objects.filter(redemption_id__in=ids)}


def deposits(organisation: Organisation) -> QuerySet[Deposit]:
    """Those that this organisation, the bank, made."""
    return Deposit.objects.filter(bank=organisation.msp_id).order_by("-block", "-pk")


def pseudonym_of(organisation: Organisation, user: User) -> str:
    """Under which name a person signs; empty while they have none."""
    found = Person.objects.filter(organisation=organisation, user=user)
    return found.values_list("pseudonym", flat=True).first() or ""


def names() -> dict[tuple[str, str], str]:
    """Organisations known here, by MSP id and PGLN."""
    return {(one.msp_id, one.pgln): one.name for one in Organisation.objects.all()}


def is_custodial(organisation: Organisation) -> bool:
    """Whether an operator keeps the key that pays for it."""
    found = credentials.present(organisation.pk, "treasurer")
    return found.custodial if found else settings.LEDGER == "embedded"


def shipments(organisation: Organisation) -> QuerySet[Shipment]:
    """Those that it is a party of."""
    whose = {f"parties__{name}": of for name, of in own(organisation).items()}
    return Shipment.objects.filter(**whose).distinct()


def titles(found: Iterable[Shipment]) -> dict[str, str]:
    """As their parties call them; what is kept elsewhere is left out."""
    ids = [one.shipment_id for one in found]
    return dict(Consignment.objects.filter(shipment_id__in=ids).values_list("shipment_id", "title"))


def title_of(shipment: Shipment) -> str:
    """As its parties call it; by its id where its name is kept elsewhere."""
    return titles([shipment]).get(shipment.shipment_id) or f"Shipment {shipment.shipment_id[:8]}"


def codes_of(shipments: Collection[str]) -> dict[str, list[str]]:
    """The codes on the goods of these shipments, where they are kept here."""
    return dict(Consignment.objects.filter(shipment_id__in=shipments).values_list("shipment_id", "codes"))
