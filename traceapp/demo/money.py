"""Accounts, deposits and a payment, by the doors that treasurers and the bank's two persons use."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from traceapp.accounts import one_time_codes
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.roles import TREASURERS, Role
from traceapp.demo.consortium import BANK, FIRMS, Firm
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger import apps, calls
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import Call
from traceapp.payments import deliveries, plain_words, services, wishes
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.delivery_models import Consignment, Shipment
from traceapp.payments.models import Account, Deposit, Entry
from traceapp.web.templatetags.web import money as in_words

WITHIN: Final = 30.0  # seconds for each step to be on the ledger
HOLDERS: Final = ("huerta-alba", "gruenmarkt", "alpes-cremerie", "maasdok", "kestrel")


def give_authenticators(password: str) -> None:
    """Whoever moves money or decides about goods gets one. Its secret follows from the password, as cheap."""
    for user in User.objects.filter(memberships__role__in=(*TREASURERS, Role.QUALITY)).distinct():
        if one_time_codes.authenticator_of(user) is None:
            seed = hashlib.sha256(f"{password} {user.email}".encode()).digest()[:20]
            TOTP.activate(user, base64.b32encode(seed).decode())


def move() -> bool:
    """Deposits for the buyer, one that waits for its second person, and a payment. False if the ledger is slow.

    On a network whose authorities issue the certificates, the bank's persons bring theirs first.
    """
    if apps.founder() is None and Identity.objects.filter(role=services.SETTLEMENT).count() < len(BANK.people):
        return False
    for key in HOLDERS:
        services.open_account(organisation=organisation_of(FIRMS[key]), by=treasurer_of(FIRMS[key]))
    if not until(lambda: Account.objects.count() >= len(HOLDERS)):
        return False
    buyer, seller = organisation_of(FIRMS["gruenmarkt"]), organisation_of(FIRMS["huerta-alba"])
    _propose("TB-0002", seller, 1_500_000)
    if not deposit("TB-0001", buyer, 25_000_000):
        return False
    if not Entry.objects.filter(kind=Entry.Kind.SENT).exists():
        to = Account.objects.get(pgln=seller.pgln)
        by = treasurer_of(FIRMS["gruenmarkt"])
        confirm(wishes.pay(organisation=buyer, by=by, to=to, currency="EUR", amount=1_248_000))
    return until(lambda: Entry.objects.filter(kind=Entry.Kind.SENT).exists()) and _sell(buyer, seller)


def _sell(buyer: Organisation, seller: Organisation) -> bool:
    """A shipment that both sides agreed on and the buyer has funded: the newcomer sends it."""
    by, other = treasurer_of(FIRMS["gruenmarkt"]), treasurer_of(FIRMS["huerta-alba"])
    if not Consignment.objects.filter(title="S-2207").exists():
        propose(_terms(seller), buyer, by)
    if not until(Shipment.objects.exists):
        return False
    found = Shipment.objects.earliest("pk")
    if found.state == "proposed":
        confirm(deliveries.agree(organisation=seller, by=other, shipment=found, title="S-2207"))
    if not until(lambda: Shipment.objects.exclude(state="proposed").exists()):
        return False
    found.refresh_from_db()
    if found.state == "agreed":
        price = found.document["terms"]["price"]
        confirm(deliveries.fund(organisation=buyer, by=by, shipment=found, title="S-2207", amount=price))
    return until(lambda: Shipment.objects.filter(state="funded").exists())


def propose(terms: Mapping[str, object], organisation: Organisation, by: User) -> str:
    """Terms as somebody would write them, proposed and confirmed. The shipment's id."""
    shipment_id, salt = calls.new_id(), secrets.token_hex(16)
    form = TermsForm(dict(terms), organisation=organisation, shipment_id=shipment_id, salt=salt)
    if not form.is_valid():
        raise ValueError(f"the demo's terms are not possible: {form.errors.as_json()}")
    asked = form.cleaned_data
    facts = [(one.title, one.text) for one in plain_words.words(asked["terms"], in_words)]
    confirm(
        deliveries.propose(
            organisation=organisation,
            by=by,
            shipment_id=shipment_id,
            title=asked["title"],
            goods=asked["goods"],
            salt=salt,
            terms=asked["terms"],
            facts=facts,
            codes=asked["codes"],
        )
    )
    return shipment_id


def _terms(seller: Organisation) -> dict[str, object]:
    today = datetime.now(UTC)
    carrier, arbiter = organisation_of(FIRMS["kestrel"]), organisation_of(FIRMS["maasdok"])
    dates = {"accept_by": 1, "fund_by": 2, "dispatch_by": 4, "deadline": 6}
    return {
        "title": "S-2207", "goods": "Strawberries, 200 crates, Moguer to Hamburg", "we_are": "buyer",
        "other": seller.pk, "carrier": carrier.pk, "arbiter": arbiter.pk,
        "currency": "EUR", "price": "12480", "at_dispatch": "2000", "at_arrival": "0", "quantity": 200, "unit": "CS",
        "tolerance": 1, "damaged_pays": 0, "zone": "Europe/Berlin", "grace_minutes": 120, "late_per_hour": "40",
        "late_cap": "400", "outside_minutes": 60, "missing_minutes": 240, "warm_per_hour": "0", "warm_cap": "0",
        "contest_hours": 48, "resolve_hours": 336, "on_silent_arbiter": "computed",
        **{name: f"{today + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in dates.items()},
    }  # fmt: skip


def deposit(reference: str, to: Organisation, amount: int) -> bool:
    """Money for a holder, by the bank's two persons; once. False if the ledger is slow."""
    _propose(reference, to, amount)
    found = Deposit.objects.filter(reference=reference)
    if not until(found.exists):
        return False
    if found.get().state == "proposed":
        confirm(wishes.approve_deposit(organisation=organisation_of(BANK), by=_clerk(1), deposit=found.get()))
    return until(found.exclude(state="proposed").exists)


def _propose(reference: str, to: Organisation, amount: int) -> None:
    if Deposit.objects.filter(reference=reference).exists():
        return
    account = Account.objects.get(pgln=to.pgln)
    bank, clerk = organisation_of(BANK), _clerk(0)
    confirm(
        wishes.propose_deposit(
            organisation=bank, by=clerk, reference=reference, to=account, currency="EUR", amount=amount
        )
    )


def confirm(intent: Intent) -> list[Call]:
    """With a code of the authenticator that no wish was confirmed with."""
    assert intent.by is not None
    code = code_for(intent)
    return intents.confirm(intent=intent, by=intent.by, code=code or "")


def code_for(intent: Intent) -> str | None:
    """A code that its person has not given yet; None for a while where they gave all that are good now."""
    app = Authenticator.objects.get(user=intent.by, type=Authenticator.Type.TOTP)
    return one_time_codes.unused(app)


def organisation_of(firm: Firm) -> Organisation:
    return Organisation.objects.get(pgln=firm.pgln)


def treasurer_of(firm: Firm) -> User:
    found = User.objects.filter(memberships__organisation__pgln=firm.pgln)
    return found.filter(memberships__role__in=TREASURERS).first() or found.earliest("pk")


def _clerk(number: int) -> User:
    return User.objects.get(email=BANK.people[number].email)


def until(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.1)
    return False
