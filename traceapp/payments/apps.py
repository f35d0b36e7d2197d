"""The room of money: accounts, deposits, payments, payouts."""

from typing import Final

from django.apps import AppConfig

CONFIRMED: Final = (
    "transfer",
    "redeem",
    "propose_mint",
    "approve_mint",
    "withdraw_mint",
    "confirm_redemption",
    "register_shipment",
    "accept_terms",
    "fund_escrow",
    "settle_agreed",
    "resolve",
)
"""Who puts their rows together or opens an account moves no money, and needs no second factor."""


class PaymentsConfig(AppConfig):
    name = "traceapp.payments"
    label = "payments"

    def ready(self) -> None:
        from traceapp.accounts.roles import TREASURERS
        from traceapp.coldchain import carriages
        from traceapp.intents import kinds
        from traceapp.ledger import documents, duties
        from traceapp.payments import (
            deadlines,
            delivery_projection,
            projection,
            selectors,
            services,
            triggers,
            webhooks,
        )
        from traceapp.query.subscriptions import topics

        carriages.register_goods(selectors.codes_of)
        topics.register(webhooks.NAME, webhooks.TOPIC)
        kinds.register(CONFIRMED, members=TREASURERS, taken=services.reserve_for)
        for prefix, projector, rows in (*projection.PROJECTORS, *delivery_projection.PROJECTORS):
            documents.register(prefix, projector, rows=rows)
        duties.register("Payments that are due", deadlines.send_due)
        duties.register("Shipments that were seen", triggers.look)
