"""The room of money: accounts, deposits, payments, payouts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "traceapp.payments"
    label = "payments"

    def ready(self) -> None:
        from traceapp.ledger import calls, documents, duties
        from traceapp.payments import deadlines, delivery_projection, guards, projection, triggers

        calls.guard(guards.FUNCTIONS, guards.refusal)
        for prefix, projector, rows in (*projection.PROJECTORS, *delivery_projection.PROJECTORS):
            documents.register(prefix, projector, rows=rows)
        duties.register("Payments that are due", deadlines.send_due)
        duties.register("Shipments that were seen", triggers.look)
