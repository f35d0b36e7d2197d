from django.apps import AppConfig


class ColdchainConfig(AppConfig):
    name = "traceapp.coldchain"
    label = "coldchain"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.coldchain import carriages, checking, ledger_legs
        from traceapp.ledger import documents, rooms
        from traceapp.web import warm

        warm.register(_warm)
        documents.register(ledger_legs.PREFIX, ledger_legs.project, rows=ledger_legs.rows)
        documents.register(carriages.PREFIX, carriages.project)
        for walk in (checking.legs, checking.pieces, checking.cases):
            rooms.register(walk)


_TEMPLATES = (
    "base.html", "coldchain/leg.html", "coldchain/leg_now.html", "coldchain/chart.html", "components/note.html",
    "components/data_table.html", "components/facts.html",
)  # fmt: skip


def _warm() -> None:
    """A chart is wanted within 300 ms, also of a process that has drawn none yet: numpy alone takes half of that."""
    import numpy  # noqa: F401
    from django.template.loader import get_template

    for name in _TEMPLATES:
        get_template(name)
