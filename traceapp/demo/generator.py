"""All events of the demo, by the firm that records them, in the order of time.

The seed is fixed: the same day gives the same data.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from traceapp.demo.events import Event
from traceapp.demo.lots import DemoLot, lot_events, lots, open_deliveries
from traceapp.demo.planted import Planted, choose, planted_events
from traceapp.demo.sales import sales

SEED = 20_240_517


@dataclass(frozen=True)
class DemoData:
    lots: list[DemoLot]
    events: dict[str, list[Event]]  # by firm
    planted: Planted

    def size(self) -> int:
        return sum(len(events) for events in self.events.values())


def generate(today: date, now: datetime) -> DemoData:
    """Two years up to `now`: what would happen later has not happened yet, so some deliveries are on the way."""
    all_lots = list(lots(today, SEED))
    rng = random.Random(SEED + 1)
    made = [pair for lot in all_lots for pair in lot_events(lot, rng)]
    made += planted_events(all_lots, rng)
    made += open_deliveries([lot for lot in all_lots if lot.made < now - timedelta(days=5)], now, rng)
    made += sales(today, SEED + 2)
    happened = [(firm, event) for firm, event in made if moment(event) < now]
    happened.sort(key=lambda pair: moment(pair[1]))
    by_firm: dict[str, list[Event]] = {}
    for firm, event in happened:
        by_firm.setdefault(firm, []).append(event)
    started = [lot for lot in all_lots if lot.made < now]
    return DemoData(started, by_firm, choose(all_lots))


def moment(event: Event) -> datetime:
    return datetime.fromisoformat(event["eventTime"]).astimezone(UTC)
