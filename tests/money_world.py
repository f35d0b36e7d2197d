"""Organisations with money on the ledger, and people whose second factor is at hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.factories import member
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.roles import Role
from traceapp.ledger import apps
from traceapp.payments import confirmation, services, wishes
from traceapp.payments.models import Account, Deposit, Intent


@dataclass
class MoneyWorld:
    """`bank` is the settlement organisation; each of the others has a treasurer."""

    world: LedgerWorld
    bank: Organisation
    firms: list[Organisation]
    clerks: list[User] = field(default_factory=list)
    treasurers: dict[int, User] = field(default_factory=dict)
    _references: int = 0

    @classmethod
    def on(cls, world: LedgerWorld, settings: Any) -> "MoneyWorld":
        *firms, bank = world.organisations
        settings.SETTLEMENT_MSP = bank.msp_id
        apps._opened.cache_clear()
        made = cls(world, bank, firms)
        made.clerks = [made.treasurer(bank) for _ in range(2)]
        made.treasurers = {one.pk: made.treasurer(one) for one in firms}
        for one in firms:
            services.open_account(organisation=one, by=made.treasurers[one.pk])
        world.anchor()
        return made

    def treasurer(self, organisation: Organisation) -> User:
        user = member(organisation, Role.TREASURER)
        TOTP.activate(user, generate_totp_secret())
        return user

    def account(self, organisation: Organisation) -> Account:
        return Account.objects.get(msp_id=organisation.msp_id, pgln=organisation.pgln)

    def confirm(self, intent: Intent) -> None:
        """With the present code; each test may confirm as often as it likes, so codes used before are given up."""
        assert intent.by is not None
        services.confirm(intent=intent, by=intent.by, code=self.code(intent.by))

    def code(self, user: User) -> str:
        """The code of the first period that no intent has used yet."""
        authenticator = Authenticator.objects.get(user=user, type="totp")
        now = confirmation.counter_of(datetime.now(UTC))
        used = set(Intent.objects.filter(authenticator=authenticator.pk).values_list("counter", flat=True))
        free = [counter for counter in (now, now - 1, now + 1) if counter not in used]
        if not free:  # as if the earlier ones were confirmed long ago
            Intent.objects.filter(authenticator=authenticator.pk, counter=now - 1).update(
                counter=now - 1000 - len(used)
            )
            free = [now - 1]
        return confirmation.code_at(authenticator, free[0])

    def deposit(self, organisation: Organisation, amount: int, currency: str = "EUR") -> str:
        """Money for a firm, by the two clerks; the bank's reference."""
        self._references += 1
        reference = f"TX-{self._references}"
        self.confirm(
            wishes.propose_deposit(
                organisation=self.bank,
                by=self.clerks[0],
                reference=reference,
                to=self.account(organisation),
                currency=currency,
                amount=amount,
            )
        )
        self.world.anchor()
        found = Deposit.objects.get(reference=reference)
        self.confirm(wishes.approve_deposit(organisation=self.bank, by=self.clerks[1], deposit=found))
        self.world.anchor()
        return reference

    def pay(self, payer: Organisation, payee: Organisation, amount: int, currency: str = "EUR") -> Intent:
        intent = wishes.pay(
            organisation=payer,
            by=self.treasurers[payer.pk],
            to=self.account(payee),
            currency=currency,
            amount=amount,
        )
        self.confirm(intent)
        return intent


LONG_AGO = timedelta(hours=1)
