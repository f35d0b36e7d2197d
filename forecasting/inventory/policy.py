"""When to order and up to what, from the distribution of what is sold until the goods are there. Pure.

Demand over the lead time is a sum over periods. Errors of neighbouring periods are partly the same error: with the
share `alike`, measured in the forecast's own tests, all periods are high or low at once; else they are independent. Of
two sums the one or the other happens with these chances: the copula of Frechet's family whose rank correlation is
`alike` (Frechet 1958; Nelsen 2006, section 2.2). The lead time is uncertain too: each of its cases has its own sum.

The service level is the chance that an order cycle ends without a stock-out (Silver, Pyke and Thomas 2017, ch. 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.inventory.lead_time import LeadTime
from forecasting.inventory.period import Period, strata_of
from forecasting.inventory.strata import Strata, apart, mean, mixture, part, quantile, running, together

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375}


@dataclass(frozen=True)
class Wish:
    """What somebody wants. `service`: 0.5 to 0.999; `review`: days between two looks at the stock."""

    service: float
    lead_time: LeadTime
    review: float


@dataclass(frozen=True)
class Policy:
    """In the product's unit. `repeated`: periods beyond the forecast's end, for which its last season stood in."""

    expected: float
    reorder_point: float
    safety_stock: float
    order_up_to: float
    repeated: int

    def order(self, position: float) -> float:
        """How much to order with so much on hand and on order: nothing above the reorder point."""
        return self.order_up_to - position if position <= self.reorder_point else 0.0


class Sums:
    """Demand of the first periods of a forecast together."""

    def __init__(self, periods: Sequence[Period], every: str, season: int, alike: float, longest: float) -> None:
        count = int(longest / DAYS[every]) + 1
        self._length = DAYS[every]
        self.alike = alike
        self._periods = [strata_of(one) for one in extended(periods, season, count)]
        self._apart = running(self._periods, alike=False)
        self._together = running(self._periods, alike=True)
        self.repeated = max(0, count - len(periods))

    def over(self, cases: Sequence[float]) -> Strata:
        """What is sold in a time that is one of these numbers of days, each as likely."""
        parts: list[tuple[float, Strata]] = []
        share = 1 / len(cases)
        for days in cases:
            parts += [(share * weight, sums) for weight, sums in self._of(days) if weight > 0]
        return mixture(parts)

    def _of(self, days: float) -> list[tuple[float, Strata]]:
        whole, rest = divmod(days / self._length, 1.0)
        at = int(whole)
        loose, tied = self._apart[at], self._together[at]
        if rest > 0:
            loose = apart(loose, part(self._periods[at], rest))
            tied = together(tied, tuple(rest * value for value in self._periods[at]))
        return [(1 - self.alike, loose), (self.alike, tied)]


def extended(periods: Sequence[Period], season: int, count: int) -> list[Period]:
    """The first `count` periods; beyond the forecast's end its last season again and again."""
    found = list(periods[:count])
    last = list(periods[-min(season, len(periods)) :])
    while len(found) < count:
        found.append(last[(len(found) - len(periods)) % len(last)])
    return found


def plan(periods: Sequence[Period], every: str, season: int, alike: float, wish: Wish) -> Policy:
    """Reorder point, safety stock and order-up-to level. `periods` begin now, and there is at least one."""
    cases = wish.lead_time.cases()
    longer = [days + wish.review for days in cases]
    sums = Sums(periods, every, season, alike, max(longer))
    demand = sums.over(cases)
    point = quantile(demand, wish.service)
    return Policy(
        expected=mean(demand),
        reorder_point=point,
        safety_stock=max(0.0, point - mean(demand)),
        order_up_to=quantile(sums.over(longer), wish.service),
        repeated=sums.repeated,
    )
