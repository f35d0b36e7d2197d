"""Organisations with money on the ledger, and people whose second factor is at hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache

from tests.factories import member
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts import one_time_codes
from traceapp.accounts.models import Organisation, UsedCode, User
from traceapp.accounts.roles import Role
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger import apps
from traceapp.payments import services, wishes
from traceapp.payments.models import Account, Deposit


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
        cache.clear()  # wrong codes of whoever had these people's numbers before
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
        intents.confirm(intent=intent, by=intent.by, code=self.code(intent.by))

    def code(self, user: User) -> str:
        """The code of the first period that nothing was confirmed with yet."""
        return unused_code(user)

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


def unused_code(user: User) -> str:
    """A code that is good now; as if those used before were used long ago, where there is no other."""
    app = Authenticator.objects.get(user=user, type="totp")
    now = one_time_codes.counter_of(datetime.now(UTC))
    used = UsedCode.objects.filter(authenticator=app.pk)
    taken = set(used.values_list("counter", flat=True))
    free = [counter for counter in (now, now - 1, now + 1) if counter not in taken]
    if not free:
        used.filter(counter=now - 1).update(counter=now - 1000 - len(taken))
        free = [now - 1]
    code = one_time_codes.code_at(app, free[0])
    cache.delete(TOTP(app)._get_used_cache_key(code))
    return code
