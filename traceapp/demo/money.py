"""Accounts, deposits and a payment, by the doors that treasurers and the bank's two persons use."""

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.roles import TREASURERS
from traceapp.demo.consortium import BANK, FIRMS, Firm
from traceapp.ledger import apps
from traceapp.ledger.members import Identity
from traceapp.payments import confirmation, services, wishes
from traceapp.payments.models import Account, Deposit, Entry, Intent

WITHIN: Final = 30.0  # seconds for each step to be on the ledger
HOLDERS: Final = ("huerta-alba", "gruenmarkt", "alpes-cremerie", "maasdok", "kestrel")


def give_authenticators(password: str) -> None:
    """Whoever may move money gets one. Its secret follows from the demo's password: it is worth as little."""
    for user in User.objects.filter(memberships__role__in=TREASURERS).distinct():
        if confirmation.authenticator_of(user) is None:
            seed = hashlib.sha256(f"{password} {user.email}".encode()).digest()[:20]
            TOTP.activate(user, base64.b32encode(seed).decode())


def move() -> bool:
    """Deposits for the buyer, one that waits for its second person, and a payment. False if the ledger is slow.

    On a network whose authorities issue the certificates, the bank's persons bring theirs first.
    """
    if apps.founder() is None and Identity.objects.filter(role=services.SETTLEMENT).count() < len(BANK.people):
        return False
    for key in HOLDERS:
        services.open_account(organisation=_organisation(FIRMS[key]), by=_treasurer(FIRMS[key]))
    if not _until(lambda: Account.objects.count() >= len(HOLDERS)):
        return False
    buyer, seller = _organisation(FIRMS["gruenmarkt"]), _organisation(FIRMS["huerta-alba"])
    _propose("TB-0001", buyer, 25_000_000)
    _propose("TB-0002", seller, 1_500_000)
    if not _until(lambda: Deposit.objects.filter(reference__in=("TB-0001", "TB-0002")).count() == 2):
        return False
    proposed = Deposit.objects.get(reference="TB-0001")
    if proposed.state == "proposed":
        _confirm(wishes.approve_deposit(organisation=_organisation(BANK), by=_clerk(1), deposit=proposed))
    if not _until(lambda: Entry.objects.filter(kind=Entry.Kind.DEPOSIT).exists()):
        return False
    if not Entry.objects.filter(kind=Entry.Kind.SENT).exists():
        to = Account.objects.get(pgln=seller.pgln)
        by = _treasurer(FIRMS["gruenmarkt"])
        _confirm(wishes.pay(organisation=buyer, by=by, to=to, currency="EUR", amount=1_248_000))
    return _until(lambda: Entry.objects.filter(kind=Entry.Kind.SENT).exists())


def _propose(reference: str, to: Organisation, amount: int) -> None:
    if Deposit.objects.filter(reference=reference).exists():
        return
    account = Account.objects.get(pgln=to.pgln)
    bank, clerk = _organisation(BANK), _clerk(0)
    _confirm(
        wishes.propose_deposit(
            organisation=bank, by=clerk, reference=reference, to=account, currency="EUR", amount=amount
        )
    )


def _confirm(intent: Intent) -> None:
    """With a code of the authenticator that no wish was confirmed with."""
    assert intent.by is not None
    authenticator = Authenticator.objects.get(user=intent.by, type=Authenticator.Type.TOTP)
    now = confirmation.counter_of(datetime.now(UTC))
    used = set(
        Intent.objects.filter(authenticator=authenticator.pk, counter__gte=now - 1).values_list("counter", flat=True)
    )
    counter = next(one for one in (now, now - 1, now + 1) if one not in used)
    services.confirm(intent=intent, by=intent.by, code=confirmation.code_at(authenticator, counter))


def _organisation(firm: Firm) -> Organisation:
    return Organisation.objects.get(pgln=firm.pgln)


def _treasurer(firm: Firm) -> User:
    found = User.objects.filter(memberships__organisation__pgln=firm.pgln)
    return found.filter(memberships__role__in=TREASURERS).first() or found.earliest("pk")


def _clerk(number: int) -> User:
    return User.objects.get(email=BANK.people[number].email)


def _until(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.1)
    return False
