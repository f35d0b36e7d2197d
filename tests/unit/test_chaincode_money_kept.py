"""Whatever anybody does in whatever order: of each currency, minted = held + redeemed, and no row holds nothing."""

import contextlib
import json
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules.money import MAX_AMOUNT
from tests.unit.money_world import BUYER, NOBODY, SELLER, World, clerk, treasurer

HOLDERS = (BUYER, SELLER, NOBODY)
holders = st.sampled_from(HOLDERS)
currencies = st.sampled_from(["EUR", "EUR", "USD", "JPY"])
amounts = st.integers(1, 12) | st.sampled_from([-1, 0, MAX_AMOUNT, MAX_AMOUNT + 1, 2**64])
persons = st.sampled_from(["anna", "bert"])
references = st.sampled_from([f"DEPOSIT-{n}" for n in range(8)])
used_ids = st.integers(0, 40)


class Money(RuleBasedStateMachine):
    """Calls that make sense and calls that do not, ids used again, rows of others, spent rows."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.world.open(BUYER, SELLER)
        self.minted: Counter[str] = Counter()
        self.redeemed: Counter[str] = Counter()
        self.known: list[str] = ["mint/TalbankMSP/NONE/0"]
        self.deposits: dict[str, object] = {}

    def attempt(self, by: dict[str, str], function: str, request: dict[str, object]) -> bool:
        with contextlib.suppress(ContractError):
            self.world.call(by, function, json.dumps(request))
            self.known += [key.split("/", 4)[4] for key in self.world.state if key.startswith("row/")]
            self.known = sorted(set(self.known))
            return True
        return False

    @rule(reference=references, currency=currencies, amount=amounts, to=holders, person=persons)
    def propose(self, reference: str, currency: str, amount: int, to: dict[str, str], person: str) -> None:
        said = {"id": reference, "currency": currency, "amount": amount, "to": to}
        if self.attempt(clerk(person), "propose_mint", said):
            self.deposits[reference] = said

    @rule(reference=references, person=persons)
    def approve(self, reference: str, person: str) -> None:
        said = self.deposits.get(reference)
        if isinstance(said, dict) and self.attempt(clerk(person), "approve_mint", said):
            self.minted[said["currency"]] += said["amount"]

    @rule(reference=references, person=persons)
    def withdraw(self, reference: str, person: str) -> None:
        self.attempt(clerk(person), "withdraw_mint", {"id": reference})

    @rule(data=st.data(), number=used_ids, by=holders, to=holders, currency=currencies, amount=amounts)
    def pay(
        self, data: st.DataObject, number: int, by: dict[str, str], to: dict[str, str], currency: str, amount: int
    ) -> None:
        rows = data.draw(self.some_rows(by, currency))
        request = {"id": f"{number:032x}", "currency": currency, "amount": amount, "rows": rows, "to": to}
        self.attempt(treasurer(by), "transfer", request)

    @rule(data=st.data(), number=used_ids, by=holders, currency=currencies)
    def consolidate(self, data: st.DataObject, number: int, by: dict[str, str], currency: str) -> None:
        rows = data.draw(self.some_rows(by, currency))
        self.attempt(treasurer(by), "consolidate", {"id": f"{number:032x}", "currency": currency, "rows": rows})

    @rule(data=st.data(), number=used_ids, by=holders, currency=currencies, amount=amounts)
    def redeem(self, data: st.DataObject, number: int, by: dict[str, str], currency: str, amount: int) -> None:
        rows = data.draw(self.some_rows(by, currency))
        request = {
            "id": f"{number:032x}",
            "currency": currency,
            "amount": amount,
            "rows": rows,
            "instruction": "5e" * 32,
        }
        if self.attempt(treasurer(by), "redeem", request):
            self.redeemed[currency] += amount

    @rule(number=used_ids, payment=st.sampled_from(["P-1", "P-2"]))
    def confirm(self, number: int, payment: str) -> None:
        self.attempt(clerk("anna"), "confirm_redemption", {"id": f"{number:032x}", "payment": payment})

    def some_rows(self, holder: dict[str, str], currency: str) -> st.SearchStrategy[list[str]]:
        """Mostly the holder's own, so that much of it works; else any that ever were, or one of them twice."""
        own = sorted(self.world.rows(holder, currency))
        some_own = st.lists(st.sampled_from(own), min_size=1, max_size=4, unique=True) if own else st.nothing()
        return some_own | st.lists(st.sampled_from(self.known), min_size=1, max_size=3)

    @invariant()
    def minted_is_held_and_redeemed(self) -> None:
        held: Counter[str] = Counter()
        for key, value in self.world.state.items():
            if key.startswith("row/"):
                row = json.loads(value)
                assert 1 <= row["amount"] <= MAX_AMOUNT
                holder = row["holder"]
                assert key == f"row/{holder['mspId']}/{holder['organisation']}/{row['currency']}/{row['name']}"
                held[row["currency"]] += row["amount"]
        assert held + self.redeemed == self.minted

    @invariant()
    def what_the_ledger_says_of_itself_adds_up_too(self) -> None:
        minted: Counter[str] = Counter()
        redeemed: Counter[str] = Counter()
        for key, value in self.world.state.items():
            document = json.loads(value)
            if key.startswith("mint/") and document["state"] == "minted":
                minted[document["currency"]] += document["amount"]
            if key.startswith("redemption/"):
                redeemed[document["currency"]] += document["amount"]
        assert (minted, redeemed) == (self.minted, self.redeemed)


Money.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMoney = Money.TestCase
