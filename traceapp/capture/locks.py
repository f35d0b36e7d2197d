"""Captures of one organisation one after the other, each in a transaction."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

from traceapp.accounts.models import Organisation

T = TypeVar("T")


def one_at_a_time(organisation: Organisation) -> None:
    """Captures of one organisation wait for each other, so that a repeat sees what came before it.

    SQLite has locked the whole file by now (IMMEDIATE); elsewhere the organisation's row is the lock.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def twice(take: Callable[[], T]) -> T:
    """In a transaction; once more if another process won a race that only a constraint could see."""
    try:
        with transaction.atomic():
            return take()
    except IntegrityError:
        with transaction.atomic():
            return take()
