"""The ledger is asked many things at once, by threads that never touch the database."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Event
from typing import Final, TypeVar

from traceapp.ledger.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")

_THREADS: Final = 32


def at_once(ask: Callable[[T], R], things: Sequence[T]) -> list[Future[R]]:
    """Ask about each thing; the answers in their order, all there. Once the ledger is away the rest are not asked."""
    away = Event()
    said: list[Unavailable] = []

    def one(thing: T) -> R:
        if away.is_set():
            raise said[0]
        try:
            return ask(thing)
        except Unavailable as error:
            said.append(error)
            away.set()
            raise

    answers = [_answered(one, things[0])] if len(things) == 1 else [_pool().submit(one, thing) for thing in things]
    for answer in answers:
        answer.exception()  # waits
    return answers


def _answered(ask: Callable[[T], R], thing: T) -> Future[R]:
    answer: Future[R] = Future()
    try:
        answer.set_result(ask(thing))
    except Exception as error:
        answer.set_exception(error)
    return answer


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="ledger")
