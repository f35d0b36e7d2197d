"""The room of money: accounts, deposits, payments, payouts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "traceapp.payments"
    label = "payments"

    def ready(self) -> None:
        from traceapp.ledger import calls, documents
        from traceapp.payments import guards, projection

        calls.guard(guards.FUNCTIONS, guards.refusal)
        for prefix, projector, rows in projection.PROJECTORS:
            documents.register(prefix, projector, rows=rows)
