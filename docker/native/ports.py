"""Free ports for a network: a block of them below the range that outgoing connections take theirs from."""

import random
import socket

SPAN = 64
_LOWEST, _HIGHEST = 12_000, 32_000


def free_base() -> int:
    """The first port of a block that nobody listens on now."""
    bases = list(range(_LOWEST, _HIGHEST, SPAN))
    random.SystemRandom().shuffle(bases)
    for base in bases:
        if all(_free(port) for port in range(base, base + SPAN)):
            return base
    raise OSError("no block of free ports on 127.0.0.1")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
