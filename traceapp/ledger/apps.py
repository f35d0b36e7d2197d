"""The one file that names an adapter of the ledger."""

import functools
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from traceapp.ledger.embedded.adapter import EmbeddedLedger
    from traceapp.ledger.fabric.adapter import FabricLedger
    from traceapp.ledger.port import Ledger
    from traceapp.ledger.provision import Founder


class LedgerConfig(AppConfig):
    name = "traceapp.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.jobs import kinds
        from traceapp.ledger import (
            checks,  # noqa: F401  (registers itself)
            verification,
        )
        from traceapp.ledger.metrics import collect
        from traceapp.ledger.oversight import Verification
        from traceapp.web.metrics import register

        register("ledger", collect)
        kinds.register("verification", Verification, verification.work)


def ledger() -> "Ledger":
    """This process's connection to the ledger. Opening it reads nothing: what is wrong shows at the first call.

    Kept per process: a forked child opens its own, since connections must not be shared over a fork. A connection file
    that was changed is another connection.
    """
    if settings.LEDGER != "fabric":
        return _opened(settings.LEDGER, Path(settings.LEDGER_PATH), os.getpid(), "")
    path = Path(settings.FABRIC_CONFIG)
    return _opened(settings.LEDGER, path, os.getpid(), _digest(path))


def founder() -> "Founder | None":
    """Who can make organisations known to the ledger, where this instance may do so itself: the embedded ledger."""
    if settings.LEDGER != "embedded":
        return None
    from traceapp.ledger.embedded.adapter import EmbeddedLedger

    path = Path(settings.LEDGER_PATH)
    return lambda organisations: EmbeddedLedger.create(path, organisations=organisations, clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)


@functools.lru_cache(maxsize=8)
def _opened(adapter: str, path: Path, _pid: int, _content: str) -> "Ledger":
    opener = _ADAPTERS.get(adapter)
    if opener is None:
        raise ImproperlyConfigured(f"LEDGER is {adapter!r}; known are {', '.join(sorted(_ADAPTERS))}")
    return opener(path)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""  # which the first call will say


def _embedded(path: Path) -> "EmbeddedLedger":
    from chaincode.traceability.contract import Traceability
    from traceapp.ledger.embedded.adapter import EmbeddedLedger

    return EmbeddedLedger(path, clock=_now, contract=Traceability(settings.SETTLEMENT_MSP))


def _fabric(path: Path) -> "FabricLedger":
    from traceapp.ledger.fabric.adapter import FabricLedger

    return FabricLedger(path)


_ADAPTERS: "dict[str, Callable[[Path], Ledger]]" = {"embedded": _embedded, "fabric": _fabric}
