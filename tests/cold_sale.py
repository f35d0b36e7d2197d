"""A sale whose terms name a temperature band and the carrier's loggers, from terms to the settlement sheet."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from tests.coldchain_world import SSCC, START, Logger, association
from traceapp.accounts.visibility import Visibility
from traceapp.coldchain import watch
from traceapp.coldchain.models import LedgerLeg
from traceapp.coldchain.recording import record_due
from traceapp.ledger import calls
from traceapp.ledger.append import NewRecord
from traceapp.payments import standing
from traceapp.payments.delivery_models import Shipment

HOUR = timedelta(hours=1)
PER_HOUR = 50_00


class ColdSale:
    """`sale` is a `Sale` of the payments' tests, with its clock. Times of the way are minutes after the dispatch."""

    def __init__(self, sale: Any, client: Any, giais: Sequence[str] = ("9506000111LOGGER7",)) -> None:
        self.sale, self.client, self.world = sale, client, sale.money.world
        self.loggers = [Logger(sale.carrier, giai) for giai in giais]
        for one in self.loggers:
            self.on_ledger(one, one.kid)
        self.world.anchor()
        self.left = sale.clock.now()

    def ask(self, function: str, **argument: Any) -> None:
        with transaction.atomic():
            calls.request(
                organisation=self.sale.carrier, role="device-manager", function=function,
                argument={"id": calls.new_id(), **argument},
            )  # fmt: skip

    def on_ledger(self, logger: Logger, kid: str) -> None:
        self.ask("register_device", kid=kid, giai=logger.device.giai, publicKey=jwk(logger), details="ab" * 32)

    def rotate(self, logger: Logger, kid: str) -> None:
        """A new key; the logger signs with it from now on."""
        fresh = Logger.__new__(Logger)
        fresh.private = Ed25519PrivateKey.generate()
        self.ask("rotate_device", kid=logger.kid, newKid=kid, publicKey=jwk(fresh))
        self.world.anchor()
        logger.private, logger.kid, logger.seq = fresh.private, kid, 0

    def agree(self, **changed: Any) -> None:
        """Terms with a band of 2 to 8 °C, agreed and paid into escrow."""
        now = self.sale.clock.now()
        hours = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 6}
        dates = {name: f"{now + count * HOUR:%Y-%m-%dT%H:%M}" for name, count in hours.items()}
        terms = {
            "band_min": "2", "band_max": "8", "devices": "\n".join(one.device.giai for one in self.loggers),
            "warm_per_hour": "50", "warm_cap": "400", "contest_hours": 48,
        }  # fmt: skip
        self.sale.propose(self.client, **(dates | terms | changed))
        self.sale.act(self.client, self.sale.seller, "accept")
        self.sale.act(self.client, self.sale.buyer, "fund")

    def dispatch(self) -> None:
        self.sale.step("dispatch")
        self.left = datetime.fromisoformat(self.shipment.document["dispatched"]["at"])

    def arrive(self, minutes: float) -> None:
        """So long after the dispatch."""
        self.go_on_to(minutes)
        self.sale.step("record_arrival")

    def go_on_to(self, minutes: float) -> None:
        """The clock stands so long after the dispatch."""
        self.sale.clock.ahead += self.left + timedelta(minutes=minutes) - self.sale.clock.now()

    def tie(self, logger: Logger, minutes: float, action: str = "ADD", goods: str = SSCC) -> None:
        """By the door behind capture, which takes no event of the future: the clock here runs ahead."""
        since = (self.left - START) / timedelta(minutes=1) + minutes
        event = association(action, goods, [logger.uri], since)
        self.world._append([NewRecord("epcis", {"event": event}, Visibility.CHAIN)], self.sale.carrier)

    def warm(
        self, logger: Logger, values: Iterable[float], *, start: float = 0, every: float = 10, a_message: int = 6
    ) -> None:
        first = (self.left + timedelta(minutes=start)).timestamp()  # to the microsecond: a cut is as exact
        logger.tell([(first + 60 * every * at, value) for at, value in enumerate(values)], a_message=a_message)

    def look(self, after: timedelta = timedelta()) -> int:
        """What the application does by itself, so long from now: legs are cut and recorded."""
        self.world.anchor()
        watch.follow_events()
        sent = record_due(self.sale.clock.now() + after)
        self.world.anchor()
        return sent

    @property
    def shipment(self) -> Shipment:
        return Shipment.objects.get()

    @property
    def legs(self) -> list[tuple[int, int, str, int, int]]:
        """Of the shipment's pieces on the ledger: minutes since the dispatch, key, minutes outside and without readings."""
        held = {one.id for one in standing.legs_of(self.shipment)}
        rows = LedgerLeg.objects.filter(call_id__in=held).order_by("began", "pk")
        return [
            (self.minutes(one.began), self.minutes(one.ended), one.kid, one.figures["outside"] // 60, one.figures["missing"] // 60)
            for one in rows
        ]  # fmt: skip

    def minutes(self, moment: datetime) -> int:
        return round((moment - self.left) / timedelta(minutes=1))

    def line(self, term: str) -> Any:
        """A line of the sheet as it would be now."""
        sheet = standing.preview(self.shipment)
        assert sheet is not None
        return next(one for one in sheet.lines if one.term == term)


def jwk(logger: Logger) -> dict[str, str]:
    public = logger.private.public_key().public_bytes_raw()
    return {"crv": "Ed25519", "kty": "OKP", "x": urlsafe_b64encode(public).rstrip(b"=").decode()}
